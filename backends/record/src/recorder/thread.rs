//! The thread that encodes and writes.

use std::sync::PoisonError;
use std::time::Instant;

use framecast_api::{Reporter, Result};
use log::Level;

use super::sink::Sink;
use super::{Phase, RecorderState, Shared};
use crate::words;

/// Records until the recording ends, and then completes the file.
pub(super) fn run(shared: &Shared, mut sink: Box<dyn Sink>, reporter: &Reporter) {
    let recorded = record(shared, &mut *sink);
    let now = Instant::now();
    let finished = {
        let time = {
            let mut inner = shared.lock();
            let seconds = inner.clock.seconds(now);
            let time = inner.timeline.so_far(seconds);
            inner.state.seconds = time as f64 / 1e6;
            time
        };
        sink.finish(time, now)
    };
    let mut inner = shared.lock();
    let by_itself = inner.phase == Phase::Open;
    inner.phase = Phase::Ended;
    shared.ended.notify_all();
    (inner.state.recording, inner.state.paused) = (false, false);
    inner.state.bytes = sink.bytes();
    let summary = summary(&shared.name, &inner.state);
    match recorded.and(finished) {
        Ok(()) => {
            let waker = inner.waker.clone();
            drop(inner);
            reporter.report(Level::Info, &summary);
            // Everybody is told that it has ended.
            waker.into_iter().for_each(|waker| waker.wake());
        }
        Err(error) => {
            if by_itself {
                // The engine tells the user.
                inner.failed = Some(error);
                let waker = inner.waker.clone();
                drop(inner);
                waker.into_iter().for_each(|waker| waker.wake());
            } else {
                drop(inner);
                reporter.report(Level::Error, &error.to_string());
            }
        }
    }
}

/// Takes frames and texts until the recording ends.
fn record(shared: &Shared, sink: &mut dyn Sink) -> Result<()> {
    let mut due = None;
    let mut pauses = 0;
    loop {
        let mut inner = shared.lock();
        let now = Instant::now();
        if inner.pauses != pauses {
            pauses = inner.pauses;
            // It leaves the hub, which wakes this thread.
            drop(inner);
            sink.pause(now);
            continue;
        }
        if !inner.input.is_empty() {
            let input = std::mem::take(&mut inner.input);
            let seconds = inner.clock.seconds(now);
            let time = inner.timeline.so_far(seconds);
            drop(inner);
            sink.input(&input, time)?;
            continue;
        }
        if !inner.frames.is_empty() || !inner.texts.is_empty() {
            let texts = std::mem::take(&mut inner.texts);
            let texts: Vec<_> = texts
                .into_iter()
                .map(|(seconds, text)| (inner.timeline.so_far(seconds), text))
                .collect();
            let frame = inner.frames.pop();
            let frame = frame.map(|frame| (inner.timeline.at(frame.timestamp()), frame));
            if let Some((time, _)) = frame {
                inner.state.seconds = time as f64 / 1e6;
            }
            drop(inner);
            for (time, text) in texts {
                sink.text(&text, time)?;
            }
            if let Some((time, frame)) = frame {
                sink.frame(frame, time, now)?;
            }
            due = Some(now);
            let mut inner = shared.lock();
            inner.state.bytes = sink.bytes();
            continue;
        }
        if inner.phase != Phase::Open {
            return Ok(());
        }
        if std::mem::take(&mut inner.called) {
            due = Some(now);
        }
        if due.is_some_and(|due| due <= now) && inner.timeline.has_begun() {
            let seconds = inner.clock.seconds(now);
            let time = inner.timeline.at(seconds);
            inner.state.seconds = time as f64 / 1e6;
            drop(inner);
            due = sink.advance(time, seconds, now)?;
            shared.lock().state.bytes = sink.bytes();
            continue;
        }
        // Before the first frame there is nothing to do, and the one that comes is told of.
        let mut wake_at = due.filter(|_| inner.timeline.has_begun());
        if !inner.paused && !inner.asked {
            match inner.demand.due_at().filter(|at| *at > now) {
                Some(at) => wake_at = Some(wake_at.map_or(at, |due| due.min(at))),
                None => {
                    inner.asked = true;
                    let waker = inner.waker.clone();
                    drop(inner);
                    waker.into_iter().for_each(|waker| waker.wake());
                    continue;
                }
            }
        }
        let wait = wake_at.map(|at| at.saturating_duration_since(now));
        match wait {
            Some(wait) => {
                let waited = shared.work.wait_timeout(inner, wait);
                drop(waited.unwrap_or_else(PoisonError::into_inner));
            }
            None => {
                drop(shared.work.wait(inner).unwrap_or_else(PoisonError::into_inner));
            }
        }
    }
}

/// One line about a recording that ended.
fn summary(name: &str, state: &RecorderState) -> String {
    let RecorderState { seconds, bytes, frames, dropped, .. } = state;
    if *bytes == 0 {
        return format!("{name}: nothing was shown, so there is no recording");
    }
    let size = words::size(*bytes);
    let dropped = match dropped {
        0 => String::new(),
        n => format!(", {n} left out because the encoder or the disk was too slow"),
    };
    format!("{name}: {seconds:.1} s, {size}, {frames} frames{dropped}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_tells_length_size_frames_and_what_was_left_out() {
        let mut state =
            RecorderState { seconds: 12.34, bytes: 4_200_000, frames: 371, ..Default::default() };
        assert_eq!(summary("a.fcast", &state), "a.fcast: 12.3 s, 4.2 MB, 371 frames");
        state.dropped = 5;
        assert_eq!(
            summary("a.fcast", &state),
            "a.fcast: 12.3 s, 4.2 MB, 371 frames, 5 left out because the encoder or the disk was too slow"
        );
        state.bytes = 0;
        assert!(summary("a.fcast", &state).contains("nothing was shown"));
    }
}
