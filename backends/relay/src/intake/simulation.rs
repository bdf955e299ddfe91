//! An edge behind a link with a rate, in virtual time: how old is what it shows?

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;

use super::*;

use crate::follower::{Action, Follower, Whom};
use crate::message::{Assembler, Purpose, SinceRequest, answer_piece, cut};
use crate::report::CanvasState;
use crate::scene::Origin;
use crate::signed_state::{self, About, StatePosition};

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
/// One way, of what is short.
const DELAY: Duration = Duration::from_millis(10);
/// Frames a second.
const RATE: u32 = 10;
/// On the wire, besides what is sent.
const HEAD: usize = 60;

/// What the server sends the edge.
enum Sent {
    Update(Bytes),
    State(Bytes),
    Answer(u64, Bytes),
    Mark(u64),
}

struct World {
    now: Instant,
    origin: Origin,
    frames: u32,
    /// When each revision was drawn.
    drawn: HashMap<u64, Instant>,
    said: u64,
    follower: Follower,
    intake: Intake,
    subscribed: bool,
    /// When the connection is there again.
    connecting: Option<Instant>,
    question: (u64, Instant, Assembler),
    /// Questions on their way to the origin.
    asked: VecDeque<(Instant, u64, SinceRequest)>,
    /// What is on its way to the edge, and when it arrives.
    way: VecDeque<(Instant, Sent)>,
    /// Of the link, in bytes a second, and when it has sent all that waits.
    rate: f64,
    free: Instant,
    /// One message in so many is lost.
    loss: Option<u64>,
    random: u64,
    /// How old each picture was when it was shown, and when that was.
    shown: Vec<(Instant, Duration)>,
    largest: usize,
    pulls: Vec<Instant>,
    changes: Vec<(Duration, IntakeAction)>,
    start: Instant,
}

impl World {
    /// One with a link that carries this share of what is published.
    fn new(share: f64, loss: Option<u64>) -> Self {
        let (mut origin, now) = (Origin::new(), Instant::now());
        origin.size = (256, 96);
        origin.show(1, &[]);
        let key = origin.key.public();
        let mut follower = Follower::new("lecture", Some(key), now);
        follower.set_watched(true);
        let mut world = Self {
            now,
            origin,
            frames: 0,
            drawn: HashMap::new(),
            said: 0,
            follower,
            intake: Intake::new(now),
            subscribed: true,
            connecting: None,
            question: (0, now, Assembler::default()),
            asked: VecDeque::new(),
            way: VecDeque::new(),
            rate: 0.0,
            free: now,
            loss,
            random: 1,
            shown: Vec::new(),
            largest: 0,
            pulls: Vec::new(),
            changes: Vec::new(),
            start: now,
        };
        let bytes: usize = (0..RATE).map(|_| world.draw().map_or(0, |it| it.len() + HEAD)).sum();
        world.rate = bytes as f64 * share;
        world
    }

    /// Changes two of four tiles.
    fn draw(&mut self) -> Option<Bytes> {
        self.frames += 1;
        let signed = self.origin.try_show(1 + self.frames / 100, &[self.frames % 4])?;
        self.drawn.insert(self.origin.picture.revision().1, self.now);
        Some(self.origin.print(&signed))
    }

    fn send(&mut self, length: usize, sent: Sent) {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let is_lost = self.loss.is_some_and(|n| (self.random >> 33).is_multiple_of(n));
        if self.connecting.is_some() || is_lost {
            return;
        }
        let time = Duration::from_secs_f64((length + HEAD) as f64 / self.rate);
        self.free = self.free.max(self.now) + time;
        self.way.push_back((self.free + DELAY, sent));
    }

    fn publish(&mut self, bytes: Bytes) {
        if self.subscribed {
            self.send(bytes.len(), Sent::Update(bytes));
        }
    }

    fn say(&mut self) {
        let (stream, revision) = self.origin.picture.revision();
        let newest = Some(SinceRequest { stream, revision });
        self.said += 1;
        let position = StatePosition { started: 1, number: self.said };
        let state = CanvasState { newest, ..CanvasState::default() };
        let bytes = signed_state::print(
            &self.origin.key,
            About::Canvas("lecture"),
            position,
            &state.print(),
        );
        self.send(bytes.len(), Sent::State(bytes));
    }

    fn reconnect(&mut self) {
        self.way.clear();
        self.free = self.now;
        self.connecting = Some(self.now + 100 * MS);
    }

