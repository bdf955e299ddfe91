//! Hands out what an input log has, in the place of what happens, and lets listeners hear what is handed out.

use std::time::{Duration, Instant};

use framecast_api::{CanvasSize, Clock, Error, Event, EventKind};
use log::Level;

use super::{Engine, Turn};
use crate::control::ControlPolicy;
use crate::drawing::DetachedDrawing;
use crate::events::EventQueue;
use crate::input_log::{Begun, Draw, Ending, Handed, Line, Listener, Played, Player};
use crate::options::ReplayThen;

/// Deadlines that follow each other closer than this, in seconds, and without anything between them, have the
/// same time, so that a program that only polls does not fill its log.
const SAME_DEADLINE: f64 = 0.001;

/// A log that is replayed.
pub(super) struct Replay {
    /// `None`: it has ended, and nothing follows.
    player: Option<Player>,
    /// For messages.
    path: String,
    then: ReplayThen,
    /// Who drives afterwards.
    policy: ControlPolicy,
    /// The log says that somebody drives.
    held: bool,
    /// It was said that the program does not do what the log has.
    diverged: bool,
}

impl Engine {
    /// Lets `listener` hear all that the program is handed from now on.
    pub(crate) fn listen(&mut self, listener: Box<dyn Listener>) {
        self.listeners.push(listener);
    }

    /// Tells the listeners what the program is handed, and keeps its time.
    pub(super) fn hand(&mut self, handed: Handed<'_>) {
        let time = match handed {
            Handed::Event(event) => {
                self.stats.events += 1;
                event.timestamp
            }
            Handed::Draw(draw) | Handed::Frame(draw) => draw.timestamp,
            Handed::Deadline(time) => time,
        };
        self.time = self.time.max(time);
        self.deadline_at = match handed {
            Handed::Deadline(time) => Some(time),
            _ => None,
        };
        self.listeners.retain_mut(|listener| listener.hear(handed));
    }

    /// The program's deadline passed without a step.
    pub(crate) fn pass_deadline(&mut self, now: Instant) {
        let now = self.elapsed(now);
        let same = self.deadline_at.filter(|at| now - at < SAME_DEADLINE);
        self.hand(Handed::Deadline(same.unwrap_or(now)));
    }

    /// The time of what the program was handed last, in seconds on its clock.
    pub(crate) fn time(&self) -> f64 {
        self.time
    }

    /// What the program's clock shows, in seconds.
    pub(super) fn elapsed(&self, now: Instant) -> f64 {
        if self.is_replaying() { self.time } else { self.clock.seconds(now) + self.shift }
    }

    /// `clock`, the loop's, as the program is to read it now: in and after a replay its time is the log's.
    pub(crate) fn program_clock(&self, clock: Clock) -> Clock {
        let before = |at: Instant, seconds: f64| {
            if seconds < 0.0 {
                at.checked_add(Duration::try_from_secs_f64(-seconds).ok()?)
            } else {
                at.checked_sub(Duration::try_from_secs_f64(seconds).ok()?)
            }
        };
        let origin = if self.is_replaying() {
            before(Instant::now(), self.time)
        } else if self.shift == 0.0 {
            None
        } else {
            before(clock.origin(), self.shift)
        };
        origin.map_or(clock, Clock::since)
    }

    /// Replays a log: what it has takes the place of everything that happens. Nobody drives meanwhile.
    pub(crate) fn replay(&mut self, player: Player, path: String, then: ReplayThen, now: Instant) {
        let policy = self.control.policy();
        self.set_control(ControlPolicy::None, now);
        let (player, held, diverged) = (Some(player), false, false);
        self.replay = Some(Replay { player, path, then, policy, held, diverged });
    }

    pub(crate) fn is_replaying(&self) -> bool {
        self.replay.is_some()
    }

    /// Keeps a policy of the program until the log has ended. Returns whether one is replayed.
    pub(super) fn postpone_control(&mut self, policy: ControlPolicy) -> bool {
        let Some(replay) = &mut self.replay else { return false };
        replay.policy = policy;
        true
    }

