//! When to draw: the update mode and the frame rates. Pure: `now` is passed in.

use std::time::{Duration, Instant};

/// When a canvas is drawn.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum UpdateMode {
    /// Draws only when the application calls [`Canvas::begin_frame`](crate::Canvas::begin_frame).
    Manual,
    /// Draws after [`Canvas::request_draw`](crate::Canvas::request_draw), and when the size changed.
    #[default]
    OnDemand,
    /// Draws all the time, at most `max_fps` times per second.
    Continuous,
    /// Draws all the time, as fast as the viewers take frames.
    Fastest,
}

/// The pure part of the loop that knows when the next draw is due.
#[derive(Debug)]
pub(crate) struct Schedule {
    mode: UpdateMode,
    /// Shortest time between draws on average that the application asks for; zero: no limit.
    /// Does not count in the fastest mode.
    min_gap: Duration,
    /// The same, as the user asks for it. Counts in every mode.
    cap: Duration,
    /// Longest time between draws in on-demand mode; `None`: no limit.
    max_gap: Option<Duration>,
    /// Somebody asked for a draw since the last one began.
    requested: bool,
    /// Somebody asked for a draw then, in on-demand mode; the earliest of several.
    requested_at: Option<Instant>,
    /// When the last draw began.
    last: Option<Instant>,
    /// The rate limit lets the next draw begin then.
    free_at: Option<Instant>,
}

/// What [`Schedule::next`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// Draw now.
    Now,
    /// Draw then, if nothing changes.
    At(Instant),
    /// Nothing to draw until somebody asks.
    Never,
}

impl Schedule {
    /// Frames per second unless the application or a flag says otherwise.
    pub(crate) const DEFAULT_MAX_FPS: f64 = 60.0;

    pub(crate) fn new(mode: UpdateMode) -> Self {
        Self {
            mode,
            min_gap: gap(Self::DEFAULT_MAX_FPS).unwrap_or_default(),
            cap: Duration::ZERO,
            max_gap: None,
            // Something must be shown at first.
            requested: true,
            requested_at: None,
            last: None,
            free_at: None,
        }
    }

    pub(crate) fn set_mode(&mut self, mode: UpdateMode) {
        self.mode = mode;
        self.reconsider();
    }

    /// Whether only the application begins draws.
    pub(crate) fn is_manual(&self) -> bool {
        self.mode == UpdateMode::Manual
    }

    /// At most so many draws a second; none, zero, negative or not a number: no limit.
    pub(crate) fn set_max_fps(&mut self, fps: Option<f64>) {
        self.min_gap = fps.and_then(gap).unwrap_or_default();
        self.reconsider();
    }

    /// At most so many draws a second, whatever the application says.
    pub(crate) fn set_cap(&mut self, fps: f64) {
        self.cap = gap(fps).unwrap_or_default();
        self.reconsider();
    }

    /// The shortest time between draws now.
    fn gap(&self) -> Duration {
        match self.mode {
            UpdateMode::Fastest => self.cap,
            _ => self.min_gap.max(self.cap),
        }
    }

    fn reconsider(&mut self) {
        self.free_at = self.last.map(|last| last + self.gap());
    }

    /// At least so many draws a second in on-demand mode; none, zero, negative or not a number: as
    /// few as are asked for.
    pub(crate) fn set_min_fps(&mut self, fps: Option<f64>) {
        self.max_gap = fps.and_then(gap);
    }

    pub(crate) fn request(&mut self) {
        self.requested = true;
    }

    /// Asks for a draw at `at`; the earliest of several wishes counts, and after its draw no other.
    pub(crate) fn request_at(&mut self, at: Instant) {
        self.requested_at = Some(self.requested_at.map_or(at, |earlier| earlier.min(at)));
    }

