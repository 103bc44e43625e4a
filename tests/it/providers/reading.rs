//! Screen text at Google Vision.

use linkscribe::adapters::vision::GoogleVision;
use linkscribe::domain::media::At;
use linkscribe::failure::Kind;
use linkscribe::ports::{Frame, TextReader};
use serde_json::json;
use tempfile::TempDir;

use crate::support::providers::{Fault, ProviderStandIns, Service, key};

/// Frames one second apart, each a JPEG of this size as far as its first bytes tell.
pub(super) fn frames(folder: &TempDir, count: u32, bytes: usize) -> Vec<Frame> {
    let picture = [&[0xff, 0xd8, 0xff], vec![3; bytes - 3].as_slice()].concat();
    (0..count)
        .map(|number| {
            let path = folder.path().join(format!("{number}.jpg"));
            std::fs::write(&path, &picture).unwrap();
            Frame { path, at: At(f64::from(number)) }
        })
        .collect()
}

fn vision(providers: &ProviderStandIns) -> GoogleVision {
    GoogleVision::new(&providers.vision_url, &key()).unwrap()
}

/// How many images each request carried.
fn batches(providers: &ProviderStandIns) -> Vec<usize> {
    let requests = providers.requests(Service::Vision);
    requests.iter().map(|request| request["images"].as_array().unwrap().len()).collect()
}

/// Reads all frames, request by request; gives how many were read.
async fn read_all(providers: &ProviderStandIns, frames: &[Frame]) -> usize {
    let mut read = 0;
    while read < frames.len() {
        let texts = vision(providers).read(&frames[read..]).await.unwrap();
        assert!(texts.iter().zip(&frames[read..]).all(|(text, frame)| text.at == frame.at));
        read += texts.len();
    }
    read
}

#[tokio::test]
async fn every_frame_tells_its_lines_in_reading_order() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    providers.show_each(&[Some(&["200 g pasta", "1 onion"]), Some(&[]), Some(&["Subscribe"])]);
    let texts = vision(&providers).read(&frames(&folder, 3, 100)).await.unwrap();
    let lines: Vec<&[String]> = texts.iter().map(|text| text.lines.as_slice()).collect();
    assert_eq!(lines, [["200 g pasta", "1 onion"].as_slice(), &[], &["Subscribe"]]);
    assert_eq!(texts[2].at, At(2.0));
    providers.stop().await;
}

#[tokio::test]
async fn no_request_carries_more_than_sixteen_images() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    providers.show(&["hello"]);
    assert_eq!(read_all(&providers, &frames(&folder, 35, 100)).await, 35);
    assert_eq!(batches(&providers), [16, 16, 3]);
    providers.stop().await;
}

#[tokio::test]
async fn large_images_go_into_smaller_requests() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    providers.show(&["hello"]);
    // 2 MB are 2.7 MB as base64: three fit into 10 MB, four do not.
    assert_eq!(read_all(&providers, &frames(&folder, 5, 2_000_000)).await, 5);
    assert_eq!(batches(&providers), [3, 2]);
    assert_eq!(providers.calls(Service::Vision).refused, 0);
    providers.stop().await;
}

#[tokio::test]
async fn an_image_too_large_for_any_request_has_no_lines_and_the_others_keep_theirs() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    providers.show_each(&[Some(&["before"]), Some(&["after"])]);
    let huge = frames(&folder, 2, 8_000_000)[1].clone();
    let small = frames(&folder, 1, 100)[0].clone();
    let texts = vision(&providers).read(&[small.clone(), huge, small]).await.unwrap();
    let lines: Vec<&[String]> = texts.iter().map(|text| text.lines.as_slice()).collect();
    assert_eq!(lines, [["before"].as_slice(), &[], &["after"]]);
    providers.stop().await;
}

#[tokio::test]
async fn one_spoilt_image_costs_its_own_lines_only() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    providers.show_each(&[Some(&["first"]), None, Some(&["third"])]);
    let texts = vision(&providers).read(&frames(&folder, 3, 100)).await.unwrap();
    assert_eq!(texts[0].lines, ["first"]);
    assert!(texts[1].lines.is_empty());
    assert_eq!(texts[2].lines, ["third"]);
    providers.stop().await;
}

#[tokio::test]
async fn only_spoilt_images_are_told_from_images_that_the_service_failed_to_read() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    providers.show_each(&[None]);
    let texts = vision(&providers).read(&frames(&folder, 3, 100)).await.unwrap();
    assert!(texts.iter().all(|text| text.spoilt && text.lines.is_empty()) && texts.len() == 3, "{texts:?}");

    let each = json!({"error": {"code": 14, "message": "Try again."}});
    providers.fail_next(Service::Vision, Fault::Reply(200, json!({"responses": [each, each]})));
    let failure = vision(&providers).read(&frames(&folder, 2, 100)).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Wait { retry_after: None });
    providers.stop().await;
}

#[tokio::test]
async fn a_video_without_pictures_asks_nothing() {
    let providers = ProviderStandIns::start().await;
    assert_eq!(vision(&providers).read(&[]).await.unwrap(), []);
    assert_eq!(providers.calls(Service::Vision).started, 0);
    providers.stop().await;
}

#[tokio::test]
async fn an_answer_for_fewer_images_than_asked_is_not_believed() {
    let (providers, folder) = (ProviderStandIns::start().await, TempDir::new().unwrap());
    let fewer = json!({"responses": [{"fullTextAnnotation": {"text": "whose?"}}]});
    providers.fail_next(Service::Vision, Fault::Reply(200, fewer));
    let failure = vision(&providers).read(&frames(&folder, 2, 100)).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Outage { retry_after: None });
    providers.stop().await;
}
