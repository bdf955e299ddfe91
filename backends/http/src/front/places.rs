//! The places of clients: so many, and some of them only for those who may drive, so that those who
//! only watch keep out nobody who may drive. Pure.

use std::cell::Cell;
use std::rc::Rc;

use framecast_api::Role;
use framecast_stream::limits::for_watchers;

/// How many places there are and how many are taken.
#[derive(Debug)]
pub(crate) struct Places {
    most: usize,
    taken: Cell<usize>,
    watching: Cell<usize>,
}

/// A client's place, given up when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Rc<Places>,
    role: Role,
}

impl Places {
    pub(crate) fn new(most: usize) -> Rc<Self> {
        Rc::new(Self { most, taken: Cell::new(0), watching: Cell::new(0) })
    }

    /// A place for somebody with this role; `None`: there is none left. `keep`: some are kept for those who may drive.
    pub(crate) fn take(self: &Rc<Self>, role: Role, keep: bool) -> Option<Place> {
        let for_all = if keep { for_watchers(self.most) } else { self.most };
        let watches = role == Role::Watch;
        if self.taken.get() >= self.most || (watches && self.watching.get() >= for_all) {
            return None;
        }
        self.taken.set(self.taken.get() + 1);
        self.watching.set(self.watching.get() + usize::from(watches));
        Some(Place { places: Rc::clone(self), role })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Places { taken, watching, .. } = &*self.places;
        taken.set(taken.get() - 1);
        watching.set(watching.get() - usize::from(self.role == Role::Watch));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_watches_leaves_places_to_those_who_may_drive() {
        let places = Places::new(16);
        let mut watching: Vec<_> =
            (0..14).map(|_| places.take(Role::Watch, true).unwrap()).collect();
        assert!(places.take(Role::Watch, true).is_none());
        let driving: Vec<_> = (0..2).map(|_| places.take(Role::Drive, true).unwrap()).collect();
        assert!(places.take(Role::Drive, true).is_none(), "all are taken");
        watching.pop();
        let late = places.take(Role::Drive, true);
        assert!(late.is_some() && places.take(Role::Watch, true).is_none());
        drop((driving, late));
        assert!(places.take(Role::Watch, true).is_some());
    }

    #[test]
    fn where_nobody_can_drive_none_is_kept() {
        let places = Places::new(16);
        let all: Vec<_> = std::iter::from_fn(|| places.take(Role::Watch, false)).collect();
        assert_eq!(all.len(), 16);
        drop(all);
        // From now on somebody can.
        let all: Vec<_> = std::iter::from_fn(|| places.take(Role::Watch, true)).collect();
        assert_eq!(all.len(), 14);
    }

    #[test]
    fn of_few_places_none_is_kept() {
        for most in 0..8 {
            let places = Places::new(most);
            let all: Vec<_> = std::iter::from_fn(|| places.take(Role::Watch, true)).collect();
            assert_eq!(all.len(), most);
        }
    }
}