    /// When the next draw is due. Demand is the caller's question.
    pub(crate) fn next(&self, now: Instant) -> Due {
        let wanted_at = match self.mode {
            UpdateMode::Manual => return Due::Never,
            UpdateMode::Fastest | UpdateMode::Continuous => now,
            UpdateMode::OnDemand if self.requested => now,
            UpdateMode::OnDemand => {
                let repeated = match (self.max_gap, self.last) {
                    (None, _) => None,
                    (Some(_), None) => Some(now),
                    (Some(gap), Some(last)) => Some(last + gap),
                };
                match repeated.into_iter().chain(self.requested_at).min() {
                    None => return Due::Never,
                    Some(at) => at,
                }
            }
        };
        let at = self.free_at.map_or(wanted_at, |free| wanted_at.max(free));
        if at <= now { Due::Now } else { Due::At(at) }
    }

    /// When the rate limit lets a frame be presented, whatever the mode: the program brings frames when
    /// it likes.
    pub(crate) fn next_free(&self, now: Instant) -> Due {
        self.free_at.filter(|at| *at > now).map_or(Due::Now, Due::At)
    }

    /// A draw begins now. Returns the seconds since the last one began; 0.0 for the first.
    pub(crate) fn begin(&mut self, now: Instant) -> f64 {
        let step = self.last.map_or(0.0, |last| now.saturating_duration_since(last).as_secs_f64());
        // The next one is due a gap after this one *was* due, so that waking a little late each
        // time does not lower the rate; but never to make up for more than one gap.
        let due = match self.free_at {
            Some(free) if free <= now && now < free + self.gap() => free,
            _ => now,
        };
        self.free_at = Some(due + self.gap());
        self.last = Some(now);
        self.requested = false;
        self.requested_at = self.requested_at.filter(|at| *at > now);
        step
    }
}