    /// What the log has next; `None`: nothing is replayed, or not any more. Where it has a deadline, the
    /// program must wait for one.
    pub(super) fn play(&mut self, now: Instant, waits_for_deadline: bool) -> Option<Turn> {
        // The log waits with a draw, as the canvas does.
        let enough = self.detached >= DetachedDrawing::MOST;
        loop {
            let played = match &mut self.replay.as_mut()?.player {
                Some(player) => {
                    if enough && player.is_draw_next() {
                        Played::Wait(None)
                    } else {
                        player.next(now)
                    }
                }
                None => Played::Wait(None),
            };
            match played {
                Played::Wait(until) => {
                    let polls = self.next_poll().into_iter().chain(self.control.deadline());
                    return Some(Turn::Wait(until.into_iter().chain(polls).min()));
                }
                Played::Line(Line::Event(event)) => return Some(Turn::Event(self.replayed(event))),
                Played::Line(Line::Draw(draw)) => {
                    return Some(Turn::Draw(self.replayed_draw(draw, now)));
                }
                Played::Line(Line::Deadline { timestamp, .. }) if waits_for_deadline => {
                    return Some(Turn::Deadline(timestamp));
                }
                Played::Line(Line::Deadline { .. }) => self.diverge("waited until a deadline here"),
                Played::Line(Line::Frame(_)) => self.diverge("began a frame itself here"),
                Played::End(ending) => self.end_replay(&ending, now),
            }
        }
    }

    /// What the log has for a mirror, whose program draws when it likes: events. Whether more are due.
    pub(super) fn play_events(&mut self, now: Instant, events: &mut Vec<Event>) -> Option<Turn> {
        while events.len() < EventQueue::ENOUGH {
            match self.play(now, true)? {
                Turn::Event(event) => events.push(event),
                Turn::Draw(_) | Turn::Deadline(_) => {}
                turn => return Some(turn),
            }
        }
        Some(Turn::Wait(Some(now)))
    }

    /// The frame that the program begins itself.
    pub(crate) fn begin_frame(&mut self, now: Instant) -> Draw {
        let step = self.schedule.begin(now);
        let replay = self.replay.as_mut();
        let frame = match replay.and_then(|replay| replay.player.as_mut()).map(Player::take_frame) {
            Some(Begun::Frame(frame)) => self.replayed_draw(frame, now),
            begun => {
                if begun == Some(Begun::Other) {
                    self.diverge("did not begin a frame itself here");
                }
                Draw { timestamp: self.elapsed(now), step, size: self.size }
            }
        };
        self.hand(Handed::Frame(frame));
        frame
    }

    /// An event of the log, as the program gets it.
    fn replayed(&mut self, mut event: Event) -> Event {
        match &mut event.kind {
            EventKind::Resize(resize) => {
                let size = (resize.width, resize.height).into();
                if !self.fixed
                    && let Ok(size) = CanvasSize::clamped(size, resize.ratio, self.limits)
                {
                    self.size = size;
                    *resize = size.into();
                }
            }
            EventKind::Show => self.shown = Some(true),
            EventKind::Hide => self.shown = Some(false),
            EventKind::ViewInfo(info) => self.told_info = *info,
            EventKind::ControlChanged { held } => {
                if let Some(replay) = &mut self.replay {
                    replay.held = *held;
                }
            }
            kind if !event.submitted => {
                // So that it can be released when the log ends.
                self.held.admit(&mut kind.clone());
            }
            _ => {}
        }
        event
    }

    fn replayed_draw(&mut self, draw: Draw, now: Instant) -> Draw {
        // For the first draw after the log.
        self.schedule.begin(now);
        if !self.fixed
            && let Ok(size) =
                CanvasSize::clamped(draw.size.logical(), draw.size.ratio(), self.limits)
        {
            self.size = size;
        }
        Draw { size: self.size, ..draw }
    }

    /// The program does not do what it did when the log was recorded.
    fn diverge(&mut self, recorded: &str) {
        let Some(replay) = self.replay.as_mut().filter(|replay| !replay.diverged) else { return };
        replay.diverged = true;
        let line = replay.player.as_ref().map_or(0, Player::line);
        let message = format!(
            "the program does not go on as it did when {} was recorded: it {recorded} (line {line}). What follows may differ; this is said once",
            replay.path
        );
        self.messages.notice(Level::Warn, &message);
    }

