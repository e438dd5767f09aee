//! Speech to text: <https://platform.openai.com/docs/api-reference/audio/createTranscription>, and who copies it.

use super::ModelError;
use super::surface::Answer;
use bytes::Bytes;
use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use std::fmt;
use std::time::Duration;

/// A recording to be written down.
#[derive(Clone)]
pub struct TranscriptionRequest {
    /// The file.
    pub audio: Bytes,
    /// What it is called; its ending tells providers what it is.
    pub file_name: String,
    /// What it is: `audio/wav`.
    pub content_type: String,
    /// What is spoken, where that is known: `en`, `hi-IN`.
    pub language: Option<String>,
    /// For everything, attempts and waits between them included.
    pub timeout: Duration,
}

/// A recording, written down. Its `Debug` shows no words.
#[derive(Clone, PartialEq)]
pub struct Transcription {
    /// What was said, in order.
    pub segments: Vec<TranscriptSegment>,
    /// All of it.
    pub text: String,
    /// How long the recording is, in seconds, where the provider said so: what is paid for.
    pub duration_s: Option<f64>,
    /// What wrote it down: the model's name.
    pub engine: String,
}

/// Some words of a recording. Its `Debug` shows no words.
#[derive(Clone, PartialEq, Eq)]
pub struct TranscriptSegment {
    /// Milliseconds from the beginning, where known.
    pub start_ms: Option<u32>,
    /// Milliseconds from the beginning, where known.
    pub end_ms: Option<u32>,
    /// Who, in the provider's words (`A`, `speaker_0`), where the model tells voices apart.
    pub speaker: Option<String>,
    /// The words.
    pub text: String,
}

impl fmt::Debug for TranscriptionRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TranscriptionRequest")
            .field("bytes", &self.audio.len())
            .field("content_type", &self.content_type)
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Transcription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transcription")
            .field("segments", &self.segments.len())
            .field("duration_s", &self.duration_s)
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TranscriptSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}..{:?} {:?} (..)", self.start_ms, self.end_ms, self.speaker)
    }
}

/// In which form to ask for the answer. The newer models of OpenAI's give no times, or only together with the speakers.
fn response_format(model: &str) -> &'static str {
    if model.contains("diarize") {
        "diarized_json"
    } else if model.starts_with("gpt-") {
        "json"
    } else {
        "verbose_json"
    }
}

pub(super) fn form(request: &TranscriptionRequest, model: &str) -> Result<Form, ModelError> {
    let length = request.audio.len() as u64;
    let file = Part::stream_with_length(request.audio.clone(), length)
        .file_name(request.file_name.clone())
        .mime_str(&request.content_type)
        .map_err(|_| ModelError::Malformed("the recording's content type is none"))?;
    let format = response_format(model);
    let mut form = Form::new()
        .part("file", file)
        .text("model", model.to_owned())
        .text("response_format", format);
    if format == "verbose_json" {
        form = form.text("timestamp_granularities[]", "segment");
    }
    if format == "diarized_json" {
        form = form.text("chunking_strategy", "auto");
    }
    // ISO 639-1 is what is asked for: no region.
    let language = request.language.as_deref().and_then(|tag| tag.split(['-', '_']).next());
    if let Some(language) = language.filter(|language| language.len() == 2) {
        form = form.text("language", language.to_lowercase());
    }
    Ok(form)
}

#[derive(Deserialize)]
struct Written {
    text: String,
    duration: Option<f64>,
    #[serde(default)]
    segments: Vec<Piece>,
}

#[derive(Deserialize)]
struct Piece {
    start: Option<f64>,
    end: Option<f64>,
    speaker: Option<String>,
    #[serde(default)]
    text: String,
}

pub(super) fn read(answer: &Answer, model: &str) -> Result<Transcription, ModelError> {
    let written: Written =
        serde_json::from_slice(&answer.body).map_err(|_| ModelError::Malformed("the answer is no transcription"))?;
    let text = written.text.trim().to_owned();
    let mut segments: Vec<_> = written.segments.into_iter().filter_map(Piece::segment).collect();
    // Nobody spoke, or the model gives no times.
    if segments.is_empty() && !text.is_empty() {
        segments.push(TranscriptSegment {
            start_ms: None,
            end_ms: written.duration.and_then(milliseconds),
            speaker: None,
            text: text.clone(),
        });
    }
    Ok(Transcription {
        segments,
        text,
        duration_s: written
            .duration
            .filter(|seconds| seconds.is_finite() && *seconds >= 0.0),
        engine: model.to_owned(),
    })
}

impl Piece {
    fn segment(self) -> Option<TranscriptSegment> {
        let text = self.text.trim();
        (!text.is_empty()).then(|| TranscriptSegment {
            start_ms: self.start.and_then(milliseconds),
            end_ms: self.end.and_then(milliseconds),
            speaker: self.speaker,
            text: text.to_owned(),
        })
    }
}

fn milliseconds(seconds: f64) -> Option<u32> {
    let duration = Duration::try_from_secs_f64(seconds).ok()?;
    duration.as_millis().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_json(json: &serde_json::Value) -> Result<Transcription, ModelError> {
        let answer = Answer {
            body: json.to_string().into(),
            content_type: "application/json".into(),
        };
        read(&answer, "whisper-1")
    }

    #[test]
    fn each_model_is_asked_in_the_form_that_it_knows() {
        assert_eq!(response_format("whisper-1"), "verbose_json");
        assert_eq!(response_format("Systran/faster-whisper-small"), "verbose_json");
        assert_eq!(response_format("gpt-4o-mini-transcribe"), "json");
        assert_eq!(response_format("gpt-4o-transcribe-diarize"), "diarized_json");
    }

    #[test]
    fn segments_have_times_in_milliseconds_and_speakers_where_they_are_known() {
        let read = read_json(&serde_json::json!({
            "text": " Hello. Hi. ",
            "duration": 3.5,
            "segments": [
                {"start": 0.0, "end": 1.2345, "text": " Hello.", "speaker": "A"},
                {"start": 1.5, "end": 2, "text": " Hi."},
                {"start": 2, "end": 3, "text": "  "},
            ],
        }))
        .expect("read");
        let told: Vec<_> = read
            .segments
            .iter()
            .map(|segment| {
                (
                    segment.start_ms,
                    segment.end_ms,
                    segment.speaker.as_deref(),
                    segment.text.as_str(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (Some(0), Some(1234), Some("A"), "Hello."),
                (Some(1500), Some(2000), None, "Hi.")
            ]
        );
        assert_eq!((read.text.as_str(), read.duration_s), ("Hello. Hi.", Some(3.5)));
    }

    #[test]
    fn words_without_times_are_one_segment_and_silence_is_none() {
        let words = read_json(&serde_json::json!({"text": "Hello."})).expect("read");
        assert_eq!((words.segments.len(), words.segments[0].start_ms), (1, None));
        let silence = read_json(&serde_json::json!({"text": "", "duration": 2.0})).expect("read");
        assert!(silence.segments.is_empty());
    }

    #[test]
    fn times_that_are_none_are_unknown() {
        let read = read_json(&serde_json::json!({
            "text": "x", "duration": -1.0, "segments": [{"start": -1.0, "end": 1e300, "text": "x"}]
        }))
        .expect("read");
        assert_eq!((read.segments[0].start_ms, read.segments[0].end_ms), (None, None));
        assert_eq!(read.duration_s, None);
    }

    #[test]
    fn what_is_no_transcription_is_malformed() {
        assert!(read_json(&serde_json::json!({"error": "no"})).is_err());
    }
}
