//! Doubles for the ports: each does what the test says and keeps what it was asked.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use linkscribe::domain::adopt::{NewColumn, Plan};
use linkscribe::domain::cost::Usage;
use linkscribe::domain::entry::Target;
use linkscribe::domain::link::VideoUrl;
use linkscribe::domain::mapping::{Mapping, StatusColumn, StatusKind, Usage as ColumnUse};
use linkscribe::domain::media::{At, MediaInfo, Segment, Transcript};
use linkscribe::domain::note::{Answer, Question, Value};
use linkscribe::domain::ours::{Fingerprint, Held};
use linkscribe::domain::page::Section;
use linkscribe::domain::reason::Reason;
use linkscribe::domain::schema::{Column, ColumnKind, Schema};
use linkscribe::domain::stage::Status;
use linkscribe::domain::waiting::{Party, Waiting};
use linkscribe::failure::{Failure, Outcome};
use linkscribe::ports::{
    Access, Asked, AudioFile, Catalogue, DataSourceRef, Described, Download, Files, Frame, FrameText,
    Identity, MadePage, MediaOpener, Opened, OpenedPost, PageMaker, PageNow, PostFile, Row, RowUpdate,
    SectionNow, SectionState, SpeechToText, SummaryModel, TextReader, Upload, VideoSource, Workspace,
};
use tokio::sync::{Notify, Semaphore};

use super::PATIENCE;

/// What a double does when it is asked.
pub enum Behaviour {
    /// Answers.
    Work,
    /// Fails so.
    Fail(fn() -> Failure),
    /// Panics.
    Panic,
    /// Never answers.
    Hang,
    /// Answers once it gets a permit.
    Hold(Arc<Semaphore>),
}

/// Which outside parties are out of order at the moment; shared by doubles and switched by a test.
#[derive(Clone, Default)]
pub struct Outages(Arc<Mutex<BTreeSet<String>>>);

impl Outages {
    pub fn begin(&self, party: &str) {
        self.0.lock().unwrap().insert(party.to_owned());
    }

    pub fn end(&self, party: &str) {
        self.0.lock().unwrap().remove(party);
    }

    fn meet(&self, party: &str) -> Outcome<()> {
        let is_down = self.0.lock().unwrap().contains(party);
        if is_down { Err(Failure::outage(anyhow::anyhow!("{party} answers 500"))) } else { Ok(()) }
    }
}

/// The part all doubles share: a list of behaviours, then answers for ever; and counters.
#[derive(Clone)]
pub struct Script {
    next: Arc<Mutex<VecDeque<Behaviour>>>,
    asked: Arc<AtomicUsize>,
    answered: Arc<AtomicUsize>,
    rung: Arc<Notify>,
    party: Option<(Party, Outages)>,
}

impl Script {
    /// Always answers.
    pub fn works() -> Self {
        Self::of([])
    }

    /// Does this in turn, then answers.
    pub fn of(behaviours: impl IntoIterator<Item = Behaviour>) -> Self {
        let next = behaviours.into_iter().collect();
        let (asked, answered, rung) = Default::default();
        Self { next: Arc::new(Mutex::new(next)), asked, answered, rung, party: None }
    }

    /// The service of a party that may be out of order.
    #[must_use]
    pub fn of_party(mut self, party: &str, outages: &Outages) -> Self {
        self.party = Some((Party::new(party), outages.clone()));
        self
    }

