//! Speech encoding: decoded text equals the spoken text, or is marked as inaudible, whatever happens to the audio.

use audio::{
    INAUDIBLE, RATE, Track, Utterance, Voice, at_volume, decode_speech, duration, encode_speech, mix, mulaw, sounds,
};
use proptest::prelude::*;
use std::time::Duration;

const HINDI: &str = "नमस्ते, मेरा लैपटॉप चालू नहीं हो रहा है।";
const ENGLISH: &str = "Hello, my laptop does not start any more, and I need it tomorrow morning.";

fn texts(decoded: &[Utterance]) -> Vec<&str> {
    decoded.iter().map(|utterance| utterance.text.as_str()).collect()
}

fn voices() -> impl Strategy<Value = Voice> {
    prop::sample::select(Voice::ALL.to_vec())
}

/// Sentences of distinct words, so that a wrong or swapped word is detected.
fn sentences() -> impl Strategy<Value = String> {
    prop::collection::vec("[a-zäéкनमक]{1,12}", 2..12).prop_map(|words| {
        let numbered: Vec<_> = words.iter().enumerate().map(|(n, word)| format!("{word}{n}")).collect();
        numbered.join(" ")
    })
}

/// Deterministic noise with samples up to `loudness`.
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

/// Whether every decoded word was spoken, in this order.
fn are_words_of(decoded: &[Utterance], said: &str) -> bool {
    let mut said = said.split_whitespace();
    decoded
        .iter()
        .flat_map(|utterance| utterance.text.split_whitespace())
        .filter(|word| *word != INAUDIBLE)
        .all(|word| said.any(|other| other == word))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_is_decoded_unchanged(text in any::<String>(), voice in voices()) {
        let decoded = decode_speech(&encode_speech(&text, voice));
        if text.is_empty() {
            prop_assert_eq!(decoded, vec![]);
        } else {
            prop_assert_eq!(decoded.len(), 1);
            prop_assert_eq!(&decoded[0].text, &text);
            prop_assert_eq!(decoded[0].voice, Some(voice));
            prop_assert!(decoded[0].whole);
            prop_assert_eq!(u128::from(decoded[0].end_ms), duration(&text).as_millis());
        }
    }

    #[test]
    fn telephone_line_effects_do_not_change_the_text(
        text in sentences(),
        voice in voices(),
        before in 0_usize..5_000,
        volume in 0.33_f64..1.0,
        loudness in 0_i16..200,
    ) {
        let mut sound = vec![0; before];
        sound.extend(at_volume(&encode_speech(&text, voice), volume));
        sound.extend([0; 1_000]);
        let sound = mix(&sound, &noise(sound.len(), loudness));
        let decoded = decode_speech(&mulaw::decode(&mulaw::encode(&sound)));
        prop_assert_eq!(texts(&decoded), [text.as_str()]);
        let begins = decoded[0].start_ms.abs_diff(before as u64 / 8);
        prop_assert!(begins <= 2, "{} ms beside", begins);
    }

    #[test]
    fn truncated_recording_yields_no_wrong_word(
        text in sentences(),
        from in 0.0_f64..1.0,
        length in 0.0_f64..1.0,
    ) {
        let whole = duration(&text);
        let mut track = Track::default();
        track.append(&encode_speech(&text, Voice::Caller));
        track.end_at(whole.mul_f64((from + length).min(1.0)));
        track.cut(Duration::ZERO..whole.mul_f64(from));
        let decoded = decode_speech(track.samples());
        prop_assert!(are_words_of(&decoded, &text), "{decoded:?}");
        // Speech longer than a symbol is detected, and is not reported as complete.
        let is_detected = !decoded.is_empty() || track.duration() < Duration::from_millis(250);
        prop_assert!(is_detected, "{:?} not detected", track.duration());
        if track.duration() < whole {
            let is_marked = decoded.iter().all(|utterance| !utterance.whole && utterance.text.contains(INAUDIBLE));
            prop_assert!(is_marked, "{decoded:?}");
        }
    }

    #[test]
    fn paused_recording_yields_no_wrong_word(
        text in sentences(),
        from in 0.0_f64..1.0,
        length in 0.01_f64..1.0,
        is_hushed in any::<bool>(),
    ) {
        let whole = duration(&text);
        let pause = whole.mul_f64(from)..whole.mul_f64((from + length).min(1.0));
        let mut track = Track::default();
        track.append(&encode_speech(&text, Voice::Caller));
        if is_hushed {
            track.hush(pause);
        } else {
            track.cut(pause);
        }
        let decoded = decode_speech(track.samples());
        prop_assert!(are_words_of(&decoded, &text), "{decoded:?}");
        prop_assert!(!decoded.iter().any(|utterance| utterance.whole && utterance.text != text), "{decoded:?}");
    }

    #[test]
    fn speakers_who_take_turns_are_separated(
        turns in prop::collection::vec((sentences(), voices(), 0_u64..900), 1..4),
    ) {
        let mut track = Track::default();
        let mut said = vec![];
        for (text, voice, pause) in &turns {
            let start = track.duration();
            track.append(&encode_speech(text, *voice));
            said.push((text.as_str(), Some(*voice), start.as_millis(), track.duration().as_millis()));
            track.extend_to(track.duration() + Duration::from_millis(*pause));
        }
        let decoded = decode_speech(track.samples());
        let decoded: Vec<_> = decoded
            .iter()
            .map(|one| (one.text.as_str(), one.voice, u128::from(one.start_ms), u128::from(one.end_ms)))
            .collect();
        prop_assert_eq!(decoded, said);
    }
}

