//! Renders the audio of legs: durations, samples and audio files.
//!
//! The only module that converts text to audio; see [`crate::audio`].

use super::switch::{Paused, Sound, Utterance};
use audio::{sounds, wav};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use std::ops::Range;
use std::time::Duration;

/// Samples of one 20 ms packet (RFC 3551).
const PACKET_SAMPLES: usize = 160;

/// Duration of a sound. Music has no end: 15 minutes.
#[must_use]
pub fn duration(sound: &Sound) -> TimeDelta {
    let time = match sound {
        Sound::Words { text, .. } => audio::duration(text),
        Sound::Samples(samples) => audio::time_of(samples.len()),
        Sound::Silence(ms) => Duration::from_millis(u64::try_from(*ms).unwrap_or(0)),
        Sound::Beep => audio::time_of(sounds::beep().len()),
        Sound::Music => Duration::from_mins(15),
    };
    TimeDelta::from_std(time).unwrap_or_default()
}

/// Decodes a played file: its samples at 8 kHz, and its words if it is decodable speech.
///
/// `None` if it is not a WAV file.
#[must_use]
pub fn decode(file: &[u8]) -> Option<(Vec<i16>, String)> {
    let sound = wav::decode(file).ok()?;
    let samples = sound.at_telephone_rate().into_iter().next()?;
    let words: Vec<String> = audio::decode_speech(&samples)
        .into_iter()
        .map(|said| said.text)
        .collect();
    Some((samples, words.join(" ")))
}

/// Estimated duration of another file in milliseconds, taken as MP3 at 128 kbit/s.
#[must_use]
pub fn guess_ms(file: &[u8]) -> i64 {
    i64::try_from(file.len() / 16).unwrap_or(i64::MAX).clamp(500, 600_000)
}

/// The time span to render, and its pauses.
pub struct Take<'a> {
    pub time: Range<DateTime<Utc>>,
    pub pauses: &'a [Paused],
    /// Removes silence at both ends.
    pub trim: bool,
}

impl Take<'_> {
    /// Renders the channels to a WAV file. Returns the file and its duration.
    #[must_use]
    pub fn file(&self, channels: &[Vec<&Utterance>]) -> (Bytes, Duration) {
        let mut tracks: Vec<Vec<i16>> = channels.iter().map(|heard| self.track(heard)).collect();
        if self.trim {
            trim(&mut tracks);
        }
        // Includes the packet in which the recording stopped, so that audio that ends there is not cut off.
        for track in tracks.iter_mut().filter(|track| !track.is_empty()) {
            track.resize(track.len() + PACKET_SAMPLES, 0);
        }
        let length = audio::time_of(tracks.iter().map(Vec::len).max().unwrap_or(0));
        let file = wav::encode(&wav::Sound {
            rate: audio::RATE,
            channels: tracks,
        });
        (file.into(), length)
    }

    fn track(&self, heard: &[&Utterance]) -> Vec<i16> {
        let total = (self.time.end - self.time.start).to_std().unwrap_or_default();
        let mut track = audio::Track::silent(total);
        for utterance in heard {
            let end = utterance.until.min(self.time.end);
            let begin = utterance.at.max(self.time.start);
            if end <= begin {
                continue;
            }
            let length =
                |from: DateTime<Utc>, to: DateTime<Utc>| audio::samples_in((to - from).to_std().unwrap_or_default());
            let sound = samples(&utterance.sound, end - utterance.at);
            let missed = length(utterance.at, begin).min(sound.len());
            let last = length(utterance.at, end).clamp(missed, sound.len());
            let at = (begin - self.time.start).to_std().unwrap_or_default();
            track.lay(at, &sound[missed..last]);
        }
        track.end_at(total);
        // From last to first, so that removing one pause does not shift those still to process.
        for pause in self.pauses.iter().rev() {
            let until = pause.until.unwrap_or(self.time.end).min(self.time.end);
            let from = (pause.from - self.time.start).to_std().unwrap_or_default();
            let until = (until - self.time.start).to_std().unwrap_or_default();
            if pause.skip {
                track.cut(from..until);
            } else {
                track.hush(from..until);
            }
        }
        track.into_samples()
    }
}

