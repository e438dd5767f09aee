use super::*;
use clap::CommandFactory as _;

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn the_help_of_serve_lists_every_variable_and_no_value() {
    let mut command = Cli::command();
    let help = command
        .find_subcommand_mut("serve")
        .expect("the verb")
        .render_long_help()
        .to_string();
    for variable in Settings::VARIABLES {
        assert!(help.contains(&format!("[env: {variable}]")), "{variable} is missing");
    }
}

#[test]
fn every_variable_of_the_documented_table_is_there() {
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
fn the_documented_verbs_parse() {
    for line in [
        "serve --port 8080",
        "calls list",
        "calls history CA1 --at 2026-01-01T00:00:00Z --json",
        "calls history CA1 --version 3",
        "projections status",
        "projections rebuild call_log --dry-run",
        "projections rebuild call_log --switch",
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
