//! Converts stored events to typed ones: unseal, upcast, parse.

use crate::event_store::{Event, Metadata, RawEvent, Recorded, StoreError, StoredMetadata, StreamId};
use crate::keys::{KeyStore, StreamKey, open_params, open_payload};
use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use domain::Decide;
use domain::agent::Agent;
use domain::call::Call;
use domain::callee::Callee;
use domain::contact::Contact;
use domain::ledger::Ledger as LedgerState;
use domain::phone_number::PhoneNumber;
use domain::quarantine::Quarantine;
use domain::tenant_settings::TenantSettings;
use domain::user::User;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Events that erase a stream. Once one is read, the stream's key is no longer used, even if it is not destroyed yet.
const ERASING_EVENTS: [&str; 5] = [
    "CallErased",
    "ContactErased",
    "CalleeErased",
    "WebhookErased",
    "UserErased",
];

/// Most events that are unsealed on the async thread. Larger runs are unsealed on a blocking thread.
const MAX_INLINE_EVENTS: usize = 256;

type Keys = HashMap<StreamId, StreamKey>;
type Upcasters = Vec<Box<dyn EventUpcaster>>;

static CALL: LazyLock<Upcasters> = LazyLock::new(Call::upcasters);
static AGENT: LazyLock<Upcasters> = LazyLock::new(Agent::upcasters);
static CONTACT: LazyLock<Upcasters> = LazyLock::new(Contact::upcasters);
static CALLEE: LazyLock<Upcasters> = LazyLock::new(Callee::upcasters);
static PHONE_NUMBER: LazyLock<Upcasters> = LazyLock::new(PhoneNumber::upcasters);
static TENANT_SETTINGS: LazyLock<Upcasters> = LazyLock::new(TenantSettings::upcasters);
static QUARANTINE: LazyLock<Upcasters> = LazyLock::new(Quarantine::upcasters);
static USER: LazyLock<Upcasters> = LazyLock::new(User::upcasters);
static LEDGER: LazyLock<Upcasters> = LazyLock::new(LedgerState::upcasters);

/// Whether to unseal the webhooks' raw parameters. They are most of the sealed bytes and rarely needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RawParams {
    Opened,
    Omitted,
}

/// Unseals and parses events. An unknown event becomes [`Event::Unreadable`], and its reader decides what to do. `wrap`
/// puts each event into its final container at once, because an event is large to move.
pub(super) async fn open<T: Send + 'static>(
    keys: &KeyStore,
    events: Vec<RawEvent>,
    params: RawParams,
    wrap: fn(Recorded) -> T,
) -> Result<Vec<T>, StoreError> {
    for event in events
        .iter()
        .filter(|event| ERASING_EVENTS.contains(&event.event_type.as_str()))
    {
        keys.forget(&event.stream);
    }
    let keys = keys.for_opening(events.iter().map(|event| &event.stream)).await?;
    if events.len() <= MAX_INLINE_EVENTS {
        return Ok(open_all(events, &keys, params, wrap));
    }
    let opened = tokio::task::spawn_blocking(move || open_all(events, &keys, params, wrap));
    opened.await.map_err(|_| StoreError::Closed)
}

fn open_all<T>(events: Vec<RawEvent>, keys: &Keys, params: RawParams, wrap: fn(Recorded) -> T) -> Vec<T> {
    let opened = events.into_iter().map(|event| wrap(open_one(event, keys, params)));
    opened.collect()
}

