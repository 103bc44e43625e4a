//! Attacks on the way out of downloads: none of them hits, and each hits once its walls are taken away.
//!
//! `doors` holds what a program may ask of the proxy; it is asked over raw sockets, in milliseconds. `pages` holds what
//! a hostile site may answer; the real yt-dlp reads it, through the real proxy. `posts` holds what a platform's page may
//! say about a post of pictures; the real gallery-dl reads it. What would be a hit is a connection to the canary,
//! whatever address it was meant for: no test leaves this machine.
//! `walls_off` and `posts_off` take the walls around the programs away one by one, and `options` keeps their list whole.

mod door_table;
mod doors;
mod limits;
mod links;
mod options;
pub(super) mod orders;
mod page_table;
mod pages;
mod posts;
mod posts_off;
mod scene;
mod walls_off;
mod world;

/// How much is tried; the tables' own tests try all of it, each piece in the real program, and watch the canaries.
#[test]
fn more_than_a_hundred_and_twenty_attacks_go_through_the_real_programs_past_canaries() {
    let pages =
        [page_table::redirects(), page_table::embeds(), page_table::manifests(), page_table::bodies(&[])];
    let pages: usize = pages.iter().map(Vec::len).sum();
    let links = links::LINKS.len() + links::OWN.len();
    let (_dir, work) = super::walls::canaries();
    let files = super::vectors::all(&work, 1).len();
    let posts = posts::hostile("127.0.0.1:1", &work, &[]).len();
    let costly = page_table::floods(&[7]).len() + super::walls::bombs().len();
    let asked = door_table::BLOCKS.len()
        + door_table::LITERALS.len()
        + door_table::PLACES.len()
        + door_table::SPELLINGS.len()
        + door_table::REQUESTS.len();
    println!(
        "yt-dlp: {pages} pages and {links} links; ffmpeg: {files} files; gallery-dl: {posts} posts; beside canaries \
         {costly} that cost too much and {asked} requests to the proxy"
    );
    assert!(pages + links + files >= 120);
}
