//! Who is the presenter: the lease, the policies, hand-over. Pure: `now` is passed in.
//!
//! Two things decide. The *role* is a right that comes with somebody's link: who may only watch
//! never holds control, whatever happens. The *policy* says who of the others gets it, and when.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

use framecast_api::{
    ControlRequest, ControlState, Error, EventKind, LogicalSize, Member as MemberState, Role,
    SentAway, Source,
};

use crate::departed::{By, Departed, Gone};

/// Under [`ControlPolicy::Any`] a presenter that did nothing for this long gives way.
const PAUSE: Duration = Duration::from_secs(1);

/// No timeout is longer, in effect for ever: what is added to the time of day must not overflow.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Who gets control, and when.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ControlPolicy {
    /// A view on this machine, such as the window; browsers never.
    Local,
    /// A view on this machine, or else whoever may drive and has been here longest.
    #[default]
    First,
    /// As `First`; the others can ask, and the presenter grants.
    Request,
    /// Whoever acts, once the presenter has paused for a second.
    Any,
    /// Nobody, unless the application says so.
    None,
}

impl FromStr for ControlPolicy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Ok(match text.trim() {
            "local" => Self::Local,
            "first" => Self::First,
            "request" => Self::Request,
            "any" => Self::Any,
            "none" => Self::None,
            _ => {
                return Err(Error::invalid_input(format!(
                    "{text:?} is unknown; possible are local, first, request, any and none"
                )));
            }
        })
    }
}

impl fmt::Display for ControlPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Local => "local",
            Self::First => "first",
            Self::Request => "request",
            Self::Any => "any",
            Self::None => "none",
        })
    }
}

/// Everybody who is here, and which of them holds control.
#[derive(Debug)]
pub(crate) struct Control {
    policy: ControlPolicy,
    /// A presenter that is hidden for this long gives control up; one that is silent for this
    /// long, if somebody else wants it. `None`: never.
    timeout: Option<Duration>,
    /// In the order in which they came.
    members: Vec<Member>,
    last_number: u64,
    last_ask: u64,
    /// Invariant: one of `members` that may drive, or nobody.
    presenter: Option<Source>,
    /// Who granted control to the presenter, and gets it back. `None`: it was not granted.
    grantor: Option<Source>,
    /// The application chose the presenter: no policy takes it away.
    chosen: bool,
    departed: Departed,
    /// What is to be done about others.
    orders: Vec<Order>,
    /// Grows with every change that others are told.
    revision: u64,
}

#[derive(Debug)]
struct Member {
    number: u64,
    source: Source,
    /// Sits at this machine.
    local: bool,
    role: Role,
    label: String,
    /// The view's logical size and pixel ratio, as last reported.
    view: Option<(LogicalSize, f64)>,
    hidden_since: Option<Instant>,
    /// It has said whether its view can be seen; else it counts as visible.
    said_visible: bool,
    /// When it gave any sign of life.
    active: Instant,
    /// When it did something on purpose: pressed, typed, turned the wheel.
    acted: Option<Instant>,
    /// Its place among those who ask.
    asks: Option<u64>,
    /// It gave control up, and gets it again only when it asks.
    declined: bool,
    /// It is to go, and not to come back. It holds control no more.
    sent_away: Option<By>,
}

impl Member {
    /// Whether it has the right.
    fn may_drive(&self) -> bool {
        self.role == Role::Drive && self.sent_away.is_none()
    }
}

/// What follows for others, besides who drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// The host wants this client to go, and not to come back.
    SendAway(Source),
    /// This one, who was sent away, may come back.
    LetIn(Source),
}

impl Control {
    pub(crate) fn new(policy: ControlPolicy, timeout: Option<Duration>) -> Self {
        Self {
            policy,
            timeout: timeout.map(|time| time.min(LONGEST_TIMEOUT)),
            members: Vec::new(),
            last_number: 0,
            last_ask: 0,
            presenter: None,
            grantor: None,
            chosen: false,
            departed: Departed::default(),
            orders: Vec::new(),
            revision: 0,
        }
    }

    /// Another number: there is another [`state`](Self::state) to tell.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Another time from now on after which control is given up; `None`: never.
    pub(crate) fn set_timeout(&mut self, timeout: Option<Duration>, now: Instant) {
        self.timeout = timeout.map(|time| time.min(LONGEST_TIMEOUT));
        self.settle(now);
    }

    /// Another policy from now on. Who holds control by the old one alone loses it.
    pub(crate) fn set_policy(&mut self, policy: ControlPolicy, now: Instant) {
        self.policy = policy;
        self.revision += 1;
        self.chosen = false;
        for member in &mut self.members {
            member.asks = None;
            member.declined = false;
        }
        self.settle(now);
    }

    /// Somebody came. A second announcement of the same client changes nothing.
    pub(crate) fn join(
        &mut self,
        source: Source,
        local: bool,
        label: String,
        role: Role,
        now: Instant,
    ) {
        if self.member(source).is_some() {
            return;
        }
        self.last_number += 1;
        self.revision += 1;
        self.members.push(Member {
            number: self.last_number,
            source,
            local,
            role,
            label,
            view: None,
            hidden_since: None,
            said_visible: false,
            active: now,
            acted: None,
            asks: None,
            declined: false,
            sent_away: None,
        });
        self.yield_to_local(source, now);
        self.settle(now);
    }

