//! From the log's bytes to typed events: unseal, upcast, parse.

use crate::event_store::{Event, Metadata, RawEvent, Recorded, StoreError, StoredMetadata, StreamId};
use crate::keys::{KeyStore, SealingKey, open_params, open_payload};
use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use domain::agent::Agent;
use domain::call::Call;
use domain::contact::Contact;
use domain::unrouted::Unrouted;
use domain::{Decide, Personal};
use serde::de::DeserializeOwned;
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

/// Whether the webhooks' raw parameters are opened too. Only people who look at a history ask for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RawParams {
    Opened,
    LeftSealed,
}

/// Opens events. One that this program does not know becomes [`Event::Unreadable`]: its reader decides what that means.
pub(super) async fn open(
    keys: &KeyStore,
    events: Vec<RawEvent>,
    params: RawParams,
) -> Result<Vec<Recorded>, StoreError> {
    for event in events
        .iter()
        .filter(|event| ERASING.contains(&event.event_type.as_str()))
    {
        keys.forget(&event.stream());
    }
    let streams: Vec<StreamId> = events.iter().map(RawEvent::stream).collect();
    let keys = keys.for_opening(streams.iter()).await?;
    events
        .into_iter()
        .zip(streams)
        .map(|(event, stream)| open_one(event, stream, &keys, params))
        .collect()
}

fn open_one(raw: RawEvent, stream: StreamId, keys: &Keys, params: RawParams) -> Result<Recorded, StoreError> {
    let key = keys.get(&stream).and_then(Option::as_deref);
    let stored: StoredMetadata = serde_json::from_str(&raw.metadata).map_err(StoreError::encode)?;
    let metadata = open_metadata(stored, &stream, raw.sequence, key, params)?;
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
    params: RawParams,
) -> Result<Metadata, StoreError> {
    let params = match (stored.params_sealed.take(), params) {
        (Some(sealed), RawParams::Opened) => Some(open_params(&sealed, stream, sequence, key)?),
        (Some(sealed), RawParams::LeftSealed) => Some(Personal::Sealed(sealed)),
        (None, _) => None,
    };
    stored
        .open(params)
        .map_err(|_| StoreError::Unreadable("its metadata names no actor".to_owned()))
}

fn open_event(raw: &RawEvent, stream: &StreamId, key: Option<&SealingKey>) -> Result<Event, String> {
    let payload = open_payload(&raw.payload, stream, raw.sequence, key).map_err(|error| error.to_string())?;
    let name = (raw.event_type.as_str(), raw.event_version.as_str());
    match raw.aggregate_type.as_str() {
        "call" => parse(&CALL, name, &payload).map(Event::Call),
        "agent" => parse(&AGENT, name, &payload).map(Event::Agent),
        "contact" => parse(&CONTACT, name, &payload).map(Event::Contact),
        "unrouted" => parse(&UNROUTED, name, &payload).map(Event::Unrouted),
        _ => Err("its aggregate type is not known".to_owned()),
    }
}

/// Reads an open payload as today's event, by way of the upcasters where it is older.
fn parse<E: DeserializeOwned>(
    upcasters: &Upcasters,
    (event_type, version): (&str, &str),
    payload: &str,
) -> Result<E, String> {
    // serde's own words could quote the payload, which may hold a personal value.
    let unknown = |_| format!("{event_type} {version} is not known to this program");
    if !upcasters
        .iter()
        .any(|upcaster| upcaster.can_upcast(event_type, version))
    {
        return serde_json::from_str(payload).map_err(unknown);
    }
    let old = SerializedEvent::new(
        String::new(),
        0,
        String::new(),
        event_type.to_owned(),
        version.to_owned(),
        serde_json::from_str(payload).map_err(unknown)?,
        serde_json::Value::Null,
    );
    let event = upcasters.iter().fold(old, |event, upcaster| {
        if upcaster.can_upcast(&event.event_type, &event.event_version) {
            upcaster.upcast(event)
        } else {
            event
        }
    });
    serde_json::from_value(event.payload).map_err(unknown)
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
    let opened = events.iter().map(|event| {
        let sequence = i64::try_from(event.sequence).unwrap_or(i64::MAX);
        let payload = open_payload(&event.payload.to_string(), stream, sequence, key)?;
        parse(&upcasters, (&event.event_type, &event.event_version), &payload).map_err(StoreError::Unreadable)
    });
    opened.collect()
}
