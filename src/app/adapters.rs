//! Chooses an adapter for each port, as the settings say.
//!
//! Fails with a text for the operator when a tool, a key or a store is not in order.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use secrecy::{ExposeSecret, SecretString};
use tracing::warn;

use super::Ports;
use crate::adapters::ffmpeg::{Ffmpeg, FfmpegSettings};
use crate::adapters::gemini::Gemini;
use crate::adapters::memory_budget::MemoryBudget;
use crate::adapters::notion::Notion;
use crate::adapters::openai::{OpenAiChat, OpenAiSpeech};
use crate::adapters::redis_budget::RedisBudget;
use crate::adapters::rules::Rules;
use crate::adapters::seal::Seal;
use crate::adapters::store::Store;
use crate::adapters::tesseract::{Tesseract, TesseractSettings};
use crate::adapters::vision::GoogleVision;
use crate::adapters::whisper::{WhisperLocal, WhisperSettings};
use crate::adapters::yt_dlp::{Platform, YtDlp, YtDlpSettings};
use crate::failure::Failure;
use crate::ports::{Journal, RateBudget, Registry, SpeechToText, SummaryModel, TextReader, Workspace};
use crate::settings::{ReaderEngine, Settings, SpeechEngine, SummaryEngine};

/// Remote engines bear several requests of one account at once.
const REMOTE_SEATS: usize = 4;

/// Two videos are read at once on this machine; more only share the same cores.
const LOCAL_READER_SEATS: usize = 2;

/// One transcription at once on this machine: a second one makes both slower than one after the other.
const LOCAL_SPEECH_SEATS: usize = 1;

/// Wall-clock time of one download.
const DOWNLOAD_LIMIT: Duration = Duration::from_mins(5);

/// Wall-clock time for taking one video apart.
const OPENING_LIMIT: Duration = Duration::from_mins(5);

/// Found on the PATH, as Debian installs it.
const FFMPEG: &str = "ffmpeg";

/// The adapters of the service.
pub async fn of_service(settings: &Settings) -> anyhow::Result<Ports> {
    let store = store(settings).await?;
    let notion = notion(settings)?;
    with(settings, store, notion).await
}

/// The adapters around a store and a workspace.
pub async fn with(
    settings: &Settings,
    store: Arc<Store>,
    workspace: Arc<dyn Workspace>,
) -> anyhow::Result<Ports> {
    let downloader = yt_dlp(settings);
    downloader.check().await.map_err(for_operator)?;
    let opener = ffmpeg(settings);
    opener.check().await.map_err(for_operator)?;
    let (speech, speech_seats) = speech(settings)?;
    let (reader, reader_seats) = reader(settings).await?;
    Ok(Ports {
        journal: Arc::clone(&store) as Arc<dyn Journal>,
        registry: store as Arc<dyn Registry>,
        workspace,
        source: Arc::new(downloader),
        opener: Arc::new(opener),
        speech,
        speech_seats,
        reader,
        reader_seats,
        summary: summary(settings)?,
    })
}

/// The journal and the registry the settings name.
pub async fn store(settings: &Settings) -> anyhow::Result<Arc<Store>> {
    let seal = match &settings.token_encryption_key {
        Some(keys) => Seal::parse(keys).context("TOKEN_ENCRYPTION_KEY cannot be used")?,
        None => Seal::from_file_or_new(&settings.data_dir.join("token.key"))
            .context("no key to seal tokens with: set TOKEN_ENCRYPTION_KEY, or make DATA_DIR writable")?,
    };
    let store = Store::open(&settings.database_url, seal).await;
    Ok(Arc::new(store.map_err(|failure| {
        for_operator(failure.context("the database cannot be opened; check DATABASE_URL"))
    })?))
}

/// A store of its own in a folder, for one run of one command.
pub async fn store_in(folder: &Path) -> anyhow::Result<Arc<Store>> {
    let seal = Seal::from_file_or_new(&folder.join("token.key")).context("no key could be made")?;
    let url = format!("sqlite://{}", folder.join("journal.db").display());
    Ok(Arc::new(Store::open(&url, seal).await.map_err(for_operator)?))
}

/// Notion, with the request budget the settings name.
pub fn notion(settings: &Settings) -> anyhow::Result<Arc<dyn Workspace>> {
    let budget: Arc<dyn RateBudget> = match &settings.redis_url {
        Some(url) => Arc::new(RedisBudget::for_notion(url.expose_secret()).map_err(for_operator)?),
        None => Arc::new(MemoryBudget::for_notion()),
    };
    Ok(Arc::new(Notion::new(&settings.notion_api_url, budget).map_err(for_operator)?))
}

/// The downloader.
pub fn yt_dlp(settings: &Settings) -> YtDlp {
    let downloads = &settings.downloads;
    YtDlp::new(YtDlpSettings {
        program: absolute(&settings.tools_dir).join("venv/bin/yt-dlp"),
        platforms: Platform::defaults(),
        extra_hosts: downloads.extra_hosts.clone(),
        max_bytes: downloads.max_bytes,
        max_seconds: downloads.max_length.as_secs(),
        timeout: DOWNLOAD_LIMIT,
        proxy: downloads.proxy.as_ref().map(|url| SecretString::from(url.as_str())),
        ca_file: downloads.ca_file.clone(),
        cookies_file: downloads.cookies_file.clone(),
    })
}

/// The speech model the set-up fetched.
pub fn speech_model(settings: &Settings) -> PathBuf {
    absolute(&settings.tools_dir).join("models/speech.bin")
}

/// The decoder.
pub fn ffmpeg(settings: &Settings) -> Ffmpeg {
    Ffmpeg::new(FfmpegSettings {
        ffmpeg: PathBuf::from(FFMPEG),
        ffprobe: PathBuf::from("ffprobe"),
        max_seconds: settings.downloads.max_length.as_secs(),
        timeout: OPENING_LIMIT,
    })
}

fn speech(settings: &Settings) -> anyhow::Result<(Option<Arc<dyn SpeechToText>>, usize)> {
    Ok(match &settings.speech {
        SpeechEngine::OpenAi(openai) => {
            let engine = OpenAiSpeech::new(&openai.url, &openai.key, &openai.model).map_err(for_operator)?;
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
            (Some(Arc::new(GoogleVision::new(url, key).map_err(for_operator)?)), REMOTE_SEATS)
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
            Arc::new(Gemini::new(url, key, model).map_err(for_operator)?)
        }
        SummaryEngine::OpenAi(openai) => {
            Arc::new(OpenAiChat::new(&openai.url, &openai.key, &openai.model).map_err(for_operator)?)
        }
        SummaryEngine::Local => Arc::new(Rules),
    })
}

/// Tools run in work dirs, so their own place must not depend on where the service was started.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A failure at the start is the operator's to read.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn for_operator(failure: Failure) -> anyhow::Error {
    anyhow!("{failure}")
}
