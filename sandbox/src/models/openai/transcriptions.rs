//! `POST /v1/audio/transcriptions`: <https://platform.openai.com/docs/api-reference/audio/createTranscription>.
//!
//! The transcript is decoded from the audio file alone. The formats of each model and the restrictions of the
//! diarization model follow that documentation; streaming is not supported.

use super::audio_input::{of_data_url, recognize};
use super::form::Form;
use super::transcript::{Format, Transcript};
use crate::models::Models;
use crate::models::error::{Dialect, Refusal};
use crate::models::surface::{SANDBOX, Surface};
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::Response;

const DIARIZE: &str = "gpt-4o-transcribe-diarize";
const WHISPER: &str = "whisper-1";
/// Longer audio needs `chunking_strategy` with the diarization model.
const MAX_UNCHUNKED_SECONDS: f64 = 30.0;
const MAX_KNOWN_SPEAKERS: usize = 4;

pub(in crate::models) async fn create(
    State(models): State<Models>,
    multipart: Result<Multipart, MultipartRejection>,
) -> Response {
    let answered = match multipart {
        Ok(multipart) => transcribe(&models, multipart).await,
        Err(rejection) => Err(Refusal::bad(rejection.body_text())),
    };
    answered.unwrap_or_else(|refusal| refusal.into_response(Dialect::OpenAi))
}

async fn transcribe(models: &Models, multipart: Multipart) -> Result<Response, Refusal> {
    let form = Form::read(multipart).await?;
    models.inner().journal.record(Surface::Transcriptions, form.to_json());
    let missing = |name| Refusal::bad(format!("Missing required parameter: '{name}'.")).with_param(name);
    let model = form.get("model").ok_or_else(|| missing("model"))?;
    Surface::Transcriptions.check(model)?;
    let file = form.file.clone().ok_or_else(|| missing("file"))?;
    let format = format(model, form.get("response_format").unwrap_or("json"))?;
    if form.get("stream") == Some("true") {
        return Err(Refusal::bad("The sandbox does not stream transcriptions.").with_param("stream"));
    }
    let known = known(&form)?;
    // Recognition is CPU-bound, so it runs off the async threads.
    let recognized = tokio::task::spawn_blocking(move || recognize(&file))
        .await
        .map_err(|_| Refusal::of_status(StatusCode::INTERNAL_SERVER_ERROR, None))??;
    if model == DIARIZE {
        if form.get("prompt").is_some_and(|prompt| !prompt.is_empty()) {
            return Err(Refusal::bad("Prompt is not supported for diarization models").with_param("prompt"));
        }
        if recognized.seconds > MAX_UNCHUNKED_SECONDS && form.get("chunking_strategy").is_none() {
            return Err(
                Refusal::bad("chunking_strategy is required for diarization models").with_param("chunking_strategy")
            );
        }
    }
    let granularities: Vec<&str> = form.all("timestamp_granularities").collect();
    let transcript = Transcript {
        id: models.next_id("seg"),
        recognized,
        known,
        has_words: granularities.contains(&"word"),
        has_segments: granularities.is_empty() || granularities.contains(&"segment"),
        is_billed_by_time: model == WHISPER,
        language: form.get("language").map(ToOwned::to_owned),
    };
    Ok(transcript.to_response(format))
}

/// Parses the format and checks that the model supports it.
fn format(model: &str, name: &str) -> Result<Format, Refusal> {
    let format = Format::from_name(name);
    let is_offered = match model {
        SANDBOX => format.is_some(),
        WHISPER => format.is_some_and(|format| format != Format::DiarizedJson),
        DIARIZE => matches!(format, Some(Format::Json | Format::Text | Format::DiarizedJson)),
        _ => matches!(format, Some(Format::Json | Format::Text)),
    };
    format.filter(|_| is_offered).ok_or_else(|| {
        let message = format!("response_format '{name}' is not compatible with model '{model}'.");
        Refusal::bad(message)
            .with_param("response_format")
            .with_code("unsupported_value")
    })
}

/// Named speakers, each identified by the voice of a reference sample.
fn known(form: &Form) -> Result<Vec<(audio::Voice, String)>, Refusal> {
    let names: Vec<&str> = form.all("known_speaker_names").collect();
    let samples: Vec<&str> = form.all("known_speaker_references").collect();
    let refused = |message: String| Refusal::bad(message).with_param("known_speaker_references");
    if names.len() != samples.len() || names.len() > MAX_KNOWN_SPEAKERS {
        return Err(refused(format!(
            "known_speaker_names and known_speaker_references must have the same length, at most {MAX_KNOWN_SPEAKERS}."
        )));
    }
    names
        .into_iter()
        .zip(samples)
        .map(|(name, sample)| {
            let file =
                of_data_url(sample).ok_or_else(|| refused(format!("The sample of '{name}' is not a data URL.")))?;
            let recognized = recognize(&file)?;
            let voice = recognized
                .utterances
                .into_iter()
                .find_map(|(_, utterance)| utterance.voice);
            let voice = voice.ok_or_else(|| refused(format!("The sample of '{name}' contains no speech.")))?;
            Ok((voice, name.to_owned()))
        })
        .collect()
}
