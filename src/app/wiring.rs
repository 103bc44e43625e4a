//! Builds one generation of the chain out of ports and options.

use std::sync::Arc;
use std::time::Duration;

use actix::{Addr, AsyncContext, Context, Supervisor, WeakRecipient};
use tokio::sync::{Notify, Semaphore, broadcast};

use super::{Options, Ports};
use crate::actors::bench::{BackLinks, Bench, BenchParts};
use crate::actors::cleanup::{Cleanup, Courtesy};
use crate::actors::desk::{Desk, StopSignals};
use crate::actors::destinations::Destinations;
use crate::actors::downloader::{self, Downloader};
use crate::actors::importer::{Importer, ImporterParts};
use crate::actors::keepsake::Keeper;
use crate::actors::monitor::{Doors, Engines, Monitor, MonitorParts};
use crate::actors::notion_writer::{self, NotionWriter};
use crate::actors::ocr::{self, OcrActor};
use crate::actors::outlines::Outlines;
use crate::actors::pipeline::{Chain, Member, Places};
use crate::actors::status_board::StatusBoard;
use crate::actors::summarizer::{self, Summarizer};
use crate::actors::transcriber::{self, Transcriber};
use crate::domain::progress::Progress;
use crate::domain::stage::Stage;
use crate::messages::ShowStatus;

/// What a generation of the chain is built from.
#[derive(Clone)]
pub(super) struct Wiring {
    pub(super) ports: Ports,
    pub(super) board: StatusBoard,
    pub(super) options: Options,
    pub(super) places: Places,
    pub(super) watchers: broadcast::Sender<Progress>,
    pub(super) stop: StopSignals,
    pub(super) bell: Arc<Notify>,
}

impl Wiring {
    /// Builds the chain from its sink to its source, so that every stage is born with its neighbour.
    pub(super) fn chain(&self, back: &BackLinks) -> Chain {
        let writer = self.writer(back);
        let desk = Arc::new(self.desk(writer.clone().recipient().downgrade()));
        let summarizer = self.summarizer(back, &desk, &writer);
        let ocr = self.ocr(back, &desk, &summarizer);
        let transcriber = self.transcriber(back, &desk, &ocr);
        let downloader = self.downloader(back, &desk, &transcriber);
        let doors = Doors {
            download: downloader.clone().recipient(),
            summarize: summarizer.clone().recipient(),
            write: writer.clone().recipient(),
            tell: writer.clone().recipient(),
        };
        let monitor = self.monitor(back, &desk, doors);
        let cleanup = self.cleanup(back);
        let importer = self.importer(back, &desk).map(|importer| Member::new("Importer", importer));
        Chain {
            members: importer
                .into_iter()
                .chain([
                    Member::new("Monitor", monitor),
                    Member::new("Downloader", downloader),
                    Member::new("Transcriber", transcriber),
                    Member::new("OcrActor", ocr),
                    Member::new("Summarizer", summarizer),
                    Member::new("NotionWriter", writer),
                    Member::new("Cleanup", cleanup),
                ])
                .collect(),
        }
    }

    fn desk(&self, status: WeakRecipient<ShowStatus>) -> Desk {
        Desk {
            journal: Arc::clone(&self.ports.journal),
            status,
            watchers: self.watchers.clone(),
            stop: self.stop.clone(),
            breakers: Arc::clone(&self.ports.breakers),
        }
    }

    fn writer(&self, back: &BackLinks) -> Addr<NotionWriter> {
        let (workspace, board) = (Arc::clone(&self.ports.workspace), self.board.clone());
        let (public_url, back, wiring) = (self.options.public_url.clone(), back.clone(), self.clone());
        let destinations = self.destinations();
        Supervisor::start(move |ctx: &mut Context<NotionWriter>| {
            let desk = Arc::new(wiring.desk(ctx.address().recipient().downgrade()));
            let bench =
                bench("NotionWriter", Stage::Write, notion_writer::WIDTH, notion_writer::LIMIT, &desk, &back);
            NotionWriter { workspace, destinations, board, public_url, desk, bench }
        })
    }

    fn destinations(&self) -> Destinations {
        Destinations {
            registry: Arc::clone(&self.ports.registry),
            accounts: Arc::clone(&self.ports.accounts),
            maker: Arc::clone(&self.ports.results.maker),
            pages: Arc::clone(&self.ports.results.pages),
            covers: Arc::clone(&self.ports.results.covers),
            keepsakes: Arc::clone(&self.ports.results.keepsakes),
            outlines: Outlines::default(),
        }
    }

