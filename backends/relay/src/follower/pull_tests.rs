//! An edge that pulls.

use super::tests::{actions, current, says};
use super::*;

use crate::scene::Origin;

const MS: Duration = Duration::from_millis(1);

/// An edge that pulls, has what the origin has, and somebody looks; the next question is due.
fn pulling() -> (Origin, Follower, Instant) {
    let (origin, mut follower, mut now) = current();
    follower.pull();
    follower.set_watched(true);
    assert_eq!(actions(&mut follower, now), (0, Vec::new()), "the connection is not there");
    now += MS;
    follower.reconnected(now);
    (origin, follower, now)
}

/// What it asks now.
fn asked(follower: &mut Follower, now: Instant) -> Vec<(Whom, Purpose, SinceRequest)> {
    let mut asked = Vec::new();
    while let Some(action) = follower.poll(now) {
        if let Action::Ask(whom, purpose, request) = action {
            asked.push((whom, purpose, request));
        }
    }
    asked
}

fn answer(origin: &Origin, follower: &mut Follower, now: Instant) {
    let (stream, revision) = follower.picture.revision();
    follower.answered(&origin.since(stream, revision), now);
}

#[test]
fn it_asks_ten_times_a_second_at_most_and_less_often_at_rest_and_while_nobody_looks() {
    let (mut origin, mut follower, start) = pulling();
    let mut count = |from: u64, until: u64, moves: bool, watched: bool| {
        let mut questions = 0;
        for n in from..until {
            let now = start + n as u32 * MS;
            follower.set_watched(watched);
            if moves && n % 10 == 0 {
                origin.show(n as u32, &[]);
            }
            for (whom, purpose, _) in asked(&mut follower, now) {
                assert_eq!((whom, purpose), (Whom::Anybody, Purpose::Pull));
                questions += 1;
                answer(&origin, &mut follower, now);
            }
            assert!(!follower.is_current(now));
        }
        questions
    };
    assert_eq!(count(0, 1000, true, true), 10);
    assert_eq!(count(1000, 2000, false, true), 5);
    assert_eq!(count(2000, 5000, true, false), 3);
    // Who comes to look waits no longer than anybody else.
    assert_eq!(count(5000, 5100, true, true), 1);
}

#[test]
fn viewers_hear_that_there_is_nothing_newer() {
    let (origin, mut follower, now) = pulling();
    assert_eq!(asked(&mut follower, now).len(), 1);
    answer(&origin, &mut follower, now);
    assert!(matches!(follower.poll(now), Some(Action::Show(update)) if update.tiles() == 0));
}

#[test]
fn it_asks_nothing_while_an_answer_arrives_but_no_liar_keeps_it_waiting() {
    let (_, mut follower, start) = pulling();
    let mut now = start;
    assert_eq!(asked(&mut follower, now).len(), 1);
    let mut questions = Vec::new();
    while now < start + Duration::from_secs(60) {
        now += 100 * MS;
        follower.answer_arrives(now);
        let asked = asked(&mut follower, now);
        questions.extend(asked.iter().map(|it| (it.0, (now - start).as_secs())));
    }
    // The origin itself may take its time.
    assert_eq!(questions, [(Whom::Anybody, 10), (Whom::Origin, 20)]);
    // Then nothing more comes.
    let at = follower.wait_until().unwrap();
    assert!(at <= now + LONGEST_WAIT);
    assert_eq!(asked(&mut follower, at).len(), 1);
}

#[test]
fn an_answer_that_is_older_than_the_origin_says_is_no_reason_to_rest() {
    let (mut origin, mut follower, now) = pulling();
    let old = origin.beacon();
    origin.show(1, &[1]);
    let (stream, revision) = origin.picture.revision();
    let newest = SinceRequest { stream, revision };
    assert_eq!(asked(&mut follower, now).len(), 1);
    follower.answered(&old, now);
    assert_eq!(follower.wait_until(), Some(now + PULL_AT_REST), "nobody has said so yet");
    let state = says(7, 1, 1, "", Some(newest));
    assert!(follower.state_published("lecture", &state, now).is_some());
    let now = now + PULL_AT_REST;
    let mut asked_of = Vec::new();
    for _ in 0..2 {
        asked_of.extend(asked(&mut follower, now).iter().map(|it| it.0));
        follower.answered(&old, now);
    }
    let at = follower.wait_until().unwrap();
    assert!(at <= now + LONGEST_WAIT, "{:?}", at - now);
    asked_of.extend(asked(&mut follower, at).iter().map(|it| it.0));
    assert_eq!(asked_of, [Whom::Anybody, Whom::Anybody, Whom::Origin]);
    answer(&origin, &mut follower, at);
    assert_eq!(follower.picture.revision(), (stream, revision));
    assert_eq!(follower.wait_until(), Some(at + PULL_EVERY));
}

#[test]
fn with_everything_published_again_it_follows_as_before() {
    let (mut origin, mut follower, now) = pulling();
    origin.show(1, &[1]);
    follower.subscribed(now);
    let (stream, revision) = follower.picture.revision();
    let answer = origin.since(stream, revision);
    let next = origin.show(1, &[1, 2]);
    follower.published(&origin.print(&next), now);
    assert_eq!(actions(&mut follower, now).1.len(), 1, "what came before it is missing");
    follower.answered(&answer, now);
    assert_eq!(actions(&mut follower, now), (2, Vec::new()));
    assert!(follower.is_current(now) && follower.wait_until().is_none());
}

#[test]
fn an_edge_that_has_nothing_yet_asks_before_others_that_pull() {
    let (origin, now) = (Origin::new(), Instant::now());
    let mut follower = Follower::new("lecture", Some(origin.key.public()), now);
    follower.pull();
    follower.reconnected(now);
    assert_eq!(asked(&mut follower, now)[0].1, Purpose::Repair);
}
