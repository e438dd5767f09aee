//! `POST /v1/audio/transcriptions`: <https://platform.openai.com/docs/api-reference/audio/createTranscription>.
//!
//! What is answered was heard in the file, and nowhere else. Which model gives which format, and what a diarising model
//! refuses, is as documented there; streaming is not offered.

use super::form::Form;
use super::sound::{hear, of_data_url};
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
/// Longer sound than this a diarising model takes only in pieces of its own choice, in seconds.
const UNCHUNKED: f64 = 30.0;
/// So many voices can be known beforehand.
const KNOWN: usize = 4;

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
    models.inner().journal.note(Surface::Transcriptions, form.told());
    let missing = |name| Refusal::bad(format!("Missing required parameter: '{name}'.")).with_param(name);
    let model = form.get("model").ok_or_else(|| missing("model"))?;
    Surface::Transcriptions.check(model)?;
    let file = form.file.clone().ok_or_else(|| missing("file"))?;
    let format = format(model, form.get("response_format").unwrap_or("json"))?;
    if form.get("stream") == Some("true") {
        return Err(Refusal::bad("The sandbox does not stream transcriptions.").with_param("stream"));
    }
    let known = known(&form)?;
    // Listening takes a while, and others are served meanwhile.
    let heard = tokio::task::spawn_blocking(move || hear(&file))
        .await
        .map_err(|_| Refusal::of_status(StatusCode::INTERNAL_SERVER_ERROR, None))??;
    if model == DIARIZE {
        if form.get("prompt").is_some_and(|prompt| !prompt.is_empty()) {
            return Err(Refusal::bad("Prompt is not supported for diarization models").with_param("prompt"));
        }
        if heard.seconds > UNCHUNKED && form.get("chunking_strategy").is_none() {
            return Err(
                Refusal::bad("chunking_strategy is required for diarization models").with_param("chunking_strategy")
            );
        }
    }
    let granularities: Vec<&str> = form.all("timestamp_granularities").collect();
    let transcript = Transcript {
        id: models.next_id("seg"),
        heard,
        known,
        has_words: granularities.contains(&"word"),
        has_segments: granularities.is_empty() || granularities.contains(&"segment"),
        is_billed_by_time: model == WHISPER,
        language: form.get("language").map(ToOwned::to_owned),
    };
    Ok(transcript.told(format))
}

/// The format, if the model has it.
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

/// Voices that are known by name, each with a sample of it.
fn known(form: &Form) -> Result<Vec<(crate::audio::Voice, String)>, Refusal> {
    let names: Vec<&str> = form.all("known_speaker_names").collect();
    let samples: Vec<&str> = form.all("known_speaker_references").collect();
    let refused = |message: String| Refusal::bad(message).with_param("known_speaker_references");
    if names.len() != samples.len() || names.len() > KNOWN {
        return Err(refused(format!(
            "known_speaker_names and known_speaker_references must be of one length, {KNOWN} at most."
        )));
    }
    names
        .into_iter()
        .zip(samples)
        .map(|(name, sample)| {
            let file = of_data_url(sample).ok_or_else(|| refused(format!("The sample of '{name}' is no data URL.")))?;
            let heard = hear(&file)?;
            let voice = heard.utterances.into_iter().find_map(|(_, utterance)| utterance.voice);
            let voice = voice.ok_or_else(|| refused(format!("Nobody speaks in the sample of '{name}'.")))?;
            Ok((voice, name.to_owned()))
        })
        .collect()
}
