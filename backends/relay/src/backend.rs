//! The origin as a backend.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{self, TryRecvError};
use std::thread::JoinHandle;
use std::time::Duration;

use framecast_api::{
    Backend, BackendCommand, BackendEvent, ClientId, Context, Error, EventKind, Frame, Result, Role,
};
use framecast_stream::{LinkKey, UpdateSource, WatchLink};
use log::Level;

use crate::keys::{OriginKey, PublicKey};
use crate::links::{DriveLinkSource, LinkSource, Links};
use crate::origin;
use crate::picture_source::PictureSource;
use crate::runtime;
use crate::settings::RelaySettings;

/// How long opening waits to learn whether the bus can be reached.
const FIRST_ATTEMPT: Duration = Duration::from_secs(3);
/// How long closing waits until edges are told.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// Publishes a canvas over NATS, for edges that serve it: each change once, however many look.
///
/// Nothing is drawn, encoded or published while nobody looks at any edge. Two threads talk to the bus and encode; the
/// canvas waits for neither. A bus that cannot be reached is tried again until it can.
///
/// Each edge is a client of this backend, which watches. Who drives at an edge is a client of its own, with the role that
/// the origin's own links give.
#[derive(Debug)]
pub struct RelayBackend {
    settings: RelaySettings,
    key: Option<OriginKey>,
    public_key: PublicKey,
    lossless: bool,
    updates: Option<Arc<dyn UpdateSource>>,
    links: Links,
    open: Option<Open>,
}

/// What there is while it is open.
#[derive(Debug)]
struct Open {
    source: Arc<PictureSource>,
    threads: Vec<JoinHandle<()>>,
    /// Why the thread of the bus ended.
    ended: mpsc::Receiver<Error>,
    /// The engine knows that it ended.
    lost: bool,
    /// Told when that thread has ended.
    done: mpsc::Receiver<()>,
    /// The edges that the engine knows, by the names that it shows: several may have the same.
    edges: BTreeMap<String, Vec<KnownEdge>>,
    last_client: u64,
}

/// What the engine knows of an edge.
#[derive(Debug)]
struct KnownEdge {
    client: ClientId,
    viewers: Option<u32>,
    is_seen: bool,
}

impl RelayBackend {
    /// Creates a backend that publishes at the address of `settings`.
    ///
    /// # Errors
    /// As [`RelaySettings::with_key_file`]'s file; "failed" if the system gives no random bytes for a key.
    pub fn new(settings: RelaySettings) -> Result<Self> {
        let key = match &settings.key_file {
            Some(path) => OriginKey::from_file(path)?,
            None => OriginKey::random()?,
        };
        let public_key = key.public();
        Ok(Self {
            settings,
            key: Some(key),
            public_key,
            lossless: false,
            updates: None,
            links: Links::default(),
            open: None,
        })
    }

    /// Returns the key with which everything is signed that it publishes.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.public_key
    }

    /// Sets whether every picture is published with exact pixels. Off by default: then changing tiles are JPEGs, and
    /// exact when they come to rest. It does not concern pictures from [`set_updates`](Self::set_updates).
    pub fn set_lossless(&mut self, lossless: bool) {
        self.lossless = lossless;
    }

    /// Takes what another backend of the same canvas encodes anyway, such as the http backend's, instead of encoding
    /// the canvas again. Has an effect before the backend is opened.
    pub fn set_updates(&mut self, updates: Arc<dyn UpdateSource>) {
        self.updates = Some(updates);
    }

    /// Has edges let in who has the token of one of these links to watch: `links` returns them with the hashes of their
    /// tokens. It is called on the thread that talks to the bus, about five times a second while there is an edge; every
    /// edge is told of a change, such as a link that was revoked, within a second. Of more than
    /// [`WatchLink::MOST`] the rest is left out. Has an effect before the backend is opened.
    ///
    /// Everybody who may listen on the bus sees the names and the hashes, but no token.
    ///
    /// ```no_run
    /// # use framecast_relay::{RelayBackend, RelaySettings};
    /// # let mut origin = RelayBackend::new(RelaySettings::new("nats://127.0.0.1/lecture".parse()?))?;
    /// let server = framecast_http::HttpServer::bind("127.0.0.1:8080".parse().unwrap())?;
    /// let links = server.shared_links();
    /// origin.set_links(move || links.watch_links());
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    pub fn set_links(&mut self, links: impl Fn() -> Vec<WatchLink> + Send + Sync + 'static) {
        self.links.watch = Some(LinkSource::new(links));
    }

    /// Lets drive, at edges that are made for it, who has the token of one of these links: `links` returns them with their
    /// keys, as [`SharedLinks::drive_links`] of the http backend does. It is called like that of
    /// [`set_links`](Self::set_links), and has the same limit. Has an effect before the backend is opened.
    ///
    /// What somebody does at an edge counts only with a proof by the key of the link, which only those have who know the
    /// token: this program, who drives, and the edge where they came. Keys do not travel. Everybody who may listen on the
    /// bus sees the names of the links and hashes of their keys.
    ///
    /// ```no_run
    /// # use framecast_relay::{RelayBackend, RelaySettings};
    /// # let mut origin = RelayBackend::new(RelaySettings::new("nats://127.0.0.1/lecture".parse()?))?;
    /// let server = framecast_http::HttpServer::bind("127.0.0.1:8080".parse().unwrap())?;
    /// let links = server.shared_links();
    /// origin.set_drive_links(move || links.drive_links());
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    ///
    /// [`SharedLinks::drive_links`]: https://docs.rs/framecast-http/latest/framecast_http/struct.SharedLinks.html
    pub fn set_drive_links(
        &mut self,
        links: impl Fn() -> Vec<(WatchLink, LinkKey)> + Send + Sync + 'static,
    ) {
        self.links.drive = Some(DriveLinkSource::new(links));
    }
}

