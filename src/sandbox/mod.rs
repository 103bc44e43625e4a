//! `linkscribe sandbox`: an emulated Notion, and a web page that shows it as its user would see it.
//!
//! ```text
//! browser ── page (guard, table, row, live) ──┐
//! Linkscribe ── /v1 (the emulated API) ───────┼── EmulatedNotion
//! Linkscribe's download ── /clips ── Clips    ┘
//! ```
//! Page, API and clips share one port of the loopback address.

pub mod clips;
pub mod notion;
mod page;
mod sample;
mod server;
pub mod shelves;
pub mod starter;

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::clips::Clips;
use self::notion::EmulatedNotion;

pub use self::server::RunningSandbox;

/// Windows that may listen for changes at once; a browser with more tabs open still shows the page.
const LISTENERS: usize = 64;

/// One task of the chain and who does it, for the page's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    /// The task as a person says it, such as `Speech`.
    pub task: String,
    /// Who does it, such as `Whisper, on this machine`; `None` where nobody does.
    pub name: Option<String>,
}

impl Engine {
    /// A task that somebody does.
    pub fn new(task: impl Into<String>, name: impl Into<String>) -> Self {
        Self { task: task.into(), name: Some(name.into()) }
    }

    /// A task that is switched off.
    pub fn off(task: impl Into<String>) -> Self {
        Self { task: task.into(), name: None }
    }
}

/// The sandbox: an emulated Notion, its Link Database and a folder of clips. Clones share all of it.
#[derive(Debug, Clone)]
pub struct Sandbox {
    notion: EmulatedNotion,
    data_source: Uuid,
    clips: Clips,
    engines: Vec<Engine>,
    service: Option<String>,
    /// The clips of our own making, by name, with their files' names.
    shown: BTreeMap<&'static str, String>,
    closing: CancellationToken,
    listeners: Arc<Semaphore>,
}

impl Sandbox {
    /// Shows one data source of an emulated Notion as the Link Database.
    pub fn new(notion: EmulatedNotion, data_source: Uuid, clips: Clips) -> Self {
        Self {
            notion,
            data_source,
            clips,
            engines: Vec::new(),
            service: None,
            shown: BTreeMap::new(),
            closing: CancellationToken::new(),
            listeners: Arc::new(Semaphore::new(LISTENERS)),
        }
    }

    /// Says on the page who does what.
    #[must_use]
    pub fn with_engines(mut self, engines: Vec<Engine>) -> Self {
        self.engines = engines;
        self
    }

    /// Leads from the page to the service's own pages.
    #[must_use]
    pub fn with_service(mut self, pages: &url::Url) -> Self {
        self.service = Some(pages.to_string());
        self
    }

    /// The emulated Notion behind the page.
    pub fn notion(&self) -> &EmulatedNotion {
        &self.notion
    }

    /// The folder of clips.
    pub fn clips(&self) -> &Clips {
        &self.clips
    }

    /// Mounts the page, the clips and the emulated API.
    pub fn configure(&self, config: &mut web::ServiceConfig) {
        page::routes(config, self.clone());
    }

    /// Ends all windows' streams of changes, so that a server can stop at once.
    pub fn close(&self) {
        self.closing.cancel();
    }
}