    /// How often it answered, which is what is paid for.
    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::SeqCst)
    }

    fn party(&self) -> Option<Party> {
        self.party.as_ref().map(|(party, _)| party.clone())
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Waits until it was asked this often.
    pub async fn asked_times(&self, times: usize) {
        let enough = async {
            while self.asked() < times {
                self.rung.notified().await;
            }
        };
        tokio::time::timeout(PATIENCE, enough).await.expect("it is asked often enough");
    }

    async fn play(&self) -> Outcome<()> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.rung.notify_waiters();
        self.rung.notify_one();
        let now = self.next.lock().unwrap().pop_front().unwrap_or(Behaviour::Work);
        if let Some((party, outages)) = &self.party {
            outages.meet(party.name())?;
        }
        match now {
            Behaviour::Work => {
                self.answered.fetch_add(1, Ordering::SeqCst);
                Ok(())
            }
            Behaviour::Fail(failure) => Err(failure()),
            Behaviour::Panic => panic!("injected"),
            Behaviour::Hang => std::future::pending().await,
            Behaviour::Hold(permits) => {
                permits.acquire().await.unwrap().forget();
                self.answered.fetch_add(1, Ordering::SeqCst);
                Ok(())
            }
        }
    }
}

/// Every site; of a script with a party only the outages count, because each site is a party of its own.
pub struct FakeSource(pub Script);

#[async_trait]
impl VideoSource for FakeSource {
    fn party(&self, url: &VideoUrl) -> Option<Party> {
        let is_tiktok = url.to_string().contains("tiktok.com");
        self.0.party.as_ref().map(|_| Party::new(if is_tiktok { "TikTok" } else { "Instagram" }))
    }

    /// Every short link leads to the same video.
    async fn follow(&self, _short: &VideoUrl) -> Outcome<Target> {
        self.0.play().await?;
        self.understand("https://www.tiktok.com/@cook/video/7")
    }

    async fn fetch(&self, url: &VideoUrl, work_dir: &Path) -> Outcome<Download> {
        if let (Some((_, outages)), Some(party)) = (&self.0.party, self.party(url)) {
            outages.meet(party.name())?;
        }
        self.0.play().await?;
        let file = work_dir.join("video.mp4");
        std::fs::write(&file, b"not a real video").unwrap();
        let info = MediaInfo {
            platform: "TikTok".into(),
            caption: Some("Soup #recipe".into()),
            ..MediaInfo::default()
        };
        Ok(Download { files: Files::Video(file), subtitles: None, thumbnail: None, info, is_partial: false })
    }
}

pub struct FakeOpener(pub Script);

#[async_trait]
impl MediaOpener for FakeOpener {
    async fn open(&self, _file: &Path, work_dir: &Path) -> Outcome<Opened> {
        self.0.play().await?;
        let frame = Frame { path: work_dir.join("0.jpg"), at: At(0.0) };
        let audio = AudioFile { path: work_dir.join("audio.ogg"), duration: Some(12.0), video: None };
        // Enough for who looks at the first bytes: the beginnings of a JPEG and of an Ogg file.
        std::fs::write(&frame.path, [0xff, 0xd8, 0xff, 0xe0, 0, 16]).unwrap();
        std::fs::write(&audio.path, b"OggS and some sound").unwrap();
        Ok(Opened { audio: vec![audio], frames: vec![frame], duration: Some(12.0) })
    }

    async fn open_post(&self, files: &[PostFile], work_dir: &Path) -> Outcome<OpenedPost> {
        let mut post = OpenedPost::default();
        for file in files {
            self.0.play().await?;
            let path = work_dir.join(format!("part-{}.jpg", file.number));
            std::fs::copy(&file.path, &path).unwrap();
            post.opened.frames.push(Frame { path, at: At::picture(file.number) });
            post.pictures += 1;
        }
        Ok(post)
    }

    async fn small_picture(&self, _image: &Path, _work_dir: &Path) -> Outcome<Vec<u8>> {
        Err(Failure::permanent(Reason::Unreadable, anyhow::anyhow!("there are no pictures in doubles")))
    }
}

/// Says one sentence; with a gate, only when the gate is opened.
pub struct FakeSpeech {
    pub script: Script,
    pub gate: Option<Arc<Semaphore>>,
}

impl FakeSpeech {
    pub fn new(script: Script) -> Self {
        Self { script, gate: None }
    }
}

#[async_trait]
impl SpeechToText for FakeSpeech {
    fn name(&self) -> String {
        "fake speech".into()
    }

    fn party(&self) -> Option<Party> {
        self.script.party()
    }

