//! Links as text: a file of them, one a line, or a value of the environment. Pure: bytes and `now` come in.
//!
//! ```text
//! # NAME ROLE EXPIRY TOKEN-or-HASH
//! desk  drive never                9f86d081884c7d659a2feaa0c55ad015…
//! guest watch 2026-12-31T23:59:59Z sha256:9f86d081884c7d65…
//! ```
//!
//! A file is read as a whole or not at all. Messages name lines and never show what stands in them: somebody who
//! mixes up the fields would find the token in a log.

use std::fmt::Write;
use std::time::SystemTime;

use framecast_api::{Error, Result, Role, utc};
use framecast_stream::WatchLink;

use super::links::Link;
use super::secret::{Secret, Token};
use crate::Limits;

/// The broken lines that one error tells of; how many more there are it tells as well.
const MOST_TOLD: usize = 8;
const HEADER: &str = "\
# The links of a framecast server, one a line: NAME ROLE EXPIRY TOKEN-or-HASH
# ROLE is drive or watch; EXPIRY is never, or a time in UTC such as 2026-12-31T23:59:59Z.
# TOKEN is a secret of 128 random bits or more (openssl rand -hex 32 prints one); or sha256: and its hash.
# A change is noticed while the server runs: who came by a link that is gone is sent away.
# Save it as a whole (editors do): write another file and rename it.
";

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// `None`: never.
    pub(crate) expires: Option<SystemTime>,
    pub(crate) secret: Secret,
}

impl Line {
    /// The link, unless it has expired.
    pub(crate) fn link(&self, now: SystemTime) -> Option<Link> {
        let lifetime = match self.expires {
            None => None,
            Some(at) => Some(at.duration_since(now).ok().filter(|left| !left.is_zero())?),
        };
        Some(Link::new(&self.name, self.role).lasting(lifetime).with_secret(self.secret.clone()))
    }
}

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LinkFile {
    pub(crate) lines: Vec<Line>,
}

/// What is to be done when a file says something else than before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Names and digests of links that are no more.
    pub(crate) gone: Vec<(String, [u8; 32])>,
    pub(crate) added: Vec<Link>,
}

impl Changes {
    /// What changes when the lines `new` take the place of `old`: a line that stays as it is changes nothing, one
    /// that says something else is a new link.
    pub(crate) fn between(old: &[Line], new: &[Line], now: SystemTime) -> Self {
        let gone = old.iter().filter(|line| !new.contains(line));
        let gone = gone.filter_map(|line| Some((line.name.clone(), line.secret.digest()?)));
        let added = new.iter().filter(|line| !old.contains(line));
        Self { gone: gone.collect(), added: added.filter_map(|line| line.link(now)).collect() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.added.is_empty()
    }
}

impl LinkFile {
    /// Random links called "drive", unless `watch_only`, and "watch", for ever.
    pub(crate) fn random(watch_only: bool) -> Result<Self> {
        let line = |role: Role| {
            let secret = Secret::Own(Token::random()?);
            Ok(Line { name: role.name().to_owned(), role, expires: None, secret })
        };
        let roles = if watch_only { &[Role::Watch][..] } else { &[Role::Drive, Role::Watch] };
        Ok(Self { lines: roles.iter().map(|role| line(*role)).collect::<Result<_>>()? })
    }

    /// Reads the contents of a file.
    ///
    /// # Errors
    /// "Invalid input", with the number of each broken line and what is possible there.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let numbered = Self::parse_numbered(bytes)?;
        Ok(Self { lines: numbered.into_iter().map(|(_, line)| line).collect() })
    }

