//! Databases over the real routes: made in one click, adopted, listed, changed; strangers; drift.

mod adopting;
mod creating;
mod drift;
mod house;
mod listing;
mod rerun;
mod strangers;
