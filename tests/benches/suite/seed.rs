//! Fills a ledger with many calls through the regular append path: sealed with their own keys, appended concurrently,
//! with interleaved events.

use super::traffic;
use domain::call::CallEvent;
use domain::{Decide, Personal};
use harness::test_stores::TestStores;
use infra::event_store::{Actor, Metadata};
use infra::ledger::{Ledger, LedgerError};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Concurrent calls.
const MAX_CONCURRENCY: usize = 512;
const EVENTS_PER_COMMAND: usize = 4;
/// One of this many calls is long, if long calls are requested.
const CALLS_PER_LONG_CALL: u64 = 200;

/// A size that an environment variable can reduce for a quick run.
pub fn size(variable: &str, usual: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(usual)
}

/// A filled ledger and its stores.
pub struct Seeded {
    pub stores: TestStores,
    pub ledger: Ledger,
    /// Number of calls; their numbers are 0 up to this.
    pub calls: u64,
    /// The calls of exactly `long` events.
    pub long: Vec<String>,
}

/// Fills a ledger with at least this many events. With `long`, one of two hundred calls has that many events.
pub async fn ledger(events: u64, long: Option<usize>) -> anyhow::Result<Seeded> {
    let stores = TestStores::sqlite().await;
    let ledger = stores.ledger().await;
    let (room, mut tasks) = (Arc::new(Semaphore::new(MAX_CONCURRENCY)), JoinSet::new());
    let (mut calls, mut long_ones) = (0, Vec::new());
    while ledger.known_head() < i64::try_from(events)? {
        let permit = room.clone().acquire_owned().await?;
        let length = long.filter(|_| calls % CALLS_PER_LONG_CALL == CALLS_PER_LONG_CALL / 2);
        if length.is_some() {
            long_ones.push(traffic::call_id(calls));
        }
        let (ledger, n) = (ledger.clone(), calls);
        tasks.spawn(async move {
            let events = length.map_or_else(|| traffic::whole(n), |length| traffic::long(n, length));
            let appended = append_events(&ledger, n, events).await;
            drop(permit);
            appended
        });
        while let Some(appended) = tasks.try_join_next() {
            appended??;
        }
        calls += 1;
    }
    while let Some(appended) = tasks.join_next().await {
        appended??;
    }
    Ok(Seeded {
        stores,
        ledger,
        calls,
        long: long_ones,
    })
}

async fn append_events(ledger: &Ledger, n: u64, events: Vec<CallEvent>) -> Result<(), LedgerError<Never>> {
    let id = traffic::call_id(n);
    for (index, events) in events.chunks(EVENTS_PER_COMMAND).enumerate() {
        let metadata = Metadata {
            endpoint: Some("/twilio/inbound-status".to_owned()),
            params: Some(Personal::Known(params(&id))),
            ..Metadata::new("default", Actor::Twilio, "0193a5c2-7d7e-7000-8000-000000000000")
                .with_key(format!("twilio:inbound-status:{id}:{index}"))
        };
        ledger.execute::<Decided>(&id, events.to_vec(), metadata).await?;
    }
    Ok(())
}

/// The raw parameters of a webhook.
fn params(id: &str) -> infra::event_store::Params {
    super::webhook::COMMON_PARAMS
        .iter()
        .map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()]))
        .chain([("CallSid".to_owned(), vec![id.to_owned()])])
        .collect()
}

/// A call whose commands are its events: the ledger loads, seals and appends as usual, several events per command.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Decided;

/// No command is refused.
#[derive(Debug, thiserror::Error)]
#[error("refused")]
pub struct Never;

impl cqrs_es::Aggregate for Decided {
    const TYPE: &'static str = "call";
    type Command = Vec<CallEvent>;
    type Event = CallEvent;
    type Error = Never;
    type Services = ();

    async fn handle(
        &mut self,
        command: Vec<CallEvent>,
        (): &(),
        sink: &cqrs_es::event_sink::EventSink<Self>,
    ) -> Result<(), Never> {
        for event in command {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, _: CallEvent) {}
}

impl Decide for Decided {
    fn decide(&self, command: &Vec<CallEvent>) -> Result<Vec<CallEvent>, Never> {
        Ok(command.clone())
    }

    fn upcasters() -> Vec<Box<dyn cqrs_es::persist::EventUpcaster>> {
        Vec::new()
    }
}
