//! `linkscribe register`: connects a link database, or a content database, with an integration token.

use std::io::Write;

use anyhow::Context;
use secrecy::SecretString;

use crate::accounts::databases;
use crate::app::adapters;
use crate::domain::keepsake::Keep;
use crate::messages::Register;
use crate::settings::Settings;
use crate::telemetry::{LogTo, init};

/// Which database, opened by which token.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Name of the environment variable that holds the integration token
    #[arg(long, value_name = "NAME")]
    token_env: String,
    /// The database's address as Notion copies it, or its id
    #[arg(long, value_name = "ID")]
    database: String,
    /// Makes it a content database: results of rows with this tag go to it as new pages
    #[arg(long)]
    tag: Option<String>,
    /// What you want from every video, in your own words
    #[arg(long)]
    instructions: Option<String>,
    /// The language you want to read, such as `en` or `de`
    #[arg(long)]
    language: Option<String>,
    /// What of each video is kept as a file on the page of its row
    #[arg(long, value_enum, default_value_t)]
    keep: KeepName,
}

/// What of a video is kept.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum KeepName {
    /// Nothing: the page leads to it
    #[default]
    None,
    /// Its sound
    Audio,
    /// The video as it was downloaded
    Video,
}

/// Registers the database in the service's own store; a running service sees it at its next look.
pub(super) async fn run(arguments: Arguments) -> anyhow::Result<u8> {
    let settings = Settings::load()?;
    let _telemetry = init(LogTo::Terminal)?;
    let token = std::env::var(&arguments.token_env).with_context(|| {
        format!(
            "the environment variable {} is not set; put the integration token into it",
            arguments.token_env
        )
    })?;
    let store = adapters::store(&settings).await?;
    let workspace = adapters::notion(&settings, None)?;
    let request = Register {
        token: SecretString::from(token),
        database: arguments.database,
        tag: arguments.tag.clone(),
        instructions: arguments.instructions,
        language: arguments.language,
        keep: match arguments.keep {
            KeepName::None => Keep::None,
            KeepName::Audio => Keep::Audio,
            KeepName::Video => Keep::Video,
        },
    };
    let office = adapters::office(&store, &workspace);
    let done = databases::register(office, request).await.map_err(|failure| match failure.kind {
        crate::failure::Kind::Permanent(reason) => anyhow::anyhow!("{failure:#}\n  {}", hint(reason)),
        _ => anyhow::anyhow!("{failure}"),
    })?;
    let done = done.map_err(|refusal| anyhow::anyhow!("{}\n  {}", refusal.title(), refusal.hint()))?;
    let mut out = std::io::stdout();
    let place = format!(
        "the database \u{201c}{}\u{201d} in the workspace \u{201c}{}\u{201d}",
        done.title, done.workspace
    );
    if let Some(tag) = arguments.tag {
        writeln!(out, "Results tagged \u{201c}{}\u{201d} go to {place}.", tag.trim())?;
        return Ok(0);
    }
    writeln!(out, "Linkscribe watches {place}.")?;
    for (part, column) in done.parts {
        writeln!(out, "  {part:<7} {column}")?;
    }
    writeln!(out, "Save a video link as a row; `linkscribe serve` does the rest.")?;
    Ok(0)
}

/// What to do about a refusal, at a terminal.
fn hint(reason: crate::domain::reason::Reason) -> &'static str {
    use crate::domain::reason::Reason;
    match reason {
        Reason::Disconnected => "Check the token; Notion refuses it.",
        Reason::RowGone => {
            "Share the database with the integration: in Notion, open it, then \u{2026} > Connections."
        }
        _ => "Change the database as said, then register it again.",
    }
}