    fn summarizer(&self, back: &BackLinks, desk: &Arc<Desk>, next: &Addr<NotionWriter>) -> Addr<Summarizer> {
        let bench = bench("Summarizer", Stage::Summarize, summarizer::WIDTH, summarizer::LIMIT, desk, back);
        let (model, workspace) = (Arc::clone(&self.ports.summary), Arc::clone(&self.ports.workspace));
        let (destinations, next) = (self.destinations(), next.clone().recipient());
        let map = self.ports.map.clone();
        Supervisor::start(|_| Summarizer { model, workspace, destinations, map, next, bench })
    }

    fn ocr(&self, back: &BackLinks, desk: &Arc<Desk>, next: &Addr<Summarizer>) -> Addr<OcrActor> {
        let width = self.ports.reader_seats;
        let bench = bench("OcrActor", Stage::Read, width, ocr::LIMIT, desk, back);
        let (reader, next) = (self.ports.reader.clone(), next.clone().recipient());
        Supervisor::start(|_| OcrActor { reader, next, bench })
    }

    fn transcriber(&self, back: &BackLinks, desk: &Arc<Desk>, next: &Addr<OcrActor>) -> Addr<Transcriber> {
        // The job itself is over at once; the seats are held by the transcriptions it starts.
        let width = Semaphore::MAX_PERMITS;
        let bench = bench("Transcriber", Stage::Transcribe, width, transcriber::LIMIT, desk, back);
        let (speech, next) = (self.ports.speech.clone(), next.clone().recipient());
        let seats = Arc::new(Semaphore::new(self.ports.speech_seats));
        Supervisor::start(|_| Transcriber { speech, seats, next, bench })
    }

    fn downloader(&self, back: &BackLinks, desk: &Arc<Desk>, next: &Addr<Transcriber>) -> Addr<Downloader> {
        let bench = bench("Downloader", Stage::Download, downloader::WIDTH, downloader::LIMIT, desk, back);
        let (source, opener) = (Arc::clone(&self.ports.source), Arc::clone(&self.ports.opener));
        let (covers, keeper) = (Arc::clone(&self.ports.results.covers), self.keeper());
        let (room, next) = (Arc::clone(&self.options.room), next.clone().recipient());
        Supervisor::start(|_| Downloader { source, opener, room, covers, keeper, next, bench })
    }

    fn keeper(&self) -> Keeper {
        let memory = Arc::clone(&self.ports.results.keepsakes);
        Keeper { workspace: Arc::clone(&self.ports.workspace), memory }
    }

    fn monitor(&self, back: &BackLinks, desk: &Arc<Desk>, doors: Doors) -> Addr<Monitor> {
        let parts = MonitorParts {
            registry: Arc::clone(&self.ports.registry),
            accounts: Arc::clone(&self.ports.accounts),
            workspace: Arc::clone(&self.ports.workspace),
            source: Arc::clone(&self.ports.source),
            keeper: self.keeper(),
            desk: Arc::clone(desk),
            doors,
            places: self.places.clone(),
            owner: self.options.owner.clone(),
            work_root: self.options.work_root.clone(),
            poll_interval: self.options.poll_interval,
            rhythm: self.options.rhythm,
            engines: Engines {
                speech: self.ports.speech.as_ref().and_then(|engine| engine.party()),
                summary: self.ports.summary.party(),
                deaf: self.ports.speech.is_none(),
                blind: self.ports.reader.is_none(),
            },
            bell: Arc::clone(&self.bell),
            back: back.clone(),
        };
        Supervisor::start(|_| Monitor::new(parts))
    }

    fn importer(&self, back: &BackLinks, desk: &Arc<Desk>) -> Option<Addr<Importer>> {
        let ports = self.ports.importing.as_ref()?;
        let importer = Importer::new(ImporterParts {
            imports: Arc::clone(&ports.imports),
            rows: Arc::clone(&ports.rows),
            registry: Arc::clone(&self.ports.registry),
            accounts: Arc::clone(&self.ports.accounts),
            desk: Arc::clone(desk),
            owner: self.options.owner.clone(),
            pace: self.options.importing,
            bell: Arc::clone(&self.bell),
            back: back.clone(),
        });
        Some(Supervisor::start(|_| importer))
    }

    fn cleanup(&self, back: &BackLinks) -> Addr<Cleanup> {
        let cleanup = Cleanup {
            journal: Arc::clone(&self.ports.journal),
            work_root: self.options.work_root.clone(),
            every: self.options.sweep_every,
            bell: Arc::clone(&self.bell),
            back: back.clone(),
            courtesy: Courtesy::default(),
        };
        Supervisor::start(|_| cleanup)
    }
}

fn bench(
    who: &'static str,
    stage: Stage,
    width: usize,
    limit: Duration,
    desk: &Arc<Desk>,
    back: &BackLinks,
) -> Bench {
    Bench::new(BenchParts { who, stage, width, limit, desk: Arc::clone(desk), back: back.clone() })
}
