//! Which bytes are heard, as a table and by chance.

#![expect(clippy::unwrap_used, clippy::format_collect, reason = "a test may panic")]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn token() -> SecretString {
    SecretString::from("secret_table")
}

fn signed(body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(token().expose_secret().as_bytes()).unwrap();
    mac.update(body);
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

fn now() -> DateTime<Utc> {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

const ID: &str = "367cba44-b6f3-4c92-81e7-6a2e9659efd4";
const SOURCE: &str = "59833787-2cf9-4fdf-8782-e53db20768a5";

fn heard(kind: &str, at: &str, rest: &Value) -> Result<Hint, Unheard> {
    let mut event = json!({"id": ID, "timestamp": at, "type": kind});
    event.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    let body = event.to_string();
    hint(body.as_bytes(), Some(&signed(body.as_bytes())), &token(), now())
}

#[test]
fn an_event_names_its_data_source_in_each_of_its_forms() {
    let at = "2026-11-22T09:59:59Z";
    let named = json!({"data": {"parent": {"id": ID, "type": "database", "data_source_id": SOURCE}}});
    let parent = json!({"data": {"parent": {"id": SOURCE, "type": "data_source"}}});
    let simple = json!({"data": {"parent": {"id": SOURCE.replace('-', ""), "type": "data_source"}}});
    let entity = json!({"entity": {"id": SOURCE, "type": "data_source"}});
    for (kind, rest) in [
        ("page.created", &named),
        ("page.properties_updated", &parent),
        ("page.content_updated", &simple),
        ("page.undeleted", &named),
        ("data_source.schema_updated", &entity),
    ] {
        let hint = heard(kind, at, rest).unwrap();
        assert_eq!(hint.data_source, Some(SOURCE.parse().unwrap()), "{kind} {rest}");
    }
    let page = json!({"data": {"parent": {"id": SOURCE, "type": "page"}}});
    for (kind, rest) in [("page.deleted", &named), ("comment.created", &named), ("page.created", &page)] {
        assert_eq!(heard(kind, at, rest).unwrap().data_source, None, "{kind} {rest}");
    }
}

#[test]
fn only_events_of_now_are_heard() {
    for at in ["2026-11-22T09:55:00Z", "2026-11-22T10:01:00Z", "2026-11-22T11:00:00.5+01:00"] {
        assert!(heard("page.created", at, &json!({})).is_ok(), "{at}");
    }
    for at in ["2026-11-22T09:54:59Z", "2026-11-22T10:01:01Z", "1970-01-01T00:00:00Z"] {
        assert_eq!(heard("page.created", at, &json!({})), Err(Unheard::Untimely), "{at}");
    }
}

#[test]
fn a_change_a_person_had_a_part_in_is_not_the_bots_alone() {
    let authors = json!({"authors": [{"id": ID, "type": "bot"}, {"id": SOURCE, "type": "person"}]});
    assert!(heard("page.created", "2026-11-22T10:00:00Z", &authors).unwrap().bots.is_empty());
}

#[test]
fn a_signature_that_nearly_fits_is_refused() {
    let body = b"{}";
    let good = signed(body);
    assert_eq!(hint(body, Some(&good), &token(), now()), Err(Unheard::Unreadable), "it is signed");
    let cut = &good[..good.len() - 2];
    for bad in [cut, &good.replace("sha256=", ""), "sha256=", "sha256=+f", "", &format!("{good}00")] {
        assert_eq!(hint(body, Some(bad), &token(), now()), Err(Unheard::NotSigned), "{bad}");
    }
    assert_eq!(hint(body, None, &token(), now()), Err(Unheard::NotSigned));
}

#[test]
fn a_handshake_holds_a_token_of_usual_form() {
    assert!(handshake(br#"{"verification_token": "secret_x"}"#).is_some());
    let long = format!(r#"{{"verification_token": "{}"}}"#, "x".repeat(257));
    for bad in ["{}", "", r#"{"verification_token": ""}"#, r#"{"verification_token": "a\nb"}"#, &long] {
        assert!(handshake(bad.as_bytes()).is_none(), "{bad}");
    }
}

proptest! {
    #[test]
    fn no_bytes_and_no_header_make_it_panic(body: Vec<u8>, header: String, tail: String) {
        handshake(&body);
        prop_assert!(hint(&body, Some(&header), &token(), now()).is_err());
        let claimed = format!("sha256={tail}");
        prop_assert!(hint(&body, Some(&claimed), &token(), now()).is_err());
        prop_assert!(hint(&body, Some(&signed(&body)), &token(), now()).is_err());
    }

    #[test]
    fn no_signed_json_makes_it_panic(kind in ".{0,20}", at in ".{0,30}", id in ".{0,40}") {
        let rest = json!({"authors": [{"id": id, "type": "bot"}], "entity": {"id": id, "type": kind}});
        prop_assert!(heard(&kind, &at, &rest).is_err());
    }
}
