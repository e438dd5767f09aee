//! Speech to text with OpenAI's API: <https://platform.openai.com/docs/api-reference/audio/createTranscription>.

use super::ModelError;
use super::surface::Answer;
use crate::outbound::from_json;
use bytes::Bytes;
use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use std::fmt;
use std::time::Duration;

/// A recording to be transcribed.
#[derive(Clone)]
pub struct TranscriptionRequest {
    /// For whom it is sent.
    pub tenant: String,
    pub audio: Bytes,
    /// Providers detect the format from the extension.
    pub file_name: String,
    /// For example `audio/wav`.
    pub content_type: String,
    /// The spoken language, if known: `en`, `hi-IN`.
    pub language: Option<String>,
    /// Total time limit, including retries and the delays between them.
    pub timeout: Duration,
}

/// A transcript. Its `Debug` shows no text.
#[derive(Clone, PartialEq)]
pub struct Transcription {
    /// In order.
    pub segments: Vec<TranscriptSegment>,
    /// The whole text.
    pub text: String,
    /// Length of the recording in seconds as reported by the provider, which is the billed quantity.
    pub duration_s: Option<f64>,
    /// The model's name.
    pub engine: String,
}

/// A segment of a transcript. Its `Debug` shows no text.
#[derive(Clone, PartialEq, Eq)]
pub struct TranscriptSegment {
    /// Milliseconds from the start, if known.
    pub start_ms: Option<u32>,
    /// Milliseconds from the start, if known.
    pub end_ms: Option<u32>,
    /// The speaker as labeled by the provider (`A`, `speaker_0`), if the model separates speakers.
    pub speaker: Option<String>,
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

/// The response format to request. OpenAI's newer models return no times, or only together with speakers.
fn response_format(model: &str) -> &'static str {
    if model.contains("diarize") {
        "diarized_json"
    } else if model.starts_with("gpt-") {
        "json"
    } else {
        "verbose_json"
    }
}

/// Whether the model says when its words were spoken.
pub(super) fn has_times(model: &str) -> bool {
    response_format(model) != "json"
}

/// The form of a request. `language`: a code that the provider accepts.
pub(super) fn form(request: &TranscriptionRequest, model: &str, language: Option<&str>) -> Result<Form, ModelError> {
    let length = request.audio.len() as u64;
    let file = Part::stream_with_length(request.audio.clone(), length)
        .file_name(request.file_name.clone())
        .mime_str(&request.content_type)
        .map_err(|_| ModelError::Malformed("the recording's content type is invalid"))?;
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
    if let Some(language) = language {
        // OpenAI's latest model takes several.
        let name = if model.starts_with("gpt-transcribe") {
            "languages[]"
        } else {
            "language"
        };
        form = form.text(name, language.to_owned());
    }
    Ok(form)
}

#[derive(Deserialize)]
struct Response {
    text: String,
    duration: Option<f64>,
    #[serde(default)]
    segments: Vec<ResponseSegment>,
}

#[derive(Deserialize)]
struct ResponseSegment {
    start: Option<f64>,
    end: Option<f64>,
    speaker: Option<String>,
    #[serde(default)]
    text: String,
    /// How likely there is no speech, 0 to 1.
    no_speech_prob: Option<f64>,
    /// Mean logarithm of the probability of the tokens.
    avg_logprob: Option<f64>,
    /// How well the text compresses: repetitions compress well.
    compression_ratio: Option<f64>,
}

/// Above this there is no speech, whatever the words.
const MAX_NO_SPEECH: f64 = 0.9;
/// Above this there is no speech if the words are unlikely too. This and the following are Whisper's own thresholds:
/// <https://github.com/openai/whisper/blob/main/whisper/transcribe.py>.
const MAX_NO_SPEECH_OF_UNLIKELY_WORDS: f64 = 0.6;
const MIN_LOG_PROBABILITY: f64 = -1.0;
/// Above this the model repeats itself instead of listening.
const MAX_COMPRESSION_RATIO: f64 = 2.4;

pub(super) fn read(answer: &Answer, model: &str) -> Result<Transcription, ModelError> {
    let response: Response =
        from_json(&answer.body).map_err(|_| ModelError::Malformed("the response is not a transcription"))?;
    let mut text = response.text.trim().to_owned();
    let count = response.segments.len();
    let heard = response.segments.into_iter().filter(|segment| !segment.is_invented());
    let heard: Vec<_> = heard.collect();
    if heard.len() < count {
        tracing::info!(
            model,
            segments = count,
            dropped = count - heard.len(),
            "invented words dropped from a transcript"
        );
        let words = heard.iter().map(|segment| segment.text.trim());
        text = words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ");
    }
    let mut segments: Vec<_> = heard.into_iter().filter_map(ResponseSegment::segment).collect();
    // The model returns no times.
    if segments.is_empty() && !text.is_empty() {
        segments.push(TranscriptSegment {
            start_ms: None,
            end_ms: response.duration.and_then(milliseconds),
            speaker: None,
            text: text.clone(),
        });
    }
    Ok(Transcription {
        segments,
        text,
        duration_s: response
            .duration
            .filter(|seconds| seconds.is_finite() && *seconds >= 0.0),
        engine: model.to_owned(),
    })
}

