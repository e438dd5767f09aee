//! P11: the service's own latency per turn, from the caller's words to the TwiML of the reply, without the model's
//! time, with a hundred concurrent calls.

use super::measure::{median, percentile};
use super::report::{Floor, Line, Report};
use super::served::{Connection, PUBLIC_URL, Served, TOKEN};
use super::traffic;
use super::webhook::{COMMON_PARAMS, webhook};
use infra::config::{Config, Settings};
use infra::models::{ChatRequest, Format, Message, Models, ModelsOptions};
use sandbox::models::{self, Fault, Server, Surface};
use serde_json::json;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const CALLS: u64 = 100;
// The model stores the last thousand requests, which the benchmark counts.
const TURNS: u32 = 9;
const MODEL_LATENCY: Duration = Duration::from_millis(200);
/// From a reply to the caller's next words: shorter than any real pause.
const CALLER_PAUSE: Duration = Duration::from_secs(1);

/// P11.
pub async fn answered(report: &mut Report) -> anyhow::Result<()> {
    let model = Server::start(models::Models::default()).await?;
    let delay_ms = u64::try_from(MODEL_LATENCY.as_millis())?;
    model.models().add_fault(Fault::slow(Surface::Chat, delay_ms));
    // The model warms up at its first request, which is not measured.
    ask(&model).await?;
    let served = Served::start_with(|settings| settings.openai_base_url = Some(model.openai_url())).await?;
    let mut calls = JoinSet::new();
    for call in 0..CALLS {
        calls.spawn(converse(served.address(), call));
    }
    let mut added = Vec::new();
    while let Some(samples) = calls.join_next().await {
        added.extend(samples??);
    }
    let asked = model.models().requests().len();
    anyhow::ensure!(
        asked == added.len() + 1,
        "{asked} model requests, including one warm-up, in {} turns",
        added.len()
    );
    for (share, name, floor) in [(None, "median", Floor::None), (Some(0.99), "p99", Floor::AtMost(25.0))] {
        report.line(Line {
            id: "P11",
            work: format!("words received -> reply, without the model's own time, {CALLS} calls at once, {name}"),
            ours: share.map_or_else(|| median(added.clone()), |share| percentile(added.clone(), share)),
            theirs: None,
            unit: "ms",
            floor,
        });
    }
    report.note(format!(
        "P11: SQLite; {CALLS} calls of {TURNS} turns, the next words {} ms after an answer; the model, which takes {} ms, \
         the service and the callers share one process",
        CALLER_PAUSE.as_millis(),
        MODEL_LATENCY.as_millis()
    ));
    served.stop().await?;
    model.stop().await?;
    Ok(())
}

/// A warm-up request of the same form as during a call.
async fn ask(model: &Server) -> anyhow::Result<()> {
    let options = ModelsOptions::from_config(&Config::resolve(Settings::default())?.models, &model.openai_url());
    let schema = json!({
        "type": "object",
        "properties": {
            "say": { "type": "string", "description": "What is said to the caller." },
            "intent": {
                "type": "string",
                "enum": ["none", "goodbye", "opt_out", "person", "emergency"],
                "description": "What the caller wants of the call itself.",
            },
        },
        "required": ["say", "intent"],
        "additionalProperties": false,
    });
    let question = ChatRequest {
        format: Format::JsonSchema {
            name: "answer".to_owned(),
            schema,
        },
        ..ChatRequest::new(
            "You answer the telephone.".to_owned(),
            vec![Message::user("hello, are you there?".to_owned())],
            100,
            Duration::from_secs(10),
        )
    };
    Models::new(options)?.chat(&question).await?;
    Ok(())
}

/// Plays a call. Returns each reply's latency beyond the model's, in milliseconds.
async fn converse(address: SocketAddr, call: u64) -> anyhow::Result<Vec<f64>> {
    let call_id = traffic::call_id(call);
    let turns: Vec<_> = (0..TURNS).map(|turn| words(&call_id, turn)).collect();
    let mut connection = Connection::open(address).await?;
    connection.expect(&webhook(&call_id, 0), 200).await;
    // Callers speak at different times.
    tokio::time::sleep(CALLER_PAUSE * u32::try_from(call)? / u32::try_from(CALLS)?).await;
    let mut added = Vec::with_capacity(turns.len());
    for signed in &turns {
        tokio::time::sleep(CALLER_PAUSE).await;
        let begun = Instant::now();
        connection.expect(signed, 200).await;
        added.push((begun.elapsed().as_secs_f64() - MODEL_LATENCY.as_secs_f64()) * 1e3);
    }
    Ok(added)
}

/// The signed webhook with the caller's words, as raw bytes.
fn words(call_id: &str, turn: u32) -> Vec<u8> {
    let path = format!("/twilio/ai-respond?call_id={call_id}&turn={}", 2 * (turn + 1));
    let said = format!("and how is it with number {turn} of my questions about the laptop");
    let form: Vec<(String, String)> = COMMON_PARAMS
        .iter()
        .copied()
        .chain([
            ("CallSid", call_id),
            ("CallStatus", "in-progress"),
            ("SpeechResult", &said),
            ("Confidence", "0.93"),
        ])
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let signature = sandbox::twilio::signature::sign(TOKEN, &format!("{PUBLIC_URL}{path}"), &form);
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&form)
        .finish();
    format!(
        "POST {path} HTTP/1.1\r\nhost: calls.example\r\nx-twilio-signature: {signature}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
