//! `call`: places a call by a scripted caller, prints its events, and checks the scenario's expectations.

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use futures::StreamExt as _;
use sandbox::network::scenario::{LIBRARY, Scenario};
use serde_json::{Value, json};
use std::io::{BufRead as _, Write as _, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

/// Call a service through a running sandbox
///
/// The caller follows a scenario or speaks the lines that you type. The conversation is printed live. The exit code is
/// 0 only if the call meets the scenario's expectations.
#[derive(Args)]
#[command(after_help = "Examples:
  call-ledger-sandbox call --scenario support
  call-ledger-sandbox call --file my-scenario.toml --to +15045550100
  call-ledger-sandbox call --type            then type a line to speak; /1# presses keys, /bye hangs up")]
pub struct Arguments {
    /// Scenario from the library
    #[arg(long, value_name = "NAME", conflicts_with_all = ["file", "type"])]
    scenario: Option<String>,

    /// Scenario file
    #[arg(long, value_name = "FILE", conflicts_with = "type")]
    file: Option<PathBuf>,

    /// Type what the caller says: a line is spoken, `/` before keys presses them, `/bye` hangs up
    #[arg(long = "type")]
    r#type: bool,

    /// List the library's scenarios
    #[arg(long)]
    list: bool,

    /// URL of the sandbox
    #[arg(long, default_value = "http://127.0.0.1:3200")]
    sandbox: String,

    /// Number to call [default: the scenario's, otherwise the account's first number]
    #[arg(long)]
    to: Option<String>,

    /// Number of the caller [default: the scenario's]
    #[arg(long)]
    from: Option<String>,

    /// Also print every request sent to the service
    #[arg(long, short)]
    verbose: bool,
}

/// Places the call and follows it to its end.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    if arguments.list {
        return list();
    }
    let scenario = arguments.scenario()?;
    // The sandbox usually runs on this machine, so proxies are bypassed.
    let client = reqwest::Client::builder().no_proxy().build()?;
    let base = format!("{}/sandbox/calls", arguments.sandbox.trim_end_matches('/'));
    let placed = client
        .post(&base)
        .json(&scenario)
        .send()
        .await
        .with_context(|| format!("there is no sandbox at {} (start one with `serve`)", arguments.sandbox))?;
    let status = placed.status();
    let placed: Value = placed.json().await.context("the sandbox's response is not JSON")?;
    ensure!(
        status.is_success(),
        "the sandbox rejected the call: {}",
        placed["error"].as_str().unwrap_or("no reason given")
    );
    let sid = placed["sid"]
        .as_str()
        .context("the sandbox's response contains no call SID")?
        .to_owned();
    if arguments.r#type {
        send_typed_lines(client.clone(), format!("{base}/{sid}/line"));
    }
    let response = client
        .get(format!("{base}/{sid}/follow"))
        .send()
        .await?
        .error_for_status()?;
    let mut lines = response.bytes_stream();
    let mut rest = Vec::new();
    while let Some(part) = lines.next().await {
        rest.extend_from_slice(&part.context("the sandbox was stopped")?);
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            let event: Value = serde_json::from_slice(&line)?;
            if event["what"] == "over" {
                return Ok(finish(&event));
            }
            if let Some(text) = format_event(&event, arguments.verbose) {
                println!("{text}");
                stdout().flush()?;
            }
        }
    }
    bail!("the sandbox stopped before the call ended")
}

impl Arguments {
    fn scenario(&self) -> anyhow::Result<Scenario> {
        let mut scenario = match (&self.scenario, &self.file) {
            _ if self.r#type => Scenario::typed("+15045550142", None),
            (Some(name), _) => sandbox::network::scenario::named(name)?
                .with_context(|| format!("there is no scenario {name:?}; list them with --list"))?,
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
                Scenario::from_toml(&text).with_context(|| file.display().to_string())?
            }
            (None, None) => bail!("specify --scenario, --file or --type; list the scenarios with --list"),
        };
        if let Some(from) = &self.from {
            scenario.caller.from.clone_from(from);
        }
        if self.to.is_some() {
            scenario.caller.to.clone_from(&self.to);
        }
        Ok(scenario)
    }
}

fn list() -> anyhow::Result<ExitCode> {
    let width = LIBRARY.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, text) in LIBRARY {
        println!("{name:width$}  {}", Scenario::from_toml(text)?.description);
    }
    Ok(ExitCode::SUCCESS)
}

/// Formats an event of the call as a line. `None` if the event is not printed.
fn format_event(event: &Value, verbose: bool) -> Option<String> {
    let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
    let time = text("at").get(11..19).unwrap_or_default().to_owned();
    let line_text = match event["what"].as_str()? {
        "status" => format!("-- {}", text("status")),
        "said" => format!("caller: {}", text("text")),
        "heard" if ["twiml", "stream"].contains(&text("from").as_str()) => format!("  says: {}", text("text")),
        "heard" if text("from") == "network" => format!("network: {}", text("text")),
        "heard" => format!("person: {}", text("text")),
        "pressed" => format!("caller presses {}", text("key")),
        "interrupted" => "caller interrupts".to_owned(),
        "played" => format!("plays {}", text("sound")),
        "recording" => format!("-- recording {}", text("status")),
        "stream" => format!("-- {}", text("event")),
        "occasion" => format!("-- {}", text("name")),
        "error" => format!("!! error {}: {}", event["code"], text("message")),
        "asked" if verbose => {
            let status = event["status"]
                .as_u64()
                .map_or("no answer".to_owned(), |status| status.to_string());
            format!(
                "   {} {} -> {status} in {} ms",
                text("why"),
                text("url"),
                event["took_ms"]
            )
        }
        _ => return None,
    };
    Some(format!("{time}  {line_text}"))
}

fn finish(over: &Value) -> ExitCode {
    let unmet: Vec<&str> = over["unmet"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    println!(
        "\nThe call {} ended {} (by {}).",
        over["sid"].as_str().unwrap_or_default(),
        over["status"].as_str().unwrap_or_default(),
        over["ended_by"].as_str().unwrap_or("unknown"),
    );
    if unmet.is_empty() {
        println!("All expectations were met.");
        return ExitCode::SUCCESS;
    }
    for expectation in unmet {
        println!("expectation not met: {expectation}");
    }
    ExitCode::FAILURE
}

/// Sends typed lines to the sandbox until standard input ends.
fn send_typed_lines(client: reqwest::Client, url: String) {
    let (typed, mut lines) = tokio::sync::mpsc::unbounded_channel();
    // Reading from a terminal blocks and does not end with the call, so it runs on a detached thread.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if typed.send(line).is_err() {
                return;
            }
        }
    });
    tokio::spawn(async move {
        while let Some(line) = lines.recv().await {
            let act = match line.trim() {
                "" => continue,
                "/bye" => json!({ "hang_up": true }),
                line => match line.strip_prefix('/') {
                    Some(keys) => json!({ "digits": keys }),
                    None => json!({ "say": line }),
                },
            };
            match client.post(&url).body(act.to_string()).send().await {
                Ok(answer) if answer.status().is_success() => {}
                Ok(answer) => eprintln!("rejected: {}", answer.text().await.unwrap_or_default()),
                Err(error) => eprintln!("error: {error}"),
            }
        }
    });
}
