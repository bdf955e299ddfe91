use super::*;

use crate::keys::OriginKey;
use crate::scene::Origin;
use crate::signed_state::{self, About};

pub(super) fn actions(follower: &mut Follower, now: Instant) -> (usize, Vec<(Whom, SinceRequest)>) {
    let (mut shown, mut asked) = (0, Vec::new());
    while let Some(action) = follower.poll(now) {
        match action {
            Action::Show(_) => shown += 1,
            Action::Ask(whom, purpose, request) => {
                assert_eq!(purpose, Purpose::Repair);
                asked.push((whom, request));
            }
        }
    }
    (shown, asked)
}

/// An edge that has what the origin has.
pub(super) fn current() -> (Origin, Follower, Instant) {
    let (mut origin, now) = (Origin::new(), Instant::now());
    let mut follower = Follower::new("lecture", None, now);
    let signed = origin.show(1, &[]);
    follower.published(&origin.print(&signed), now);
    assert_eq!(actions(&mut follower, now), (1, Vec::new()));
    assert!(follower.is_current(now));
    (origin, follower, now)
}

#[test]
fn an_edge_that_starts_asks_for_everything_once_it_knows_the_key() {
    let (mut origin, now) = (Origin::new(), Instant::now());
    origin.show(1, &[]);
    let mut follower = Follower::new("lecture", None, now);
    assert_eq!(actions(&mut follower, now), (0, Vec::new()));
    assert_eq!(follower.wait_until(), None);
    follower.published(&origin.beacon(), now);
    let nothing = SinceRequest { stream: 0, revision: 0 };
    assert_eq!(actions(&mut follower, now), (0, vec![(Whom::Anybody, nothing)]));
    follower.answered(&origin.since(0, 0), now);
    assert_eq!(actions(&mut follower, now), (1, Vec::new()));
    assert!(follower.is_current(now));

    let mut pinned = Follower::new("lecture", Some(origin.key.public()), now);
    assert_eq!(actions(&mut pinned, now).1.len(), 1, "with a key it need not wait");
}

#[test]
fn what_is_missing_is_asked_for_and_what_came_after_it_is_shown_then() {
    let (mut origin, mut follower, now) = current();
    let (stream, revision) = origin.picture.revision();
    let _lost = origin.show(1, &[1]);
    let answer = origin.since(stream, revision);
    let after = origin.show(1, &[1, 2]);
    follower.published(&origin.print(&after), now);
    assert_eq!(actions(&mut follower, now), (0, Vec::new()), "it may be late");
    assert!(!follower.is_current(now));
    let now = now + LATE;
    assert_eq!(follower.wait_until(), Some(now));
    let request = SinceRequest { stream, revision };
    assert_eq!(actions(&mut follower, now), (0, vec![(Whom::Anybody, request)]));
    follower.answered(&answer, now);
    assert_eq!(actions(&mut follower, now), (2, Vec::new()));
    assert!(follower.is_current(now));
    assert_eq!(follower.picture.revision(), origin.picture.revision());
}

/// What an origin with this key says is the title.
pub(super) fn says(
    seed: u8,
    started: u64,
    number: u64,
    title: &str,
    newest: Option<SinceRequest>,
) -> Bytes {
    let state = CanvasState { title: title.to_owned(), newest, ..CanvasState::default() };
    let position = StatePosition { started, number };
    signed_state::print(
        &OriginKey::from_seed([seed; 32]),
        About::Canvas("lecture"),
        position,
        &state.print(),
    )
}

fn title(follower: &mut Follower, bytes: &[u8], now: Instant) -> Option<String> {
    follower.state_published("lecture", bytes, now).map(|state| state.title)
}

#[test]
fn what_the_origin_says_counts_in_order_and_what_it_said_before_changes_nothing() {
    let now = Instant::now();
    let key = OriginKey::from_seed([7; 32]).public();
    for key in [None, Some(key)] {
        let mut edge = Follower::new("lecture", key, now);
        let old = says(7, 5, 1, "one", None);
        assert_eq!(title(&mut edge, &old, now).as_deref(), Some("one"));
        assert_eq!(title(&mut edge, &says(7, 5, 3, "three", None), now).as_deref(), Some("three"));
        // Late, repeated, of an earlier start.
        for late in [
            &says(7, 5, 2, "two", None),
            &old,
            &says(7, 5, 3, "again", None),
            &says(7, 4, 9, "x", None),
        ] {
            assert_eq!(title(&mut edge, late, now + SILENT), None);
        }
        assert!(edge.is_silent(now + SILENT), "what is old is no sign of life");
        assert_eq!(edge.forged(), 0);
        assert_eq!(title(&mut edge, &says(7, 6, 1, "new", None), now).as_deref(), Some("new"));
    }
}

