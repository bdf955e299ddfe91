//! What an origin publishes, and when: demand of edges, answers, and what tells edges that nothing is missing. Pure.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bytes::Bytes;
use framecast_stream::TileUpdate;

use crate::drivers_state::DriversState;
use crate::keys::OriginKey;
use crate::message::{self, SinceRequest};
use crate::report::{CanvasState, EdgeReport};
use crate::signed_picture::SignedPicture;
use crate::signed_state::{self, About, StatePosition};

/// What an edge said counts for this time. It says it again every second.
const LEASE: Duration = Duration::from_secs(3);
/// The newest revision and the state are published again after this time, so that an edge notices that the last update was
/// lost, and knows that the origin is there.
const BEACON: Duration = Duration::from_secs(1);
/// A new edge is told both at once, but not more often than this.
const BEACON_SOONEST: Duration = Duration::from_millis(100);
/// The most edges that are counted.
const MAX_EDGES: usize = 1024;

/// The origin's side of a canvas.
#[derive(Debug)]
pub(crate) struct Publisher {
    key: OriginKey,
    /// Milliseconds since 1970.
    started: u64,
    picture: SignedPicture,
    /// How many states were published, and when the last one was.
    said: u64,
    said_at: Option<Instant>,
    /// It is published as soon as it may be.
    state_is_new: bool,
    edges: BTreeMap<u64, Edge>,
    /// When the newest revision was published last.
    told: Option<Instant>,
    /// It is published as soon as it may be.
    is_new: bool,
    /// The list of edges is another than what was handed out, or becomes another then.
    list_changed: bool,
    list_until: Option<Instant>,
}

#[derive(Debug)]
struct Edge {
    report: EdgeReport,
    until: Instant,
}

/// One edge, for whoever wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EdgeCount {
    pub(crate) name: String,
    pub(crate) viewers: u32,
    pub(crate) visible: u32,
}

impl Publisher {
    pub(crate) fn new(canvas: &str, key: OriginKey, started: u64) -> Self {
        Self {
            key,
            started,
            picture: SignedPicture::new(canvas),
            said: 0,
            said_at: None,
            state_is_new: false,
            edges: BTreeMap::new(),
            told: None,
            is_new: false,
            list_changed: false,
            list_until: None,
        }
    }

    /// Takes what an edge says of itself.
    pub(crate) fn report(&mut self, report: EdgeReport, now: Instant) {
        if report.leaving {
            self.list_changed |= self.edges.remove(&report.id).is_some();
            return;
        }
        match self.edges.get(&report.id) {
            Some(Edge { report: before, .. }) => {
                self.list_changed |=
                    (before.viewers, before.visible) != (report.viewers, report.visible);
            }
            None if self.edges.len() >= MAX_EDGES => return,
            None => (self.is_new, self.state_is_new, self.list_changed) = (true, true, true),
        }
        self.edges.insert(report.id, Edge { report, until: now + LEASE });
    }

    fn edges(&self, now: Instant) -> impl Iterator<Item = &EdgeReport> {
        self.edges.values().filter(move |edge| now < edge.until).map(|edge| &edge.report)
    }

    /// Whether somebody looks, at any edge.
    pub(crate) fn has_viewers(&self, now: Instant) -> bool {
        self.edges(now).any(|edge| edge.visible > 0)
    }

    /// Whether the origin answers requests: no edge can.
    pub(crate) fn answers(&self, now: Instant) -> bool {
        !self.edges(now).any(|edge| edge.current)
    }

    /// The edges, by name, if they are others than the last time. Forgets those that are gone.
    pub(crate) fn new_list(&mut self, now: Instant) -> Option<Vec<EdgeCount>> {
        if !self.list_changed && self.list_until.is_none_or(|until| now < until) {
            return None;
        }
        self.list_changed = false;
        self.edges.retain(|_, edge| now < edge.until);
        self.list_until = self.edges.values().map(|edge| edge.until).min();
        Some(self.list(now))
    }

