//! The edge's side of the bus: follows the origin, repairs, answers other edges, says how many look.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_nats::{Message, Subscriber};
use framecast_api::{Error, Result};
use futures_util::{FutureExt, StreamExt};
use log::Level;

use crate::answers::Answers;
use crate::bus::{self, Bus, BusEvent, MarkOf};
use crate::edge::EdgeShared;
use crate::edge_backend::EdgeClients;
use crate::follower::{Action, Follower, Whom};
use crate::intake::{Intake, IntakeAction};
use crate::message::{Assembler, Purpose, SinceRequest};
use crate::origin_clock::OriginClock;
use crate::report::EdgeReport;
use crate::runtime::until;
use crate::settings::RelaySettings;
use crate::subjects::{Inbox, Subjects};

/// How often an edge says how many look.
const REPORT: Duration = Duration::from_secs(1);
/// A change is said at once, but not more often than this.
const REPORT_SOONEST: Duration = Duration::from_millis(50);

/// Follows the canvas until the edge ends. `first` is told how the first attempt to connect went.
pub(crate) async fn run(
    settings: &RelaySettings,
    shared: &EdgeShared,
    first: impl FnMut(Option<&Error>),
) -> Result<()> {
    let connecting = bus::connect(settings, Inbox::Edge, first);
    tokio::pin!(connecting);
    let bus = loop {
        tokio::select! {
            bus = &mut connecting => break bus?,
            () = shared.changed() => if shared.is_closing() { return Ok(()) },
        }
    };
    EdgeBus::new(settings, shared, bus).await?.run().await
}

struct EdgeBus<'a> {
    settings: &'a RelaySettings,
    shared: &'a EdgeShared,
    bus: Bus,
    subjects: Subjects,
    follower: Follower,
    intake: Intake,
    published: Assembler,
    /// The number of the question that is to be answered, and what came of the answer.
    question: (u64, Assembler),
    /// When it was asked.
    asked: Instant,
    my_answers: Answers,
    report: EdgeReport,
    /// When it was said last.
    reported: Option<Instant>,
    inbox: String,
    /// Not while it pulls.
    updates: Option<Subscriber>,
    state: Subscriber,
    answers: Subscriber,
    /// Where the origin says what concerns those who drive here, and what came for each backend of theirs.
    drive_inbox: String,
    /// Only once somebody drives here: an edge that is not trusted with that may not listen there.
    drivers: Option<Subscriber>,
    told: BTreeMap<String, Assembler>,
    clock: OriginClock,
    clock_inbox: String,
    times: Subscriber,
    /// Which origin the clock is of.
    origin: u64,
    /// Only while it is current.
    requests: Option<Subscriber>,
    forged: u64,
}

impl<'a> EdgeBus<'a> {
    async fn new(settings: &'a RelaySettings, shared: &'a EdgeShared, bus: Bus) -> Result<Self> {
        let subjects = Subjects::new(settings.address.name());
        let [inbox, clock_inbox] = [(); 2].map(|()| bus.client.new_inbox());
        let drive_inbox = format!("{}.{}", Inbox::Drive.prefix(), bus::random()?);
        let now = Instant::now();
        Ok(Self {
            updates: Some(bus.subscribe(&subjects.updates).await?),
            state: bus.subscribe(&subjects.state).await?,
            answers: bus.subscribe(&format!("{inbox}.*")).await?,
            times: bus.subscribe(&format!("{clock_inbox}.*")).await?,
            drivers: None,
            drive_inbox,
            told: BTreeMap::new(),
            clock: OriginClock::new(now),
            clock_inbox,
            origin: 0,
            requests: None,
            follower: Follower::new(settings.address.name(), settings.key, now),
            intake: Intake::new(now),
            published: Assembler::default(),
            question: (0, Assembler::default()),
            asked: now,
            my_answers: Answers::new(now),
            report: EdgeReport {
                name: settings.name.clone(),
                // Nobody else learns it: who knows it could speak for this edge.
                id: bus::random()?,
                viewers: 0,
                visible: 0,
                current: false,
                leaving: false,
            },
            reported: None,
            forged: 0,
            settings,
            shared,
            bus,
            subjects,
            inbox,
        })
    }

