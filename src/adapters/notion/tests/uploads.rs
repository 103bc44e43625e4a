//! Files put into a workspace, and pages that show them.

use super::*;
use crate::domain::keepsake::{Keep, Keepsake};
use crate::domain::page::PageFile;
use crate::domain::thumbnail::FILE_NAME;
use crate::ports::LargeFile;

const JPEG: &[u8] = b"\xff\xd8\xff not really";

fn file() -> NewFile<'static> {
    NewFile { name: FILE_NAME, mime: "image/jpeg", bytes: JPEG }
}

fn send_path() -> String {
    format!("/v1/file_uploads/{OTHER}/send")
}

fn limit_of(bytes: u64) -> ResponseTemplate {
    ok(json!({ "id": PAGE, "bot": { "workspace_limits": { "max_file_upload_size_in_bytes": bytes } } }))
}

fn picture(as_cover: bool) -> Picture {
    Picture { upload: Upload { id: OTHER.to_owned() }, as_cover }
}

#[tokio::test]
async fn a_file_is_announced_and_sent_within_what_the_workspace_takes() {
    let told = Told::start().await;
    told.answers("GET", "/v1/users/me", 1, limit_of(1_000)).await;
    told.answers("POST", "/v1/file_uploads", 2, ok(json!({ "id": OTHER, "status": "pending" }))).await;
    told.answers("POST", &send_path(), 2, ok(json!({ "id": OTHER, "status": "uploaded" }))).await;
    for _ in 0..2 {
        let upload = told.notion.upload(&told.access, file()).await.unwrap();
        assert_eq!(upload, Some(Upload { id: OTHER.to_owned() }));
    }
    let asked = told.asked().await;
    assert_eq!(asked.len(), 5, "what the workspace takes is asked once");
    let announced = json!({ "mode": "single_part", "filename": FILE_NAME, "content_type": "image/jpeg" });
    assert_eq!(body(&asked[1]), announced);
    let kind = asked[2].headers["content-type"].to_str().unwrap();
    assert!(kind.starts_with("multipart/form-data; boundary="), "{kind}");
    let form = String::from_utf8_lossy(&asked[2].body);
    assert!(form.contains("name=\"file\"") && form.contains("not really"), "{form}");
    assert!(form.contains("image/jpeg"), "{form}");
    for request in &asked {
        assert_eq!(request.headers["notion-version"], "2025-09-03");
    }
}

#[tokio::test]
async fn a_file_larger_than_the_workspace_takes_is_not_sent() {
    let told = Told::start().await;
    told.answers("GET", "/v1/users/me", 1, limit_of(3)).await;
    let failure = told.notion.upload(&told.access, file()).await.unwrap_err();
    assert!(failure.to_string().contains("at most 3 bytes"), "{failure}");
    assert_eq!(told.asked_for().await, ["GET /v1/users/me"]);
}

#[tokio::test]
async fn a_picture_becomes_the_cover_and_what_a_column_shows() {
    let told = Told::start().await;
    told.answers("PATCH", &page_path(), 2, ok(json!({}))).await;
    let values = BTreeMap::from([("photo".to_owned(), NoteValue::Thumbnail)]);
    for as_cover in [true, false] {
        let update =
            RowUpdate { values: values.clone(), picture: Some(picture(as_cover)), ..RowUpdate::default() };
        told.notion.update_row(&told.access, PAGE, &mapping(None), &update).await.unwrap();
    }
    let upload = json!({ "type": "file_upload", "file_upload": { "id": OTHER } });
    let mut named = upload.clone();
    named["name"] = FILE_NAME.into();
    let properties = json!({ "photo": { "files": [named] } });
    let asked = told.asked().await;
    assert_eq!(body(&asked[0]), json!({ "properties": properties, "cover": upload }));
    assert_eq!(body(&asked[1]), json!({ "properties": properties }), "a cover of its owner stays");
}

