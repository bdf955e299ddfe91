//! The time of one connection: hello, ping, silence, stalled writes, the end of its link, and floods.
//! Pure: `now` is passed in, and its driver sets one timer, to [`Session::deadline`].

use std::time::{Duration, Instant};

use crate::identity::Grant;
use crate::limits::LONGEST;
use crate::token_bucket::TokenBucket;

/// What a WebSocket frame counts for, in bytes, besides its own: an empty one costs time too.
const FRAME_COST: usize = 64;

/// The limits of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Messages per second, and in one burst.
    pub messages_per_second: u32,
    /// Bytes per second, and in one burst.
    pub bytes_per_second: u32,
    /// How long a client may take to send `hello`.
    pub hello_time: Duration,
    /// How long a connection may take none of the bytes that are written to it.
    pub write_stall: Duration,
    /// How long a client may be silent before it is sent a ping.
    pub ping_after: Duration,
    /// How long a client may be silent before it counts as gone.
    pub dead_after: Duration,
    /// How long the current message may take when a client is sent away.
    pub close_timeout: Duration,
}

/// Why a connection must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// The client sent more than it may.
    Flood,
    /// The client did not send `hello` in time.
    NoHello,
    /// The client was silent for too long.
    Silent,
    /// The connection took no bytes for too long.
    Stalled,
    /// Its link expired or was revoked.
    LinkEnded,
    /// The client was sent away and does not take its last message in time.
    Overdue,
}

/// What a session has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Send a ping.
    Ping,
    /// End the connection.
    End(Violation),
}

/// The time limits and rates of one connection.
#[derive(Debug)]
pub struct Session {
    limits: SessionLimits,
    began: Instant,
    /// When something was heard from the other side.
    heard: Instant,
    pinged: Instant,
    /// While something is written: when bytes were last taken, or the write began.
    moved: Option<Instant>,
    /// The last write could take nothing.
    blocked: bool,
    messages: TokenBucket,
    /// Messages are counted elsewhere, but a stream of fragments or of half a frame is no message
    /// for a long time.
    bytes: TokenBucket,
    grant: Option<Grant>,
    sent_away: Option<Instant>,
}

impl Session {
    /// Starts a session for a connection that begins now.
    #[must_use]
    pub fn new(limits: SessionLimits, now: Instant) -> Self {
        let limits = SessionLimits {
            hello_time: limits.hello_time.min(LONGEST),
            write_stall: limits.write_stall.min(LONGEST),
            ping_after: limits.ping_after.min(LONGEST),
            dead_after: limits.dead_after.min(LONGEST),
            close_timeout: limits.close_timeout.min(LONGEST),
            ..limits
        };
        Self {
            began: now,
            heard: now,
            pinged: now,
            moved: None,
            blocked: false,
            messages: TokenBucket::new(limits.messages_per_second, now),
            bytes: TokenBucket::new(limits.bytes_per_second, now),
            grant: None,
            sent_away: None,
            limits,
        }
    }

    /// Counts received bytes, and the frames that began in them.
    ///
    /// # Errors
    /// [`Violation::Flood`] if these exceed the limits.
    pub fn read(&mut self, bytes: usize, frames: usize, now: Instant) -> Result<(), Violation> {
        self.heard = now;
        let cost = (bytes + frames * FRAME_COST) as f64;
        if self.bytes.take(cost, now) { Ok(()) } else { Err(Violation::Flood) }
    }

    /// Counts a received message.
    ///
    /// # Errors
    /// [`Violation::Flood`] if it exceeds the limit.
    pub fn message(&mut self, now: Instant) -> Result<(), Violation> {
        if self.messages.take(1.0, now) { Ok(()) } else { Err(Violation::Flood) }
    }

    /// Notes that the client joined with `grant`.
    pub fn joined(&mut self, grant: Grant) {
        self.grant = Some(grant);
    }

    /// Notes that writing a message begins.
    pub fn begins_to_write(&mut self, now: Instant) {
        self.moved = Some(now);
    }

    /// Notes that the message is written.
    pub fn ends_to_write(&mut self) {
        self.moved = None;
    }

