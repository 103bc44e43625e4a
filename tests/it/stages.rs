//! Each stage alone: its actor with mock addresses before and after it, its story without any System.

use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, AsyncContext, Context, Handler, Recipient, Supervisor};
use linkscribe::actors::bench::{BackLinks, Bench, BenchParts, UNFIT_AFTER};
use linkscribe::actors::cleanup;
use linkscribe::actors::desk::{Desk, StopSignals};
use linkscribe::actors::downloader::{Downloader, download};
use linkscribe::actors::lease::{self, Rhythm};
use linkscribe::actors::notion_writer::{self, NotionWriter, tell, write};
use linkscribe::actors::ocr::{OcrActor, read_screen};
use linkscribe::actors::room::{Place, Room};
use linkscribe::actors::status_board::StatusBoard;
use linkscribe::actors::summarizer::{Summarizer, summarize};
use linkscribe::actors::transcriber::{Transcriber, transcribe};
use linkscribe::domain::cost::Usage;
use linkscribe::domain::entry::{FoundRow, Lane, Ticket};
use linkscribe::domain::keepsake::Keep;
use linkscribe::domain::link::{MediaKey, understand};
use linkscribe::domain::media::{At, Media, ScreenText, Segment, Transcript, Watched};
use linkscribe::domain::note::Note;
use linkscribe::domain::ours::Written;
use linkscribe::domain::reason::Reason;
use linkscribe::domain::stage::{Stage, Status};
use linkscribe::domain::waiting::Party;
use linkscribe::failure::{Failure, Kind, Outcome};
use linkscribe::messages::{
    Docket, Download, Envelope, Failed, PendingTranscript, ReadScreen, RowRef, ShowStatus, StageDown,
    Summarize, TellFailure, Transcribe, WriteToNotion,
};
use linkscribe::ports::{
    Access, AudioFile, Fence, Frame, FrameText, Journal, MediaOpener, Opened, OpenedPost, Pieces, PostFile,
    TextReader, Trust, VideoSource, work_dir_name,
};
use tokio::sync::{Semaphore, broadcast};

use crate::support::fakes::{
    Behaviour, FakeModel, FakeOpener, FakeReader, FakeSource, FakeSpeech, FakeWorkspace, Script, Told, held,
};
use crate::support::kitchen::Kitchen;
use crate::support::probe::{Probe, Received};

const LINK: &str = "https://www.tiktok.com/@cook/video/7";

/// One claimed entry, and mock addresses on both sides of a stage.
struct Bed {
    kitchen: Kitchen,
    desk: Arc<Desk>,
    back: BackLinks,
    statuses: Received<ShowStatus>,
    failures: Received<Failed>,
    deaths: Received<StageDown>,
    _held: (Recipient<ShowStatus>, Recipient<Failed>, Recipient<StageDown>),
}

impl Bed {
    async fn made() -> Self {
        let kitchen = Kitchen::open().await;
        let ((status, statuses), (failed, failures), (down, deaths)) =
            (Probe::start(), Probe::start(), Probe::start());
        let desk = Arc::new(Desk {
            journal: Arc::clone(&kitchen.store) as Arc<dyn Journal>,
            status: status.downgrade(),
            watchers: broadcast::channel(16).0,
            stop: StopSignals::default(),
            breakers: kitchen.store.clone(),
        });
        let back = BackLinks { failures: failed.downgrade(), down: down.downgrade(), generation: 1 };
        Self { kitchen, desk, back, statuses, failures, deaths, _held: (status, failed, down) }
    }

    fn bench(&self, stage: Stage) -> Bench {
        let (desk, back) = (Arc::clone(&self.desk), self.back.clone());
        Bench::new(BenchParts { who: "stage", stage, width: 2, limit: Duration::from_secs(20), desk, back })
    }

    async fn envelope(&self) -> Envelope {
        envelope(&self.kitchen).await
    }
}

/// A claimed entry of the kitchen.
async fn envelope(kitchen: &Kitchen) -> Envelope {
    let found =
        FoundRow { database: kitchen.database.id, page: "row-0".into(), link: LINK.into(), lane: Lane::New };
    let now = kitchen.store.now().await.unwrap();
    kitchen.store.enqueue(&found, now).await.unwrap();
    let claimed = kitchen.store.claim("test").await.unwrap().expect("an entry is due");
    let journal = Arc::clone(&kitchen.store) as Arc<dyn Journal>;
    std::fs::create_dir_all(kitchen.work_root()).unwrap();
    Envelope {
        url: String::new(),
        target: Some(understand(LINK).unwrap()),
        has_cover: false,
        columns: std::collections::BTreeMap::new(),
        is_told_beside: false,
        tags: Vec::new(),
        chosen: None,
        earlier: None,
        doubted: None,
        run: 0,
        is_first: claimed.is_first,
        written: Written::default(),
        docket: Docket {
            ticket: claimed.ticket,
            attempts: 0,
            verdict: None,
            waiting: None,
            waited: Duration::ZERO,
        },
        row: Arc::new(RowRef {
            database: kitchen.database.clone(),
            access: Access::new(kitchen.database.connection, "secret".into()),
            page: "row-0".into(),
            link: LINK.into(),
        }),
        section: None,
        body: claimed.body,
        lease: lease::keep(
            journal,
            claimed.ticket,
            Rhythm::default(),
            tokio::time::Instant::now(),
            tracing::Span::none(),
        ),
        permit: Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap(),
        work_dir: tempfile::Builder::new()
            .prefix(&work_dir_name(claimed.ticket))
            .rand_bytes(0)
            .tempdir_in(kitchen.work_root())
            .unwrap(),
        span: tracing::Span::none(),
    }
}

