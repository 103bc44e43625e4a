//! Attacks on the way out of downloads: none of them hits, and each hits once its walls are taken away.
//!
//! Two tables. `doors` holds what a program may ask of the proxy; it is asked over raw sockets, in milliseconds.
//! `pages` holds what a hostile site may answer; the real yt-dlp reads it, through the real proxy. `posts` holds what a platform's
//! page may say about a post of pictures; the real gallery-dl reads it. What would be a hit is a connection to the canary, whatever address it was meant for: no test leaves this machine.

mod door_table;
mod doors;
mod limits;
mod links;
pub(super) mod orders;
mod page_table;
mod pages;
mod posts;
mod walls_off;
mod world;

/// How much is tried; the tables' own tests try it.
#[test]
fn more_than_a_hundred_and_twenty_attacks_go_through_the_real_programs() {
    let pages: usize = [
        page_table::redirects(),
        page_table::embeds(),
        page_table::manifests(),
        page_table::bodies(&[]),
        page_table::floods(&[7]),
    ]
    .iter()
    .map(Vec::len)
    .sum();
    let (_dir, work) = super::walls::canaries();
    let files = super::vectors::all(&work, 1).len();
    let bombs = super::walls::bombs().len();
    let asked = door_table::BLOCKS.len()
        + door_table::LITERALS.len()
        + door_table::PLACES.len()
        + door_table::SPELLINGS.len()
        + door_table::REQUESTS.len();
    let links = links::LINKS.len();
    println!(
        "yt-dlp: {pages} pages and {links} links; ffmpeg: {files} files and {bombs} bombs; {asked} requests to the proxy"
    );
    assert!(pages + links + files + bombs >= 120);
}
