//! What was heard, as sound: how long it takes, and an audio file of it.
//!
//! The only place that knows how text becomes sound; see [`crate::audio`].

use super::exchange::{Paused, Sound, Utterance};
use crate::audio::{self, sounds, wav};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use std::ops::Range;
use std::time::Duration;

/// Samples in a packet of 20 ms, which is how sound travels (RFC 3551).
const PACKET: usize = 160;

/// A time in seconds, as scripts give it.
#[must_use]
pub fn seconds(seconds: f64) -> TimeDelta {
    Duration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|time| TimeDelta::from_std(time).ok())
        .unwrap_or_default()
}

/// A time in milliseconds.
#[must_use]
pub fn millis(millis: u32) -> TimeDelta {
    TimeDelta::milliseconds(i64::from(millis))
}

/// A length as Twilio tells it: in whole seconds, and at least one.
#[must_use]
pub fn whole_seconds(time: Duration) -> u64 {
    u64::try_from((time.as_millis() + 500) / 1_000)
        .unwrap_or(u64::MAX)
        .max(1)
}

/// How long a sound is. Music has no end of its own: a quarter of an hour.
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

/// A file that was played: its samples at telephone rate and the words in it, if it is speech that can be read.
///
/// `None` if it is no WAV file.
#[must_use]
pub fn decode(file: &[u8]) -> Option<(Vec<i16>, String)> {
    let sound = wav::decode(file).ok()?;
    let samples = sound.at_telephone_rate().into_iter().next()?;
    let words: Vec<String> = audio::listen(&samples).into_iter().map(|said| said.text).collect();
    Some((samples, words.join(" ")))
}

/// The length of a file that is no WAV, if it is an MP3 of 128 kbit/s, as most are: in milliseconds.
#[must_use]
pub fn guess_ms(file: &[u8]) -> i64 {
    i64::try_from(file.len() / 16).unwrap_or(i64::MAX).clamp(500, 600_000)
}

/// What is to be recorded: from when to when, and what was not.
pub struct Take<'a> {
    /// From its beginning to its end.
    pub time: Range<DateTime<Utc>>,
    /// Its pauses.
    pub pauses: &'a [Paused],
    /// Whether silence at both ends is taken away.
    pub trim: bool,
}

impl Take<'_> {
    /// A WAV file with these channels, and how long it is.
    #[must_use]
    pub fn file(&self, channels: &[Vec<&Utterance>]) -> (Bytes, Duration) {
        let mut tracks: Vec<Vec<i16>> = channels.iter().map(|heard| self.track(heard)).collect();
        if self.trim {
            trim(&mut tracks);
        }
        // The packet in which it was stopped is still in it, so that what ends with it does not end abruptly.
        for track in tracks.iter_mut().filter(|track| !track.is_empty()) {
            track.resize(track.len() + PACKET, 0);
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
        // From the last to the first, so that a gap that is closed moves none that is still to be closed.
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

/// A sound as it is heard: 16-bit PCM at telephone rate. Music lasts as long as is said.
#[must_use]
pub fn samples(sound: &Sound, time: TimeDelta) -> Vec<i16> {
    match sound {
        Sound::Words { text, voice } => audio::speak(text, *voice),
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
        .saturating_sub(PACKET);
    let end = spans.iter().map(|span| span.end).max().map_or(0, |end| end + PACKET);
    for track in tracks {
        track.truncate(end);
        track.drain(..start.min(track.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Voice;
    use crate::network::exchange::Track;

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
        let heard = audio::listen(&sound.channels[channel]);
        heard.into_iter().map(|said| said.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_channel_has_its_own_words() {
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
    fn what_was_said_in_a_pause_is_not_in_the_file() {
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
    fn trimming_takes_silence_away_at_both_ends() {
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
    fn where_a_sound_begins_between_two_samples_does_not_matter() {
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
