//! Speech to text at `OpenAI`.

use std::path::Path;

use linkscribe::adapters::openai::{MAX_AUDIO_BYTES, OpenAiSpeech};
use linkscribe::domain::media::At;
use linkscribe::domain::reason::Reason;
use linkscribe::failure::Kind;
use linkscribe::ports::{AudioFile, SpeechToText};
use secrecy::SecretString;
use serde_json::json;
use tempfile::TempDir;

use crate::support::providers::{Fault, ProviderStandIns, Service, key, spoken_segment};

/// A sound as far as the service can tell from its first bytes.
pub(super) fn sound(folder: &TempDir) -> AudioFile {
    let path = folder.path().join("sound.opus");
    std::fs::write(&path, [b"OggS".as_slice(), &[7; 2_000]].concat()).unwrap();
    AudioFile { path, duration: Some(8.0), video: None }
}

fn speech(providers: &ProviderStandIns, model: &str) -> OpenAiSpeech {
    OpenAiSpeech::new(&providers.openai_url, &key(), model).unwrap()
}

#[tokio::test]
async fn whisper_tells_what_is_said_and_when() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    providers.say(&[(0.0, 2.5, "Boil the pasta."), (2.5, 4.0, "Nine minutes.")]);
    let transcript = speech(&providers, "whisper-1").transcribe(&sound(&folder)).await.unwrap();

    assert_eq!(transcript.text(), "Boil the pasta. Nine minutes.");
    assert_eq!(transcript.segments[1].start, At(2.5));
    assert_eq!(transcript.language.as_deref(), Some("en"));
    assert_eq!(transcript.engine, "whisper-1");
    let form = &providers.requests(Service::Speech)[0];
    assert_eq!(form["fields"]["response_format"], "verbose_json");
    assert_eq!(form["fields"]["timestamp_granularities[]"], "segment");
    assert!(form["fields"].get("language").is_none(), "the language is never forced");
    assert_eq!(form["file"], 2_004);
    assert_eq!(providers.calls(Service::Speech).finished, 1);
    providers.stop().await;
}

#[tokio::test]
async fn a_gpt_model_gives_one_segment_over_the_whole_sound_and_the_times_it_tells() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    providers.know_models(&["gpt-4o-mini-transcribe", "gpt-transcribe", "gpt-4o-transcribe-diarize"]);
    providers.say(&[(0.0, 2.5, "Boil the pasta."), (2.5, 4.0, "Nine minutes.")]);
    for (model, times) in [
        ("gpt-4o-mini-transcribe", &[(0.0, 8.0)][..]),
        ("gpt-transcribe", &[(0.0, 8.0)]),
        ("gpt-4o-transcribe-diarize", &[(0.0, 2.5), (2.5, 4.0)]),
    ] {
        let transcript = speech(&providers, model).transcribe(&sound(&folder)).await.unwrap();
        let told: Vec<_> = transcript.segments.iter().map(|said| (said.start.0, said.end.0)).collect();
        assert_eq!(told, times, "{model}");
        assert_eq!(transcript.text(), "Boil the pasta. Nine minutes.");
    }
    providers.stop().await;
}

#[tokio::test]
async fn what_a_gpt_model_makes_up_is_left_out_sentence_by_sentence() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    let tell = |text: &str, sure: f64| spoken_segment(0.0, 2.0, text, 0.0, sure);
    for (what, told, kept) in [
        ("guesses", vec![tell("The dog is in the house.", -1.6)], ""),
        ("thanks", vec![tell("Thanks for watching!", -0.4), tell("Bye.", -0.4)], ""),
        (
            "guesses and a farewell behind talk",
            vec![
                tell("Boil 3.5 l of water.", -0.2),
                tell("So be it.", -1.4),
                tell("Thanks for watching!", -0.9),
            ],
            "Boil 3.5 l of water.",
        ),
        (
            "a credit in talk",
            vec![
                tell("Salz dazu.", -0.1),
                tell("Untertitel der Amara.org-Community.", -0.1),
                tell("Fertig.", -0.2),
            ],
            "Salz dazu. Fertig.",
        ),
        ("a loop of two", vec![tell(&"I know. You know. ".repeat(12), -0.2)], ""),
    ] {
        providers.say_exactly("english", told);
        let heard = speech(&providers, "gpt-4o-transcribe").transcribe(&sound(&folder)).await.unwrap();
        assert_eq!(heard.text(), kept, "{what}");
        assert_eq!(heard.usage.calls, 1, "it was paid for all the same");
    }
    providers.stop().await;
}

