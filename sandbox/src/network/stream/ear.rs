//! The words in what the service plays on a leg, understood as they are played and not before: what is cleared from the
//! buffer was never heard.
//!
//! Speech is noticed within a tenth of a second and understood piece by piece, as [`crate::audio`] speaks it: every
//! 400 ms. What cannot be read as speech is not noticed at all.

use super::frames::time_of;
use crate::audio::{self, INAUDIBLE, Utterance};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::VecDeque;

/// Samples after which it is listened again: 100 ms.
const LOOK: usize = 800;
/// Samples of a piece of speech: 400 ms.
const PIECE: usize = 3_200;
/// A sentence of which no more was heard for so many samples is over: for a piece, and a little more.
const OVER: usize = PIECE + 400;
/// A piece may be found so many samples late: as much silence is put behind what is listened to.
const SLIP: usize = 200;
/// More is expected for so long after a piece that is not the last one of its sentence.
const EXPECTS: TimeDelta = TimeDelta::milliseconds(400);
/// After so much silence nothing is put together any more; before, a voice stutters.
const APART: TimeDelta = TimeDelta::seconds(2);

/// A sentence that is being heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// When it began.
    pub start: DateTime<Utc>,
    /// When it ends, as far as can be known.
    pub until: DateTime<Utc>,
    /// The words so far; none if it was only noticed that somebody speaks.
    pub text: String,
    /// Whether it was not told of before.
    pub is_new: bool,
    /// Whether nothing will be added.
    pub is_over: bool,
}

/// Listens to one leg's player.
#[derive(Debug, Default)]
pub(super) struct Ear {
    /// What is played, as far as it may still belong to a sentence.
    sound: Vec<i16>,
    /// When it is played: from which sample on, and when that one begins. A voice that stutters is understood, so that
    /// there is no silence in the sound where there was some in time.
    spans: VecDeque<(usize, DateTime<Utc>)>,
    /// So many samples of it were listened to.
    listened: usize,
    /// The sentence that is not over, and with which sample it begins.
    open: Option<(Heard, usize)>,
    /// Found while room was made for something new.
    left_over: Vec<Heard>,
}

impl Ear {
    /// Something will be played from this time on, after everything that was given before.
    pub(super) fn takes(&mut self, at: DateTime<Utc>, sound: &[i16]) {
        if let Some(end) = self.end() {
            if at - end > APART {
                let mut found = self.hear(end);
                found.extend(self.close(end));
                self.left_over = found;
                self.forget(self.sound.len());
            } else if at > end {
                self.spans.push_back((self.sound.len(), at));
            }
        }
        if self.sound.is_empty() {
            self.spans = [(0, at)].into();
        }
        self.sound.extend_from_slice(sound);
    }

    /// When everything was played.
    fn end(&self) -> Option<DateTime<Utc>> {
        (!self.sound.is_empty()).then(|| self.time_after(self.sound.len()))
    }

    /// When a sample begins.
    fn time_of(&self, sample: usize) -> DateTime<Utc> {
        let span = self.spans.iter().rev().find(|(first, _)| *first <= sample);
        span.map_or_else(DateTime::default, |(first, at)| *at + time_of(sample - first))
    }

    /// When so many samples are over.
    fn time_after(&self, samples: usize) -> DateTime<Utc> {
        match samples.checked_sub(1) {
            Some(last) => self.time_of(last) + time_of(1),
            None => self.time_of(0),
        }
    }

    /// How many samples are over at a time.
    fn played(&self, now: DateTime<Utc>) -> usize {
        let ends = self.spans.iter().skip(1).map(|(first, _)| *first);
        let ends = ends.chain([self.sound.len()]);
        let begun = self.spans.iter().zip(ends).take_while(|((_, at), _)| *at <= now);
        begun.last().map_or(0, |((first, at), end)| {
            let played = audio::samples_in((now - *at).to_std().unwrap_or_default());
            first.saturating_add(played).min(end)
        })
    }