    /// What is to be done about others since this was asked last.
    pub(crate) fn take_orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.orders)
    }

    /// Somebody went.
    pub(crate) fn leave(&mut self, source: Source, now: Instant) {
        if let Some(at) = self.members.iter().position(|member| member.source == source) {
            let Member { number, role, label, sent_away, .. } = self.members.remove(at);
            if let Some(by) = sent_away {
                let forgotten = self.departed.push(Gone { number, source, role, label, by });
                self.orders.extend(forgotten.map(Order::LetIn));
            }
        }
        self.revision += 1;
        self.settle(now);
    }

    /// All clients of a backend went.
    pub(crate) fn leave_all(&mut self, backend: u32, now: Instant) {
        self.members.retain(|member| member.source.backend != backend);
        self.departed.forget(backend);
        self.revision += 1;
        self.settle(now);
    }

    /// Keeps the size of somebody's view for when they become the presenter.
    pub(crate) fn set_view(&mut self, source: Source, size: LogicalSize, ratio: f64) {
        if let Some(member) = self.member_mut(source) {
            member.view = Some((size, ratio));
        }
    }

    /// Somebody does something, or their view is shown or hidden. `holding`: the presenter holds
    /// a key or a button down.
    pub(crate) fn heard(&mut self, source: Source, kind: &EventKind, holding: bool, now: Instant) {
        let Some(member) = self.member_mut(source) else { return };
        member.active = now;
        let was_hidden = member.hidden_since.is_some();
        member.said_visible |= matches!(kind, EventKind::Hide | EventKind::Show);
        match kind {
            // A key held since before others got control takes nothing from them.
            EventKind::KeyDown(key) if key.repeat => {}
            EventKind::Hide => {
                member.hidden_since.get_or_insert(now);
                self.revision += u64::from(!was_hidden);
            }
            EventKind::Show => {
                member.hidden_since = None;
                self.revision += u64::from(was_hidden);
                self.yield_to_local(source, now);
            }
            EventKind::PointerDown(_)
            | EventKind::Wheel(_)
            | EventKind::KeyDown(_)
            | EventKind::Char(_)
            | EventKind::Paste { .. } => {
                member.acted = Some(now);
                self.yield_to_local(source, now);
                self.yield_to_any(source, holding, now);
            }
            _ => {}
        }
        self.settle(now);
    }

    /// What somebody wants to happen with control.
    pub(crate) fn request(&mut self, source: Source, request: ControlRequest, now: Instant) {
        let is_host = self.host() == Some(source);
        let Some(member) = self.member_mut(source) else { return };
        member.active = now;
        let target = match request {
            ControlRequest::Grant(number) | ControlRequest::Disconnect(number) => {
                self.members.iter().find(|it| it.number == number).map(|it| it.source)
            }
            _ => None,
        };
        match request {
            ControlRequest::Ask => self.ask(source, now),
            ControlRequest::Release if self.presenter == Some(source) => {
                // Who was granted it gives it back, and may ask again.
                if let Some(member) = self.member_mut(source) {
                    member.declined = true;
                }
                self.hand_back(now);
            }
            ControlRequest::Release => {
                let asked = self.member_mut(source).and_then(|member| member.asks.take());
                self.revision += u64::from(asked.is_some());
            }
            ControlRequest::Grant(_) if is_host => {
                if let Some(target) = target.filter(|target| self.may_hold(*target)) {
                    self.lease(target, now);
                    self.grantor = Some(source).filter(|host| *host != target);
                }
            }
            ControlRequest::TakeBack if is_host => self.lease(source, now),
            ControlRequest::Disconnect(_) if is_host => {
                let target = target.filter(|target| *target != source);
                self.orders.extend(target.map(Order::SendAway));
            }
            ControlRequest::LetIn(number) if is_host => {
                if let Some(source) = self.departed.numbered(number) {
                    self.let_in(source);
                }
            }
            ControlRequest::Grant(_)
            | ControlRequest::TakeBack
            | ControlRequest::Disconnect(_)
            | ControlRequest::LetIn(_) => {}
        }
        self.settle(now);
    }

    /// Whether somebody is here and was not sent away yet.
    pub(crate) fn stays(&self, source: Source) -> bool {
        self.member(source).is_some_and(|member| member.sent_away.is_none())
    }

    /// Somebody was told to go. From now on it holds no control, and once gone it is listed.
    pub(crate) fn send_away(&mut self, source: Source, by: By, now: Instant) {
        if let Some(member) = self.member_mut(source) {
            member.sent_away = Some(by);
            member.asks = None;
            self.revision += 1;
            self.settle(now);
        }
    }

    /// Who was sent away may come back; false if it was not, or has not gone yet.
    pub(crate) fn let_in(&mut self, source: Source) -> bool {
        let was_there = self.departed.remove(source);
        if was_there {
            self.orders.push(Order::LetIn(source));
            self.revision += 1;
        }
        was_there
    }

    /// Who was sent away and has gone, the last at the end.
    pub(crate) fn sent_away(&self) -> impl Iterator<Item = (Source, SentAway)> + '_ {
        self.departed.list()
    }

    /// The application's own choice, against any policy; but never somebody who may only watch.
    /// Nobody: until the policy finds somebody.
    pub(crate) fn choose(&mut self, source: Option<Source>, now: Instant) -> bool {
        self.revision += 1;
        let Some(source) = source else {
            if let Some(presenter) = self.presenter.take()
                && let Some(member) = self.member_mut(presenter)
            {
                member.declined = true;
            }
            (self.grantor, self.chosen) = (None, false);
            self.settle(now);
            return true;
        };
        if !self.has_right(source) {
            return false;
        }
        self.lease(source, now);
        self.chosen = true;
        self.settle(now);
        true
    }

    /// Time passed.
    pub(crate) fn tick(&mut self, now: Instant) {
        if self.deadline().is_some_and(|at| at <= now) {
            self.settle(now);
        }
    }

    /// When [`tick`](Self::tick) may change something.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.release_at().into_iter().chain(self.departed.lapse_at()).min()
    }

    /// When control is given up, if nothing else happens.
    fn release_at(&self) -> Option<Instant> {
        let (timeout, presenter) = (self.timeout?, self.member(self.presenter?)?);
        let silent = self.contender(presenter).is_some().then_some(presenter.active);
        let since = [presenter.hidden_since, silent].into_iter().flatten().min()?;
        (!self.chosen).then_some(since + timeout)
    }

    /// The holder of control.
    pub(crate) fn presenter(&self) -> Option<Source> {
        self.presenter
    }

    /// The size and pixel ratio of the presenter's view, as far as known.
    pub(crate) fn presenter_view(&self) -> Option<(LogicalSize, f64)> {
        self.member(self.presenter?)?.view
    }

    /// Who grants control, takes it back and sends others away.
    pub(crate) fn host(&self) -> Option<Source> {
        self.grantor.or(self.presenter)
    }

    /// Who has waited longest for control.
    pub(crate) fn asker(&self) -> Option<u64> {
        self.asking().map(|member| member.number)
    }

    /// Whether this client sits at this machine.
    pub(crate) fn is_local(&self, source: Source) -> bool {
        self.member(source).is_some_and(|member| member.local)
    }

    /// Whether this client's view can be seen, if it ever said so.
    pub(crate) fn said_visible(&self, source: Source) -> Option<bool> {
        let member = self.member(source).filter(|member| member.said_visible)?;
        Some(member.hidden_since.is_none())
    }

    /// For people: "window", "127.0.0.1:51234".
    pub(crate) fn label(&self, source: Source) -> Option<&str> {
        Some(&self.member(source)?.label)
    }

    /// The one with this number.
    pub(crate) fn label_of(&self, number: u64) -> Option<&str> {
        self.members.iter().find(|it| it.number == number).map(|it| &*it.label)
    }

    /// How many clients of `backend` are here.
    pub(crate) fn count(&self, backend: u32) -> usize {
        self.members.iter().filter(|member| member.source.backend == backend).count()
    }

    /// Everybody, where they are from.
    pub(crate) fn sources(&self) -> impl Iterator<Item = Source> + '_ {
        self.members.iter().map(|member| member.source)
    }

    /// What a backend, or with `None` the application, is told.
    pub(crate) fn state(&self, backend: Option<u32>) -> ControlState {
        let number = |source: Option<Source>| Some(self.member(source?)?.number);
        let told = |member: &Member| {
            let own = backend == Some(member.source.backend);
            let client = own.then_some(member.source.client);
            let mut told =
                MemberState::new(member.number, client, member.label.clone(), member.role);
            told.visible = member.hidden_since.is_none();
            told.asks = member.asks.is_some();
            told
        };
        let free = self.presenter.is_none();
        let asking = match self.policy {
            ControlPolicy::Request => true,
            ControlPolicy::First | ControlPolicy::Any => free,
            ControlPolicy::Local | ControlPolicy::None => false,
        };
        let members = self.members.iter().map(told).collect();
        let mut state =
            ControlState::new(number(self.presenter), number(self.host()), asking, members);
        state.sent_away = self.sent_away().map(|(_, gone)| gone).collect();
        state
    }

    fn member(&self, source: Source) -> Option<&Member> {
        self.members.iter().find(|member| member.source == source)
    }

    fn member_mut(&mut self, source: Source) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.source == source)
    }

    /// Whether the policy lets this member hold control.
    fn allows(&self, member: &Member) -> bool {
        let by_policy = match self.policy {
            ControlPolicy::None => false,
            ControlPolicy::Local => member.local,
            ControlPolicy::First | ControlPolicy::Request | ControlPolicy::Any => true,
        };
        member.may_drive() && by_policy
    }

    fn has_right(&self, source: Source) -> bool {
        self.member(source).is_some_and(Member::may_drive)
    }

    fn may_hold(&self, source: Source) -> bool {
        self.member(source).is_some_and(|member| self.allows(member))
    }

    fn is_hidden_too_long(&self, member: &Member, now: Instant) -> bool {
        let (Some(timeout), Some(since)) = (self.timeout, member.hidden_since) else {
            return false;
        };
        since + timeout <= now
    }

    /// Who has asked longest, of those who can be seen to wait.
    fn asking(&self) -> Option<&Member> {
        let waits = |it: &&Member| it.asks.is_some() && it.hidden_since.is_none();
        self.members.iter().filter(|it| self.allows(it)).filter(waits).min_by_key(|it| it.asks)
    }

    /// Who would have control if the presenter slept: who asks, or acted after it did last.
    fn contender(&self, presenter: &Member) -> Option<&Member> {
        if self.policy == ControlPolicy::Request {
            return self.asking();
        }
        let others = self.members.iter().filter(|it| it.source != presenter.source);
        others
            .filter(|it| self.allows(it) && it.hidden_since.is_none())
            .filter(|it| it.acted.is_some_and(|at| at > presenter.active))
            .max_by_key(|it| it.acted)
    }

    fn lease(&mut self, source: Source, now: Instant) {
        self.presenter = Some(source);
        self.grantor = None;
        self.chosen = false;
        self.revision += 1;
        if let Some(member) = self.member_mut(source) {
            member.asks = None;
            member.declined = false;
            // Its time begins.
            member.active = now;
        }
    }

    fn ask(&mut self, source: Source, now: Instant) {
        if !self.may_hold(source) || self.presenter == Some(source) {
            return;
        }
        if self.presenter.is_none() {
            self.lease(source, now);
        } else if self.policy == ControlPolicy::Request {
            let next = self.last_ask + 1;
            if let Some(member) = self.member_mut(source)
                && member.asks.is_none()
            {
                member.asks = Some(next);
                self.last_ask = next;
                self.revision += 1;
            }
        }
    }

    /// The presenter gives control up: who granted it has it again, or the policy decides.
    fn hand_back(&mut self, now: Instant) {
        let grantor = self.grantor.take();
        self.revision += 1;
        (self.presenter, self.chosen) = (None, false);
        let awake = |it: &Member| !self.is_hidden_too_long(it, now);
        if let Some(grantor) = grantor
            && self.may_hold(grantor)
            && self.member(grantor).is_some_and(awake)
        {
            self.lease(grantor, now);
        }
    }

    /// Whoever sits at this machine goes before whoever does not, unless control was granted.
    fn yield_to_local(&mut self, source: Source, now: Instant) {
        let goes_first = matches!(self.policy, ControlPolicy::First | ControlPolicy::Request);
        let from_remote = self.presenter.is_some_and(|presenter| !self.is_local(presenter));
        let declined = self.member(source).is_none_or(|member| member.declined);
        if goes_first
            && from_remote
            && !declined
            && self.grantor.is_none()
            && !self.chosen
            && self.is_local(source)
            && self.may_hold(source)
        {
            self.lease(source, now);
        }
    }

    /// Under `any`, whoever acts takes control from somebody who pauses.
    fn yield_to_any(&mut self, source: Source, holding: bool, now: Instant) {
        if self.policy != ControlPolicy::Any || !self.may_hold(source) || self.chosen {
            return;
        }
        let pauses = |it: &Member| !holding && now.saturating_duration_since(it.active) >= PAUSE;
        match self.presenter.and_then(|presenter| self.member(presenter)) {
            Some(presenter) if presenter.source == source || !pauses(presenter) => {}
            _ => self.lease(source, now),
        }
    }

    /// Takes control from whoever may not have it any more, and finds the next.
    fn settle(&mut self, now: Instant) {
        self.settle_control(now);
        for source in self.departed.settle(self.host().is_some(), now) {
            self.let_in(source);
        }
    }

    fn settle_control(&mut self, now: Instant) {
        if self.grantor.is_some_and(|grantor| !self.may_hold(grantor)) {
            self.grantor = None;
        }
        if let Some(source) = self.presenter {
            let right = match self.member(source) {
                Some(member) if self.chosen => member.may_drive(),
                Some(member) => self.allows(member),
                None => false,
            };
            let member = self.member(source).filter(|_| right);
            let Some(member) = member else {
                self.hand_back(now);
                return self.fill(now);
            };
            if self.chosen {
                return;
            }
            let silent = self.timeout.is_some_and(|timeout| member.active + timeout <= now);
            let contender = self.contender(member).map(|it| it.source);
            if self.is_hidden_too_long(member, now) {
                self.hand_back(now);
            } else if let Some(contender) = contender.filter(|_| silent) {
                self.lease(contender, now);
            }
        }
        self.fill(now);
    }

    /// Finds somebody if nobody has control.
    fn fill(&mut self, now: Instant) {
        if self.presenter.is_some() {
            return;
        }
        let ready = |it: &&Member| it.hidden_since.is_none() && !it.declined && self.allows(it);
        let local = || self.members.iter().filter(ready).find(|it| it.local);
        let next = self.asking().or_else(local).or_else(|| self.members.iter().find(ready));
        if let Some(source) = next.map(|it| it.source) {
            self.lease(source, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use framecast_api::{ClientId, Key};
    use proptest::prelude::*;

    use super::*;
    use crate::departed::WITHOUT_HOST;

    const TIMEOUT: Duration = Duration::from_secs(30);
    const WINDOW: Source = source(0, 0);

    const fn source(backend: u32, client: u64) -> Source {
        Source { backend, client: ClientId(client) }
    }

    struct Scene {
        control: Control,
        now: Instant,
    }

    impl Scene {
        fn new(policy: ControlPolicy) -> Self {
            Self { control: Control::new(policy, Some(TIMEOUT)), now: Instant::now() }
        }

        fn join(&mut self, client: u64, role: Role) -> Source {
            let source = source(1, client);
            self.control.join(source, false, format!("viewer {client}"), role, self.now);
            source
        }

        fn window(&mut self) {
            self.control.join(WINDOW, true, "window".into(), Role::Drive, self.now);
        }

        fn wait(&mut self, time: Duration) {
            self.now += time;
            self.control.tick(self.now);
        }

        fn heard(&mut self, source: Source, kind: &EventKind) {
            self.control.heard(source, kind, false, self.now);
        }

        fn press(&mut self, source: Source) {
            self.heard(source, &EventKind::KeyDown(Key::default()));
        }

        /// What follows of it for others is done.
        fn ask(&mut self, source: Source, request: ControlRequest) -> Option<Order> {
            self.control.request(source, request, self.now);
            self.obey()
        }

        fn obey(&mut self) -> Option<Order> {
            let orders = self.control.take_orders();
            assert!(orders.len() <= 1, "{orders:?}");
            if let Some(Order::SendAway(source)) = orders.first() {
                self.control.send_away(*source, By::Host, self.now);
            }
            orders.into_iter().next()
        }

        fn number(&self, source: Source) -> u64 {
            self.control.member(source).unwrap().number
        }

        fn presenter(&self) -> Option<Source> {
            self.control.presenter()
        }
    }

    #[test]
    fn the_first_who_may_drive_drives_and_the_next_follows_when_it_leaves() {
        let mut scene = Scene::new(ControlPolicy::First);
        scene.join(9, Role::Watch);
        assert_eq!(scene.presenter(), None, "a watcher never drives");
        let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
        assert_eq!(scene.presenter(), Some(anna));
        scene.control.leave(anna, scene.now);
        assert_eq!(scene.presenter(), Some(bert));
        scene.control.leave(bert, scene.now);
        assert_eq!(scene.presenter(), None);
    }

    #[test]
    fn a_local_window_takes_control_even_when_it_comes_late() {
        let mut scene = Scene::new(ControlPolicy::First);
        let anna = scene.join(1, Role::Drive);
        scene.window();
        assert_eq!(scene.presenter(), Some(WINDOW));
        scene.control.leave_all(0, scene.now);
        assert_eq!(scene.presenter(), Some(anna));
    }

    #[test]
    fn under_local_no_browser_ever_drives() {
        let mut scene = Scene::new(ControlPolicy::Local);
        let anna = scene.join(1, Role::Drive);
        scene.ask(anna, ControlRequest::Ask);
        scene.press(anna);
        assert_eq!(scene.presenter(), None);
        scene.window();
        scene.heard(WINDOW, &EventKind::Hide);
        scene.wait(TIMEOUT * 2);
        assert_eq!(scene.presenter(), None);
        scene.heard(WINDOW, &EventKind::Show);
        assert_eq!(scene.presenter(), Some(WINDOW));
    }

    #[test]
    fn a_hidden_presenter_gives_control_up_in_time_and_not_before() {
        let mut scene = Scene::new(ControlPolicy::First);
        let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
        scene.heard(anna, &EventKind::Hide);
        scene.wait(TIMEOUT - Duration::from_millis(1));
        assert_eq!(scene.presenter(), Some(anna));
        assert_eq!(scene.control.deadline(), Some(scene.now + Duration::from_millis(1)));
        scene.wait(Duration::from_millis(1));
        assert_eq!(scene.presenter(), Some(bert));
        scene.heard(anna, &EventKind::Show);
        assert_eq!(scene.presenter(), Some(bert), "who waits is not robbed");
    }

    #[test]
    fn a_hidden_one_is_not_made_the_presenter_until_it_shows() {
        let mut scene = Scene::new(ControlPolicy::First);
        let anna = scene.join(1, Role::Drive);
        scene.heard(anna, &EventKind::Hide);
        scene.wait(TIMEOUT);
        assert_eq!((scene.presenter(), scene.control.deadline()), (None, None));
        scene.heard(anna, &EventKind::Show);
        assert_eq!(scene.presenter(), Some(anna));
    }

    #[test]
    fn a_silent_presenter_gives_way_only_to_somebody_who_acts() {
        let mut scene = Scene::new(ControlPolicy::First);
        let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
        let watcher = scene.join(3, Role::Watch);
        scene.wait(TIMEOUT * 2);
        scene.press(watcher);
        assert_eq!(scene.presenter(), Some(anna));
        scene.press(bert);
        assert_eq!(scene.presenter(), Some(bert));
    }

    #[test]
    fn without_a_timeout_nothing_is_given_up() {
        let mut scene = Scene::new(ControlPolicy::First);
        scene.control.timeout = None;
        let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
        scene.heard(anna, &EventKind::Hide);
        scene.wait(TIMEOUT * 1000);
        scene.press(bert);
        assert_eq!(scene.presenter(), Some(anna));
    }

    #[test]
    fn what_changes_nothing_is_not_told() {
        let mut scene = Scene::new(ControlPolicy::Request);
        let (anna, carl) = (scene.join(1, Role::Drive), scene.join(3, Role::Watch));
        let bert = scene.join(2, Role::Drive);
        let before = scene.control.revision();
        for request in [
            ControlRequest::Ask,
            ControlRequest::Release,
            ControlRequest::Grant(3),
            ControlRequest::TakeBack,
            ControlRequest::Disconnect(1),
        ] {
            scene.ask(carl, request);
        }
        scene.heard(carl, &EventKind::Show);
        scene.ask(anna, ControlRequest::Grant(99));
        assert_eq!(scene.control.revision(), before, "whoever watches makes everybody listen");
        let told = |scene: &mut Scene, request| {
            let before = scene.control.revision();
            scene.ask(bert, request);
            scene.control.revision() > before
        };
        assert!(told(&mut scene, ControlRequest::Ask) && !told(&mut scene, ControlRequest::Ask));
        assert!(told(&mut scene, ControlRequest::Release));
        assert!(!told(&mut scene, ControlRequest::Release));
    }

    #[test]
    fn a_timeout_of_any_length_or_none_is_no_trouble() {
        for timeout in [Duration::MAX, Duration::ZERO] {
            let mut scene = Scene::new(ControlPolicy::First);
            scene.control.set_timeout(Some(timeout), scene.now);
            let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
            scene.heard(anna, &EventKind::Hide);
            let after = if timeout.is_zero() { bert } else { anna };
            assert_eq!(scene.presenter(), Some(after), "{timeout:?}");
            assert!(scene.control.deadline().is_none_or(|at| at > scene.now));
        }
        let now = Instant::now();
        let mut control = Control::new(ControlPolicy::First, Some(Duration::MAX));
        control.join(WINDOW, true, "window".into(), Role::Drive, now);
        control.heard(WINDOW, &EventKind::Hide, false, now);
        assert!(control.deadline().is_some());
    }

    #[test]
    fn under_request_the_presenter_grants_and_takes_back() {
        let mut scene = Scene::new(ControlPolicy::Request);
        let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
        let carl = scene.join(3, Role::Watch);
        scene.ask(carl, ControlRequest::Ask);
        assert_eq!(scene.control.asker(), None, "a watcher cannot ask");
        scene.ask(bert, ControlRequest::Ask);
        assert_eq!(scene.presenter(), Some(anna), "asking is not having");
        let number = scene.number(bert);
        assert_eq!(scene.control.asker(), Some(number));
        scene.ask(bert, ControlRequest::Grant(number));
        assert_eq!(scene.presenter(), Some(anna), "nobody grants it to themselves");
        scene.ask(anna, ControlRequest::Grant(scene.number(carl)));
        assert_eq!(scene.presenter(), Some(anna), "a watcher is granted nothing");
        scene.ask(anna, ControlRequest::Grant(number));
        assert_eq!((scene.presenter(), scene.control.host()), (Some(bert), Some(anna)));
        scene.ask(anna, ControlRequest::TakeBack);
        assert_eq!((scene.presenter(), scene.control.host()), (Some(anna), Some(anna)));
    }

    #[test]
    fn what_was_granted_goes_back_to_who_granted_it() {
        let mut scene = Scene::new(ControlPolicy::Request);
        let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
        let grant = ControlRequest::Grant(scene.number(bert));
        scene.ask(anna, grant);
        scene.ask(bert, ControlRequest::Release);
        assert_eq!(scene.presenter(), Some(anna));
        scene.ask(anna, grant);
        scene.control.leave(bert, scene.now);
        assert_eq!(scene.presenter(), Some(anna));
    }

    #[test]
    fn who_asks_gets_control_from_a_presenter_that_sleeps() {
        let mut scene = Scene::new(ControlPolicy::Request);
        scene.window();
        let bert = scene.join(2, Role::Drive);
        scene.ask(bert, ControlRequest::Ask);
        assert_eq!(scene.presenter(), Some(WINDOW));
        scene.wait(TIMEOUT);
        assert_eq!(scene.presenter(), Some(bert));
    }

    #[test]
    fn under_any_whoever_acts_takes_over_after_a_pause() {
        let mut scene = Scene::new(ControlPolicy::Any);
        let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
        scene.press(anna);
        scene.press(bert);
        assert_eq!(scene.presenter(), Some(anna), "anna is at it");
        scene.wait(PAUSE);
        let key = EventKind::KeyDown(Key::default());
        scene.control.heard(bert, &key, true, scene.now);
        assert_eq!(scene.presenter(), Some(anna), "anna holds a button down");
        let repeat = EventKind::KeyDown(Key { repeat: true, ..Key::default() });
        scene.control.heard(bert, &repeat, false, scene.now);
        assert_eq!(scene.presenter(), Some(anna), "bert's key was down before");
        scene.press(bert);
        assert_eq!(scene.presenter(), Some(bert));
    }

    #[test]
    fn the_time_of_a_presenter_begins_when_it_gets_control() {
        let mut scene = Scene::new(ControlPolicy::First);
        let anna = scene.join(1, Role::Drive);
        scene.wait(TIMEOUT);
        let bert = scene.join(2, Role::Drive);
        scene.press(bert);
        assert_eq!(scene.presenter(), Some(bert));
        scene.control.choose(None, scene.now);
        assert_eq!(scene.presenter(), Some(anna));
        assert!(scene.control.deadline().is_none_or(|at| at > scene.now));
    }

    #[test]
    fn who_gives_control_up_gets_it_again_only_by_asking() {
        let mut scene = Scene::new(ControlPolicy::First);
        let anna = scene.join(1, Role::Drive);
        scene.ask(anna, ControlRequest::Release);
        scene.press(anna);
        assert_eq!(scene.presenter(), None);
        assert!(scene.control.state(None).asking);
        scene.ask(anna, ControlRequest::Ask);
        assert_eq!(scene.presenter(), Some(anna));
    }

    #[test]
    fn the_application_chooses_against_any_policy_but_no_watcher() {
        let mut scene = Scene::new(ControlPolicy::None);
        let (anna, carl) = (scene.join(1, Role::Drive), scene.join(3, Role::Watch));
        assert_eq!(scene.presenter(), None);
        assert!(!scene.control.choose(Some(carl), scene.now));
        assert!(scene.control.choose(Some(anna), scene.now));
        scene.heard(anna, &EventKind::Hide);
        scene.wait(TIMEOUT * 2);
        assert_eq!(scene.presenter(), Some(anna));
        scene.control.choose(None, scene.now);
        assert_eq!(scene.presenter(), None);
    }

    #[test]
    fn only_the_host_sends_somebody_away_and_never_itself() {
        let mut scene = Scene::new(ControlPolicy::First);
        let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
        let (a, b) = (scene.number(anna), scene.number(bert));
        assert_eq!(scene.ask(bert, ControlRequest::Disconnect(a)), None);
        assert_eq!(scene.ask(anna, ControlRequest::Disconnect(a)), None);
        assert_eq!(scene.ask(anna, ControlRequest::Disconnect(99)), None);
        assert_eq!(scene.ask(anna, ControlRequest::Disconnect(b)), Some(Order::SendAway(bert)));
    }

    #[test]
    fn who_was_sent_away_is_listed_once_gone_until_the_host_lets_it_in() {
        let mut scene = Scene::new(ControlPolicy::First);
        let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
        let carl = scene.join(3, Role::Watch);
        let listed = |scene: &Scene| {
            let state = scene.control.state(None);
            state.sent_away.into_iter().map(|gone| gone.label).collect::<Vec<_>>()
        };
        let [b, c] = [bert, carl].map(|source| scene.number(source));
        scene.ask(anna, ControlRequest::Disconnect(b));
        scene.ask(bert, ControlRequest::Disconnect(c));
        assert!(listed(&scene).is_empty(), "it is still here");
        assert_eq!(scene.ask(anna, ControlRequest::LetIn(b)), None);
        scene.control.leave(carl, scene.now);
        scene.control.leave(bert, scene.now);
        assert_eq!(listed(&scene), ["viewer 2"], "the other went by itself");
        let (dora, before) = (scene.join(4, Role::Drive), scene.control.revision());
        assert_eq!(scene.ask(dora, ControlRequest::LetIn(b)), None, "it is not the host");
        assert_eq!(scene.ask(anna, ControlRequest::LetIn(c)), None);
        assert_eq!(scene.control.revision(), before, "nothing changed");
        assert_eq!(scene.ask(anna, ControlRequest::LetIn(b)), Some(Order::LetIn(bert)));
        assert!(listed(&scene).is_empty() && scene.control.revision() > before);
        assert_eq!(scene.ask(anna, ControlRequest::LetIn(b)), None, "once");
    }

    #[test]
    fn who_is_sent_away_holds_nothing_from_then_on_however_long_it_stays() {
        for by in [By::Host, By::Application] {
            let mut scene = Scene::new(ControlPolicy::Request);
            let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
            assert!(scene.control.choose(Some(bert), scene.now));
            scene.control.send_away(bert, by, scene.now);
            assert_eq!((scene.presenter(), scene.control.host()), (Some(anna), Some(anna)));
            for request in
                [ControlRequest::Ask, ControlRequest::Grant(2), ControlRequest::Disconnect(1)]
            {
                assert_eq!(scene.ask(bert, request), None);
            }
            scene.ask(anna, ControlRequest::Grant(2));
            scene.press(bert);
            assert!(!scene.control.choose(Some(bert), scene.now) && !scene.control.stays(bert));
            assert_eq!((scene.presenter(), scene.control.asker()), (Some(anna), None));
        }
    }

    #[test]
    fn a_driver_may_come_back_when_nobody_was_host_for_a_while() {
        let mut scene = Scene::new(ControlPolicy::First);
        let (stranger, owner) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
        let (watcher, other) = (scene.join(3, Role::Watch), scene.join(4, Role::Drive));
        for away in [owner, watcher] {
            scene.ask(stranger, ControlRequest::Disconnect(scene.number(away)));
        }
        scene.control.send_away(other, By::Application, scene.now);
        for gone in [owner, watcher, other] {
            scene.control.leave(gone, scene.now);
        }
        scene.wait(WITHOUT_HOST * 9);
        assert_eq!(scene.obey(), None, "there is a host");
        scene.control.leave(stranger, scene.now);
        let lapse = scene.now + WITHOUT_HOST;
        assert_eq!(scene.control.deadline(), Some(lapse));
        // Somebody who reloads its page is host again.
        scene.wait(WITHOUT_HOST / 2);
        let again = scene.join(5, Role::Drive);
        assert_eq!(scene.control.deadline(), None);
        scene.control.leave(again, scene.now);
        scene.wait(WITHOUT_HOST - Duration::from_millis(1));
        assert_eq!(scene.obey(), None);
        scene.wait(Duration::from_millis(1));
        assert_eq!(scene.obey(), Some(Order::LetIn(owner)), "and neither of the others");
        assert_eq!((scene.obey(), scene.control.deadline()), (None, None));
        assert_eq!(scene.control.state(None).sent_away.len(), 2);
    }

    #[test]
    fn of_too_many_who_were_sent_away_the_first_is_let_in() {
        let mut scene = Scene::new(ControlPolicy::First);
        let host = scene.join(0, Role::Drive);
        let mut forgotten = Vec::new();
        for client in 1..=SentAway::MOST as u64 + 2 {
            let away = scene.join(client, Role::Watch);
            let number = scene.number(away);
            assert!(scene.ask(host, ControlRequest::Disconnect(number)).is_some());
            scene.control.leave(away, scene.now);
            forgotten.extend(scene.obey());
        }
        assert_eq!(forgotten, [source(1, 1), source(1, 2)].map(Order::LetIn));
        assert_eq!(scene.control.state(None).sent_away.len(), SentAway::MOST);
        scene.control.leave_all(1, scene.now);
        assert!(scene.control.state(None).sent_away.is_empty(), "its backend is gone");
    }

    #[test]
    fn the_view_of_an_observer_is_kept_for_when_it_takes_over() {
        let mut scene = Scene::new(ControlPolicy::First);
        let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
        scene.control.set_view(bert, LogicalSize::new(10.0, 20.0), 2.0);
        assert_eq!(scene.control.presenter_view(), None);
        scene.control.leave(anna, scene.now);
        let view = Some((LogicalSize::new(10.0, 20.0), 2.0));
        assert_eq!(scene.control.presenter_view(), view);
    }

    #[test]
    fn joining_twice_and_acting_as_a_stranger_change_nothing() {
        let mut scene = Scene::new(ControlPolicy::Request);
        let anna = scene.join(1, Role::Watch);
        scene.join(1, Role::Drive);
        assert_eq!(scene.presenter(), None, "a role is not raised by joining again");
        let stranger = source(7, 7);
        scene.press(stranger);
        scene.ask(stranger, ControlRequest::Ask);
        scene.control.leave(stranger, scene.now);
        assert!(!scene.control.choose(Some(stranger), scene.now));
        assert_eq!((scene.presenter(), scene.control.count(1)), (None, 1));
        assert!(!scene.control.is_local(anna));
    }

    /// What may happen, in any order.
    #[derive(Debug, Clone)]
    enum Happening {
        Join { local: bool, role: Role },
        Leave,
        LeaveAll,
        Hide,
        Show,
        Press { holding: bool },
        Move,
        Ask(ControlRequest),
        Wait(u64),
        Policy(ControlPolicy),
        Choose,
        ChooseNobody,
        SendAway,
    }

    fn happening() -> impl Strategy<Value = Happening> {
        use ControlPolicy::{Any, First, Local, Request};
        let role = || prop_oneof![Just(Role::Watch), Just(Role::Drive)];
        prop_oneof![
            4 => (prop::bool::weighted(0.2), role())
                .prop_map(|(local, role)| Happening::Join { local, role }),
            2 => Just(Happening::Leave),
            1 => Just(Happening::LeaveAll),
            2 => Just(Happening::Hide),
            2 => Just(Happening::Show),
            3 => any::<bool>().prop_map(|holding| Happening::Press { holding }),
            1 => Just(Happening::Move),
            3 => Just(Happening::Ask(ControlRequest::Ask)),
            2 => Just(Happening::Ask(ControlRequest::Release)),
            2 => (0_u64..12).prop_map(|n| Happening::Ask(ControlRequest::Grant(n))),
            2 => Just(Happening::Ask(ControlRequest::TakeBack)),
            1 => (0_u64..12).prop_map(|n| Happening::Ask(ControlRequest::Disconnect(n))),
            1 => (0_u64..12).prop_map(|n| Happening::Ask(ControlRequest::LetIn(n))),
            3 => (0_u64..40).prop_map(Happening::Wait),
            1 => prop_oneof![
                Just(Local), Just(First), Just(Request), Just(Any), Just(ControlPolicy::None)
            ].prop_map(Happening::Policy),
            1 => Just(Happening::Choose),
            1 => Just(Happening::ChooseNobody),
            1 => Just(Happening::SendAway),
        ]
    }

    proptest! {
        // What fails becomes a test of its own.
        #![proptest_config(ProptestConfig {
            cases: 1000,
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn whatever_happens_there_is_at_most_one_presenter_and_it_has_the_right(
            happenings in prop::collection::vec((happening(), 0_u64..6), 1..80),
        ) {
            let mut scene = Scene::new(ControlPolicy::First);
            let mut may_drive: std::collections::BTreeMap<Source, (bool, bool)> = [].into();
            let mut sent_away = std::collections::BTreeSet::<Source>::new();
            // Who comes back under the same number is let in elsewhere.
            let mut gone = std::collections::BTreeSet::<Source>::new();
            for (happening, client) in happenings {
                let (now, before) = (scene.now, scene.presenter());
                let host = scene.control.host();
                let mut who = source(1, client);
                let control = &mut scene.control;
                match happening.clone() {
                    Happening::Join { local, role } => {
                        // Who sits here is of a backend of its own.
                        who.backend = u32::from(!local);
                        control.join(who, local, "x".into(), role, now);
                        may_drive.entry(who).or_insert((local, role == Role::Drive));
                    }
                    Happening::Leave => {
                        control.leave(who, now);
                        if may_drive.remove(&who).is_some() && sent_away.remove(&who) {
                            gone.insert(who);
                        }
                    }
                    Happening::LeaveAll => {
                        control.leave_all(0, now);
                        may_drive.retain(|source, _| source.backend != 0);
                        sent_away.retain(|source| source.backend != 0);
                        gone.retain(|source| source.backend != 0);
                    }
                    Happening::Hide => control.heard(who, &EventKind::Hide, false, now),
                    Happening::Show => control.heard(who, &EventKind::Show, false, now),
                    Happening::Press { holding } => {
                        control.heard(who, &EventKind::KeyDown(Key::default()), holding, now);
                    }
                    Happening::Move => control.heard(who, &EventKind::FocusIn, false, now),
                    Happening::Ask(request) => control.request(who, request, now),
                    Happening::SendAway => {
                        control.send_away(who, By::Application, now);
                        sent_away.extend(Some(who).filter(|who| may_drive.contains_key(who)));
                    }
                    Happening::Wait(seconds) => {
                        scene.now += Duration::from_secs(seconds);
                        scene.control.tick(scene.now);
                    }
                    Happening::Policy(policy) => control.set_policy(policy, now),
                    Happening::Choose => drop(control.choose(Some(who), now)),
                    Happening::ChooseNobody => drop(control.choose(None, now)),
                }
                for order in scene.control.take_orders() {
                    match order {
                        Order::SendAway(away) => {
                            prop_assert!(host == Some(who) && away != who);
                            prop_assert!(may_drive.contains_key(&away));
                            scene.control.send_away(away, By::Host, now);
                            sent_away.insert(away);
                        }
                        Order::LetIn(away) => prop_assert!(gone.remove(&away)),
                    }
                }
                let control = &scene.control;
                prop_assert!(control.presenter().is_none_or(|it| !sent_away.contains(&it)));
                prop_assert!(control.host().is_none_or(|it| !sent_away.contains(&it)));
                // Neither another field nor another reader can disagree about who drives.
                let state = control.state(None);
                prop_assert_eq!(state.presenter.is_some(), control.presenter().is_some());
                if let Some(presenter) = control.presenter() {
                    let (local, right) = may_drive.get(&presenter).copied().unwrap_or_default();
                    prop_assert!(right, "{:?} has no right to drive", presenter);
                    let allowed = match control.policy {
                        ControlPolicy::None => control.chosen,
                        ControlPolicy::Local => local || control.chosen,
                        _ => true,
                    };
                    prop_assert!(allowed, "{:?} drives under {}", presenter, control.policy);
                    prop_assert!(state.host.is_some());
                }
                if let Some(deadline) = control.deadline() {
                    prop_assert!(deadline > scene.now, "the loop would spin after {:?}", happening);
                }
                if matches!(happening, Happening::Move) {
                    prop_assert_eq!(before, scene.presenter(), "moving is not acting");
                }
            }
        }
    }
}