#[tokio::test]
async fn silence_with_invented_words_gives_no_speech() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    let invented = spoken_segment(0.0, 2.0, "Thanks for watching!", 0.93, -1.3);
    let music = spoken_segment(2.0, 4.0, "[Music]", 0.4, -0.4);
    let said = spoken_segment(4.0, 6.0, "Add salt.", 0.76, -0.3);
    providers.say_exactly("german", vec![invented, music, said]);
    let transcript = speech(&providers, "whisper-1").transcribe(&sound(&folder)).await.unwrap();
    assert_eq!(transcript.text(), "Add salt.");
    assert_eq!(transcript.language.as_deref(), Some("de"));

    providers.say(&[]);
    let silent = speech(&providers, "whisper-1").transcribe(&sound(&folder)).await.unwrap();
    assert!(silent.segments.is_empty());
    providers.stop().await;
}

#[tokio::test]
async fn music_gives_no_words_and_no_language_whatever_the_model_makes_up() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    let segment = |text: &str, ratio: f64| {
        let mut segment = spoken_segment(0.0, 9.0, text, 0.4, -0.5);
        segment["compression_ratio"] = json!(ratio);
        segment
    };
    for (text, ratio) in [
        ("Thanks for watching!", 0.9),
        ("Untertitel der Amara.org-Community", 0.9),
        ("Ich bin ein Stern, ich bin ein Stern", 3.1),
        ("[Music]", 0.5),
    ] {
        providers.say_exactly("german", vec![segment(text, ratio)]);
        let transcript = speech(&providers, "whisper-1").transcribe(&sound(&folder)).await.unwrap();
        assert!(transcript.segments.is_empty() && transcript.language.is_none(), "{transcript:?}");
        assert_eq!(transcript.usage.calls, 1, "it was paid for all the same");
    }
    providers.stop().await;
}

#[tokio::test]
async fn a_sound_over_the_limit_is_refused_before_anything_is_sent() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    let large = sized(folder.path(), MAX_AUDIO_BYTES + 1);
    let failure = speech(&providers, "whisper-1").transcribe(&large).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::TooLarge));
    assert_eq!(providers.calls(Service::Speech).started, 0);

    let largest = sized(folder.path(), MAX_AUDIO_BYTES);
    speech(&providers, "whisper-1").transcribe(&largest).await.unwrap();
    assert_eq!(providers.calls(Service::Speech).finished, 1);
    providers.stop().await;
}

/// A file of this size that begins as Ogg does.
fn sized(folder: &Path, bytes: u64) -> AudioFile {
    let path = folder.join("large.ogg");
    std::fs::write(&path, b"OggS").unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_len(bytes).unwrap();
    AudioFile { path, duration: None, video: None }
}

#[tokio::test]
async fn a_file_that_is_no_sound_is_unreadable() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    let path = folder.path().join("sound.ogg");
    std::fs::write(&path, "not a sound").unwrap();
    let audio = AudioFile { path, duration: Some(3.0), video: None };
    let failure = speech(&providers, "whisper-1").transcribe(&audio).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::Unreadable));
    providers.stop().await;
}

#[tokio::test]
async fn a_sound_too_short_for_words_has_none() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    let mut audio = sound(&folder);
    let code = json!({"error": {"message": "Audio file is too short.", "code": "audio_too_short"}});
    providers.fail_next(Service::Speech, Fault::Reply(400, code));
    let heard = speech(&providers, "whisper-1").transcribe(&audio).await.unwrap();
    assert!(heard.segments.is_empty());

    audio.duration = Some(0.05);
    speech(&providers, "whisper-1").transcribe(&audio).await.unwrap();
    assert_eq!(providers.calls(Service::Speech).started, 1, "nothing is sent for a twentieth of a second");
    providers.stop().await;
}

#[tokio::test]
async fn a_wrong_key_an_unknown_model_and_an_empty_purse_are_the_operators_to_mend() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    let account = Kind::Permanent(Reason::ProviderAccount);
    for wrong in ["sk-wrong", ""] {
        let speech =
            OpenAiSpeech::new(&providers.openai_url, &SecretString::from(wrong), "whisper-1").unwrap();
        assert_eq!(speech.transcribe(&sound(&folder)).await.unwrap_err().kind, account);
    }
    let unknown = speech(&providers, "whisper-9").transcribe(&sound(&folder)).await.unwrap_err();
    assert_eq!(unknown.kind, account);

    let purse =
        json!({"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}});
    providers.fail_next(Service::Speech, Fault::Reply(429, purse));
    let failure = speech(&providers, "whisper-1").transcribe(&sound(&folder)).await.unwrap_err();
    assert_eq!(failure.kind, account);
    providers.stop().await;
}
