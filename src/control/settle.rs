//! Who is the presenter next, and who had better not be any more.

use std::time::Instant;

use framecast_api::Source;

use super::{Control, ControlPolicy, Member, PAUSE};

impl Control {
    pub(super) fn is_hidden_too_long(&self, member: &Member, now: Instant) -> bool {
        let (Some(timeout), Some(since)) = (self.timeout, member.hidden_since) else {
            return false;
        };
        since + timeout <= now
    }

    /// Who has asked longest, of those who can be seen to wait.
    pub(super) fn asking(&self) -> Option<&Member> {
        let waits = |it: &&Member| it.asks.is_some() && it.hidden_since.is_none();
        self.members.iter().filter(|it| self.allows(it)).filter(waits).min_by_key(|it| it.asks)
    }

    /// Who would have control if the presenter slept: who asks, or acted after it did last.
    pub(super) fn contender(&self, presenter: &Member) -> Option<&Member> {
        if self.policy == ControlPolicy::Request {
            return self.asking();
        }
        let others = self.members.iter().filter(|it| it.source != presenter.source);
        others
            .filter(|it| self.allows(it) && it.hidden_since.is_none())
            .filter(|it| it.acted.is_some_and(|at| at > presenter.active))
            .max_by_key(|it| it.acted)
    }

    pub(super) fn lease(&mut self, source: Source, now: Instant) {
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

    pub(super) fn ask(&mut self, source: Source, now: Instant) {
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
    pub(super) fn hand_back(&mut self, now: Instant) {
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
    pub(super) fn yield_to_local(&mut self, source: Source, now: Instant) {
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
    pub(super) fn yield_to_any(&mut self, source: Source, holding: bool, now: Instant) {
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
    pub(super) fn settle(&mut self, now: Instant) {
        self.settle_control(now);
        for source in self.departed.settle(self.host().is_some(), now) {
            self.let_in(source);
        }
    }

    pub(super) fn settle_control(&mut self, now: Instant) {
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
    pub(super) fn fill(&mut self, now: Instant) {
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