impl Backend for RelayBackend {
    fn name(&self) -> &str {
        "relay"
    }

    fn open(&mut self, context: Context) -> Result<()> {
        let Some(key) = self.key.take() else {
            return Err(Error::failed("it was opened before"));
        };
        let source = PictureSource::own(
            self.settings.address.name(),
            context.title,
            context.clock,
            context.waker.clone(),
        );
        let mut threads = Vec::new();
        if let Some(updates) = &self.updates {
            source.share(|waker| updates.subscribe(waker));
        } else {
            let (source, lossless) = (Arc::clone(&source), self.lossless);
            let run = move || source.encode(lossless);
            threads.push(runtime::thread("framecast-relay-encode", run)?);
        }
        let (end, ended) = mpsc::channel();
        let (finish, done) = mpsc::channel();
        let (tell_first, first) = mpsc::channel();
        let (settings, on_bus) = (self.settings.clone(), Arc::clone(&source));
        let links = self.links.clone();
        let waker = context.waker;
        threads.push(runtime::thread("framecast-relay", move || {
            let connected = |error: Option<&Error>| {
                // Who opens it waits only so long.
                let _ = tell_first.send(error.map(ToString::to_string));
            };
            let ran = runtime::run(origin::run(&settings, &on_bus, &links, key, connected));
            if let Err(error) = ran.and_then(|ran| ran) {
                let _ = end.send(error);
                waker.wake();
            }
            let _ = finish.send(());
        })?);
        // Wrong credentials are told at once.
        let _ = first.recv_timeout(FIRST_ATTEMPT);
        if let Ok(error) = ended.try_recv() {
            source.close();
            return Err(error);
        }
        self.settings.reporter.report(
            Level::Info,
            &format!("published at {}, signed by {}", self.settings.address, self.public_key),
        );
        let edges = BTreeMap::new();
        self.open = Some(Open { source, threads, ended, lost: false, done, edges, last_client: 0 });
        Ok(())
    }

    fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        let Some(open) = &mut self.open else { return };
        open.poll_edges(sink);
        open.source.driver_events().into_iter().for_each(&mut *sink);
        match open.ended.try_recv() {
            Ok(error) => sink(BackendEvent::Lost(error)),
            // It ended without a word: it panicked.
            Err(TryRecvError::Disconnected) if !open.lost => {
                sink(BackendEvent::Lost(Error::failed("the thread of the bus has ended")));
            }
            Err(_) => return,
        }
        open.lost = true;
    }

    fn wants_frame(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.source.wants_frame())
    }

    fn present(&mut self, frame: &Frame) -> Result<()> {
        if let Some(open) = &self.open {
            open.source.present(frame);
        }
        Ok(())
    }

    fn apply(&mut self, command: &BackendCommand) -> Result<()> {
        let Some(open) = &self.open else { return Ok(()) };
        let concerns_driver = open.source.tell_drivers(command);
        match command {
            BackendCommand::Title(title) => {
                open.source.change(|state| title.clone_into(&mut state.title));
            }
            BackendCommand::Cursor(cursor) => {
                open.source.change(|state| cursor.css_name().clone_into(&mut state.cursor));
            }
            BackendCommand::Control(control) => {
                let presents = |number: u64| control.members.iter().find(|it| it.number == number);
                let presenter = control.presenter.and_then(presents);
                let presenter = presenter.map(|member| member.label.clone());
                open.source.change(|state| state.presenter = presenter);
            }
            _ if concerns_driver => {}
            // Edges pass on what everybody may know.
            other => return Err(Error::not_supported(other.describe())),
        }
        Ok(())
    }

    /// Tells the edges. Waits at most two seconds for a bus that does not answer.
    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        open.source.close();
        if open.done.recv_timeout(CLOSE_WITHIN).is_err() {
            // The thread ends with the process.
            return;
        }
        for thread in open.threads {
            // It has told whatever went wrong.
            let _ = thread.join();
        }
    }
}

impl Drop for RelayBackend {
    fn drop(&mut self) {
        self.close();
    }
}

impl Open {
    /// Tells the engine which edges there are, and whether somebody looks at them.
    fn poll_edges(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        let Some(edges) = self.source.new_edges() else { return };
        let mut known = std::mem::take(&mut self.edges);
        for edge in edges {
            let viewers = edge.viewers;
            let label = || format!("edge {}: {viewers} watching", edge.name);
            let of_name = known.get_mut(&edge.name);
            let mut it = of_name.and_then(Vec::pop).unwrap_or_else(|| {
                self.last_client += 1;
                let client = ClientId(self.last_client);
                let label = format!("edge {}", edge.name);
                sink(BackendEvent::Joined { client, label, role: Role::Watch });
                // A new client counts as shown.
                KnownEdge { client, viewers: None, is_seen: true }
            });
            let client = it.client;
            if it.viewers.replace(viewers) != Some(viewers) {
                sink(BackendEvent::Renamed { client, label: label() });
            }
            let is_seen = edge.visible > 0;
            if std::mem::replace(&mut it.is_seen, is_seen) != is_seen {
                let kind = if is_seen { EventKind::Show } else { EventKind::Hide };
                sink(BackendEvent::Event { client, timestamp: self.source.now(), kind });
            }
            self.edges.entry(edge.name).or_default().push(it);
        }
        for KnownEdge { client, .. } in known.into_values().flatten() {
            sink(BackendEvent::Leaving { client, reason: "not heard of any more".to_owned() });
            sink(BackendEvent::Left { client });
        }
    }
}