    async fn transcribe(&self, _audio: &AudioFile) -> Outcome<Transcript> {
        self.script.play().await?;
        if let Some(gate) = &self.gate {
            gate.acquire().await.unwrap().forget();
        }
        let segment =
            Segment { start: At(0.0), end: At(4.0), text: "Cook the soup for twenty minutes.".into() };
        Ok(Transcript {
            language: Some("en".into()),
            segments: vec![segment],
            engine: self.name(),
            usage: Usage::of_speech(12.0),
        })
    }
}

pub struct FakeReader(pub Script);

#[async_trait]
impl TextReader for FakeReader {
    fn name(&self) -> String {
        "fake reader".into()
    }

    fn party(&self) -> Option<Party> {
        self.0.party()
    }

    fn billed(&self, pictures: usize) -> Usage {
        Usage { images: pictures as u64, calls: 1, ..Usage::default() }
    }

    async fn read(&self, frames: &[Frame]) -> Outcome<Vec<FrameText>> {
        self.0.play().await?;
        Ok(frames
            .iter()
            .map(|frame| FrameText { at: frame.at, lines: vec!["TOMATO SOUP".into()], spoilt: false })
            .collect())
    }
}

pub struct FakeModel(pub Script);

#[async_trait]
impl SummaryModel for FakeModel {
    fn name(&self) -> String {
        "fake model".into()
    }

    fn party(&self) -> Option<Party> {
        self.0.party()
    }

    async fn answer(&self, question: &Question) -> Outcome<Answer> {
        self.0.play().await?;
        let values = question
            .columns
            .iter()
            .filter(|(_, column)| column.name == "Minutes")
            .map(|(key, _)| (key.clone(), serde_json::json!(20)))
            .collect();
        Ok(Answer {
            title: "Tomato soup".into(),
            summary: "A soup that cooks for twenty minutes.".into(),
            key_points: vec![],
            values,
            engine: self.name(),
            usage: Usage { tokens_in: 4_000, tokens_out: 800, calls: 1, ..Usage::default() },
            ..Answer::default()
        })
    }
}

/// What a workspace was told, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    Status(String, Status),
    Values(String, usize),
    Section(String, String),
    Removed(String),
    Failure(String, Reason),
    Untold(String),
    Waits(String, Waiting),
}

/// A workspace of rows in memory.
pub struct FakeWorkspace {
    pub rows: Mutex<Vec<Row>>,
    pub told: Mutex<Vec<Told>>,
    /// Every section that was written, as it was handed over.
    pub sections: Mutex<Vec<Section>>,
    pub writes: Script,
    pub rung: Notify,
    /// Every request goes through here first.
    pub requests: Script,
    /// Whether `Notion` is out of order.
    pub outages: Outages,
}

impl FakeWorkspace {
    /// A workspace with these links waiting, in rows `row-0`, `row-1` and so on.
    pub fn with_links(links: &[&str], writes: Script) -> Arc<Self> {
        let rows = links.iter().enumerate().map(|(index, link)| Row {
            page: format!("row-{index}"),
            link: Some((*link).to_owned()),
            ..Row::default()
        });
        let outages = Outages::default();
        Arc::new(Self {
            rows: Mutex::new(rows.collect()),
            told: Mutex::default(),
            sections: Mutex::default(),
            writes,
            rung: Notify::new(),
            requests: Script::works().of_party("Notion", &outages),
            outages,
        })
    }

    /// Another row that waits.
    pub fn save(&self, page: &str, link: &str) {
        let row = Row { page: page.to_owned(), link: Some(link.to_owned()), ..Row::default() };
        self.rows.lock().unwrap().push(row);
    }

    pub fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }

    /// Waits until something like this was told.
    pub async fn until(&self, wanted: impl Fn(&[Told]) -> bool) {
        let happened = async {
            loop {
                let rung = self.rung.notified();
                if wanted(&self.told.lock().unwrap()) {
                    return;
                }
                rung.await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, happened).await;
        assert!(in_time.is_ok(), "it was never told; told was {:?}", self.told());
    }

    fn keep(&self, told: Told) {
        self.told.lock().unwrap().push(told);
        self.rung.notify_waiters();
    }
}

