//! What a seal promises.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::os::unix::fs::PermissionsExt;

use proptest::prelude::*;

use super::*;

const HERE: Place<'_> = Place { table: "connections", column: "token", owner: "a" };

fn key(byte: u8) -> String {
    STANDARD.encode([byte; KEY_BYTES])
}

fn ring(text: &str) -> Result<Seal, SealError> {
    Seal::parse(&SecretString::from(text))
}

fn opened(seal: &Seal, place: Place<'_>, sealed: &str) -> Result<String, SealError> {
    seal.open(place, sealed).map(|secret| secret.expose_secret().to_owned())
}

#[test]
fn a_secret_comes_back_at_its_place_and_is_not_to_be_read_in_its_seal() {
    let seal = ring(&key(7)).unwrap();
    let sealed = seal.seal(HERE, &"ntn_secret".into()).unwrap();
    assert!(sealed.starts_with("1.") && !sealed.contains("ntn_secret"));
    assert_eq!(opened(&seal, HERE, &sealed).unwrap(), "ntn_secret");
    assert_ne!(sealed, seal.seal(HERE, &"ntn_secret".into()).unwrap(), "nonces repeat");
}

#[test]
fn a_seal_is_refused_at_every_other_place() {
    let seal = ring(&key(7)).unwrap();
    let sealed = seal.seal(HERE, &"secret".into()).unwrap();
    for there in [
        Place { owner: "b", ..HERE },
        Place { column: "refresh_token", ..HERE },
        Place { table: "databases", ..HERE },
        Place { table: "connectionstoken", column: "", ..HERE },
    ] {
        assert!(matches!(opened(&seal, there, &sealed), Err(SealError::Refused)), "{there:?}");
    }
}

#[test]
fn a_new_key_in_front_seals_and_the_old_one_still_opens() {
    let old = ring(&format!("2025:{}", key(1))).unwrap();
    let sealed = old.seal(HERE, &"secret".into()).unwrap();
    let both = ring(&format!("2026:{}, 2025:{}", key(2), key(1))).unwrap();
    assert_eq!(opened(&both, HERE, &sealed).unwrap(), "secret");
    assert!(old.is_current(&sealed) && !both.is_current(&sealed));
    let again = both.seal(HERE, &"secret".into()).unwrap();
    assert!(again.starts_with("2026."));
    assert!(matches!(opened(&old, HERE, &again), Err(SealError::UnknownKey(id)) if id == "2026"));
    let stranger = ring(&format!("2025:{}", key(9))).unwrap();
    assert!(matches!(opened(&stranger, HERE, &sealed), Err(SealError::Refused)));
}

#[test]
fn rings_that_cannot_be_meant_are_refused_without_quoting_a_key() {
    let good = key(3);
    let short = STANDARD.encode([3; 16]);
    for (text, expected) in [
        (String::new(), "no key"),
        (format!("a:{good},"), "no key"),
        (format!("{good},{good}"), "no usable name"),
        (format!("a b:{good}"), "no usable name"),
        (format!("a:{good},a:{good}"), "are named `a`"),
        (format!("a:{short}"), "not 32 bytes"),
        ("a:not base64".to_owned(), "not 32 bytes"),
    ] {
        let error = ring(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
        assert!(!error.contains(&good) && !error.contains(&short), "{error}");
    }
    assert_eq!(format!("{:?}", ring(&format!("a:{good}")).unwrap()), r#"["a"]"#);
}

#[test]
fn a_key_file_is_made_once_for_its_owner_alone_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/token.key");
    let sealed = Seal::from_file_or_new(&path).unwrap().seal(HERE, &"secret".into()).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(opened(&Seal::from_file_or_new(&path).unwrap(), HERE, &sealed).unwrap(), "secret");
    fs::write(&path, "garbage").unwrap();
    assert!(matches!(Seal::from_file_or_new(&path), Err(SealError::KeyShape(_))));
    assert!(matches!(Seal::from_file_or_new(folder.path()), Err(SealError::KeyFile(..))));
}

proptest! {
    #[test]
    fn garbage_is_refused_and_never_panics(text in any::<String>(), sealed in any::<String>()) {
        prop_assert!(ring(&text).is_err());
        let seal = ring(&key(7)).unwrap();
        prop_assert!(seal.open(HERE, &sealed).is_err());
        let named = format!("1.{sealed}");
        prop_assert!(seal.open(HERE, &named).is_err());
    }

    #[test]
    fn any_secret_comes_back_and_any_cut_or_flip_is_refused(secret in any::<String>(), at in any::<prop::sample::Index>()) {
        let seal = ring(&key(7)).unwrap();
        let sealed = seal.seal(HERE, &secret.as_str().into()).unwrap();
        prop_assert_eq!(opened(&seal, HERE, &sealed).unwrap(), secret);
        let cut = at.index(sealed.len());
        prop_assert!(seal.open(HERE, sealed.get(..cut).unwrap_or_default()).is_err());
        let mut bytes = STANDARD.decode(sealed.trim_start_matches("1.")).unwrap();
        let flipped = at.index(bytes.len());
        if let Some(byte) = bytes.get_mut(flipped) {
            *byte ^= 1;
        }
        let changed = format!("1.{}", STANDARD.encode(bytes));
        prop_assert!(seal.open(HERE, &changed).is_err());
    }
}
