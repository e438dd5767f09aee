//! The commands `serve` and `call`.

use super::{ACCOUNT, NUMBER, Product, TOKEN};
use std::io::Write as _;
use std::process::{Output, Stdio};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// Starts `serve`, killed on drop. Returns the process and its URL.
async fn serve(product: &Product) -> (Child, String) {
    let number = format!("{NUMBER}={},{}", product.url("/voice"), product.url("/status"));
    let mut serve = Command::new(env!("CARGO_BIN_EXE_call-ledger-sandbox"))
        .args([
            "serve",
            "--port",
            "0",
            "--speed",
            "100",
            "--account-sid",
            ACCOUNT,
            "--number",
            &number,
        ])
        .env("TWILIO_AUTH_TOKEN", TOKEN)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(serve.stdout.take().expect("it is piped")).lines();
    let first = lines.next_line().await.expect("it says something").expect("a line");
    let url = first.split_whitespace().last().expect("a URL").to_owned();
    // Kept open: writing to a closed pipe would end the process.
    tokio::spawn(async move { while lines.next_line().await.is_ok_and(|line| line.is_some()) {} });
    (serve, url)
}

async fn call(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_call-ledger-sandbox"))
        .arg("call")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .await
        .expect("it runs")
}

fn scenario(expect: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    let text = format!(
        "description = 'test'\n[caller]\nfrom = '+15045550142'\nsteps = [{{ say = 'my question' }}]\n[expect]\n{expect}"
    );
    file.write_all(text.as_bytes()).expect("it can be written");
    file
}

#[tokio::test]
async fn call_command_prints_the_call_and_checks_expectations() {
    let product = Product::start().await;
    product
        .at(
            "/voice",
            "<Gather input=\"speech\" speechTimeout=\"auto\" action=\"/turn\"><Say>Yes?</Say></Gather>",
        )
        .at("/turn", "<Say>Goodbye</Say>");
    let (_serve, url) = serve(&product).await;
    for (expect, as_it_should) in [("ended_by = 'twiml'", true), ("hears = ['never said']", false)] {
        let file = scenario(expect);
        let path = file.path().to_str().expect("a path");
        let output = call(&["--file", path, "--sandbox", &url, "--verbose"]).await;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(
            output.status.success(),
            as_it_should,
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        for line in [
            "says: Yes?",
            "caller: my question",
            "says: Goodbye",
            "-- completed",
            "document http",
        ] {
            assert!(said.contains(line), "{line:?} is not in {said}");
        }
        assert_eq!(said.contains("never heard /never said/"), !as_it_should, "{said}");
    }
    assert_eq!(product.values("/turn", "SpeechResult"), ["my question", "my question"]);
}

#[tokio::test]
async fn call_command_lists_scenarios_and_reports_an_unknown_one() {
    let listed = call(&["--list"]).await;
    assert!(listed.status.success());
    assert!(String::from_utf8_lossy(&listed.stdout).contains("support"));
    for (arguments, why) in [
        (&["--scenario", "no-such"][..], "there is no scenario"),
        (&[][..], "--scenario, --file or --type"),
        (
            &["--scenario", "support", "--sandbox", "http://127.0.0.1:1"][..],
            "there is no sandbox",
        ),
    ] {
        let refused = call(arguments).await;
        assert!(!refused.status.success());
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains(why), "{said}");
    }
}
