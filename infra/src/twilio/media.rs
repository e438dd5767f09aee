//! Messages of a Twilio media stream: <https://www.twilio.com/docs/voice/media-streams/websocket-messages>.
//!
//! Messages are JSON; every number outside `mediaFormat` is text. Unknown events and fields are ignored, because Twilio
//! adds some without notice. Errors never include message content, because it is a recording of a person.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Maximum audio in one message, in bytes: one second. Twilio sends 20 ms.
const MAX_AUDIO_BYTES: usize = 8_000;

/// Direction of the audio of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Track {
    /// Audio from the leg: the caller's voice.
    Inbound,
    /// Audio to the leg: our side.
    Outbound,
}

/// A message of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The socket is open; the first message.
    Connected,
    /// Description of the stream; the second message.
    Start(Start),
    /// A piece of audio.
    Media(Sound),
    /// The stream has ended.
    Stop,
    /// An ignored event: `mark`, `dtmf`, or one unknown to this version.
    Other,
}

/// Description of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Start {
    /// `MZ...`
    pub stream_sid: String,
    /// `CallSid` of the leg.
    pub call_sid: String,
    /// Parameters that we passed when the stream was started.
    #[serde(default)]
    pub custom_parameters: BTreeMap<String, String>,
    pub media_format: MediaFormat,
}

/// Encoding of the audio.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MediaFormat {
    /// `audio/x-mulaw`
    pub encoding: String,
    /// Sample rate in Hz.
    pub sample_rate: u32,
    /// 1
    pub channels: u8,
}

impl MediaFormat {
    /// Whether the format is the documented one: mu-law (ITU-T G.711), 8 kHz, one channel.
    #[must_use]
    pub fn is_mulaw(&self) -> bool {
        self.encoding == "audio/x-mulaw" && self.sample_rate == 8_000 && self.channels == 1
    }
}

/// A piece of audio of one track.
#[derive(Clone, PartialEq, Eq)]
pub struct Sound {
    pub track: Track,
    /// Start, in milliseconds from the start of the stream.
    pub at_ms: u32,
    /// Mu-law samples at 8 kHz, one byte each.
    pub mulaw: Vec<u8>,
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { track, at_ms, mulaw } = self;
        write!(f, "Sound({track:?} at {at_ms} ms, {} bytes)", mulaw.len())
    }
}

/// A message does not match Twilio's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAMessage {
    /// The message is not a JSON object with an `event`, or the event lacks required fields.
    #[error("the message is not one that Twilio documents")]
    Shape,
    /// The audio is not base64, is empty, or is longer than a second.
    #[error("the message contains no valid audio")]
    Sound,
}

#[derive(Deserialize)]
struct Raw {
    event: String,
    start: Option<Start>,
    media: Option<Media>,
}

#[derive(Deserialize)]
struct Media {
    track: Track,
    timestamp: String,
    payload: String,
}

/// Parses a message.
///
/// # Errors
/// When the message is invalid.
pub fn read(text: &str) -> Result<Message, NotAMessage> {
    let raw: Raw = serde_json::from_str(text).map_err(|_| NotAMessage::Shape)?;
    match (raw.event.as_str(), raw.start, raw.media) {
        ("connected", ..) => Ok(Message::Connected),
        ("start", Some(start), _) => Ok(Message::Start(start)),
        ("media", _, Some(media)) => sound(&media).map(Message::Media),
        ("start" | "media", ..) => Err(NotAMessage::Shape),
        ("stop", ..) => Ok(Message::Stop),
        _ => Ok(Message::Other),
    }
}