/// Samples of a sound: 16-bit PCM at 8 kHz. `time` is the length of music.
#[must_use]
pub fn samples(sound: &Sound, time: TimeDelta) -> Vec<i16> {
    match sound {
        Sound::Words { text, voice } => audio::encode_speech(text, *voice),
        Sound::Samples(samples) => samples.to_vec(),
        Sound::Silence(_) => vec![],
        Sound::Beep => sounds::beep(),
        Sound::Music => sounds::music(time.to_std().unwrap_or_default()),
    }
}

fn trim(tracks: &mut [Vec<i16>]) {
    let loud = |track: &Vec<i16>| {
        let first = track.iter().position(|sample| *sample != 0)?;
        let last = track.iter().rposition(|sample| *sample != 0)?;
        Some(first..last + 1)
    };
    let spans: Vec<Range<usize>> = tracks.iter().filter_map(loud).collect();
    let start = spans
        .iter()
        .map(|span| span.start)
        .min()
        .unwrap_or(0)
        .saturating_sub(PACKET_SAMPLES);
    let end = spans
        .iter()
        .map(|span| span.end)
        .max()
        .map_or(0, |end| end + PACKET_SAMPLES);
    for track in tracks {
        track.truncate(end);
        track.drain(..start.min(track.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::switch::Track;
    use audio::Voice;

    fn at(ms: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms)
    }

    fn says(text: &str, from: i64) -> Utterance {
        let sound = Sound::Words {
            text: text.to_owned(),
            voice: Voice::Caller,
        };
        Utterance {
            id: 1,
            track: Track::Inbound,
            at: at(from),
            until: at(from) + duration(&sound),
            sound,
        }
    }

    fn words(file: &[u8], channel: usize) -> String {
        let sound = wav::decode(file).expect("a WAV file");
        let heard = audio::decode_speech(&sound.channels[channel]);
        heard.into_iter().map(|said| said.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn two_channels_contain_their_own_words() {
        let (one, two) = (says("good morning", 500), says("hello there", 3_000));
        let take = Take {
            time: at(0)..at(6_000),
            pauses: &[],
            trim: false,
        };
        let (file, length) = take.file(&[vec![&one], vec![&two]]);
        assert_eq!(length, Duration::from_millis(6_020));
        assert_eq!(
            (words(&file, 0).as_str(), words(&file, 1).as_str()),
            ("good morning", "hello there")
        );
    }

    #[test]
    fn speech_during_a_pause_is_not_in_the_file() {
        let (one, two, three) = (says("first", 100), says("secret", 2_500), says("last", 5_100));
        let paused = |skip| Paused {
            from: at(2_000),
            until: Some(at(5_000)),
            skip,
        };
        for (skip, seconds) in [(true, 4), (false, 7)] {
            let take = Take {
                time: at(0)..at(7_000),
                pauses: &[paused(skip)],
                trim: false,
            };
            let (file, length) = take.file(&[vec![&one, &two, &three]]);
            assert_eq!(length, Duration::from_secs(seconds) + Duration::from_millis(20));
            assert_eq!(words(&file, 0), "first last");
        }
    }

    #[test]
    fn trim_removes_silence_at_both_ends() {
        let one = says("only this", 2_000);
        let take = Take {
            time: at(0)..at(60_000),
            pauses: &[],
            trim: true,
        };
        let (file, length) = take.file(&[vec![&one], vec![]]);
        let spoken = duration(&one.sound).to_std().expect("it is positive");
        assert!(length <= spoken + Duration::from_millis(60), "{length:?}");
        assert_eq!(words(&file, 0), "only this");
    }

    #[test]
    fn speech_at_any_subsample_offset_is_decodable() {
        let mut lost = vec![];
        for offset in (0..2_000_000).step_by(31_250) {
            let mut one = says("You are welcome", 2_000);
            one.at += TimeDelta::nanoseconds(offset);
            one.until += TimeDelta::nanoseconds(offset);
            let take = Take {
                time: at(0)..one.until,
                pauses: &[],
                trim: false,
            };
            let (file, _) = take.file(&[vec![], vec![&one]]);
            if words(&file, 1) != "You are welcome" {
                lost.push(offset);
            }
        }
        assert_eq!(lost, [0; 0]);
    }
}
