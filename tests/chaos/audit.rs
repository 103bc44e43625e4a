//! The journal read with plain SQL, and the counts at the end.

use std::collections::BTreeMap;
use std::fmt;

use sea_orm::{ConnectionTrait, Database, Statement};

/// An entry as it stands in the table.
#[derive(Debug, Clone)]
pub struct Entry {
    pub page: String,
    pub state: String,
    pub status: String,
    pub lease: i64,
    pub attempts: i32,
    pub crashes: i32,
    pub verdict: Option<String>,
    pub note: Option<String>,
    pub finished_at: Option<i64>,
}

impl Entry {
    pub fn is_done(&self) -> bool {
        self.state == "done"
    }

    /// Crashes without progress so far, the one that is not swept yet included.
    pub fn crashes_so_far(&self) -> i32 {
        self.crashes + i32::from(self.state == "running")
    }
}

/// What was heard and read of each video, whole or in pieces as it is kept with each payment; of one moment, since
/// the pieces go where the whole comes.
const MEDIA: &str = "SELECT key AS media_key, 'speech' AS work, transcript AS document FROM media WHERE transcript IS NOT NULL \
    UNION ALL SELECT key, 'screen', screen_text FROM media WHERE screen_text IS NOT NULL \
    UNION ALL SELECT media_key, work, document FROM pieces";

/// What the journal holds at one moment.
#[derive(Debug, Clone)]
pub struct Look {
    pub entries: Vec<Entry>,
    pub transcripts: Vec<String>,
    pub screen_texts: Vec<String>,
}

impl Look {
    pub fn of(&self, page: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.page == page)
    }
}

/// Reads the journal, whoever may be at work in it.
pub async fn look(url: &str) -> Look {
    let db = Database::connect(url).await.unwrap();
    let all = |sql: &str| Statement::from_string(db.get_database_backend(), sql.to_owned());
    let entries = "SELECT page_id, state, status, run_lease, attempts, crashes, verdict, finished_at, note \
                   FROM entries";
    let rows = db.query_all_raw(all(entries)).await.unwrap();
    let entries = rows
        .into_iter()
        .map(|row| Entry {
            page: row.try_get("", "page_id").unwrap(),
            state: row.try_get("", "state").unwrap(),
            status: row.try_get("", "status").unwrap(),
            lease: row.try_get("", "run_lease").unwrap(),
            attempts: row.try_get("", "attempts").unwrap(),
            crashes: row.try_get("", "crashes").unwrap(),
            verdict: row.try_get("", "verdict").unwrap(),
            finished_at: row.try_get("", "finished_at").unwrap(),
            note: row.try_get("", "note").unwrap(),
        })
        .collect();
    let media = db.query_all_raw(all(MEDIA)).await.unwrap();
    let mut kept = BTreeMap::<(String, String), String>::new();
    for row in media {
        let at = (row.try_get("", "media_key").unwrap(), row.try_get("", "work").unwrap());
        let document: String = row.try_get("", "document").unwrap();
        kept.entry(at).or_default().push_str(&document);
    }
    let of = |work: &str| kept.iter().filter(|(at, _)| at.1 == work).map(|(_, kept)| kept.clone()).collect();
    let look = Look { entries, transcripts: of("speech"), screen_texts: of("screen") };
    db.close().await.unwrap();
    look
}

/// What came of it all.
#[derive(Debug, Default)]
pub struct Counts {
    pub kills: usize,
    pub points: usize,
    pub rows: usize,
    /// Rows that did not end as they should, each with what is wrong.
    pub lost: Vec<String>,
    /// Sections of ours beyond the one on each page, and reasons told more than once.
    pub duplicates: usize,
    /// Paid calls whose answer had been kept, or that were made twice without a death between, by name.
    pub repeated: Vec<String>,
    /// Answers that came in the moment of a death, before anybody could keep them: paid for once more.
    pub lost_in_flight: usize,
    /// Answers lost to a death that came after the moment at which they should have been kept.
    pub kept_late: usize,
    /// Workers a busy machine kept from prolonging their leases in time.
    pub leases_lost: usize,
    pub secs: u64,
}

impl Counts {
    pub fn hold(&self) {
        assert!(self.lost.is_empty(), "{:#?}", self.lost);
        assert!(self.repeated.is_empty(), "paid for again: {:#?}", self.repeated);
        assert_eq!((self.duplicates, self.kept_late), (0, 0), "sections too many, answers kept too late");
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kills, points, rows, secs) = (self.kills, self.points, self.rows, self.secs);
        let (duplicates, lost_in_flight) = (self.duplicates, self.lost_in_flight);
        write!(
            out,
            "{kills} kills at {points} points, {rows} rows, lost {}, duplicate sections {duplicates}, \
             repeated paid calls {} (lost in flight {lost_in_flight}), {secs} s",
            self.lost.len(),
            self.repeated.len()
        )?;
        if self.kept_late > 0 {
            write!(out, "; answers kept too late: {}", self.kept_late)?;
        }
        if self.leases_lost > 0 {
            write!(out, "; a busy machine cost {} leases", self.leases_lost)?;
        }
        Ok(())
    }
}