fn gap(fps: f64) -> Option<Duration> {
    /// As good as never, and a time that can be added to any other.
    const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    let usable = fps.is_finite() && fps > 0.0;
    usable.then(|| Duration::try_from_secs_f64(1.0 / fps).map_or(LONGEST, |it| it.min(LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn at(schedule: &Schedule, now: Instant) -> Option<Instant> {
        match schedule.next(now) {
            Due::Now => Some(now),
            Due::At(at) => Some(at),
            Due::Never => None,
        }
    }

    #[test]
    fn on_demand_draws_once_at_first_and_then_when_asked() {
        let start = Instant::now();
        let mut schedule = Schedule::new(UpdateMode::OnDemand);
        assert_eq!(schedule.next(start), Due::Now);
        schedule.begin(start);
        assert_eq!(schedule.next(start + 1000 * MS), Due::Never);
        schedule.request();
        assert_eq!(schedule.next(start + 1000 * MS), Due::Now);
    }

    #[test]
    fn a_request_right_after_a_draw_waits_for_the_rate_limit() {
        let start = Instant::now();
        let mut schedule = Schedule::new(UpdateMode::OnDemand);
        schedule.set_max_fps(Some(10.0));
        schedule.begin(start);
        schedule.request();
        assert_eq!(schedule.next(start + 30 * MS), Due::At(start + 100 * MS));
        assert_eq!(schedule.next(start + 100 * MS), Due::Now);
    }

    #[test]
    fn continuous_keeps_its_rate_though_every_wake_is_late() {
        let start = Instant::now();
        let mut schedule = Schedule::new(UpdateMode::Continuous);
        schedule.set_max_fps(Some(100.0));
        let mut now = start;
        let mut draws = 0;
        while now < start + 1000 * MS {
            now = at(&schedule, now).unwrap() + MS;
            schedule.begin(now);
            draws += 1;
        }
        assert!((99..=101).contains(&draws), "{draws}");
    }

    #[test]
    fn a_long_pause_is_not_made_up_for_by_a_burst() {
        let start = Instant::now();
        let mut schedule = Schedule::new(UpdateMode::Continuous);
        schedule.set_max_fps(Some(100.0));
        schedule.begin(start);
        let late = start + 5000 * MS;
        schedule.begin(late);
        assert_eq!(schedule.next(late), Due::At(late + 10 * MS));
    }

    #[test]
    fn fastest_knows_no_limit_and_manual_never_draws() {
        let start = Instant::now();
        let mut schedule = Schedule::new(UpdateMode::Fastest);
        schedule.begin(start);
        assert_eq!(schedule.next(start), Due::Now);
        schedule.set_mode(UpdateMode::Manual);
        schedule.request();
        assert_eq!(schedule.next(start + 1000 * MS), Due::Never);
    }

    #[test]
    fn the_users_cap_counts_in_every_mode_and_over_the_applications_rate() {
        let start = Instant::now();
        let mut schedule = Schedule::new(UpdateMode::Fastest);
        schedule.set_cap(10.0);
        schedule.begin(start);
        assert_eq!(schedule.next(start), Due::At(start + 100 * MS));
        schedule.set_mode(UpdateMode::Continuous);
        schedule.set_max_fps(Some(1000.0));
        assert_eq!(schedule.next(start), Due::At(start + 100 * MS));
        schedule.set_max_fps(Some(5.0));
        assert_eq!(schedule.next(start), Due::At(start + 200 * MS));
    }

    #[test]
    fn a_draw_at_a_time_comes_then_and_once() {
        let start = Instant::now();
        let mut schedule = Schedule::new(UpdateMode::OnDemand);
        schedule.begin(start);
        assert_eq!(schedule.next(start), Due::Never);
        schedule.request_at(start + 500 * MS);
        schedule.request_at(start + 300 * MS);
        schedule.request_at(start + 900 * MS);
        assert_eq!(schedule.next(start), Due::At(start + 300 * MS));
        // A draw before that does not take its place.
        schedule.request();
        schedule.begin(start + 100 * MS);
        assert_eq!(schedule.next(start + 100 * MS), Due::At(start + 300 * MS));
        schedule.begin(start + 300 * MS);
        assert_eq!(schedule.next(start + 300 * MS), Due::Never, "the earliest only");
        // The frame rate's limit holds, and a time that is over means now.
        schedule.set_max_fps(Some(10.0));
        schedule.request_at(start);
        assert_eq!(schedule.next(start + 350 * MS), Due::At(start + 400 * MS));
        assert_eq!(schedule.next(start + 400 * MS), Due::Now);
    }

    #[test]
    fn min_fps_draws_though_nobody_asks() {
        let start = Instant::now();
        let mut schedule = Schedule::new(UpdateMode::OnDemand);
        schedule.set_min_fps(Some(2.0));
        schedule.begin(start);
        assert_eq!(schedule.next(start), Due::At(start + 500 * MS));
        assert_eq!(schedule.next(start + 500 * MS), Due::Now);
    }

    #[test]
    fn the_step_is_the_time_between_draws() {
        let start = Instant::now();
        let mut schedule = Schedule::new(UpdateMode::Continuous);
        assert_eq!(schedule.begin(start), 0.0);
        assert_eq!(schedule.begin(start + 250 * MS), 0.25);
    }

    #[test]
    fn absurd_rates_mean_no_limit_and_do_not_panic() {
        let start = Instant::now();
        for fps in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let mut schedule = Schedule::new(UpdateMode::Continuous);
            schedule.set_max_fps(Some(fps));
            schedule.set_min_fps(Some(fps));
            schedule.begin(start);
            assert_eq!(schedule.next(start), Due::Now, "{fps}");
        }
        for fps in [1e-300, 6e-20, 1e-12] {
            let mut schedule = Schedule::new(UpdateMode::Continuous);
            schedule.set_max_fps(Some(fps));
            schedule.begin(start);
            assert!(matches!(schedule.next(start), Due::At(_)));
            let mut schedule = Schedule::new(UpdateMode::OnDemand);
            schedule.set_min_fps(Some(fps));
            schedule.begin(start);
            assert!(matches!(schedule.next(start), Due::At(_)));
        }
    }
}
