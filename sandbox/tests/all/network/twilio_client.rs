//! Drives every resource of the network with Twilio's official Python client, an independent implementation.
//!
//! The package is installed once per version into a Python environment by `tools/test-cache`.

use super::media::Media;
use super::{ACCOUNT, NUMBER, Product, TOKEN, network_with, until};
use anyhow::{Context as _, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/validators/drive_network.py");

#[tokio::test]
async fn official_client_accepts_every_resource() {
    let product = Product::start().await;
    product
        .at("/long", "<Say>A long story begins</Say><Pause length=\"3600\"/>")
        .at("/room", "<Dial><Conference waitUrl=\"\">room</Conference></Dial>")
        .at("/hold", "<Say>Please hold</Say>");
    let media = Media::start().await;
    let network = network_with(&product, |options| {
        options.speed = 20.0;
        options.between_calls = Duration::ZERO;
        options.routes = vec![media.route()];
    })
    .await;
    let streamed = tokio::spawn(async move {
        let mut talk = media.accept().await;
        (talk.rest().await, talk)
    });
    for address in ["+15045550111", "+15045550112"] {
        network.register(address, super::typed());
    }
    let arguments = [&network.base_url, ACCOUNT, TOKEN, &product.base_url, NUMBER].map(str::to_owned);
    let output = tokio::task::spawn_blocking(move || -> Result<Output> {
        let mut script = Command::new(python()?);
        script.env("PYTHONUTF8", "1").arg(SCRIPT).args(arguments);
        script.output().context("cannot run Python")
    })
    .await
    .expect("no panic")
    .expect("Twilio's client can be run");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complained}");
    assert_eq!(
        said.lines().collect::<Vec<_>>(),
        [
            "numbers",
            "applications",
            "calls and recordings",
            "refusals",
            "conferences",
            "streams",
            "pages"
        ]
    );
    assert!(!product.requests("/hold").is_empty());
    let (rest, talk) = streamed.await.expect("no panic");
    assert_eq!(rest.len(), 1, "{rest:?}");
    assert_eq!(rest[0]["event"], "stop");
    let tracks = "\"tracks\":[\"inbound\",\"outbound\"]";
    let parameters = "\"customParameters\":{\"call\":\"7\",\"customer\":\"Ada & Co\"}";
    assert!(
        talk.raw[1].contains(tracks) && talk.raw[1].contains(parameters),
        "{}",
        talk.raw[1]
    );
    until(&network, "the callbacks", |_| product.requests("/stream").len() == 2).await;
    assert_eq!(
        product.values("/stream", "StreamEvent"),
        ["stream-started", "stream-stopped"]
    );
    network.stop().await;
}

/// Python of an environment with Twilio's package, which is downloaded once.
pub fn python() -> Result<PathBuf> {
    let sandbox = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(sandbox.join("../tools/test-cache"))
        .arg("python")
        .arg(sandbox.join("tests/validators/requirements.txt"))
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run tools/test-cache, which needs python3")?;
    ensure!(output.status.success(), "tools/test-cache failed: {}", output.status);
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim()))
}
