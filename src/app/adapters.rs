//! Chooses an adapter for each port, as the settings say.
//!
//! Fails with a text for the operator when a tool, a key or a store is not in order.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use secrecy::ExposeSecret;
use tokio::time::{Instant, sleep};
use tracing::warn;

use super::decoder::FFMPEG;
use super::{ImportPorts, Ports, ResultPorts};
use crate::accounts::{Front, Hooks, Live, Office};
use crate::adapters::fallback_budget::FallbackBudget;
use crate::adapters::gemini::Gemini;
use crate::adapters::keyring::Keyring;
use crate::adapters::memory_budget::MemoryBudget;
use crate::adapters::nominatim::Nominatim;
use crate::adapters::notion::{Notion, NotionConsent, WINDOW};
use crate::adapters::openai::{OpenAiChat, OpenAiSpeech};
use crate::adapters::redis_budget::RedisBudget;
use crate::adapters::rules::Rules;
use crate::adapters::seal::Seal;
use crate::adapters::sign_ins::{MemorySignIns, RedisSignIns};
use crate::adapters::store::{LEASE, Store, StoreOptions};
use crate::adapters::tesseract::{Tesseract, TesseractSettings};
use crate::adapters::vision::GoogleVision;
use crate::adapters::whisper::{WhisperLocal, WhisperSettings};
use crate::domain::cost::{MicroDollars, Prices};
use crate::failure::{Failure, Kind, Outcome};
use crate::fault;
use crate::ports::{
    Accounts, Catalogue, Consent, Geocoder, Imports, RateBudget, RowMaker, SignIns, SpeechToText,
    SummaryModel, TextReader, Workspace,
};
use crate::settings::{ReaderEngine, Settings, SpeechEngine, SummaryEngine};

pub use super::decoder::{ffmpeg, room};
pub use super::downloader::{fetcher, platforms};

/// Remote engines bear several requests of one account at once.
const REMOTE_SEATS: usize = 4;

/// Two videos are read at once on this machine; more only share the same cores.
const LOCAL_READER_SEATS: usize = 2;

/// One transcription at once on this machine: a second one makes both slower than one after the other.
const LOCAL_SPEECH_SEATS: usize = 1;

/// How long a service that was started before its database waits for it: hosts start both at once.
const STORE_STARTS: Duration = Duration::from_mins(1);

/// How often it looks, beside the seconds each look takes.
const LOOK_FOR_STORE: Duration = Duration::from_secs(1);

/// The adapters of the service.
pub async fn of_service(settings: &Settings) -> anyhow::Result<Ports> {
    let store = store_that_starts(settings).await?;
    let notion = notion(settings, Some(&store))?;
    let importing = Some(import_ports(settings, &store, &notion));
    Ok(Ports { importing, ..with(settings, store, Arc::clone(&notion) as _, notion).await? })
}

/// What old collections are taken in with.
pub fn import_ports(settings: &Settings, store: &Arc<Store>, notion: &Arc<Notion>) -> ImportPorts {
    ImportPorts {
        imports: Arc::clone(store) as Arc<dyn Imports>,
        rows: Arc::clone(notion) as Arc<dyn RowMaker>,
        prices: prices(settings),
    }
}

/// The store, waited for while it cannot be reached.
async fn store_that_starts(settings: &Settings) -> anyhow::Result<Arc<Store>> {
    let until = Instant::now() + STORE_STARTS;
    loop {
        match open_store(settings, seal(settings)?).await {
            Err(failure) if matches!(failure.kind, Kind::Wait { .. }) && Instant::now() < until => {
                warn!(error = %failure, "the database is waited for");
                sleep(LOOK_FOR_STORE).await;
            }
            opened => return opened.map_err(for_operator),
        }
    }
}

/// The adapters around a store and a workspace.
pub async fn with(
    settings: &Settings,
    store: Arc<Store>,
    workspace: Arc<dyn Workspace>,
    notion: Arc<Notion>,
) -> anyhow::Result<Ports> {
    let downloader = fetcher(settings);
    downloader.videos.check().await.map_err(for_operator)?;
    let opener = ffmpeg(settings);
    opener.check().await.map_err(for_operator)?;
    let (speech, speech_seats) = speech(settings)?;
    let (reader, reader_seats) = reader(settings).await?;
    let map = settings.geocoder_url.as_ref().map(Nominatim::new).transpose().map_err(for_operator)?;
    let kept = move || Arc::clone(&store);
    Ok(Ports {
        journal: kept(),
        breakers: kept(),
        accounts: kept(),
        results: ResultPorts {
            maker: Arc::clone(&notion) as _,
            pages: kept(),
            covers: kept(),
            keepsakes: kept(),
        },
        registry: kept(),
        workspace,
        front: front(settings)?,
        hooks: Some(Hooks { webhooks: kept(), secret: settings.notion_webhook_secret.clone() }),
        catalogue: notion as Arc<dyn Catalogue>,
        source: Arc::new(downloader),
        opener: Arc::new(opener),
        speech,
        speech_seats,
        reader,
        reader_seats,
        summary: summary(settings)?,
        map: map.map(|map| Arc::new(map) as Arc<dyn Geocoder>),
        importing: None,
    })
}