fn media() -> Media {
    Media::unknown(MediaKey("tiktok:7".into()))
}

fn said(text: &str) -> Transcript {
    let segment = Segment { start: At(0.0), end: At(1.0), text: text.into() };
    Transcript { segments: vec![segment], engine: "fake".into(), ..Transcript::default() }
}

fn opener(script: Script) -> Arc<dyn MediaOpener> {
    Arc::new(FakeOpener(script))
}

fn unlimited() -> Arc<Room> {
    Arc::new(Room::unlimited())
}

fn a_download(envelope: Envelope) -> Download {
    Download { envelope, url: understand(LINK).unwrap().url, media: media(), only_to_keep: false }
}

/// With all the room there is.
async fn placed(job: Download) -> (Download, Place) {
    let place = unlimited().take(job.envelope.work_dir()).await.unwrap();
    (job, place)
}

fn a_transcribe(envelope: Envelope) -> Transcribe {
    let audio = AudioFile { path: envelope.work_dir().join("audio.ogg"), duration: None, video: None };
    Transcribe { envelope, media: media(), audio: vec![audio], frames: vec![], keeping: None }
}

fn a_read(envelope: Envelope, transcript: PendingTranscript) -> ReadScreen {
    let frame = Frame { path: envelope.work_dir().join("0.jpg"), at: At(2.0) };
    ReadScreen { envelope, media: media(), frames: vec![frame], transcript, keeping: None }
}

fn watched() -> Watched {
    Watched { transcript: said("Cook it for twenty minutes."), ..Watched::default() }
}

// --- The actors ---------------------------------------------------------------------------------------

#[actix::test]
async fn the_downloader_hands_sound_and_pictures_to_the_transcriber() {
    let bed = Bed::made().await;
    let (next, received) = Probe::<Transcribe>::start();
    let (source, opener): (Arc<dyn VideoSource>, Arc<dyn MediaOpener>) =
        (Arc::new(FakeSource(Script::works())), Arc::new(FakeOpener(Script::works())));
    let bench = bed.bench(Stage::Download);
    let (covers, keeper) =
        (bed.kitchen.store.clone(), bed.kitchen.keeper(FakeWorkspace::with_links(&[LINK], Script::works())));
    let stage =
        Supervisor::start(|_| Downloader { source, opener, room: unlimited(), covers, keeper, next, bench });
    stage.do_send(a_download(bed.envelope().await));
    let handed = received.next().await;
    assert!(handed.audio.len() == 1 && handed.frames.len() == 1);
    assert_eq!(handed.media.info.unwrap().platform, "TikTok");
    assert_eq!(bed.statuses.next().await.status, Status::Downloading);
    assert_eq!(bed.failures.len(), 0);
}

#[tokio::test]
async fn subtitles_of_the_platform_are_kept_and_nobody_listens() {
    struct Subtitled;
    #[async_trait::async_trait]
    impl VideoSource for Subtitled {
        async fn fetch(
            &self,
            url: &linkscribe::domain::link::VideoUrl,
            work_dir: &std::path::Path,
        ) -> linkscribe::failure::Outcome<linkscribe::ports::Download> {
            let fetched = FakeSource(Script::works()).fetch(url, work_dir).await?;
            Ok(linkscribe::ports::Download { subtitles: Some(said("Read, not heard.")), ..fetched })
        }
    }
    let kitchen = Kitchen::open().await;
    let (desk, opener) = (Arc::new(quiet_desk(&kitchen)), opener(Script::works()));
    let job = a_download(envelope(&kitchen).await);
    let work_dir = job.envelope.work_dir().to_owned();
    let keeper = kitchen.keeper(FakeWorkspace::with_links(&[LINK], Script::works()));
    let handed =
        download(&Subtitled, &opener, &*kitchen.store, &keeper, &desk, placed(job).await).await.unwrap();
    let left = std::fs::read_dir(&work_dir).unwrap().flatten();
    let left: Vec<String> = left.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert!(!left.iter().any(|name| name.starts_with("video")), "the video itself is gone: {left:?}");
    let script = Script::works();
    let speech = Arc::new(FakeSpeech::new(script.clone()));
    let made = transcribe(Some(speech), Arc::new(Semaphore::new(1)), desk, handed).await.unwrap();
    assert!(matches!(made.transcript, PendingTranscript::Ready(read) if read == said("Read, not heard.")));
    assert_eq!(script.asked(), 0);
    let kept = kitchen.store.media(&MediaKey("tiktok:7".into())).await.unwrap();
    assert_eq!(kept.transcript, Some(said("Read, not heard.")));
}

