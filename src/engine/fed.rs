//! A canvas whose frames come from another thread, when the program likes: the mirror's.

use std::time::Instant;

use framecast_api::{Event, FrameBuffer};

use super::{Engine, Phase};
use crate::drawing;
use crate::schedule::Due;

/// What the thread of a mirror does next.
pub(crate) struct FedTurn {
    /// What happened, oldest first.
    pub(crate) events: Vec<Event>,
    /// Turn again then, though nobody woke us.
    pub(crate) until: Option<Instant>,
    /// The canvas is closed and its backends are, too.
    pub(crate) ended: bool,
}

impl Engine {
    /// Advances the canvas. `take` gives the newest frame that the program brought, if one waits;
    /// without `room` for events none are asked for, but frames are presented as ever.
    pub(crate) fn turn_fed(
        &mut self,
        now: Instant,
        room: bool,
        waits: bool,
        take: impl FnOnce() -> Option<FrameBuffer>,
    ) -> FedTurn {
        if room {
            self.poll(now);
        }
        self.tick(now);
        let open = self.phase == Phase::Resting;
        let due = (open && waits && self.demanded()).then(|| self.schedule.next_free(now));
        if due == Some(Due::Now)
            && let Some(frame) = take()
        {
            self.schedule.begin(now);
            let ratio = drawing::ratio(&frame, self.size);
            self.present(frame, ratio, now, now);
        }
        let mut events = Vec::new();
        if room || self.is_closed() {
            events.extend(std::iter::from_fn(|| self.next_event()));
        }
        if self.phase == Phase::Closing {
            self.end();
        }
        let draw = match due {
            Some(Due::At(at)) => Some(at),
            _ => None,
        };
        let poll = self.next_poll().filter(|_| room);
        let until = poll.into_iter().chain(draw).chain(self.control.deadline()).min();
        FedTurn { events, until, ended: self.is_ended() }
    }

    /// Whether somebody looks, and is ready for a newer frame; or the program draws anyway.
    pub(crate) fn wants_frame(&self) -> bool {
        !self.is_closed() && self.demanded()
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
                engine.turn_fed(start + MS * ms, true, true, picture);
            }
            assert_eq!(remote.presented(), 10, "{mode:?}");
            assert_eq!(remote.last_frame().unwrap().ratio(), 0.5);
        }
    }

    #[test]
    fn it_sleeps_until_the_next_picture_may_be_shown() {
        let start = Instant::now();
        let (mut engine, remote) = engine(UpdateMode::Continuous, DrawDemand::Auto);
        assert_eq!(engine.turn_fed(start, true, true, || panic!("nobody looks")).until, None);
        remote.set_demand(true);
        assert_eq!(engine.turn_fed(start, true, false, || panic!("none waits")).until, None);
        engine.turn_fed(start, true, true, picture);
        let turn = engine.turn_fed(start + MS, true, true, || panic!("too early"));
        assert_eq!(turn.until, Some(start + 100 * MS));
        assert_eq!(remote.presented(), 1);
    }

    #[test]
    fn a_program_that_shows_for_nobody_is_obeyed() {
        let (mut engine, remote) = engine(UpdateMode::OnDemand, DrawDemand::Always);
        assert!(engine.wants_frame());
        engine.turn_fed(Instant::now(), true, true, picture);
        assert_eq!(remote.presented(), 1);
    }

    #[test]
    fn without_room_no_events_come_but_pictures_do_and_the_end_does() {
        let start = Instant::now();
        let (mut engine, remote) = engine(UpdateMode::OnDemand, DrawDemand::Always);
        remote.join(1);
        assert!(engine.turn_fed(start, false, true, picture).events.is_empty());
        assert_eq!(remote.presented(), 1);
        assert_eq!(engine.turn_fed(start, true, false, || None).events.len(), 1);
        engine.close();
        let turn = engine.turn_fed(start, false, true, || panic!("it closes"));
        assert!(turn.ended && turn.events.len() == 1 && remote.is_closed());
    }
}
