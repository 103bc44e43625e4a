//! The settings: typed, validated once at the start, documented in `config/default.toml`.

mod downloads;
mod platforms;
mod prices;
mod reader;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

pub use self::platforms::Platform;
pub use self::prices::PriceList;
use self::reader::Reader;
pub use self::reader::SettingsError;

/// The settings file read when none is named.
const LOCAL_FILE: &str = "config/local.toml";

/// Everything the service can be told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address and port to listen on.
    pub listen: (String, u16),
    /// Where people reach the service.
    pub public_url: Url,
    /// What the service writes.
    pub data_dir: PathBuf,
    /// What the set-up fetched.
    pub tools_dir: PathBuf,
    /// The journal.
    pub database_url: String,
    /// Why the journal must not be kept there, where it would not last.
    pub database_is_lost: Option<SettingsError>,
    /// Shared budgets, where several instances run.
    pub redis_url: Option<SecretString>,
    /// Seals tokens; `None` means the key kept in the data dir.
    pub token_encryption_key: Option<SecretString>,
    /// Entries in the chain at once.
    pub max_in_flight: u32,
    /// How often each link database is asked.
    pub poll_interval: Duration,
    /// The first row of a database made in one click; `None` for an empty one.
    pub sample_link: Option<String>,
    /// Notion's address.
    pub notion_api_url: Url,
    /// What the service is to Notion; `None` where nobody can sign in.
    pub notion_app: Option<NotionApp>,
    /// Signs the events Notion sends.
    pub notion_webhook_secret: Option<SecretString>,
    /// Who writes down what is said.
    pub speech: SpeechEngine,
    /// Who writes down what is shown.
    pub reader: ReaderEngine,
    /// Who makes the note.
    pub summarizer: SummaryEngine,
    /// Who knows where places are; `None` for nobody.
    pub geocoder_url: Option<Url>,
    /// How videos are fetched.
    pub downloads: Downloads,
    /// What the paid engines cost.
    pub prices: PriceList,
}

/// The public integration of the service, as registered with Notion.
#[derive(Debug, Clone)]
pub struct NotionApp {
    /// Its id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
}

/// Who writes down what is said.
#[derive(Debug, Clone)]
pub enum SpeechEngine {
    /// `OpenAI`'s endpoint or one that speaks like it.
    OpenAi(OpenAi),
    /// Whisper on this machine.
    Local,
    /// Nobody.
    Off,
}

/// Who writes down what is shown.
#[derive(Debug, Clone)]
pub enum ReaderEngine {
    /// Google Vision.
    Google {
        /// Its address.
        url: Url,
        /// Its key.
        key: SecretString,
    },
    /// Tesseract on this machine.
    Local {
        /// Languages as Tesseract names them, joined by `+`.
        languages: String,
    },
    /// Nobody.
    Off,
}

/// Who makes the note.
#[derive(Debug, Clone)]
pub enum SummaryEngine {
    /// Gemini.
    Gemini {
        /// Its address.
        url: Url,
        /// Its key.
        key: SecretString,
        /// The model.
        model: String,
    },
    /// A chat endpoint that speaks like `OpenAI`'s.
    OpenAi(OpenAi),
    /// Rules on this machine.
    Local,
}

/// An endpoint that speaks like `OpenAI`'s.
#[derive(Debug, Clone)]
pub struct OpenAi {
    /// Its base address, with `/v1`.
    pub url: Url,
    /// Its key; a local server may need none.
    pub key: SecretString,
    /// The model.
    pub model: String,
}

/// How videos are fetched.
#[derive(Debug, Clone)]
pub struct Downloads {
    /// Hosts trusted besides the platforms, as `host:port`.
    pub extra_hosts: Vec<String>,
    /// The proxy all downloads go through.
    pub proxy: Option<Url>,
    /// Extra roots for that proxy.
    pub ca_file: Option<PathBuf>,
    /// Cookies for videos that need a login: a file with all of them, or a folder with one for each platform.
    pub cookies_file: Option<PathBuf>,
    /// The sites links may point at.
    pub platforms: Vec<Platform>,
    /// The largest download, in bytes.
    pub max_bytes: u64,
    /// What all videos being worked on may hold together, in bytes.
    pub work_bytes: u64,
    /// The longest video.
    pub max_length: Duration,
}

