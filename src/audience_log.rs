//! Lines for the operator's log: who came and went, and who drives. Pure: `now` is passed in.
//!
//! Whoever has a link can connect over and over, so lines are limited; those that are left out are
//! counted, and the next line says how many they were.

use std::time::Instant;

use framecast_api::Role;

/// So many lines may follow each other at once, such as when a hundred viewers leave.
const BURST: f64 = 240.0;
/// Lines a second after that: about 10 MB a day.
const PER_SECOND: f64 = 1.0;
/// Characters of a label or a title.
const LONGEST: usize = 160;

#[derive(Debug)]
pub(crate) struct AudienceLog {
    tokens: f64,
    at: Option<Instant>,
    left_out: u64,
}

impl Default for AudienceLog {
    fn default() -> Self {
        Self { tokens: BURST, at: None, left_out: 0 }
    }
}

impl AudienceLog {
    pub(crate) fn joined(&mut self, title: &str, label: &str, role: Role, now: Instant) -> Line {
        self.line(title, now, || format!("{} joined; may {}", short(label), role.name()))
    }

    pub(crate) fn left(&mut self, title: &str, label: &str, reason: &str, now: Instant) -> Line {
        self.line(title, now, || match reason {
            "" => format!("{} left", short(label)),
            reason => format!("{} left: {}", short(label), short(reason)),
        })
    }

    /// `label`: who drives now; `None`: nobody.
    pub(crate) fn control(&mut self, title: &str, label: Option<&str>, now: Instant) -> Line {
        self.line(title, now, || format!("{} drives", label.map_or("nobody".into(), short)))
    }

    fn line(&mut self, title: &str, now: Instant, event: impl FnOnce() -> String) -> Line {
        let since = self.at.replace(now).map_or(0.0, |at| now.duration_since(at).as_secs_f64());
        self.tokens = (self.tokens + since * PER_SECOND).min(BURST);
        if self.tokens < 1.0 {
            self.left_out += 1;
            return None;
        }
        self.tokens -= 1.0;
        let more = match std::mem::take(&mut self.left_out) {
            0 => String::new(),
            count => format!(" ({count} events before this one were left out)"),
        };
        Some(format!("{}: {}{more}", short(title), event()))
    }
}

/// A line, unless there were too many.
pub(crate) type Line = Option<String>;

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_line_says_who_what_and_why() {
        let (mut log, now) = (AudienceLog::default(), Instant::now());
        let who = "guest 192.0.2.7:51234";
        assert_eq!(
            log.joined("plot", who, Role::Watch, now).unwrap(),
            "plot: guest 192.0.2.7:51234 joined; may watch"
        );
        assert_eq!(log.control("plot", Some(who), now).unwrap(), format!("plot: {who} drives"));
        assert_eq!(log.control("plot", None, now).unwrap(), "plot: nobody drives");
        assert_eq!(
            log.left("plot", who, "closed by the client", now).unwrap(),
            format!("plot: {who} left: closed by the client")
        );
        let long = log.joined(&"t".repeat(5000), &"l".repeat(5000), Role::Drive, now).unwrap();
        assert!(long.chars().count() < 2 * LONGEST + 40, "{long}");
    }

    #[test]
    fn a_flood_of_reconnects_fills_nothing_and_is_counted() {
        let (mut log, start) = (AudienceLog::default(), Instant::now());
        let mut lines = Vec::new();
        // A hundred a second, for an hour.
        for step in 0..360_000 {
            let now = start + Duration::from_millis(10) * step;
            lines.extend(log.joined("plot", "guest 192.0.2.7:5", Role::Watch, now));
        }
        let most = (BURST + 3_600.0 * PER_SECOND) as usize;
        assert!((most - 2..=most + 1).contains(&lines.len()), "{}", lines.len());
        assert!(lines.last().unwrap().contains("(99 events before this one were left out)"));
        let later = start + Duration::from_secs(100_000);
        let next = log.left("plot", "guest 192.0.2.7:5", "", later).unwrap();
        assert!(next.starts_with("plot: guest 192.0.2.7:5 left"), "{next}");
        let rested = (0..1000).filter_map(|_| log.control("plot", None, later)).count();
        assert_eq!(rested, BURST as usize - 1, "it is as at first");
    }

    #[test]
    fn a_clock_that_does_not_move_on_harms_nothing() {
        let (mut log, now) = (AudienceLog::default(), Instant::now());
        let lines = (0..10_000).filter_map(|_| log.control("plot", None, now)).count();
        assert_eq!(lines, BURST as usize);
    }
}