#[async_trait]
impl Workspace for FakeWorkspace {
    async fn whoami(&self, _access: &Access) -> Outcome<Identity> {
        Ok(Identity { bot: "bot".into(), workspace_id: "kitchen".into(), workspace: "Kitchen".into() })
    }

    async fn data_sources(&self, _access: &Access, database: &str) -> Outcome<Vec<DataSourceRef>> {
        Ok(vec![DataSourceRef { database: database.into(), id: "source".into(), name: "Videos".into() }])
    }

    async fn schema(&self, _access: &Access, _data_source: &str) -> Outcome<Schema> {
        self.requests.play().await?;
        Ok(schema())
    }

    async fn waiting_rows(&self, _access: &Access, _source: &str, _mapping: &Mapping) -> Outcome<Vec<Row>> {
        self.requests.play().await?;
        let waiting = |row: &&Row| matches!(row.status.as_deref(), None | Some("pending"));
        Ok(self.rows.lock().unwrap().iter().filter(waiting).cloned().collect())
    }

    async fn row(&self, _access: &Access, page: &str, _mapping: &Mapping) -> Outcome<Row> {
        self.requests.play().await?;
        let rows = self.rows.lock().unwrap();
        let row = rows.iter().find(|row| row.page == page).cloned();
        let mut row =
            row.ok_or_else(|| Failure::permanent(Reason::RowGone, anyhow::anyhow!("no such row")))?;
        for column in schema().columns {
            let empty = held("", true);
            row.columns.entry(column.id).or_insert(empty);
        }
        Ok(row)
    }

    fn shown_as(&self, value: &Value) -> Option<Held> {
        Some(held(&linkscribe::domain::page::value(value), false))
    }

    async fn section(&self, _access: &Access, section: &str) -> Outcome<Option<SectionNow>> {
        Ok(Some(SectionNow { id: section.into(), holder: None, maker: None, is_own: true }))
    }

    async fn section_state(&self, _: &Access, _: &str, _: Option<&str>) -> Outcome<SectionState> {
        Ok(SectionState::Untouched)
    }

    async fn update_row(
        &self,
        _access: &Access,
        page: &str,
        _map: &Mapping,
        update: &RowUpdate,
    ) -> Outcome<()> {
        self.requests.play().await?;
        if let Some(status) = update.status {
            let mut rows = self.rows.lock().unwrap();
            if let Some(row) = rows.iter_mut().find(|row| row.page == page) {
                row.status = Some(status.name().to_owned());
            }
        }
        if !update.values.is_empty() {
            self.keep(Told::Values(page.into(), update.values.len()));
        }
        if let Some(status) = update.status {
            self.keep(Told::Status(page.into(), status));
        }
        Ok(())
    }

    async fn find_sections(&self, _access: &Access, page: &str, marker: &str) -> Outcome<Vec<SectionNow>> {
        self.requests.play().await?;
        let is_there = self.told().contains(&Told::Section(page.into(), marker.into()));
        let there =
            || SectionNow { id: format!("section of {page}"), holder: None, maker: None, is_own: true };
        Ok(is_there.then(there).into_iter().collect())
    }

    async fn remove_section(&self, _access: &Access, section: &str) -> Outcome<()> {
        self.requests.play().await?;
        self.keep(Told::Removed(section.into()));
        Ok(())
    }

    async fn append_section(
        &self,
        _access: &Access,
        page: &str,
        section: &Section,
        _behind: Option<&SectionNow>,
    ) -> Outcome<String> {
        self.requests.play().await?;
        self.writes.play().await?;
        self.sections.lock().unwrap().push(section.clone());
        self.keep(Told::Section(page.into(), section.marker.clone()));
        Ok(format!("section of {page}"))
    }