#[tokio::test]
async fn a_video_that_is_fetched_to_be_kept_alone_is_not_found_out_any_further() {
    let kitchen = Kitchen::open().await;
    let (desk, opens, reads) = (Arc::new(quiet_desk(&kitchen)), Script::works(), Script::works());
    let job = Download { only_to_keep: true, ..a_download(envelope(&kitchen).await) };
    let (opener, keeper) =
        (opener(opens.clone()), kitchen.keeper(FakeWorkspace::with_links(&[LINK], Script::works())));
    let source = FakeSource(Script::works());
    let handed =
        download(&source, &opener, &*kitchen.store, &keeper, &desk, placed(job).await).await.unwrap();
    let hears = Script::works();
    let (speech, seats) = (Arc::new(FakeSpeech::new(hears.clone())), Arc::new(Semaphore::new(1)));
    let made = transcribe(Some(speech), seats, Arc::clone(&desk), handed).await.unwrap();
    let reader = Arc::new(FakeReader(reads.clone()));
    let made = read_screen(Some(reader), &desk, made).await.unwrap();
    assert_eq!(made.watched, Watched::default());
    assert_eq!((source.0.asked(), opens.asked(), hears.asked(), reads.asked()), (1, 0, 0, 0));
    let kept = kitchen.store.media(&MediaKey("tiktok:7".into())).await.unwrap();
    assert_eq!(kept, media(), "what was missing is missing for the next one as well");
}

/// The sound is as large as a fifth of the video, and made after the stage has ended.
#[tokio::test]
async fn a_download_has_its_place_until_the_sound_that_is_kept_is_made() {
    struct SlowSound(Semaphore);
    #[async_trait::async_trait]
    impl MediaOpener for SlowSound {
        async fn open(&self, file: &std::path::Path, work_dir: &std::path::Path) -> Outcome<Opened> {
            FakeOpener(Script::works()).open(file, work_dir).await
        }

        async fn open_post(&self, _: &[PostFile], _: &std::path::Path) -> Outcome<OpenedPost> {
            unreachable!("it is a video")
        }

        async fn sound(
            &self,
            _: &std::path::Path,
            _: &std::path::Path,
        ) -> Outcome<Option<std::path::PathBuf>> {
            self.0.acquire().await.unwrap().forget();
            Ok(None)
        }

        async fn small_picture(&self, _: &std::path::Path, _: &std::path::Path) -> Outcome<Vec<u8>> {
            Err(Failure::permanent(Reason::Unreadable, anyhow::anyhow!("there are none")))
        }
    }
    const EACH: u64 = 1 << 40;
    let kitchen = Kitchen::open().await;
    let desk = quiet_desk(&kitchen);
    let mut job = a_download(envelope(&kitchen).await);
    Arc::get_mut(&mut job.envelope.row).unwrap().database.keep = Keep::Audio;
    // Of two downloads, one may begin.
    let room = Room::new(2 * EACH - 1, EACH);
    let place = room.take(job.envelope.work_dir()).await.unwrap();
    let other = job.envelope.work_dir().with_file_name("other");
    let slow = Arc::new(SlowSound(Semaphore::new(0)));
    let opener: Arc<dyn MediaOpener> = slow.clone();
    let keeper = kitchen.keeper(FakeWorkspace::with_links(&[LINK], Script::works()));
    let source = FakeSource(Script::works());
    let made = download(&source, &opener, &*kitchen.store, &keeper, &desk, (job, place)).await.unwrap();
    room.take(&other).await.unwrap_err();
    slow.0.add_permits(1);
    made.keeping.expect("the sound is kept").await.unwrap().unwrap();
    room.take(&other).await.unwrap();
}

#[actix::test]
async fn the_transcriber_hands_on_at_once_while_the_transcript_is_still_being_made() {
    let bed = Bed::made().await;
    let (next, received) = Probe::<ReadScreen>::start();
    let gate = Arc::new(Semaphore::new(0));
    let speech = FakeSpeech { script: Script::works(), gate: Some(Arc::clone(&gate)) };
    let (seats, bench) = (Arc::new(Semaphore::new(1)), bed.bench(Stage::Transcribe));
    let stage = Supervisor::start(|_| Transcriber { speech: Some(Arc::new(speech)), seats, next, bench });
    stage.do_send(a_transcribe(bed.envelope().await));
    let handed = received.next().await;
    let PendingTranscript::Underway(task) = handed.transcript else { panic!("it is still being made") };
    gate.add_permits(1);
    assert_eq!(task.await.unwrap().unwrap().segments.len(), 1);
    let kept = bed.kitchen.store.media(&MediaKey("tiktok:7".into())).await.unwrap();
    assert!(kept.transcript.is_some(), "a finished transcript is kept at once");
}

