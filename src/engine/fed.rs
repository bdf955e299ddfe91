//! A canvas whose frames come from another thread, when the program likes: the mirror's.

use std::time::Instant;

use framecast_api::{Event, EventKind, FrameBuffer};

use super::{Engine, Phase, Turn};
use crate::drawing::{self, Picture};
use crate::input_log::Handed;
use crate::schedule::Due;

/// What the thread of a mirror does next.
pub(crate) struct FedTurn {
    /// What happened, oldest first.
    pub(crate) events: Vec<Event>,
    /// Whether a newer picture would be shown at once.
    pub(crate) wanted: bool,
    /// Turn again then, though nobody woke us.
    pub(crate) until: Option<Instant>,
    /// The canvas is closed and its backends are, too.
    pub(crate) ended: bool,
}

impl Engine {
    /// Whether a frame that waits is presented now: somebody is ready for it, and the rate limit allows it.
    /// The last one waits for no rate.
    pub(crate) fn takes_frame(&self, now: Instant) -> bool {
        match self.phase {
            Phase::Ended => false,
            Phase::Closing => self.demanded(),
            _ => self.demanded() && self.schedule.next_free(now) == Due::Now,
        }
    }

    /// Advances the canvas and presents `frame`. Without `room` for events none are asked for.
    pub(crate) fn turn_fed(
        &mut self,
        now: Instant,
        room: bool,
        frame: Option<FrameBuffer>,
    ) -> FedTurn {
        // A task may have taken steps, which announce draws: here, frames come without.
        if !self.is_closed() {
            self.phase = Phase::Resting;
        }
        if room {
            self.poll(now);
        }
        self.tick(now);
        if let Some(frame) = frame {
            self.schedule.begin(now);
            let ratio = drawing::ratio(&frame, self.size);
            self.present(
                Picture { buffer: frame, ratio, began: now, drawn: now, direct: false },
                now,
            );
        }
        let mut events = Vec::new();
        let replayed = if room { self.play_events(now, &mut events) } else { None };
        if room || self.is_closed() {
            events.extend(std::iter::from_fn(|| self.queue.pop()));
        }
        events.retain(|it| !matches!(it.kind, EventKind::Animate { .. } | EventKind::BeforeDraw));
        for event in &events {
            self.hand(Handed::Event(event));
        }
        if self.phase == Phase::Closing {
            self.end();
        }
        let next = (!self.is_closed() && self.demanded()).then(|| self.schedule.next_free(now));
        let draw = match next {
            Some(Due::At(at)) => Some(at),
            _ => None,
        };
        let poll = self.next_poll().filter(|_| room);
        let replayed = match replayed {
            Some(Turn::Wait(until)) => until,
            _ => None,
        };
        let until =
            poll.into_iter().chain(draw).chain(self.control.deadline()).chain(replayed).min();
        FedTurn { events, wanted: next == Some(Due::Now), until, ended: self.is_ended() }
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;
    use std::time::Duration;

    use framecast_api::{
        CanvasSize, Clock, FramePool, LogicalSize, NullBackend, NullRemote, PhysicalSize,
        SizeLimits,
    };

    use super::*;
    use crate::control::ControlPolicy;
    use crate::engine::Settings;
    use crate::messages::Messages;
    use crate::options::DrawDemand;
    use crate::schedule::UpdateMode;

    const MS: Duration = Duration::from_millis(1);

    /// A canvas that shows ten pictures a second at most, whatever its update mode.
    fn engine(mode: UpdateMode, demand: DrawDemand) -> (Engine, NullRemote) {
        let size = CanvasSize::clamped(LogicalSize::new(4.0, 2.0), 1.0, SizeLimits::DEFAULT);
        let mut engine = Engine::new(
            Clock::start(),
            Settings {
                title: "fed".into(),
                size: size.unwrap(),
                fixed: true,
                limits: SizeLimits::DEFAULT,
                mode,
                max_fps: Some(10.0),
                fps_cap: None,
                min_fps: Some(100.0),
                demand,
                control: ControlPolicy::First,
                control_timeout: None,
                messages: Messages::Facade,
            },
        );
        let (backend, remote) = NullBackend::new();
        engine.add(Box::new(backend), Waker::noop().clone()).unwrap();
        (engine, remote)
    }

    fn picture() -> Option<FrameBuffer> {
        FramePool::new().lend(PhysicalSize::new(2, 1)).ok()
    }

    #[test]
    fn pictures_are_shown_at_the_highest_rate_at_most_in_every_mode() {
        let start = Instant::now();
        for mode in [UpdateMode::Manual, UpdateMode::OnDemand, UpdateMode::Continuous] {
            let (mut engine, remote) = engine(mode, DrawDemand::Auto);
            remote.set_demand(true);
            // A hundred pictures a second.
            for ms in (0..1000).step_by(10) {
                turn(&mut engine, start + MS * ms);
            }
            assert_eq!(remote.presented(), 10, "{mode:?}");
            assert_eq!(remote.last_frame().unwrap().ratio(), 0.5);
        }
    }

    fn turn(engine: &mut Engine, now: Instant) -> FedTurn {
        let frame = engine.takes_frame(now).then(picture).flatten();
        engine.turn_fed(now, true, frame)
    }

    #[test]
    fn it_sleeps_until_the_next_picture_may_be_shown() {
        let start = Instant::now();
        let (mut engine, remote) = engine(UpdateMode::Continuous, DrawDemand::Auto);
        let it = turn(&mut engine, start);
        assert!(remote.presented() == 0 && it.until.is_none() && !it.wanted, "nobody looks");
        remote.set_demand(true);
        let it = engine.turn_fed(start, true, None);
        assert!(it.until.is_none() && it.wanted, "none waits");
        turn(&mut engine, start);
        let it = turn(&mut engine, start + MS);
        assert!(remote.presented() == 1 && !it.wanted, "too early");
        assert_eq!(it.until, Some(start + 100 * MS));
        let it = engine.turn_fed(start + 100 * MS, true, None);
        assert!(it.until.is_none() && it.wanted, "drawn now, it is shown at once");
    }

    #[test]
    fn a_program_that_shows_for_nobody_is_obeyed() {
        let (mut engine, remote) = engine(UpdateMode::OnDemand, DrawDemand::Always);
        assert!(engine.turn_fed(Instant::now(), true, None).wanted);
        turn(&mut engine, Instant::now());
        assert_eq!(remote.presented(), 1);
    }

    #[test]
    fn without_room_no_events_come_but_pictures_do_and_the_end_does() {
        let start = Instant::now();
        let (mut engine, remote) = engine(UpdateMode::OnDemand, DrawDemand::Always);
        remote.join(1);
        assert!(engine.turn_fed(start, false, picture()).events.is_empty());
        assert_eq!(remote.presented(), 1);
        assert_eq!(engine.turn_fed(start, true, None).events.len(), 1);
        engine.close();
        assert!(engine.takes_frame(start), "the last one waits for no rate");
        let it = engine.turn_fed(start, false, picture());
        assert!(it.ended && it.events.len() == 1 && remote.is_closed());
        assert_eq!(remote.presented(), 2);
    }
}
