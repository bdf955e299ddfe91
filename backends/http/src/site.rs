//! What is served, and to whom: what every thread shares. No sockets.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use framecast_api::{Error, Reporter, Result, Role, ViewLink};
use framecast_stream::{
    Dialect, Grant, Identity, LinkAnswer, LinkRequest, MjpegConfig, Revocation, SegmentRead,
    VideoMode,
};
use http::{Request, Response, StatusCode};
use log::Level;

use crate::driver::canvas::Canvas;
use crate::driver::live::{OpenSegment, Starter};
use crate::driver::mjpeg;
use crate::driver::snapshot::{self, Ticket};
use crate::driver::websocket::Address;
use crate::front::access::{self, Allowed, Endpoints, UNAUTHORIZED};
use crate::front::answer::{NOT_FOUND, Refusal, embeddable, widen};
use crate::front::forwarded::Proxies;
use crate::front::links::{Admission, Keyring, Link};
use crate::front::live::{self, LivePath};
use crate::front::pictures::{self, Picture};
use crate::front::routes::{self, Route, route};
use crate::front::secret::Token;
use crate::link_watch::LinkWatch;
use crate::resources::{Name, OtherServers};
use crate::{Limits, Resources, ServerConfig, Visitor};

const LONGEST_NAME: usize = 64;

const KEPT_OUT: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "Somebody who came from here by this link was sent away. The host can let them in again.\n",
);

/// The canvases of a server or a service, and who may see them.
#[derive(Debug)]
pub(crate) struct Site {
    /// Where browsers find it; ends with a slash.
    base: String,
    pub(crate) limits: Limits,
    allowed: Allowed,
    pub(crate) frame_ancestors: Vec<String>,
    pub(crate) proxies: Proxies,
    /// Where requests come; without the slash at its end.
    path: String,
    /// Files for canvases that have none of their own.
    resources: Resources,
    /// Where the page connects when this server does not answer.
    others: OtherServers,
    keyring: Mutex<Keyring>,
    /// Another program says who comes and what they may do.
    takes_visitors: AtomicBool,
    /// Who is sent video.
    pub(crate) video: VideoMode,
    /// Starts segments of canvases; `None`: there are none here.
    pub(crate) live: Option<Starter>,
    /// Pages of other origins may read them.
    live_is_shared: bool,
    /// Hosts cannot change links.
    fixed_links: bool,
    /// Until the thread takes it.
    link_watch: Mutex<Option<LinkWatch>>,
    reporter: Reporter,
    /// By name; the one at `/` is "".
    canvases: Mutex<BTreeMap<String, Arc<Canvas>>>,
}

/// The address of `path` at `base`.
fn within(base: String, path: &str) -> String {
    match path.trim_matches('/') {
        "" => base,
        path => format!("{base}{path}/"),
    }
}

/// Who sends a request.
#[derive(Debug, Clone)]
pub(crate) enum Requester {
    /// The peer of one of our own connections.
    Peer { ends: Endpoints, label: String },
    /// A visitor whom another program has accepted.
    Visitor(Visitor),
}

impl Requester {
    pub(crate) fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Peer { ends, .. } => Some(ends.peer),
            Self::Visitor(visitor) => visitor.address(),
        }
    }

    /// Where it comes from.
    pub(crate) fn from(&self) -> Address {
        let ip = self.address();
        let label = match self {
            Self::Peer { label, .. } => label.clone(),
            Self::Visitor(_) => ip.map(|ip| ip.to_string()).unwrap_or_default(),
        };
        Address { label, ip }
    }
}

/// The receiver of a `stream.mjpg`.
#[derive(Debug)]
pub(crate) struct MjpegRequest {
    pub(crate) canvas: Arc<Canvas>,
    pub(crate) admission: Admission,
    /// Whose places it may take.
    pub(crate) place: Role,
    pub(crate) config: MjpegConfig,
}

/// What happens to a request that may be served.
#[derive(Debug)]
pub(crate) enum Reply {
    Answer(Response<Bytes>),
    /// May take longer to send; until that is done there is a place less for others who want one.
    Snapshot(Response<Bytes>, Option<Ticket>),
    /// One picture after the other; to HEAD, only the head.
    Mjpeg {
        response: Response<()>,
        request: MjpegRequest,
    },
    /// A segment that is not over; to HEAD, only the head.
    Segment {
        response: Response<()>,
        segment: OpenSegment,
    },
    /// `response` accepts a WebSocket. Without a grant it has to show its link in its first
    /// message.
    Upgrade {
        canvas: Arc<Canvas>,
        dialect: Dialect,
        response: Response<()>,
        admission: Option<Admission>,
    },
}

