//! The threads that compare and encode the frames of one canvas: the newest only, each tile once
//! for everybody, and only when somebody has room for it. All cores work on one frame.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use framecast_api::{Error, Frame, Result};

use super::canvas::{Canvas, is_same};
use super::state::{Done, Work};
use super::{encode, store, whole};
use crate::tiles;

/// The most threads of one canvas.
const MOST: usize = 8;

/// Starts the threads. They end when the canvas is closed.
pub(crate) fn start(canvas: &Arc<Canvas>) -> Result<Vec<JoinHandle<()>>> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(MOST);
    (0..threads)
        .map(|_| {
            let canvas = Arc::clone(canvas);
            let thread = std::thread::Builder::new().name("framecast-encode".into());
            thread.spawn(move || run(&canvas)).map_err(|error| {
                Error::failed(format!("cannot start a thread that encodes pictures: {error}"))
                    .with_source(error)
            })
        })
        .collect()
}

fn run(canvas: &Canvas) {
    // The engine's waker is foreign code; neither its panic nor a codec's may end the stream. The
    // state is changed before a waker is called, and a job that was taken is done in any case.
    loop {
        let (work, wake) = canvas.wait_for_work();
        let _ = catch_unwind(AssertUnwindSafe(|| canvas.wake(wake)));
        let failed = match &work {
            Work::Tiles(job) => Done::Tiles(failed(job)),
            Work::Whole(job) => Done::Whole(not_encoded(job)),
            Work::Film(job) => Done::Film(not_encoded(job)),
            Work::Wait(_) => continue,
            Work::End => return,
        };
        let given_up = |frame: &Frame, seen: &mut u64| canvas.is_stale(frame, seen);
        let done = catch_unwind(AssertUnwindSafe(|| work_on(work, given_up)));
        let done = done.ok().flatten().unwrap_or(failed);
        let _ = catch_unwind(AssertUnwindSafe(|| canvas.done(done)));
    }
}

/// Does the work, if there is any. `is_stale` tells whether an exact picture is of no use any more;
/// its number is the newest frame that was looked at.
fn work_on(work: Work, is_stale: impl FnMut(&Frame, &mut u64) -> bool) -> Option<Done> {
    match work {
        Work::Tiles(job) => Some(Done::Tiles(encode_tiles(job))),
        Work::Whole(job) => Some(Done::Whole(encode_whole(job, is_stale))),
        Work::Film(job) => Some(Done::Film(encode_whole(job, is_stale))),
        Work::Wait(_) | Work::End => None,
    }
}

/// Does all the work there is now, in this thread.
pub(crate) fn encode_all(canvas: &Canvas) {
    while let Some(done) = work_on(canvas.work(), |_, _| false) {
        canvas.done(done);
    }
}

#[cfg(test)]
pub(super) fn work(work: Work) -> Option<Done> {
    work_on(work, |_, _| false)
}

fn failed(job: &store::Job) -> store::Outcome {
    match job {
        // What cannot be compared counts as changed.
        store::Job::Compare { tiles, .. } => store::Outcome::Changed(tiles.clone()),
        store::Job::Encode { tiles, coding, .. } => store::Outcome::Failed(tiles.clone(), *coding),
    }
}

fn not_encoded(job: &whole::Job) -> whole::Outcome {
    match job {
        whole::Job::First { newest, lossless, .. } => {
            whole::Outcome::NotFirst { number: newest.number, lossless: *lossless }
        }
        whole::Job::Exact { content, .. } => whole::Outcome::NotExact { content: *content },
    }
}

fn encode_tiles(job: store::Job) -> store::Outcome {
    match job {
        store::Job::Compare { before, after, grid, tiles } => {
            store::Outcome::Changed(tiles::changed(&before, &after, &grid, &tiles))
        }
        store::Job::Encode { frame, grid, tiles, coding, sampling } => {
            match tiles::encode(&frame, &grid, &tiles, coding, sampling) {
                Ok(encoded) => store::Outcome::Encoded { tiles, coding, encoded },
                Err(_) => store::Outcome::Failed(tiles, coding),
            }
        }
    }
}

fn encode_whole(
    job: whole::Job,
    mut is_stale: impl FnMut(&Frame, &mut u64) -> bool,
) -> whole::Outcome {
    match job {
        whole::Job::First { newest, before, lossless } => {
            let number = newest.number;
            if before.is_some_and(|before| is_same(&before, &newest.frame)) {
                return whole::Outcome::Same { number };
            }
            let encoded = if lossless {
                encode::png(&newest.frame, || false).map(Option::unwrap_or_default)
            } else {
                encode::jpeg(&newest.frame)
            };
            match encoded {
                Ok(bytes) => {
                    let encoded = whole::Encoded { bytes: bytes.into(), exact: lossless };
                    whole::Outcome::First { newest, encoded }
                }
                Err(_) => whole::Outcome::NotFirst { number, lossless },
            }
        }
        whole::Job::Exact { frame, content, number } => {
            let mut seen = number;
            match encode::png(&frame, || is_stale(&frame, &mut seen)) {
                Ok(Some(bytes)) => {
                    let encoded = whole::Encoded { bytes: bytes.into(), exact: true };
                    whole::Outcome::Exact { content, encoded }
                }
                Ok(None) => whole::Outcome::GivenUp,
                Err(_) => whole::Outcome::NotExact { content },
            }
        }
    }
}
