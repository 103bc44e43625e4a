//! Databases over the real routes: made in one click, adopted, listed, changed; drift. All routes of the document:
//! strangers, other sites, mistakes.

mod adopting;
mod belongings;
mod creating;
mod drift;
mod foreign;
mod house;
mod listing;
mod mistakes;
mod rerun;
mod strangers;