/// Found by the test above.
#[test]
fn last_block_that_ends_with_the_sound_is_decoded() {
    let mut track = Track::default();
    track.append(&encode_speech("क0 к1", Voice::Caller));
    track.extend_to(track.duration() + Duration::from_millis(132));
    track.append(&encode_speech("न0 ä1", Voice::Caller));
    assert_eq!(texts(&decode_speech(track.samples())), ["क0 к1", "न0 ä1"]);
}

#[test]
fn speech_pace_is_15_to_20_characters_per_second_in_english_and_hindi() {
    for text in [ENGLISH, HINDI] {
        let characters = u32::try_from(text.chars().count()).expect("a short text");
        let pace = f64::from(characters) / duration(text).as_secs_f64();
        assert!((15.0..=20.0).contains(&pace), "{pace} characters a second");
        let samples = u32::try_from(encode_speech(text, Voice::Ai).len()).expect("a short text");
        let seconds = f64::from(samples) / f64::from(RATE);
        assert!((duration(text).as_secs_f64() - seconds).abs() < 1e-9);
    }
}

#[test]
fn text_longer_than_the_sequence_numbers_is_decoded_whole() {
    let text = "word ".repeat(600);
    let decoded = decode_speech(&encode_speech(&text, Voice::Ai));
    assert_eq!(texts(&decoded), [text]);
}

#[test]
fn cut_off_speech_is_marked_inaudible() {
    let sound = encode_speech("I would like to order two of them", Voice::Caller);
    let late = decode_speech(&sound[3_500..]);
    assert_eq!(texts(&late), ["[inaudible] order two of them"]);
    assert!(
        late[0].start_ms < 50 && late[0].voice == Some(Voice::Caller),
        "{late:?}"
    );
    assert_eq!(texts(&decode_speech(&sound[..9_000])), ["I would like to [inaudible]"]);
    assert_eq!(texts(&decode_speech(&sound[500..2_500])), [INAUDIBLE]);
    assert_eq!(decode_speech(&sound[500..2_500])[0].voice, None);
}

#[test]
fn noise_makes_only_the_covered_words_inaudible() {
    let mut sound = encode_speech("I would like to order two of them", Voice::Caller);
    for (sample, noise) in sound[4_000..5_000].iter_mut().zip(noise(1_000, i16::MAX - 1)) {
        *sample = noise;
    }
    let decoded = decode_speech(&sound);
    assert_eq!(texts(&decoded), ["I would [inaudible] order two of them"]);
    assert!(!decoded[0].whole);
}

#[test]
fn simultaneous_speakers_are_inaudible_in_one_channel_and_decoded_in_two() {
    let (one, other) = (
        encode_speech(ENGLISH, Voice::Caller),
        encode_speech("Please let me finish", Voice::Ai),
    );
    let mut track = Track::default();
    track.lay(Duration::ZERO, &one);
    track.lay(Duration::from_millis(850), &other);
    let decoded = decode_speech(track.samples());
    let said: Vec<_> = decoded
        .iter()
        .flat_map(|decoded| decoded.text.split_whitespace())
        .filter(|word| *word != INAUDIBLE)
        .collect();
    assert_eq!(decoded[0].voice, Some(Voice::Caller));
    assert!(
        decoded[0].text.starts_with("Hello, my laptop [inaudible] "),
        "{decoded:?}"
    );
    assert!(said.iter().all(|word| ENGLISH.contains(word)), "{said:?}");
    assert_eq!(texts(&decode_speech(&one)), [ENGLISH]);
    assert_eq!(texts(&decode_speech(&other)), ["Please let me finish"]);
}

#[test]
fn silence_noise_beeps_and_music_are_not_decoded_as_speech() {
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
        assert_eq!(decode_speech(&sound), []);
    }
}
