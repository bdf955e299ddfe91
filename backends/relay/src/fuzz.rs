//! What the fuzz target of tests/fuzz, and a test of this crate, do with any bytes at all. No part of the API.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;
use framecast_api::Role;
use framecast_stream::{Grant, Identity, LinkKey, WatchLink};

use crate::driver_message::{self, DriverPosition, SessionId};
use crate::drivers::Drivers;
use crate::drivers_state::DriversState;
use crate::driving::Driving;
use crate::follower::{Action, Follower};
use crate::intake::{Intake, IntakeAction};
use crate::keys::OriginKey;
use crate::message::{self, Assembler, SinceRequest};
use crate::outbox::Outbox;
use crate::publisher::Publisher;
use crate::report::{CanvasState, EdgeReport};

const MOST_STEPS: usize = 200;
/// An edge has no more to do at once than this.
const MOST_ACTIONS: usize = 1000;

/// What anybody may put on the bus, to an edge and to an origin: each step is a byte that says to whom, a length, and so
/// many bytes. Nothing of it is signed, so nothing of it may be shown.
pub fn bus(bytes: &[u8]) {
    let mut now = Instant::now();
    let key = OriginKey::from_seed([1; 32]);
    let mut edge = Follower::new("lecture", Some(key.public()), now);
    let mut publisher = Publisher::new("lecture", key, 1);
    let link_key = LinkKey::new([3; 32]);
    let link = WatchLink::new("desk", driver_message::check(&link_key), None);
    let mut drivers = Drivers::new("lecture", 100);
    drivers.start(1);
    drivers.set_links(link.into_iter().map(|link| (link, link_key)).collect());
    let mut driving = Driving::new("lecture", "fra-1");
    driving.start(1, "_INBOX_drive.x".to_owned());
    driving.set_origin(Some(1), None, now);
    driving.set_connected(true);
    let grant = Grant {
        name: "desk".to_owned(),
        role: Role::Drive,
        expires: None,
        revocation: None,
        key: Some(link_key),
    };
    let who = Identity::new(grant, None, None);
    let (mut assembler, mut intake, mut outbox) =
        (Assembler::default(), Intake::new(now), Outbox::default());
    let mut rest: VecDeque<u8> = bytes.iter().copied().collect();
    for _ in 0..MOST_STEPS {
        let (Some(what), Some(length)) = (rest.pop_front(), rest.pop_front()) else { break };
        let taken: Vec<u8> = rest.drain(..usize::from(length).min(rest.len())).collect();
        let taken = Bytes::from(taken);
        now += Duration::from_millis(u64::from(what) * 4);
        match what % 11 {
            0 => edge.published(&taken, now),
            1 => edge.answered(&taken, now),
            2 => {
                if let Some(whole) = assembler.add(&taken) {
                    edge.published(&whole, now);
                }
            }
            3 => {
                if let Some(report) = EdgeReport::parse(&taken) {
                    assert_eq!(EdgeReport::parse(&report.print()).as_ref(), Some(&report));
                    publisher.report(report, now);
                }
            }
            4 => {
                if let Some(state) = CanvasState::parse(&taken) {
                    assert_eq!(state.clone().shortened(), state);
                    assert_eq!(CanvasState::parse(&state.print()), Some(state));
                }
                assert!(
                    edge.state_published("lecture", &taken, now).is_none(),
                    "it believes what nobody signed"
                );
                // Without a key it believes whoever publishes, if that one has signed it.
                let mut unpinned = Follower::new("lecture", None, now);
                if unpinned.state_published("lecture", &taken, now).is_some() {
                    assert!(
                        unpinned.state_published("lecture", &taken, now).is_none(),
                        "an old one counts"
                    );
                }
            }
            5 => {
                if let Some((purpose, request)) = SinceRequest::parse(&taken) {
                    assert_eq!(request.print(purpose), taken);
                    assert!(publisher.answer(request).is_none() && edge.answer(request).is_none());
                }
            }
            6 => {
                edge.reconnected(now);
                intake.start(now);
            }
            7 => {
                drivers.receive(&taken, 0.0, now);
                assert!(drivers.take_events().is_empty(), "somebody drives without a key");
            }
            // Who has a key says it, as any message of one of two sessions.
            8 => {
                let Ok(text) = std::str::from_utf8(&taken) else { continue };
                let session = SessionId { edge: 1, number: u64::from(what / 128) + 1 };
                let number = u64::from(length % 8);
                let position = DriverPosition { started: 1, session, number };
                let check = driver_message::check(&link_key);
                let bytes = driver_message::print("lecture", &check, &link_key, position, text);
                drivers.receive(&bytes, 0.0, now);
                for event in drivers.take_events() {
                    // And so does a client at an edge.
                    driving.happened(&event, |_| Some(who.clone()), now);
                }
            }
            9 => {
                if let Some(state) = DriversState::parse(&taken) {
                    driving.told(state, now);
                    assert!(driving.take_commands().len() < MOST_ACTIONS);
                }
                assert!(edge.told_of_drivers("lecture", "_INBOX_drive.x", &taken).is_none());
            }
            _ => {
                outbox.published(usize::from(what));
                outbox.returned(u64::from(length));
                intake.returned(u64::from(length), now);
                intake.answered(Duration::from_millis(what.into()), None, now);
            }
        }
        if let Some(received) = message::parse(&taken) {
            assert_eq!(
                message::print(&received.key, &received.signed),
                taken,
                "it is read as it was written"
            );
        }
        for at in drivers.wait_until(now).into_iter().chain(driving.wait_until(now)) {
            assert!(at >= now || driving.poll(now).is_some() || drivers.poll(now).is_some());
        }
        let mut said = 0;
        while driving.poll(now).is_some() || drivers.poll(now).is_some() {
            said += 1;
            assert!(said < MOST_ACTIONS);
        }
        let mut actions = 0;
        while let Some(action) = edge.poll(now) {
            assert!(!matches!(action, Action::Show(_)), "it shows what nobody signed");
            actions += 1;
            assert!(actions < MOST_ACTIONS);
        }
        assert!(!edge.is_current(now));
        match intake.poll(now) {
            Some(IntakeAction::Pull) => edge.pull(),
            Some(IntakeAction::Subscribe) => edge.subscribed(now),
            Some(IntakeAction::Mark(_) | IntakeAction::Drop) | None => {}
        }
        let _ = publisher.beacon(now);
        if publisher.state_is_due(now) {
            publisher.state("lecture", CanvasState::default(), now);
        }
        for at in edge.wait_until().into_iter().chain(publisher.wait_until(now)) {
            assert!(at > now, "it never comes to rest");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    use crate::driver_message::{DriverHello, SessionName};
    use crate::drivers_state::SessionTold;
    use crate::message::Purpose;
    use crate::report::StateLink;
    use crate::scene::Origin;

    /// Bytes like those that really travel, and what becomes of them when some are others.
    #[test]
    fn whatever_is_on_the_bus_does_no_harm() {
        let mut origin = Origin::with(OriginKey::from_seed([1; 32]), 1);
        origin.size = (20, 10);
        origin.show(1, &[]);
        let signed = origin.since(0, 0);
        let link = WatchLink::new("guest", [3; 32], Some(UNIX_EPOCH)).unwrap();
        let state = CanvasState { links: vec![StateLink(link)], ..CanvasState::default() };
        let strange = Publisher::new("lecture", OriginKey::from_seed([2; 32]), 1).state(
            "lecture",
            state.clone(),
            Instant::now(),
        );
        let report = EdgeReport {
            name: "a".into(),
            id: 3,
            viewers: 1,
            visible: 1,
            current: true,
            leaving: false,
        };
        let session = SessionName::new(1, &driver_message::check(&LinkKey::new([3; 32])));
        let told = SessionTold { session, heard: 2, sent_away: true, ..SessionTold::default() };
        let drivers = DriversState { sessions: vec![told], ..DriversState::default() };
        let mut seed = 1_u64;
        let mut random = move |below: usize| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        for _ in 0..300 {
            let mut history = Vec::new();
            for _ in 0..random(12) {
                let hello = DriverHello {
                    edge: "a".into(),
                    inbox: "_INBOX_drive.x.1".into(),
                    address: String::new(),
                    network: None,
                    browser: None,
                    replaces: Some(1),
                };
                let bytes = match random(11) {
                    0 => signed.to_vec(),
                    1 => message::cut(&signed, 1, 2048).next().unwrap().to_vec(),
                    2 => report.print(),
                    3 => state.print(),
                    4 => strange.to_vec(),
                    5 => hello.print().into_bytes(),
                    6 => br#"{"type":"key_down","key":"a"}"#.to_vec(),
                    7 => br#"{"type":"close"}"#.to_vec(),
                    8 => drivers.print(),
                    9 => br#"{"type":"resize","width":5,"height":5,"ratio":2}"#.to_vec(),
                    _ => SinceRequest { stream: 1, revision: 2 }.print(Purpose::Pull).to_vec(),
                };
                let mut bytes = bytes[..bytes.len().min(255)].to_vec();
                if !bytes.is_empty() && random(3) > 0 {
                    let at = random(bytes.len());
                    bytes[at] = random(256) as u8;
                }
                history.extend([random(256) as u8, bytes.len() as u8]);
                history.extend(bytes);
            }
            bus(&history);
        }
    }
}
