//! How many unacknowledged pictures one client may have: enough to fill the link to it, few
//! enough that none of them grows old in a queue. Pure: `now` is passed in.
//!
//! The shortest time in which a picture was acknowledged is taken for the round trip without a queue
//! (network, decoding and painting). What an acknowledgement takes longer was spent in a
//! queue; from that follows how many pictures stand in it (as in TCP Vegas). The window grows
//! while there is next to none and somebody waits for a slot, and shrinks when there are several.
//!
//! Acknowledgements also tell how many bytes a second reach the client (as in TCP BBR). Small
//! pictures on a fast link make that too little: it says how long a large picture takes at most.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use network::{Delivery, Network};

use crate::video::VideoRung;

mod network;
#[cfg(test)]
mod simulated;

/// A new client: one picture in flight, one being made.
const FIRST_WINDOW: usize = 2;
/// 60 pictures a second at 0.4 seconds.
const MAX_WINDOW: usize = 24;
/// A picture never waits longer than about this in a queue.
const MAX_QUEUE: Duration = Duration::from_millis(100);
/// After a queue grew too long, the window does not grow for this long.
const HOLD: Duration = Duration::from_secs(1);
/// A measured round trip that is this old is measured anew, if the client is held back by it. It takes
/// two round trips, in which little is sent; that is how often it may be,
const REMEASURE_AFTER: Duration = Duration::from_secs(5);
/// and not before it has been used for so many round trips.
const REMEASURE_AFTER_TRIPS: u32 = 20;
/// With a round trip that is at least this long, the window doubles with every round trip at first. Else adding
/// one is quick enough, and never too much.
const LONG_RTT: Duration = Duration::from_millis(150);
/// A queue that is shorter than this part of the round trip is none.
const NO_QUEUE: u32 = 8;
/// A round trip that takes longer by no more than this part is confirmed.
const SAME_RTT: u32 = 16;
/// A picture that met no queue of ours may have met that of others, or the round trip has become longer.
/// Others give way within a few pictures, so it counts for one in this many parts.
const LONGER: u32 = 4;
/// Pictures in the queue below which the window grows, and above which it shrinks.
const QUEUED: (f64, f64) = (1.0, 2.0);

/// By which share of the difference a picture that came slower or quicker than the known rate
/// changes it. Many links carry a small picture quicker than a large one, so small ones raise it
/// slowly.
const FALL: f64 = 0.125;
const RISE: f64 = 0.03125;

/// One client's window.
#[derive(Debug)]
pub(crate) struct Pacing {
    window: usize,
    /// Sent and not acknowledged, oldest first; at most `window` when the newest was sent.
    in_flight: VecDeque<Sent>,
    min_rtt: Option<MinRtt>,
    /// The round trip is long, and there never was a queue.
    opening: bool,
    shrink_after: Option<Instant>,
    grow_after: Option<Instant>,
    /// Nothing is sent until all is acknowledged, so that the next picture measures the round trip.
    remeasuring: bool,
    /// Bytes of acknowledged pictures.
    delivered: u64,
    /// Since when the link has been busy with what is in flight: the last acknowledgement, or the
    /// first picture after all were acknowledged.
    busy_since: Option<Instant>,
    /// Bytes a second.
    rate: Option<f64>,
    network: Network,
}

#[derive(Debug)]
struct Sent {
    update: u32,
    bytes: usize,
    at: Instant,
    /// `delivered` and `busy_since` at that time.
    delivered: u64,
    busy_since: Instant,
    /// How many were in flight with it.
    among: usize,
    /// At least half of what the window allowed then: the client has use for a larger one (the rule of
    /// Linux' TCP in slow start).
    used: bool,
}

/// The shortest time to an acknowledgement.
#[derive(Debug, Clone, Copy)]
struct MinRtt {
    time: Duration,
    measured: Instant,
}

