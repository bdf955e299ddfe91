//! Where the origin's links come from, and where they go at an edge.

use std::fmt;
use std::sync::Arc;

use framecast_stream::{LinkKey, WatchLink};

type Read = dyn Fn() -> Vec<WatchLink> + Send + Sync;
type ReadDrivers = dyn Fn() -> Vec<(WatchLink, LinkKey)> + Send + Sync;
type Take = dyn Fn(&[WatchLink]) + Send + Sync;

/// Says which links to watch the origin has.
#[derive(Clone)]
pub(crate) struct LinkSource(Arc<Read>);

impl LinkSource {
    pub(crate) fn new(read: impl Fn() -> Vec<WatchLink> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The links, at most as many as edges take.
    pub(crate) fn read(&self) -> Vec<WatchLink> {
        let mut links = self.0();
        links.truncate(WatchLink::MOST);
        links
    }
}

impl fmt::Debug for LinkSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkSource")
    }
}

/// Says which links to drive the origin has.
#[derive(Clone)]
pub(crate) struct DriveLinkSource(Arc<ReadDrivers>);

impl DriveLinkSource {
    pub(crate) fn new(
        read: impl Fn() -> Vec<(WatchLink, LinkKey)> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(read))
    }

    /// The links with their keys, at most as many as edges take.
    pub(crate) fn read(&self) -> Vec<(WatchLink, LinkKey)> {
        let mut links = self.0();
        links.truncate(WatchLink::MOST);
        links
    }
}

impl fmt::Debug for DriveLinkSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DriveLinkSource")
    }
}

/// The origin's links.
#[derive(Debug, Clone, Default)]
pub(crate) struct Links {
    pub(crate) watch: Option<LinkSource>,
    pub(crate) drive: Option<DriveLinkSource>,
}

/// What there is of them at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct LinksRead {
    pub(crate) watch: Vec<WatchLink>,
    pub(crate) drive: Vec<(WatchLink, LinkKey)>,
}

impl Links {
    /// Whether there may be any.
    pub(crate) fn is_some(&self) -> bool {
        self.watch.is_some() || self.drive.is_some()
    }

    pub(crate) fn read(&self) -> LinksRead {
        LinksRead {
            watch: self.watch.as_ref().map(LinkSource::read).unwrap_or_default(),
            drive: self.drive.as_ref().map(DriveLinkSource::read).unwrap_or_default(),
        }
    }
}

/// Takes the origin's links of one kind at an edge.
#[derive(Clone)]
pub(crate) struct LinkSink(Arc<Take>);

impl LinkSink {
    pub(crate) fn new(take: impl Fn(&[WatchLink]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(take))
    }

    pub(crate) fn take(&self, links: &[WatchLink]) {
        self.0(links);
    }
}
