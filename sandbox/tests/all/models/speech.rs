//! Speech and transcription with OpenAI's official client: the transcript equals the spoken text.

use super::{errors, openai, start, values};
use audio::{RATE, Track, Voice, encode_speech, mulaw, resample, wav};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::models::Server;
use serde_json::{Value, json};
use std::time::Duration;

const HELLO: &str = "Hello, my laptop does not start.";
const HINDI: &str = "मेरा लैपटॉप चालू नहीं हो रहा है।";

fn file(sound: &[u8]) -> Value {
    json!({ "$bytes": STANDARD.encode(sound), "name": "call.wav" })
}

fn transcribe(server: &Server, model: &str, sound: &[u8], extra: &Value) -> Value {
    let mut args = json!({ "model": model, "file": file(sound) });
    for (name, value) in extra.as_object().expect("arguments") {
        args[name.as_str()] = value.clone();
    }
    openai(server, "audio.transcriptions.create", args)
}

/// A recording with one channel: the AI, the caller, the AI.
fn recording() -> Vec<u8> {
    let mut track = Track::default();
    for (text, voice) in [
        ("How can I help you?", Voice::Ai),
        (HELLO, Voice::Caller),
        ("One moment.", Voice::Ai),
    ] {
        track.append(&encode_speech(text, voice));
        track.extend_to(track.duration() + Duration::from_millis(500));
    }
    wav::mono(&mulaw::decode(&mulaw::encode(track.samples())))
}

#[tokio::test]
async fn transcript_equals_the_spoken_text() {
    let server = start().await;
    let speech = |text: &str, format: &str| {
        let args = json!({ "model": "gpt-4o-mini-tts", "voice": "alloy", "input": text, "response_format": format });
        openai(&server, "audio.speech.create", args)
    };
    let spoken = values(vec![speech(HELLO, "wav"), speech(HINDI, "wav"), speech(HELLO, "pcm")]).await;
    let bytes = |value: &Value| STANDARD.decode(value.as_str().expect("base64")).expect("base64");
    let samples: Vec<i16> = bytes(&spoken[2])
        .chunks_exact(2)
        .map(|two| i16::from_le_bytes([two[0], two[1]]))
        .collect();
    let pcm = wav::mono(&resample(&samples, 24_000, RATE));
    let transcripts = values(vec![
        transcribe(&server, "whisper-1", &bytes(&spoken[0]), &json!({})),
        transcribe(
            &server,
            "gpt-4o-transcribe",
            &bytes(&spoken[1]),
            &json!({ "language": "hi" }),
        ),
        transcribe(
            &server,
            "gpt-4o-mini-transcribe",
            &pcm,
            &json!({ "prompt": "A call about laptops." }),
        ),
    ])
    .await;
    let texts: Vec<_> = transcripts
        .iter()
        .map(|transcript| transcript["text"].as_str())
        .collect();
    assert_eq!(texts, [Some(HELLO), Some(HINDI), Some(HELLO)]);
    assert_eq!(transcripts[0]["usage"]["type"], "duration");
    assert_eq!(transcripts[1]["usage"]["type"], "tokens");
}