#[tokio::test]
async fn a_picture_that_is_refused_keeps_nothing_else_from_the_row() {
    for (status, code, message) in [
        (400, "validation_error", "File upload cannot be attached: its status is `expired`."),
        (404, "object_not_found", "Could not find file_upload with ID: 1."),
        (403, "restricted_resource", "Insufficient permissions for this endpoint."),
    ] {
        let told = Told::start().await;
        told.answers("PATCH", &page_path(), 1, refused(status, code, message)).await;
        told.answers("PATCH", &page_path(), 1, ok(json!({}))).await;
        let values = BTreeMap::from([
            ("photo".into(), NoteValue::Thumbnail),
            ("price".into(), NoteValue::Number(3.5)),
        ]);
        let update = RowUpdate { values, picture: Some(picture(true)), ..RowUpdate::default() };
        told.notion.update_row(&told.access, PAGE, &mapping(None), &update).await.unwrap();
        let asked = told.asked().await;
        assert_eq!(body(&asked[1]), json!({ "properties": { "price": { "number": 3.5 } } }), "{status}");
    }
}

#[tokio::test]
async fn a_section_whose_file_is_refused_is_put_up_once_more_and_says_that_it_is_not_there() {
    for (status, code, message) in [
        (400, "validation_error", "File upload cannot be attached: its status is `expired`."),
        (404, "object_not_found", "Could not find file_upload with ID: 1."),
    ] {
        let told = Told::start().await;
        told.answers("PATCH", &children_path(), 1, refused(status, code, message)).await;
        let appended = json!([{ "object": "block", "id": OTHER, "type": "callout" }]);
        told.answers("PATCH", &children_path(), 1, list(&appended)).await;
        let file =
            PageFile { keep: Keep::Video, id: OTHER.to_owned(), instead: "It is not there.".to_owned() };
        let blocks = vec![Block::Paragraph(vec![Span::plain("A soup.")])];
        let section = Section { headline: Vec::new(), marker: MARKER.into(), file: Some(file), blocks };
        let id = told.notion.append_section(&told.access, PAGE, &section, None).await.unwrap();
        assert_eq!(id, OTHER);
        let asked = told.asked().await;
        let inside = |at: usize| body(&asked[at])["children"][0]["callout"]["children"].clone();
        let shown = json!({ "type": "file_upload", "file_upload": { "id": OTHER } });
        assert_eq!(inside(0)[0]["video"], shown, "before all else");
        let told_instead = inside(1);
        assert!(told_instead[0].to_string().contains("It is not there."), "{told_instead}");
        assert_eq!(told_instead.as_array().unwrap().len(), inside(0).as_array().unwrap().len());
    }
}

#[tokio::test]
async fn a_section_that_fails_for_another_reason_is_not_put_up_again() {
    for answer in [refused(500, "internal_server_error", "Oh."), refused(409, "conflict_error", "Conflict.")]
    {
        let told = Told::start().await;
        told.answers("PATCH", &children_path(), 1, answer).await;
        let file = PageFile { keep: Keep::Audio, id: OTHER.to_owned(), instead: String::new() };
        let section =
            Section { headline: Vec::new(), marker: MARKER.into(), file: Some(file), blocks: Vec::new() };
        told.notion.append_section(&told.access, PAGE, &section, None).await.unwrap_err();
        assert_eq!(told.asked().await.len(), 1, "it may stand there");
    }
}

#[tokio::test]
async fn a_file_of_the_disk_is_sent_as_a_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("video.mp4");
    std::fs::write(&path, JPEG).unwrap();
    let told = Told::start().await;
    told.answers("GET", "/v1/users/me", 1, limit_of(JPEG.len() as u64)).await;
    told.answers("POST", "/v1/file_uploads", 1, ok(json!({ "id": OTHER, "status": "pending" }))).await;
    told.answers("POST", &send_path(), 1, ok(json!({ "id": OTHER, "status": "uploaded" }))).await;
    let file = LargeFile { name: "video.mp4", mime: "video/mp4", path: &path };
    let kept = told.notion.keep_file(&told.access, file).await.unwrap();
    assert_eq!(kept, Keepsake::Kept { file: OTHER.to_owned() });
    std::fs::write(&path, [JPEG, b"!"].concat()).unwrap();
    let kept = told.notion.keep_file(&told.access, file).await.unwrap();
    let most = JPEG.len() as u64;
    assert_eq!((kept, told.asked().await.len()), (Keepsake::TooLarge { bytes: most + 1, most }, 3));
    std::fs::remove_file(&path).unwrap();
    told.notion.keep_file(&told.access, file).await.unwrap_err();
}