    /// As [`parse`](Self::parse), without the links to drive, which count nowhere here; and the numbers of their lines.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub(crate) fn parse_watching(bytes: &[u8]) -> Result<(Self, Vec<usize>)> {
        let numbered = Self::parse_numbered(bytes)?;
        let (lines, left_out): (Vec<_>, Vec<_>) =
            numbered.into_iter().partition(|(_, line)| line.role == Role::Watch);
        let lines = lines.into_iter().map(|(_, line)| line).collect();
        Ok((Self { lines }, left_out.into_iter().map(|(number, _)| number).collect()))
    }

    fn parse_numbered(bytes: &[u8]) -> Result<Vec<(usize, Line)>> {
        if bytes.len() > Limits::LINK_FILE_BYTES {
            return Err(Error::invalid_input(format!(
                "it has more than {} bytes",
                Limits::LINK_FILE_BYTES
            )));
        }
        let mut found: Vec<(usize, Line)> = Vec::new();
        let mut broken = Vec::new();
        for (number, bytes) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            match line(bytes).and_then(|line| line.map(|line| distinct(line, &found)).transpose()) {
                Ok(None) => {}
                Ok(Some(line)) => found.push((number, line)),
                Err(why) => broken.push(format!("line {number}: {why}")),
            }
        }
        if !broken.is_empty() {
            let more = broken.len().saturating_sub(MOST_TOLD);
            broken.truncate(MOST_TOLD);
            let mut text = broken.join("; ");
            if more > 0 {
                let _ = write!(text, "; and {more} more");
            }
            return Err(Error::invalid_input(text));
        }
        Ok(found)
    }

    /// As [`parse`](Self::parse) reads it, with its secrets.
    pub(crate) fn to_text(&self) -> String {
        let mut text = HEADER.to_owned();
        for Line { name, role, expires, secret } in &self.lines {
            let expires = expires.map_or_else(|| "never".to_owned(), utc::format);
            if let Some(secret) = secret.to_text() {
                let _ = writeln!(text, "{name} {} {expires} {secret}", role.name());
            }
        }
        text
    }

    /// The links that have not expired.
    pub(crate) fn links(&self, now: SystemTime) -> Vec<Link> {
        self.lines.iter().filter_map(|line| line.link(now)).collect()
    }

    /// The lines of those.
    pub(crate) fn valid(&self, now: SystemTime) -> Vec<Line> {
        self.lines.iter().filter(|line| line.link(now).is_some()).cloned().collect()
    }

    /// The names of those that have.
    pub(crate) fn expired(&self, now: SystemTime) -> Vec<&str> {
        let expired = self.lines.iter().filter(|line| line.link(now).is_none());
        expired.map(|line| &*line.name).collect()
    }

    /// Checks a file that was changed while it is in use: it must end with the end of a line. One that is being written may
    /// stop anywhere, also in the middle of a token.
    ///
    /// # Errors
    /// "Invalid input" if it is empty or its last line has no end.
    pub(crate) fn check_whole(bytes: &[u8]) -> Result<()> {
        match bytes.last() {
            Some(b'\n') => Ok(()),
            Some(_) => Err(Error::invalid_input(
                "its last line has no end, so it may not be whole; end it with a new line",
            )),
            None => Err(Error::invalid_input(
                "it is empty, so it may not be whole; to have no links leave a comment in it",
            )),
        }
    }
}

/// Reads a line; `None`: it says nothing.
fn line(bytes: &[u8]) -> std::result::Result<Option<Line>, String> {
    if bytes.len() > Limits::LINK_LINE_BYTES {
        return Err(format!("it has more than {} bytes", Limits::LINK_LINE_BYTES));
    }
    let text = str::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_owned())?;
    let text = text.trim_matches([' ', '\t', '\r']);
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    let fields: Vec<&str> = text.split([' ', '\t']).filter(|field| !field.is_empty()).collect();
    let [name, role, expires, secret] = fields[..] else {
        return Err(format!(
            "it has {} fields; write NAME ROLE EXPIRY TOKEN, such as: desk drive never TOKEN",
            fields.len()
        ));
    };
    if !WatchLink::is_name(name) {
        return Err(format!(
            "the name (first field) must be 1 to {} letters, digits, - and _",
            WatchLink::LONGEST_NAME
        ));
    }
    let expires = match expires {
        "never" => None,
        time => Some(utc::parse(time).ok_or(
            "the expiry (third field) must be never, or a time in UTC such as 2026-12-31T23:59:59Z",
        )?),
    };
    Ok(Some(Line {
        name: name.to_owned(),
        role: role_of(role).ok_or("the role (second field) must be drive or watch")?,
        expires,
        secret: Secret::parse(secret).map_err(|error| error.to_string())?,
    }))
}

/// A line that says nothing that another has said.
fn distinct(line: Line, others: &[(usize, Line)]) -> std::result::Result<Line, String> {
    if others.len() >= Limits::LINKS {
        return Err(format!("a server has at most {} links", Limits::LINKS));
    }
    let digest = line.secret.digest();
    for (number, other) in others {
        if other.name == line.name {
            return Err(format!("it has the same name as line {number}"));
        }
        if other.secret.digest() == digest {
            return Err(format!("it has the same token as line {number}; give each link its own"));
        }
    }
    Ok(line)
}

