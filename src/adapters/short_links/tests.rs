#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::failure::Kind;

fn url(link: &str) -> VideoUrl {
    link::understand(link).unwrap().url
}

#[test]
fn a_status_tells_what_is_gone_from_what_is_out_of_order() {
    let table = [
        (404, Kind::Permanent(Reason::Deleted)),
        (410, Kind::Permanent(Reason::Deleted)),
        (451, Kind::Permanent(Reason::Region)),
        (401, Kind::Permanent(Reason::LoginNeeded)),
        (400, Kind::Permanent(Reason::NoMedia)),
        (403, Kind::Transient { retry_after: None }),
        (429, Kind::Wait { retry_after: Some(LIMITED) }),
        (408, Kind::Outage { retry_after: None }),
        (500, Kind::Outage { retry_after: None }),
        (503, Kind::Outage { retry_after: None }),
    ];
    for (status, kind) in table {
        let failure =
            refused(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), &url("https://pin.it/a"));
        assert_eq!(failure.kind, kind, "{status}");
    }
}

#[test]
fn a_redirect_to_nowhere_is_the_links_own_fault_and_never_the_sites() {
    let nowhere = Kind::Permanent(Reason::NoMedia);
    let long = format!("https://www.tiktok.com/{}", "a".repeat(9_000));
    let table = [
        (Some(b"intent://x#Intent;scheme=tiktok;end".to_vec()), Err(nowhere.clone())),
        (Some(b"snssdk1233://aweme/detail/1".to_vec()), Err(nowhere.clone())),
        (Some(b"https://me:pw@www.tiktok.com/@a/video/1".to_vec()), Err(nowhere.clone())),
        (Some(long.into_bytes()), Err(nowhere.clone())),
        (Some(b"\xff\xfe".to_vec()), Err(nowhere)),
        (None, Err(Kind::Transient { retry_after: None })),
        (Some("/@k\u{fc}che".as_bytes().to_vec()), Ok("https://vm.tiktok.com/@k%C3%BCche")),
        (Some(b"https://www.tiktok.com/@a/video/1".to_vec()), Ok("https://www.tiktok.com/@a/video/1")),
    ];
    for (location, expected) in table {
        let mut headers = HeaderMap::new();
        if let Some(location) = &location {
            headers.insert(LOCATION, reqwest::header::HeaderValue::from_bytes(location.as_slice()).unwrap());
        }
        let there = onward(StatusCode::FOUND, &headers, &url("https://vm.tiktok.com/ZMa"));
        let there = there.map(|there| there.as_str().to_owned()).map_err(|failure| failure.kind);
        assert_eq!(there, expected.map(str::to_owned), "{location:?}");
    }
}

#[test]
fn the_last_page_of_the_way_tells_why_it_is_no_video() {
    let short = url("https://vm.tiktok.com/ZMa/");
    let reason = |at: &str| match page(&short, &url(at)) {
        Err(failure) => Err(failure.kind),
        Ok(target) => Ok(target.key.0),
    };
    let no = |reason| Err(Kind::Permanent(reason));
    assert_eq!(reason("https://www.tiktok.com/?_r=1"), no(Reason::Deleted));
    assert_eq!(reason("https://www.tiktok.com/login/phone"), no(Reason::LoginNeeded));
    assert_eq!(reason("https://vm.tiktok.com/ZMa/"), no(Reason::NoMedia));
    assert_eq!(reason("https://vt.tiktok.com/ZSb/"), no(Reason::NoMedia));
    // What yt-dlp may know better than we do.
    assert_eq!(reason("https://www.tiktok.com/@cook/live"), Ok("web:tiktok.com/@cook/live".to_owned()));
}