impl Site {
    /// A site that browsers find at `base`, unless the configuration knows better.
    ///
    /// # Errors
    /// "Invalid input" if the configuration makes no sense.
    pub(crate) fn new(base: String, config: ServerConfig) -> Result<Self> {
        config.check()?;
        let mut keyring = Keyring::new(config.no_auth);
        if config.watch_only {
            keyring = keyring.watch_only();
        }
        let links = if config.link_file.is_some() { config.own_links() } else { &config.links };
        let is_default = config.own_links().is_empty();
        let is_left_out =
            |link: &Link| is_default && config.watch_only && link.role() != Role::Watch;
        for link in links.iter().filter(|link| !config.no_auth && !is_left_out(link)) {
            keyring.add(link.clone(), Instant::now())?;
        }
        let mut link_watch = None;
        if let Some(path) = &config.link_file {
            let (mut watch, made) = LinkWatch::open(path, config.watch_only)?;
            let (links, warnings) = watch.links(SystemTime::now());
            keyring.exchange(&[], links, Instant::now()).map_err(|error| {
                Error::invalid_input(format!("the link file {}: {error}", path.display()))
            })?;
            if let Some(message) = made {
                config.reporter.report(Level::Info, &message);
            }
            for message in warnings {
                config.reporter.report(Level::Warn, &message);
            }
            link_watch = Some(watch);
        }
        Ok(Self {
            base: config.public_base().unwrap_or_else(|| within(base, &config.path)),
            path: config.path.trim_end_matches('/').to_owned(),
            allowed: Allowed::new(&config),
            live: config.live.then(Starter::new),
            live_is_shared: !config.allow_origins.is_empty(),
            proxies: Proxies::new(&config.trusted_proxies),
            limits: config.limits.within_reason(),
            frame_ancestors: config.frame_ancestors,
            resources: config.resources,
            others: OtherServers::new(&config.also)?,
            keyring: Mutex::new(keyring),
            takes_visitors: AtomicBool::new(false),
            video: config.video,
            fixed_links: config.fixed_links || config.watch_only,
            link_watch: Mutex::new(link_watch),
            reporter: config.reporter,
            canvases: Mutex::default(),
        })
    }

    /// Another program says from now on what some who come may do.
    pub(crate) fn take_visitors(&self) {
        self.takes_visitors.store(true, Ordering::Relaxed);
    }

    /// Whether some places are kept for those who may drive: not where nobody can.
    pub(crate) fn keeps_places(&self) -> bool {
        self.takes_visitors.load(Ordering::Relaxed) || self.keyring().lets_drive()
    }

