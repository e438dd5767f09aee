use super::*;
use clap::CommandFactory as _;

#[test]
fn command_line_definition_is_valid() {
    Cli::command().debug_assert();
}

#[test]
fn serve_help_lists_every_variable_without_values() {
    let mut command = Cli::command();
    let help = command
        .find_subcommand_mut("serve")
        .expect("the subcommand")
        .render_long_help()
        .to_string();
    for variable in Settings::VARIABLES {
        assert!(help.contains(&format!("[env: {variable}]")), "{variable} is missing");
    }
}

#[test]
fn every_documented_variable_exists() {
    for variable in [
        "PORT",
        "PUBLIC_URL",
        "DATA_DIR",
        "LEDGER_DATABASE_URL",
        "READ_MODELS_DATABASE_URL",
        "KEYS_DATABASE_URL",
        "RECORDINGS_URL",
        "S3_ENDPOINT",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_API_KEY",
        "TWILIO_API_SECRET",
        "TWILIO_TWIML_APP_SID",
        "TWILIO_PHONE_NUMBER",
        "TWILIO_INBOUND_PHONE_NUMBER",
        "TWILIO_API_BASE",
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "LEDGER_MASTER_KEY",
    ] {
        assert!(Settings::VARIABLES.contains(&variable), "{variable}");
    }
}

#[test]
fn documented_subcommands_parse() {
    for line in [
        "serve --port 8080",
        "serve --accept-clock",
        "calls list",
        "calls history CA1 --at 2026-01-01T00:00:00Z --json",
        "calls history CA1 --version 3",
        "projections status",
        "projections rebuild call_log --dry-run",
        "projections rebuild call_log --switch",
        "projections rebuild call_log --switch --accept-dead-letters",
        "agents list",
        "agents get default",
        "agents set default --greeting Hello",
        "users list",
        "users add --email ada@example.org --name Ada --role admin",
        "openapi",
        "keys rotate",
    ] {
        Cli::try_parse_from(std::iter::once("call-ledger").chain(line.split(' ')))
            .unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}
