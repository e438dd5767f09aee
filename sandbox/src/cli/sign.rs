//! `sign`: prints the signature of a request, for comparison with other implementations.

use clap::Args;
use sandbox::twilio::signature;
use std::process::ExitCode;

/// Print the X-Twilio-Signature of a form-encoded request
#[derive(Args)]
pub struct Arguments {
    /// Public URL of the service's endpoint, including the query
    #[arg(long)]
    url: String,

    /// Auth token of the account
    #[arg(long, env = "TWILIO_AUTH_TOKEN", hide_env_values = true)]
    auth_token: String,

    /// Form parameters; a key may be repeated
    #[arg(value_name = "KEY=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Prints the signature.
pub fn run(arguments: &Arguments) -> ExitCode {
    println!(
        "{}",
        signature::sign(&arguments.auth_token, &arguments.url, &arguments.params)
    );
    ExitCode::SUCCESS
}
