//! Who is the presenter: the lease, the policies, hand-over. Pure: `now` is passed in.
//!
//! Two things decide. The *role* is a right that comes with somebody's link: who may only watch
//! never holds control, whatever happens. The *policy* says who of the others gets it, and when.

mod policy;
mod settle;

use std::time::{Duration, Instant};

use framecast_api::{
    ControlRequest, ControlState, EventKind, LogicalSize, Member as MemberState, Role, SentAway,
    Source, ViewInfo,
};

use crate::departed::{By, Departed, Gone};
pub use policy::ControlPolicy;

/// Under [`ControlPolicy::Any`] a presenter that did nothing for this long gives way.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest timeout; a longer one counts as this. It keeps additions to the time of day from overflowing.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(366 * 24 * 60 * 60);

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
    /// What is known of the view.
    info: ViewInfo,
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

    pub(crate) fn policy(&self) -> ControlPolicy {
        self.policy
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
            info: ViewInfo::default(),
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

    /// Somebody is called something else.
    pub(crate) fn rename(&mut self, source: Source, label: String) {
        if let Some(member) = self.member_mut(source)
            && member.label != label
        {
            member.label = label;
            self.revision += 1;
        }
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

    /// Keeps what is known of somebody's view for when they become the presenter.
    pub(crate) fn set_info(&mut self, source: Source, info: ViewInfo) {
        if let Some(member) = self.member_mut(source) {
            member.info = info;
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
            | EventKind::Paste { .. }
            | EventKind::AccessibilityAction(_) => {
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
            // The rest is the host's only.
            _ => {}
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

    /// What is known of the presenter's view; `None`: there is no presenter.
    pub(crate) fn presenter_info(&self) -> Option<ViewInfo> {
        Some(self.member(self.presenter?)?.info)
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
}

#[cfg(test)]
mod tests;
