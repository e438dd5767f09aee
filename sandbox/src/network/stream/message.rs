//! Messages of a media stream, byte for byte as in
//! <https://www.twilio.com/docs/voice/media-streams/websocket-messages>: keys in the order of its examples, and all
//! numbers outside `mediaFormat` as strings.

use crate::network::switch::{ServiceMessage, Track};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// The first message, the only one without a sequence number.
pub(super) const CONNECTED: &str = r#"{"event":"connected","protocol":"Call","version":"1.0.0"}"#;

/// Identifiers contained in every message.
#[derive(Debug, Clone)]
pub(super) struct About {
    /// `MZ...`; the other two are the call SID and the account SID.
    pub stream: String,
    pub call: String,
    pub account: String,
}

/// A message to the service.
#[derive(Debug)]
pub(super) enum ToService<'a> {
    Start {
        tracks: &'a [Track],
        parameters: &'a BTreeMap<String, String>,
    },
    /// One frame; `chunk` counts from 1, `timestamp` is in milliseconds from the start of the stream.
    Media {
        track: Track,
        chunk: u64,
        timestamp: u64,
        sound: &'a [u8],
    },
    Dtmf {
        key: char,
    },
    Mark {
        name: &'a str,
    },
    Stop,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StartMessage<'a> {
    event: &'static str,
    sequence_number: String,
    start: Metadata<'a>,
    stream_sid: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    account_sid: &'a str,
    stream_sid: &'a str,
    call_sid: &'a str,
    tracks: &'a [Track],
    media_format: Format,
    custom_parameters: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Format {
    encoding: &'static str,
    sample_rate: u32,
    channels: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MediaMessage<'a> {
    event: &'static str,
    sequence_number: String,
    media: Frame,
    stream_sid: &'a str,
}

#[derive(Serialize)]
struct Frame {
    track: Track,
    chunk: String,
    timestamp: String,
    payload: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DtmfMessage<'a> {
    event: &'static str,
    stream_sid: &'a str,
    sequence_number: String,
    dtmf: Key,
}

#[derive(Serialize)]
struct Key {
    track: &'static str,
    digit: char,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MarkMessage<'a> {
    event: &'static str,
    sequence_number: String,
    stream_sid: &'a str,
    mark: Name<'a>,
}

#[derive(Serialize)]
struct Name<'a> {
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StopMessage<'a> {
    event: &'static str,
    sequence_number: String,
    stop: Call<'a>,
    stream_sid: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Call<'a> {
    account_sid: &'a str,
    call_sid: &'a str,
}

impl ToService<'_> {
    /// Encodes the message as JSON.
    pub(super) fn text(&self, about: &About, sequence: u64) -> String {
        let sequence_number = sequence.to_string();
        let stream_sid = about.stream.as_str();
        let (account_sid, call_sid) = (about.account.as_str(), about.call.as_str());
        match self {
            Self::Start { tracks, parameters } => json(&StartMessage {
                event: "start",
                sequence_number,
                start: Metadata {
                    account_sid,
                    stream_sid,
                    call_sid,
                    tracks,
                    media_format: Format {
                        encoding: "audio/x-mulaw",
                        sample_rate: audio::RATE,
                        channels: 1,
                    },
                    custom_parameters: parameters,
                },
                stream_sid,
            }),
            Self::Media {
                track,
                chunk,
                timestamp,
                sound,
            } => json(&MediaMessage {
                event: "media",
                sequence_number,
                media: Frame {
                    track: *track,
                    chunk: chunk.to_string(),
                    timestamp: timestamp.to_string(),
                    payload: STANDARD.encode(sound),
                },
                stream_sid,
            }),
            Self::Dtmf { key } => json(&DtmfMessage {
                event: "dtmf",
                stream_sid,
                sequence_number,
                dtmf: Key {
                    track: "inbound_track",
                    digit: *key,
                },
            }),
            Self::Mark { name } => json(&MarkMessage {
                event: "mark",
                sequence_number,
                stream_sid,
                mark: Name { name },
            }),
            Self::Stop => json(&StopMessage {
                event: "stop",
                sequence_number,
                stop: Call { account_sid, call_sid },
                stream_sid,
            }),
        }
    }
}

fn json(message: &impl Serialize) -> String {
    serde_json::to_string(message).expect("strings and numbers serialize")
}

