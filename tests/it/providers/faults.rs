//! What every provider may do to us, and what becomes of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use linkscribe::adapters::gemini::Gemini;
use linkscribe::adapters::memory_budget::MemoryBudget;
use linkscribe::adapters::notion::{Notion, WINDOW};
use linkscribe::adapters::openai::{OpenAiChat, OpenAiSpeech};
use linkscribe::adapters::vision::GoogleVision;
use linkscribe::domain::entry::ConnectionId;
use linkscribe::domain::reason::Reason;
use linkscribe::failure::Kind;
use linkscribe::ports::{Access, SpeechToText, SummaryModel, TextReader, Workspace};
use tempfile::TempDir;
use uuid::Uuid;

use super::hearing::sound;
use super::reading::frames;
use super::summarizing::recipe;
use crate::support::providers::{Fault, ProviderStandIns, Service, key};

const ALL: [Service; 5] = [Service::Speech, Service::Vision, Service::Gemini, Service::Chat, Service::Notion];

/// Long enough for a loopback answer, short enough to wait for.
const SHORT: Duration = Duration::from_millis(300);

/// Long enough for any answer of a stand-in.
const LONG: Duration = Duration::from_secs(20);

/// The other side did not do its part.
const DOWN: Kind = Kind::Outage { retry_after: None };

/// More than any service may answer.
const HUGE: u64 = 100_000_000;

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
        Service::Notion => {
            let budget = Arc::new(MemoryBudget::new(WINDOW));
            let notion = Notion::new(&providers.notion_url, budget).unwrap();
            let access = Access::new(ConnectionId(Uuid::nil()), key());
            notion.with_timeout(timeout).unwrap().whoami(&access).await.map(drop)
        }
        Service::Chat => {
            let chat = OpenAiChat::new(&providers.openai_url, &key(), "gpt-5-mini").unwrap();
            chat.with_timeout(timeout).unwrap().answer(&recipe()).await.map(drop)
        }
    };
    outcome.map_err(|failure| failure.kind)
}

/// What this fault of this service means.
fn meaning(service: Service, fault: &Fault) -> Kind {
    let is_notion = service == Service::Notion;
    match fault {
        Fault::Status(401) if is_notion => Kind::Permanent(Reason::Disconnected),
        Fault::Status(401) => Kind::Permanent(Reason::ProviderAccount),
        // Notion's limits are those of one workspace, so it is told apart from an outage of Notion.
        Fault::Status(429 | 529) if is_notion => Kind::Wait { retry_after: Some(Duration::from_secs(5)) },
        Fault::Status(429 | 529) => Kind::Wait { retry_after: None },
        Fault::Status(503) if !is_notion => Kind::Wait { retry_after: None },
        _ => DOWN,
    }
}

async fn kind(providers: &ProviderStandIns, service: Service, fault: Fault) -> Kind {
    providers.fail_next(service, fault);
    let kind = call(providers, service, LONG).await.unwrap_err();
    assert_eq!(providers.calls(service).failed, 1, "{service:?} is asked once, not again");
    kind
}

#[tokio::test]
async fn every_fault_of_every_party_has_its_meaning() {
    let statuses = [401, 408, 429, 500, 502, 503, 504, 529].map(Fault::Status);
    let broken = [Fault::Reset, Fault::HalfBody, Fault::WrongJson, Fault::NotJson];
    for fault in statuses.into_iter().chain(broken) {
        let providers = ProviderStandIns::start().await;
        for service in ALL {
            let kind = kind(&providers, service, fault.clone()).await;
            assert_eq!(kind, meaning(service, &fault), "{service:?} {fault:?}");
        }
        providers.stop().await;
    }
}

/// Linux lets a receiver's buffer grow to 32 MB and a sender's to 4 MB (`tcp_rmem`, `tcp_wmem`): so much may lie
/// between the two that nobody asked for.
#[tokio::test]
async fn an_answer_of_a_hundred_megabytes_is_never_read_beyond_the_limit() {
    const BETWEEN: u64 = 48 << 20;
    for (service, limit) in [
        (Service::Speech, 4 << 20),
        (Service::Vision, 8 << 20),
        (Service::Gemini, 2 << 20),
        (Service::Chat, 2 << 20),
        (Service::Notion, 8 << 20),
    ] {
        let providers = ProviderStandIns::start().await;
        assert_eq!(kind(&providers, service, Fault::Huge(HUGE)).await, DOWN);
        let sent = providers.sent_bytes();
        assert!((limit..limit + BETWEEN).contains(&sent), "{service:?}: {sent}");
        providers.heal(service);
        providers.fail_next(service, Fault::HugeAnnounced(HUGE));
        assert_eq!(call(&providers, service, LONG).await, Err(DOWN));
        let sent_more = providers.sent_bytes() - sent;
        assert!(sent_more < BETWEEN, "{service:?}: refused by its length, not read: {sent_more}");
        providers.stop().await;
    }
}

#[tokio::test]
async fn one_byte_a_second_ends_with_the_time_limit() {
    let providers = ProviderStandIns::start().await;
    for service in ALL {
        providers.fail_next(service, Fault::Drip);
        let began = Instant::now();
        // A few bytes arrive: the limit is one on the whole answer, not on silence.
        let kind = call(&providers, service, Duration::from_millis(2_500)).await.unwrap_err();
        assert_eq!(kind, DOWN, "{service:?}");
        assert!(began.elapsed() < LONG, "{service:?}");
        assert_eq!(providers.calls(service).failed, 1, "{service:?}");
    }
    providers.stop().await;
}

#[tokio::test]
async fn a_limit_or_an_overload_is_waited_out_as_long_as_the_provider_says() {
    for status in [429, 503, 529] {
        let providers = ProviderStandIns::start().await;
        for service in ALL {
            // Notion calls its 503 an outage, and the wish to wait is kept as well.
            let (Kind::Wait { retry_after: Some(wait) } | Kind::Outage { retry_after: Some(wait) }) =
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
        assert_eq!(kind, DOWN, "{service:?}");
        providers.heal(service);
        assert_eq!(call(&providers, service, LONG).await, Ok(()), "{service:?}");
    }
    providers.stop().await;
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_out_of_order() {
    let gone = ProviderStandIns::start().await;
    let gemini = Gemini::new(&gone.gemini_url, &key(), "gemini-3.7-flash").unwrap();
    gone.stop().await;
    let failure = gemini.answer(&recipe()).await.unwrap_err();
    assert_eq!(failure.kind, DOWN);
    assert!(!format!("{failure:?}").contains("127.0.0.1"), "no address in the log: {failure:?}");
}

#[tokio::test]
async fn a_slow_answer_is_waited_for_and_counted_once_it_is_finished() {
    let providers = ProviderStandIns::start().await;
    // Long enough to be seen on its way.
    providers.delay(Service::Gemini, 10 * SHORT);
    let calling = call(&providers, Service::Gemini, LONG);
    let watching = providers.wait_for(Service::Gemini, |calls| calls.started == 1 && calls.finished == 0);
    let (called, ()) = tokio::join!(calling, watching);
    assert_eq!(called, Ok(()));
    assert_eq!(providers.calls(Service::Gemini).finished, 1);
    drop(providers);
}
