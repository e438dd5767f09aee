//! Speech as sound, from outside: whatever happens to it on the way, what is heard is what was said, or is said to be
//! missing.

use proptest::prelude::*;
use sandbox::audio::{
    INAUDIBLE, RATE, Track, Utterance, Voice, at_volume, duration, listen, mix, mulaw, sounds, speak,
};
use std::time::Duration;

const HINDI: &str = "नमस्ते, मेरा लैपटॉप चालू नहीं हो रहा है।";
const ENGLISH: &str = "Hello, my laptop does not start any more, and I need it tomorrow morning.";

fn texts(heard: &[Utterance]) -> Vec<&str> {
    heard.iter().map(|utterance| utterance.text.as_str()).collect()
}

fn voices() -> impl Strategy<Value = Voice> {
    prop::sample::select(Voice::ALL.to_vec())
}

/// Sentences of different words, so that a wrong or a swapped one is noticed.
fn sentences() -> impl Strategy<Value = String> {
    prop::collection::vec("[a-zäéкनमक]{1,12}", 2..12).prop_map(|words| {
        let numbered: Vec<_> = words.iter().enumerate().map(|(n, word)| format!("{word}{n}")).collect();
        numbered.join(" ")
    })
}

/// Noise as loud as this, the same on every run.
fn noise(samples: usize, loudness: i16) -> Vec<i16> {
    let mut state = 1_u32;
    (0..samples)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [high, low, ..] = state.to_be_bytes();
            i16::from_be_bytes([high, low]) % (loudness + 1)
        })
        .collect()
}

/// Whether every word that was heard was said, in this order.
fn are_words_of(heard: &[Utterance], said: &str) -> bool {
    let mut said = said.split_whitespace();
    heard
        .iter()
        .flat_map(|utterance| utterance.text.split_whitespace())
        .filter(|word| *word != INAUDIBLE)
        .all(|word| said.any(|other| other == word))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_is_heard_as_it_was_said(text in any::<String>(), voice in voices()) {
        let heard = listen(&speak(&text, voice));
        if text.is_empty() {
            prop_assert_eq!(heard, vec![]);
        } else {
            prop_assert_eq!(heard.len(), 1);
            prop_assert_eq!(&heard[0].text, &text);
            prop_assert_eq!(heard[0].voice, Some(voice));
            prop_assert!(heard[0].whole);
            prop_assert_eq!(u128::from(heard[0].end_ms), duration(&text).as_millis());
        }
    }

    #[test]
    fn a_telephone_line_changes_no_word(
        text in sentences(),
        voice in voices(),
        before in 0_usize..5_000,
        volume in 0.33_f64..1.0,
        loudness in 0_i16..200,
    ) {
        let mut sound = vec![0; before];
        sound.extend(at_volume(&speak(&text, voice), volume));
        sound.extend([0; 1_000]);
        let sound = mix(&sound, &noise(sound.len(), loudness));
        let heard = listen(&mulaw::decode(&mulaw::encode(&sound)));
        prop_assert_eq!(texts(&heard), [text.as_str()]);
        let begins = heard[0].start_ms.abs_diff(before as u64 / 8);
        prop_assert!(begins <= 2, "{} ms beside", begins);
    }

    #[test]
    fn of_a_recording_that_began_late_and_ended_early_no_wrong_word_is_heard(
        text in sentences(),
        from in 0.0_f64..1.0,
        length in 0.0_f64..1.0,
    ) {
        let whole = duration(&text);
        let mut track = Track::default();
        track.append(&speak(&text, Voice::Caller));
        track.end_at(whole.mul_f64((from + length).min(1.0)));
        track.cut(Duration::ZERO..whole.mul_f64(from));
        let heard = listen(track.samples());
        prop_assert!(are_words_of(&heard, &text), "{heard:?}");
        // What is longer than a symbol was noticed, and is not passed off as all that was said.
        let is_noticed = !heard.is_empty() || track.duration() < Duration::from_millis(250);
        prop_assert!(is_noticed, "{:?} unheard", track.duration());
        if track.duration() < whole {
            prop_assert!(heard.iter().all(|utterance| !utterance.whole && utterance.text.contains(INAUDIBLE)), "{heard:?}");
        }
    }

    #[test]
    fn of_a_recording_that_was_paused_no_wrong_word_is_heard(
        text in sentences(),
        from in 0.0_f64..1.0,
        length in 0.01_f64..1.0,
        is_hushed in any::<bool>(),
    ) {
        let whole = duration(&text);
        let pause = whole.mul_f64(from)..whole.mul_f64((from + length).min(1.0));
        let mut track = Track::default();
        track.append(&speak(&text, Voice::Caller));
        if is_hushed {
            track.hush(pause);
        } else {
            track.cut(pause);
        }
        let heard = listen(track.samples());
        prop_assert!(are_words_of(&heard, &text), "{heard:?}");
        prop_assert!(!heard.iter().any(|utterance| utterance.whole && utterance.text != text), "{heard:?}");
    }

    #[test]
    fn speakers_who_take_turns_are_told_apart(
        turns in prop::collection::vec((sentences(), voices(), 0_u64..900), 1..4),
    ) {
        let mut track = Track::default();
        let mut said = vec![];
        for (text, voice, pause) in &turns {
            let start = track.duration();
            track.append(&speak(text, *voice));
            said.push((text.as_str(), Some(*voice), start.as_millis(), track.duration().as_millis()));
            track.extend_to(track.duration() + Duration::from_millis(*pause));
        }
        let heard = listen(track.samples());
        let heard: Vec<_> = heard
            .iter()
            .map(|heard| (heard.text.as_str(), heard.voice, u128::from(heard.start_ms), u128::from(heard.end_ms)))
            .collect();
        prop_assert_eq!(heard, said);
    }
}