fn role_of(text: &str) -> Option<Role> {
    [Role::Drive, Role::Watch].into_iter().find(|role| role.name() == text)
}

/// What begins the name of a variable with a link.
const VARIABLE: &str = "FRAMECAST_LINK_";

impl Link {
    /// The links among variables of the environment: `FRAMECAST_LINK_desk=drive:TOKEN` is one called "desk", and
    /// `FRAMECAST_LINK_guest=watch:sha256:…` has the hash of a token. In the order of their names; other
    /// variables mean nothing here.
    ///
    /// Whoever may look into the process or the definition of its container sees its variables: where that
    /// is somebody else, give hashes.
    ///
    /// ```
    /// # use framecast_http::Link;
    /// let token = "vJ8_kQ2-xP7.aZ4~mT9wLb";
    /// let links = Link::from_variables([("FRAMECAST_LINK_desk", format!("drive:{token}"))])?;
    /// assert_eq!(links[0].name(), "desk");
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    ///
    /// # Errors
    /// "Invalid input", with the variable's name and what is possible, if one makes no sense. Values are not shown.
    pub fn from_variables<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> Result<Vec<Self>>
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        let mut links = Vec::new();
        for (variable, value) in variables {
            let Some(name) = variable.as_ref().strip_prefix(VARIABLE) else { continue };
            let failed = |why: &str| {
                Error::invalid_input(format!("the variable {:?}: {why}", variable.as_ref()))
            };
            if !WatchLink::is_name(name) {
                return Err(failed(&format!(
                    "after {VARIABLE} comes the name of a link, 1 to {} letters, digits, - and _",
                    WatchLink::LONGEST_NAME
                )));
            }
            let value = value.as_ref();
            let parts = value.split_once(':');
            let (role, secret) = parts
                .and_then(|(role, secret)| Some((role_of(role)?, secret)))
                .ok_or_else(|| failed("its value must be drive:TOKEN or watch:TOKEN; in the place of TOKEN can stand sha256:HASH"))?;
            let secret = Secret::parse(secret).map_err(|error| failed(&error.to_string()))?;
            links.push(Self::new(name, role).with_secret(secret));
        }
        links.sort_by(|one, other| one.name().cmp(other.name()));
        Ok(links)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::*;

    const ONE: &str = "vJ8_kQ2-xP7.aZ4~mT9wLb";
    const TWO: &str = "9f86d081884c7d659a2feaa0c55ad015";
    const HASH: &str = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

    fn now() -> SystemTime {
        utc::parse("2026-06-01T00:00:00Z").unwrap()
    }

    fn read(text: &str) -> LinkFile {
        LinkFile::parse(text.as_bytes()).unwrap()
    }

    fn error(text: impl AsRef<[u8]>) -> String {
        LinkFile::parse(text.as_ref()).unwrap_err().to_string()
    }

    #[test]
    fn a_file_has_one_link_a_line_and_comments() {
        let file = read(&format!(
            "# ours\n\n desk drive never {ONE}\r\n\tguest\twatch  2026-12-31T23:59:59Z {HASH} \n#"
        ));
        let [desk, guest] = &file.lines[..] else { panic!("{file:?}") };
        assert_eq!((&*desk.name, desk.role, desk.expires), ("desk", Role::Drive, None));
        assert_eq!(desk.secret.to_text().as_deref(), Some(ONE));
        assert_eq!((&*guest.name, guest.role), ("guest", Role::Watch));
        assert_eq!(guest.expires, utc::parse("2026-12-31T23:59:59Z"));
        assert_eq!(guest.secret.to_text().as_deref(), Some(HASH));
        assert_eq!(read(&file.to_text()), file);
        assert_eq!(read(""), LinkFile::default());
    }

    #[test]
    fn every_broken_line_is_told_with_its_number_and_without_what_it_says() {
        let text = error(format!(
            "desk {TWO}\nfine drive never {ONE}\na drive {TWO} never\nb {TWO} never x\n{TWO}! drive never {ONE}\nc drive never short"
        ));
        for part in [
            "line 1: it has 2 fields",
            "line 3: the expiry",
            "line 4: the role (second field) must be drive or watch",
            "line 5: the name",
            "line 6: a link cannot have this token: it is too short",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("line 2") && !text.contains(TWO) && !text.contains(ONE), "{text}");
    }