#[actix::test]
async fn the_ocr_actor_shows_processing_only_when_the_transcript_is_there() {
    let bed = Bed::made().await;
    let (next, received) = Probe::<Summarize>::start();
    let reader = Some(Arc::new(FakeReader(Script::works())) as Arc<dyn linkscribe::ports::TextReader>);
    let bench = bed.bench(Stage::Read);
    let stage = Supervisor::start(|_| OcrActor { reader, next, bench });
    let (say, heard) = tokio::sync::oneshot::channel();
    let task = tokio::spawn(async move { Ok(heard.await.unwrap()) });
    let pending = PendingTranscript::Underway(linkscribe::messages::Underway::new(task));
    stage.do_send(a_read(bed.envelope().await, pending));
    let key = MediaKey("tiktok:7".into());
    while bed.kitchen.store.media(&key).await.unwrap().screen_text.is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(bed.statuses.len(), 0, "the screen is read, the transcript is not there yet");
    say.send(said("hello")).unwrap();
    let handed = received.next().await;
    assert_eq!(bed.statuses.next().await.status, Status::Processing);
    assert_eq!(handed.watched.screen_text.lines.len(), 1);
    assert_eq!(handed.watched.transcript, said("hello"));
}

#[actix::test]
async fn the_summarizer_hands_a_checked_note_to_the_writer() {
    let bed = Bed::made().await;
    let (next, received) = Probe::<WriteToNotion>::start();
    let workspace = FakeWorkspace::with_links(&[LINK], Script::works());
    let bench = bed.bench(Stage::Summarize);
    let model = Arc::new(FakeModel(Script::works()));
    let destinations = bed.kitchen.destinations();
    let stage = Supervisor::start(|_| Summarizer { model, workspace, destinations, map: None, next, bench });
    stage.do_send(Summarize { envelope: bed.envelope().await, watched: watched() });
    let handed = received.next().await;
    assert!(handed.note.values.iter().any(|filled| filled.name == "Minutes"), "{:?}", handed.note);
}