/// What requests on the command line are answered with.
pub fn office(store: &Arc<Store>, notion: &Arc<Notion>) -> Office {
    Office {
        accounts: Arc::clone(store) as _,
        registry: Arc::clone(store) as _,
        workspace: Arc::clone(notion) as _,
        catalogue: Arc::clone(notion) as _,
        journal: Arc::clone(store) as _,
        live: Live::default(),
        importing: None,
        hooks: None,
        front: None,
        sample_link: None,
    }
}

/// The journal and the registry the settings name.
pub async fn store(settings: &Settings) -> anyhow::Result<Arc<Store>> {
    open_store(settings, seal(settings)?).await.map_err(for_operator)
}

async fn open_store(settings: &Settings, seal: Seal) -> Outcome<Arc<Store>> {
    let lease = fault::lease().unwrap_or(LEASE);
    let options = StoreOptions { lease, prices: prices(settings), ..StoreOptions::default() };
    let store = Store::open_with(&settings.database_url, seal, options).await;
    let told = |failure: Failure| failure.context("the database cannot be opened; check DATABASE_URL");
    Ok(Arc::new(store.map_err(told)?))
}

/// What the engines cost; those on this machine nothing. The settings have checked each price.
fn prices(settings: &Settings) -> Prices {
    let price = |is_paid: bool, text: &str| MicroDollars::parse(text).filter(|_| is_paid).unwrap_or_default();
    let list = &settings.prices;
    let hears = matches!(settings.speech, SpeechEngine::OpenAi(_));
    let reads = matches!(settings.reader, ReaderEngine::Google { .. });
    let sums_up = !matches!(settings.summarizer, SummaryEngine::Local);
    Prices {
        speech_per_minute: price(hears, &list.speech_per_minute),
        image_per_1000: price(reads, &list.image_per_1000),
        tokens_in_per_million: price(sums_up, &list.tokens_in_per_million),
        tokens_out_per_million: price(sums_up, &list.tokens_out_per_million),
    }
}

/// What seals the tokens; asked for before any database is opened.
fn seal(settings: &Settings) -> anyhow::Result<Seal> {
    if let Some(error) = &settings.database_is_lost {
        return Err(error.clone().into());
    }
    match &settings.token_encryption_key {
        Some(keys) => Seal::parse(keys).context("TOKEN_ENCRYPTION_KEY cannot be used"),
        None => Seal::from_file_or_new(&settings.data_dir.join("token.key"))
            .context("no key to seal tokens with: set TOKEN_ENCRYPTION_KEY, or make DATA_DIR writable"),
    }
}

/// A store of its own in a folder, for one run of one command.
pub async fn store_in(folder: &Path) -> anyhow::Result<Arc<Store>> {
    let seal = Seal::from_file_or_new(&folder.join("token.key")).context("no key could be made")?;
    let url = format!("sqlite://{}", folder.join("journal.db").display());
    Ok(Arc::new(Store::open(&url, seal).await.map_err(for_operator)?))
}

/// Notion, with the request budget the settings name. Tokens kept in `store` are renewed when they run out.
pub fn notion(settings: &Settings, store: Option<&Arc<Store>>) -> anyhow::Result<Arc<Notion>> {
    let budget: Arc<dyn RateBudget> = match &settings.redis_url {
        Some(url) => {
            let shared = RedisBudget::new(url.expose_secret(), WINDOW).map_err(for_operator)?;
            Arc::new(FallbackBudget::new(shared, MemoryBudget::new(WINDOW)))
        }
        None => Arc::new(MemoryBudget::new(WINDOW)),
    };
    let notion = Notion::new(&settings.notion_api_url, budget);
    let notion = hurried(notion, Notion::with_timeout).map_err(for_operator)?;
    // Tests in a hurry have an emulated Notion, whose queries never lag and whose work is soon done.
    let notion = match fault::lease() {
        Some(lease) => notion.that_shows_pages_within(lease).that_settles_within(lease),
        None => notion,
    };
    let Some(store) = store else { return Ok(Arc::new(notion)) };
    let accounts = Arc::clone(store) as Arc<dyn Accounts>;
    Ok(Arc::new(notion.with_keys(Arc::new(Keyring::new(accounts, consent(settings)?)))))
}