    async fn run(mut self) -> Result<()> {
        loop {
            if self.shared.is_closing() {
                if self.bus.is_connected() {
                    self.pass_on(Instant::now()).await?;
                    self.report.leaving = true;
                    self.publish_report().await?;
                    let _ = self.bus.client.flush().await;
                }
                return Ok(());
            }
            let now = Instant::now();
            let wait = self.settle(now).await?;
            tokio::select! {
                // A mark tells how late is what came before it, here as well.
                biased;
                Some(event) = self.bus.events.recv() => self.happened(event),
                Some(message) = next(&mut self.updates) => {
                    if let Some(bytes) = self.published.add(&message.payload) {
                        self.follower.published(&bytes, Instant::now());
                    }
                }
                Some(message) = self.state.next() => {
                    let (name, now) = (self.settings.address.name(), Instant::now());
                    if let Some(state) = self.follower.state_published(name, &message.payload, now) {
                        self.shared.set_state(state);
                    }
                }
                Some(message) = self.answers.next() => self.answer_came(&message),
                Some(mark) = self.bus.marks.next() => match Bus::read_mark(&mark) {
                    Some((MarkOf::Lag, mark)) => self.intake.returned(mark, Instant::now()),
                    Some((MarkOf::Answer, mark)) => self.my_answers.returned(mark),
                    Some((MarkOf::Update, _)) | None => {}
                },
                Some(message) = next(&mut self.drivers) => self.told_of_drivers(&message),
                Some(time) = self.times.next() => {
                    if let (Some(number), Ok(bytes)) = (number(&time), time.payload[..].try_into()) {
                        self.clock.answered(number, f64::from_le_bytes(bytes), Instant::now());
                    }
                }
                Some(request) = next(&mut self.requests) => self.answer(&request).await?,
                () = self.shared.changed() => {}
                () = until(Some(wait)) => {}
            }
        }
    }

    /// Does what there is to do now. Returns when there is more, if nothing happens before.
    async fn settle(&mut self, now: Instant) -> Result<Instant> {
        let is_connected = self.bus.is_connected();
        if is_connected {
            // First, so that it is not asked what it asks for itself.
            self.answer_others(self.follower.is_current(now)).await?;
        }
        while let Some(action) = self.follower.poll(now) {
            match action {
                Action::Show(update) => self.shared.show(&update, self.clock.seconds(now), now),
                // What is published now would be sent when the connection is back, long after.
                Action::Ask(..) if !is_connected => {}
                Action::Ask(whom, purpose, request) => self.ask(whom, purpose, request).await?,
            }
        }
        self.shared.tell_links(now);
        self.shared.forget_closed();
        let drivers_wait = self.pass_on(now).await?;
        if !is_connected {
            self.my_answers.clear();
            self.shared.set_live(false);
            return Ok(drivers_wait.into_iter().fold(now + REPORT, Instant::min));
        }
        let origin = self.follower.started();
        if std::mem::replace(&mut self.origin, origin) != origin {
            self.clock.reset(now);
        }
        if let Some(question) = self.clock.poll(now) {
            let inbox = format!("{}.{question}", self.clock_inbox);
            self.bus.ask(&self.subjects.clock, &inbox, "").await?;
        }
        if let Some(action) = self.intake.poll(now) {
            self.take_in(action, now).await?;
        }
        let current = self.follower.is_current(now);
        self.answer_others(current).await?;
        self.shared.set_live(!self.follower.is_silent(now));
        self.tell_forged();
        let report_at = self.report(now, current).await?;
        let waits = [self.follower.wait_until(), self.follower.silent_at(now), drivers_wait];
        let earliest = report_at.min(self.intake.wait_until()).min(self.clock.wait_until());
        Ok(waits.into_iter().flatten().fold(earliest, Instant::min))
    }

    /// Marks, or changes how pictures come.
    async fn take_in(&mut self, action: IntakeAction, now: Instant) -> Result<()> {
        let message = match action {
            IntakeAction::Mark(mark) => return self.bus.mark(MarkOf::Lag, mark).await,
            IntakeAction::Drop => {
                "more than a second behind: dropping what waits, and asking for the newest picture"
            }
            IntakeAction::Pull => {
                "the link to the bus is too thin for all that is published: asking for the newest picture instead, again and again"
            }
            IntakeAction::Subscribe => "trying whether the link carries all that is published",
        };
        let is_try = action == IntakeAction::Subscribe;
        let level = if is_try { Level::Info } else { Level::Warn };
        self.settings.reporter.report(level, message);
        if is_try {
            self.updates = Some(self.bus.subscribe(&self.subjects.updates).await?);
            self.follower.subscribed(now);
            return Ok(());
        }
        if action == IntakeAction::Pull
            && let Some(mut updates) = self.updates.take()
        {
            let _ = updates.unsubscribe().await;
            self.published = Assembler::default();
            self.follower.pull();
        }
        self.bus.reconnect().await?;
        // What has arrived here waits, too.
        while next(&mut self.updates).now_or_never().flatten().is_some() {}
        Ok(())
    }

    /// Passes on what those did who drive here. Returns when there is more, if nothing happens before.
    async fn pass_on(&mut self, now: Instant) -> Result<Option<Instant>> {
        let (started, presenter) = (self.follower.origin(), self.shared.presenter());
        let mut wait: Option<Instant> = None;
        for clients in self.shared.clients() {
            let mut messages = Vec::new();
            let (is_news, is_closed, next) = {
                let mut driving = clients.driving();
                if driving.inbox().is_none() {
                    let run = bus::random()?;
                    driving.start(run, format!("{}.{run}", self.drive_inbox));
                }
                driving.set_origin(started, presenter.as_deref(), now);
                driving.set_connected(self.bus.is_connected());
                messages.extend(std::iter::from_fn(|| driving.poll(now)));
                (driving.has_commands(), driving.is_closed(), driving.wait_until(now))
            };
            if is_closed {
                self.shared.remove_clients(&clients);
            } else if is_news {
                clients.wake();
            }
            if self.drivers.is_none() && !messages.is_empty() {
                let inboxes = format!("{}.*", self.drive_inbox);
                self.drivers = Some(self.bus.subscribe(&inboxes).await?);
            }
            for message in messages {
                self.bus.publish(&self.subjects.drive, message).await?;
            }
            wait = wait.into_iter().chain(next).min();
        }
        Ok(wait)
    }

