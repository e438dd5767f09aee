//! `call`: has somebody call, prints what they live through, and says whether it went as it should.

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
/// The caller follows a scenario, or speaks what is typed. The conversation is printed as it happens. The exit code is 0
/// only if the call went as the scenario expects.
#[derive(Args)]
#[command(after_help = "Examples:
  call-ledger-sandbox call --scenario support
  call-ledger-sandbox call --file my-scenario.toml --to +15045550100
  call-ledger-sandbox call --type            then type words; /1# presses keys, /bye hangs up")]
pub struct Arguments {
    /// A scenario of the library
    #[arg(long, value_name = "NAME", conflicts_with_all = ["file", "type"])]
    scenario: Option<String>,

    /// A scenario in a file
    #[arg(long, value_name = "FILE", conflicts_with = "type")]
    file: Option<PathBuf>,

    /// Speak what is typed: a line is said, `/` and keys are pressed, `/bye` hangs up
    #[arg(long = "type")]
    r#type: bool,

    /// List the scenarios of the library
    #[arg(long)]
    list: bool,

    /// Where the sandbox listens
    #[arg(long, default_value = "http://127.0.0.1:3200")]
    sandbox: String,

    /// The number to call [default: the scenario's, else the account's first]
    #[arg(long)]
    to: Option<String>,

    /// Who calls [default: the scenario's]
    #[arg(long)]
    from: Option<String>,

    /// Also print every request to the service
    #[arg(long, short)]
    verbose: bool,
}

/// Calls, and follows the call to its end.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    if arguments.list {
        return list();
    }
    let scenario = arguments.scenario()?;
    // A sandbox on this machine is not reached through a proxy.
    let client = reqwest::Client::builder().no_proxy().build()?;
    let base = format!("{}/sandbox/calls", arguments.sandbox.trim_end_matches('/'));
    let placed = client
        .post(&base)
        .json(&scenario)
        .send()
        .await
        .with_context(|| format!("there is no sandbox at {} (start one with `serve`)", arguments.sandbox))?;
    let status = placed.status();
    let placed: Value = placed.json().await.context("the sandbox's answer is no JSON")?;
    ensure!(
        status.is_success(),
        "the sandbox refused the call: {}",
        placed["error"].as_str().unwrap_or("no reason given")
    );
    let sid = placed["sid"].as_str().context("the sandbox named no call")?.to_owned();
    if arguments.r#type {
        read_typing(client.clone(), format!("{base}/{sid}/line"));
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
            let moment: Value = serde_json::from_slice(&line)?;
            if moment["what"] == "over" {
                return Ok(finish(&moment));
            }
            if let Some(text) = tell(&moment, arguments.verbose) {
                println!("{text}");
                stdout().flush()?;
            }
        }
    }
    bail!("the sandbox stopped before the call was over")
}

impl Arguments {
    fn scenario(&self) -> anyhow::Result<Scenario> {
        let mut scenario = match (&self.scenario, &self.file) {
            _ if self.r#type => Scenario::typed("+15045550142", None),
            (Some(name), _) => sandbox::network::scenario::named(name)?
                .with_context(|| format!("there is no scenario {name:?}; --list lists them"))?,
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
                Scenario::from_toml(&text).with_context(|| file.display().to_string())?
            }
            (None, None) => bail!("say which call: --scenario, --file or --type; --list lists the scenarios"),
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

/// A moment as a line, if it is of interest.
fn tell(moment: &Value, verbose: bool) -> Option<String> {
    let text = |name: &str| moment[name].as_str().unwrap_or_default().to_owned();
    let time = text("at").get(11..19).unwrap_or_default().to_owned();
    let told = match moment["what"].as_str()? {
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
        "error" => format!("!! error {}: {}", moment["code"], text("message")),
        "asked" if verbose => {
            let status = moment["status"]
                .as_u64()
                .map_or("no answer".to_owned(), |status| status.to_string());
            format!(
                "   {} {} -> {status} in {} ms",
                text("why"),
                text("url"),
                moment["took_ms"]
            )
        }
        _ => return None,
    };
    Some(format!("{time}  {told}"))
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
        over["ended_by"].as_str().unwrap_or("nobody"),
    );
    if unmet.is_empty() {
        println!("It went as it should.");
        return ExitCode::SUCCESS;
    }
    for what in unmet {
        println!("not as it should: {what}");
    }
    ExitCode::FAILURE
}

/// Sends what is typed until there is nothing more, or the program ends.
fn read_typing(client: reqwest::Client, url: String) {
    let (typed, mut lines) = tokio::sync::mpsc::unbounded_channel();
    // Reading from a terminal blocks, and does not end with the call: a thread that nobody waits for.
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
                Ok(answer) => eprintln!("refused: {}", answer.text().await.unwrap_or_default()),
                Err(error) => eprintln!("error: {error}"),
            }
        }
    });
}