#[derive(Clone, Copy, PartialEq)]
enum Choice {
    Paid,
    OpenAi,
    Local,
    Off,
}

impl Settings {
    /// Reads the settings of this process: defaults, file, environment.
    pub fn load() -> Result<Self, SettingsError> {
        Self::load_over(&[])
    }

    /// Reads the settings of this process as if these variables were set so.
    pub fn load_over(fixed: &[(&str, &str)]) -> Result<Self, SettingsError> {
        // A variable that is not text cannot be one of ours.
        let mut env: HashMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        env.extend(fixed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let named = env.get("LINKSCRIBE_CONFIG").map(PathBuf::from);
        let local = Path::new(LOCAL_FILE);
        let file = named.or_else(|| local.is_file().then(|| local.to_owned()));
        Self::from_layers(&env, file.as_deref())
    }

    /// Reads the settings of an environment and a file.
    pub fn from_layers(env: &HashMap<String, String>, file: Option<&Path>) -> Result<Self, SettingsError> {
        let from = Reader::new(env, file)?;
        let port = from.number("PORT", 0..=65_535)?;
        let data_dir = from.path("DATA_DIR").unwrap_or_else(|| PathBuf::from("data"));
        let database_url = from
            .text("DATABASE_URL")
            .unwrap_or_else(|| format!("sqlite://{}", data_dir.join("linkscribe.db").display()));
        Ok(Self {
            listen: (from.required("LISTEN")?, u16::try_from(port).unwrap_or_default()),
            public_url: public_url(&from, port)?,
            tools_dir: from.path("TOOLS_DIR").unwrap_or_else(|| PathBuf::from(".tools")),
            database_is_lost: lost_database(&from, &database_url)?,
            database_url: checked_database_url(&from, database_url)?,
            redis_url: from.secret("REDIS_URL"),
            token_encryption_key: from.secret("TOKEN_ENCRYPTION_KEY"),
            max_in_flight: small(from.number("MAX_IN_FLIGHT", 1..=1_000)?),
            poll_interval: Duration::from_secs(from.number("POLL_INTERVAL_SECS", 1..=86_400)?),
            sample_link: from.url("SAMPLE_LINK")?.map(String::from),
            notion_api_url: from.required_url("NOTION_API_URL")?,
            notion_app: notion_app(&from)?,
            notion_webhook_secret: from.secret("NOTION_WEBHOOK_SECRET"),
            speech: speech(&from)?,
            reader: reader(&from)?,
            summarizer: summarizer(&from)?,
            geocoder_url: from.url("GEOCODER_URL")?,
            downloads: downloads::read(&from)?,
            prices: prices::read(&from)?,
            data_dir,
        })
    }
}

fn public_url(from: &Reader, port: u64) -> Result<Url, SettingsError> {
    if let Some(url) = from.url("PUBLIC_URL")? {
        return Ok(url);
    }
    Url::parse(&format!("http://localhost:{port}"))
        .map_err(|error| from.error("PUBLIC_URL", &error.to_string(), "Give it a web address."))
}

fn checked_database_url(from: &Reader, url: String) -> Result<String, SettingsError> {
    let known = ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme));
    if known {
        return Ok(url);
    }
    // The address may hold a password, so it is not repeated.
    Err(from.error(
        "DATABASE_URL",
        "is of no kind Linkscribe knows",
        "Start it with sqlite:// or postgres://.",
    ))
}

/// An SQLite file on Cloud Run lies in the memory of one instance: it ends with it, and every other instance
/// has one of its own. An error only for those who open the journal: the sandbox needs none that lasts.
fn lost_database(from: &Reader, url: &str) -> Result<Option<SettingsError>, SettingsError> {
    let allowed = from.choice("ALLOW_SQLITE_ON_CLOUD_RUN", &[("true", true), ("false", false)])?;
    // Cloud Run names the service in this variable; it is none of our settings.
    let is_lost = from.text("K_SERVICE").is_some() && url.starts_with("sqlite:") && allowed != Some(true);
    Ok(is_lost.then(|| {
        from.error(
            "DATABASE_URL",
            "an SQLite file on Cloud Run is lost with its instance, and all links and tokens with it",
            "Set it to a postgres:// address, or ALLOW_SQLITE_ON_CLOUD_RUN=true to try things out.",
        )
    }))
}

