//! The files of the page: the viewer's, and the owner's in their place or beside them.

mod directory;
mod encoding;
mod kinds;
mod name;
mod other_servers;
mod page;
mod sources;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use bytes::Bytes;
use data_encoding::HEXLOWER;
use framecast_api::{Error, Result};
use http::header::{self, HeaderValue};
use http::{Request, Response, StatusCode};
use sha2::{Digest, Sha256};

use self::directory::Directory;
pub(crate) use self::name::Name;
pub(crate) use self::other_servers::OtherServers;
pub(crate) use self::sources::Sources;
use crate::front::answer::Refusal;
use crate::front::routes;

/// SHA-256.
type Hash = [u8; 32];
/// Bytes of a hash that tell one content of a file from another.
const TAG_BYTES: usize = 16;

/// Files for the page, from memory and from a directory. They replace the viewer's files, or are served in addition
/// to them.
///
/// # Paths
/// A path is relative to the page. `index.html` is the page itself, `favicon.svg` its icon, `style.css` its colors; your
/// page may load others, such as `img/logo.png`. In a directory, too, only `index.html` is the page. The server looks
/// for a requested file in the directory first, then among the files in memory, then among the viewer's. Paths that the
/// server answers itself, such as those of canvases and `stats`, come before all of them.
///
/// # Changes and caches
/// `Resources` is a handle: clones share the files in memory. The next request sees a change, also while the server
/// runs. Every response has an `ETag`, a hash of the content, and browsers ask each time whether the file changed. The
/// viewer's own page names its files by their hashes (`style.css?v=…`), so browsers load those only once.
///
/// The viewer's own page loads all of its modules in one compressed file, `bundle.js`. If one of your files replaces a
/// module, the page loads the modules one by one, so that it gets yours.
///
/// # Security
/// **These files are public.** Everybody who can reach the server can load them without a link. The page's scripts see
/// the links of those who open it. Put nothing secret into the directory, and let only those write there who may drive.
///
/// The `Content-Security-Policy` of every response allows scripts, styles, pictures, fonts and media from this server
/// only, and nothing inline: no `style="…"`, no `<script>` with text in it, no `onclick`. Pictures may also be `data:`
/// and `blob:` URLs. [`with_sources`](Self::with_sources) allows more, such as fonts from another server.
///
/// # Files of a directory
/// The server serves regular files of at most [`Limits::FILE_BYTES`](crate::Limits::FILE_BYTES), as they are at the time
/// of the request. It follows symbolic links that end inside the directory, and opens nothing outside. On Unix this
/// holds even if files are replaced by links during the request. On other systems somebody who may write to the
/// directory could win that race. The status codes are:
/// - 400 for a path with a malformed escape (`%zz`, or bytes that are not UTF-8);
/// - 403 for a file that is too large, or that this program may not read;
/// - 404 for a file that does not exist, or that is never served: names that begin with a dot, contain `\`, `:`,
///   `~` or control characters, end in a dot or a space, are devices on Windows, or are longer than 255 bytes; paths of
///   more than 32 parts; directories; pipes; links that end outside;
/// - 500 if reading the file fails.
///
/// ```
/// use framecast_http::{HttpServer, Resources, ServerConfig};
///
/// let resources = Resources::new();
/// resources.insert("index.html", "<!doctype html><title>Mine</title><img src=logo.svg>")?;
/// resources.insert("logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")?;
/// let mut config = ServerConfig::default();
/// config.resources = resources.clone();
/// let server = HttpServer::bind_with("127.0.0.1:0".parse().unwrap(), config)?;
///
/// resources.insert_as("status", "text/plain; charset=utf-8", "fine")?; // from now on
/// assert!(resources.insert("../elsewhere", "").is_err());
/// # Ok::<(), framecast_api::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Resources {
    files: Arc<RwLock<BTreeMap<Name, Content>>>,
    directory: Option<Arc<Directory>>,
    sources: Sources,
    /// Whether the viewer's page has no status in its corner.
    no_status: bool,
}

impl Resources {
    /// Creates an empty set of files: the page is the viewer's.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves the files of the directory `path` before those in memory. A second call replaces the directory.
    ///
    /// The path is made absolute now. Files are opened for every request, so reload the page to see an edit.
    ///
    /// # Errors
    /// "Invalid input" if there is no such directory, or it cannot be opened.
    pub fn with_directory(mut self, path: impl AsRef<Path>) -> Result<Self> {
        self.directory = Some(Arc::new(Directory::at(path.as_ref())?));
        Ok(self)
    }