    /// When it should be listened next.
    pub(super) fn due(&self) -> Option<DateTime<Utc>> {
        if !self.left_over.is_empty() {
            return Some(self.time_of(0));
        }
        if self.listened == self.sound.len() {
            // A sentence without its end: after a while it is taken as it is.
            return self.open.as_ref().and(self.end()).map(|end| end + APART);
        }
        let step = match &self.open {
            // From piece to piece.
            Some((open, start)) if !open.text.is_empty() => {
                let done = self.listened.saturating_sub(*start) / PIECE;
                (start + (done + 1) * PIECE).saturating_sub(self.listened).max(1)
            }
            _ => LOOK,
        };
        Some(self.time_after((self.listened + step).min(self.sound.len())))
    }

    /// What was understood until now, in order of time.
    pub(super) fn hear(&mut self, now: DateTime<Utc>) -> Vec<Heard> {
        let mut heard = std::mem::take(&mut self.left_over);
        let played = self.played(now);
        if played > self.listened {
            self.listened = played;
            self.listens(&mut heard);
        }
        let is_long_ago = self.end().is_some_and(|end| end + APART <= now);
        if self.listened == self.sound.len() && is_long_ago {
            heard.extend(self.close(now));
        }
        heard
    }

    fn listens(&mut self, heard: &mut Vec<Heard>) {
        let mut sound = self.sound[..self.listened].to_vec();
        sound.resize(sound.len() + SLIP, 0);
        let found = audio::listen(&sound);
        let mut settled = 0;
        for (place, utterance) in found.iter().enumerate() {
            let (start, end) = (
                samples(utterance.start_ms),
                samples(utterance.end_ms).min(self.listened),
            );
            let is_last = place + 1 == found.len();
            let is_over = utterance.whole || !is_last || self.listened - end > OVER;
            let known = self.open.take().map(|(known, _)| known);
            let begins = self.time_of(start);
            let ends = self.time_after(end);
            let told = Heard {
                // What was noticed first may have begun a little earlier.
                start: known.as_ref().map_or(begins, |open| open.start.min(begins)),
                until: if is_over { ends } else { ends + EXPECTS },
                text: words(utterance, is_over),
                is_new: known.is_none(),
                is_over,
            };
            if is_over {
                settled = end;
            } else {
                self.open = Some((told.clone(), start));
            }
            if known.is_none_or(|known| told.is_over || known.text != told.text || known.until != told.until) {
                heard.push(told);
            }
        }
        if found.is_empty() {
            settled = self.listened.saturating_sub(OVER);
        }
        self.forget(settled);
    }

    /// Nothing more is played after this time.
    pub(super) fn cut(&mut self, now: DateTime<Utc>) -> Vec<Heard> {
        let mut heard = self.hear(now);
        heard.extend(self.close(now));
        self.forget(self.sound.len());
        heard
    }

    fn close(&mut self, now: DateTime<Utc>) -> Option<Heard> {
        let (open, _) = self.open.take()?;
        self.forget(self.listened);
        Some(Heard {
            until: open.until.min(now),
            is_new: false,
            is_over: true,
            ..open
        })
    }

    fn forget(&mut self, samples: usize) {
        let begins = self.time_of(samples);
        self.sound.drain(..samples);
        self.listened = self.listened.saturating_sub(samples);
        if let Some((_, start)) = &mut self.open {
            *start = start.saturating_sub(samples);
        }
        self.spans.retain(|(first, _)| *first > samples);
        for (first, _) in &mut self.spans {
            *first -= samples;
        }
        self.spans.push_front((0, begins));
    }
}

fn samples(ms: u64) -> usize {
    audio::samples_in(std::time::Duration::from_millis(ms))
}