/// What cannot be read of an event makes that event unreadable, and no other.
fn open_one(raw: RawEvent, keys: &Keys, params: RawParams) -> Recorded {
    let key = keys.get(&raw.stream).unwrap_or(&StreamKey::Missing);
    let (metadata, event) = match open_metadata(&raw, key, params) {
        Ok(metadata) => match open_event(&raw, key) {
            Ok(event) => (metadata, event),
            Err(reason) => (metadata, Event::Unreadable { reason }),
        },
        Err(reason) => (
            StoredMetadata::readable_part(&raw.metadata),
            Event::Unreadable { reason },
        ),
    };
    Recorded {
        size: raw.payload.len(),
        position: raw.position,
        sequence: raw.sequence,
        recorded_at: raw.recorded_at(),
        event_type: raw.event_type,
        event_version: raw.event_version,
        stream: raw.stream,
        metadata,
        event,
    }
}

/// The error contains no personal values.
fn open_metadata(raw: &RawEvent, key: &StreamKey, params: RawParams) -> Result<Metadata, String> {
    // serde's error text may quote the metadata.
    let stored: StoredMetadata<'_> =
        serde_json::from_str(&raw.metadata).map_err(|_| "metadata of an unknown shape".to_owned())?;
    let params = match (stored.params_sealed, params) {
        (Some(sealed), RawParams::Opened) => {
            let opened = key
                .for_text(&raw.metadata)
                .and_then(|key| open_params(sealed, &raw.stream, raw.sequence, key));
            Some(opened.map_err(|error| error.to_string())?)
        }
        _ => None,
    };
    stored.open(params).map_err(|_| "unknown actor in metadata".to_owned())
}

fn open_event(raw: &RawEvent, key: &StreamKey) -> Result<Event, String> {
    let payload = key
        .for_text(&raw.payload)
        .and_then(|key| open_payload(&raw.payload, &raw.stream, raw.sequence, key))
        .map_err(|error| error.to_string())?;
    let name = (raw.event_type.as_str(), raw.event_version.as_str());
    match raw.stream.aggregate_type.as_str() {
        "call" => parse(&CALL, name, &payload).map(Event::Call),
        "agent" => parse(&AGENT, name, &payload).map(Event::Agent),
        "contact" => parse(&CONTACT, name, &payload).map(Event::Contact),
        "callee" => parse(&CALLEE, name, &payload).map(Event::Callee),
        "phone_number" => parse(&PHONE_NUMBER, name, &payload).map(Event::PhoneNumber),
        "tenant_settings" => parse(&TENANT_SETTINGS, name, &payload).map(Event::TenantSettings),
        "quarantine" => parse(&QUARANTINE, name, &payload).map(Event::Quarantine),
        "user" => parse(&USER, name, &payload).map(Event::User),
        "ledger" => parse(&LEDGER, name, &payload).map(Event::Ledger),
        _ => Err("unknown aggregate type".to_owned()),
    }
}

/// Parses an unsealed payload, upcasting older versions.
fn parse<E: DeserializeOwned>(
    upcasters: &Upcasters,
    (event_type, version): (&str, &str),
    payload: &str,
) -> Result<E, String> {
    // serde's error text may quote the payload, which may contain a personal value.
    let unknown = |_| format!("unknown event or shape: {event_type} {version}");
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

/// Unseals and parses an aggregate's events from cqrs-es's repositories.
pub(super) async fn open_stream<A: Decide>(
    keys: &KeyStore,
    stream: &StreamId,
    events: Vec<SerializedEvent>,
) -> Result<Vec<A::Event>, StoreError> {
    if events
        .iter()
        .any(|event| ERASING_EVENTS.contains(&event.event_type.as_str()))
    {
        keys.forget(stream);
    }
    let keys = keys.for_opening(std::iter::once(stream)).await?;
    let key = keys.get(stream).unwrap_or(&StreamKey::Missing);
    let upcasters = A::upcasters();
    let opened = events.iter().map(|event| {
        let sequence = i64::try_from(event.sequence).unwrap_or(i64::MAX);
        let payload = event.payload.to_string();
        let payload = open_payload(&payload, stream, sequence, key.for_text(&payload)?)?;
        parse(&upcasters, (&event.event_type, &event.event_version), &payload).map_err(StoreError::Unreadable)
    });
    opened.collect()
}
