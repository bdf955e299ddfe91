//! All of a server's connections, counted by address. One more than there may be evicts an
//! unauthenticated connection: one that has shown no role. Pure: `now` is passed in.
//!
//! Connections of clients are counted, and never evicted. A part of all places is kept for those who
//! may drive: clients that only watch take no more than the rest. Among unauthenticated connections the
//! oldest goes first, and last those that may drive, or come from an address from which somebody came
//! who may.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use framecast_api::Role;
use framecast_stream::limits::{for_watchers, kept_for_drivers};
use framecast_stream::network;

use crate::Limits;

/// A connection that said nothing for this long, at first or since its answer, is ended before any that
/// said something. Browsers open some in advance; one that is to be used speaks within a round trip.
const SILENCE: Duration = Duration::from_secs(1);

/// Addresses of those who may drive that are remembered, and for how long.
const DRIVERS: usize = 32;
const REMEMBERED: Duration = Duration::from_secs(60 * 60);

/// The connections. Dropping a place's `end` is what ends its connection.
#[derive(Debug)]
pub(crate) struct ConnectionTable<T> {
    limits: Limits,
    next: u64,
    /// Oldest first; at most `limits.connections`.
    places: VecDeque<Place<T>>,
    /// How many are open, by address. As many entries as connections, at most.
    open: BTreeMap<IpAddr, Open>,
    all: usize,
    /// Clients that only watch.
    watching: usize,
    /// Where those who may drive came from, and when; the last at the end. At most [`DRIVERS`].
    drivers: VecDeque<(IpAddr, Instant)>,
}

/// The connections of one address.
#[derive(Debug, Default)]
struct Open {
    all: usize,
    /// Clients that only watch.
    watching: usize,
}

#[derive(Debug)]
struct Place<T> {
    number: u64,
    address: Option<IpAddr>,
    /// When it came, or rests.
    since: Instant,
    stage: Stage,
    /// It may drive, as far as is known.
    drives: bool,
    /// Held for its drop.
    _end: T,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Not a byte came.
    Silent,
    /// A part of a request head came.
    Speaking,
    /// It is being answered, or is to show its role.
    Heard,
    /// It was answered, and may have another request.
    Resting,
}

impl<T> Place<T> {
    fn is_unfinished(&self) -> bool {
        matches!(self.stage, Stage::Silent | Stage::Speaking)
    }
}