/// The id and the secret belong together.
fn notion_app(from: &Reader) -> Result<Option<NotionApp>, SettingsError> {
    let halves = (from.text("NOTION_CLIENT_ID"), from.secret("NOTION_CLIENT_SECRET"));
    let lonely = |there: &str, missing: &str| {
        Err(from.error(
            there,
            &format!("needs {missing}, which is not set"),
            &format!("Set {missing} as well."),
        ))
    };
    match halves {
        (Some(client_id), Some(client_secret)) => Ok(Some(NotionApp { client_id, client_secret })),
        (None, None) => Ok(None),
        (Some(_), None) => lonely("NOTION_CLIENT_ID", "NOTION_CLIENT_SECRET"),
        (None, Some(_)) => lonely("NOTION_CLIENT_SECRET", "NOTION_CLIENT_ID"),
    }
}

fn speech(from: &Reader) -> Result<SpeechEngine, SettingsError> {
    let choices = [("openai", Choice::Paid), ("local", Choice::Local), ("none", Choice::Off)];
    let choice = from.choice("TRANSCRIBER", &choices)?;
    let choice = choice.unwrap_or_else(|| by_key(from, "OPENAI_API_KEY"));
    Ok(match choice {
        Choice::Paid | Choice::OpenAi => SpeechEngine::OpenAi(open_ai(from, "TRANSCRIBER", "WHISPER_MODEL")?),
        Choice::Local => SpeechEngine::Local,
        Choice::Off => SpeechEngine::Off,
    })
}

fn reader(from: &Reader) -> Result<ReaderEngine, SettingsError> {
    let choices = [("google", Choice::Paid), ("local", Choice::Local), ("none", Choice::Off)];
    let choice = from.choice("OCR", &choices)?.unwrap_or_else(|| by_key(from, "VISION_API_KEY"));
    Ok(match choice {
        Choice::Paid | Choice::OpenAi => ReaderEngine::Google {
            url: from.required_url("VISION_API_URL")?,
            key: needed_key(from, "OCR", "VISION_API_KEY")?,
        },
        Choice::Local => ReaderEngine::Local { languages: from.required("OCR_LANGUAGES")? },
        Choice::Off => ReaderEngine::Off,
    })
}

fn summarizer(from: &Reader) -> Result<SummaryEngine, SettingsError> {
    let choices = [("gemini", Choice::Paid), ("openai", Choice::OpenAi), ("local", Choice::Local)];
    let choice = from.choice("SUMMARIZER", &choices)?.unwrap_or_else(|| by_key(from, "GEMINI_API_KEY"));
    Ok(match choice {
        Choice::Paid => SummaryEngine::Gemini {
            url: from.required_url("GEMINI_API_URL")?,
            key: needed_key(from, "SUMMARIZER", "GEMINI_API_KEY")?,
            model: from.required("GEMINI_MODEL")?,
        },
        Choice::OpenAi => SummaryEngine::OpenAi(open_ai(from, "SUMMARIZER", "OPENAI_CHAT_MODEL")?),
        Choice::Local | Choice::Off => SummaryEngine::Local,
    })
}

fn by_key(from: &Reader, key: &str) -> Choice {
    if from.text(key).is_some() { Choice::Paid } else { Choice::Local }
}

/// A server of one's own may need no key; `OpenAI` itself does.
fn open_ai(from: &Reader, chosen_by: &str, model: &str) -> Result<OpenAi, SettingsError> {
    let url = from.required_url("OPENAI_BASE_URL")?;
    let key = from.secret("OPENAI_API_KEY");
    if key.is_none() && url.host_str() == Some("api.openai.com") {
        return Err(needs_key(from, chosen_by, "OPENAI_API_KEY"));
    }
    Ok(OpenAi { url, key: key.unwrap_or_default(), model: from.required(model)? })
}

fn needed_key(from: &Reader, chosen_by: &str, key: &str) -> Result<SecretString, SettingsError> {
    from.secret(key).ok_or_else(|| needs_key(from, chosen_by, key))
}