#[actix::test]
async fn the_writer_completes_the_row_and_then_the_entry() {
    let bed = Bed::made().await;
    let workspace = FakeWorkspace::with_links(&[LINK], Script::works());
    let board = StatusBoard::new(workspace.clone(), bed.desk.journal.clone(), Duration::ZERO);
    let public_url = "http://localhost:8080".parse().unwrap();
    let (desk, bench) = (Arc::clone(&bed.desk), bed.bench(Stage::Write));
    let rows: Arc<dyn linkscribe::ports::Workspace> = workspace.clone();
    let destinations = bed.kitchen.destinations();
    let stage =
        Supervisor::start(|_| NotionWriter { workspace: rows, destinations, board, public_url, desk, bench });
    stage.do_send(WriteToNotion {
        envelope: bed.envelope().await,
        watched: watched(),
        note: Note::default(),
    });
    workspace.until(|told| told.contains(&Told::Status("row-0".into(), Status::Completed))).await;
    let settled = async {
        while bed.kitchen.store.counts().await.unwrap() != [(Status::Completed, 1)] {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::support::PATIENCE, settled).await.unwrap();
}

#[actix::test]
async fn a_panic_is_one_failed_job_and_the_stage_lives_on() {
    let bed = Bed::made().await;
    let (next, received) = Probe::<Transcribe>::start();
    let source = Arc::new(FakeSource(Script::of([Behaviour::Panic])));
    let (opener, bench) = (Arc::new(FakeOpener(Script::works())), bed.bench(Stage::Download));
    let (covers, keeper) =
        (bed.kitchen.store.clone(), bed.kitchen.keeper(FakeWorkspace::with_links(&[LINK], Script::works())));
    let stage =
        Supervisor::start(|_| Downloader { source, opener, room: unlimited(), covers, keeper, next, bench });
    let envelope = bed.envelope().await;
    let (ticket, work_dir) = (envelope.ticket(), envelope.work_dir().to_owned());
    stage.do_send(a_download(envelope));
    let failed = bed.failures.next().await;
    assert_eq!((failed.docket.ticket, &failed.failure.kind), (ticket, &Kind::Bug));
    assert!(failed.failure.to_string().contains("injected"), "{}", failed.failure);
    assert_eq!(failed.failure.stage, Some(Stage::Download));
    assert!(!work_dir.exists(), "the work dir is gone");
    assert_eq!(bed.deaths.len(), 0, "the stage lives");

    release(&bed.kitchen, ticket).await;
    stage.do_send(a_download(bed.envelope().await));
    received.next().await;
}

#[actix::test]
async fn a_lost_lease_stops_the_job_without_a_record_of_failure() {
    let bed = Bed::made().await;
    let (next, _received) = Probe::<Transcribe>::start();
    let script = Script::of([Behaviour::Hang]);
    let (source, opener) = (Arc::new(FakeSource(script.clone())), Arc::new(FakeOpener(Script::works())));
    let bench = bed.bench(Stage::Download);
    let (covers, keeper) =
        (bed.kitchen.store.clone(), bed.kitchen.keeper(FakeWorkspace::with_links(&[LINK], Script::works())));
    let stage =
        Supervisor::start(|_| Downloader { source, opener, room: unlimited(), covers, keeper, next, bench });
    let envelope = bed.envelope().await;
    let lost = envelope.lease.lost.clone();
    let work_dir = envelope.work_dir().to_owned();
    stage.do_send(a_download(envelope));
    script.asked_times(1).await;
    lost.cancel();
    let failed = bed.failures.next().await;
    assert!(failed.failure.is_stale());
    assert!(!work_dir.exists());
}

#[actix::test]
async fn an_unfit_stage_rests_and_then_takes_what_waited_in_its_mailbox() {
    let bed = Bed::made().await;
    let (next, received) = Probe::<Transcribe>::start();
    let stumbles =
        (0..UNFIT_AFTER).map(|_| Behaviour::Fail(|| Failure::transient(anyhow::anyhow!("no tool"))));
    let source = Arc::new(FakeSource(Script::of(stumbles)));
    let (opener, bench) = (Arc::new(FakeOpener(Script::works())), bed.bench(Stage::Download));
    let (covers, keeper) =
        (bed.kitchen.store.clone(), bed.kitchen.keeper(FakeWorkspace::with_links(&[LINK], Script::works())));
    let stage =
        Supervisor::start(|_| Downloader { source, opener, room: unlimited(), covers, keeper, next, bench });
    for _ in 0..UNFIT_AFTER {
        let envelope = bed.envelope().await;
        let ticket = envelope.ticket();
        stage.do_send(a_download(envelope));
        bed.failures.next().await;
        release(&bed.kitchen, ticket).await;
    }
    stage.do_send(a_download(bed.envelope().await));
    received.next().await;
    assert_eq!(bed.deaths.len(), 0, "a rest is no death");
}

#[actix::test]
async fn an_actor_that_panics_in_its_handler_is_reported_to_the_overseer() {
    struct Bomb(BackLinks);
    impl Actor for Bomb {
        type Context = Context<Self>;
        fn stopped(&mut self, _: &mut Self::Context) {
            self.0.report_down("Bomb");
        }
    }
    impl actix::Supervised for Bomb {}
    impl Handler<ShowStatus> for Bomb {
        type Result = ();
        fn handle(&mut self, _: ShowStatus, _: &mut Self::Context) {
            panic!("injected")
        }
    }
    let bed = Bed::made().await;
    let back = bed.back.clone();
    let bomb = Supervisor::start(|_| Bomb(back));
    let envelope = bed.envelope().await;
    bomb.do_send(ShowStatus {
        ticket: envelope.ticket(),
        row: envelope.row.clone(),
        status: Status::Pending,
    });
    assert_eq!(bed.deaths.next().await, StageDown { who: "Bomb", generation: 1, panicked: true });
}

async fn release(kitchen: &Kitchen, ticket: Ticket) {
    let again = linkscribe::ports::NextRun::wait(Duration::ZERO);
    kitchen.store.hand_back(ticket, again).await.unwrap();
}

// --- The stories, without a System --------------------------------------------------------------------

/// A desk nobody listens at: a weak address whose actor never ran.
fn quiet_desk(kitchen: &Kitchen) -> Desk {
    let status = Context::<Probe<ShowStatus>>::new().address().recipient().downgrade();
    let (watchers, _) = broadcast::channel(16);
    Desk {
        journal: kitchen.store.clone(),
        status,
        watchers,
        stop: StopSignals::default(),
        breakers: kitchen.store.clone(),
    }
}

#[tokio::test]
async fn a_downloads_story_keeps_what_the_platform_says() {
    let kitchen = Kitchen::open().await;
    let desk = quiet_desk(&kitchen);
    let (source, opener) = (FakeSource(Script::works()), opener(Script::works()));
    let keeper = kitchen.keeper(FakeWorkspace::with_links(&[LINK], Script::works()));
    let job = a_download(envelope(&kitchen).await);
    let made = download(&source, &opener, &*kitchen.store, &keeper, &desk, placed(job).await).await.unwrap();
    assert_eq!(made.media.info.unwrap().duration, Some(12.0), "the length comes from the file");
    assert!(kitchen.store.media(&media().key).await.unwrap().info.is_some());
}

#[tokio::test]
async fn a_transcript_that_was_paid_for_is_used_and_not_made_again() {
    let kitchen = Kitchen::open().await;
    let script = Script::works();
    let speech = Arc::new(FakeSpeech::new(script.clone()));
    let mut job = a_transcribe(envelope(&kitchen).await);
    job.media.transcript = Some(said("paid for"));
    let made = transcribe(Some(speech), Arc::new(Semaphore::new(1)), Arc::new(quiet_desk(&kitchen)), job)
        .await
        .unwrap();
    assert!(
        matches!(made.transcript, PendingTranscript::Ready(transcript) if transcript == said("paid for"))
    );
    assert_eq!(script.asked(), 0);
}

#[tokio::test]
async fn a_video_without_sound_is_never_sent_to_the_speech_engine() {
    let kitchen = Kitchen::open().await;
    let script = Script::works();
    let speech = Arc::new(FakeSpeech::new(script.clone()));
    let mut job = a_transcribe(envelope(&kitchen).await);
    job.audio.clear();
    let made = transcribe(Some(speech), Arc::new(Semaphore::new(1)), Arc::new(quiet_desk(&kitchen)), job)
        .await
        .unwrap();
    assert!(
        matches!(made.transcript, PendingTranscript::Ready(transcript) if transcript.segments.is_empty())
    );
    assert_eq!(script.asked(), 0);
}

#[tokio::test]
async fn the_parts_of_a_long_sound_are_heard_one_by_one_and_joined_at_their_moments() {
    let kitchen = Kitchen::open().await;
    let script = Script::works();
    let speech = Arc::new(FakeSpeech::new(script.clone()));
    let mut job = a_transcribe(envelope(&kitchen).await);
    let part = |name: &str, seconds| AudioFile {
        path: job.envelope.work_dir().join(name),
        duration: Some(seconds),
        video: None,
    };
    job.audio =
        vec![part("part-000.ogg", 3_598.5), part("part-001.ogg", 3_600.0), part("part-002.ogg", 70.0)];
    let made = transcribe(Some(speech), Arc::new(Semaphore::new(1)), Arc::new(quiet_desk(&kitchen)), job)
        .await
        .unwrap();
    let PendingTranscript::Underway(task) = made.transcript else { panic!("it is still being made") };
    let heard = task.await.unwrap().unwrap();
    let begins: Vec<f64> = heard.segments.iter().map(|segment| segment.start.0).collect();
    assert_eq!(begins, [0.0, 3_598.5, 7_198.5]);
    assert_eq!(heard.segments[2].end, At(7_202.5));
    assert_eq!((script.asked(), heard.language.as_deref()), (3, Some("en")));
    let kept = kitchen.store.media(&MediaKey("tiktok:7".into())).await.unwrap();
    assert_eq!(kept.transcript, Some(heard), "kept once all of it is there");
}

/// Hears a sound of three parts to its end or to the first failure.
async fn hear_in_parts(kitchen: &Kitchen, speech: &Script, envelope: Envelope) -> Outcome<Transcript> {
    let mut job = a_transcribe(envelope);
    let seconds = [3_598.5, 3_600.0, 70.0];
    job.audio = seconds.map(|seconds| AudioFile { duration: Some(seconds), ..job.audio[0].clone() }).into();
    let (speech, seats) = (Arc::new(FakeSpeech::new(speech.clone())), Arc::new(Semaphore::new(1)));
    let made = transcribe(Some(speech), seats, Arc::new(quiet_desk(kitchen)), job).await?;
    let PendingTranscript::Underway(task) = made.transcript else { panic!("it is still being made") };
    task.await.unwrap()
}

#[tokio::test]
async fn a_part_of_a_sound_that_was_heard_is_neither_heard_nor_paid_for_again() {
    let kitchen = Kitchen::open().await;
    let limited = || Failure::wait(Some(Duration::ZERO), anyhow::anyhow!("too many requests"));
    let script = Script::of([Behaviour::Work, Behaviour::Work, Behaviour::Fail(limited)]);
    let first = envelope(&kitchen).await;
    let ticket = first.ticket();
    let spent = || async { kitchen.store.spent_on(kitchen.database.user, ticket.entry).await.unwrap().usage };
    hear_in_parts(&kitchen, &script, first).await.unwrap_err();
    assert_eq!((spent().await.speech_ms, spent().await.calls), (24_000, 2), "what was heard is booked");

    release(&kitchen, ticket).await;
    let heard = hear_in_parts(&kitchen, &script, envelope(&kitchen).await).await.unwrap();
    assert_eq!((script.asked(), script.answered()), (4, 3));
    assert_eq!((spent().await.speech_ms, spent().await.calls), (36_000, 3));
    let begins: Vec<f64> = heard.segments.iter().map(|segment| segment.start.0).collect();
    assert_eq!(begins, [0.0, 3_598.5, 7_198.5]);
    let key = media().key;
    assert_eq!(kitchen.store.media(&key).await.unwrap().transcript, Some(heard));
    assert!(kitchen.store.heard(&key, "fake speech").await.unwrap().is_empty(), "the whole is kept instead");
}

/// Reads two pictures a request, and does something else before each.
struct ByTwos<F>(Script, F);

#[async_trait::async_trait]
impl<F: Fn(usize) + Send + Sync> TextReader for ByTwos<F> {
    fn name(&self) -> String {
        "by twos".into()
    }

    fn party(&self) -> Option<Party> {
        Some(Party::new("eyes"))
    }

    fn billed(&self, pictures: usize) -> Usage {
        Usage { images: pictures as u64, calls: 1, ..Usage::default() }
    }

    async fn read(&self, frames: &[Frame]) -> Outcome<Vec<FrameText>> {
        self.1(self.0.asked());
        FakeReader(self.0.clone()).read(&frames[..frames.len().min(2)]).await
    }
}

/// The same with so many pictures, each of its own moment.
fn a_read_of(pictures: u32, envelope: Envelope) -> ReadScreen {
    let mut job = a_read(envelope, PendingTranscript::Ready(said("hello")));
    job.frames =
        (0..pictures).map(|at| Frame { at: At(f64::from(at) / 3.0), ..job.frames[0].clone() }).collect();
    job
}

#[tokio::test]
async fn pictures_that_were_read_are_neither_read_nor_paid_for_again() {
    let kitchen = Kitchen::open().await;
    let away = || Failure::outage(anyhow::anyhow!("503"));
    let script = Script::of([Behaviour::Work, Behaviour::Fail(away)]);
    let reader = Arc::new(ByTwos(script.clone(), |_| {}));
    let first = envelope(&kitchen).await;
    let ticket = first.ticket();
    let spent = || async { kitchen.store.spent_on(kitchen.database.user, ticket.entry).await.unwrap().usage };
    let kept = || async { kitchen.store.media(&media().key).await.unwrap().screen_text };
    let made = read_screen(Some(reader.clone()), &quiet_desk(&kitchen), a_read_of(5, first)).await.unwrap();
    assert_eq!(made.watched.screen_text.lines.len(), 1, "the entry goes on with what was read");
    assert_eq!((spent().await.images, kept().await), (2, None), "the rest is still to be read");
    drop(made);

    release(&kitchen, ticket).await;
    let again = a_read_of(5, envelope(&kitchen).await);
    let made = read_screen(Some(reader), &quiet_desk(&kitchen), again).await.unwrap();
    assert_eq!((script.asked(), script.answered()), (4, 3), "two, none, two, one");
    assert_eq!((spent().await.images, spent().await.calls), (5, 3));
    assert_eq!(kept().await, Some(made.watched.screen_text));
    assert!(kitchen.store.seen(&media().key, "by twos").await.unwrap().is_empty());
}

#[tokio::test]
async fn nothing_is_read_for_an_entry_that_may_be_somebody_elses() {
    let kitchen = Kitchen::open().await;
    let in_a_minute = Trust::Until(tokio::time::Instant::now() + Duration::from_mins(1));
    for (lost_at, read) in [(0, 0), (1, 1), (2, 2)] {
        let (hand, fence) = Fence::new(in_a_minute);
        if lost_at == 0 {
            hand.send_replace(Trust::Lost);
        }
        let lose = move |asked: usize| {
            if asked + 1 == lost_at {
                hand.send_replace(Trust::Lost);
            }
        };
        let script = Script::works();
        let mut envelope = envelope(&kitchen).await;
        envelope.lease.fence = fence;
        let ticket = envelope.ticket();
        let reader = Arc::new(ByTwos(script.clone(), lose));
        let failure =
            read_screen(Some(reader), &quiet_desk(&kitchen), a_read_of(9, envelope)).await.unwrap_err();
        assert!(failure.is_stale());
        for _ in 0..100 {
            // Whatever was begun unseen has its turn.
            tokio::task::yield_now().await;
        }
        assert_eq!(script.asked(), read);
        release(&kitchen, ticket).await;
    }
}

#[tokio::test]
async fn a_failed_transcription_is_the_entrys_failure_with_its_own_stage() {
    let kitchen = Kitchen::open().await;
    let task = tokio::spawn(async {
        Err(Failure::permanent(Reason::ProviderAccount, anyhow::anyhow!("no credit")))
    });
    let pending = PendingTranscript::Underway(linkscribe::messages::Underway::new(task));
    let reader = Arc::new(FakeReader(Script::works()));
    let failure = read_screen(Some(reader), &quiet_desk(&kitchen), a_read(envelope(&kitchen).await, pending))
        .await
        .unwrap_err();
    assert_eq!(
        (failure.stage, failure.kind),
        (Some(Stage::Transcribe), Kind::Permanent(Reason::ProviderAccount))
    );
}

#[tokio::test]
async fn screen_text_that_could_not_be_read_is_not_kept_as_read() {
    let kitchen = Kitchen::open().await;
    let reader = Arc::new(FakeReader(Script::of([Behaviour::Fail(|| {
        Failure::transient(anyhow::anyhow!("no eyes"))
    })])));
    let job = a_read(envelope(&kitchen).await, PendingTranscript::Ready(said("hello")));
    let made = read_screen(Some(reader), &quiet_desk(&kitchen), job).await.unwrap();
    assert_eq!(made.watched.screen_text, ScreenText::default());
    assert!(kitchen.store.media(&media().key).await.unwrap().screen_text.is_none());
}

#[tokio::test]
async fn a_video_that_says_shows_and_captions_nothing_is_given_up_with_a_reason() {
    let kitchen = Kitchen::open().await;
    let workspace = FakeWorkspace::with_links(&[LINK], Script::works());
    let script = Script::works();
    let job = Summarize { envelope: envelope(&kitchen).await, watched: Watched::default() };
    let failure = summarize(
        &FakeModel(script.clone()),
        &*workspace,
        &kitchen.destinations(),
        None,
        &quiet_desk(&kitchen),
        job,
    )
    .await
    .unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::NothingFound));
    assert_eq!(script.asked(), 0, "nothing is paid for");
}