/// There are too many connections, and none that could be ended for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl<T> ConnectionTable<T> {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            limits: limits.clone(),
            next: 0,
            places: VecDeque::new(),
            open: BTreeMap::new(),
            all: 0,
            watching: 0,
            drivers: VecDeque::new(),
        }
    }

    /// One more connection, from `address` if that is known; its number. `drives`: it may, as another
    /// program says. Others may be ended for it. If that is not enough it has no place, but is counted all the same.
    pub(crate) fn enter(
        &mut self,
        address: Option<IpAddr>,
        drives: bool,
        end: T,
        now: Instant,
    ) -> Result<u64, Full> {
        let address = address.map(network);
        let of_address = self.opened(address);
        self.all += 1;
        let mut fits = true;
        if of_address > self.limits.connections_per_address {
            fits &= self.end(|place| place.address == address, now);
        } else if self.all > self.limits.connections {
            fits &= self.end(|_| true, now);
        }
        if !fits {
            return Err(Full);
        }
        if self.unfinished() >= self.limits.handshakes.max(1) {
            self.end_handshake(now);
        }
        let number = self.next;
        self.next += 1;
        let stage = Stage::Silent;
        self.places.push_back(Place { number, address, since: now, stage, drives, _end: end });
        Ok(number)
    }

    /// One whose address was not known comes from `address`; it counts there from now on. An error:
    /// that has too many, and none that could be ended for it.
    pub(crate) fn identify(
        &mut self,
        number: u64,
        address: IpAddr,
        now: Instant,
    ) -> Result<(), Full> {
        let address = Some(network(address));
        let of_address = self.opened(address);
        // Not itself; those that were there before go first.
        let fits = of_address <= self.limits.connections_per_address
            || self.end(|place| place.address == address, now);
        if let Some(place) = self.places.iter_mut().find(|place| place.number == number) {
            place.address = address;
        }
        if fits { Ok(()) } else { Err(Full) }
    }

    /// Counts one more of `address`; how many it has then.
    fn opened(&mut self, address: Option<IpAddr>) -> usize {
        let Some(address) = address else { return 0 };
        let open = self.open.entry(address).or_default();
        open.all += 1;
        open.all
    }

    /// It has shown its role, and is a client from now on, unless too many clients only watch already. `keep`: some
    /// places are kept for those who may drive.
    pub(crate) fn admit(
        &mut self,
        number: u64,
        address: Option<IpAddr>,
        role: Role,
        keep: bool,
        now: Instant,
    ) -> Result<(), Full> {
        let address = address.map(network);
        if role == Role::Watch {
            let for_all = |most| if keep { for_watchers(most) } else { most };
            let here = address.and_then(|address| self.open.get_mut(&address));
            let most = for_all(self.limits.connections_per_address);
            let full_here = here.as_ref().is_some_and(|here| here.watching >= most);
            if full_here || self.watching >= for_all(self.limits.connections) {
                return Err(Full);
            }
            if let Some(here) = here {
                here.watching += 1;
            }
            self.watching += 1;
        } else {
            self.remember(address, now);
        }
        self.leave(number);
        Ok(())
    }

    /// It has shown that it may drive, but is no client: it is answered.
    pub(crate) fn drives(&mut self, number: u64, now: Instant) {
        let Some(place) = self.places.iter_mut().find(|place| place.number == number) else {
            return;
        };
        place.drives = true;
        let address = place.address;
        self.remember(address, now);
    }

    /// Somebody who may drive came from `address`.
    fn remember(&mut self, address: Option<IpAddr>, now: Instant) {
        let Some(address) = address else { return };
        self.drivers.retain(|(known, since)| {
            *known != address && now.saturating_duration_since(*since) < REMEMBERED
        });
        if self.drivers.len() >= DRIVERS {
            self.drivers.pop_front();
        }
        self.drivers.push_back((address, now));
    }

    /// Whether it may drive, or comes from where somebody who may came from.
    fn is_favoured(&self, place: &Place<T>, now: Instant) -> bool {
        let known = |address| {
            let fresh = |since: Instant| now.saturating_duration_since(since) < REMEMBERED;
            self.drivers.iter().any(|(known, since)| *known == address && fresh(*since))
        };
        place.drives || place.address.is_some_and(known)
    }

    /// The system has no room for one more: ends one that has shown no role; whether there was one.
    pub(crate) fn make_room(&mut self, now: Instant) -> bool {
        self.end(|_| true, now)
    }

    /// How many connections are open.
    pub(crate) fn open(&self) -> usize {
        self.all
    }

    /// Whether there are so many that no more can even be told so.
    pub(crate) fn overflows(&self) -> bool {
        self.all > self.limits.connections.saturating_add(self.limits.handshakes.max(1))
    }

    /// A part of its request came.
    pub(crate) fn spoke(&mut self, number: u64) {
        self.set(number, Stage::Speaking);
    }

    /// Its request came in full.
    pub(crate) fn heard(&mut self, number: u64) {
        self.set(number, Stage::Heard);
    }

    /// It was answered, and may go on.
    pub(crate) fn rests(&mut self, number: u64, now: Instant) {
        self.set(number, Stage::Resting);
        if let Some(place) = self.places.iter_mut().find(|place| place.number == number) {
            place.since = now;
        }
    }

    /// It is a client, or over. Does nothing if it was ended.
    pub(crate) fn leave(&mut self, number: u64) {
        self.places.retain(|place| place.number != number);
    }

    /// A connection is closed, which was a client's with `role`, or nobody's.
    pub(crate) fn closed(&mut self, address: Option<IpAddr>, role: Option<Role>) {
        let watching = usize::from(role == Some(Role::Watch));
        self.all = self.all.saturating_sub(1);
        self.watching = self.watching.saturating_sub(watching);
        let Some(address) = address.map(network) else { return };
        if let Some(open) = self.open.get_mut(&address) {
            open.all -= 1;
            open.watching = open.watching.saturating_sub(watching);
            if open.all == 0 {
                self.open.remove(&address);
            }
        }
    }

    fn set(&mut self, number: u64, stage: Stage) {
        if let Some(place) = self.places.iter_mut().find(|place| place.number == number) {
            place.stage = stage;
        }
    }

    fn unfinished(&self) -> usize {
        self.places.iter().filter(|place| place.is_unfinished()).count()
    }

    /// Endpoints one whose request has not arrived: of those who may drive a few are kept, and of the others
    /// it is one of the address that has most.
    fn end_handshake(&mut self, now: Instant) {
        let unfinished = || self.places.iter().filter(|place| place.is_unfinished());
        let favoured = unfinished().filter(|place| self.is_favoured(place, now)).count();
        let keep =
            favoured <= kept_for_drivers(self.limits.handshakes) && favoured < unfinished().count();
        let may_go: Vec<_> =
            unfinished().filter(|place| !keep || !self.is_favoured(place, now)).collect();
        let mut by_address: BTreeMap<Option<IpAddr>, usize> = BTreeMap::new();
        for place in &may_go {
            *by_address.entry(place.address).or_default() += 1;
        }
        let most = by_address.values().copied().max().unwrap_or(0);
        let numbers: BTreeSet<_> = may_go
            .into_iter()
            .filter(|place| by_address.get(&place.address) == Some(&most))
            .map(|place| place.number)
            .collect();
        self.end(|place| numbers.contains(&place.number), now);
    }

    /// Endpoints one of those that `may` go: the oldest that was silent for long, or else the oldest, and
    /// one that may drive only where there is no other.
    fn end(&mut self, may: impl Fn(&Place<T>) -> bool, now: Instant) -> bool {
        let silent = |place: &Place<T>| {
            let long = now.saturating_duration_since(place.since) >= SILENCE;
            matches!(place.stage, Stage::Silent | Stage::Resting) && long
        };
        let places = &self.places;
        let index = places.iter().position(|place| may(place) && !place.drives && silent(place));
        let index = index.or_else(|| places.iter().position(|place| may(place) && !place.drives));
        let index = index.or_else(|| places.iter().position(may));
        index.is_some_and(|index| self.places.remove(index).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::{Rc, Weak};

    const SOON: Duration = Duration::from_millis(1);

    struct Scene {
        table: ConnectionTable<Rc<()>>,
        keep: bool,
        now: Instant,
    }

    type Entered = (Result<u64, Full>, Weak<()>);

    impl Scene {
        fn new(change: impl FnOnce(&mut Limits)) -> Self {
            let mut limits = Limits::DEFAULT;
            change(&mut limits);
            Self { table: ConnectionTable::new(&limits), keep: true, now: Instant::now() }
        }

        fn handshakes(most: usize) -> Self {
            Self::new(|limits| limits.handshakes = most)
        }

        fn enter(&mut self) -> Entered {
            self.enter_from("192.0.2.1")
        }

        fn enter_from(&mut self, address: &str) -> Entered {
            self.now += SOON;
            let end = Rc::new(());
            let alive = Rc::downgrade(&end);
            (self.table.enter(address.parse().ok(), false, end, self.now), alive)
        }

        /// It has shown its role.
        fn admit(&mut self, place: &Entered, address: &str, role: Role) -> Result<(), Full> {
            self.table.admit(place.0.unwrap(), address.parse().ok(), role, self.keep, self.now)
        }
    }

    fn alive(places: &[Entered]) -> Vec<bool> {
        places.iter().map(|(_, alive)| alive.strong_count() > 0).collect()
    }

    #[test]
    fn the_oldest_handshake_goes_for_one_too_many() {
        let mut scene = Scene::handshakes(3);
        let places: Vec<_> = (0..5).map(|_| scene.enter()).collect();
        assert_eq!(alive(&places), [false, false, true, true, true]);
    }

    #[test]
    fn one_that_rests_for_long_goes_before_any_that_is_answered_and_is_no_handshake() {
        let mut scene = Scene::new(|limits| (limits.connections, limits.handshakes) = (3, 2));
        let mut places = Vec::new();
        for number in 0..3 {
            places.push(scene.enter());
            scene.table.heard(number);
        }
        scene.table.rests(1, scene.now);
        scene.table.rests(2, scene.now);
        scene.now += SILENCE;
        scene.table.rests(1, scene.now);
        places.push(scene.enter());
        assert_eq!(alive(&places), [true, true, false, true]);
        // One that rests goes on as any other.
        scene.table.heard(1);
        places.push(scene.enter());
        assert_eq!(alive(&places), [false, true, false, true, true]);
    }

    #[test]
    fn one_that_was_silent_for_long_goes_before_any_that_spoke() {
        let mut scene = Scene::handshakes(3);
        let places: Vec<_> = (0..3).map(|_| scene.enter()).collect();
        scene.table.spoke(places[0].0.unwrap());
        scene.table.spoke(places[2].0.unwrap());
        scene.now += SILENCE;
        drop(scene.enter());
        assert_eq!(alive(&places), [true, false, true]);
        drop(scene.enter());
        assert_eq!(alive(&places), [false, false, true], "the newcomer had no time to speak");
    }

    #[test]
    fn one_that_is_heard_is_no_handshake_any_more() {
        let mut scene = Scene::handshakes(2);
        let places: Vec<_> = (0..2).map(|_| scene.enter()).collect();
        scene.table.heard(places[0].0.unwrap());
        drop(scene.enter());
        assert_eq!(alive(&places), [true, true]);
        drop(scene.enter());
        assert_eq!(alive(&places), [true, false]);
    }

    #[test]
    fn for_one_connection_too_many_the_oldest_stranger_goes_and_no_client() {
        let mut scene = Scene::new(|limits| limits.connections = 3);
        let places: Vec<_> = (0..3).map(|_| scene.enter()).collect();
        scene.table.leave(places[0].0.unwrap()); // it has shown its role
        scene.table.heard(places[1].0.unwrap());
        scene.table.heard(places[2].0.unwrap());
        assert!(scene.enter().0.is_ok());
        // A client keeps its own end.
        assert_eq!(alive(&places[1..]), [false, true]);
    }

    #[test]
    fn where_all_are_clients_one_more_is_refused() {
        let mut scene = Scene::new(|limits| limits.connections = 2);
        for _ in 0..2 {
            let (number, _) = scene.enter();
            scene.table.leave(number.unwrap());
        }
        assert_eq!(scene.enter().0, Err(Full));
        assert!(!scene.table.overflows(), "it is told so");
        for _ in 0..Limits::DEFAULT.handshakes {
            assert_eq!(scene.enter().0, Err(Full));
        }
        assert!(scene.table.overflows());
        for _ in 0..Limits::DEFAULT.handshakes {
            scene.table.closed("192.0.2.1".parse().ok(), None);
        }
        let address = "192.0.2.1".parse().ok();
        scene.table.closed(address, None);
        scene.table.closed(address, None);
        assert!(scene.enter().0.is_ok());
    }

    #[test]
    fn an_address_with_too_many_loses_its_own_and_nobody_elses() {
        let mut scene = Scene::new(|limits| limits.connections_per_address = 2);
        let quiet = scene.enter_from("192.0.2.9");
        let greedy: Vec<_> = (0..50).map(|_| scene.enter_from("192.0.2.1")).collect();
        assert_eq!(alive(&[quiet]), [true]);
        assert_eq!(alive(&greedy).iter().filter(|alive| **alive).count(), 1 + 1);
    }

    #[test]
    fn whose_address_is_told_later_counts_from_then_on() {
        let mut scene = Scene::new(|limits| limits.connections_per_address = 2);
        let proxied: Vec<_> = (0..20).map(|_| scene.enter_from("unknown")).collect();
        assert_eq!(alive(&proxied), [true; 20]);
        let mut identify = |place: &Entered, address: &str| {
            let number = place.0.unwrap();
            scene.table.heard(number);
            scene.table.identify(number, address.parse().unwrap(), scene.now)
        };
        for place in &proxied[..10] {
            assert_eq!(identify(place, "192.0.2.1"), Ok(()));
        }
        assert_eq!(identify(&proxied[10], "192.0.2.2"), Ok(()));
        assert_eq!(alive(&proxied[..11]), [[false; 8].as_slice(), &[true; 3]].concat());
        scene.table.leave(proxied[8].0.unwrap());
        scene.table.leave(proxied[9].0.unwrap());
        assert_eq!(
            scene.table.identify(proxied[11].0.unwrap(), "192.0.2.1".parse().unwrap(), scene.now),
            Err(Full),
            "they are clients"
        );
        let closed =
            [[Some("192.0.2.1"); 11].as_slice(), &[Some("192.0.2.2")], &[None; 8]].concat();
        for address in closed {
            scene.table.closed(address.map(|it| it.parse().unwrap()), None);
        }
        assert_eq!((scene.table.open.len(), scene.table.all), (0, 0));
    }

    #[test]
    fn the_table_of_addresses_forgets() {
        let mut scene = Scene::new(|limits| limits.connections = 4);
        for n in 0..1000_u32 {
            let address = format!("10.{}.{}.1", n / 256, n % 256);
            drop(scene.enter_from(&address));
            scene.table.closed(address.parse().ok(), None);
        }
        assert_eq!((scene.table.open.len(), scene.table.all), (0, 0));
        assert!(scene.table.places.len() <= Limits::DEFAULT.handshakes);
    }

    #[test]
    fn the_addresses_of_one_network_count_together() {
        let at = |text: &str| network(text.parse().unwrap());
        assert_eq!(at("2001:db8:1:2:3::4"), at("2001:db8:1:2:ffff::"));
        assert_ne!(at("2001:db8:1:2::"), at("2001:db8:1:3::"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
        assert_eq!(at("::1").to_string(), "::1");
    }

    #[test]
    fn clients_that_watch_leave_connections_to_those_who_may_drive() {
        let mut scene = Scene::new(|limits| limits.connections = 16);
        for n in 0..14 {
            let place = scene.enter();
            assert_eq!(scene.admit(&place, "192.0.2.1", Role::Watch), Ok(()), "{n}");
        }
        let late = scene.enter();
        assert_eq!(scene.admit(&late, "192.0.2.1", Role::Watch), Err(Full));
        for _ in 0..2 {
            let driver = scene.enter();
            assert_eq!(scene.admit(&driver, "192.0.2.1", Role::Drive), Ok(()));
        }
        assert_eq!(alive(&[late]), [false], "a stranger made room");
        assert_eq!(scene.enter().0, Err(Full));
        scene.table.closed("192.0.2.1".parse().ok(), Some(Role::Watch));
        scene.table.closed("192.0.2.1".parse().ok(), None);
        scene.table.closed("192.0.2.1".parse().ok(), None);
        let next = scene.enter();
        assert_eq!(scene.admit(&next, "192.0.2.1", Role::Watch), Ok(()));
    }

    #[test]
    fn where_nobody_can_drive_clients_that_watch_may_have_all_connections() {
        let mut scene = Scene::new(|limits| {
            (limits.connections, limits.connections_per_address) = (16, 8);
        });
        scene.keep = false;
        for n in 0..16 {
            let address = if n < 8 { "192.0.2.1" } else { "192.0.2.2" };
            let place = scene.enter_from(address);
            assert_eq!(scene.admit(&place, address, Role::Watch), Ok(()), "{n}");
        }
        assert_eq!(scene.enter_from("192.0.2.3").0, Err(Full));
    }

    #[test]
    fn clients_of_one_address_that_watch_leave_connections_of_it_to_those_who_may_drive() {
        let mut scene = Scene::new(|limits| limits.connections_per_address = 8);
        for _ in 0..7 {
            let place = scene.enter();
            assert_eq!(scene.admit(&place, "192.0.2.1", Role::Watch), Ok(()));
        }
        let late = scene.enter();
        assert_eq!(scene.admit(&late, "192.0.2.1", Role::Watch), Err(Full));
        let driver = scene.enter();
        assert_eq!(scene.admit(&driver, "192.0.2.1", Role::Drive), Ok(()));
        let elsewhere = scene.enter_from("192.0.2.2");
        assert_eq!(scene.admit(&elsewhere, "192.0.2.2", Role::Watch), Ok(()));
        assert_eq!(scene.enter().0, Err(Full), "all of this address are clients");
    }

    #[test]
    fn a_handshake_from_where_somebody_drives_outlives_a_flood() {
        let mut scene = Scene::new(|limits| {
            (limits.handshakes, limits.connections) = (16, usize::MAX);
        });
        let driver = scene.enter_from("192.0.2.9");
        scene.admit(&driver, "192.0.2.9", Role::Drive).unwrap();
        scene.table.closed("192.0.2.9".parse().ok(), Some(Role::Drive));
        scene.now += REMEMBERED / 2;
        // It comes again, more slowly than any number of others do.
        let again = scene.enter_from("192.0.2.9");
        for n in 0..1000_u32 {
            drop(scene.enter_from(&format!("10.{}.{}.1", n / 256, n % 256)));
        }
        assert_eq!(alive(&[again]), [true]);
        // Only so many are kept, so that nobody is kept out from there.
        let many: Vec<_> = (0..50).map(|_| scene.enter_from("192.0.2.9")).collect();
        let others: Vec<_> = (0..10).map(|n| scene.enter_from(&format!("10.0.0.{n}"))).collect();
        assert_eq!(alive(&others), [true; 10]);
        assert!(alive(&many).iter().filter(|alive| **alive).count() <= 16 - 10);
        scene.now += REMEMBERED;
        let late = scene.enter_from("192.0.2.9");
        for n in 0..1000_u32 {
            drop(scene.enter_from(&format!("10.{}.{}.1", n / 256, n % 256)));
        }
        assert_eq!(alive(&[late]), [false], "that is long ago");
    }

    #[test]
    fn a_flood_of_handshakes_from_one_address_ends_its_own() {
        let mut scene = Scene::handshakes(8);
        let quiet = scene.enter_from("192.0.2.9");
        let flood: Vec<_> = (0..100).map(|_| scene.enter_from("192.0.2.1")).collect();
        assert_eq!(alive(&[quiet]), [true]);
        assert_eq!(alive(&flood).iter().filter(|alive| **alive).count(), 7);
    }

    #[test]
    fn one_that_may_drive_is_ended_last() {
        let mut scene = Scene::new(|limits| limits.connections = 3);
        let driver = scene.enter();
        scene.table.heard(0);
        scene.table.drives(0, scene.now);
        scene.now += SILENCE * 5;
        let others: Vec<_> = (1..10)
            .map(|number| {
                let place = scene.enter();
                scene.table.heard(number);
                place
            })
            .collect();
        assert_eq!(alive(&[driver]), [true]);
        assert_eq!(alive(&others), [[false; 7].as_slice(), &[true; 2]].concat());
    }

    #[test]
    fn whom_another_program_lets_drive_is_no_stranger() {
        let mut scene = Scene::handshakes(8);
        let end = Rc::new(());
        let driver = Rc::downgrade(&end);
        scene.table.enter(None, true, end, scene.now).unwrap();
        scene.now += SILENCE * 5;
        for _ in 0..100 {
            drop(scene.enter_from("unknown"));
        }
        assert_eq!(driver.strong_count(), 1);
    }

    #[test]
    fn the_addresses_of_drivers_that_are_remembered_are_few() {
        let mut scene = Scene::new(|_| {});
        for n in 0..1000_u32 {
            let address = format!("10.{}.{}.1", n / 256, n % 256);
            let place = scene.enter_from(&address);
            scene.admit(&place, &address, Role::Drive).unwrap();
            scene.table.closed(address.parse().ok(), Some(Role::Drive));
        }
        assert_eq!((scene.table.drivers.len(), scene.table.open.len()), (DRIVERS, 0));
    }

    #[test]
    fn there_is_always_room_for_one() {
        let mut scene = Scene::handshakes(0);
        let places = [scene.enter(), scene.enter()];
        assert_eq!(alive(&places), [false, true]);
    }
}