    fn end_replay(&mut self, ending: &Ending, now: Instant) {
        let Some(replay) = &mut self.replay else { return };
        replay.player = None;
        let (then, path) = (replay.then, &replay.path);
        let broken = match ending {
            Ending::Whole => None,
            Ending::CutOff(line) => Some((
                Level::Warn,
                format!(
                    "{path} ends in the middle of line {line}, as where the program was killed; it was replayed up to there"
                ),
            )),
            Ending::Damaged(line, why) => Some((
                Level::Error,
                format!("{path} is damaged in line {line}: {why}; it was replayed up to there"),
            )),
        };
        match broken {
            // Whoever runs the canvas is told.
            Some((Level::Error, message)) if then == ReplayThen::Close => {
                self.error = Some(Error::failed(message));
            }
            Some((level, message)) => self.messages.notice(level, &message),
            None => {}
        }
        match then {
            ReplayThen::Close => self.close(),
            ReplayThen::Live => self.go_live(now),
            ReplayThen::Hold => {}
        }
    }

    /// Hands the canvas to its viewers after a replay. The program's time goes on from the log's.
    fn go_live(&mut self, now: Instant) {
        let Some(replay) = self.replay.take() else { return };
        self.shift = self.time - self.clock.seconds(now);
        for kind in self.held.release() {
            self.push(None, kind);
        }
        if replay.held {
            self.push(None, EventKind::ControlChanged { held: false });
        }
        self.set_control(replay.policy, now);
        self.schedule.request();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use framecast_api::{LogicalSize, SizeLimits};

    use super::*;
    use crate::engine::Settings;
    use crate::messages::Messages;
    use crate::options::DrawDemand;
    use crate::schedule::UpdateMode;

    /// Keeps the names of what it hears, and stops after so many.
    struct Ear(Rc<RefCell<Vec<&'static str>>>, usize);

    impl Listener for Ear {
        fn hear(&mut self, handed: Handed<'_>) -> bool {
            let mut heard = self.0.borrow_mut();
            heard.push(match handed {
                Handed::Event(event) => event.kind.name(),
                Handed::Draw(_) => "draw",
                Handed::Frame(_) => "frame",
                Handed::Deadline(_) => "deadline",
            });
            heard.len() < self.1
        }
    }

    fn engine(now: Instant) -> Engine {
        let size =
            CanvasSize::clamped(LogicalSize::new(4.0, 2.0), 1.0, SizeLimits::DEFAULT).unwrap();
        let settings = Settings {
            title: String::new(),
            size,
            fixed: false,
            limits: SizeLimits::DEFAULT,
            mode: UpdateMode::OnDemand,
            max_fps: None,
            fps_cap: None,
            min_fps: None,
            demand: DrawDemand::Always,
            control: ControlPolicy::First,
            control_timeout: None,
            messages: Messages::Facade,
        };
        Engine::new(Clock::since(now), settings)
    }

    #[test]
    fn every_listener_hears_all_that_is_handed_out_until_it_has_enough() {
        let now = Instant::now();
        let mut engine = engine(now);
        let [all, two] = [usize::MAX, 2].map(|most| {
            let heard = Rc::default();
            engine.listen(Box::new(Ear(Rc::clone(&heard), most)));
            heard
        });
        while !matches!(engine.turn(now, true), Turn::Wait(_)) {}
        engine.begin_frame(now);
        engine.pass_deadline(now);
        assert_eq!(*all.borrow(), ["animate", "before_draw", "draw", "frame", "deadline"]);
        assert_eq!(*two.borrow(), ["animate", "before_draw"]);
    }

    #[test]
    fn deadlines_that_follow_each_other_at_once_have_the_same_time() {
        let now = Instant::now();
        let mut engine = engine(now);
        let mut times = Vec::new();
        for micros in [5000, 5300, 5900, 6100, 6800, 7200] {
            engine.pass_deadline(now + Duration::from_micros(micros));
            times.push(engine.time());
        }
        assert_eq!(times, [0.005, 0.005, 0.005, 0.0061, 0.0061, 0.0072]);
        engine.begin_frame(now + Duration::from_micros(7300));
        engine.pass_deadline(now + Duration::from_micros(7400));
        assert_eq!(engine.time(), 0.0074, "something came between");
    }
}