#[tokio::test]
async fn a_column_that_somebody_filled_meanwhile_stays_as_it_is() {
    let kitchen = Kitchen::open().await;
    let workspace = FakeWorkspace::with_links(&[LINK], Script::works());
    let theirs = held("an hour", false);
    workspace.rows.lock().unwrap()[0].columns.insert("minutes".into(), theirs);
    let envelope = envelope(&kitchen).await;
    let note = note_with_minutes();
    let board = StatusBoard::new(workspace.clone(), kitchen.store.clone(), Duration::ZERO);
    let job = WriteToNotion { envelope, watched: watched(), note };
    write(
        &*workspace,
        &kitchen.destinations(),
        &board,
        &quiet_desk(&kitchen),
        "http://x/entries/1".into(),
        job,
    )
    .await
    .unwrap();
    assert!(!workspace.told().iter().any(|told| matches!(told, Told::Values(..))), "{:?}", workspace.told());
}

#[tokio::test]
async fn a_second_run_replaces_the_section_of_the_first() {
    let kitchen = Kitchen::open().await;
    let workspace = FakeWorkspace::with_links(&[LINK], Script::works());
    let board = StatusBoard::new(workspace.clone(), kitchen.store.clone(), Duration::ZERO);
    let desk = quiet_desk(&kitchen);
    let first = envelope(&kitchen).await;
    let (ticket, marker) =
        (first.ticket(), notion_writer::marker(&"http://x".parse().unwrap(), first.ticket().entry));
    // The process dies right after the section was written, before its id was kept.
    linkscribe::ports::Workspace::append_section(
        &*workspace,
        &first.row.access,
        "row-0",
        &linkscribe::domain::page::section(&Note::default(), &watched(), LINK, marker.clone()),
        None,
    )
    .await
    .unwrap();
    drop(first);
    release(&kitchen, ticket).await;
    let job = WriteToNotion { envelope: envelope(&kitchen).await, watched: watched(), note: Note::default() };
    write(&*workspace, &kitchen.destinations(), &board, &desk, marker.clone(), job).await.unwrap();
    let told = workspace.told();
    let sections: Vec<_> =
        told.iter().filter(|told| matches!(told, Told::Section(..) | Told::Removed(_))).collect();
    assert!(matches!(sections[..], [Told::Section(..), Told::Section(..), Told::Removed(_)]), "{told:?}");
}