impl Pacing {
    pub(crate) fn new() -> Self {
        Self {
            window: FIRST_WINDOW,
            in_flight: VecDeque::new(),
            min_rtt: None,
            opening: true,
            shrink_after: None,
            grow_after: None,
            remeasuring: false,
            delivered: 0,
            busy_since: None,
            rate: None,
            network: Network::new(),
        }
    }

    /// How many more pictures may be sent now.
    pub(crate) fn free(&self) -> usize {
        if self.remeasuring && !self.in_flight.is_empty() {
            return 0;
        }
        self.window.saturating_sub(self.in_flight.len())
    }

    /// Whether every picture was acknowledged.
    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight.is_empty()
    }

    /// The newest picture that was not acknowledged.
    pub(crate) fn newest(&self) -> Option<u32> {
        self.in_flight.back().map(|sent| sent.update)
    }

    /// A picture of `bytes` bytes is being sent.
    pub(crate) fn sent(&mut self, update: u32, bytes: usize, now: Instant) {
        let among = self.in_flight.len() + 1;
        let busy_since = self.busy_since.filter(|_| among > 1).unwrap_or(now);
        self.busy_since = Some(busy_since);
        let delivered = self.delivered;
        let used = among * 2 >= self.window;
        let sent = Sent { update, bytes, at: now, delivered, busy_since, among, used };
        self.in_flight.push_back(sent);
    }

    /// The client painted `update`, and every one before it. `client`: how long it says it took
    /// from receiving to painting. Returns whether `update` was in flight.
    pub(crate) fn acknowledged(
        &mut self,
        update: u32,
        client: Option<Duration>,
        now: Instant,
    ) -> bool {
        let Some(index) = self.in_flight.iter().position(|sent| sent.update == update) else {
            return false;
        };
        let mut newest = None;
        for sent in self.in_flight.drain(..=index) {
            self.delivered += sent.bytes as u64;
            newest = Some(sent);
        }
        self.busy_since = Some(now);
        if let Some(sent) = newest {
            self.measured_rate(&sent, now);
            let time = now.saturating_duration_since(sent.at);
            let full = sent.among >= self.window;
            self.measured(&sent, now);
            let client = client.unwrap_or_default().min(time);
            let network = time - client;
            self.network.measured(&Delivery {
                time: network,
                bytes: sent.bytes,
                full,
                alone: sent.among == 1,
                at: now,
            });
        }
        true
    }

    /// JPEG quality of what is sent next.
    pub(crate) fn quality(&self) -> u8 {
        self.network.quality()
    }

    /// The rung of video for what is sent next; `None`: tiles are better. `always`: they are not, whatever the link
    /// carries.
    pub(crate) fn rung(&self, always: bool) -> Option<VideoRung> {
        self.network.rung().or(always.then_some(network::BEST_VIDEO))
    }

    /// Video may be sent, where this part of the picture moves; `None`: it may not.
    pub(crate) fn allow_video(&mut self, moves: Option<f64>) {
        self.network.allow_video(moves);
    }

    /// Video is sent of this rung, which may be lower than what [`rung`](Self::rung) says; `None`: tiles are.
    pub(crate) fn set_sent(&mut self, rung: Option<VideoRung>) {
        self.network.set_sent(rung);
    }

    /// Bytes that may be sent besides what changed, without delaying what changes next by much
    /// more than [`network::SLICE`].
    pub(crate) fn spare(&self) -> usize {
        self.network.spare()
    }

    /// Bytes a second that reach the client; too little while only small pictures are sent.
    pub(crate) fn rate(&self) -> Option<f64> {
        self.rate
    }

    /// The shortest time to an acknowledgement, lately.
    pub(crate) fn min_rtt(&self) -> Option<Duration> {
        self.min_rtt.map(|rtt| rtt.time)
    }

    /// What is in flight will not be acknowledged.
    pub(crate) fn forget_in_flight(&mut self) {
        self.in_flight.clear();
    }

    /// How long a picture of `bytes` bytes keeps the link busy; `None` while nothing was
    /// acknowledged.
    pub(crate) fn time_for(&self, bytes: usize) -> Option<Duration> {
        // Longer than a duration can be: it does not matter how much.
        let time = |rate| Duration::try_from_secs_f64(bytes as f64 / rate).unwrap_or(Duration::MAX);
        self.rate.map(time)
    }

    fn measured_rate(&mut self, sent: &Sent, now: Instant) {
        let time = now.saturating_duration_since(sent.busy_since);
        let rate = (self.delivered - sent.delivered) as f64 / time.as_secs_f64().max(1e-6);
        self.rate = Some(match self.rate {
            Some(before) => {
                let share = if rate < before { FALL } else { RISE };
                before + (rate - before) * share
            }
            None => rate,
        });
    }

    /// What `sent`, which took `time`, tells of the round trip. A shorter time is believed at once; a longer
    /// one only where it met no queue of ours.
    fn measured_rtt(&mut self, sent: &Sent, time: Duration, now: Instant) -> MinRtt {
        let mut rtt = self.min_rtt.unwrap_or(MinRtt { time, measured: now });
        let alone = sent.among == 1;
        if time > rtt.time && time - rtt.time <= rtt.time / SAME_RTT {
            rtt.measured = now;
        } else if time <= rtt.time || alone && self.remeasuring {
            rtt = MinRtt { time, measured: now };
        } else if alone {
            rtt.time += (time - rtt.time) / LONGER;
        }
        self.remeasuring &= !alone;
        self.min_rtt = Some(rtt);
        rtt
    }

    fn measured(&mut self, sent: &Sent, now: Instant) {
        let time = now.saturating_duration_since(sent.at);
        let rtt = self.measured_rtt(sent, time, now);
        let queue = time.saturating_sub(rtt.time);
        let queued = sent.among as f64 * queue.as_secs_f64() / time.as_secs_f64().max(1e-6);
        // Only a picture that filled the window tells what a larger one would do.
        let full = sent.among >= self.window;
        let shrinks = self.shrink_after.is_none_or(|after| now >= after);
        self.opening &= rtt.time >= LONG_RTT && queue < rtt.time / NO_QUEUE;
        let grows = full || self.opening && sent.used;
        let grows = grows && self.grow_after.is_none_or(|after| now >= after);
        if queue > MAX_QUEUE {
            self.grow_after = Some(now + HOLD);
            if shrinks {
                self.window = (self.window / 2).max(1);
                // What is in flight now still met the longer queue.
                self.shrink_after = Some(now + time);
            }
        } else if queued > QUEUED.1 {
            if shrinks && self.window > FIRST_WINDOW {
                self.window -= 1;
                self.shrink_after = Some(now + time);
            }
        } else if queued < QUEUED.0 && grows {
            self.window = (self.window + 1).min(MAX_WINDOW);
        }
        let old = REMEASURE_AFTER.max(rtt.time * REMEASURE_AFTER_TRIPS);
        if full && now.saturating_duration_since(rtt.measured) > old {
            self.remeasuring = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    const MS: Duration = Duration::from_millis(1);
    const SIZE: usize = 40_000;

    /// A client behind a network and a slow decoder, and an application that draws at most
    /// `fps` frames a second.
    struct Scene {
        fps: u32,
        /// There and back.
        network: Duration,
        decode: Duration,
    }

    struct Outcome {
        fps: f64,
        /// The longest time a picture waited for the decoder, in the second half.
        queue: Duration,
    }

    impl Scene {
        fn play(&self, pacing: &mut Pacing, from: Instant, seconds: u32) -> Outcome {
            let end = from + Duration::from_secs(seconds.into());
            let half = from + Duration::from_secs(seconds.into()) / 2;
            let frame = Duration::from_secs(1) / self.fps;
            let (mut now, mut next_frame, mut free_decoder) = (from, from, from);
            let mut acks = BinaryHeap::new();
            let (mut update, mut shown, mut queue) = (0_u32, 0_u32, Duration::ZERO);
            while now < end {
                while let Some(&Reverse((at, update))) = acks.peek()
                    && at <= now
                {
                    acks.pop();
                    assert!(pacing.acknowledged(update, None, at));
                    shown += u32::from(at >= half);
                }
                if now >= next_frame && pacing.free() > 0 {
                    update += 1;
                    pacing.sent(update, SIZE, now);
                    next_frame = now + frame;
                    let arrives = now + self.network / 2;
                    let starts = free_decoder.max(arrives);
                    free_decoder = starts + self.decode;
                    if now >= half {
                        queue = queue.max(starts - arrives);
                    }
                    acks.push(Reverse((free_decoder + self.network / 2, update)));
                }
                now += MS;
            }
            // Leave nothing behind for the next scene.
            while let Some(Reverse((at, update))) = acks.pop() {
                pacing.acknowledged(update, None, at);
            }
            Outcome { fps: f64::from(shown) / f64::from(seconds) * 2.0, queue }
        }
    }

    #[test]
    fn a_client_that_never_acknowledges_gets_the_first_window_and_then_nothing() {
        let mut pacing = Pacing::new();
        let now = Instant::now();
        let mut sent = 0;
        while pacing.free() > 0 {
            pacing.sent(sent, SIZE, now);
            sent += 1;
        }
        assert_eq!(sent as usize, FIRST_WINDOW);
        assert!(!pacing.is_idle());
    }

    #[test]
    fn sixty_pictures_a_second_reach_a_client_a_tenth_of_a_second_away() {
        let scene = Scene { fps: 60, network: 100 * MS, decode: 5 * MS };
        let outcome = scene.play(&mut Pacing::new(), Instant::now(), 10);
        assert!(outcome.fps > 55.0, "{} fps", outcome.fps);
        assert!(outcome.queue < 30 * MS, "{:?}", outcome.queue);
    }

    #[test]
    fn a_near_client_gets_every_frame_at_once() {
        let scene = Scene { fps: 60, network: 2 * MS, decode: 8 * MS };
        let outcome = scene.play(&mut Pacing::new(), Instant::now(), 4);
        assert!(outcome.fps > 55.0, "{} fps", outcome.fps);
    }

    #[test]
    fn a_slow_decoder_is_kept_busy_without_a_long_queue() {
        for (network, decode) in [(2, 50), (100, 50), (20, 30), (200, 25)] {
            let scene = Scene { fps: 60, network: MS * network, decode: MS * decode };
            let outcome = scene.play(&mut Pacing::new(), Instant::now(), 30);
            let most = 1000.0 / f64::from(decode);
            assert!(outcome.fps > most * 0.75, "{network} {decode}: {} fps", outcome.fps);
            assert!(outcome.queue <= 160 * MS, "{network} {decode}: {:?}", outcome.queue);
        }
    }

    #[test]
    fn a_very_slow_client_has_one_picture_at_a_time_most_of_the_time() {
        let scene = Scene { fps: 60, network: 2 * MS, decode: 300 * MS };
        let mut pacing = Pacing::new();
        let outcome = scene.play(&mut pacing, Instant::now(), 30);
        assert!(outcome.fps > 2.5, "{} fps", outcome.fps);
        assert!(outcome.queue <= 310 * MS, "{:?}", outcome.queue);
        assert!(pacing.window <= 2, "{}", pacing.window);
    }

    #[test]
    fn the_window_recovers_when_the_network_becomes_longer() {
        let start = Instant::now();
        let mut pacing = Pacing::new();
        Scene { fps: 60, network: 10 * MS, decode: 2 * MS }.play(&mut pacing, start, 5);
        let later = start + Duration::from_secs(6);
        let scene = Scene { fps: 60, network: 150 * MS, decode: 2 * MS };
        let outcome = scene.play(&mut pacing, later, 60);
        assert!(outcome.fps > 50.0, "{} fps", outcome.fps);
    }

    #[test]
    fn a_late_or_made_up_acknowledgement_changes_nothing() {
        let mut pacing = Pacing::new();
        let now = Instant::now();
        pacing.sent(1, SIZE, now);
        pacing.sent(2, SIZE, now);
        assert!(!pacing.acknowledged(7, None, now));
        assert_eq!(pacing.free(), 0);
        assert!(pacing.acknowledged(2, None, now + MS), "it covers the one before");
        assert!(pacing.is_idle());
        assert!(!pacing.acknowledged(1, None, now + MS));
        assert!(!pacing.acknowledged(2, None, now + MS));
    }

    #[test]
    fn acknowledgements_at_the_same_instant_do_no_harm() {
        let mut pacing = Pacing::new();
        let now = Instant::now();
        for update in 0..1000 {
            pacing.sent(update, SIZE, now);
            assert!(pacing.acknowledged(update, None, now));
        }
        assert!(pacing.window <= MAX_WINDOW);
    }

    /// Bytes a second that are found when the link carries `rate`, with `window` pictures in flight.
    fn found(rate: f64, window: usize, latency: Duration) -> f64 {
        let mut pacing = Pacing::new();
        let transfer = Duration::from_secs_f64(SIZE as f64 / rate);
        let (mut now, mut free, mut acks) = (Instant::now(), Instant::now(), VecDeque::new());
        for update in 0..200 {
            pacing.sent(update, SIZE, now);
            free = free.max(now) + transfer;
            acks.push_back((free + latency, update));
            if acks.len() == window {
                let (at, update) = acks.pop_front().unwrap();
                now = now.max(at);
                pacing.acknowledged(update, None, now);
            }
        }
        1e6 / pacing.time_for(1_000_000).unwrap().as_secs_f64()
    }

    #[test]
    fn the_rate_of_a_slow_way_is_found_and_never_made_too_large() {
        for rate in [30e3, 250e3, 1e6] {
            for window in [1, 2, 4, 16] {
                let found = found(rate, window, 20 * MS);
                let least = if window == 1 { 0.6 } else { 0.95 };
                let fine = rate * least..rate * 1.02;
                assert!(fine.contains(&found), "{rate} {window}: {found}");
            }
        }
    }

    #[test]
    fn nothing_is_said_about_the_rate_before_an_acknowledgement() {
        let mut pacing = Pacing::new();
        let now = Instant::now();
        pacing.sent(1, SIZE, now);
        assert_eq!(pacing.time_for(1), None);
        assert!(pacing.acknowledged(1, None, now + 1000 * MS));
        assert_eq!(pacing.time_for(SIZE * 3), Some(3000 * MS));
    }

    #[test]
    fn quick_small_pictures_hardly_change_what_a_slow_large_one_told() {
        let mut pacing = Pacing::new();
        let now = Instant::now();
        pacing.sent(0, 20 * SIZE, now);
        assert!(pacing.acknowledged(0, None, now + 2000 * MS));
        for update in 1..=10 {
            let now = now + 3000 * MS * update;
            pacing.sent(update, SIZE, now);
            assert!(pacing.acknowledged(update, None, now + 20 * MS), "five times as quick");
        }
        let time = pacing.time_for(20 * SIZE).unwrap();
        assert!((900 * MS..2000 * MS).contains(&time), "{time:?}");
    }

    #[test]
    fn the_rate_follows_a_way_that_becomes_slower() {
        let mut pacing = Pacing::new();
        let mut now = Instant::now();
        for (update, time) in (0..41).zip([10 * MS].into_iter().chain([1000 * MS; 40])) {
            pacing.sent(update, SIZE, now);
            now += time;
            assert!(pacing.acknowledged(update, None, now));
        }
        let time = pacing.time_for(SIZE).unwrap();
        assert!((600 * MS..1001 * MS).contains(&time), "{time:?}");
    }
}
