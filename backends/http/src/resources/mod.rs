//! The files of the page: the viewer's, and the owner's in their place or beside them.

mod directory;
mod kinds;
mod name;
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
pub(crate) use self::sources::Sources;
use crate::front::answer::Refusal;
use crate::front::routes;

/// SHA-256.
type Hash = [u8; 32];
/// Bytes of a hash that tell one content of a file from another.
const TAG_BYTES: usize = 16;

/// Files for the page, in the place of the viewer's or besides them: from memory, and from a
/// directory.
///
/// A path is relative to the page: `index.html` is the page itself (the only name that a directory has
/// for one), `favicon.svg` its icon, `style.css` its colours, `img/logo.png` anything that yours
/// asks for. What a request asks for is looked for in the directory first, then among the files in memory,
/// then among the viewer's. Canvases, `stats` and whatever else the server answers itself come before
/// all of them.
///
/// A handle: clones share the files in memory, and a change is seen by the next request, also
/// while the server runs. Answers carry a hash of the content (`ETag`), and browsers ask each time
/// whether it is still the same.
///
/// **These files are public.** Whoever reaches the server gets them without a link, as the viewer's.
/// And their scripts are the page: they see the links of those who open it. Put nothing secret in
/// the directory, and let nobody write there whom you would not let drive.
///
/// **What a page may do.** The `Content-Security-Policy` of every answer allows scripts, styles,
/// pictures, fonts and media of this server only, and none of them inline: no `style="…"`, no
/// `<script>` with text in it, no `onclick`. Pictures may be `data:` and `blob:`, too. What else yours
/// needs, such as fonts of another server, [`with_sources`](Self::with_sources) allows.
///
/// **What a directory gives out.** Its regular files of at most [`Limits::FILE_BYTES`](crate::Limits::FILE_BYTES), as
/// they are when they are asked for. Symbolic links are followed if they end inside, and nothing outside
/// is opened: on Unix whatever is changed meanwhile, elsewhere unless somebody who may write there puts a link in
/// the place of a file just when it is asked for. Answers are
/// - 400 for a path with a malformed escape (`%zz`, or bytes that are not UTF-8);
/// - 404 for what is not there, and for what is never given out: names that begin with a dot
///   or hold `\`, `:`, `~` or control characters, that end in a dot or a space, that are devices on Windows, or
///   that are longer than 255 bytes, paths of more than 32 parts, directories, pipes, links that end outside;
/// - 403 for a file that is too large, or that this program may not read;
/// - 500 if it cannot be read.
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
    /// Nothing yet: the page is the viewer's.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same files in memory, and before them those of the directory `path`, in the place of
    /// another one.
    ///
    /// The path is made absolute now, and opened for every request: what is edited is seen when
    /// the page is loaded again.
    ///
    /// # Errors
    /// "Invalid input" if there is no such directory, or it cannot be opened.
    pub fn with_directory(mut self, path: impl AsRef<Path>) -> Result<Self> {
        self.directory = Some(Arc::new(Directory::at(path.as_ref())?));
        Ok(self)
    }

    /// The same files, and their page may also load and connect to what `policy` names, as
    /// directives of a `Content-Security-Policy`; what it may anyway stays, and more can be named later.
    ///
    /// The directives `connect-src`, `font-src`, `frame-src`, `img-src`, `media-src`, `script-src` and
    /// `style-src` can have origins (`https://example.org`, also with a port, and `https://*.example.org`);
    /// scripts and styles also hashes of what stands in the page (`'sha256-…'`), scripts
    /// `'wasm-unsafe-eval'`, and styles `'unsafe-inline'`. A script from elsewhere sees the links of those who
    /// open the page, so that whoever serves it could drive.
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
    /// "Invalid input" if it names anything else.
    pub fn with_sources(mut self, policy: &str) -> Result<Self> {
        self.sources.add(policy)?;
        Ok(self)
    }

    /// The same files, and the viewer's page without the status in its corner, for an application that needs
    /// all of its canvas. What must be seen still comes over the picture: that the connection is lost or
    /// refused, and that somebody asks for control. An `index.html` of your own is not changed: there,
    /// `<framecast-view>` has a status if it has the attribute `stats`.
    #[must_use]
    pub fn without_status(mut self) -> Self {
        self.no_status = true;
        self
    }

    /// What their page may use besides what this server has.
    pub(crate) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Puts a file at `path`, in the place of another, with the content type that the path's ending
    /// says: `application/octet-stream` if that is unknown.
    ///
    /// `path` is as it is read, without escapes: `my logo.png`.
    ///
    /// # Errors
    /// "Invalid input" if `path` cannot be asked for (see [`Resources`]), or the server answers
    /// it itself.
    pub fn insert(&self, path: &str, bytes: impl Into<Vec<u8>>) -> Result<()> {
        self.put(path, kinds::of(path), bytes.into())
    }

    /// As [`insert`](Self::insert), with a content type of your own.
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

    /// Takes the file at `path` out of memory; whether there was one.
    pub fn remove(&self, path: &str) -> bool {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        Name::plain(path).is_some_and(|name| files.remove(&name).is_some())
    }

    /// What is called `name` now; `None` if there is nothing.
    pub(crate) async fn find(&self, name: &Name) -> std::result::Result<Option<Content>, Refusal> {
        if let Some(directory) = &self.directory
            && let Some(content) = directory.find(name).await?
        {
            return Ok(Some(content));
        }
        Ok(self.at_hand(name))
    }

    /// As [`find`](Self::find), without the directory.
    pub(crate) fn at_hand(&self, name: &Name) -> Option<Content> {
        let own = self.files.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        own.or_else(|| viewer(name, self.no_status))
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
}

