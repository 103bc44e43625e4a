//! `linkscribe migrate`: brings the database to the current version. `serve` does so itself.

use std::io::Write;

use crate::app::adapters;
use crate::settings::Settings;

/// Opens the database, which migrates it.
pub(super) async fn run() -> anyhow::Result<u8> {
    let settings = Settings::load()?;
    adapters::store(&settings).await?;
    writeln!(std::io::stdout(), "The database is up to date.")?;
    Ok(0)
}
