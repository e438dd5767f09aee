//! `serve`: runs the telephone network as a server.

use anyhow::Context as _;
use clap::Args;
use sandbox::models::Models;
use sandbox::network::{ApplicationSpec, Network, NumberSpec, Options};
use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

/// Serve a telephone network in place of Twilio
///
/// A service uses its base URL with the account's SID and auth token, as it would use Twilio's API. The network sends
/// webhooks to the URLs of the account's numbers and applications, which are given here or set by REST. Place calls
/// with `call`, or under /sandbox/calls. The sandbox's models are served at /v1.
///
/// All state is in memory. The server stops on Ctrl-C, or with --until-stdin-closes when standard input closes.
#[derive(Args)]
#[command(after_help = "Example:
  call-ledger-sandbox serve --auth-token secret \\
    --number +15045550100=http://127.0.0.1:3000/twilio/inbound-call,http://127.0.0.1:3000/twilio/call-status")]
pub struct Arguments {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,

    /// Port to listen on; 0 selects a free port
    #[arg(long, default_value_t = 3200)]
    port: u16,

    /// SID of the account
    #[arg(long, env = "TWILIO_ACCOUNT_SID", default_value = sandbox::traffic::day::ACCOUNT_SID)]
    account_sid: String,

    /// Auth token of the account, for API requests and webhook signatures
    #[arg(long, env = "TWILIO_AUTH_TOKEN", hide_env_values = true)]
    auth_token: String,

    /// API key of the account, also accepted for API requests
    #[arg(long, value_name = "SID=SECRET", value_parser = pair)]
    api_key: Vec<(String, String)>,

    /// Number of the account, with its voice URL and status callback URL
    #[arg(long, value_name = "NUMBER[=VOICE_URL[,STATUS_URL]]", value_parser = number)]
    number: Vec<NumberSpec>,

    /// TwiML application of the account, with its voice URL and status callback URL
    #[arg(long, value_name = "SID[=VOICE_URL[,STATUS_URL]]", value_parser = application)]
    application: Vec<ApplicationSpec>,

    /// Speed of the network's clock relative to real time while no request is in progress
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    speed: f64,

    /// How long the clock runs in real time after a request, in milliseconds
    #[arg(long, default_value_t = 20)]
    settle_ms: u64,

    /// How long the clock runs in real time after a media stream starts and after speech or a key press in it, unless
    /// the service answers earlier, in milliseconds
    #[arg(long, default_value_t = 1000)]
    turn_settle_ms: u64,

    /// Connect to `REAL_URL` for URLs that begin with `PUBLIC_URL`; signatures still use `PUBLIC_URL`. A route for https://
    /// or http:// also applies to wss://
    #[arg(long, value_name = "PUBLIC_URL=REAL_URL", value_parser = pair)]
    route: Vec<(String, String)>,

    /// Delay after the end of a call before its Events.json is available, in seconds of the network's clock
    #[arg(long, default_value_t = 900)]
    events_lag_s: u64,

    /// Stop when standard input closes, so that the server ends with its parent process
    #[arg(long)]
    until_stdin_closes: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

fn urls(text: Option<&str>) -> Result<(Option<String>, Option<String>), String> {
    let Some(text) = text else { return Ok((None, None)) };
    let mut urls = text.splitn(2, ',').map(|url| match url::Url::parse(url) {
        Ok(known) if matches!(known.scheme(), "http" | "https") => Ok(Some(url.to_owned())),
        _ => Err(format!("not a URL: {url}")),
    });
    Ok((urls.next().transpose()?.flatten(), urls.next().transpose()?.flatten()))
}

fn number(text: &str) -> Result<NumberSpec, String> {
    let (number, rest) = text
        .split_once('=')
        .map_or((text, None), |(number, rest)| (number, Some(rest)));
    let is_e164 = number
        .strip_prefix('+')
        .is_some_and(|digits| digits.chars().all(|char| char.is_ascii_digit()));
    if !is_e164 {
        return Err("expected an E.164 number: + and digits".to_owned());
    }
    let (voice_url, status_callback) = urls(rest)?;
    Ok(NumberSpec {
        phone_number: number.to_owned(),
        voice_url,
        voice_fallback_url: None,
        status_callback,
    })
}

fn application(text: &str) -> Result<ApplicationSpec, String> {
    let (sid, rest) = text
        .split_once('=')
        .map_or((text, None), |(sid, rest)| (sid, Some(rest)));
    if sid.len() != 34 || !sid.starts_with("AP") {
        return Err("expected an application SID: AP and 32 hexadecimal digits".to_owned());
    }
    let (voice_url, status_callback) = urls(rest)?;
    Ok(ApplicationSpec {
        sid: sid.to_owned(),
        voice_url,
        status_callback,
    })
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "not a number")?;
    if speed.is_finite() && speed > 0.0 {
        Ok(speed)
    } else {
        Err("must be greater than 0".to_owned())
    }
}

/// Waits until standard input closes. Its content is ignored.
async fn stdin_closes() {
    let (closed, is_closed) = tokio::sync::oneshot::channel();
    // Reading blocks, so it runs on a detached thread.
    std::thread::spawn(move || {
        // A read error also means that the parent process has gone.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = closed.send(());
    });
    let _ = is_closed.await;
}

/// Serves until interrupted.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let models = Models::default();
    let options = Options {
        models: models.clone(),
        listen: SocketAddr::from((arguments.host, arguments.port)),
        api_keys: arguments.api_key,
        speed: arguments.speed,
        settle: Duration::from_millis(arguments.settle_ms),
        turn_settle: Duration::from_millis(arguments.turn_settle_ms),
        numbers: arguments.number,
        applications: arguments.application,
        routes: arguments.route,
        events_lag: Duration::from_secs(arguments.events_lag_s),
        ..Options::new(arguments.account_sid, arguments.auth_token)
    };
    let numbers: Vec<String> = options
        .numbers
        .iter()
        .map(|number| number.phone_number.clone())
        .collect();
    let network = Network::start(options).await?;
    println!("telephone network: {}", network.base_url);
    println!("models:            {}/v1", network.base_url);
    if !numbers.is_empty() {
        println!("numbers:           {}", numbers.join(", "));
    }
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot wait for Ctrl-C")?,
        () = stdin_closes(), if arguments.until_stdin_closes => {}
    }
    models.stop();
    network.stop().await;
    Ok(ExitCode::SUCCESS)
}