    #[test]
    fn a_name_or_a_token_that_was_there_before_is_refused() {
        let (first, hash) = (format!("desk drive never {ONE}\n"), Secret::parse(ONE).unwrap());
        let digits: String = hash.digest().unwrap().iter().map(|it| format!("{it:02x}")).collect();
        for (second, why) in [
            (format!("desk watch never {TWO}"), "line 2: it has the same name as line 1"),
            (format!("guest watch never {ONE}"), "line 2: it has the same token as line 1"),
            (
                format!("guest watch never sha256:{digits}"),
                "line 2: it has the same token as line 1",
            ),
        ] {
            assert!(error(first.clone() + &second).contains(why), "{second}");
        }
    }

    #[test]
    fn a_file_a_line_and_the_number_of_links_have_limits() {
        assert!(error(vec![b'\n'; Limits::LINK_FILE_BYTES + 1]).contains("more than"));
        assert!(LinkFile::parse(&vec![b'\n'; Limits::LINK_FILE_BYTES]).is_ok());
        let comment = "#".repeat(Limits::LINK_LINE_BYTES);
        assert!(LinkFile::parse(comment.as_bytes()).is_ok());
        assert!(error(comment + "#").contains("line 1: it has more than"));
        let many = |count: usize| -> String {
            let line = |n| format!("n{n} watch never sha256:{n:064x}\n");
            (0..count).map(line).collect()
        };
        assert_eq!(read(&many(Limits::LINKS)).lines.len(), Limits::LINKS);
        assert!(error(many(Limits::LINKS + 1)).contains("at most 64 links"));
        let long = error("x\n".repeat(1000));
        assert!(long.ends_with("; and 992 more") && long.len() < 2000, "{long}");
        assert!(error(b"desk drive never \xff").contains("UTF-8"));
    }

    #[test]
    fn an_expired_line_is_no_link_and_no_error() {
        let file = read(&format!(
            "old drive 2026-05-31T23:59:59Z {ONE}\nnow watch 2026-06-01T00:00:00Z {TWO}\nnew watch 2026-06-01T00:00:01Z {HASH}"
        ));
        assert_eq!(file.expired(now()), ["old", "now"]);
        let links = file.links(now());
        assert_eq!(links.iter().map(Link::name).collect::<Vec<_>>(), ["new"]);
        let expected = Link::watch("new").expires_in(Duration::from_secs(1));
        assert_eq!(links, [expected.with_token_hash(HASH).unwrap()]);
        assert!(file.expired(UNIX_EPOCH).is_empty());
    }