    /// Takes what the origin says of those who drive here.
    fn told_of_drivers(&mut self, message: &Message) {
        let (canvas, now) = (self.settings.address.name(), Instant::now());
        let inbox = message.subject.as_str();
        let clients = self.shared.clients();
        let is_for = |it: &&Arc<EdgeClients>| it.driving().inbox() == Some(inbox);
        self.told.retain(|to, _| clients.iter().any(|it| it.driving().inbox() == Some(to)));
        let Some(clients) = clients.iter().find(is_for) else { return };
        let assembler = self.told.entry(inbox.to_owned()).or_default();
        if let Some(bytes) = assembler.add(&message.payload)
            && let Some(state) = self.follower.told_of_drivers(canvas, inbox, &bytes)
        {
            clients.driving().told(state, now);
            clients.wake();
        }
    }

    /// Says how many look, if that is new or was said long ago. Returns when it is said again.
    async fn report(&mut self, now: Instant, current: bool) -> Result<Instant> {
        let (all, visible) = self.shared.viewers();
        self.follower.set_watched(visible > 0);
        // Those who may drive are told of one by one.
        let drivers = self.shared.clients().iter().map(|it| it.driving().clients()).sum();
        let all = all.saturating_sub(drivers);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (viewers, visible) = (count(all), count(visible));
        let before = &self.report;
        let is_new = (before.visible > 0) != (visible > 0) || before.current != current;
        let after = if is_new { REPORT_SOONEST } else { REPORT };
        let at = self.reported.map_or(now, |at| at + after);
        if now < at {
            return Ok(at);
        }
        let report = &mut self.report;
        (report.viewers, report.visible, report.current) = (viewers, visible, current);
        self.reported = Some(now);
        self.publish_report().await?;
        Ok(now + REPORT)
    }

    /// Asks for what is newer. Only the answer to the last question counts.
    async fn ask(&mut self, whom: Whom, purpose: Purpose, request: SinceRequest) -> Result<()> {
        self.question = (bus::random()?, Assembler::default());
        self.asked = Instant::now();
        let at = match whom {
            Whom::Anybody => &self.subjects.since,
            Whom::Origin => &self.subjects.since_origin,
        };
        self.bus
            .ask(at, &format!("{}.{}", self.inbox, self.question.0), request.print(purpose))
            .await
    }

    /// Takes its share of others' requests, or none.
    async fn answer_others(&mut self, current: bool) -> Result<()> {
        if current && self.requests.is_none() {
            let requests = self.bus.subscribe_as_one_of(&self.subjects.since, Subjects::QUEUE);
            self.requests = Some(requests.await?);
        } else if !current && let Some(mut requests) = self.requests.take() {
            let _ = requests.unsubscribe().await;
        }
        Ok(())
    }

    async fn publish_report(&self) -> Result<()> {
        self.bus.publish(&self.subjects.edges, self.report.print()).await
    }

    fn happened(&mut self, event: BusEvent) {
        let now = Instant::now();
        match event {
            BusEvent::Connected => {
                // What was published meanwhile is lost.
                self.my_answers.clear();
                self.follower.reconnected(now);
                self.reported = None;
                self.intake.start(now);
            }
            BusEvent::Disconnected => self.intake.start(now),
        }
    }

    fn answer_came(&mut self, message: &Message) {
        let (question, assembler) = &mut self.question;
        // That nobody answers is no answer, either: it has a status and no bytes.
        if number(message) != Some(*question) || message.status.is_some() {
            return;
        }
        let now = Instant::now();
        match assembler.add(&message.payload) {
            None => self.follower.answer_arrives(now),
            Some(bytes) => {
                let took = now.saturating_duration_since(self.asked);
                self.intake.answered(took, self.clock.round_trip(), now);
                self.follower.answered(&bytes, now);
            }
        }
    }

    /// Answers another edge.
    async fn answer(&mut self, request: &Message) -> Result<()> {
        let follower = &self.follower;
        self.bus.answer(request, &mut self.my_answers, |since| follower.answer(since)).await
    }

    /// Says once that somebody lies.
    fn tell_forged(&mut self) {
        let before = std::mem::replace(&mut self.forged, self.follower.forged());
        if before == 0 && self.forged > 0 {
            self.settings.reporter.report(
                Level::Warn,
                "something arrived that the origin has not signed, and was not shown; look at who may publish on the bus",
            );
        }
    }
}

/// The next message; none ever without a subscription.
async fn next(messages: &mut Option<Subscriber>) -> Option<Message> {
    match messages {
        Some(messages) => messages.next().await,
        None => std::future::pending().await,
    }
}

/// The number at the end of the subject at which it came.
fn number(message: &Message) -> Option<u64> {
    message.subject.rsplit('.').next()?.parse().ok()
}