fn sound(media: &Media) -> Result<Sound, NotAMessage> {
    let at_ms = media.timestamp.parse().map_err(|_| NotAMessage::Shape)?;
    let mulaw = STANDARD.decode(&media.payload).map_err(|_| NotAMessage::Sound)?;
    if mulaw.is_empty() || mulaw.len() > MAX_AUDIO_BYTES {
        return Err(NotAMessage::Sound);
    }
    Ok(Sound {
        track: media.track,
        at_ms,
        mulaw,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: &str = r#"{"event":"start","sequenceNumber":"1","start":{"accountSid":"AC1","streamSid":"MZ1",
        "callSid":"CA1","tracks":["inbound","outbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,
        "channels":1},"customParameters":{"key":"listen_1"}},"streamSid":"MZ1"}"#;

    fn media(track: &str, timestamp: &str, payload: &str) -> String {
        format!(
            r#"{{"event":"media","sequenceNumber":"2","media":{{"track":"{track}","chunk":"1","timestamp":"{timestamp}",
            "payload":"{payload}"}},"streamSid":"MZ1"}}"#
        )
    }

    #[test]
    fn documented_messages_are_parsed() {
        let connected = r#"{"event":"connected","protocol":"Call","version":"1.0.0"}"#;
        assert_eq!(read(connected), Ok(Message::Connected));
        let Ok(Message::Start(start)) = read(START) else {
            panic!("no start")
        };
        assert_eq!((start.call_sid.as_str(), start.stream_sid.as_str()), ("CA1", "MZ1"));
        assert_eq!(start.custom_parameters.get("key").map(String::as_str), Some("listen_1"));
        assert!(start.media_format.is_mulaw());
        let sound = Sound {
            track: Track::Outbound,
            at_ms: 40,
            mulaw: vec![0xff, 0x00],
        };
        assert_eq!(read(&media("outbound", "40", "/wA=")), Ok(Message::Media(sound)));
        let stop =
            r#"{"event":"stop","sequenceNumber":"3","stop":{"accountSid":"AC1","callSid":"CA1"},"streamSid":"MZ1"}"#;
        assert_eq!(read(stop), Ok(Message::Stop));
        for passed_over in [
            r#"{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"a"}}"#,
            r#"{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"1"}}"#,
            r#"{"event":"something new","with":{"more":1}}"#,
        ] {
            assert_eq!(read(passed_over), Ok(Message::Other), "{passed_over}");
        }
    }

    #[test]
    fn malformed_message_is_rejected() {
        for nonsense in [
            "",
            "[]",
            "null",
            "{}",
            r#"{"event":1}"#,
            r#"{"event":"start"}"#,
            r#"{"event":"media"}"#,
            r#"{"event":"start","start":{"streamSid":"MZ1"}}"#,
            &media("sideways", "0", "/w=="),
            &media("inbound", "-20", "/w=="),
            &media("inbound", "soon", "/w=="),
            &media("inbound", "99999999999", "/w=="),
        ] {
            assert_eq!(read(nonsense), Err(NotAMessage::Shape), "{nonsense}");
        }
        for silent in ["", "no base64!", &STANDARD.encode(vec![0; MAX_AUDIO_BYTES + 1])] {
            assert_eq!(read(&media("inbound", "0", silent)), Err(NotAMessage::Sound));
        }
        let longest = STANDARD.encode(vec![0; MAX_AUDIO_BYTES]);
        assert!(read(&media("inbound", "0", &longest)).is_ok());
    }

    #[test]
    fn other_media_format_is_not_mu_law() {
        for other in [
            START.replace("x-mulaw", "x-l16"),
            START.replace("8000", "16000"),
            START.replace("\"channels\":1", "\"channels\":2"),
        ] {
            assert!(matches!(read(&other), Ok(Message::Start(start)) if !start.media_format.is_mulaw()));
        }
    }

    #[test]
    fn debug_output_contains_no_audio() {
        let Ok(Message::Media(sound)) = read(&media("inbound", "0", "/wA=")) else {
            panic!("no sound")
        };
        assert_eq!(format!("{sound:?}"), "Sound(Inbound at 0 ms, 2 bytes)");
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".{0,200}") {
            let _ = read(&text);
            let _ = read(&media("inbound", "0", &text));
        }
    }
}