impl Content {
    fn new(kind: HeaderValue, bytes: Bytes, hash: &Hash) -> Self {
        let tag = HeaderValue::try_from(format!("\"{}\"", HEXLOWER.encode(&hash[..TAG_BYTES])));
        let tag = tag.unwrap_or_else(|_| HeaderValue::from_static("\"\""));
        Self { kind, bytes, tag }
    }

    /// The answer to `request`, which asks for it.
    pub(crate) fn answer(self, request: &Request<()>) -> Response<Bytes> {
        let Self { kind, bytes, tag } = self;
        let known = request
            .headers()
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii)
            .map(|given| given.strip_prefix(b"W/").unwrap_or(given))
            .any(|given| given == b"*" || given == tag.as_bytes());
        // A 304 keeps the body: the writer counts it and does not send it.
        let mut response = Response::new(bytes);
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::ETAG, tag);
        response
    }
}

fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// The attribute of `<framecast-view>` in the viewer's page that gives it a status.
const STATUS: &str = " stats ";

/// The viewer's file called `name`.
fn viewer(name: &Name, no_status: bool) -> Option<Content> {
    static FILES: OnceLock<HashMap<&'static str, Content>> = OnceLock::new();
    static PLAIN: OnceLock<Option<Content>> = OnceLock::new();
    if no_status && name.as_str() == "index.html" {
        let plain = || {
            let file = framecast_viewer::file("index.html")?;
            let page = std::str::from_utf8(file.bytes).ok()?.replacen(STATUS, " ", 1);
            let hash = hash(page.as_bytes());
            let kind = HeaderValue::from_static(file.content_type);
            Some(Content::new(kind, page.into_bytes().into(), &hash))
        };
        return PLAIN.get_or_init(plain).clone();
    }
    let files = FILES.get_or_init(|| {
        let content = |file: &'static framecast_viewer::File| {
            let bytes = Bytes::from_static(file.bytes);
            let kind = HeaderValue::from_static(file.content_type);
            (file.path, Content::new(kind, bytes, &hash(file.bytes)))
        };
        framecast_viewer::FILES.iter().map(content).collect()
    });
    files.get(name.as_str()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(resources: &Resources, path: &str) -> Option<Content> {
        resources.at_hand(&Name::plain(path).unwrap())
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
}
