//! The origin's side of the bus: publishes what changed while somebody looks at an edge, and answers edges.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_nats::{Message, Subscriber};
use bytes::Bytes;
use framecast_api::{Error, Result};
use futures_util::StreamExt;
use log::Level;

use crate::answers::Answers;
use crate::bus::{self, Bus, BusEvent, MarkOf};
use crate::keys::OriginKey;
use crate::links::{Links, LinksRead};
use crate::message::{MAX_UPDATE, SinceRequest};
use crate::outbox::Outbox;
use crate::picture_source::PictureSource;
use crate::publisher::Publisher;
use crate::report::{EdgeReport, StateLink};
use crate::runtime::until;
use crate::settings::RelaySettings;
use crate::subjects::{Inbox, Subjects};

/// How often the links are looked at, while there is an edge.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Publishes until the canvas is closed. `first` is told how the first attempt to connect went.
pub(crate) async fn run(
    settings: &RelaySettings,
    source: &Arc<PictureSource>,
    links: &Links,
    key: OriginKey,
    first: impl FnMut(Option<&Error>),
) -> Result<()> {
    let bus = tokio::select! {
        bus = bus::connect(settings, Inbox::Origin, first) => bus?,
        () = source.closed() => return Ok(()),
    };
    Origin::new(settings, source, links, key, bus).await?.run().await
}

struct Origin<'a> {
    settings: &'a RelaySettings,
    source: &'a Arc<PictureSource>,
    links: &'a Links,
    /// The links that were told, and when they were looked at.
    told_links: (LinksRead, Option<Instant>),
    bus: Bus,
    subjects: Subjects,
    publisher: Publisher,
    outbox: Outbox,
    /// The marks of updates on their way, and the revisions that they led to.
    sent: VecDeque<(u64, SinceRequest)>,
    /// The server has everything up to here.
    taken: SinceRequest,
    answers: Answers,
    edges: Subscriber,
    requests_to_origin: Subscriber,
    clocks: Subscriber,
    /// What those do who drive at edges.
    drivers: Subscriber,
    /// When the links to drive were looked at because of a message of a driver.
    looked_at_drive_links: Option<Instant>,
    /// Messages of drivers that nobody proved.
    forged: u64,
    /// Only while no edge answers.
    requests: Option<Subscriber>,
    /// An update that no edge can take was told.
    told_too_large: bool,
}