    /// Notes that the connection took bytes, or, if `blocked`, none.
    pub fn wrote(&mut self, blocked: bool, now: Instant) {
        if blocked {
            self.blocked = true;
            return;
        }
        if let Some(moved) = &mut self.moved {
            *moved = now;
        }
        // Room after there was none: the other side took something.
        if std::mem::take(&mut self.blocked) {
            self.heard = now;
        }
    }

    /// Notes that the client is sent away.
    pub fn is_sent_away(&mut self, now: Instant) {
        self.sent_away.get_or_insert(now);
    }

    /// Returns what is due now, if anything. Call it again at [`deadline`](Self::deadline), and when the client
    /// joined or its link was revoked.
    pub fn due(&mut self, now: Instant) -> Option<Due> {
        let limits = &self.limits;
        if self.grant.as_ref().is_some_and(|grant| grant.is_over(now)) {
            return Some(Due::End(Violation::LinkEnded));
        }
        let passed = |since: Instant, time: Duration| now >= since + time;
        if self.grant.is_none() && passed(self.began, limits.hello_time) {
            return Some(Due::End(Violation::NoHello));
        }
        if self.moved.is_some() && self.sent_away.is_some_and(|at| passed(at, limits.close_timeout))
        {
            return Some(Due::End(Violation::Overdue));
        }
        if passed(self.heard, limits.dead_after) {
            return Some(Due::End(Violation::Silent));
        }
        if self.moved.is_some_and(|at| passed(at, limits.write_stall)) {
            return Some(Due::End(Violation::Stalled));
        }
        if passed(self.heard.max(self.pinged), limits.ping_after) {
            self.pinged = now;
            return Some(Due::Ping);
        }
        None
    }

