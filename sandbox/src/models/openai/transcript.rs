//! Formats of a transcription: <https://platform.openai.com/docs/api-reference/audio/json-object>, `verbose_json`, and
//! `diarized_json` with segments `{type, id, start, end, text, speaker}`.

use super::audio_input::Recognized;
use crate::models::tokens;
use audio::{Utterance, Voice};
use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Audio tokens billed per second by `OpenAI`.
const TOKENS_PER_SECOND: f64 = 10.0;

/// `response_format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Text,
    VerboseJson,
    DiarizedJson,
    Srt,
    Vtt,
}

impl Format {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "json" => Self::Json,
            "text" => Self::Text,
            "verbose_json" => Self::VerboseJson,
            "diarized_json" => Self::DiarizedJson,
            "srt" => Self::Srt,
            "vtt" => Self::Vtt,
            _ => return None,
        })
    }
}

/// A transcript to be rendered in a format.
pub(super) struct Transcript {
    /// Prefix of the segment identifiers.
    pub id: String,
    pub recognized: Recognized,
    pub known: Vec<(Voice, String)>,
    pub has_words: bool,
    pub has_segments: bool,
    pub is_billed_by_time: bool,
    /// Language given in the request.
    pub language: Option<String>,
}

impl Transcript {
    pub(super) fn to_response(&self, format: Format) -> Response {
        match format {
            Format::Json => Json(json!({ "text": self.text(), "usage": self.usage() })).into_response(),
            Format::Text => plain(self.text() + "\n"),
            Format::VerboseJson => Json(self.verbose()).into_response(),
            Format::DiarizedJson => Json(self.diarized()).into_response(),
            Format::Srt => plain(self.subtitles(',', "")),
            Format::Vtt => plain(self.subtitles('.', "WEBVTT\n\n")),
        }
    }

    fn utterances(&self) -> impl Iterator<Item = &Utterance> {
        self.recognized.utterances.iter().map(|(_, utterance)| utterance)
    }

    fn text(&self) -> String {
        let texts: Vec<&str> = self.utterances().map(|utterance| utterance.text.as_str()).collect();
        texts.join(" ")
    }

    fn usage(&self) -> Value {
        if self.is_billed_by_time {
            return json!({ "type": "duration", "seconds": self.recognized.seconds.ceil() });
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the duration of a 25 MiB file is small and not negative"
        )]
        let input = (self.recognized.seconds * TOKENS_PER_SECOND).ceil() as usize;
        let output = tokens::of(&self.text());
        json!({
            "type": "tokens",
            "input_tokens": input,
            "input_token_details": { "audio_tokens": input, "text_tokens": 0 },
            "output_tokens": output,
            "total_tokens": input + output,
        })
    }

    fn verbose(&self) -> Value {
        let mut verbose = json!({
            "task": "transcribe",
            "language": self.language(),
            "duration": self.recognized.seconds,
            "text": self.text(),
            "usage": { "type": "duration", "seconds": self.recognized.seconds.ceil() },
        });
        if self.has_segments {
            let segments = self.utterances().enumerate().map(|(id, utterance)| {
                json!({
                    "id": id,
                    "seek": 0,
                    "start": seconds(utterance.start_ms),
                    "end": seconds(utterance.end_ms),
                    "text": utterance.text,
                    "tokens": [],
                    "temperature": 0.0,
                    "avg_logprob": if utterance.whole { -0.1 } else { -1.1 },
                    "compression_ratio": 1.0,
                    "no_speech_prob": 0.0,
                })
            });
            verbose["segments"] = segments.collect();
        }
        if self.has_words {
            verbose["words"] = self.utterances().flat_map(words).collect();
        }
        verbose
    }

    fn diarized(&self) -> Value {
        let mut seen: Vec<(usize, Option<Voice>)> = vec![];
        let segments: Vec<_> = self
            .recognized
            .utterances
            .iter()
            .enumerate()
            .map(|(index, (channel, utterance))| {
                json!({
                    "type": "transcript.text.segment",
                    "id": format!("{}-{index:03}", self.id),
                    "start": seconds(utterance.start_ms),
                    "end": seconds(utterance.end_ms),
                    "text": utterance.text,
                    "speaker": self.speaker(&mut seen, *channel, utterance.voice),
                })
            })
            .collect();
        json!({
            "task": "transcribe",
            "duration": self.recognized.seconds,
            "text": self.text(),
            "segments": segments,
            "usage": self.usage(),
        })
    }

    /// The name of a known voice; otherwise `A`, `B`, ... in order of first appearance.
    fn speaker(&self, seen: &mut Vec<(usize, Option<Voice>)>, channel: usize, voice: Option<Voice>) -> String {
        if let Some((_, name)) = self.known.iter().find(|(known, _)| Some(*known) == voice) {
            return name.clone();
        }
        let index = seen.iter().position(|one| *one == (channel, voice)).unwrap_or_else(|| {
            seen.push((channel, voice));
            seen.len() - 1
        });
        match u8::try_from(index) {
            Ok(index @ 0..26) => char::from(b'A' + index).to_string(),
            _ => format!("speaker_{index}"),
        }
    }

    /// Whisper's name for the language: the requested language, or one detected from the script.
    fn language(&self) -> &str {
        let is_hindi = || self.text().chars().any(|c| ('\u{900}'..='\u{97f}').contains(&c));
        match self.language.as_deref() {
            Some("hi") => "hindi",
            Some("en") => "english",
            Some(other) => other,
            None if is_hindi() => "hindi",
            None => "english",
        }
    }

    fn subtitles(&self, point: char, head: &str) -> String {
        let mut subtitles = head.to_owned();
        for (index, utterance) in self.utterances().enumerate() {
            let time = |ms: u64| {
                let (s, ms) = (ms / 1_000, ms % 1_000);
                format!("{:02}:{:02}:{:02}{point}{ms:03}", s / 3_600, s / 60 % 60, s % 60)
            };
            if head.is_empty() {
                let _ = writeln!(subtitles, "{}", index + 1);
            }
            let (start, end) = (time(utterance.start_ms), time(utterance.end_ms));
            let _ = write!(subtitles, "{start} --> {end}\n{}\n\n", utterance.text);
        }
        subtitles
    }
}

fn plain(text: String) -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

fn seconds(ms: u64) -> f64 {
    u32::try_from(ms).map_or(f64::MAX, f64::from) / 1_000.0
}

/// Words of an utterance. Each word's duration is proportional to its number of characters.
fn words(utterance: &Utterance) -> Vec<Value> {
    let count = utterance.text.chars().count().max(1) as u64;
    let time = |offset: u64| seconds(utterance.start_ms + (utterance.end_ms - utterance.start_ms) * offset / count);
    let mut offset = 0;
    let mut words = vec![];
    for piece in utterance.text.split_inclusive(char::is_whitespace) {
        let word = piece.trim();
        let length = word.chars().count() as u64;
        if length > 0 {
            words.push(json!({ "word": word, "start": time(offset), "end": time(offset + length) }));
        }
        offset += piece.chars().count() as u64;
    }
    words
}
