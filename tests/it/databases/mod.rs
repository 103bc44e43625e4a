//! Databases over the real routes: made in one click, adopted, listed, changed; drift. All routes of the document:
//! strangers, other sites, mistakes.

mod adopting;
mod belongings;
mod calls;
mod covers;
mod creating;
mod drift;
mod earlier;
mod foreign;
mod house;
mod keeping;
mod listing;
mod mistakes;
mod open_lists;
mod places;
mod rerun;
mod results;
mod strangers;
mod walk;