#[test]
fn an_edge_with_the_origins_key_believes_nothing_that_another_says() {
    let now = Instant::now();
    let mut edge = Follower::new("lecture", Some(OriginKey::from_seed([7; 32]).public()), now);
    assert!(title(&mut edge, &says(7, 5, 1, "one", None), now).is_some());
    // Its own words, with its own key and with the origin's in it.
    let lie = says(8, 9, 9, "lie", None);
    let mut disguised = lie.to_vec();
    disguised[1..33].copy_from_slice(&OriginKey::from_seed([7; 32]).public().0);
    let plain = CanvasState::default().print();
    for wrong in [&lie[..], &disguised, &plain, b""] {
        assert_eq!(title(&mut edge, wrong, now + SILENT), None);
    }
    assert_eq!((edge.forged(), edge.is_silent(now + SILENT)), (4, true));
    assert!(title(&mut edge, &says(7, 5, 2, "two", None), now).is_some());
}

#[test]
fn without_a_key_an_origin_that_starts_anew_is_believed_and_asked_for_its_picture() {
    let (origin, mut edge, now) = current();
    let key = origin.key.public();
    let mut disguised = says(8, 9, 9, "lie", None).to_vec();
    disguised[1..33].copy_from_slice(&[9; 32]);
    assert_eq!(title(&mut edge, &disguised, now), None);
    assert!(edge.is_current(now) && edge.key == Some(key), "nobody signed it");
    assert!(title(&mut edge, &says(8, 9, 1, "new", None), now).is_some());
    assert!(!edge.is_current(now));
    let nothing = SinceRequest { stream: 0, revision: 0 };
    assert_eq!(actions(&mut edge, now).1, [(Whom::Anybody, nothing)]);
    // Its key, once believed, is that of its updates.
    edge.published(&origin.beacon(), now);
    assert_eq!(edge.key, Some(key));
}

#[test]
fn what_is_only_late_is_asked_of_nobody() {
    let (mut origin, mut follower, now) = current();
    let (one, two) = (origin.show(1, &[1]), origin.show(1, &[1, 2]));
    follower.published(&origin.print(&two), now);
    follower.published(&origin.print(&one), now);
    follower.published(&origin.print(&one), now);
    assert_eq!(actions(&mut follower, now + LATE), (2, Vec::new()));
}

#[test]
fn a_beacon_tells_that_the_last_update_was_lost() {
    let (mut origin, mut follower, now) = current();
    origin.show(1, &[1]);
    follower.published(&origin.beacon(), now);
    let (_, asked) = actions(&mut follower, now + LATE);
    let (stream, revision) = follower.picture.revision();
    assert_eq!(asked, [(Whom::Anybody, SinceRequest { stream, revision })]);
    follower.answered(&origin.since(stream, revision), now);
    assert_eq!(actions(&mut follower, now + LATE), (1, Vec::new()));
}

#[test]
fn requests_that_nobody_answers_come_ever_later_and_go_to_the_origin() {
    let (mut origin, mut follower, mut now) = current();
    let start = now;
    origin.show(1, &[1]);
    follower.published(&origin.beacon(), now);
    let mut asked = Vec::new();
    for _ in 0..6 {
        now = follower.wait_until().unwrap();
        let (_, requests) = actions(&mut follower, now);
        asked.extend(requests.iter().map(|(whom, _)| (*whom, (now - start).as_millis())));
    }
    let to = |whom: Whom| asked.iter().filter(move |it| it.0 == whom).map(|it| it.1);
    assert_eq!(to(Whom::Anybody).collect::<Vec<_>>(), [30, 530]);
    assert_eq!(to(Whom::Origin).collect::<Vec<_>>(), [1530, 3530, 7530, 11530]);
}

#[test]
fn an_answer_that_lies_is_not_shown_and_the_origin_is_asked_then() {
    let (mut origin, mut follower, now) = current();
    let (stream, revision) = origin.picture.revision();
    let before = origin.since(0, 0);
    origin.show(1, &[1]);
    let mut liar = Origin::with(OriginKey::from_seed([9; 32]), 5);
    liar.show(3, &[]);
    // Its own picture with the origin's key in it.
    let mut lie = liar.since(0, 0).to_vec();
    lie[1..33].copy_from_slice(&origin.key.public().0);
    follower.published(&origin.beacon(), now);
    let now = now + LATE;
    for (n, answer) in [&lie[..], &before, b"?"].into_iter().enumerate() {
        let (shown, asked) = actions(&mut follower, now);
        assert_eq!((shown, asked.len()), (0, 1), "{n}");
        follower.answered(answer, now);
    }
    let at = follower.wait_until().unwrap();
    let (shown, asked) = actions(&mut follower, at);
    assert_eq!((shown, asked[0].0), (0, Whom::Origin));
    follower.answered(&origin.since(stream, revision), at);
    assert_eq!(actions(&mut follower, at), (1, Vec::new()));
    assert_eq!(follower.forged(), 2);
}