    fn list(&self, now: Instant) -> Vec<EdgeCount> {
        let count = |edge: &EdgeReport| EdgeCount {
            name: edge.name.clone(),
            viewers: edge.viewers,
            visible: edge.visible,
        };
        let mut list: Vec<EdgeCount> = self.edges(now).map(count).collect();
        list.sort_by(|one, other| one.name.cmp(&other.name));
        list
    }

    /// Whether there is an edge.
    pub(crate) fn has_edges(&self, now: Instant) -> bool {
        self.edges(now).next().is_some()
    }

    /// Signs what the origin says of its canvas. Publish the result.
    pub(crate) fn state(&mut self, canvas: &str, mut state: CanvasState, now: Instant) -> Bytes {
        let newest = self.revision();
        state.newest = (newest.stream != 0).then_some(newest);
        self.said += 1;
        (self.said_at, self.state_is_new) = (Some(now), false);
        let position = StatePosition { started: self.started, number: self.said };
        signed_state::print(&self.key, About::Canvas(canvas), position, &state.print())
    }

    /// Signs what the origin tells the edge with this inbox of those who drive there. Publish the result there.
    pub(crate) fn drivers(&mut self, canvas: &str, inbox: &str, state: &DriversState) -> Bytes {
        self.said += 1;
        let position = StatePosition { started: self.started, number: self.said };
        let about = About::Drivers { canvas, inbox };
        signed_state::print(&self.key, about, position, &state.print())
    }

    /// Signs what changed. Publish the result.
    pub(crate) fn update(&mut self, update: TileUpdate, now: Instant) -> Bytes {
        let signed = self.picture.sign(self.started, update, &self.key);
        (self.told, self.is_new) = (Some(now), false);
        message::print(&self.key.public(), &signed)
    }

    /// Whether edges are told the state now, new or not: updates say nothing of it.
    pub(crate) fn state_is_due(&self, now: Instant) -> bool {
        self.state_at(now).is_some_and(|at| at <= now)
    }

    /// The newest revision, without tiles, if it is to be published now; `None` also if nothing was published yet.
    pub(crate) fn beacon(&mut self, now: Instant) -> Option<Bytes> {
        if self.beacon_at(now).is_none_or(|at| now < at) {
            return None;
        }
        (self.told, self.is_new) = (Some(now), false);
        self.answer(self.revision())
    }

    /// The newest revision, as a request for what is newer.
    pub(crate) fn revision(&self) -> SinceRequest {
        let (stream, revision) = self.picture.revision();
        SinceRequest { stream, revision }
    }

    /// When there is something to do, if nothing happens before.
    pub(crate) fn wait_until(&self, now: Instant) -> Option<Instant> {
        let ends = self.edges.values().map(|edge| edge.until).filter(|until| now < *until).min();
        self.beacon_at(now).into_iter().chain(self.state_at(now)).chain(ends).min()
    }

    /// `None` while nobody listens.
    fn beacon_at(&self, now: Instant) -> Option<Instant> {
        self.again_at(self.told, self.is_new, now)
    }

    /// The same, of the state.
    fn state_at(&self, now: Instant) -> Option<Instant> {
        self.again_at(self.said_at, self.state_is_new, now)
    }

    /// When something is published again that was published last at `before`.
    fn again_at(&self, before: Option<Instant>, is_new: bool, now: Instant) -> Option<Instant> {
        self.edges(now).next()?;
        let after = if is_new { BEACON_SOONEST } else { BEACON };
        Some(before.map_or(now, |at| at + after))
    }