/// The words; of a sentence that is not over, those that are known.
fn words(utterance: &Utterance, is_over: bool) -> String {
    if is_over {
        return utterance.text.clone();
    }
    let known = utterance.text.strip_suffix(INAUDIBLE).unwrap_or(&utterance.text);
    known.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{Voice, mulaw, speak};

    fn at(ms: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms)
    }

    /// Everything that is heard until then, listening whenever it is due.
    fn listens(ear: &mut Ear, until: DateTime<Utc>) -> Vec<Heard> {
        let mut heard = vec![];
        while let Some(due) = ear.due().filter(|due| *due <= until) {
            heard.extend(ear.hear(due));
        }
        heard
    }

    fn says(text: &str) -> Vec<i16> {
        mulaw::decode(&mulaw::encode(&speak(text, Voice::Ai)))
    }

    #[test]
    fn a_sentence_is_noticed_at_once_and_understood_as_it_is_played() {
        let mut ear = Ear::default();
        ear.takes(at(1_000), &says("What is your name, please?"));
        let noticed = listens(&mut ear, at(1_300));
        let first = noticed.first().expect("something");
        assert!(
            first.is_new && first.text.is_empty() && first.start < at(1_200),
            "{first:?}"
        );
        let partly = listens(&mut ear, at(1_900));
        assert_eq!(partly.last().expect("something").text, "What is your");
        let whole = listens(&mut ear, at(9_000));
        let last = whole.last().expect("something");
        assert_eq!((last.text.as_str(), last.is_over), ("What is your name, please?", true));
        assert!((at(2_590)..=at(2_610)).contains(&last.until), "{last:?}");
        assert_eq!(whole.iter().filter(|heard| heard.is_new).count(), 0);
        assert_eq!(ear.due(), None);
    }

    #[test]
    fn sentences_that_come_in_pieces_are_heard_one_after_the_other() {
        let mut ear = Ear::default();
        let mut sound = vec![0; 400];
        for text in ["Good morning", "How may we help?"] {
            sound.extend(says(text));
            sound.extend([0; 900]);
        }
        let mut heard = vec![];
        for (place, piece) in sound.chunks(160).enumerate() {
            let now = at(i64::try_from(place).expect("small") * 20);
            heard.extend(listens(&mut ear, now));
            ear.takes(now, piece);
        }
        heard.extend(listens(&mut ear, at(60_000)));
        let over: Vec<&str> = heard
            .iter()
            .filter(|heard| heard.is_over)
            .map(|heard| heard.text.as_str())
            .collect();
        assert_eq!(over, ["Good morning", "How may we help?"]);
        assert_eq!(heard.iter().filter(|heard| heard.is_new).count(), 2);
    }

    #[test]
    fn a_voice_that_stutters_is_understood() {
        let mut ear = Ear::default();
        let sound = says("Good morning");
        ear.takes(at(0), &sound[..1_000]);
        ear.takes(at(1_125), &sound[1_000..4_000]);
        ear.takes(at(2_500), &sound[4_000..]);
        let heard = listens(&mut ear, at(9_000));
        let last = heard.last().expect("something");
        assert_eq!((last.text.as_str(), last.is_over), ("Good morning", true));
        // There are 6,400 samples of it.
        assert_eq!(last.until, at(2_500) + time_of(2_400));
        assert_eq!(ear.due(), None);
    }

    #[test]
    fn what_is_cut_was_not_heard() {
        let mut ear = Ear::default();
        ear.takes(at(0), &says("We are open from nine to five"));
        listens(&mut ear, at(900));
        let cut = ear.cut(at(900));
        let last = cut.last().expect("something");
        assert_eq!(
            (last.text.as_str(), last.until, last.is_over),
            ("We are open from", at(900), true)
        );
        assert_eq!(ear.due(), None);
        ear.takes(at(950), &says("Yes?"));
        assert_eq!(listens(&mut ear, at(5_000)).last().expect("something").text, "Yes?");
    }

    #[test]
    fn a_sentence_without_its_end_is_taken_as_it_is() {
        let mut ear = Ear::default();
        let sound = says("one two three four");
        ear.takes(at(0), &sound[..3_500]);
        let heard = listens(&mut ear, at(60_000));
        let last = heard.last().expect("something");
        assert!(last.is_over && last.until < at(1_500), "{last:?}");
        assert_eq!(last.text, "one two");
    }

    #[test]
    fn silence_and_noise_are_nothing_and_are_not_kept() {
        let mut ear = Ear::default();
        for second in 0..20 {
            ear.takes(at(second * 1_000), &[0; 8_000]);
            assert_eq!(listens(&mut ear, at(second * 1_000 + 1_000)), []);
            assert!(ear.sound.len() <= 8_000 + OVER);
        }
    }
}