/// Where people sign in, once the operator has registered the service with Notion.
fn front(settings: &Settings) -> anyhow::Result<Option<Front>> {
    let Some(consent) = consent(settings)? else { return Ok(None) };
    let sign_ins: Arc<dyn SignIns> = match &settings.redis_url {
        Some(url) => Arc::new(RedisSignIns::new(url.expose_secret()).map_err(for_operator)?),
        None => Arc::new(MemorySignIns::default()),
    };
    let callback = settings.public_url.join("/auth/callback").context("PUBLIC_URL has no host")?;
    Ok(Some(Front { consent, sign_ins, callback: callback.into() }))
}

fn consent(settings: &Settings) -> anyhow::Result<Option<Arc<dyn Consent>>> {
    let Some(app) = &settings.notion_app else { return Ok(None) };
    let consent = NotionConsent::new(&settings.notion_api_url, &app.client_id, &app.client_secret);
    Ok(Some(Arc::new(consent.map_err(for_operator)?)))
}

/// The speech model the set-up fetched.
pub fn speech_model(settings: &Settings) -> PathBuf {
    absolute(&settings.tools_dir).join("models/speech.bin")
}

fn speech(settings: &Settings) -> anyhow::Result<(Option<Arc<dyn SpeechToText>>, usize)> {
    Ok(match &settings.speech {
        SpeechEngine::OpenAi(openai) => {
            let engine = OpenAiSpeech::new(&openai.url, &openai.key, &openai.model);
            let engine = hurried(engine, OpenAiSpeech::with_timeout).map_err(for_operator)?;
            (Some(Arc::new(engine)), REMOTE_SEATS)
        }
        SpeechEngine::Local => (Some(Arc::new(whisper(settings)?)), LOCAL_SPEECH_SEATS),
        SpeechEngine::Off => (None, REMOTE_SEATS),
    })
}

/// Whisper in a child process of this very program.
fn whisper(settings: &Settings) -> anyhow::Result<WhisperLocal> {
    let model = speech_model(settings);
    let program = std::env::current_exe().context("this program cannot find itself")?;
    let engine = WhisperLocal::new(WhisperSettings { exe: program, model, ffmpeg: PathBuf::from(FFMPEG) });
    engine.check().map_err(for_operator)?;
    Ok(engine)
}

async fn reader(settings: &Settings) -> anyhow::Result<(Option<Arc<dyn TextReader>>, usize)> {
    Ok(match &settings.reader {
        ReaderEngine::Google { url, key } => {
            let engine = hurried(GoogleVision::new(url, key), GoogleVision::with_timeout);
            (Some(Arc::new(engine.map_err(for_operator)?)), REMOTE_SEATS)
        }
        ReaderEngine::Local { languages } => {
            let engine = tesseract(languages);
            // Reading never stops an entry, so its absence does not stop the service.
            if let Err(failure) = engine.check().await {
                warn!(error = %failure, "the screen will not be read");
            }
            (Some(Arc::new(engine)), LOCAL_READER_SEATS)
        }
        ReaderEngine::Off => (None, REMOTE_SEATS),
    })
}

/// Tesseract with these languages.
pub fn tesseract(languages: &str) -> Tesseract {
    Tesseract::new(TesseractSettings { program: PathBuf::from("tesseract"), languages: languages.to_owned() })
}

fn summary(settings: &Settings) -> anyhow::Result<Arc<dyn SummaryModel>> {
    Ok(match &settings.summarizer {
        SummaryEngine::Gemini { url, key, model } => {
            let engine = hurried(Gemini::new(url, key, model), Gemini::with_timeout);
            Arc::new(engine.map_err(for_operator)?)
        }
        SummaryEngine::OpenAi(openai) => {
            let engine = OpenAiChat::new(&openai.url, &openai.key, &openai.model);
            Arc::new(hurried(engine, OpenAiChat::with_timeout).map_err(for_operator)?)
        }
        SummaryEngine::Local => Arc::new(Rules),
    })
}

/// An adapter whose other side has less time for an answer where a test says so.
fn hurried<T>(made: Outcome<T>, with_timeout: impl FnOnce(T, Duration) -> Outcome<T>) -> Outcome<T> {
    match fault::answer_limit() {
        Some(limit) => with_timeout(made?, limit),
        None => made,
    }
}

/// Tools run in work dirs, so their own place must not depend on where the service was started.
pub(super) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A failure at the start is the operator's to read.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn for_operator(failure: Failure) -> anyhow::Error {
    anyhow!("{failure}")
}