    fn edge(&mut self) {
        let now = self.now;
        if self.connecting.take_if(|at| *at <= now).is_some() {
            self.follower.reconnected(now);
            self.intake.start(now);
        }
        while self.way.front().is_some_and(|it| it.0 <= now) {
            match self.way.pop_front().unwrap().1 {
                Sent::Update(bytes) => self.follower.published(&bytes, now),
                Sent::State(bytes) => drop(self.follower.state_published("lecture", &bytes, now)),
                Sent::Mark(mark) => self.intake.returned(mark, now),
                Sent::Answer(number, piece) if number == self.question.0 => {
                    match self.question.2.add(&piece) {
                        None => self.follower.answer_arrives(now),
                        Some(bytes) => {
                            let took = now - self.question.1;
                            self.intake.answered(took, Some(2 * DELAY), now);
                            self.follower.answered(&bytes, now);
                        }
                    }
                }
                Sent::Answer(..) => {}
            }
        }
        while let Some(action) = self.follower.poll(now) {
            match action {
                Action::Show(update) if update.tiles() > 0 => {
                    // Whoever joins gets what was drawn before.
                    let drawn = self.drawn.get(&update.revision()).copied().unwrap_or(now);
                    self.shown.push((now, now - drawn));
                }
                Action::Ask(whom, purpose, since) if self.connecting.is_none() => {
                    let is_pull = purpose == Purpose::Pull;
                    assert!(self.loss.is_some() || !is_pull || whom == Whom::Anybody);
                    self.pulls.extend(is_pull.then_some(now));
                    self.question = (self.question.0 + 1, now, Assembler::default());
                    self.asked.push_back((now + DELAY, self.question.0, since));
                }
                Action::Show(_) | Action::Ask(..) => {}
            }
        }
        let Some(action) = self.intake.poll(now).filter(|_| self.connecting.is_none()) else {
            return;
        };
        match action {
            IntakeAction::Mark(mark) => return self.send(0, Sent::Mark(mark)),
            IntakeAction::Drop => self.reconnect(),
            IntakeAction::Pull => {
                self.subscribed = false;
                self.follower.pull();
                self.reconnect();
            }
            IntakeAction::Subscribe => {
                self.subscribed = true;
                self.follower.subscribed(now);
            }
        }
        self.changes.push((now - self.start, action));
    }

    /// Lets time pass. `moves`: every frame is another one.
    fn run(&mut self, time: Duration, moves: bool) {
        let until = self.now + time;
        let mut n = 0;
        while self.now < until {
            if n % 20 == 0 && moves {
                let bytes = self.draw();
                bytes.into_iter().for_each(|bytes| self.publish(bytes));
            } else if n % 200 == 0 {
                // What rests becomes exact.
                let exact = self.origin.rest();
                let bytes = exact.map(|signed| self.origin.print(&signed));
                self.publish(bytes.unwrap_or_else(|| self.origin.beacon()));
            }
            if n % 200 == 0 {
                self.say();
            }
            while self.asked.front().is_some_and(|it| it.0 <= self.now) {
                let (_, number, since) = self.asked.pop_front().unwrap();
                let answer = self.origin.since(since.stream, since.revision);
                self.largest = self.largest.max(answer.len());
                for piece in cut(&answer, number, answer_piece(answer.len())) {
                    self.send(piece.len(), Sent::Answer(number, piece));
                }
            }
            self.edge();
            self.now += 5 * MS;
            n += 1;
        }
    }

    /// The oldest picture that was shown from `from` on.
    fn oldest(&self, from: Instant) -> Duration {
        self.shown.iter().filter(|it| it.0 >= from).map(|it| it.1).max().unwrap()
    }

    /// How long the largest answer was on its way.
    fn transfer(&self) -> Duration {
        2 * DELAY + Duration::from_secs_f64(self.largest as f64 / self.rate)
    }

    fn assert_same(&self) {
        let all = SinceRequest { stream: 0, revision: 0 };
        assert_eq!(self.follower.answer(all), Some(self.origin.since(0, 0)));
    }
}

#[test]
fn what_an_edge_shows_is_never_old_however_thin_its_link() {
    for share in [0.1, 0.25, 0.5, 0.9] {
        let mut world = World::new(share, None);
        world.run(60 * SECOND, true);
        let oldest = world.oldest(world.start);
        assert!(oldest < 2 * SECOND + world.transfer(), "{share}: {oldest:?}, {:?}", world.changes);
        assert!(!world.subscribed || share > 0.8, "{share}");
        let longest = world.shown.windows(2).map(|two| two[1].0 - two[0].0).max().unwrap();
        assert!(longest < SECOND + world.transfer() * 2, "{share}: nothing for {longest:?}");
        assert!(world.pulls.windows(2).all(|two| two[1] - two[0] >= 100 * MS));
        assert!(!world.follower.is_silent(world.now));
        world.run(20 * SECOND, false);
        world.assert_same();
    }
}

#[test]
fn an_edge_whose_link_is_wide_again_takes_everything_again() {
    let mut world = World::new(0.5, None);
    world.run(20 * SECOND, true);
    assert!(!world.subscribed);
    world.rate *= 10.0;
    world.run(60 * SECOND, true);
    assert!(world.subscribed && world.follower.is_current(world.now), "{:?}", world.changes);
    let from = world.now;
    world.run(10 * SECOND, true);
    assert!(world.oldest(from) < 100 * MS);
    let shown = world.shown.iter().filter(|it| it.0 >= from).count();
    assert!(shown >= 90, "{shown}");
}

#[test]
fn pixels_are_exact_in_the_end_though_one_message_in_ten_is_lost() {
    let mut world = World::new(0.5, Some(10));
    world.run(60 * SECOND, true);
    assert!(world.changes.iter().any(|it| it.1 == IntakeAction::Pull));
    world.run(30 * SECOND, false);
    world.assert_same();
}
