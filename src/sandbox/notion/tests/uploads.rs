//! Files in one part and in several: what is taken, and when it is gone.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::sandbox::notion::EmulatedNotion;
use crate::sandbox::notion::check::At;
use crate::sandbox::notion::error::ApiError;

const MEGABYTE: usize = 1 << 20;

struct World(EmulatedNotion);

impl World {
    fn paying() -> Self {
        let notion = EmulatedNotion::new();
        notion.pay(notion.connection().workspace);
        Self(notion)
    }

    fn announce(&self, body: &Value) -> Result<Uuid, ApiError> {
        let me = self.0.caller(&self.0.token())?;
        let made = self.0.with(|held| held.create_upload(&me, &At::body(body), "http://here".into()))?;
        Ok(made.get("id").and_then(Value::as_str).unwrap().parse().unwrap())
    }

    fn send(&self, id: Uuid, bytes: usize, part: Option<&str>) -> Result<Value, ApiError> {
        let me = self.0.caller(&self.0.token())?;
        self.0.with(|held| held.send_upload(&me, id, vec![1; bytes], part))
    }

    fn complete(&self, id: Uuid) -> Result<Value, ApiError> {
        let me = self.0.caller(&self.0.token())?;
        self.0.with(|held| held.complete_upload(&me, id, &At::body(&json!({}))))
    }

    fn status(&self, id: Uuid) -> String {
        let me = self.0.caller(&self.0.token()).unwrap();
        let shown = self.0.with(|held| held.upload(&me, id)).unwrap();
        shown.get("status").and_then(Value::as_str).unwrap().to_owned()
    }

    fn in_parts(&self, parts: usize) -> Uuid {
        let body = json!({"mode": "multi_part", "filename": "a.mp4", "number_of_parts": parts});
        self.announce(&body).unwrap()
    }
}

fn refused(done: Result<impl std::fmt::Debug, ApiError>, says: &str) {
    let error = done.unwrap_err();
    assert!(error.status == 400 && error.message.contains(says), "{error}");
}

#[test]
fn a_file_in_parts_is_there_once_all_of_them_came_and_it_was_completed() {
    let world = World::paying();
    let id = world.in_parts(3);
    refused(world.complete(id), "0 of 3 parts");
    for part in ["3", "1"] {
        world.send(id, 5 * MEGABYTE, Some(part)).unwrap();
    }
    refused(world.complete(id), "2 of 3 parts");
    assert_eq!(world.status(id), "pending");
    world.send(id, 20 * MEGABYTE, Some("2")).unwrap();
    assert_eq!(world.status(id), "pending", "nothing is there before it is completed");
    let done = world.complete(id).unwrap();
    assert_eq!(
        (done.get("status"), done.get("content_length")),
        (Some(&json!("uploaded")), Some(&json!(30 * MEGABYTE)))
    );
    refused(world.complete(id), "not pending");
}

#[test]
fn a_part_that_is_none_or_too_large_or_too_small_is_refused() {
    let world = World::paying();
    let id = world.in_parts(2);
    for (bytes, part, says) in [
        (5 * MEGABYTE, None, "part_number should be defined"),
        (5 * MEGABYTE, Some("0"), "from 1 to 2"),
        (5 * MEGABYTE, Some("3"), "from 1 to 2"),
        (5 * MEGABYTE, Some("one"), "from 1 to 2"),
        (20 * MEGABYTE + 1, Some("1"), "larger than"),
        (5 * MEGABYTE - 1, Some("1"), "smaller than 5 MB"),
    ] {
        refused(world.send(id, bytes, part), says);
    }
    world.send(id, 1, Some("2")).unwrap();
    let whole = world.announce(&json!({})).unwrap();
    refused(world.send(whole, 1, Some("1")), "should be not present");
    refused(world.complete(whole), "Only multi-part");
    for (body, says) in [
        (json!({"mode": "multi_part", "number_of_parts": 2}), "filename"),
        (json!({"mode": "multi_part", "filename": "a.mp4"}), "number_of_parts"),
        (json!({"mode": "multi_part", "filename": "a.mp4", "number_of_parts": 0}), "from 1 to 1000"),
        (json!({"mode": "multi_part", "filename": "a.mp4", "number_of_parts": 1_001}), "from 1 to 1000"),
    ] {
        refused(world.announce(&body), says);
    }
}

#[test]
fn a_free_workspace_takes_no_parts_and_no_large_files() {
    let world = World(EmulatedNotion::new());
    let parts = json!({"mode": "multi_part", "filename": "a.mp4", "number_of_parts": 2});
    refused(world.announce(&parts), "paid plan");
    let id = world.announce(&json!({})).unwrap();
    refused(world.send(id, 5 * MEGABYTE + 1, None), "larger than");
    world.send(id, 5 * MEGABYTE, None).unwrap();
}

#[test]
fn a_file_that_nothing_shows_is_gone_after_an_hour_and_one_that_is_shown_stays() {
    let world = World::paying();
    let page = world.0.add_page("Home").unwrap();
    let video = json!({"filename": "a.mp4", "content_type": "video/mp4"});
    let (shown, lost) = (world.announce(&video).unwrap(), world.announce(&video).unwrap());
    for id in [shown, lost] {
        world.send(id, 1, None).unwrap();
    }
    let block = |kind: &str, id: Uuid| json!([{"type": kind, kind: {"type": "file_upload", "file_upload": {"id": id}}}]);
    refused(world.0.write_blocks(page, &block("audio", shown)), "cannot be shown");
    world.0.write_blocks(page, &block("video", shown)).unwrap();
    world.0.advance_clock(TimeDelta::minutes(61));
    assert_eq!((world.status(shown), world.status(lost)), ("uploaded".into(), "expired".into()));
    refused(world.0.write_blocks(page, &block("video", lost)), "expired");
    world.0.write_blocks(page, &block("video", shown)).unwrap();
}
