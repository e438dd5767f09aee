//! Trains the zstd dictionary for webhook parameters on the sandbox's traffic, which is fiction.
//!
//! `cargo run --release -p call-ledger-tests --bin train-params-dictionary -- OUTPUT` writes the same bytes on every run
//! with the locked version of zstd. A dictionary that was released never changes: a better one gets the next number.

use anyhow::{Context, Result};
use chrono::{Days, NaiveDate};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use sandbox::traffic::PlannedRequest;
use sandbox::traffic::data::places::PLACES;
use sandbox::traffic::data::words::CONVERSATIONS;
use sandbox::traffic::day::DayOptions;
use sandbox::traffic::plan::plan_day;
use std::collections::BTreeMap;

/// Bytes of the dictionary, at most.
const DICTIONARY_SIZE: usize = 16 * 1024;
/// Each day belongs to a business in another city.
const DAYS: u64 = 72;
const CALLS_PER_DAY: usize = 60;

type Params = BTreeMap<String, Vec<String>>;

fn main() -> Result<()> {
    let output = std::env::args()
        .nth(1)
        .context("usage: train-params-dictionary OUTPUT")?;
    let samples = samples()?;
    let dictionary = zstd::dict::from_samples(&samples, DICTIONARY_SIZE)?;
    std::fs::write(&output, &dictionary)?;
    println!("{} bytes from {} samples", dictionary.len(), samples.len());
    Ok(())
}

/// Parameters as they are serialized before they are compressed.
fn samples() -> Result<Vec<Vec<u8>>> {
    let mut rng = StdRng::seed_from_u64(1);
    let mut samples = Vec::new();
    for day in 0..DAYS {
        let (area, _) = PLACES[usize::try_from(day)? % PLACES.len()];
        let date = NaiveDate::from_ymd_opt(2026, 1, 1).context("a date")? + Days::new(day * 37);
        let options = DayOptions {
            seed: day,
            calls: CALLS_PER_DAY,
            number: format!("+1{area}5550100"),
            ..DayOptions::on(date)
        };
        let account = options.account_sid.clone();
        for request in plan_day(&options).iter().flat_map(|call| &call.requests) {
            for params in shapes(request, &mut rng) {
                // Every installation has another account: its identifier must not become part of the dictionary.
                let other = sid("AC", &mut rng);
                samples.push(serde_json::to_string(&params)?.replace(&account, &other).into_bytes());
            }
        }
    }
    Ok(samples)
}

/// The request's parameters, and those of requests that a planned day does not contain: the turns of a conversation and
/// what follows `<Dial>` and `<Stream>`.
fn shapes(request: &PlannedRequest, rng: &mut StdRng) -> Vec<Params> {
    let mut params = Params::new();
    for (name, value) in &request.params {
        // The few conversations of the sandbox repeat, those of the world do not.
        let value = match name.as_str() {
            "TranscriptionText" => words(60, rng),
            _ => value.clone(),
        };
        params.entry(name.clone()).or_default().push(value);
    }
    let mut shapes = vec![params.clone()];
    if request.path == "/twilio/inbound" {
        params.insert("CallStatus".into(), vec!["in-progress".into()]);
        let mut with = |fields: &[(&str, String)]| {
            let mut shape = params.clone();
            for (name, value) in fields {
                shape.insert((*name).into(), vec![value.clone()]);
            }
            shapes.push(shape);
        };
        for _ in 0..2 {
            let said = words(12, rng);
            let confidence = format!("{:.8}", rng.random_range(0.6..1.0));
            with(&[
                ("SpeechResult", said),
                ("Confidence", confidence),
                ("Language", "en-US".into()),
            ]);
        }
        let digit = rng.random_range(0..10);
        with(&[("Digits", format!("{digit}")), ("FinishedOnKey", String::new())]);
        let status = ["completed", "busy", "no-answer", "failed", "canceled"]
            .choose(rng)
            .expect("a status");
        with(&[
            ("DialBridged", (*status == "completed").to_string()),
            ("DialCallDuration", rng.random_range(0..600).to_string()),
            ("DialCallSid", sid("CA", rng)),
            ("DialCallStatus", (*status).into()),
        ]);
        let direct = ["AccountSid", "CallSid"].map(|name| (name.to_owned(), params[name].clone()));
        let mut stream = Params::from(direct);
        for (name, value) in [
            (
                "StreamEvent",
                ["stream-started", "stream-stopped"][rng.random_range(0..2)].into(),
            ),
            ("StreamSid", sid("MZ", rng)),
            ("StreamName", "call".into()),
            ("Timestamp", "2026-01-01T00:00:00.000Z".into()),
        ] {
            stream.insert(name.into(), vec![value]);
        }
        shapes.push(stream);
    }
    shapes
}

/// Words of the sandbox's conversations in random order.
fn words(up_to: usize, rng: &mut StdRng) -> String {
    let all: Vec<&str> = CONVERSATIONS
        .iter()
        .flat_map(|one| one.with_ai.split(' ').chain(one.with_human.split(' ')))
        .filter(|word| !word.contains('{'))
        .collect();
    let count = rng.random_range(1..=up_to);
    let words: Vec<&str> = (0..count).filter_map(|_| all.choose(rng).copied()).collect();
    words.join(" ")
}

fn sid(prefix: &str, rng: &mut StdRng) -> String {
    format!("{prefix}{:032x}", rng.random::<u128>())
}