    fn canvases(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Canvas>>> {
        self.canvases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn keyring(&self) -> MutexGuard<'_, Keyring> {
        self.keyring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps to the link file, if there is one.
    pub(crate) async fn watch_links(&self) -> Infallible {
        let watch = self.link_watch.lock().unwrap_or_else(PoisonError::into_inner).take();
        match watch {
            Some(watch) => watch.run(self).await,
            None => smol::future::pending().await,
        }
    }

    /// Says what the operator should know.
    pub(crate) fn report(&self, level: Level, message: &str) {
        self.reporter.report(level, message);
    }

    pub(crate) fn admit(&self, token: Option<&str>) -> Option<Admission> {
        self.keyring().admit(token, Instant::now())
    }

    /// Does what a host asks of the links who came by the link that `by` revokes; the operator hears of changes.
    pub(crate) fn manage_links(&self, request: LinkRequest, by: &Revocation) -> Option<LinkAnswer> {
        if self.fixed_links {
            return None;
        }
        let canvases: Vec<_> = self.canvases().values().cloned().collect();
        let users: Vec<_> = canvases.iter().flat_map(|canvas| canvas.links_in_use()).collect();
        // The lock is given back before the operator is told.
        let managed = self.keyring().manage(request, by, &users, Instant::now())?;
        if let Some(news) = managed.news {
            self.report(Level::Info, &news);
        }
        Some(managed.answer)
    }

    /// What the bearer of the token in the request's address may do. An address is seen by others,
    /// so it may only watch.
    fn admit_by_address(&self, request: &Request<()>) -> std::result::Result<Admission, Refusal> {
        // Where a peer of ours needs no token, nobody else gets in by the lack of one.
        if self.keyring().is_open() {
            return Err(UNAUTHORIZED);
        }
        let admission = self.admit(access::query_token(request)).ok_or(UNAUTHORIZED)?;
        if admission.grant.role == Role::Watch { Ok(admission) } else { Err(UNAUTHORIZED) }
    }

    /// The canvas called `name`, if it was opened.
    fn open_canvas(&self, name: &str) -> Option<Arc<Canvas>> {
        self.canvases().get(name).filter(|canvas| canvas.is_open()).cloned()
    }

    /// Makes a place for one more canvas: at `/`, or at `/NAME/`.
    ///
    /// # Errors
    /// "Invalid input" if the name is taken, or cannot be one.
    pub(crate) fn add_canvas(&self, name: Option<&str>) -> Result<Arc<Canvas>> {
        if let Some(name) = name {
            let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(fine) {
                return Err(Error::invalid_input(format!(
                    "a canvas cannot be called {name:?}; possible are 1 to {LONGEST_NAME} \
                     letters, digits, - and _"
                )));
            }
            if routes::is_taken(name, self.live.is_some()) {
                return Err(Error::invalid_input(format!(
                    "a canvas cannot be called {name:?}: the page has a file at that path"
                )));
            }
        }
        let name = name.unwrap_or_default();
        let mut canvases = self.canvases();
        if canvases.contains_key(name) {
            return Err(Error::invalid_input(format!(
                "there is a canvas at {}{name} already",
                self.base
            )));
        }
        let canvas = Arc::new(Canvas::new(self.limits.still_after));
        canvases.insert(name.to_owned(), Arc::clone(&canvas));
        Ok(canvas)
    }

    /// Frees the name. Does nothing if a new canvas has it already.
    pub(crate) fn remove(&self, name: &str, canvas: &Arc<Canvas>) {
        let mut canvases = self.canvases();
        if canvases.get(name).is_some_and(|found| Arc::ptr_eq(found, canvas)) {
            canvases.remove(name);
        }
    }

    /// Where browsers find the canvas `name`.
    pub(crate) fn url(&self, name: &str) -> String {
        let slash = if name.is_empty() { "" } else { "/" };
        format!("{}{name}{slash}", self.base)
    }

    /// The ways to the canvas `name`.
    pub(crate) fn links(&self, name: &str) -> Vec<ViewLink> {
        let (url, keyring) = (self.url(name), self.keyring());
        if let Some(role) = keyring.open_role() {
            return vec![ViewLink::new("open", role, url)];
        }
        let link = |(name, role, token): (&str, Role, Option<&Token>)| {
            let fragment = token.map_or(String::new(), |token| format!("#token={token}"));
            ViewLink::new(name, role, format!("{url}{fragment}"))
        };
        keyring.links(Instant::now()).map(link).collect()
    }

    /// Whether `requester` may show a token. What is open to whoever connects to us is not open to
    /// visitors, who may come from anywhere.
    fn takes_tokens(&self, requester: &Requester) -> bool {
        matches!(requester, Requester::Peer { .. }) || !self.keyring().is_open()
    }

    /// What `requester` may do, as far as the request says; whether it has shown that itself.
    fn granted(
        &self,
        request: &Request<()>,
        requester: &Requester,
    ) -> std::result::Result<(Option<Admission>, bool), Refusal> {
        match requester {
            Requester::Peer { ends, .. } => access::check(request, *ends, &self.allowed)?,
            Requester::Visitor(visitor) => {
                access::check_origin(request, &self.allowed)?;
                let valid = |it: &Admission| !it.grant.is_over(Instant::now());
                if let Some(admission) = visitor.admission().filter(valid) {
                    // Whatever else it shows, it has shown to that program.
                    return Ok((Some(admission), true));
                }
                // What is no token of ours may be for that program, too.
                let bearer = access::bearer(request).ok().flatten();
                let token = bearer.filter(|_| self.takes_tokens(requester));
                return Ok((token.and_then(|token| self.admit(Some(token))), true));
            }
        }
        match access::bearer(request)? {
            Some(token) => Ok((Some(self.admit(Some(token)).ok_or(UNAUTHORIZED)?), true)),
            None => Ok((self.admit(None), false)),
        }
    }

    /// The answer to who asks for a file of the page of `canvas`.
    async fn file(
        &self,
        request: &Request<()>,
        canvas: &str,
        name: &Name,
    ) -> std::result::Result<Reply, Refusal> {
        let own = self.open_canvas(canvas).and_then(|canvas| canvas.resources());
        let resources = own.as_ref().unwrap_or(&self.resources);
        let also = self.others.addresses(canvas);
        let mut response = routes::file(request, resources.find(name, &also).await?);
        let sources = self.others.sources().and(resources.sources());
        if !sources.is_empty() {
            widen(&mut response, &self.frame_ancestors, &sources);
        }
        Ok(Reply::Answer(response))
    }

    /// The answer to who asks for what is at `path` below `live/` of `canvas`: whoever that is, since caches hand it on to
    /// everybody.
    async fn segments(
        &self,
        starter: &Starter,
        canvas: &str,
        path: &str,
    ) -> std::result::Result<Reply, Refusal> {
        let path = LivePath::parse(path).ok_or(NOT_FOUND)?;
        let canvas = self.open_canvas(canvas).ok_or(NOT_FOUND)?;
        let asking = starter.ask(&canvas, path == LivePath::Now);
        let mut response = match path {
            LivePath::Now => live::now(asking.newest().await),
            LivePath::Picture(name) => match asking.picture(name) {
                // It copies the picture, which may be large.
                Some(picture) => live::segment(smol::unblock(move || picture.bytes()).await),
                None => live::gone(),
            },
            LivePath::Segment(name) => match asking.read(name, 0) {
                SegmentRead::Whole(bytes) => live::segment(bytes),
                SegmentRead::More(_) | SegmentRead::Later => {
                    let mut response = live::segment(());
                    if self.live_is_shared {
                        live::share(&mut response);
                    }
                    let segment = OpenSegment::new(asking, name);
                    return Ok(Reply::Segment { response, segment });
                }
                SegmentRead::Gone => live::gone(),
            },
        };
        if self.live_is_shared {
            live::share(&mut response);
        }
        Ok(Reply::Answer(response))
    }

    /// Decides about a request. The future runs on any runtime, and may move between threads.
    pub(crate) async fn reply(
        &self,
        request: &Request<()>,
        requester: &Requester,
    ) -> std::result::Result<Reply, Refusal> {
        // Before the host is looked at: the answer is the same for everybody.
        if let Some(response) = routes::health(request, &self.path) {
            return Ok(Reply::Answer(response));
        }
        let (granted, shown) = self.granted(request, requester)?;
        let is_canvas = |name: &str| self.open_canvas(name).is_some();
        Ok(match route(request, &self.path, &is_canvas) {
            Route::Answer(response) => Reply::Answer(response),
            Route::File { canvas, name } => self.file(request, &canvas, &name).await?,
            Route::Live { canvas, path, name } => match &self.live {
                Some(starter) => self.segments(starter, &canvas, &path).await?,
                None => self.file(request, &canvas, &name?.ok_or(NOT_FOUND)?).await?,
            },
            Route::Stats { canvas, format } => {
                granted.ok_or(UNAUTHORIZED)?;
                let found = self.open_canvas(&canvas).ok_or(NOT_FOUND)?;
                Reply::Answer(routes::stats(&found.stats(&canvas), format))
            }
            Route::Picture { canvas, picture } => {
                let linked = granted.is_none();
                let admission = match granted {
                    Some(admission) => {
                        if !shown {
                            access::check_open_picture(request)?;
                        }
                        admission
                    }
                    None => self.admit_by_address(request)?,
                };
                let found = self.open_canvas(&canvas).ok_or(NOT_FOUND)?;
                let Admission { grant, revoked } = admission;
                if found.keeps_out(&Identity::new(grant.clone(), requester.address(), None)) {
                    return Err(KEPT_OUT);
                }
                let every = match picture {
                    Picture::Mjpeg(every) => every,
                    Picture::Snapshot(format) => {
                        let (taken, ticket) = match snapshot::take(&found, format, grant.role).await
                        {
                            Ok((bytes, ticket)) => (Ok(bytes), Some(ticket)),
                            Err(missing) => (Err(missing), None),
                        };
                        let mut response = pictures::snapshot(taken, format, &canvas);
                        if linked {
                            embeddable(&mut response);
                        }
                        return Ok(Reply::Snapshot(response, ticket));
                    }
                };
                let mut response = mjpeg::head();
                if linked {
                    embeddable(&mut response);
                }
                // Whoever can only read only watches. Where nobody shows anything all take the places
                // of those who watch, so that some are left for pages.
                let place = if shown { grant.role } else { Role::Watch };
                let grant = Grant { role: Role::Watch, ..grant };
                let admission = Admission { grant, revoked };
                let config = MjpegConfig { every, again_after: self.limits.ping_after };
                let request = MjpegRequest { canvas: found, admission, place, config };
                Reply::Mjpeg { response, request }
            }
            Route::Upgrade { canvas, dialect, response } => {
                let admission = match (granted, dialect) {
                    (Some(admission), _) => {
                        if let (false, Requester::Peer { ends, .. }) = (shown, requester) {
                            access::check_open_upgrade(request, *ends)?;
                        }
                        Some(admission)
                    }
                    // It says so in its first message.
                    (None, Dialect::Tiles)
                        if access::has_origin(request) && self.takes_tokens(requester) =>
                    {
                        None
                    }
                    // It has no message for that.
                    (None, Dialect::Whole) => Some(self.admit_by_address(request)?),
                    (None, _) => return Err(UNAUTHORIZED),
                };
                // It may have been closed just now.
                let canvas = self.open_canvas(&canvas).ok_or(NOT_FOUND)?;
                Reply::Upgrade { canvas, dialect, response, admission }
            }
        })
    }
}
