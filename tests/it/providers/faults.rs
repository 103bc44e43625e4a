//! What every provider may do to us, and what becomes of it.

use std::time::Duration;

use linkscribe::adapters::gemini::Gemini;
use linkscribe::adapters::openai::{OpenAiChat, OpenAiSpeech};
use linkscribe::adapters::vision::GoogleVision;
use linkscribe::failure::Kind;
use linkscribe::ports::{SpeechToText, SummaryModel, TextReader};
use tempfile::TempDir;

use super::hearing::sound;
use super::reading::frames;
use super::summarizing::recipe;
use crate::support::providers::{Fault, ProviderStandIns, Service, key};

const ALL: [Service; 4] = [Service::Speech, Service::Vision, Service::Gemini, Service::Chat];

/// Long enough for a loopback answer, short enough to wait for.
const SHORT: Duration = Duration::from_millis(300);

/// One call of one service; gives the kind of its failure.
async fn call(providers: &ProviderStandIns, service: Service, timeout: Duration) -> Result<(), Kind> {
    let folder = TempDir::new().unwrap();
    let outcome = match service {
        Service::Speech => {
            let speech = OpenAiSpeech::new(&providers.openai_url, &key(), "whisper-1").unwrap();
            speech.with_timeout(timeout).unwrap().transcribe(&sound(&folder)).await.map(drop)
        }
        Service::Vision => {
            let vision = GoogleVision::new(&providers.vision_url, &key()).unwrap();
            vision.with_timeout(timeout).unwrap().read(&frames(&folder, 1, 50)).await.map(drop)
        }
        Service::Gemini => {
            let gemini = Gemini::new(&providers.gemini_url, &key(), "gemini-3.7-flash").unwrap();
            gemini.with_timeout(timeout).unwrap().answer(&recipe()).await.map(drop)
        }
        Service::Chat => {
            let chat = OpenAiChat::new(&providers.openai_url, &key(), "gpt-5-mini").unwrap();
            chat.with_timeout(timeout).unwrap().answer(&recipe()).await.map(drop)
        }
    };
    outcome.map_err(|failure| failure.kind)
}

async fn kind(providers: &ProviderStandIns, service: Service, fault: Fault) -> Kind {
    providers.fail_next(service, fault);
    let kind = call(providers, service, Duration::from_secs(20)).await.unwrap_err();
    assert_eq!(providers.calls(service).failed, 1, "{service:?} is asked once, not again");
    kind
}

#[tokio::test]
async fn a_stumbling_provider_is_a_transient_failure() {
    for fault in [Fault::Status(500), Fault::Status(502), Fault::HalfBody, Fault::WrongJson, Fault::NotJson] {
        let providers = ProviderStandIns::start().await;
        for service in ALL {
            let kind = kind(&providers, service, fault.clone()).await;
            assert_eq!(kind, Kind::Transient { retry_after: None }, "{service:?} {fault:?}");
        }
        providers.stop().await;
    }
}

#[tokio::test]
async fn a_limit_or_an_overload_is_waited_out_as_long_as_the_provider_says() {
    for status in [429, 503, 529] {
        let providers = ProviderStandIns::start().await;
        for service in ALL {
            let Kind::Wait { retry_after: Some(wait) } =
                kind(&providers, service, Fault::Wait(status, 17)).await
            else {
                panic!("{service:?} must wait after {status}");
            };
            assert_eq!(wait.as_secs(), 17, "{service:?} {status}");
        }
        providers.stop().await;
    }
}

#[tokio::test]
async fn a_provider_that_never_answers_is_given_up() {
    let providers = ProviderStandIns::start().await;
    for service in ALL {
        providers.fail_always(service, Fault::Stall);
        let kind = call(&providers, service, SHORT).await.unwrap_err();
        assert_eq!(kind, Kind::Transient { retry_after: None }, "{service:?}");
        providers.heal(service);
        assert_eq!(call(&providers, service, Duration::from_secs(20)).await, Ok(()), "{service:?}");
    }
    providers.stop().await;
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_a_transient_failure() {
    let gone = ProviderStandIns::start().await;
    let gemini = Gemini::new(&gone.gemini_url, &key(), "gemini-3.7-flash").unwrap();
    gone.stop().await;
    let failure = gemini.answer(&recipe()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Transient { retry_after: None });
    assert!(!format!("{failure:?}").contains("127.0.0.1"), "no address in the log: {failure:?}");
}

#[tokio::test]
async fn a_slow_answer_is_waited_for_and_counted_once_it_is_finished() {
    let providers = ProviderStandIns::start().await;
    providers.delay(Service::Gemini, SHORT);
    let calling = call(&providers, Service::Gemini, Duration::from_secs(20));
    let watching = providers.wait_for(Service::Gemini, |calls| calls.started == 1 && calls.finished == 0);
    let (called, ()) = tokio::join!(calling, watching);
    assert_eq!(called, Ok(()));
    assert_eq!(providers.calls(Service::Gemini).finished, 1);
    drop(providers);
}
