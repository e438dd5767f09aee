//! From the log's bytes to typed events: unseal, upcast, parse.

use crate::event_store::{Event, Metadata, RawEvent, Recorded, StoreError, StreamId};
use crate::event_store::StoredMetadata;
use crate::keys::{KeyStore, SealingKey, open_params, open_payload};
use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use domain::Decide;
use domain::agent::Agent;
use domain::call::Call;
use domain::contact::Contact;
use domain::unrouted::Unrouted;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// The events that end a stream's key. Once one is seen, the key is not used any more, whoever is going to destroy it.
const ERASING: [&str; 2] = ["CallErased", "ContactErased"];

type Keys = HashMap<StreamId, Option<Arc<SealingKey>>>;
type Upcasters = Vec<Box<dyn EventUpcaster>>;

static CALL: LazyLock<Upcasters> = LazyLock::new(Call::upcasters);
static AGENT: LazyLock<Upcasters> = LazyLock::new(Agent::upcasters);
static CONTACT: LazyLock<Upcasters> = LazyLock::new(Contact::upcasters);
static UNROUTED: LazyLock<Upcasters> = LazyLock::new(Unrouted::upcasters);

/// Opens events. One that this program does not know becomes [`Event::Unreadable`]: its reader decides what that means.
pub(super) async fn open(keys: &KeyStore, events: Vec<RawEvent>) -> Result<Vec<Recorded>, StoreError> {
    for event in events.iter().filter(|event| ERASING.contains(&event.event_type.as_str())) {
        keys.forget(&event.stream());
    }
    let streams: Vec<StreamId> = events.iter().map(RawEvent::stream).collect();
    let keys = keys.for_opening(streams.iter()).await?;
    events.into_iter().zip(streams).map(|(event, stream)| open_one(event, stream, &keys)).collect()
}

fn open_one(raw: RawEvent, stream: StreamId, keys: &Keys) -> Result<Recorded, StoreError> {
    let key = keys.get(&stream).and_then(Option::as_deref);
    let stored: StoredMetadata = serde_json::from_str(&raw.metadata).map_err(StoreError::encode)?;
    let metadata = open_metadata(stored, &stream, raw.sequence, key)?;
    let event = match open_event(&raw, &stream, key) {
        Ok(event) => event,
        Err(reason) => Event::Unreadable { reason },
    };
    Ok(Recorded {
        position: raw.position,
        sequence: raw.sequence,
        recorded_at: raw.recorded_at(),
        event_type: raw.event_type,
        event_version: raw.event_version,
        stream,
        metadata,
        event,
    })
}

fn open_metadata(
    mut stored: StoredMetadata,
    stream: &StreamId,
    sequence: i64,
    key: Option<&SealingKey>,
) -> Result<Metadata, StoreError> {
    let params = match stored.params_sealed.take() {
        Some(sealed) => Some(open_params(&sealed, stream, sequence, key)?),
        None => None,
    };
    stored.open(params).map_err(|_| StoreError::Unreadable("its metadata names no actor".to_owned()))
}

fn open_event(raw: &RawEvent, stream: &StreamId, key: Option<&SealingKey>) -> Result<Event, String> {
    let mut payload: Value = serde_json::from_str(&raw.payload).map_err(|_| "its payload is no JSON".to_owned())?;
    open_payload(&mut payload, stream, raw.sequence, key).map_err(|error| error.to_string())?;
    match raw.aggregate_type.as_str() {
        "call" => parse(&CALL, raw, payload).map(Event::Call),
        "agent" => parse(&AGENT, raw, payload).map(Event::Agent),
        "contact" => parse(&CONTACT, raw, payload).map(Event::Contact),
        "unrouted" => parse(&UNROUTED, raw, payload).map(Event::Unrouted),
        _ => Err("its aggregate type is not known".to_owned()),
    }
}

fn parse<E: DeserializeOwned>(upcasters: &Upcasters, raw: &RawEvent, payload: Value) -> Result<E, String> {
    let (event_type, version) = (&raw.event_type, &raw.event_version);
    let payload = if upcasters.iter().any(|upcaster| upcaster.can_upcast(event_type, version)) {
        let event = SerializedEvent::new(
            raw.aggregate_id.clone(),
            usize::try_from(raw.sequence).unwrap_or_default(),
            raw.aggregate_type.clone(),
            event_type.clone(),
            version.clone(),
            payload,
            Value::Null,
        );
        upcast(upcasters, event).payload
    } else {
        payload
    };
    // serde's own words could quote the payload, which may hold a personal value.
    serde_json::from_value(payload).map_err(|_| format!("{event_type} {version} is not known to this program"))
}

fn upcast(upcasters: &Upcasters, event: SerializedEvent) -> SerializedEvent {
    upcasters.iter().fold(event, |event, upcaster| {
        if upcaster.can_upcast(&event.event_type, &event.event_version) { upcaster.upcast(event) } else { event }
    })
}

/// Opens an aggregate's events as cqrs-es's repositories give them.
pub(super) async fn open_stream<A: Decide>(
    keys: &KeyStore,
    stream: &StreamId,
    events: Vec<SerializedEvent>,
) -> Result<Vec<A::Event>, StoreError> {
    if events.iter().any(|event| ERASING.contains(&event.event_type.as_str())) {
        keys.forget(stream);
    }
    let keys = keys.for_opening(std::iter::once(stream)).await?;
    let key = keys.get(stream).and_then(Option::as_deref);
    let upcasters = A::upcasters();
    let mut opened = Vec::with_capacity(events.len());
    for mut event in events {
        open_payload(&mut event.payload, stream, i64::try_from(event.sequence).unwrap_or(i64::MAX), key)?;
        let event = upcast(&upcasters, event);
        let name = format!("{} {}", event.event_type, event.event_version);
        opened.push(serde_json::from_value(event.payload).map_err(|_| StoreError::Unreadable(name))?);
    }
    Ok(opened)
}