    /// Returns the latest time at which to call [`due`](Self::due).
    #[must_use]
    pub fn deadline(&self, now: Instant) -> Instant {
        let limits = &self.limits;
        // What is written next may stall.
        let stall = self.moved.unwrap_or(now) + limits.write_stall;
        let dead = self.heard + limits.dead_after;
        let ping = self.heard.max(self.pinged) + limits.ping_after;
        let hello = self.grant.is_none().then(|| self.began + limits.hello_time);
        let expires = self.grant.as_ref().and_then(|grant| grant.expires);
        let away = self.sent_away.map(|at| at + limits.close_timeout).filter(|at| now < *at);
        let rest = [hello, expires, away].into_iter().flatten();
        rest.fold(stall.min(dead).min(ping), Instant::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Revocation;
    use framecast_api::Role;

    const SECOND: Duration = Duration::from_secs(1);

    fn limits() -> SessionLimits {
        SessionLimits {
            messages_per_second: 10,
            bytes_per_second: 7000,
            hello_time: 5 * SECOND,
            write_stall: 10 * SECOND,
            ping_after: 12 * SECOND,
            dead_after: 30 * SECOND,
            close_timeout: SECOND,
        }
    }

    fn grant(expires: Option<Instant>, revocation: Option<Revocation>) -> Grant {
        Grant { name: "guest".into(), role: Role::Watch, expires, revocation, key: None }
    }

    /// A connection as of `start` that was let in.
    fn joined(start: Instant) -> Session {
        let mut session = Session::new(limits(), start);
        session.joined(grant(None, None));
        session
    }

    /// What is due first if `session` is asked at its deadlines only, and when.
    fn first_due(session: &mut Session, start: Instant) -> (Due, Duration) {
        let mut now = start;
        for _ in 0..100 {
            if let Some(due) = session.due(now) {
                return (due, now - start);
            }
            let deadline = session.deadline(now);
            assert!(deadline > now, "it never gets on");
            now = deadline;
        }
        panic!("nothing is ever due");
    }

    #[test]
    fn a_connection_without_a_hello_ends_in_time_and_not_before() {
        let start = Instant::now();
        let mut session = Session::new(limits(), start);
        let due = first_due(&mut session, start);
        assert_eq!(due, (Due::End(Violation::NoHello), 5 * SECOND));
        let mut session = Session::new(limits(), start);
        assert_eq!(session.due(start + 5 * SECOND - Duration::from_nanos(1)), None);
    }

    #[test]
    fn who_is_silent_is_pinged_and_then_gone_and_whatever_is_heard_puts_that_off() {
        let start = Instant::now();
        let mut session = joined(start);
        assert_eq!(first_due(&mut session, start), (Due::Ping, 12 * SECOND));
        assert_eq!(first_due(&mut session, start + 12 * SECOND), (Due::Ping, 12 * SECOND));
        let gone = first_due(&mut session, start + 24 * SECOND);
        assert_eq!(gone, (Due::End(Violation::Silent), 6 * SECOND));
        let mut session = joined(start);
        for second in (0..1000).step_by(11) {
            let now = start + SECOND * second;
            assert_eq!(session.due(now), None);
            session.read(1, 0, now).unwrap();
        }
    }

    #[test]
    fn a_write_that_moves_now_and_then_goes_on_and_one_that_does_not_has_stalled() {
        let start = Instant::now();
        let mut session = joined(start);
        session.begins_to_write(start);
        for second in 0..100 {
            let now = start + SECOND * second;
            assert_ne!(session.due(now), Some(Due::End(Violation::Stalled)));
            session.wrote(true, now);
            session.wrote(false, now);
        }
        let last = start + 99 * SECOND;
        let stalled = first_due(&mut session, last);
        assert_eq!(stalled, (Due::End(Violation::Stalled), 10 * SECOND));
        // What is taken after it was blocked was heard, too.
        session.ends_to_write();
        assert_eq!(session.due(last + 11 * SECOND), None);
    }

    #[test]
    fn a_write_that_begins_after_the_timer_was_set_is_found_stalled_in_time() {
        let start = Instant::now();
        let mut session = joined(start);
        let timer = session.deadline(start);
        let began = start + 9 * SECOND;
        session.begins_to_write(began);
        session.read(1, 0, began).unwrap();
        assert!(timer <= began + 10 * SECOND, "the timer that was set is early enough");
        assert_eq!(first_due(&mut session, timer).0, Due::End(Violation::Stalled));
    }

    #[test]
    fn a_link_that_expires_or_is_revoked_ends_its_connection() {
        let start = Instant::now();
        let mut session = Session::new(limits(), start);
        session.joined(grant(Some(start + 3 * SECOND), None));
        let due = first_due(&mut session, start);
        assert_eq!(due, (Due::End(Violation::LinkEnded), 3 * SECOND));
        let mut session = Session::new(limits(), start);
        let revocation = Revocation::default();
        session.joined(grant(None, Some(revocation.clone())));
        assert_eq!(session.due(start + SECOND), None);
        revocation.revoke();
        assert_eq!(session.due(start + SECOND), Some(Due::End(Violation::LinkEnded)));
    }

    #[test]
    fn who_is_sent_away_has_a_little_time_for_the_message_it_is_reading() {
        let start = Instant::now();
        let mut session = joined(start);
        session.begins_to_write(start);
        session.is_sent_away(start);
        assert_eq!(first_due(&mut session, start), (Due::End(Violation::Overdue), SECOND));
        let mut session = joined(start);
        session.is_sent_away(start);
        assert_ne!(session.due(start + SECOND), Some(Due::End(Violation::Overdue)));
    }

    #[test]
    fn messages_and_bytes_have_a_rate_each_and_a_frame_counts_for_more_than_its_bytes() {
        let start = Instant::now();
        let mut session = joined(start);
        assert!((0..10).all(|_| session.message(start).is_ok()));
        assert_eq!(session.message(start), Err(Violation::Flood));
        assert!(session.message(start + SECOND).is_ok());
        let mut session = joined(start);
        for _ in 0..7000 / (6 + FRAME_COST) {
            assert!(session.read(6, 1, start).is_ok());
        }
        assert_eq!(session.read(6, 1, start), Err(Violation::Flood), "though it is 600 bytes");
        let mut session = joined(start);
        assert!(session.read(6800, 1, start).is_ok(), "6800 bytes in one frame");
    }
}
