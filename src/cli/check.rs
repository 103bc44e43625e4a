//! `linkscribe check`: are settings, tools and database in order? Each line that is not says what to do.

use std::io::Write;

use chrono::Utc;

use crate::adapters::cookies;
use crate::app::adapters;
use crate::domain::cookies::Login;
use crate::failure::Outcome;
use crate::settings::{ReaderEngine, Settings, SpeechEngine, SummaryEngine};

/// Looks at everything the service needs; exit code 1 when something is missing.
pub(super) async fn run() -> anyhow::Result<u8> {
    let settings = Settings::load()?;
    let mut findings = vec![Finding::good("settings", "read")];
    findings.extend(downloads(&settings).await);
    findings.push(match adapters::ffmpeg(&settings).check().await {
        Ok(version) => Finding::good("ffmpeg", &version),
        Err(failure) => Finding::bad("ffmpeg", &failure.to_string(), "Run `make setup`."),
    });
    findings.extend(engines(&settings).await);
    findings.push(database(&settings).await);
    let mut out = std::io::stdout();
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    Ok(u8::from(findings.iter().any(|finding| finding.fix.is_some())))
}

/// What was found out about one thing.
struct Finding {
    what: String,
    found: String,
    fix: Option<String>,
}

impl Finding {
    fn good(what: &str, found: &str) -> Self {
        Self { what: what.to_owned(), found: found.to_owned(), fix: None }
    }

    fn bad(what: &str, found: &str, fix: &str) -> Self {
        Self { what: what.to_owned(), found: found.to_owned(), fix: Some(fix.to_owned()) }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mark = if self.fix.is_some() { "✗" } else { "✓" };
        write!(out, "{mark} {:<12} {}", self.what, self.found)?;
        self.fix.iter().try_for_each(|fix| write!(out, "\n  {:<12} {fix}", ""))
    }
}

async fn database(settings: &Settings) -> Finding {
    if let Some(lost) = &settings.database_is_lost {
        return Finding::bad("database", &lost.problem, &lost.fix);
    }
    match adapters::store(settings).await {
        Ok(_) => Finding::good("database", "opens and is up to date"),
        Err(error) => Finding::bad("database", &format!("{error:#}"), "Check DATABASE_URL and DATA_DIR."),
    }
}

/// The two programs with their extractors, and the logins.
async fn downloads(settings: &Settings) -> Vec<Finding> {
    let fetcher = adapters::fetcher(settings);
    let mut findings = vec![match fetcher.videos.check().await {
        Ok(version) => Finding::good("yt-dlp", &version),
        Err(failure) => Finding::bad("yt-dlp", &failure.to_string(), "Run `make setup`."),
    }];
    findings.push(extractors("yt-dlp", "EXTRACTORS", fetcher.videos.unknown_extractors().await));
    findings.push(extractors("gallery-dl", "GALLERIES", fetcher.posts.unknown_extractors().await));
    findings.extend(logins(settings).await);
    findings
}

fn extractors(program: &str, key: &str, unknown: Outcome<Vec<String>>) -> Finding {
    match unknown {
        Ok(unknown) if unknown.is_empty() => Finding::good(program, "has all extractors of the platforms"),
        Ok(unknown) => Finding::bad(
            program,
            &format!("knows no {}", unknown.join(", ")),
            &format!(
                "Correct {key} in the tables [platforms.…]: `{program} --list-extractors` names those there are."
            ),
        ),
        Err(failure) => Finding::bad(program, &failure.to_string(), "Run `make setup`."),
    }
}

async fn logins(settings: &Settings) -> Vec<Finding> {
    let Some(given) = &settings.downloads.cookies_file else { return Vec::new() };
    let states = match cookies::logins(given, &adapters::platforms(settings), Utc::now().timestamp()).await {
        Ok(states) => states,
        Err(failure) => {
            let fix = "Set YTDLP_COOKIES_FILE to a file in Netscape format, or to a folder of such files.";
            return vec![Finding::bad("logins", &failure.to_string(), fix)];
        }
    };
    let mut findings: Vec<Finding> = states
        .iter()
        .filter(|(_, login)| *login == Login::Expired)
        .map(|(platform, _)| {
            let fix = "Log in there with a browser and export its cookies anew.";
            Finding::bad("logins", &format!("that of {platform} has expired"), fix)
        })
        .collect();
    let usable: Vec<&str> =
        states.iter().filter(|(_, login)| *login == Login::Usable).map(|(name, _)| name.as_str()).collect();
    if !usable.is_empty() {
        findings.push(Finding::good("logins", &format!("for {}", usable.join(", "))));
    } else if findings.is_empty() {
        let fix = "Export the cookies of a platform's site into it, in Netscape format.";
        findings.push(Finding::bad("logins", "the cookies file has none for any platform", fix));
    }
    findings
}

async fn engines(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.push(match &settings.speech {
        SpeechEngine::OpenAi(openai) => {
            Finding::good("transcriber", &format!("{} at {}", openai.model, openai.url))
        }
        SpeechEngine::Local => model(settings),
        SpeechEngine::Off => Finding::good("transcriber", "off"),
    });
    findings.push(match &settings.reader {
        ReaderEngine::Google { url, .. } => Finding::good("reader", &format!("Google Vision at {url}")),
        ReaderEngine::Local { languages } => match adapters::tesseract(languages).check().await {
            Ok(version) => Finding::good("reader", &format!("Tesseract on this machine, {version}")),
            Err(failure) => {
                Finding::bad("reader", &failure.to_string(), "Run `make setup`, or choose OCR=none.")
            }
        },
        ReaderEngine::Off => Finding::good("reader", "off"),
    });
    findings.push(match &settings.summarizer {
        SummaryEngine::Gemini { model, url, .. } => Finding::good("summarizer", &format!("{model} at {url}")),
        SummaryEngine::OpenAi(openai) => {
            Finding::good("summarizer", &format!("{} at {}", openai.model, openai.url))
        }
        SummaryEngine::Local => Finding::good("summarizer", "rules on this machine"),
    });
    findings
}

fn model(settings: &Settings) -> Finding {
    let model = adapters::speech_model(settings);
    if model.is_file() {
        let name = model.canonicalize().unwrap_or(model);
        let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Finding::good("transcriber", &format!("Whisper on this machine, {name}"));
    }
    Finding::bad(
        "transcriber",
        &format!("the speech model {} is missing", model.display()),
        "Run `make setup`.",
    )
}
