//! Who was sent away and has gone, until they are let in again. Pure: `now` is passed in.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use framecast_api::{Role, SentAway, Source};

/// A viewer that may drive and was sent away by a host may come back when nobody has been host for this long:
/// or else a stranger who came first could lock the owner of the canvas out.
pub(crate) const WITHOUT_HOST: Duration = Duration::from_secs(60);

/// Who sends somebody away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Host,
    Application,
}

/// Somebody who was sent away and has gone.
#[derive(Debug)]
pub(crate) struct Gone {
    pub(crate) number: u64,
    pub(crate) source: Source,
    pub(crate) role: Role,
    pub(crate) label: String,
    pub(crate) by: By,
}

impl Gone {
    /// Whether it may come back when there is no host any more. Who may only watch could not be host,
    /// and the application knows what it does.
    fn lapses(&self) -> bool {
        self.by == By::Host && self.role == Role::Drive
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Departed {
    /// The last at the end. At most [`SentAway::MOST`].
    gone: VecDeque<Gone>,
    /// Since when nobody is host.
    without_host: Option<Instant>,
}

impl Departed {
    /// One more; who may come back because there are too many.
    pub(crate) fn push(&mut self, gone: Gone) -> Option<Source> {
        self.gone.push_back(gone);
        let first = (self.gone.len() > SentAway::MOST).then(|| self.gone.pop_front()).flatten();
        first.map(|gone| gone.source)
    }

    /// One less; whether it was there.
    pub(crate) fn remove(&mut self, source: Source) -> bool {
        let before = self.gone.len();
        self.gone.retain(|gone| gone.source != source);
        self.gone.len() < before
    }

    /// Forgets those of a backend that is gone itself.
    pub(crate) fn forget(&mut self, backend: u32) {
        self.gone.retain(|gone| gone.source.backend != backend);
    }

    /// The one that had this number.
    pub(crate) fn numbered(&self, number: u64) -> Option<Source> {
        self.gone.iter().find(|gone| gone.number == number).map(|gone| gone.source)
    }

    /// When some may come back because nobody is host, if nobody becomes it.
    pub(crate) fn lapse_at(&self) -> Option<Instant> {
        let since = self.without_host?;
        self.gone.iter().any(Gone::lapses).then(|| since + WITHOUT_HOST)
    }

    /// Somebody is host now, or nobody is. Returns who may come back because nobody was for so long.
    pub(crate) fn settle(&mut self, has_host: bool, now: Instant) -> Vec<Source> {
        self.without_host = (!has_host).then(|| self.without_host.unwrap_or(now));
        if self.lapse_at().is_none_or(|at| now < at) {
            return Vec::new();
        }
        self.gone.iter().filter(|gone| gone.lapses()).map(|gone| gone.source).collect()
    }

    /// The last at the end.
    pub(crate) fn list(&self) -> impl Iterator<Item = (Source, SentAway)> + '_ {
        let listed =
            |gone: &Gone| (gone.source, SentAway::new(gone.number, gone.label.clone(), gone.role));
        self.gone.iter().map(listed)
    }
}
