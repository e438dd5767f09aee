//! The commands `sign`, `traffic` and `serve`.

use crate::service::{AUTH_TOKEN, PUBLIC_URL, Service};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Output, Stdio};

fn sandbox(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_call-ledger-sandbox"))
        .args(arguments)
        .env_remove("TWILIO_AUTH_TOKEN")
        .env_remove("TWILIO_ACCOUNT_SID")
        .output()
        .expect("the sandbox starts")
}

/// Runs `traffic` against this service, without review.
async fn traffic(service: &Service, auth_token: &str, more: &[&str]) -> Output {
    let url = service.start().await;
    let mut arguments: Vec<String> = [
        "traffic",
        "--no-review",
        "--public-url",
        PUBLIC_URL,
        "--auth-token",
        auth_token,
        "--url",
        &url,
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
    let run = move || sandbox(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    tokio::task::spawn_blocking(run).await.expect("no panic")
}

#[test]
fn sign_prints_the_signature_of_a_published_vector() {
    let output = sandbox(&[
        "sign",
        "--url",
        "https://mycompany.com/myapp.php?foo=1&bar=2",
        "--auth-token",
        "12345",
        "CallSid=CA1234567890ABCDE",
        "Caller=+12349013030",
        "Digits=1234",
        "From=+12349013030",
        "To=+18005551212",
    ]);
    assert!(output.status.success());
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "0/KCTR6DLpKmkAf8muzZqo1nDgQ=\n"
    );
}

#[test]
fn traffic_without_auth_token_names_the_missing_option() {
    let output = sandbox(&["traffic", "--no-review"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("--auth-token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn accepted_day_prints_a_table_and_succeeds() {
    let service = Service::default();
    let output = traffic(&service, AUTH_TOKEN, &["--calls", "30", "--day", "2026-03-27"]).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    for line in ["answered by the AI", "of them duplicates", "204", "requests/s"] {
        assert!(table.contains(line), "{line} is not in {table}");
    }
    assert!(!service.received().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_day_exits_with_failure() {
    let output = traffic(&Service::default(), "another token", &["--calls", "1"]).await;
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn chaos_sends_duplicates() {
    let service = Service::default();
    let output = traffic(&service, AUTH_TOKEN, &["--calls", "20", "--chaos"]).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tokens: Vec<_> = service.received().into_iter().map(|request| request.token).collect();
    let distinct: std::collections::HashSet<_> = tokens.iter().collect();
    assert!(distinct.len() < tokens.len());
}

#[test]
fn serve_ends_when_stdin_closes() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_call-ledger-sandbox"))
        .args([
            "serve",
            "--port",
            "0",
            "--until-stdin-closes",
            "--application",
            &format!("AP{:032}", 0),
        ])
        .env("TWILIO_AUTH_TOKEN", AUTH_TOKEN)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the sandbox starts");
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("its output"));
    out.read_line(&mut line).expect("a line");
    assert!(line.starts_with("telephone network: http://127.0.0.1:"), "{line}");
    assert_eq!(
        child.try_wait().expect("a process"),
        None,
        "it runs while stdin is open"
    );
    drop(child.stdin.take());
    assert!(child.wait().expect("a process").success());
}
