//! Audio in requests: files to transcribe, and reference samples of known speakers.

use crate::models::error::Refusal;
use audio::{Utterance, decode_speech, wav};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Speech recognized in a file.
pub(super) struct Recognized {
    /// Duration of the file.
    pub seconds: f64,
    /// Every utterance with its channel, by start time.
    pub utterances: Vec<(usize, Utterance)>,
}

/// Recognizes the speech in every channel of a file.
pub(super) fn recognize(file: &[u8]) -> Result<Recognized, Refusal> {
    let sound = wav::decode(file).map_err(|error| {
        let message =
            format!("Audio file might be corrupted or unsupported: the sandbox reads WAV, and this is {error}.");
        Refusal::bad(message).with_param("file").with_code("invalid_value")
    })?;
    let channels = sound.at_telephone_rate().into_iter().enumerate();
    let mut utterances: Vec<_> = channels
        .flat_map(|(channel, samples)| {
            decode_speech(&samples)
                .into_iter()
                .map(move |utterance| (channel, utterance))
        })
        .collect();
    utterances.sort_by_key(|(channel, utterance)| (utterance.start_ms, *channel));
    Ok(Recognized {
        seconds: sound.seconds(),
        utterances,
    })
}

/// Decodes the file in a data URL (`data:audio/wav;base64,...`).
pub(super) fn of_data_url(url: &str) -> Option<Vec<u8>> {
    let (_, data) = url.strip_prefix("data:")?.split_once(";base64,")?;
    STANDARD.decode(data).ok()
}