#[tokio::test]
async fn a_stale_worker_changes_nothing_in_the_row() {
    let kitchen = Kitchen::open().await;
    let workspace = FakeWorkspace::with_links(&[LINK], Script::works());
    let board = StatusBoard::new(workspace.clone(), kitchen.store.clone(), Duration::ZERO);
    let stale = envelope(&kitchen).await;
    release(&kitchen, stale.ticket()).await;
    let _newer = kitchen.store.claim("another").await.unwrap().expect("it is due");
    let job = WriteToNotion { envelope: stale, watched: watched(), note: note_with_minutes() };
    let failure = write(
        &*workspace,
        &kitchen.destinations(),
        &board,
        &quiet_desk(&kitchen),
        "http://x/entries/1".into(),
        job,
    )
    .await
    .unwrap_err();
    assert!(failure.is_stale());
    assert_eq!(workspace.told(), []);
}

#[tokio::test]
async fn a_verdict_is_told_and_ends_the_entry() {
    let kitchen = Kitchen::open().await;
    let workspace = FakeWorkspace::with_links(&[LINK], Script::works());
    let board = StatusBoard::new(workspace.clone(), kitchen.store.clone(), Duration::ZERO);
    let job = TellFailure { envelope: envelope(&kitchen).await, reason: Reason::Deleted };
    tell(&*workspace, &board, &quiet_desk(&kitchen), job).await.unwrap();
    assert_eq!(workspace.told(), [Told::Failure("row-0".into(), Reason::Deleted)]);
    assert_eq!(kitchen.store.counts().await.unwrap(), [(Status::Failed, 1)]);
}