#[tokio::test]
async fn segments_and_words_have_timestamps() {
    let server = start().await;
    let verbose = json!({ "response_format": "verbose_json", "timestamp_granularities": ["segment", "word"] });
    let answers = values(vec![
        transcribe(&server, "whisper-1", &recording(), &verbose),
        transcribe(
            &server,
            "whisper-1",
            &recording(),
            &json!({ "response_format": "text" }),
        ),
        transcribe(&server, "whisper-1", &recording(), &json!({ "response_format": "srt" })),
        transcribe(&server, "whisper-1", &recording(), &json!({ "response_format": "vtt" })),
    ])
    .await;
    let verbose_json = &answers[0];
    assert_eq!(verbose_json["language"], "english");
    let segments: Vec<_> = verbose_json["segments"]
        .as_array()
        .expect("segments")
        .iter()
        .map(|segment| {
            (
                segment["start"].as_f64(),
                segment["end"].as_f64(),
                segment["text"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        segments,
        [
            (Some(0.0), Some(1.2), Some("How can I help you?")),
            (Some(1.7), Some(3.3), Some(HELLO)),
            (Some(3.8), Some(4.6), Some("One moment.")),
        ]
    );
    let words = verbose_json["words"].as_array().expect("words");
    assert_eq!(words.len(), 13);
    assert_eq!(words[12]["word"], "moment.");
    assert_eq!(words[12]["end"], 4.6);
    assert_eq!(answers[1], format!("How can I help you? {HELLO} One moment.\n"));
    assert!(
        answers[2]
            .as_str()
            .is_some_and(|text| text.starts_with("1\n00:00:00,000 --> 00:00:01,200\nHow")),
        "{answers:?}"
    );
    assert!(
        answers[3]
            .as_str()
            .is_some_and(|text| text.starts_with("WEBVTT\n\n00:00:00.000 -->")),
        "{answers:?}"
    );
}

#[tokio::test]
async fn diarization_separates_speakers_in_one_channel_and_names_known_ones() {
    let server = start().await;
    let diarized = json!({ "response_format": "diarized_json", "chunking_strategy": "auto" });
    let sample = format!(
        "data:audio/wav;base64,{}",
        STANDARD.encode(wav::mono(&encode_speech("A sample", Voice::Caller)))
    );
    let mut known = diarized.clone();
    known["known_speaker_names"] = json!(["customer"]);
    known["known_speaker_references"] = json!([sample]);
    let answers = values(vec![
        transcribe(&server, "gpt-4o-transcribe-diarize", &recording(), &diarized),
        transcribe(&server, "gpt-4o-transcribe-diarize", &recording(), &known),
    ])
    .await;
    let speakers = |answer: &Value| -> Vec<String> {
        let segments = answer["segments"].as_array().expect("segments");
        segments
            .iter()
            .filter_map(|segment| segment["speaker"].as_str().map(ToOwned::to_owned))
            .collect()
    };
    assert_eq!(speakers(&answers[0]), ["A", "B", "A"]);
    assert_eq!(speakers(&answers[1]), ["A", "customer", "A"]);
    assert_eq!(answers[0]["segments"][1]["text"], HELLO);
    assert_eq!(answers[0]["segments"][1]["type"], "transcript.text.segment");
    assert_eq!(answers[0]["duration"], 5.1);
}

#[tokio::test]
async fn channels_are_transcribed_separately_when_both_speak() {
    let server = start().await;
    let sound = wav::stereo(
        &encode_speech(HELLO, Voice::Caller),
        &encode_speech("One moment.", Voice::Ai),
    );
    let diarized = json!({ "response_format": "diarized_json" });
    let answers = values(vec![transcribe(
        &server,
        "gpt-4o-transcribe-diarize",
        &sound,
        &diarized,
    )])
    .await;
    let texts: Vec<_> = answers[0]["segments"]
        .as_array()
        .expect("segments")
        .iter()
        .map(|one| one["text"].clone())
        .collect();
    assert_eq!(texts, [HELLO, "One moment."]);
}

#[tokio::test]
async fn silence_has_an_empty_transcript() {
    let server = start().await;
    let answers = values(vec![transcribe(
        &server,
        "whisper-1",
        &wav::mono(&[0; 8_000]),
        &json!({}),
    )])
    .await;
    assert_eq!(answers[0]["text"], "");
}

#[tokio::test]
async fn unsupported_audio_or_format_is_rejected() {
    let server = start().await;
    let sound = recording();
    let long = wav::mono(&vec![0; 8_000 * 31]);
    let calls = vec![
        transcribe(&server, "whisper-1", b"<html>Not found</html>", &json!({})),
        transcribe(&server, "whisper-9", &sound, &json!({})),
        transcribe(
            &server,
            "whisper-1",
            &sound,
            &json!({ "response_format": "diarized_json" }),
        ),
        transcribe(
            &server,
            "gpt-4o-transcribe",
            &sound,
            &json!({ "response_format": "verbose_json" }),
        ),
        transcribe(
            &server,
            "gpt-4o-transcribe-diarize",
            &sound,
            &json!({ "prompt": "A call" }),
        ),
        transcribe(&server, "gpt-4o-transcribe-diarize", &long, &json!({})),
        openai(
            &server,
            "audio.speech.create",
            json!({ "model": "tts-1", "voice": "alloy", "input": "Hello" }),
        ),
    ];
    let words = [
        "file",
        "model_not_found",
        "response_format",
        "response_format",
        "Prompt is not supported",
        "chunking_strategy",
        "'mp3'",
    ];
    for (error, word) in errors(calls).await.iter().zip(words) {
        assert!(error["body"].to_string().contains(word), "{word}: {error}");
        assert_eq!(error["body"]["type"], "invalid_request_error", "{error}");
    }
}
