//! `linkscribe serve`: the service for real accounts.

use std::net::TcpListener;

use anyhow::Context;
use tracing::info;

use crate::app::{App, Options, adapters};
use crate::settings::Settings;
use crate::telemetry::{LogTo, init};

/// Runs until a signal or the overseer ends it.
pub(super) async fn run() -> anyhow::Result<u8> {
    let settings = Settings::load()?;
    let _telemetry = init(LogTo::Collector)?;
    let listener = TcpListener::bind(&settings.listen).with_context(|| {
        format!("cannot listen on {}:{}; set PORT to a free one", settings.listen.0, settings.listen.1)
    })?;
    let address = listener.local_addr()?;
    let ports = adapters::of_service(&settings).await?;
    log_engines(&ports);
    let options = Options::usual(
        settings.public_url.clone(),
        settings.data_dir.join("work"),
        settings.max_in_flight,
        settings.poll_interval,
    );
    let app = App::start(ports, options);
    let web = app.serve_http(listener)?;
    info!(%address, "the service listens");
    let code = app.run_until_stopped().await?;
    web.close().await?;
    info!("the service has ended");
    Ok(code)
}

fn log_engines(ports: &crate::app::Ports) {
    let off = || "off".to_owned();
    info!(
        transcriber = ports.speech.as_ref().map_or_else(off, |engine| engine.name()),
        reader = ports.reader.as_ref().map_or_else(off, |engine| engine.name()),
        summarizer = ports.summary.name(),
        "the engines"
    );
}