#[tokio::test]
async fn a_sweep_removes_the_work_dirs_of_dead_claims_and_no_others() {
    let kitchen = Kitchen::open().await;
    let live = envelope(&kitchen).await;
    let dead = Ticket { entry: linkscribe::domain::entry::EntryId::new(), ..live.ticket() };
    let dead_dir = kitchen.work_root().join(work_dir_name(dead));
    let foreign = kitchen.work_root().join("somebody-elses");
    std::fs::create_dir_all(&dead_dir).unwrap();
    std::fs::create_dir_all(&foreign).unwrap();
    let root = kitchen.work_root();
    assert_eq!(cleanup::sweep(&*kitchen.store, &root).await.unwrap().dirs_removed, 1);
    assert_eq!(cleanup::sweep(&*kitchen.store, &root).await.unwrap().dirs_removed, 0);
    assert!(live.work_dir().exists() && foreign.exists() && !dead_dir.exists());
}

fn note_with_minutes() -> Note {
    use linkscribe::domain::note::{Evidence, Filled, Value};
    let filled = Filled {
        column: "minutes".into(),
        name: "Minutes".into(),
        value: Value::Number(20.0),
        evidence: Evidence::Whole,
        unset: None,
    };
    Note { values: vec![filled], ..Note::default() }
}
