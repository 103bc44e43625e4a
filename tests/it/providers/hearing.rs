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
    AudioFile { path, duration: Some(8.0) }
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
async fn a_gpt_model_gives_one_segment_over_the_whole_sound() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    providers.say(&[(0.0, 2.5, "Boil the pasta."), (2.5, 4.0, "Nine minutes.")]);
    for model in ["gpt-4o-mini-transcribe", "gpt-4o-transcribe-diarize"] {
        let transcript = speech(&providers, model).transcribe(&sound(&folder)).await.unwrap();
        assert_eq!(transcript.segments.len(), 1, "{model}");
        assert_eq!(transcript.text(), "Boil the pasta. Nine minutes.");
        assert_eq!(transcript.segments[0].end, At(8.0));
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
    AudioFile { path, duration: None }
}

#[tokio::test]
async fn a_file_that_is_no_sound_is_unreadable() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    let path = folder.path().join("sound.ogg");
    std::fs::write(&path, "not a sound").unwrap();
    let audio = AudioFile { path, duration: Some(3.0) };
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