    async fn tell_failure(
        &self,
        _access: &Access,
        page: &str,
        _map: &Mapping,
        reason: Reason,
    ) -> Outcome<()> {
        self.requests.play().await?;
        if let Some(row) = self.rows.lock().unwrap().iter_mut().find(|row| row.page == page) {
            row.status = Some("failed".into());
        }
        self.keep(Told::Failure(page.into(), reason));
        Ok(())
    }

    async fn tell_waiting(
        &self,
        _access: &Access,
        page: &str,
        _mapping: &Mapping,
        waiting: &Waiting,
    ) -> Outcome<()> {
        self.requests.play().await?;
        if let Some(row) = self.rows.lock().unwrap().iter_mut().find(|row| row.page == page) {
            row.status = Some("pending".into());
        }
        self.keep(Told::Waits(page.into(), waiting.clone()));
        Ok(())
    }

    async fn untell_failure(&self, _access: &Access, page: &str) -> Outcome<()> {
        self.requests.play().await?;
        self.keep(Told::Untold(page.into()));
        Ok(())
    }
}

/// What a column of a fake row holds.
pub fn held(content: &str, empty: bool) -> Held {
    Held { kind: "fake".into(), fingerprint: Fingerprint::of("fake", content), empty, is_box: false }
}

/// A link database with a number column to fill.
pub fn schema() -> Schema {
    let column = |id: &str, name: &str, kind| Column {
        id: id.into(),
        name: name.into(),
        description: String::new(),
        kind,
    };
    Schema {
        title: "Saved videos".into(),
        description: String::new(),
        columns: vec![
            column("title", "Name", ColumnKind::Title),
            column("link", "Link", ColumnKind::Url),
            column("status", "Status", ColumnKind::Select { options: vec![] }),
            column("minutes", "Minutes", ColumnKind::Number { format: "number".into() }),
        ],
    }
}

/// The mapping of [`schema`].
pub fn mapping() -> Mapping {
    let options = Status::ALL.into_iter().map(|status| (status, status.name().to_owned())).collect();
    Mapping {
        link: "link".into(),
        status: StatusColumn { id: "status".into(), kind: StatusKind::Select, options },
        title: "title".into(),
        reason: None,
        tag: None,
        open: Vec::new(),
    }
}

/// A workspace in which nobody looks for databases.
pub struct NoCatalogue;

#[async_trait]
impl Catalogue for NoCatalogue {
    async fn visible(&self, _: &Access) -> Outcome<Vec<DataSourceRef>> {
        Err(not_here())
    }

    async fn describe(&self, _: &Access, _: &str, _: Option<&str>) -> Asked<Described> {
        Err(not_here())
    }

    async fn usage(&self, _: &Access, _: &str) -> Outcome<ColumnUse> {
        Err(not_here())
    }

    async fn create_link_database(&self, _: &Access, _: &Plan) -> Asked<DataSourceRef> {
        Err(not_here())
    }

    async fn add_columns(&self, _: &Access, _: &str, _: &[NewColumn]) -> Asked<()> {
        Err(not_here())
    }

    async fn add_sample(&self, _: &Access, _: &str, _: &Mapping, _: (&str, &str)) -> Outcome<()> {
        Err(not_here())
    }
}

#[async_trait]
impl PageMaker for NoCatalogue {
    async fn make_page(
        &self,
        _: &Access,
        _: &str,
        _: &BTreeMap<String, Value>,
        _: &Section,
        _: Option<&Upload>,
    ) -> Outcome<(MadePage, bool)> {
        Err(not_here())
    }

    async fn find_page(&self, _: &Access, _: &str, _: &str, _: DateTime<Utc>) -> Outcome<Option<MadePage>> {
        Err(not_here())
    }

    async fn page(&self, _: &Access, _: &str) -> Outcome<Option<PageNow>> {
        Err(not_here())
    }
}

fn not_here() -> Failure {
    Failure::outage(anyhow::anyhow!("there is no catalogue in this kitchen"))
}
