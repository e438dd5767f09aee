//! P11: what we add to a turn of a conversation: from the caller's words to the orders that speak the answer, the model's own
//! time taken off, a hundred calls at once.

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
// The model keeps the last thousand questions, which are counted.
const TURNS: u32 = 9;
/// How long the model takes.
const MODEL_LATENCY: Duration = Duration::from_millis(200);
/// From an answer to the caller's next words: shorter than any person listens and speaks.
const CALLER_PAUSE: Duration = Duration::from_secs(1);

/// P11.
pub async fn answered(report: &mut Report) -> anyhow::Result<()> {
    let model = Server::start(models::Models::default()).await?;
    let delay_ms = u64::try_from(MODEL_LATENCY.as_millis())?;
    model.models().add_fault(Fault::slow(Surface::Chat, delay_ms));
    // A model makes itself ready at its first question; that is not our time.
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
        "{asked} questions to the model, of which one is ours, in {} turns",
        added.len()
    );
    for (share, name, floor) in [(None, "median", Floor::None), (Some(0.99), "p99", Floor::AtMost(25.0))] {
        report.line(Line {
            id: "P11",
            work: format!("words heard -> answer, beyond the model's own time, {CALLS} calls at once, {name}"),
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

/// A question of our own, in the form of those that are asked during a call.
async fn ask(model: &Server) -> anyhow::Result<()> {
    let options = ModelsOptions::from_config(&Config::resolve(Settings::default())?.models, &model.openai_url());
    let schema = json!({
        "type": "object",
        "properties": {
            "say": { "type": "string", "description": "What is said to the caller." },
            "goodbye": { "type": "boolean", "description": "Whether the call ends after these words." },
            "person": { "type": "boolean", "description": "Whether a person is needed." },
        },
        "required": ["say", "goodbye", "person"],
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

/// A call; how much longer than the model each answer took, in milliseconds.
async fn converse(address: SocketAddr, call: u64) -> anyhow::Result<Vec<f64>> {
    let call_id = traffic::call_id(call);
    let turns: Vec<_> = (0..TURNS).map(|turn| words(&call_id, turn)).collect();
    let mut connection = Connection::open(address).await?;
    connection.expect(&webhook(&call_id, 0), 200).await;
    // Nobody speaks at the same moment as everybody else.
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

/// What the caller says, as it goes over the wire: signed.
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
