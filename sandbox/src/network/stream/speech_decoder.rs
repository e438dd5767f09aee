//! Decodes the words of the service's audio as they are played; audio that is cleared from the buffer was never heard.
//!
//! Speech is noticed within 100 ms and decoded in pieces of 400 ms, as [`crate::audio`] encodes it. Audio that is not
//! decodable speech is ignored.

use super::frames::time_of;
use audio::{INAUDIBLE, Utterance};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::VecDeque;

/// Samples between two decoding attempts while no speech is open: 100 ms.
const DECODE_INTERVAL_SAMPLES: usize = 800;
/// Samples of a piece of speech: 400 ms.
const PIECE_SAMPLES: usize = 3_200;
/// Samples after which an incomplete sentence has ended: one piece and a margin.
const INCOMPLETE_AFTER_SAMPLES: usize = PIECE_SAMPLES + 400;
/// A piece may be found this many samples late; as much silence is appended before decoding.
const SEARCH_MARGIN_SAMPLES: usize = 200;
/// Expected continuation after a piece that is not the last of its sentence.
const CONTINUATION: TimeDelta = TimeDelta::milliseconds(400);
/// Gap that separates sentences; a shorter gap is a stutter within one sentence.
const SENTENCE_GAP: TimeDelta = TimeDelta::seconds(2);

/// A sentence being heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedSpeech {
    pub start: DateTime<Utc>,
    /// End, as far as it is known.
    pub until: DateTime<Utc>,
    /// The words so far; empty if speech was only noticed.
    pub text: String,
    /// Reported for the first time.
    pub is_new: bool,
    /// Complete: nothing will be added.
    pub is_over: bool,
}

/// Decoder of one stream's playback.
#[derive(Debug, Default)]
pub(super) struct SpeechDecoder {
    /// Audio that may still belong to an open sentence.
    sound: Vec<i16>,
    /// First sample and start time of each contiguous span. Stuttering speech is decoded without its gaps.
    spans: VecDeque<(usize, DateTime<Utc>)>,
    /// Number of samples already decoded.
    decoded: usize,
    /// The open sentence and its first sample.
    open: Option<(DecodedSpeech, usize)>,
    /// Speech completed while new audio was added.
    left_over: Vec<DecodedSpeech>,
}