    #[test]
    fn only_lines_that_differ_are_changed() {
        let before = read(&format!("a drive never {ONE}\nb watch never {TWO}"));
        let reordered = read(&format!("# hello\nb watch never {TWO}\na drive never {ONE}"));
        let changes = |new: &LinkFile| Changes::between(&before.lines, &new.lines, now());
        assert!(changes(&reordered).is_empty());
        let changed = read(&format!("b watch 2027-01-01T00:00:00Z {TWO}\nc watch never {HASH}"));
        let Changes { gone, added } = changes(&changed);
        assert_eq!(gone.iter().map(|(name, _)| &**name).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(added.iter().map(Link::name).collect::<Vec<_>>(), ["b", "c"]);
    }

    #[test]
    fn a_file_that_is_being_written_is_not_taken_for_a_whole_one() {
        let whole = format!("a drive never {ONE}\nb watch never {}\n", "9f86d081".repeat(9) + "ab");
        assert_eq!(read(&whole).lines.len(), 2);
        assert!(LinkFile::check_whole(whole.as_bytes()).is_ok());
        for end in 0..whole.len() {
            let part = LinkFile::check_whole(&whole.as_bytes()[..end]);
            assert_eq!(part.is_ok(), whole[..end].ends_with('\n'), "{end}");
        }
        assert!(LinkFile::check_whole(b"# none\n").is_ok());
    }

    #[test]
    fn the_time_of_day_decides_which_lines_are_valid() {
        let file = read(&format!("a drive never {ONE}\nb watch 2026-06-01T00:00:01Z {TWO}\n"));
        let (before, after) = (file.valid(now()), file.valid(now() + Duration::from_secs(1)));
        let Changes { gone, added } = Changes::between(&before, &after, now());
        assert_eq!((&*gone[0].0, gone.len(), added.len()), ("b", 1, 0));
        // The clock was ahead, and was set.
        let Changes { gone, added } = Changes::between(&after, &before, now());
        assert_eq!((gone.len(), added[0].name()), (0, "b"));
    }

    #[test]
    fn a_file_that_is_made_has_two_random_links() {
        let (one, other) = (LinkFile::random(false).unwrap(), LinkFile::random(false).unwrap());
        let read = read(&one.to_text());
        assert_eq!(read, one);
        let names: Vec<_> = read.lines.iter().map(|line| (&*line.name, line.role)).collect();
        assert_eq!(names, [("drive", Role::Drive), ("watch", Role::Watch)]);
        assert!(one.lines.iter().all(|line| !other.lines.contains(line)));
    }

    #[test]
    fn where_viewers_only_watch_lines_to_drive_are_left_out_and_told_by_number() {
        let text = format!("a drive never {ONE}\n\nb watch never {TWO}\nc drive never {HASH}\n");
        let (file, left_out) = LinkFile::parse_watching(text.as_bytes()).unwrap();
        let names: Vec<_> = file.lines.iter().map(|line| &*line.name).collect();
        assert_eq!((names, left_out), (vec!["b"], vec![1, 4]));
        // It is still a whole file: a token is in it once, and nothing in it is broken.
        let twice = format!("a drive never {ONE}\nb watch never {ONE}\n");
        assert!(LinkFile::parse_watching(twice.as_bytes()).is_err());
        assert!(LinkFile::parse_watching(b"a drive never short\n").is_err());
        let made = LinkFile::random(true).unwrap();
        assert_eq!(made.lines.iter().map(|line| line.role).collect::<Vec<_>>(), [Role::Watch]);
    }

    #[test]
    fn variables_are_links() {
        let variables = [
            ("PATH", "/bin".to_owned()),
            ("FRAMECAST_LINK_guest", format!("watch:{HASH}")),
            ("FRAMECAST_LINK_desk", format!("drive:{ONE}")),
            ("FRAMECAST_BACKEND", "http".to_owned()),
        ];
        let links = Link::from_variables(variables).unwrap();
        let expected = [
            Link::drive("desk").with_token(ONE).unwrap(),
            Link::watch("guest").with_token_hash(HASH).unwrap(),
        ];
        assert_eq!(links, expected);
        for (variable, value, why) in [
            ("FRAMECAST_LINK_", "drive:x", "name of a link"),
            ("FRAMECAST_LINK_a b", "drive:x", "name of a link"),
            ("FRAMECAST_LINK_a", TWO, "drive:TOKEN"),
            ("FRAMECAST_LINK_a", "", "drive:TOKEN"),
            ("FRAMECAST_LINK_a", "host:x", "drive:TOKEN"),
            ("FRAMECAST_LINK_a", "drive:", "too short"),
            ("FRAMECAST_LINK_a", "drive:sha256:x", "64 hexadecimal"),
        ] {
            let error = Link::from_variables([(variable, value)]).unwrap_err().to_string();
            assert!(error.contains(variable) && error.contains(why), "{error}");
            assert!(!error.contains(TWO), "{error}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_can_be_written_and_read_again(
            names in prop::collection::btree_set("[A-Za-z0-9_-]{1,32}", 0..20),
            kinds in prop::collection::vec((any::<bool>(), prop::option::of(0u64..253_402_300_799)), 20),
        ) {
            let line = |(name, (drives, expires)): (String, (bool, Option<u64>))| Line {
                name,
                role: if drives { Role::Drive } else { Role::Watch },
                expires: expires.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds)),
                secret: if drives { Secret::Own(Token::random().unwrap()) } else {
                    Secret::Hash(Secret::Own(Token::random().unwrap()).digest().unwrap())
                },
            };
            let file = LinkFile { lines: names.into_iter().zip(kinds).map(line).collect() };
            prop_assert_eq!(LinkFile::parse(file.to_text().as_bytes()).unwrap(), file);
        }
    }
}