#[test]
fn with_a_key_of_the_operators_no_other_origin_counts() {
    let (mut origin, mut other) = (Origin::new(), Origin::with(OriginKey::from_seed([9; 32]), 5));
    let now = Instant::now();
    let mut follower = Follower::new("lecture", Some(origin.key.public()), now);
    let signed = origin.show(1, &[]);
    follower.published(&origin.print(&signed), now);
    let lie = other.show(1, &[]);
    follower.published(&other.print(&lie), now);
    assert_eq!((actions(&mut follower, now).0, follower.forged()), (1, 1));
    assert_eq!(follower.picture.revision(), origin.picture.revision());
}

#[test]
fn an_origin_that_starts_again_with_another_key_is_followed() {
    let (_, mut follower, now) = current();
    let mut again = Origin::with(OriginKey::from_seed([9; 32]), 2);
    let signed = again.show(2, &[]);
    follower.published(&again.print(&signed), now);
    assert_eq!(actions(&mut follower, now).0, 1);
    assert_eq!(follower.picture.revision(), again.picture.revision());
}

#[test]
fn an_origin_that_starts_again_is_followed_also_if_its_first_picture_is_lost() {
    let (old, mut follower, now) = current();
    let mut again = Origin::with(OriginKey::from_seed([7; 32]), 2);
    again.show(2, &[]);
    follower.published(&again.beacon(), now);
    // Another edge has not heard of it and answers with what it has.
    let mut at = follower.wait_until().unwrap();
    for _ in 0..PATIENCE {
        at = at.max(follower.wait_until().unwrap());
        assert_eq!(actions(&mut follower, at).1[0].0, Whom::Anybody);
        follower.answered(&old.since(0, 0), at);
    }
    at = at.max(follower.wait_until().unwrap());
    assert_eq!(actions(&mut follower, at).1[0].0, Whom::Origin);
    follower.answered(&again.since(0, 0), at);
    assert_eq!(actions(&mut follower, at), (1, Vec::new()));
    assert_eq!(follower.picture.revision(), again.picture.revision());
}

#[test]
fn an_edge_that_does_not_hear_the_origin_is_not_current() {
    let (_, follower, now) = current();
    assert!(follower.is_current(now + SILENT / 2));
    assert!(!follower.is_current(now + SILENT) && follower.is_silent(now + SILENT));
}

#[test]
fn what_is_held_back_is_limited() {
    let (mut origin, mut follower, now) = current();
    let _lost = origin.show(1, &[0]);
    for n in 0..3 * MAX_HELD as u32 {
        let signed = origin.show(1, &[(n + 1) % 16]);
        follower.published(&origin.print(&signed), now);
    }
    assert_eq!(follower.held.len(), MAX_HELD);
    let held: usize = follower.held.iter().map(|it| it.update.bytes()).sum();
    assert_eq!(held, follower.held_bytes);
    follower.answered(&origin.since(0, 0), now);
    assert!(follower.held.is_empty() && follower.is_current(now));
}

/// Somebody publishes what only the origin could check, and cannot: it has the origin's key in it, and comes after a gap.
#[test]
fn an_unsigned_update_after_a_gap_is_no_trouble_for_ever() {
    let (mut origin, mut follower, mut now) = current();
    let mut liar = Origin::with(OriginKey::from_seed([9; 32]), 1);
    liar.show(1, &[]);
    let junk = liar.show(1, &[1]);
    let mut junk = liar.print(&junk).to_vec();
    junk[1..33].copy_from_slice(&origin.key.public().0);
    follower.published(&junk, now);
    for n in 0..100 {
        now += Duration::from_millis(100);
        if n % 10 == 0 {
            follower.published(&origin.beacon(), now);
        }
        if n == 50 {
            let signed = origin.show(1, &[2]);
            follower.published(&origin.print(&signed), now);
        }
        for (_, request) in actions(&mut follower, now).1 {
            let answer = origin.since(request.stream, request.revision);
            follower.answered(&answer, now);
        }
    }
    assert!(follower.is_current(now) && follower.held.is_empty());
    assert_eq!(follower.picture.revision(), origin.picture.revision());
}

