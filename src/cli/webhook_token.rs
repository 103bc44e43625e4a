//! `linkscribe webhook-token`: shows the token Notion sent when the webhook was entered, or forgets it.

use std::io::Write;

use anyhow::bail;
use secrecy::ExposeSecret;

use crate::app::adapters;
use crate::ports::Webhooks;
use crate::settings::Settings;

/// What to do with it.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Remove the token, so that the next one is kept
    #[arg(long)]
    forget: bool,
}

/// Prints the token alone, to be pasted at Notion.
pub(super) async fn run(arguments: Arguments) -> anyhow::Result<u8> {
    let settings = Settings::load()?;
    let store = adapters::store(&settings).await?;
    let mut out = std::io::stdout();
    if arguments.forget {
        let there = store.forget_webhook_token().await.map_err(|failure| anyhow::anyhow!("{failure}"))?;
        writeln!(out, "{}", if there { "The token is forgotten." } else { "There was no token." })?;
        return Ok(0);
    }
    if settings.notion_webhook_secret.is_some() {
        bail!("NOTION_WEBHOOK_SECRET is set: it is the token, and none is kept");
    }
    let token = store.webhook_token().await.map_err(|failure| {
        anyhow::anyhow!("{failure}; remove it with --forget and have Notion send it again")
    })?;
    let Some(token) = token else {
        bail!(
            "Notion has sent no token yet: enter {} as a webhook there",
            settings.public_url.join("/webhooks/notion")?
        );
    };
    writeln!(out, "{}", token.expose_secret())?;
    Ok(0)
}