#[tokio::test]
async fn no_request_carries_more_than_a_slow_line_does_in_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("video.mp4");
    std::fs::write(&path, vec![0; (10 << 20) + 1]).unwrap();
    let told = Told::start().await;
    told.answers("GET", "/v1/users/me", 1, limit_of(1 << 30)).await;
    told.answers("POST", "/v1/file_uploads", 1, ok(json!({ "id": OTHER, "status": "pending" }))).await;
    told.answers("POST", &send_path(), 2, ok(json!({ "id": OTHER, "status": "pending" }))).await;
    let complete = format!("/v1/file_uploads/{OTHER}/complete");
    told.answers("POST", &complete, 1, ok(json!({ "id": OTHER, "status": "uploaded" }))).await;
    let file = LargeFile { name: "video.mp4", mime: "video/mp4", path: &path };
    let kept = told.notion.keep_file(&told.access, file).await.unwrap();
    assert_eq!(kept, Keepsake::Kept { file: OTHER.to_owned() });
    let asked = told.asked().await;
    assert_eq!((asked.len(), &body(&asked[1])["number_of_parts"]), (5, &json!(2)));
    let largest = asked.iter().map(|request| request.body.len()).max().unwrap();
    assert!(largest < (10 << 20) + 1_000, "{largest}");
}

#[tokio::test]
async fn whether_a_file_is_still_there_notion_says() {
    let path = format!("/v1/file_uploads/{OTHER}");
    for (answer, there) in [
        (ok(json!({ "id": OTHER, "status": "uploaded" })), true),
        (ok(json!({ "id": OTHER, "status": "expired" })), false),
        (refused(404, "object_not_found", "Could not find file_upload."), false),
    ] {
        let told = Told::start().await;
        told.answers("GET", &path, 1, answer).await;
        assert_eq!(told.notion.has_file(&told.access, OTHER).await.unwrap(), there);
    }
}

#[tokio::test]
async fn an_upload_whose_answer_was_lost_is_asked_for_before_it_is_given_up() {
    for (status, kept) in [("uploaded", true), ("pending", false)] {
        let told = Told::start().await;
        told.answers("GET", "/v1/users/me", 1, limit_of(1_000)).await;
        told.answers("POST", "/v1/file_uploads", 1, ok(json!({ "id": OTHER, "status": "pending" }))).await;
        told.answers("POST", &send_path(), 1, refused(504, "gateway_timeout", "Timed out.")).await;
        let path = format!("/v1/file_uploads/{OTHER}");
        told.answers("GET", &path, 1, ok(json!({ "id": OTHER, "status": status }))).await;
        let upload = told.notion.upload(&told.access, file()).await;
        assert_eq!(upload.is_ok(), kept, "{status}");
        assert_eq!(told.asked().await.len(), 4, "nothing is sent twice");
    }
}

#[tokio::test]
async fn a_section_that_is_refused_in_its_second_request_is_not_begun_again() {
    let told = Told::start().await;
    let appended = json!([{ "object": "block", "id": OTHER, "type": "callout" }]);
    told.answers("PATCH", &children_path(), 1, list(&appended)).await;
    let inner = format!("/v1/blocks/{OTHER}/children");
    told.answers("PATCH", &inner, 1, refused(400, "validation_error", "Oh.")).await;
    let file = PageFile { keep: Keep::Video, id: OTHER.to_owned(), instead: String::new() };
    let blocks = (0..150).map(|_| Block::Paragraph(vec![Span::plain("A soup.")])).collect();
    let section = Section { headline: Vec::new(), marker: MARKER.into(), file: Some(file), blocks };
    told.notion.append_section(&told.access, PAGE, &section, None).await.unwrap_err();
    assert_eq!(told.asked().await.len(), 2);
}
