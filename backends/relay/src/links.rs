//! Where the origin's links to watch come from, and where they go at an edge.

use std::fmt;
use std::sync::Arc;

use framecast_stream::WatchLink;

type Read = dyn Fn() -> Vec<WatchLink> + Send + Sync;
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

/// Takes the origin's links at an edge.
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
