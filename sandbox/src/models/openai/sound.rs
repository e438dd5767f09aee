//! Sound in requests: files to be transcribed, and samples of voices that are known.

use crate::audio::{Utterance, listen, wav};
use crate::models::error::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What was said in a file.
pub(super) struct Heard {
    /// The length of the file.
    pub seconds: f64,
    /// Every utterance and the channel that it is in, in order of time.
    pub utterances: Vec<(usize, Utterance)>,
}

/// Listens to every channel of a file.
pub(super) fn hear(file: &[u8]) -> Result<Heard, Refusal> {
    let sound = wav::decode(file).map_err(|error| {
        let message =
            format!("Audio file might be corrupted or unsupported: the sandbox reads WAV, and this is {error}.");
        Refusal::bad(message).with_param("file").with_code("invalid_value")
    })?;
    let channels = sound.at_telephone_rate().into_iter().enumerate();
    let mut utterances: Vec<_> = channels
        .flat_map(|(channel, samples)| listen(&samples).into_iter().map(move |utterance| (channel, utterance)))
        .collect();
    utterances.sort_by_key(|(channel, utterance)| (utterance.start_ms, *channel));
    Ok(Heard {
        seconds: sound.seconds(),
        utterances,
    })
}

/// The file in a data URL (`data:audio/wav;base64,...`).
pub(super) fn of_data_url(url: &str) -> Option<Vec<u8>> {
    let (_, data) = url.strip_prefix("data:")?.split_once(";base64,")?;
    STANDARD.decode(data).ok()
}