impl ResponseSegment {
    /// Whether the model made the words up, as models do of silence and noise.
    fn is_invented(&self) -> bool {
        let no_speech = self.no_speech_prob.unwrap_or_default();
        let is_unlikely = self.avg_logprob.is_some_and(|it| it < MIN_LOG_PROBABILITY);
        no_speech > MAX_NO_SPEECH
            || (no_speech > MAX_NO_SPEECH_OF_UNLIKELY_WORDS && is_unlikely)
            || self.compression_ratio.is_some_and(|it| it > MAX_COMPRESSION_RATIO)
    }

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
    fn response_format_depends_on_the_model() {
        assert_eq!(response_format("whisper-1"), "verbose_json");
        assert_eq!(response_format("Systran/faster-whisper-small"), "verbose_json");
        assert_eq!(response_format("gpt-4o-mini-transcribe"), "json");
        assert_eq!(response_format("gpt-4o-transcribe-diarize"), "diarized_json");
    }

    #[test]
    fn segments_have_times_in_milliseconds_and_speakers_if_known() {
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
        let shown: Vec<_> = read
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
            shown,
            [
                (Some(0), Some(1234), Some("A"), "Hello."),
                (Some(1500), Some(2000), None, "Hi.")
            ]
        );
        assert_eq!((read.text.as_str(), read.duration_s), ("Hello. Hi.", Some(3.5)));
    }

    #[test]
    fn text_without_times_is_one_segment_and_silence_has_none() {
        let words = read_json(&serde_json::json!({"text": "Hello."})).expect("read");
        assert_eq!((words.segments.len(), words.segments[0].start_ms), (1, None));
        let silence = read_json(&serde_json::json!({"text": "", "duration": 2.0})).expect("read");
        assert!(silence.segments.is_empty());
    }

    #[test]
    fn words_that_no_one_said_are_dropped() {
        let read = read_json(&serde_json::json!({
            "text": "Thank you for watching! Hello. Bye. Bye. Bye. Bye. Bye. Um. Yes.",
            "duration": 20.0,
            "segments": [
                {"start": 0, "end": 10, "text": " Thank you for watching!", "no_speech_prob": 0.97, "avg_logprob": -0.3,
                 "compression_ratio": 0.8},
                {"start": 10, "end": 12, "text": " Hello.", "no_speech_prob": 0.4, "avg_logprob": -1.4, "compression_ratio": 1.1},
                {"start": 12, "end": 15, "text": " Bye. Bye. Bye. Bye. Bye.", "no_speech_prob": 0.1, "avg_logprob": -0.2,
                 "compression_ratio": 5.6},
                {"start": 15, "end": 16, "text": " Um.", "no_speech_prob": 0.7, "avg_logprob": -1.1, "compression_ratio": 0.9},
                {"start": 16, "end": 17, "text": " Yes.", "no_speech_prob": 0.7, "avg_logprob": -0.4, "compression_ratio": 0.9},
            ],
        }))
        .expect("read");
        let texts: Vec<_> = read.segments.iter().map(|segment| segment.text.as_str()).collect();
        assert_eq!((texts, read.text.as_str()), (vec!["Hello.", "Yes."], "Hello. Yes."));
        let nothing = read_json(&serde_json::json!({
            "text": "Thank you for watching!", "duration": 10.0,
            "segments": [{"start": 0, "end": 10, "text": "Thank you for watching!", "no_speech_prob": 0.97}],
        }))
        .expect("read");
        assert!(nothing.segments.is_empty() && nothing.text.is_empty());
    }

    #[test]
    fn invalid_times_are_unknown() {
        let read = read_json(&serde_json::json!({
            "text": "x", "duration": -1.0, "segments": [{"start": -1.0, "end": 1e300, "text": "x"}]
        }))
        .expect("read");
        assert_eq!((read.segments[0].start_ms, read.segments[0].end_ms), (None, None));
        assert_eq!(read.duration_s, None);
    }

    #[test]
    fn response_without_a_transcription_is_malformed() {
        assert!(read_json(&serde_json::json!({"error": "no"})).is_err());
    }
}