    /// Allows the page more sources, in addition to this server. `policy` has directives of a
    /// `Content-Security-Policy`. Several calls add up.
    ///
    /// The directives `connect-src`, `font-src`, `frame-src`, `img-src`, `media-src`, `script-src` and
    /// `style-src` accept origins: `https://example.org`, also with a port, and `https://*.example.org`.
    /// `script-src` and `style-src` also accept hashes of inline code (`'sha256-…'`), `script-src` accepts
    /// `'wasm-unsafe-eval'`, and `style-src` accepts `'unsafe-inline'`. A script from another server sees the links of
    /// those who open the page, so that server could drive.
    ///
    /// ```
    /// use framecast_http::Resources;
    ///
    /// let resources = Resources::new()
    ///     .with_sources("style-src https://fonts.googleapis.com; font-src https://fonts.gstatic.com")?;
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    ///
    /// # Errors
    /// "Invalid input" if `policy` has another directive or source.
    pub fn with_sources(mut self, policy: &str) -> Result<Self> {
        self.sources.add(policy)?;
        Ok(self)
    }

    /// Leaves the status out of the corner of the viewer's page, for an application that needs all of its canvas.
    /// Important messages still appear over the picture: that the connection is lost or refused, and that somebody
    /// asks for control. This does not change an `index.html` of your own: there, `<framecast-view>` shows a status if
    /// it has the attribute `stats`.
    #[must_use]
    pub fn without_status(mut self) -> Self {
        self.no_status = true;
        self
    }

    /// What their page may use besides what this server has.
    pub(crate) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Adds a file at `path`, or replaces the one that is there. The content type follows from the extension of
    /// `path`; it is `application/octet-stream` if that is unknown.
    ///
    /// Write `path` without escapes: `my logo.png`.
    ///
    /// # Errors
    /// "Invalid input" if `path` is one that is never served (see [`Resources`]), or that the server answers
    /// itself.
    pub fn insert(&self, path: &str, bytes: impl Into<Vec<u8>>) -> Result<()> {
        self.put(path, kinds::of(path), bytes.into())
    }

    /// Adds a file like [`insert`](Self::insert), with a content type of your own.
    ///
    /// # Errors
    /// As [`insert`](Self::insert); "invalid input" if `content_type` is empty or not visible ASCII.
    pub fn insert_as(
        &self,
        path: &str,
        content_type: &str,
        bytes: impl Into<Vec<u8>>,
    ) -> Result<()> {
        let visible = content_type.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        match HeaderValue::from_str(content_type) {
            Ok(kind) if visible && !content_type.trim().is_empty() => {
                self.put(path, kind, bytes.into())
            }
            _ => Err(Error::invalid_input(format!(
                "{content_type:?} is no content type; write TYPE/SUBTYPE, such as text/plain"
            ))),
        }
    }

    fn put(&self, path: &str, kind: HeaderValue, bytes: Vec<u8>) -> Result<()> {
        let Some(name) = Name::plain(path) else {
            return Err(Error::invalid_input(format!(
                "no file of the page can be at {path:?}; write parts joined by /, none of which is \
                 empty or begins with a dot, such as img/logo.png"
            )));
        };
        if routes::is_answered(path) {
            return Err(Error::invalid_input(format!(
                "no file of the page can be at {path:?}: the server answers that itself"
            )));
        }
        let hash = hash(&bytes);
        let content = Content::new(kind, bytes.into(), &hash);
        self.files.write().unwrap_or_else(PoisonError::into_inner).insert(name, content);
        Ok(())
    }

    /// Removes the file at `path` from memory. Returns whether there was one.
    pub fn remove(&self, path: &str) -> bool {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        Name::plain(path).is_some_and(|name| files.remove(&name).is_some())
    }