impl SpeechDecoder {
    /// Appends audio that plays from `at` on.
    pub(super) fn append(&mut self, at: DateTime<Utc>, sound: &[i16]) {
        if let Some(end) = self.end() {
            if at - end > SENTENCE_GAP {
                let mut found = self.decode(end);
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

    /// End of all audio.
    fn end(&self) -> Option<DateTime<Utc>> {
        (!self.sound.is_empty()).then(|| self.time_after(self.sound.len()))
    }

    /// Start time of a sample.
    fn time_of(&self, sample: usize) -> DateTime<Utc> {
        let span = self.spans.iter().rev().find(|(first, _)| *first <= sample);
        span.map_or_else(DateTime::default, |(first, at)| *at + time_of(sample - first))
    }

    /// End time of the first `samples` samples.
    fn time_after(&self, samples: usize) -> DateTime<Utc> {
        match samples.checked_sub(1) {
            Some(last) => self.time_of(last) + time_of(1),
            None => self.time_of(0),
        }
    }

    /// Number of samples played at `now`.
    fn played(&self, now: DateTime<Utc>) -> usize {
        let ends = self.spans.iter().skip(1).map(|(first, _)| *first);
        let ends = ends.chain([self.sound.len()]);
        let begun = self.spans.iter().zip(ends).take_while(|((_, at), _)| *at <= now);
        begun.last().map_or(0, |((first, at), end)| {
            let played = audio::samples_in((now - *at).to_std().unwrap_or_default());
            first.saturating_add(played).min(end)
        })
    }

    /// Time of the next decoding attempt.
    pub(super) fn due(&self) -> Option<DateTime<Utc>> {
        if !self.left_over.is_empty() {
            return Some(self.time_of(0));
        }
        if self.decoded == self.sound.len() {
            // An incomplete sentence is closed after a gap.
            return self.open.as_ref().and(self.end()).map(|end| end + SENTENCE_GAP);
        }
        let step = match &self.open {
            // Piece by piece.
            Some((open, start)) if !open.text.is_empty() => {
                let done = self.decoded.saturating_sub(*start) / PIECE_SAMPLES;
                (start + (done + 1) * PIECE_SAMPLES).saturating_sub(self.decoded).max(1)
            }
            _ => DECODE_INTERVAL_SAMPLES,
        };
        Some(self.time_after((self.decoded + step).min(self.sound.len())))
    }

    /// Speech decoded until now, in order.
    pub(super) fn decode(&mut self, now: DateTime<Utc>) -> Vec<DecodedSpeech> {
        let mut heard = std::mem::take(&mut self.left_over);
        let played = self.played(now);
        if played > self.decoded {
            self.decoded = played;
            self.decode_played(&mut heard);
        }
        let is_long_ago = self.end().is_some_and(|end| end + SENTENCE_GAP <= now);
        if self.decoded == self.sound.len() && is_long_ago {
            heard.extend(self.close(now));
        }
        heard
    }

    fn decode_played(&mut self, heard: &mut Vec<DecodedSpeech>) {
        let mut sound = self.sound[..self.decoded].to_vec();
        sound.resize(sound.len() + SEARCH_MARGIN_SAMPLES, 0);
        let found = audio::decode_speech(&sound);
        let mut settled = 0;
        for (place, utterance) in found.iter().enumerate() {
            let (start, end) = (samples(utterance.start_ms), samples(utterance.end_ms).min(self.decoded));
            let is_last = place + 1 == found.len();
            let is_over = utterance.whole || !is_last || self.decoded - end > INCOMPLETE_AFTER_SAMPLES;
            let known = self.open.take().map(|(known, _)| known);
            let begins = self.time_of(start);
            let ends = self.time_after(end);
            let speech = DecodedSpeech {
                // Speech may have begun slightly before it was noticed.
                start: known.as_ref().map_or(begins, |open| open.start.min(begins)),
                until: if is_over { ends } else { ends + CONTINUATION },
                text: words(utterance, is_over),
                is_new: known.is_none(),
                is_over,
            };
            if is_over {
                settled = end;
            } else {
                self.open = Some((speech.clone(), start));
            }
            if known.is_none_or(|known| speech.is_over || known.text != speech.text || known.until != speech.until) {
                heard.push(speech);
            }
        }
        if found.is_empty() {
            settled = self.decoded.saturating_sub(INCOMPLETE_AFTER_SAMPLES);
        }
        self.forget(settled);
    }

    /// Discards audio after `now`.
    pub(super) fn cut(&mut self, now: DateTime<Utc>) -> Vec<DecodedSpeech> {
        let mut heard = self.decode(now);
        heard.extend(self.close(now));
        self.forget(self.sound.len());
        heard
    }

    fn close(&mut self, now: DateTime<Utc>) -> Option<DecodedSpeech> {
        let (open, _) = self.open.take()?;
        self.forget(self.decoded);
        Some(DecodedSpeech {
            until: open.until.min(now),
            is_new: false,
            is_over: true,
            ..open
        })
    }

    fn forget(&mut self, samples: usize) {
        let begins = self.time_of(samples);
        self.sound.drain(..samples);
        self.decoded = self.decoded.saturating_sub(samples);
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

/// The words; for an open sentence, those that are decoded.
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
    use audio::{Voice, encode_speech, mulaw};

    fn at(ms: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms)
    }

    /// All speech until then, decoding whenever it is due.
    fn decode_until(decoder: &mut SpeechDecoder, until: DateTime<Utc>) -> Vec<DecodedSpeech> {
        let mut heard = vec![];
        while let Some(due) = decoder.due().filter(|due| *due <= until) {
            heard.extend(decoder.decode(due));
        }
        heard
    }

    fn speech(text: &str) -> Vec<i16> {
        mulaw::decode(&mulaw::encode(&encode_speech(text, Voice::Ai)))
    }

    #[test]
    fn sentence_is_noticed_within_100_ms_and_decoded_as_it_is_played() {
        let mut decoder = SpeechDecoder::default();
        decoder.append(at(1_000), &speech("What is your name, please?"));
        let noticed = decode_until(&mut decoder, at(1_300));
        let first = noticed.first().expect("something");
        assert!(
            first.is_new && first.text.is_empty() && first.start < at(1_200),
            "{first:?}"
        );
        let partly = decode_until(&mut decoder, at(1_900));
        assert_eq!(partly.last().expect("something").text, "What is your");
        let whole = decode_until(&mut decoder, at(9_000));
        let last = whole.last().expect("something");
        assert_eq!((last.text.as_str(), last.is_over), ("What is your name, please?", true));
        assert!((at(2_590)..=at(2_610)).contains(&last.until), "{last:?}");
        assert_eq!(whole.iter().filter(|heard| heard.is_new).count(), 0);
        assert_eq!(decoder.due(), None);
    }

    #[test]
    fn sentences_sent_in_pieces_are_decoded_in_order() {
        let mut decoder = SpeechDecoder::default();
        let mut sound = vec![0; 400];
        for text in ["Good morning", "How may we help?"] {
            sound.extend(speech(text));
            sound.extend([0; 900]);
        }
        let mut heard = vec![];
        for (place, piece) in sound.chunks(160).enumerate() {
            let now = at(i64::try_from(place).expect("small") * 20);
            heard.extend(decode_until(&mut decoder, now));
            decoder.append(now, piece);
        }
        heard.extend(decode_until(&mut decoder, at(60_000)));
        let over: Vec<&str> = heard
            .iter()
            .filter(|heard| heard.is_over)
            .map(|heard| heard.text.as_str())
            .collect();
        assert_eq!(over, ["Good morning", "How may we help?"]);
        assert_eq!(heard.iter().filter(|heard| heard.is_new).count(), 2);
    }

    #[test]
    fn stuttering_speech_is_decoded() {
        let mut decoder = SpeechDecoder::default();
        let sound = speech("Good morning");
        decoder.append(at(0), &sound[..1_000]);
        decoder.append(at(1_125), &sound[1_000..4_000]);
        decoder.append(at(2_500), &sound[4_000..]);
        let heard = decode_until(&mut decoder, at(9_000));
        let last = heard.last().expect("something");
        assert_eq!((last.text.as_str(), last.is_over), ("Good morning", true));
        // It has 6,400 samples.
        assert_eq!(last.until, at(2_500) + time_of(2_400));
        assert_eq!(decoder.due(), None);
    }

    #[test]
    fn cut_speech_is_not_heard() {
        let mut decoder = SpeechDecoder::default();
        decoder.append(at(0), &speech("We are open from nine to five"));
        decode_until(&mut decoder, at(900));
        let cut = decoder.cut(at(900));
        let last = cut.last().expect("something");
        assert_eq!(
            (last.text.as_str(), last.until, last.is_over),
            ("We are open from", at(900), true)
        );
        assert_eq!(decoder.due(), None);
        decoder.append(at(950), &speech("Yes?"));
        assert_eq!(
            decode_until(&mut decoder, at(5_000)).last().expect("something").text,
            "Yes?"
        );
    }

    #[test]
    fn incomplete_sentence_is_closed_after_a_gap() {
        let mut decoder = SpeechDecoder::default();
        let sound = speech("one two three four");
        decoder.append(at(0), &sound[..3_500]);
        let heard = decode_until(&mut decoder, at(60_000));
        let last = heard.last().expect("something");
        assert!(last.is_over && last.until < at(1_500), "{last:?}");
        assert_eq!(last.text, "one two");
    }

    #[test]
    fn silence_is_ignored_and_not_kept() {
        let mut decoder = SpeechDecoder::default();
        for second in 0..20 {
            decoder.append(at(second * 1_000), &[0; 8_000]);
            assert_eq!(decode_until(&mut decoder, at(second * 1_000 + 1_000)), []);
            assert!(decoder.sound.len() <= 8_000 + INCOMPLETE_AFTER_SAMPLES);
        }
    }
}
