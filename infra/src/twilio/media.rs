//! What Twilio says in a media stream: <https://www.twilio.com/docs/voice/media-streams/websocket-messages>.
//!
//! Messages are JSON; every number outside `mediaFormat` is text. Events and fields that nobody here reads are passed over:
//! Twilio adds some without a word. Nothing of a message that cannot be read is repeated, for it is somebody's voice.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The longest piece of sound that is taken: a second. Twilio sends 20 ms.
const LONGEST: usize = 8_000;

/// Which side of a leg is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Track {
    /// What comes from the leg: the caller's voice.
    Inbound,
    /// What the leg hears: ours.
    Outbound,
}

/// A message of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The socket is open; the first message of all.
    Connected,
    /// What the stream is; the second one.
    Start(Start),
    /// Sound.
    Media(Sound),
    /// The stream is over.
    Stop,
    /// Something that says nothing here: `mark`, `dtmf`, and what Twilio has learned since.
    Other,
}

/// What a stream is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Start {
    /// `MZ...`
    pub stream_sid: String,
    /// The leg.
    pub call_sid: String,
    /// What we gave it when it was started.
    #[serde(default)]
    pub custom_parameters: BTreeMap<String, String>,
    /// How its sound is written.
    pub media_format: MediaFormat,
}

/// How sound is written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MediaFormat {
    /// `audio/x-mulaw`
    pub encoding: String,
    /// Samples in a second.
    pub sample_rate: u32,
    /// 1
    pub channels: u8,
}

impl MediaFormat {
    /// Whether it is the one that Twilio documents: mu-law (ITU-T G.711), 8,000 samples a second, one channel.
    #[must_use]
    pub fn is_mulaw(&self) -> bool {
        self.encoding == "audio/x-mulaw" && self.sample_rate == 8_000 && self.channels == 1
    }
}

/// A piece of one track.
#[derive(Clone, PartialEq, Eq)]
pub struct Sound {
    /// Whose.
    pub track: Track,
    /// When it begins, in milliseconds from the beginning of the stream.
    pub at_ms: u32,
    /// Mu-law, one byte for each of 8,000 samples a second.
    pub mulaw: Vec<u8>,
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { track, at_ms, mulaw } = self;
        write!(f, "Sound({track:?} at {at_ms} ms, {} bytes)", mulaw.len())
    }
}

/// A message that is none of Twilio's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAMessage {
    /// It is no JSON object with an `event`, or its event lacks what belongs to it.
    #[error("the message is not one that Twilio documents")]
    Shape,
    /// The sound is not base64, empty, or longer than a second.
    #[error("the message holds no sound that could be played")]
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

/// Reads a message.
///
/// # Errors
/// When it is none.
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
    if mulaw.is_empty() || mulaw.len() > LONGEST {
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
    fn twilios_own_messages_are_read() {
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
    fn what_is_no_message_is_refused() {
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
        for silent in ["", "no base64!", &STANDARD.encode(vec![0; LONGEST + 1])] {
            assert_eq!(read(&media("inbound", "0", silent)), Err(NotAMessage::Sound));
        }
        let longest = STANDARD.encode(vec![0; LONGEST]);
        assert!(read(&media("inbound", "0", &longest)).is_ok());
    }

    #[test]
    fn another_format_is_not_taken_for_mu_law() {
        for other in [
            START.replace("x-mulaw", "x-l16"),
            START.replace("8000", "16000"),
            START.replace("\"channels\":1", "\"channels\":2"),
        ] {
            assert!(matches!(read(&other), Ok(Message::Start(start)) if !start.media_format.is_mulaw()));
        }
    }

    #[test]
    fn a_voice_is_not_in_a_debug_text() {
        let Ok(Message::Media(sound)) = read(&media("inbound", "0", "/wA=")) else {
            panic!("no sound")
        };
        assert_eq!(format!("{sound:?}"), "Sound(Inbound at 0 ms, 2 bytes)");
    }

    proptest! {
        #[test]
        fn no_text_whatever_makes_it_panic(text in ".{0,200}") {
            let _ = read(&text);
            let _ = read(&media("inbound", "0", &text));
        }
    }
}