#[test]
fn speech_is_as_fast_as_a_person_in_english_and_in_hindi() {
    for text in [ENGLISH, HINDI] {
        let characters = u32::try_from(text.chars().count()).expect("a short text");
        let pace = f64::from(characters) / duration(text).as_secs_f64();
        assert!((15.0..=20.0).contains(&pace), "{pace} characters a second");
        let samples = u32::try_from(speak(text, Voice::Ai).len()).expect("a short text");
        let seconds = f64::from(samples) / f64::from(RATE);
        assert!((duration(text).as_secs_f64() - seconds).abs() < 1e-9);
    }
}

#[test]
fn a_text_longer_than_its_places_are_numbered_is_heard_whole() {
    let text = "word ".repeat(600);
    let heard = listen(&speak(&text, Voice::Ai));
    assert_eq!(texts(&heard), [text]);
}

#[test]
fn what_was_cut_off_is_said_to_be_inaudible() {
    let sound = speak("I would like to order two of them", Voice::Caller);
    let late = listen(&sound[3_500..]);
    assert_eq!(texts(&late), ["[inaudible] order two of them"]);
    assert!(
        late[0].start_ms < 50 && late[0].voice == Some(Voice::Caller),
        "{late:?}"
    );
    assert_eq!(texts(&listen(&sound[..9_000])), ["I would like to [inaudible]"]);
    assert_eq!(texts(&listen(&sound[500..2_500])), [INAUDIBLE]);
    assert_eq!(listen(&sound[500..2_500])[0].voice, None);
}

#[test]
fn a_disturbance_takes_the_words_that_it_covers() {
    let mut sound = speak("I would like to order two of them", Voice::Caller);
    for (sample, noise) in sound[4_000..5_000].iter_mut().zip(noise(1_000, i16::MAX - 1)) {
        *sample = noise;
    }
    let heard = listen(&sound);
    assert_eq!(texts(&heard), ["I would [inaudible] order two of them"]);
    assert!(!heard[0].whole);
}

#[test]
fn two_who_speak_at_once_in_one_channel_are_not_understood_and_in_two_they_are() {
    let (one, other) = (speak(ENGLISH, Voice::Caller), speak("Please let me finish", Voice::Ai));
    let mut track = Track::default();
    track.lay(Duration::ZERO, &one);
    track.lay(Duration::from_millis(850), &other);
    let heard = listen(track.samples());
    let said: Vec<_> = heard
        .iter()
        .flat_map(|heard| heard.text.split_whitespace())
        .filter(|word| *word != INAUDIBLE)
        .collect();
    assert_eq!(heard[0].voice, Some(Voice::Caller));
    assert!(heard[0].text.starts_with("Hello, my laptop [inaudible] "), "{heard:?}");
    assert!(said.iter().all(|word| ENGLISH.contains(word)), "{said:?}");
    assert_eq!(texts(&listen(&one)), [ENGLISH]);
    assert_eq!(texts(&listen(&other)), ["Please let me finish"]);
}

#[test]
fn silence_noise_beeps_and_music_are_no_speech() {
    let second = Duration::from_secs(1);
    let mut sounds = vec![
        vec![],
        vec![0; 8_000],
        noise(16_000, 300),
        noise(16_000, 20_000),
        sounds::beep(),
    ];
    sounds.push(sounds::music(second * 4));
    sounds.extend((300..3_400).step_by(40).map(|hertz| sounds::tone(hertz, second / 10)));
    for sound in sounds {
        assert_eq!(listen(&sound), []);
    }
}
