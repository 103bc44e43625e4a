//! The disk of the work dirs is full, and has room again.

use std::path::Path;
use std::time::Duration;

use super::world::{NOTHING, World};
use crate::support::providers::Service as Engine;
use crate::support::{executable, tools_dir};

/// yt-dlp as it ends on a full disk, in its own words, for as long as the flag `$full` lies there.
fn yt_dlp_without_room(tools: &Path, full: &Path) {
    let folder = tools.join("venv/bin");
    std::fs::create_dir_all(&folder).unwrap();
    let script = format!(
        "#!/bin/sh\n\
         case \"$*\" in *--version*) full=no ;; *) full='{}' ;; esac\n\
         if [ -e \"$full\" ]; then\n\
         echo 'ERROR: unable to write data: [Errno 28] No space left on device' >&2\n\
         exit 1\nfi\n\
         exec '{}' \"$@\"\n",
        full.display(),
        tools_dir().join("venv/bin/yt-dlp").display()
    );
    let program = folder.join("yt-dlp");
    executable(&program, script.as_bytes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_waits_for_room_on_the_disk_says_so_and_is_read_once_there_is_some() {
    let tools = tempfile::tempdir().unwrap();
    let full = tools.path().join("full");
    yt_dlp_without_room(tools.path(), &full);
    std::fs::write(&full, "").unwrap();
    let mut world = World::open(None).await;
    world.set("TOOLS_DIR", tools.path().to_str().unwrap());
    let mut service = world.serve().await;
    let rows = world.save_links(1).await;
    let told = world.notion.until(|notion| {
        let why = notion.words(rows[0], "Reason").unwrap_or_default();
        why.contains("no room for another video").then_some(())
    });
    service.during(tokio::time::timeout(Duration::from_mins(1), told)).await.expect("its owner is told");
    assert_eq!(world.notion.words(rows[0], "Status").unwrap(), "pending");
    assert_eq!(world.providers.calls(Engine::Speech).started, 0);

    std::fs::remove_file(&full).unwrap();
    world.all(&mut service, &rows, "completed").await;
    assert_eq!(world.notion.words(rows[0], "Reason").unwrap(), "", "the reason is taken back");
    assert_eq!(world.counted().await, NOTHING);
    world.close(service).await;
}
