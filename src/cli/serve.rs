//! `linkscribe serve`: the service for real accounts.

use std::net::TcpListener;
use std::sync::Arc;

use anyhow::Context;
use tracing::info;

use crate::app::{App, Options, Stopping, WebServer, adapters};
use crate::settings::Settings;
use crate::telemetry::{LogTo, init};

/// Runs until it is told to stop or gives up on itself.
pub(super) async fn run(stopping: Stopping) -> anyhow::Result<u8> {
    let settings = Settings::load()?;
    let _telemetry = init(LogTo::Collector)?;
    let started = tokio::select! {
        biased;
        () = stopping.wanted() => None,
        started = start(&settings) => Some(started?),
    };
    let Some((app, web)) = started else {
        info!("the service was stopped while it started");
        return Ok(0);
    };
    let code = app.run_until_stopped(&stopping, &web).await;
    web.close().await?;
    info!("the service has ended");
    Ok(code)
}

/// Until the chain stands nothing is held, so that the start may be dropped at any point.
async fn start(settings: &Settings) -> anyhow::Result<(App, WebServer)> {
    let listener = TcpListener::bind(&settings.listen).with_context(|| {
        format!("cannot listen on {}:{}; set PORT to a free one", settings.listen.0, settings.listen.1)
    })?;
    let address = listener.local_addr()?;
    let ports = adapters::of_service(settings).await?;
    log_engines(&ports);
    let mut options = Options::usual(
        settings.public_url.clone(),
        settings.data_dir.join("work"),
        settings.max_in_flight,
        settings.poll_interval,
    );
    options.sample_link.clone_from(&settings.sample_link);
    options.room = Arc::new(adapters::room(settings));
    let app = App::start(ports, options);
    let web = app.serve_http(listener)?;
    info!(%address, "the service listens");
    Ok((app, web))
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