    /// What is called `name` now; `None` if there is nothing. The viewer's page knows the addresses `also`, with spaces
    /// between them.
    pub(crate) async fn find(
        &self,
        name: &Name,
        also: &str,
    ) -> std::result::Result<Option<Content>, Refusal> {
        if let Some(own) = self.own(name).await? {
            return Ok(Some(own));
        }
        if name.as_str() != page::PAGE {
            return Ok(self.viewers(name.as_str()).await);
        }
        let mut parts = Vec::new();
        for part in page::PARTS {
            let own = match Name::plain(part) {
                Some(name) => self.own(&name).await,
                None => Ok(None),
            };
            let found = match own {
                Ok(Some(own)) => Some(own),
                Ok(None) => self.viewers(part).await,
                // Whoever asks for it is told so.
                Err(_) => None,
            };
            parts.extend(found.map(|content| (part, content.version().to_owned())));
        }
        Ok(page::page(&parts, self.no_status, also))
    }

    /// The owner's file called `name`.
    async fn own(&self, name: &Name) -> std::result::Result<Option<Content>, Refusal> {
        if let Some(directory) = &self.directory
            && let Some(content) = directory.find(name).await?
        {
            return Ok(Some(content));
        }
        Ok(self.files.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned())
    }

    /// The viewer's file called `name`, but for its page.
    async fn viewers(&self, name: &str) -> Option<Content> {
        let mut content = viewer(name)?;
        if !content.encodings.is_empty() && self.has_modules().await {
            // In there are the viewer's.
            content = content.unencoded();
        }
        Some(content)
    }

    /// Whether a file of the owner's is in the place of a module of the viewer's.
    async fn has_modules(&self) -> bool {
        let in_memory = {
            let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
            page::modules().any(|path| files.keys().any(|name| name.as_str() == path))
        };
        let Some(directory) = self.directory.as_ref().filter(|_| !in_memory) else {
            return in_memory;
        };
        directory.has_any(page::modules()).await
    }
}

impl fmt::Debug for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let directory = self.directory.as_ref().map(|directory| directory.root());
        f.debug_struct("Resources")
            .field("files", &files.keys().map(Name::as_str).collect::<Vec<_>>())
            .field("directory", &directory)
            .field("sources", &self.sources.to_string())
            .field("no_status", &self.no_status)
            .finish()
    }
}

/// A file as it is given out.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    kind: HeaderValue,
    bytes: Bytes,
    tag: HeaderValue,
    /// The same in other content codings, with their names.
    encodings: &'static [(&'static str, &'static [u8])],
}

impl Content {
    fn new(kind: HeaderValue, bytes: Bytes, hash: &Hash) -> Self {
        let tag = quoted(&HEXLOWER.encode(&hash[..TAG_BYTES]));
        Self { kind, bytes, tag, encodings: &[] }
    }

    fn viewers(file: &'static framecast_viewer::File) -> Self {
        let mut hasher = Sha256::new_with_prefix(file.bytes);
        file.encodings.iter().for_each(|(_, bytes)| hasher.update(bytes));
        let (kind, bytes) =
            (HeaderValue::from_static(file.content_type), Bytes::from_static(file.bytes));
        Self { encodings: file.encodings, ..Self::new(kind, bytes, &hasher.finalize().into()) }
    }

    /// Without other codings.
    fn unencoded(self) -> Self {
        let hash = hash(&self.bytes);
        Self::new(self.kind, self.bytes, &hash)
    }

    /// What tells it from another content at the same path.
    fn version(&self) -> &str {
        self.tag.to_str().unwrap_or_default().trim_matches('"')
    }

    /// The answer to `request`, which asks for it.
    pub(crate) fn answer(self, request: &Request<()>) -> Response<Bytes> {
        let codings: Vec<_> = self.encodings.iter().map(|(coding, _)| *coding).collect();
        let encoded = encoding::choose(request.headers(), &codings).map(|at| self.encodings[at]);
        let tag = encoded.map_or(self.tag.clone(), |(coding, _)| {
            quoted(&format!("{}-{coding}", self.version()))
        });
        let lasts = page::names(request.uri().query(), self.version());
        let known = request
            .headers()
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii)
            .map(|given| given.strip_prefix(b"W/").unwrap_or(given))
            .any(|given| given == b"*" || given == tag.as_bytes());
        // A 304 keeps the body: the writer counts it and does not send it.
        let bytes = encoded.map_or(self.bytes, |(_, bytes)| Bytes::from_static(bytes));
        let mut response = Response::new(bytes);
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, self.kind);
        headers.insert(header::CACHE_CONTROL, if lasts { FOR_GOOD } else { ASK_EACH_TIME });
        headers.insert(header::ETAG, tag);
        if !self.encodings.is_empty() {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        if let Some((coding, _)) = encoded {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    }
}

