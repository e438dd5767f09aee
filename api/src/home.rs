//! `GET /` when the dashboard is not part of the binary: what this is, where to look, and how to build the dashboard.

use axum::response::Html;
use infra::config::Config;

/// The start page without a dashboard.
pub fn home(config: &Config) -> Html<String> {
    let network = if config.twilio.sandbox {
        "<p class=\"warn\">No Twilio credentials are set: the sandbox is the telephone network, and no real calls are made.</p>"
    } else {
        ""
    };
    Html(
        PAGE.replace("{network}", network)
            .replace("{version}", env!("CARGO_PKG_VERSION")),
    )
}

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Call Ledger</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; }
  code { background: color-mix(in srgb, currentColor 10%, transparent); padding: .1em .3em; border-radius: .2em; }
  .warn { border-left: .25rem solid #b45309; padding-left: .75rem; }
</style>
</head>
<body>
<h1>Call Ledger</h1>
<p>The system of record of an AI telephony platform: every webhook and every action is an event on a call's stream.
Version {version} is running.</p>
{network}
<p>The dashboard is not part of this build. To include it, install Node.js and run <code>make web</code> before
<code>make run</code>. Available:</p>
<ul>
  <li><a href="/api/docs/">API reference</a> and <a href="/api/openapi.json">OpenAPI document</a></li>
  <li><a href="/health">Health</a> and <a href="/metrics">metrics</a></li>
  <li><code>call-ledger --help</code>: calls, read models, agents and users from the command line</li>
</ul>
</body>
</html>
"#;
