//! Places as strangers write them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;

fn asked(authority: &str) -> Result<Trust, Refusal> {
    let listed = vec![Place::parse("127.0.0.1:9090").unwrap(), Place::parse("Media.Example:8443").unwrap()];
    Rules::strict(listed).admit(&Place::parse(authority)?)
}

#[test]
fn a_public_name_on_a_port_of_the_web_may_be_resolved() {
    for name in ["www.tiktok.com:443", "v16-webapp.tiktok.com:80", "WWW.TikTok.com.:443", "a_b.cdn.net:443"] {
        assert_eq!(asked(name), Ok(Trust::Stranger), "{name}");
    }
}

#[test]
fn what_the_operator_listed_is_trusted_in_any_spelling_and_with_its_port_alone() {
    for place in ["127.0.0.1:9090", "2130706433:9090", "0x7f.1:9090", "media.example:8443"] {
        assert_eq!(asked(place), Ok(Trust::Listed), "{place}");
    }
    assert_eq!(asked("127.0.0.1:9091"), Err(Refusal::Port(9091)));
    assert_eq!(asked("media.example:443"), Ok(Trust::Stranger));
    assert_eq!(asked("media.example:22"), Err(Refusal::Port(22)));
}

#[test]
fn an_address_is_recognised_in_every_spelling() {
    for literal in [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7F.0.0.1",
        "0177.0.0.1",
        "0177.0x0.0.1",
        "017700000001",
        "127.0.0.1.",
        "0",
        "8.8.8.8",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:0:0:1]",
        "[2606:4700::1111]",
    ] {
        assert_eq!(asked(&format!("{literal}:443")), Err(Refusal::Literal), "{literal}");
    }
}

#[test]
fn what_two_parsers_could_read_differently_is_refused() {
    for (host, expected) in [
        ("", Spelling::Length),
        (".", Spelling::Length),
        ("a..b", Spelling::Length),
        ("tiktok.com..", Spelling::Length),
        (&"a".repeat(64), Spelling::Length),
        (&"a.".repeat(140), Spelling::Length),
        ("[fe80::1%25eth0]", Spelling::Signs),
        ("[fe80::1%eth0]", Spelling::Signs),
        ("[::1", Spelling::Signs),
        ("::1", Spelling::Signs),
        ("127.0.0.1%2f", Spelling::Signs),
        ("127。0。0。1", Spelling::Signs),
        ("①②⑦.0.0.1", Spelling::Signs),
        ("tiktok.com@127.0.0.1", Spelling::Signs),
        ("tiktok.com\\", Spelling::Signs),
        ("tik tok.com", Spelling::Signs),
        ("tiktok.com\u{0}", Spelling::Signs),
        ("%6c%6f%63%61%6c", Spelling::Signs),
        ("256.256.256.256", Spelling::Number),
        ("1.2.3.4.5", Spelling::Number),
        ("4294967296", Spelling::Number),
        ("a.1", Spelling::Number),
        ("127.0.0.0x", Spelling::Number),
    ] {
        let found = asked(&format!("{host}:443"));
        let is_odd_zero = host == "127.0.0.0x"; // to a browser, `0x` is zero
        let expected = if is_odd_zero { Refusal::Literal } else { Refusal::Spelling(expected) };
        assert_eq!(found, Err(expected), "{host}");
    }
    for port in ["", ":", ":0x50", ":+80", ":-1", ":65616", ":443 ", ":８０"] {
        let found = asked(&format!("www.tiktok.com{port}"));
        assert_eq!(found, Err(Refusal::Spelling(Spelling::Port)), "{port}");
    }
}

#[test]
fn local_names_are_refused_before_they_are_resolved() {
    for name in [
        "localhost",
        "LOCALHOST.",
        "redis",
        "metadata",
        "me.localhost",
        "metadata.google.internal",
        "router.lan",
        "printer.local",
        "a.home.arpa",
        "api.default.svc",
        "api.default.svc.cluster.local",
    ] {
        assert_eq!(asked(&format!("{name}:80")), Err(Refusal::LocalName), "{name}");
    }
}

#[test]
fn one_private_address_spoils_a_name() {
    let rules = Rules::strict(Vec::new());
    let addresses = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
    assert_eq!(rules.judge(&addresses(&["1.1.1.1", "2606:4700::1111"])), Ok(()));
    let mixed = addresses(&["1.1.1.1", "10.0.0.1"]);
    assert_eq!(rules.judge(&mixed), Err(Refusal::Address("private")));
}
