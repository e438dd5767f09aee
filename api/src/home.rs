//! `GET /` without a dashboard in the binary: what this is, where to look, and how to build one.

use crate::state::AppState;
use axum::response::Html;

/// What this is and where to look.
pub fn home(state: &AppState) -> Html<String> {
    let network = if state.config.twilio.sandbox {
        "<p class=\"warn\">No Twilio credentials are set: the sandbox is the telephone network. No real call is made or taken.</p>"
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
This is version {version}; it is running.</p>
{network}
<p>The dashboard was not built into this program: that takes Node.js, and <code>make web</code> before
<code>make run</code>. What there is:</p>
<ul>
  <li><a href="/api/docs/">The API, to read and to try</a>, and <a href="/api/openapi.json">as a document</a></li>
  <li><a href="/health">How the service is</a>, and <a href="/metrics">its figures</a></li>
  <li><code>call-ledger --help</code>: calls, read models, agents and users from the command line</li>
</ul>
</body>
</html>
"#;