    /// The answer to a request; `None` if nothing was published yet.
    pub(crate) fn answer(&self, request: SinceRequest) -> Option<Bytes> {
        let signed = self.picture.since(request.stream, request.revision)?;
        Some(message::print(&self.key.public(), &signed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::scene::Origin;

    const SECOND: Duration = Duration::from_secs(1);

    fn report(id: u64, visible: u32, current: bool) -> EdgeReport {
        let name = format!("edge-{id}");
        EdgeReport { name, id, viewers: visible + 1, visible, current, leaving: false }
    }

    fn publisher() -> (Publisher, Origin, Instant) {
        (Publisher::new("lecture", OriginKey::from_seed([7; 32]), 1), Origin::new(), Instant::now())
    }

    #[test]
    fn nobody_looks_unless_an_edge_says_so_within_three_seconds() {
        let (mut publisher, _, now) = publisher();
        assert!(!publisher.has_viewers(now));
        publisher.report(report(1, 0, false), now);
        assert!(!publisher.has_viewers(now));
        publisher.report(report(1, 2, false), now);
        assert!(publisher.has_viewers(now + 2 * SECOND));
        assert!(!publisher.has_viewers(now + 3 * SECOND), "the edge is gone");
        publisher.report(report(1, 2, false), now);
        publisher.report(EdgeReport { leaving: true, ..report(1, 2, false) }, now);
        assert!(!publisher.has_viewers(now));
    }

    #[test]
    fn it_answers_only_while_no_edge_is_current() {
        let (mut publisher, _, now) = publisher();
        assert!(publisher.answers(now));
        publisher.report(report(1, 0, false), now);
        assert!(publisher.answers(now));
        publisher.report(report(2, 0, true), now);
        assert!(!publisher.answers(now));
        assert!(publisher.answers(now + 3 * SECOND));
    }

    #[test]
    fn a_hundred_edges_that_come_at_once_are_told_the_revision_once() {
        let (mut publisher, mut origin, now) = publisher();
        publisher.update(origin.show(1, &[]).update, now);
        let now = now + SECOND;
        let mut beacons = 0;
        for id in 0..100 {
            publisher.report(report(id, 0, false), now);
            beacons += usize::from(publisher.beacon(now).is_some());
        }
        assert_eq!(beacons, 1);
        say(&mut publisher, now);
        let later = now + BEACON_SOONEST;
        assert_eq!(publisher.wait_until(now), Some(later));
        assert!(publisher.beacon(later).is_some());
        assert!(publisher.beacon(later).is_none());
        say(&mut publisher, later);
        assert_eq!(publisher.wait_until(later), Some(later + BEACON));
    }

    fn say(publisher: &mut Publisher, now: Instant) {
        publisher.state("lecture", CanvasState::default(), now);
    }

    #[test]
    fn edges_hear_the_state_every_second_and_new_ones_at_once_while_the_picture_moves() {
        let (mut publisher, mut origin, start) = publisher();
        let mut said = Vec::new();
        for n in 0..60 {
            let now = start + n * SECOND / 20;
            publisher.update(origin.show(n, &[]).update, now);
            // One edge all the time, and another one from a moment on.
            publisher.report(report(1, 1, true), now);
            if n >= 29 {
                publisher.report(report(2, 1, true), now);
            }
            assert!(publisher.beacon(now).is_none(), "updates tell the revision");
            if publisher.state_is_due(now) {
                say(&mut publisher, now);
                said.push(n);
            }
        }
        assert_eq!(said, [0, 20, 29, 49]);
    }

    #[test]
    fn nothing_is_published_while_there_is_no_edge() {
        let (mut publisher, mut origin, now) = publisher();
        publisher.update(origin.show(1, &[]).update, now);
        let later = now + 100 * SECOND;
        assert_eq!((publisher.wait_until(later), publisher.beacon(later)), (None, None));
    }

    #[test]
    fn edges_beyond_a_number_are_not_counted() {
        let (mut publisher, _, now) = publisher();
        for id in 0..MAX_EDGES as u64 + 10 {
            publisher.report(report(id, 0, false), now);
        }
        assert_eq!(publisher.list(now).len(), MAX_EDGES);
        publisher.report(report(5, 3, false), now);
        assert!(publisher.has_viewers(now), "one of them says something new");
        let now = now + 4 * SECOND;
        assert_eq!(publisher.new_list(now), Some(Vec::new()));
        publisher.report(report(99_999, 0, false), now);
        assert_eq!(
            publisher.new_list(now).map(|it| it.len()),
            Some(1),
            "those that are gone make room"
        );
        publisher.report(report(99_999, 0, true), now + SECOND);
        assert_eq!(publisher.new_list(now + SECOND), None, "nothing new to tell");
    }
}