/// An invalid message, Twilio's error 31951 (<https://www.twilio.com/docs/api/errors/31951>). Does not contain the
/// message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0}")]
pub(super) struct Invalid(&'static str);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FromService {
    event: String,
    stream_sid: String,
    media: Option<Sound>,
    mark: Option<Label>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sound {
    payload: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    name: String,
}

/// Parses a message of the service.
pub(super) fn read(text: &str, stream_sid: &str) -> Result<ServiceMessage, Invalid> {
    let message: FromService =
        serde_json::from_str(text).map_err(|_| Invalid("not JSON, or with an unknown or missing field"))?;
    if message.stream_sid != stream_sid {
        return Err(Invalid("wrong stream SID"));
    }
    match (message.event.as_str(), message.media, message.mark) {
        ("media", Some(media), None) => STANDARD
            .decode(media.payload)
            .map(ServiceMessage::Media)
            .map_err(|_| Invalid("payload is not base64")),
        ("mark", None, Some(mark)) => Ok(ServiceMessage::Mark(mark.name)),
        ("clear", None, None) => Ok(ServiceMessage::Clear),
        ("media" | "mark" | "clear", _, _) => Err(Invalid("unexpected or missing field")),
        _ => Err(Invalid("event is not media, mark or clear")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about() -> About {
        About {
            stream: "MZ1".to_owned(),
            call: "CA1".to_owned(),
            account: "AC1".to_owned(),
        }
    }

    /// The examples of Twilio's documentation, without white space.
    #[test]
    fn messages_match_the_documentation_byte_for_byte() {
        let parameters = [("FirstName", "Jane"), ("LastName", "Doe"), ("RemoteParty", "Bob")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let start = ToService::Start {
            tracks: &[Track::Inbound],
            parameters: &parameters,
        };
        let media = ToService::Media {
            track: Track::Outbound,
            chunk: 1,
            timestamp: 5,
            sound: &[0x9e, 0x8f, 0x89],
        };
        for (message, sequence, text) in [
            (
                start,
                1,
                r#"{"event":"start","sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"MZ1","callSid":"CA1","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"FirstName":"Jane","LastName":"Doe","RemoteParty":"Bob"}},"streamSid":"MZ1"}"#,
            ),
            (
                media,
                3,
                r#"{"event":"media","sequenceNumber":"3","media":{"track":"outbound","chunk":"1","timestamp":"5","payload":"no+J"},"streamSid":"MZ1"}"#,
            ),
            (
                ToService::Stop,
                5,
                r#"{"event":"stop","sequenceNumber":"5","stop":{"accountSid":"AC1","callSid":"CA1"},"streamSid":"MZ1"}"#,
            ),
            (
                ToService::Dtmf { key: '1' },
                5,
                r#"{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"1"}}"#,
            ),
            (
                ToService::Mark { name: "my \"label\"" },
                4,
                r#"{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"my \"label\""}}"#,
            ),
        ] {
            assert_eq!(message.text(&about(), sequence), text);
        }
    }

    #[test]
    fn media_mark_and_clear_messages_parse() {
        for (text, said) in [
            (
                r#"{"event":"media","streamSid":"MZ1","media":{"payload":"no+J"}}"#,
                ServiceMessage::Media(vec![0x9e, 0x8f, 0x89]),
            ),
            (
                r#"{"event":"mark","streamSid":"MZ1","mark":{"name":"my label"}}"#,
                ServiceMessage::Mark("my label".to_owned()),
            ),
            (r#"{ "streamSid": "MZ1", "event": "clear" }"#, ServiceMessage::Clear),
        ] {
            assert_eq!(read(text, "MZ1"), Ok(said), "{text}");
        }
    }

    #[test]
    fn other_messages_are_invalid() {
        for text in [
            "",
            "media",
            "[]",
            "{}",
            r#"{"event":"clear"}"#,
            r#"{"event":"clear","streamSid":"MZ2"}"#,
            r#"{"event":"clear","stream_sid":"MZ1"}"#,
            r#"{"event":"clear","streamSid":"MZ1","sequenceNumber":"1"}"#,
            r#"{"event":"clear","streamSid":"MZ1","mark":{"name":"a"}}"#,
            r#"{"event":"mark","streamSid":"MZ1","mark":{}}"#,
            r#"{"event":"mark","streamSid":"MZ1","mark":"a"}"#,
            r#"{"event":"media","streamSid":"MZ1","media":{"payload":"no+J","track":"outbound"}}"#,
            r#"{"event":"media","streamSid":"MZ1","media":{"payload":"*"}}"#,
            r#"{"event":"media","streamSid":"MZ1"}"#,
            r#"{"event":"start","streamSid":"MZ1"}"#,
        ] {
            assert!(read(text, "MZ1").is_err(), "{text}");
        }
    }
}
