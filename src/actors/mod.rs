//! The actors: thin shells around plain async stories, and the four rings that keep them alive.
//!
//! | ring | lives in | catches | does |
//! | --- | --- | --- | --- |
//! | job | [`bench`] | a failure, a panic, a time-out of one job | one failed job; the actor lives on |
//! | stage | [`bench`], actix `Supervisor` | many stumbles of its own in a row, not those of an outside party | the stage rests, its mailbox kept |
//! | chain | [`pipeline`] | a dead actor, whose address never comes back | a new generation, with back-off and a budget |
//! | work | the journal's leases | everything else: a lost message, a killed process | another claim goes on behind the last checkpoint |
//!
//! What each actor does when something goes wrong:
//!
//! | actor | at once | a job fails | unfit | it panics | shutdown |
//! | --- | --- | --- | --- | --- | --- |
//! | Monitor | 1 claim loop | logged, polled again | rests | new generation | claims no more |
//! | Downloader | 3 | overseer records | rests | new generation | ends within the grace time, else handed back |
//! | Transcriber | 1 local, 4 remote | overseer records | never: its jobs end at once | new generation | as above |
//! | `OcrActor` | 2 local, 4 remote | goes on without screen text | never | new generation | as above |
//! | Summarizer | 4 | overseer records | rests | new generation | as above |
//! | `NotionWriter` | 8 | overseer records | rests | new generation | as above |
//! | Cleanup | 1 | logged, swept again | never | new generation | stops |
//! | Importer | 1 batch | logged, looked at again | never | new generation | ends its row, then stops |
//! | Http | as many as ask | an answer with the reason | never | `/health` goes red, the host starts a new process | answers until the end |
//!
//! Why not the mailbox and not the Supervisor alone: actix mailboxes give no back-pressure (an address's
//! clone always has a free slot), and its Supervisor restarts an actor that stopped but never one that
//! panicked. So a permit taken before the claim bounds the chain, and the overseer rebuilds it.

mod access;
pub mod asking;
pub mod bench;
pub mod cleanup;
mod cover;
pub mod desk;
pub mod destinations;
pub mod downloader;
mod filling;
pub mod http;
pub mod importer;
pub mod keepsake;
pub mod lease;
mod map;
pub mod monitor;
pub mod notion_writer;
pub mod ocr;
pub mod outlines;
pub mod pipeline;
pub mod recorder;
mod result_pages;
pub mod room;
mod section;
pub mod status_board;
pub mod summarizer;
pub mod transcriber;
