//! `sign`: prints the signature of one request, to be compared with that of other implementations.

use clap::Args;
use sandbox::twilio::signature;
use std::process::ExitCode;

/// Print the X-Twilio-Signature of a form-encoded request
#[derive(Args)]
pub struct Arguments {
    /// The public URL, with its query, as the service knows it
    #[arg(long)]
    url: String,

    /// The account's auth token
    #[arg(long, env = "TWILIO_AUTH_TOKEN", hide_env_values = true)]
    auth_token: String,

    /// The form parameters; a key may be repeated
    #[arg(value_name = "KEY=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("there is no `=` between key and value")?;
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
