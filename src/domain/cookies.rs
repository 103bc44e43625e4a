//! A cookies file in Netscape's format, as browsers' add-ons and yt-dlp write it.
//!
//! Takes the text of a file and the site it is asked for; gives the lines of that site's own hosts alone, or what
//! state its login is in. A line that is none of the format is left out. Nothing of a value is ever told.

use super::platform::Platform;

/// What a file begins with.
const HEAD: &str = "# Netscape HTTP Cookie File\n";

/// Stands before lines that scripts of a page may not read.
const HTTP_ONLY: &str = "#HttpOnly_";

/// The cookies by which the sites know who is logged in; without them the others are worth nothing.
const LOGINS: [&str; 8] =
    ["sessionid", "auth_token", "c_user", "xs", "reddit_session", "_auth", "SAPISID", "LOGIN_INFO"];

/// What a file holds for one site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// Nothing.
    None,
    /// Cookies that can be used.
    Usable,
    /// Cookies, but the login among them, or all of them, are past their time.
    Expired,
}

struct Cookie<'a> {
    domain: &'a str,
    expires: i64,
    name: &'a str,
}

/// Understands one line.
fn cookie(line: &str) -> Option<Cookie<'_>> {
    let line = line.strip_prefix(HTTP_ONLY).unwrap_or(line);
    if line.starts_with('#') {
        return None;
    }
    let fields: Vec<&str> = line.split('\t').collect();
    let [domain, _subdomains, _path, _secure, expires, name, _value] = fields[..] else { return None };
    Some(Cookie { domain: domain.trim_start_matches('.'), expires: expires.parse().ok()?, name })
}

/// The lines of a site's own hosts, as a file; nothing where there are none.
pub fn of(platform: &Platform, file: &str) -> Option<String> {
    let ours = |line: &&str| cookie(line).is_some_and(|cookie| platform.serves(cookie.domain));
    let lines: Vec<&str> = file.lines().map(|line| line.trim_end_matches('\r')).filter(ours).collect();
    (!lines.is_empty()).then(|| format!("{HEAD}{}\n", lines.join("\n")))
}

/// The state of a site's login at `now`, in seconds since 1970.
pub fn login(platform: &Platform, file: &str, now: i64) -> Login {
    let ours: Vec<Cookie> =
        file.lines().filter_map(cookie).filter(|cookie| platform.serves(cookie.domain)).collect();
    // Zero is until the browser is closed.
    let is_over = |cookie: &&Cookie| cookie.expires > 0 && cookie.expires <= now;
    let is_login = |cookie: &&Cookie| LOGINS.contains(&cookie.name);
    if ours.is_empty() {
        Login::None
    } else if ours.iter().filter(is_login).any(|cookie| is_over(&cookie))
        || ours.iter().all(|cookie| is_over(&cookie))
    {
        Login::Expired
    } else {
        Login::Usable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Netscape HTTP Cookie File\n\
        #HttpOnly_.instagram.com\tTRUE\t/\tTRUE\t2000\tsessionid\tsecret-i\n\
        .instagram.com\tTRUE\t/\tTRUE\t9000\tmid\tx\r\n\
        .tiktok.com\tTRUE\t/\tTRUE\t0\tsessionid\tsecret-t\n\
        notinstagram.com\tFALSE\t/\tTRUE\t0\tsessionid\tsecret-n\n\
        instagram.com.evil.example\tFALSE\t/\tTRUE\t0\tsessionid\tsecret-e\n\
        # .instagram.com\tTRUE\t/\tTRUE\t0\told\tcomment\n\
        .instagram.com half a line\n";

    fn site(host: &str) -> Platform {
        Platform { hosts: vec![host.to_owned()], ..Platform::default() }
    }

    #[test]
    fn a_site_gets_the_cookies_of_its_own_hosts_alone() {
        let instagram = of(&site("instagram.com"), FILE);
        assert_eq!(
            instagram.as_deref(),
            Some(
                "# Netscape HTTP Cookie File\n\
                 #HttpOnly_.instagram.com\tTRUE\t/\tTRUE\t2000\tsessionid\tsecret-i\n\
                 .instagram.com\tTRUE\t/\tTRUE\t9000\tmid\tx\n"
            )
        );
        assert_eq!(of(&site("reddit.com"), FILE), None);
        assert_eq!(of(&site("instagram.com"), "<html>no cookies</html>"), None);
    }

    #[test]
    fn a_login_is_expired_with_its_own_cookie_or_with_all() {
        for (host, now, expected) in [
            ("instagram.com", 1_999, Login::Usable),
            ("instagram.com", 2_000, Login::Expired),
            ("tiktok.com", 9_999_999, Login::Usable),
            ("reddit.com", 1, Login::None),
        ] {
            assert_eq!(login(&site(host), FILE, now), expected, "{host} at {now}");
        }
        assert_eq!(login(&site("x.com"), ".x.com\tTRUE\t/\tTRUE\t5\tlang\ten", 6), Login::Expired);
    }
}
