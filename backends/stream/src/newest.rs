//! The newest frame, and what it changed. Pure.

use std::time::Instant;

use framecast_api::{Frame, Rect};

/// Of more damage than this it is quicker to compare all.
const MOST_RECTS: usize = 256;

/// A frame that the engine presented.
#[derive(Debug, Clone)]
pub(crate) struct Newest {
    pub(crate) frame: Frame,
    /// Counts presented frames.
    pub(crate) number: u64,
    pub(crate) at: Instant,
    /// The same in seconds on the canvas' clock.
    pub(crate) presented: f64,
    /// Nothing else differs from the newest frame that was being compared before this one came.
    /// `None`: anything may.
    pub(crate) damage: Option<Vec<Rect>>,
    /// When the oldest input that the application was handed for it arrived, in seconds.
    pub(crate) input: Option<f64>,
}

impl Newest {
    /// `frame`, which the engine presented after `before`, `now`: at `presented` seconds. What caused it is `cause`.
    /// `is_seen`: the frame before is being compared already; else it never will be.
    pub(crate) fn after(
        before: Option<&Newest>,
        is_seen: bool,
        frame: &Frame,
        cause: Option<f64>,
        now: Instant,
        presented: f64,
    ) -> Self {
        let damage = before.and_then(|it| frame.trusted_damage(&it.frame));
        let (mut damage, mut input) = (damage.map(<[Rect]>::to_vec), cause);
        if let Some(before) = before.filter(|_| !is_seen) {
            // What it changed and what caused it are seen in this one first.
            input = before.input.or(input);
            damage = both(before.damage.as_deref(), damage);
        }
        let number = before.map_or(0, |newest| newest.number) + 1;
        Newest { frame: frame.clone(), number, at: now, presented, damage, input }
    }
}

/// What either damaged, if that is known and not a lot.
fn both(one: Option<&[Rect]>, other: Option<Vec<Rect>>) -> Option<Vec<Rect>> {
    let mut all = other?;
    all.extend_from_slice(one?);
    Some(all).filter(|all| all.len() <= MOST_RECTS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ClientMessage;
    use crate::scene::{SIZE, Scene};
    use framecast_api::PhysicalSize;
    use std::time::Duration;

    #[test]
    fn damage_is_trusted_if_it_is_said_to_be_complete_and_adds_up_over_skipped_frames() {
        let mut scene = Scene::new();
        let client = scene.join();
        let present = |scene: &mut Scene, changed: &[usize], damage: &[Rect], trust| {
            let mut buffer = scene.pool.lend(SIZE).unwrap();
            if let Some((before, _)) = scene.hub.newest() {
                assert!(buffer.copy_from(&before.clone()));
            }
            scene.sequence += 1;
            for at in changed {
                buffer.pixels_mut()[*at] = [scene.sequence as u8; 4];
            }
            damage.iter().for_each(|rect| buffer.add_damage(*rect));
            if trust {
                buffer.trust_damage();
            }
            let frame = scene.pool.freeze(buffer, scene.sequence, 0.0, 1.0);
            scene.now += Duration::from_millis(1);
            scene.show(frame);
        };
        let see = |scene: &mut Scene| {
            scene.encode();
            let got = scene.send(client)?;
            scene.ack(client, got.update);
            Some(got.tiles)
        };
        let (one, two) = (Rect::new(0, 0, 1, 1), Rect::new(300, 200, 1, 1));
        let (at_one, at_two) = (0, 200 * 400 + 300);
        present(&mut scene, &[], &[], true);
        assert!(see(&mut scene).unwrap() > 20, "there was nothing before");
        present(&mut scene, &[at_one, at_two], &[one], false);
        assert_eq!(see(&mut scene), Some(2), "a hint");
        present(&mut scene, &[at_one, at_two], &[one], true);
        assert_eq!(see(&mut scene), Some(1), "a promise, broken");
        present(&mut scene, &[at_two], &[two], true);
        assert_eq!(see(&mut scene), Some(1));
        present(&mut scene, &[], &[], true);
        assert_eq!(see(&mut scene), None);

        // Nobody has room for the first two of three.
        scene.receive(client, ClientMessage::Hide);
        present(&mut scene, &[at_one], &[one], true);
        present(&mut scene, &[], &[], true);
        present(&mut scene, &[at_two], &[two], true);
        scene.receive(client, ClientMessage::Show);
        scene.settle();
        assert_eq!(see(&mut scene), Some(2));

        scene.receive(client, ClientMessage::Hide);
        present(&mut scene, &[at_one], &[], false);
        present(&mut scene, &[at_two], &[two], true);
        scene.receive(client, ClientMessage::Show);
        scene.settle();
        assert_eq!(see(&mut scene), Some(2), "one of them promised nothing");
        scene.sequence += 1;
        present(&mut scene, &[at_one, at_two], &[two], true);
        assert_eq!(see(&mut scene), Some(2), "the frame before is not the one it speaks of");
    }

    #[test]
    fn damage_of_a_frame_of_another_size_that_nobody_saw_says_nothing() {
        let mut scene = Scene::new();
        let client = scene.join();
        let present = |scene: &mut Scene, size: PhysicalSize| {
            let mut buffer = scene.pool.lend(size).unwrap();
            scene.sequence += 1;
            buffer.fill([scene.sequence as u8; 4]);
            buffer.add_damage(Rect::new(0, 0, size.width, size.height));
            buffer.trust_damage();
            let frame = scene.pool.freeze(buffer, scene.sequence, 0.0, 1.0);
            scene.show(frame);
        };
        present(&mut scene, SIZE);
        scene.encode();
        let got = scene.send(client).unwrap();
        scene.ack(client, got.update);
        scene.receive(client, ClientMessage::Hide);
        present(&mut scene, PhysicalSize::new(SIZE.width, 2 * SIZE.height));
        present(&mut scene, SIZE);
        scene.receive(client, ClientMessage::Show);
        scene.encode();
        let again = scene.send(client).unwrap();
        assert_eq!((again.sequence, again.tiles), (3, got.tiles));
    }

    #[test]
    fn of_much_damage_over_skipped_frames_nothing_is_kept() {
        let rects = |count: usize| vec![Rect::new(0, 0, 1, 1); count];
        let sum = |one, other| both(Some(&rects(one)), Some(rects(other))).map(|all| all.len());
        assert_eq!(sum(MOST_RECTS - 1, 1), Some(MOST_RECTS));
        assert_eq!(sum(MOST_RECTS, 1), None);
        assert_eq!(both(None, Some(rects(1))), None, "anything may have changed");
        assert_eq!(both(Some(&rects(1)), None), None);
    }
}