#[test]
fn useless_answers_neither_hurry_the_next_request_nor_put_it_off() {
    let (mut origin, mut follower, start) = current();
    origin.show(1, &[1]);
    follower.published(&origin.beacon(), start);
    let asked = |follower: &mut Follower, answers: usize| {
        let mut asked = 0;
        for n in 0..600 {
            let now = start + Duration::from_millis(100 * n);
            asked += actions(follower, now).1.len();
            (0..answers).for_each(|_| follower.answered(b"?", now));
        }
        asked
    };
    let with_lies = asked(&mut follower, 5);
    let (mut origin, mut follower, _) = current();
    origin.show(1, &[1]);
    follower.published(&origin.beacon(), start);
    let without = asked(&mut follower, 0);
    assert!((without..without + 3).contains(&with_lies), "{with_lies}, {without}");
}

/// An origin and three edges, between which a third of what is sent is lost, late, or comes twice.
#[test]
fn whatever_is_lost_edges_end_up_with_the_origins_picture() {
    for seed in 1..=60 {
        World::new(seed).run();
    }
}

struct World {
    random: u64,
    now: Instant,
    origin: Origin,
    edges: Vec<Follower>,
    /// What is on its way to an edge: when it arrives, and whether it is an answer.
    way: Vec<(Instant, usize, bool, Bytes)>,
    reliable: bool,
}

impl World {
    fn new(seed: u64) -> Self {
        let now = Instant::now();
        let edges = (0..3).map(|_| Follower::new("lecture", None, now)).collect();
        let random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self { random, now, origin: Origin::new(), edges, way: Vec::new(), reliable: false }
    }

    fn below(&mut self, n: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % n
    }

    fn send(&mut self, edge: usize, answer: bool, bytes: &Bytes) {
        let copies = if self.reliable { 1 } else { [0, 0, 1, 1, 1, 2][self.below(6) as usize] };
        for _ in 0..copies {
            let late = if self.reliable { 1 } else { 1 + self.below(120) };
            self.way.push((self.now + Duration::from_millis(late), edge, answer, bytes.clone()));
        }
    }

    fn publish(&mut self, bytes: &Bytes) {
        (0..self.edges.len()).for_each(|edge| self.send(edge, false, bytes));
    }

    fn step(&mut self) {
        let now = self.now;
        let (arrived, rest) = std::mem::take(&mut self.way).into_iter().partition(|it| it.0 <= now);
        self.way = rest;
        for (_, edge, answer, bytes) in arrived {
            let edge = &mut self.edges[edge];
            if answer { edge.answered(&bytes, now) } else { edge.published(&bytes, now) }
        }
        for n in 0..self.edges.len() {
            while let Some(action) = self.edges[n].poll(now) {
                let Action::Ask(whom, _, request) = action else { continue };
                let current = (0..self.edges.len()).filter(|n| self.edges[*n].is_current(now));
                let current: Vec<usize> = current.collect();
                let answer = if whom == Whom::Origin || current.is_empty() {
                    Some(self.origin.since(request.stream, request.revision))
                } else {
                    let n = self.below(current.len() as u64) as usize;
                    self.edges[current[n]].answer(request)
                };
                if let Some(answer) = answer {
                    self.send(n, true, &answer);
                }
            }
        }
    }

    fn run(mut self) {
        for n in 0..60 {
            if n % 4 == 0 {
                if self.below(8) == 0 {
                    self.origin.size = [(400, 150), (129, 49)][self.below(2) as usize];
                }
                let marked = [self.below(6) as u32, self.below(6) as u32];
                let seed = if self.below(5) == 0 { n } else { 1 };
                // The same picture as before is none.
                if let Some(signed) = self.origin.try_show(seed, &marked) {
                    let bytes = self.origin.print(&signed);
                    self.publish(&bytes);
                }
            }
            let time = self.below(60);
            self.now += Duration::from_millis(time);
            self.step();
        }
        self.reliable = true;
        for _ in 0..40 {
            let beacon = self.origin.beacon();
            self.publish(&beacon);
            for _ in 0..50 {
                self.now += Duration::from_millis(20);
                self.step();
            }
        }
        let answer = self.origin.since(0, 0);
        for edge in &self.edges {
            assert!(edge.is_current(self.now));
            assert_eq!(edge.answer(SinceRequest { stream: 0, revision: 0 }), Some(answer.clone()));
        }
    }
}