const ASK_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");
/// For an address that has the hash of what is there.
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

fn quoted(text: &str) -> HeaderValue {
    let value = HeaderValue::try_from(format!("\"{text}\""));
    value.unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// The viewer's file called `name`, as it is in there.
fn viewer(name: &str) -> Option<Content> {
    static FILES: OnceLock<HashMap<&'static str, Content>> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        framecast_viewer::FILES.iter().map(|file| (file.path, Content::viewers(file))).collect()
    });
    files.get(name).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    use super::page::STATUS;

    fn at(resources: &Resources, path: &str) -> Option<Content> {
        smol::block_on(resources.find(&Name::plain(path).unwrap(), "")).unwrap()
    }

    #[test]
    fn without_status_only_the_viewers_own_page_differs_and_by_nothing_else() {
        let text = |content: Content| String::from_utf8(content.bytes.to_vec()).unwrap();
        let usual = Resources::new();
        let plain = usual.clone().without_status();
        let (with, without) =
            (at(&usual, "index.html").unwrap(), at(&plain, "index.html").unwrap());
        assert_ne!(with.tag, without.tag);
        assert_eq!(text(with).matches(STATUS).count(), 1);
        assert_eq!(text(without), text(at(&usual, "index.html").unwrap()).replace(STATUS, " "));
        assert_eq!(at(&usual, "main.js").unwrap().tag, at(&plain, "main.js").unwrap().tag);
        usual.insert("index.html", "<framecast-view stats src=.>").unwrap();
        assert_eq!(text(at(&plain, "index.html").unwrap()), "<framecast-view stats src=.>");
    }

    #[test]
    fn a_file_takes_the_place_of_the_viewers_until_it_is_removed() {
        let resources = Resources::new();
        let before = at(&resources, "index.html").unwrap();
        resources.clone().insert("index.html", "mine").unwrap();
        let mine = at(&resources, "index.html").unwrap();
        assert_eq!(mine.bytes, "mine");
        assert_eq!((&mine.kind, mine.tag == before.tag), (&before.kind, false));
        assert!(resources.remove("index.html") && !resources.remove("index.html"));
        assert_eq!(at(&resources, "index.html").unwrap().tag, before.tag);
        assert!(at(&resources, "logo.png").is_none());
    }

    #[test]
    fn what_can_never_be_asked_for_is_told_so() {
        let resources = Resources::new();
        for path in ["", "/logo.png", "../x", ".env", "a\\b", "stats"] {
            let error = resources.insert(path, "").unwrap_err();
            assert!(error.to_string().contains(&format!("{path:?}")), "{error}");
            assert!(!resources.remove(path));
        }
        for kind in ["", " ", "text/plain\r\nx: y", "täxt"] {
            assert!(resources.insert_as("x", kind, "").is_err(), "{kind:?}");
        }
        resources.insert_as("x", "text/x-mine", "").unwrap();
        assert_eq!(at(&resources, "x").unwrap().kind, "text/x-mine");
    }

    #[test]
    fn an_answer_says_what_it_is_unless_that_is_known() {
        let resources = Resources::new();
        resources.insert("logo.png", [1, 2, 3]).unwrap();
        let answer = |known: &str| {
            let request = Request::builder().header("if-none-match", known).body(()).unwrap();
            at(&resources, "logo.png").unwrap().answer(&request)
        };
        let first = answer("\"x\"");
        assert_eq!((first.status().as_u16(), &first.body()[..]), (200, &[1, 2, 3][..]));
        assert_eq!(first.headers()["content-type"], "image/png");
        assert_eq!(first.headers()["cache-control"], "no-cache");
        let tag = first.headers()["etag"].to_str().unwrap();
        assert_eq!(tag.len(), 2 + 2 * TAG_BYTES);
        assert_eq!(answer(&format!("\"x\", W/{tag}")).status(), 304);
        resources.insert("logo.png", [3, 2, 1]).unwrap();
        assert_eq!(answer(tag).status(), 200, "it was changed");
    }

    fn asked(resources: &Resources, address: &str, codings: &str) -> Response<Bytes> {
        let path = address.split('?').next().unwrap();
        let request = Request::builder().uri(format!("/{address}"));
        let request = request.header("accept-encoding", codings).body(()).unwrap();
        at(resources, path).unwrap().answer(&request)
    }

    /// The address of `name` in the page.
    fn address(resources: &Resources, name: &str) -> String {
        let page = at(resources, "index.html").unwrap();
        let page = std::str::from_utf8(&page.bytes).unwrap();
        let mut quoted = page.split('"').filter(|it| it.starts_with(&format!("{name}?v=")));
        quoted.next().unwrap_or_else(|| panic!("no {name} in {page}")).to_owned()
    }

    #[test]
    fn the_bundle_is_sent_as_it_is_accepted_and_kept_by_its_hash() {
        let resources = Resources::new();
        let bundle = framecast_viewer::file("bundle.js").unwrap();
        let address = address(&resources, "bundle.js");
        let mut tags = std::collections::BTreeSet::new();
        let (br, gzip) = (bundle.encodings[0].1, bundle.encodings[1].1);
        for (codings, coding, bytes) in [
            ("gzip, deflate, br", "br", br),
            ("gzip", "gzip", gzip),
            ("identity", "", bundle.bytes),
        ] {
            let answer = asked(&resources, &address, codings);
            let header =
                |name: &str| answer.headers().get(name).map_or("", |it| it.to_str().unwrap());
            assert_eq!(answer.body(), bytes, "{codings}");
            assert_eq!(header("content-encoding"), coding);
            assert_eq!(header("vary"), "accept-encoding");
            assert_eq!(header("content-type"), bundle.content_type);
            assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
            assert!(tags.insert(header("etag").to_owned()), "each coding has a tag of its own");
        }
        for other in ["bundle.js", "bundle.js?v=0123", "bundle.js?v="] {
            let answer = asked(&resources, other, "br");
            assert_eq!(
                (answer.body(), &answer.headers()["cache-control"]),
                (&Bytes::from(br), &ASK_EACH_TIME)
            );
        }
        for other in ["main.js", "style.css"] {
            let answer = asked(&resources, other, "br");
            assert!(!answer.headers().contains_key("vary"), "{other} is the same for all");
        }
    }

    #[test]
    fn a_module_of_the_owners_is_in_the_page_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let in_memory = Resources::new();
        let resources = in_memory.clone().with_directory(directory.path()).unwrap();
        let whole = address(&resources, "bundle.js");
        let is_bundled = || {
            let address = address(&resources, "bundle.js");
            assert_eq!(
                address == whole,
                asked(&resources, &whole, "br").headers().contains_key("vary")
            );
            let answer = asked(&resources, &address, "br");
            assert_eq!(answer.headers()["cache-control"], FOR_GOOD);
            answer.headers().contains_key("content-encoding")
        };
        assert!(is_bundled());
        for module in ["framecast-view.js", "core/decode/png.js", "ui/words.js"] {
            let path = directory.path().join(module);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "edited").unwrap();
            assert!(!is_bundled(), "{module}");
            assert_eq!(
                asked(&resources, "bundle.js", "br").body(),
                framecast_viewer::file("bundle.js").unwrap().bytes
            );
            // Whoever has a page from before it was edited may keep the bundle, and no other.
            assert_eq!(asked(&resources, &whole, "br").headers()["cache-control"], ASK_EACH_TIME);
            std::fs::remove_file(&path).unwrap();
            assert!(is_bundled(), "{module} is gone");
        }
        in_memory.insert("core/view.js", "edited").unwrap();
        assert!(!is_bundled(), "in memory");
        in_memory.remove("core/view.js");
        for other in ["logo.js", "style.css", "favicon.svg", "index.txt"] {
            in_memory.insert(other, "mine").unwrap();
        }
        assert!(is_bundled(), "none of them is a module of the viewer's");
        in_memory.insert("bundle.js", "mine").unwrap();
        assert_eq!(asked(&resources, "bundle.js", "br").body(), "mine");
    }

    #[test]
    fn a_style_of_the_owners_is_named_by_its_hash_in_the_viewers_page() {
        let resources = Resources::new();
        let before = address(&resources, "style.css");
        resources.insert("style.css", "body {}").unwrap();
        let after = address(&resources, "style.css");
        assert_ne!(before, after);
        assert_eq!(asked(&resources, &after, "").headers()["cache-control"], FOR_GOOD);
        assert_eq!(asked(&resources, &before, "").headers()["cache-control"], ASK_EACH_TIME);
        assert_eq!(asked(&resources, &before, "").body(), "body {}");
    }
}
