//! The sites links are fetched from, as the operator lists them. Fails with the key of what cannot be used.

use std::collections::BTreeMap;

use config::{Value, ValueKind};

use super::reader::{Reader, SettingsError};

/// The table with a table for each site.
const KEY: &str = "PLATFORMS";

/// Extractors that lead anywhere a stranger wants.
const ANYWHERE: [&str; 9] =
    ["generic", "all", "default", "end", "ytdl", "recursive", "directlink", "oauth", "noop"];

/// One site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Platform {
    /// Its name for people.
    pub name: String,
    /// Its hosts; a name also stands for everything below it. None: the site is not read.
    pub hosts: Vec<String>,
    /// yt-dlp's extractors for its single videos.
    pub extractors: Vec<String>,
    /// gallery-dl's extractors for its single posts of pictures.
    pub galleries: Vec<String>,
}

/// Reads the sites, in the order of their keys.
pub(super) fn read(from: &Reader) -> Result<Vec<Platform>, SettingsError> {
    let table = from.table(KEY).ok_or_else(|| {
        from.error(KEY, "is no table", "Write [platforms.site] with name, hosts, extractors and galleries.")
    })?;
    let mut platforms: Vec<Platform> = Vec::new();
    for (key, value) in table.into_iter().collect::<BTreeMap<_, _>>() {
        let site = Site { from, key: format!("{KEY}.{}", key.to_uppercase()) };
        let platform = site.read(value)?;
        for earlier in &platforms {
            site.differs(&platform, earlier)?;
        }
        platforms.push(platform);
    }
    Ok(platforms)
}

/// One site's table, for errors about it.
struct Site<'a> {
    from: &'a Reader,
    key: String,
}

impl Site<'_> {
    fn read(&self, value: Value) -> Result<Platform, SettingsError> {
        let origin = value.origin().map(str::to_owned);
        let mut table = value.into_table().map_err(|_| {
            self.error(origin.clone(), "", "is no table", "Write [platforms.site] and its keys below.")
        })?;
        let name = table.remove("name").and_then(|name| name.into_string().ok()).unwrap_or_default();
        let name = name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 40 || name.chars().any(char::is_control) {
            return Err(self.error(
                origin,
                ".NAME",
                "is no name",
                "Give it the site's name, such as name = \"TikTok\".",
            ));
        }
        let mut list = |key: &str| self.list(key, table.remove(key));
        let (hosts, extractors, galleries) = (list("hosts")?, list("extractors")?, list("galleries")?);
        if let Some(odd) = hosts.iter().find(|host| !is_host(host)) {
            let fix = "Write public host names alone, such as hosts = [\"tiktok.com\"].";
            return Err(self.error(origin, ".HOSTS", &format!("`{odd}` is no host name"), fix));
        }
        if !hosts.is_empty() && extractors.is_empty() && galleries.is_empty() {
            let fix =
                "Name an extractor in EXTRACTORS or GALLERIES, or write hosts = [] to switch the site off.";
            return Err(self.error(origin, "", "has hosts and nothing to read them with", fix));
        }
        if let Some(odd) = extractors.iter().find(|name| !is_extractor(name)) {
            let fix = "Use a name that `yt-dlp --list-extractors` prints, of one site alone.";
            return Err(self.error(origin, ".EXTRACTORS", &format!("`{odd}` cannot be used"), fix));
        }
        if let Some(odd) = galleries.iter().find(|name| !is_gallery(name)) {
            let fix = "Use category:subcategory of `gallery-dl --list-extractors`, of one site alone.";
            return Err(self.error(origin, ".GALLERIES", &format!("`{odd}` cannot be used"), fix));
        }
        if let Some(odd) = table.keys().next() {
            let fix = "A site has name, hosts, extractors and galleries.";
            return Err(self.error(origin, &format!(".{}", odd.to_uppercase()), "is no setting", fix));
        }
        Ok(Platform { name, hosts, extractors, galleries })
    }

    fn list(&self, key: &str, value: Option<Value>) -> Result<Vec<String>, SettingsError> {
        let Some(value) = value else { return Ok(Vec::new()) };
        let origin = value.origin().map(str::to_owned);
        let no_list = || {
            self.error(
                origin.clone(),
                &format!(".{}", key.to_uppercase()),
                "is no list of texts",
                &format!("Write it as {key} = [\"…\", \"…\"]."),
            )
        };
        let ValueKind::Array(items) = value.kind else { return Err(no_list()) };
        let texts = items.into_iter().map(|item| match item.kind {
            ValueKind::String(text) => Ok(text),
            _ => Err(no_list()),
        });
        texts.collect()
    }

    /// A host belongs to one site, and so does a name: it is a party that can be out of order.
    fn differs(&self, platform: &Platform, earlier: &Platform) -> Result<(), SettingsError> {
        if platform.name.eq_ignore_ascii_case(&earlier.name) {
            return Err(self.error(
                None,
                ".NAME",
                "is another site's name too",
                "Give it a name of its own.",
            ));
        }
        match platform.hosts.iter().find(|host| earlier.hosts.contains(host)) {
            Some(host) => Err(self.error(
                None,
                ".HOSTS",
                &format!("`{host}` is also {}'s", earlier.name),
                "List each host once.",
            )),
            None => Ok(()),
        }
    }

    fn error(&self, origin: Option<String>, key: &str, problem: &str, fix: &str) -> SettingsError {
        let error = self.from.error(KEY, problem, fix);
        SettingsError { key: format!("{}{key}", self.key), origin: origin.unwrap_or(error.origin), ..error }
    }
}

/// A name of the public network: no address, no port, no scheme, nothing that is known in a local network alone.
fn is_host(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let plain = |label: &&str| {
        let letters =
            label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        !label.is_empty() && letters && !label.starts_with('-') && !label.ends_with('-')
    };
    let top = labels.last().copied().unwrap_or_default();
    let is_public = !matches!(top, "localhost" | "local" | "internal" | "lan" | "home" | "arpa");
    let is_number = top.bytes().all(|byte| byte.is_ascii_digit());
    labels.len() > 1 && labels.iter().all(plain) && is_public && !is_number
}

/// yt-dlp takes patterns here: a name of plain letters is one extractor and never many.
fn is_extractor(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b":._-".contains(&byte);
    let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    first && name.bytes().all(plain) && !ANYWHERE.contains(&name)
}

fn is_gallery(name: &str) -> bool {
    let plain = |word: &str| {
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
        word.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric()) && word.bytes().all(letters)
    };
    name.split_once(':').is_some_and(|(category, subcategory)| {
        plain(category) && plain(subcategory) && !ANYWHERE.contains(&category)
    })
}
