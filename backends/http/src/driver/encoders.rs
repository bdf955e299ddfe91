//! The threads that compare and encode the frames of one canvas: the newest only, each tile once
//! for everybody, and only when somebody has room for it. All cores work on one frame.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use framecast_api::{Error, Frame, Result};

use super::canvas::Canvas;

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
    // hub is changed before a waker is called, and a job that was taken is done in any case.
    while let Some((job, wake)) = canvas.wait_for_job() {
        let _ = catch_unwind(AssertUnwindSafe(|| canvas.wake(wake)));
        let failed = job.failure();
        let is_stale = |frame: &Frame, seen: &mut u64| canvas.is_stale(frame, seen);
        let done = catch_unwind(AssertUnwindSafe(|| job.run(is_stale)));
        let done = done.unwrap_or(failed);
        let _ = catch_unwind(AssertUnwindSafe(|| canvas.done(done)));
    }
}

/// Does all the work there is now, in this thread.
pub(crate) fn encode_all(canvas: &Canvas) {
    while let Some(job) = canvas.take_job() {
        canvas.done(job.run(|_, _| false));
    }
}