impl<'a> Origin<'a> {
    async fn new(
        settings: &'a RelaySettings,
        source: &'a Arc<PictureSource>,
        links: &'a Links,
        key: OriginKey,
        bus: Bus,
    ) -> Result<Self> {
        let subjects = Subjects::new(settings.address.name());
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let started = u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX);
        source.drivers(|drivers| drivers.start(started));
        Ok(Self {
            settings,
            source,
            links,
            told_links: (LinksRead::default(), None),
            publisher: Publisher::new(settings.address.name(), key, started),
            outbox: Outbox::default(),
            sent: VecDeque::new(),
            taken: SinceRequest { stream: 0, revision: 0 },
            answers: Answers::new(Instant::now()),
            edges: bus.subscribe(&subjects.edges).await?,
            requests_to_origin: bus.subscribe(&subjects.since_origin).await?,
            clocks: bus.subscribe(&subjects.clock).await?,
            drivers: bus.subscribe(&subjects.drive).await?,
            looked_at_drive_links: None,
            forged: 0,
            requests: None,
            subjects,
            bus,
            told_too_large: false,
        })
    }

    async fn run(mut self) -> Result<()> {
        loop {
            let now = Instant::now();
            let wait = if self.bus.is_connected() {
                self.settle(now).await?;
                let waits = [self.publisher.wait_until(now), self.look_at(now)];
                waits.into_iter().flatten().min()
            } else {
                // What is published now would be sent when the connection is back, long after.
                self.forget();
                self.source.set_wanted(false, false);
                self.source.drivers(|drivers| drivers.expire(now));
                None
            };
            let drivers = self.source.drivers(|drivers| drivers.wait_until(now));
            let wait = wait.into_iter().chain(drivers).min();
            let requests = async {
                match &mut self.requests {
                    Some(requests) => requests.next().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.source.closed() => {
                    if self.bus.is_connected() {
                        self.publish_state().await?;
                        let _ = self.bus.client.flush().await;
                    }
                    return Ok(());
                }
                Some(event) = self.bus.events.recv() => self.happened(event).await?,
                Some(mark) = self.bus.marks.next() => self.returned(&mark),
                Some(report) = self.edges.next() => {
                    if let Some(report) = EdgeReport::parse(&report.payload) {
                        self.publisher.report(report, Instant::now());
                    }
                }
                Some(message) = self.drivers.next() => {
                    let (seconds, now) = (self.source.now(), Instant::now());
                    self.look_at_drive_links(now);
                    self.source.drivers(|it| it.receive(&message.payload, seconds, now));
                }
                Some(question) = self.clocks.next() => self.tell_time(&question).await?,
                Some(request) = self.requests_to_origin.next() => self.answer(&request).await?,
                Some(request) = requests => self.answer(&request).await?,
                () = self.source.changed() => {}
                () = until(wait) => {}
            }
        }
    }

    /// Does what there is to do now.
    async fn settle(&mut self, now: Instant) -> Result<()> {
        let answers = self.publisher.answers(now);
        if answers && self.requests.is_none() {
            let requests = self.bus.subscribe_as_one_of(&self.subjects.since, Subjects::QUEUE);
            self.requests = Some(requests.await?);
        } else if !answers && let Some(mut requests) = self.requests.take() {
            let _ = requests.unsubscribe().await;
        }
        if let Some(edges) = self.publisher.new_list(now) {
            self.source.set_edges(edges);
        }
        self.source.set_wanted(self.publisher.has_viewers(now), self.outbox.has_room());
        while self.outbox.has_room()
            && let Some(update) = self.source.take()
        {
            let bytes = self.publisher.update(update, now);
            if self.publish_update(&bytes).await? {
                let mark = self.outbox.published(bytes.len());
                self.sent.push_back((mark, self.publisher.revision()));
                self.bus.mark(MarkOf::Update, mark).await?;
            }
            self.source.set_wanted(self.publisher.has_viewers(now), self.outbox.has_room());
        }
        if self.source.has_new_state()
            || self.has_new_links(now)
            || self.publisher.state_is_due(now)
        {
            self.publish_state().await?;
        }
        if let Some(bytes) = self.publisher.beacon(now) {
            self.publish_update(&bytes).await?;
        }
        self.tell_drivers(now).await
    }

    /// Tells edges what concerns those who drive there.
    async fn tell_drivers(&mut self, now: Instant) -> Result<()> {
        while let Some((inbox, state)) = self.source.drivers(|drivers| drivers.poll(now)) {
            let bytes = self.publisher.drivers(self.settings.address.name(), &inbox, &state);
            self.bus.publish_pieces(&inbox, &bytes).await?;
        }
        let forged = self.source.drivers(|drivers| drivers.forged());
        if std::mem::replace(&mut self.forged, forged) == 0 && forged > 0 {
            self.settings.reporter.report(
                Level::Warn,
                "somebody wanted to drive without the key of a link, and did not; look at who may publish on the bus",
            );
        }
        Ok(())
    }

    /// When to look at the links; `None` while nobody would be told.
    fn look_at(&self, now: Instant) -> Option<Instant> {
        (self.links.is_some() && self.publisher.has_edges(now)).then_some(())?;
        Some(self.told_links.1.map_or(now, |at| at + LOOK_EVERY))
    }

    /// Looks, if it is time to. Whether the links are others than those that were told.
    fn has_new_links(&mut self, now: Instant) -> bool {
        if self.look_at(now).is_none_or(|at| now < at) {
            return false;
        }
        self.told_links.1 = Some(now);
        self.links.read() != self.told_links.0
    }

    /// Looks which links to drive there are, if that is some time ago. A message may come from an edge that does not say
    /// that it is there, for which nobody would look.
    fn look_at_drive_links(&mut self, now: Instant) {
        if self.looked_at_drive_links.is_none_or(|at| at + LOOK_EVERY <= now) {
            self.looked_at_drive_links = Some(now);
            let drive = self.links.read().drive;
            self.source.drivers(|drivers| drivers.set_links(drive));
        }
    }

    async fn happened(&mut self, event: BusEvent) -> Result<()> {
        self.forget();
        match event {
            BusEvent::Disconnected => Ok(()),
            BusEvent::Connected => {
                self.publish_state().await?;
                // What was on its way, once more: otherwise every edge would ask for it.
                match self.publisher.answer(self.taken) {
                    Some(bytes) => self.publish_update(&bytes).await.map(drop),
                    None => Ok(()),
                }
            }
        }
    }

    /// What was on its way is lost, or nobody knows.
    fn forget(&mut self) {
        self.outbox.clear();
        self.sent.clear();
        self.answers.clear();
    }

    fn returned(&mut self, mark: &Message) {
        match Bus::read_mark(mark) {
            Some((MarkOf::Update, mark)) => {
                self.outbox.returned(mark);
                while let Some((_, revision)) = self.sent.front().filter(|(sent, _)| *sent <= mark)
                {
                    self.taken = *revision;
                    self.sent.pop_front();
                }
            }
            Some((MarkOf::Answer, mark)) => self.answers.returned(mark),
            Some((MarkOf::Lag, _)) | None => {}
        }
    }

    async fn answer(&mut self, request: &Message) -> Result<()> {
        let publisher = &self.publisher;
        self.bus.answer(request, &mut self.answers, |since| publisher.answer(since)).await
    }

    /// Answers what the canvas' clock shows.
    async fn tell_time(&self, question: &Message) -> Result<()> {
        let Some(to) = question.reply.as_ref().filter(|to| Inbox::Edge.has(to)) else {
            return Ok(());
        };
        if !self.bus.is_connected() {
            return Ok(());
        }
        let seconds = Bytes::copy_from_slice(&self.source.now().to_le_bytes());
        self.bus.publish(to, seconds).await
    }

    async fn publish_state(&mut self) -> Result<()> {
        let mut state = self.source.state().shortened();
        let links = self.links.read();
        state.links = links.watch.iter().cloned().map(StateLink).collect();
        state.drive_links = links.drive.iter().map(|(link, _)| StateLink(link.clone())).collect();
        let drive = links.drive.clone();
        self.source.drivers(|drivers| drivers.set_links(drive));
        self.told_links.0 = links;
        let state = self.publisher.state(self.settings.address.name(), state, Instant::now());
        self.bus.publish(&self.subjects.state, state).await
    }

    /// Publishes an update. Whether it was not too large.
    async fn publish_update(&mut self, bytes: &Bytes) -> Result<bool> {
        if bytes.len() > MAX_UPDATE {
            if !std::mem::replace(&mut self.told_too_large, true) {
                self.settings.reporter.report(
                    Level::Error,
                    "the picture takes more than 64 MiB, which edges do not take; draw a smaller one",
                );
            }
            return Ok(false);
        }
        self.bus.publish_pieces(&self.subjects.updates, bytes).await?;
        Ok(true)
    }
}