fn needs_key(from: &Reader, chosen_by: &str, key: &str) -> SettingsError {
    let fix = format!("Set {key}, or choose {chosen_by}=local.");
    from.error(chosen_by, &format!("needs {key}, which is not set"), &fix)
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn read(env: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Settings::from_layers(&env, None)
    }

    #[test]
    fn without_anything_set_everything_is_local() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.listen, ("127.0.0.1".to_owned(), 8080));
        assert_eq!(settings.public_url.as_str(), "http://localhost:8080/");
        assert_eq!(settings.database_url, "sqlite://data/linkscribe.db");
        assert_eq!((settings.max_in_flight, settings.poll_interval.as_secs()), (5, 60));
        assert!(matches!(settings.speech, SpeechEngine::Local));
        assert!(matches!(settings.reader, ReaderEngine::Local { .. }));
        assert!(matches!(settings.summarizer, SummaryEngine::Local));
    }

    #[test]
    fn a_key_alone_chooses_its_paid_engine() {
        let settings =
            read(&[("OPENAI_API_KEY", "0123"), ("VISION_API_KEY", "b"), ("GEMINI_API_KEY", "c")]).unwrap();
        assert!(matches!(settings.speech, SpeechEngine::OpenAi(_)));
        assert!(matches!(settings.reader, ReaderEngine::Google { .. }));
        assert!(matches!(settings.summarizer, SummaryEngine::Gemini { .. }));
        let off = read(&[("OPENAI_API_KEY", "a"), ("TRANSCRIBER", "none"), ("OCR", "none")]).unwrap();
        assert!(matches!((off.speech, off.reader), (SpeechEngine::Off, ReaderEngine::Off)));
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
        let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
        std::fs::write(file.path(), "max_in_flight = 9\npoll_interval_secs = 30\n").unwrap();
        let env = HashMap::from([("MAX_IN_FLIGHT".to_owned(), "7".to_owned())]);
        let settings = Settings::from_layers(&env, Some(file.path())).unwrap();
        assert_eq!((settings.max_in_flight, settings.poll_interval.as_secs()), (7, 30));
    }

    #[test]
    fn an_error_names_the_key_the_origin_and_the_fix() {
        let table = [
            ("PORT", "eighty", "Use a whole number from 0 to 65535."),
            ("OCR", "magic", "Use one of: google, local, none."),
            ("TRANSCRIBER", "openai", "Set OPENAI_API_KEY, or choose TRANSCRIBER=local."),
            ("NOTION_API_URL", "notion", "Write the whole address, starting with http:// or https://."),
            ("DATABASE_URL", "mysql://x:secret@y", "Start it with sqlite:// or postgres://."),
            ("ALLOW_SQLITE_ON_CLOUD_RUN", "perhaps", "Use one of: true, false."),
            (
                "PRICE_SPEECH_PER_MINUTE",
                "6e-3",
                "Write dollars with at most six digits behind the point, such as 0.006.",
            ),
            ("DOWNLOAD_EXTRA_HOSTS", "media.example", "Write host:port, such as media.example:443."),
            ("DOWNLOAD_PROXY", "https://proxy.example:3128", "Write http://host:port."),
            ("PLATFORMS", "tiktok", "Write [platforms.site] with name, hosts, extractors and galleries."),
        ];
        for (key, value, fix) in table {
            let error = read(&[(key, value)]).unwrap_err();
            assert_eq!(
                (error.key.as_str(), error.origin.as_str(), error.fix.as_str()),
                (key, "the environment", fix)
            );
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    /// Settings with a file of their own.
    fn with_file(text: &str) -> Result<Settings, SettingsError> {
        let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
        std::fs::write(file.path(), text).unwrap();
        Settings::from_layers(&HashMap::new(), Some(file.path()))
    }

    #[test]
    fn a_table_of_a_platform_changes_what_it_names_adds_a_site_or_switches_one_off() {
        let text = "port = 81\n[platforms.tiktok]\nextractors = [\"tiktok\"]\n[platforms.vimeo]\nhosts = []\n\
            [platforms.peer]\nname = \"PeerTube\"\nhosts = [\"peer.example\"]\nextractors = [\"peertube\"]\n";
        let platforms = with_file(text).unwrap().downloads.platforms;
        let named = |name: &str| platforms.iter().find(|platform| platform.name == name).unwrap();
        assert_eq!(named("TikTok").extractors, ["tiktok"]);
        assert_eq!(named("TikTok").hosts, ["tiktok.com", "tiktokv.com", "tiktokv.us"]);
        assert_eq!(named("Pinterest").hosts, crate::domain::link::PINTEREST, "all whose keys are known");
        assert_eq!(named("TikTok").galleries, ["tiktok:post", "tiktok:vmpost"]);
        assert!(named("Vimeo").hosts.is_empty());
        assert_eq!(named("PeerTube").hosts, ["peer.example"]);
        assert!(named("PeerTube").galleries.is_empty());
    }

    #[test]
    fn a_platform_that_cannot_be_used_is_told_with_its_key_and_the_fix() {
        let lines =
            |key: &str, line: &str| (format!("PLATFORMS.{key}"), format!("[platforms.vimeo]\n{line}\n"));
        for (key, file) in [
            lines("VIMEO.NAME", "name = \"\""),
            lines("VIMEO.NAME", "name = \"youtube\""),
            lines("VIMEO.HOSTS", "hosts = \"vimeo.com\""),
            lines("VIMEO.HOSTS", "hosts = [\"https://vimeo.com\"]"),
            lines("VIMEO.HOSTS", "hosts = [\"vimeo.com:443\"]"),
            lines("VIMEO.HOSTS", "hosts = [\"*.vimeo.com\"]"),
            lines("VIMEO.HOSTS", "hosts = [\"com\"]"),
            lines("VIMEO.HOSTS", "hosts = [\"10.0.0.7\"]"),
            lines("VIMEO.HOSTS", "hosts = [\"media.internal\"]"),
            lines("VIMEO.EXTRACTORS", "extractors = [\"generic\"]"),
            lines("VIMEO.EXTRACTORS", "extractors = [\".*\"]"),
            lines("VIMEO.EXTRACTORS", "extractors = [\"vimeo,generic\"]"),
            lines("VIMEO.EXTRACTORS", "extractors = [\"-vimeo\"]"),
            lines("VIMEO.EXTRACTORS", "extractors = [7]"),
            lines("VIMEO", "extractors = []"),
            lines("VIMEO.GALLERIES", "galleries = [\"vimeo\"]"),
            lines("VIMEO.GALLERIES", "galleries = [\"generic:x\"]"),
            lines("YOUTUBE.HOSTS", "hosts = [\"youtu.be\"]"),
        ] {
            let error = with_file(&file).unwrap_err();
            // Of two with the same name or host the later one is told.
            let told = [key.clone(), key.replace("VIMEO", "YOUTUBE")];
            assert!(told.contains(&error.key), "{file}: {error}");
            assert!(!error.fix.is_empty() && error.to_string().contains("(from "), "{error}");
        }
        let error = with_file("[platforms.vimeo]\nhost = \"x\"\n").unwrap_err();
        assert!(error.to_string().contains("`platforms.host` is no setting"), "{error}");
        let error = with_file("name = \"x\"\n").unwrap_err();
        assert!(error.to_string().contains("`name` is no setting"), "{error}");
    }

    #[test]
    fn an_sqlite_file_is_lost_on_cloud_run_alone_and_unless_that_is_wanted() {
        let postgres = ("DATABASE_URL", "postgres://h/d");
        let allowed = ("ALLOW_SQLITE_ON_CLOUD_RUN", "true");
        let cloud_run = ("K_SERVICE", "linkscribe");
        for (env, lost) in [
            (vec![], false),
            (vec![cloud_run], true),
            (vec![cloud_run, ("ALLOW_SQLITE_ON_CLOUD_RUN", "false")], true),
            (vec![cloud_run, allowed], false),
            (vec![cloud_run, postgres], false),
        ] {
            assert_eq!(read(&env).unwrap().database_is_lost.is_some(), lost, "{env:?}");
        }
    }

    #[test]
    fn a_key_that_is_spelled_wrong_is_refused_instead_of_ignored() {
        let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
        std::fs::write(file.path(), "# mine\nmax_in_flite = 9\n").unwrap();
        let error = Settings::from_layers(&HashMap::new(), Some(file.path())).unwrap_err();
        assert!(error.to_string().contains("`max_in_flite` is no setting"), "{error}");
        let error = Settings::from_layers(&HashMap::new(), Some(Path::new("nowhere.toml"))).unwrap_err();
        assert!(error.to_string().contains("unset LINKSCRIBE_CONFIG"), "{error}");
    }

    #[test]
    fn a_secret_is_not_printed() {
        let settings = read(&[("OPENAI_API_KEY", "sk-canary"), ("TOKEN_ENCRYPTION_KEY", "canary")]).unwrap();
        assert!(!format!("{settings:?}").contains("canary"));
    }
}
