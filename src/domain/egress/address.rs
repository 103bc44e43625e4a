//! Which addresses are places on the public internet.
//!
//! Takes an address; gives the name of the block that keeps it from being one. The tables are the union of
//! what Stripe's Smokescreen (`classifyAddr`) and Svix (`is_allowed`) deny, of IANA's two registries of
//! special-purpose addresses, and of one cloud's host address that lies among public ones.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A block that is no place on the public internet: first address, length of the prefix in bits, name.
type Block<A> = (A, u32, &'static str);

const fn v4(a: u8, b: u8, c: u8, d: u8) -> Ipv4Addr {
    Ipv4Addr::new(a, b, c, d)
}

const fn v6(a: u16, b: u16, c: u16, d: u16) -> Ipv6Addr {
    Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)
}

const DENIED_V4: [Block<Ipv4Addr>; 17] = [
    (v4(0, 0, 0, 0), 8, "this network"),
    (v4(10, 0, 0, 0), 8, "private"),
    (v4(100, 64, 0, 0), 10, "carrier-grade NAT"),
    (v4(127, 0, 0, 0), 8, "loopback"),
    // Azure's host and its keys; public by its number alone.
    (v4(168, 63, 129, 16), 32, "cloud metadata"),
    (v4(169, 254, 0, 0), 16, "link-local"),
    (v4(172, 16, 0, 0), 12, "private"),
    (v4(192, 0, 0, 0), 24, "protocol assignments"),
    (v4(192, 0, 2, 0), 24, "documentation"),
    (v4(192, 52, 193, 0), 24, "multicast relays"),
    (v4(192, 88, 99, 0), 24, "6to4 relays"),
    (v4(192, 168, 0, 0), 16, "private"),
    (v4(198, 18, 0, 0), 15, "benchmarks"),
    (v4(198, 51, 100, 0), 24, "documentation"),
    (v4(203, 0, 113, 0), 24, "documentation"),
    (v4(224, 0, 0, 0), 4, "multicast"),
    (v4(240, 0, 0, 0), 4, "class E"),
];

/// What lies outside of `2000::/3` needs no row to be denied; the rows name it.
const DENIED_V6: [Block<Ipv6Addr>; 14] = [
    (v6(0x64, 0xff9b, 0, 0), 96, "NAT64"),
    (v6(0x64, 0xff9b, 1, 0), 48, "NAT64"),
    (v6(0x100, 0, 0, 0), 64, "discard"),
    (v6(0x2001, 0, 0, 0), 32, "Teredo"),
    (v6(0x2001, 0, 0, 0), 23, "protocol assignments"),
    (v6(0x2001, 0xdb8, 0, 0), 32, "documentation"),
    (v6(0x2002, 0, 0, 0), 16, "6to4"),
    (v6(0x3fff, 0, 0, 0), 20, "documentation"),
    (v6(0x5f00, 0, 0, 0), 16, "segment routing"),
    (v6(0xfc00, 0, 0, 0), 7, "private"),
    (v6(0xfe80, 0, 0, 0), 10, "link-local"),
    (v6(0xfec0, 0, 0, 0), 10, "site-local"),
    (v6(0xff00, 0, 0, 0), 8, "multicast"),
    // Loopback, the unspecified address and IPv4 written as IPv6.
    (v6(0, 0, 0, 0), 64, "IPv4 in disguise"),
];

/// Global unicast, the one part of IPv6 the public internet uses.
const GLOBAL_V6: (Ipv6Addr, u32) = (v6(0x2000, 0, 0, 0), 3);

/// Why an address is no place on the public internet; nothing when it is one.
///
/// An IPv4 address inside an IPv6 one is denied whatever it is: no public name leads there, and each
/// of these forms has been used to get around a list.
pub fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(ip) => {
            let found = DENIED_V4.iter().find(|(first, bits, _)| same(ip.to_bits(), first.to_bits(), *bits));
            found.map(|(.., name)| *name)
        }
        IpAddr::V6(ip) => {
            let inside = |first: Ipv6Addr, bits: u32| wide_same(ip.to_bits(), first.to_bits(), bits);
            let found = DENIED_V6.iter().find(|(first, bits, _)| inside(*first, *bits));
            let name = found.map(|(.., name)| *name);
            name.or_else(|| (!inside(GLOBAL_V6.0, GLOBAL_V6.1)).then_some("not global"))
        }
    }
}

fn same(one: u32, other: u32, bits: u32) -> bool {
    (one ^ other).leading_zeros() >= bits
}

fn wide_same(one: u128, other: u128, bits: u32) -> bool {
    (one ^ other).leading_zeros() >= bits
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    /// First and last of each block, and the neighbours that are public.
    #[test]
    fn each_block_is_denied_from_its_first_address_to_its_last() {
        for (name, first, last) in [
            ("this network", "0.0.0.0", "0.255.255.255"),
            ("private", "10.0.0.0", "10.255.255.255"),
            ("carrier-grade NAT", "100.64.0.0", "100.127.255.255"),
            ("loopback", "127.0.0.0", "127.255.255.255"),
            ("cloud metadata", "168.63.129.16", "168.63.129.16"),
            ("link-local", "169.254.0.0", "169.254.255.255"),
            ("private", "172.16.0.0", "172.31.255.255"),
            ("protocol assignments", "192.0.0.0", "192.0.0.255"),
            ("documentation", "192.0.2.0", "192.0.2.255"),
            ("multicast relays", "192.52.193.0", "192.52.193.255"),
            ("6to4 relays", "192.88.99.0", "192.88.99.255"),
            ("private", "192.168.0.0", "192.168.255.255"),
            ("benchmarks", "198.18.0.0", "198.19.255.255"),
            ("documentation", "198.51.100.0", "198.51.100.255"),
            ("documentation", "203.0.113.0", "203.0.113.255"),
            ("multicast", "224.0.0.0", "239.255.255.255"),
            ("class E", "240.0.0.0", "255.255.255.255"),
            ("IPv4 in disguise", "::", "::ffff:ffff:ffff:ffff"),
            ("IPv4 in disguise", "::1", "::7f00:1"),
            ("IPv4 in disguise", "::ffff:8.8.8.8", "::ffff:127.0.0.1"),
            ("NAT64", "64:ff9b::", "64:ff9b::ffff:ffff"),
            ("NAT64", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
            ("discard", "100::", "100::ffff:ffff:ffff:ffff"),
            ("Teredo", "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("protocol assignments", "2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("documentation", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("6to4", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("documentation", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("segment routing", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("private", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("link-local", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("site-local", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("multicast", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("not global", "1::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("not global", "4000::", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ] {
            for address in [first, last] {
                assert_eq!(not_public(address.parse().unwrap()), Some(name), "{address}");
            }
        }
    }

    #[test]
    fn the_neighbours_of_the_blocks_are_public() {
        for address in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "168.63.129.17",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2000::",
            "2001:200::",
            "2001:4860:4860::8888",
            "2003::",
            "2606:4700::1111",
            "3ffe::",
            "3fff:1000::",
        ] {
            assert_eq!(not_public(address.parse().unwrap()), None, "{address}");
        }
    }
}
