//! The thread that encodes the frames of one canvas: the newest only, each once for everybody,
//! and only when somebody has room for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use framecast_api::{Error, Result};

use super::canvas::{Canvas, is_same};
use super::encode;
use super::pictures::{Done, Work};

/// Starts the thread. It ends when the canvas is closed.
pub(crate) fn start(canvas: Arc<Canvas>) -> Result<JoinHandle<()>> {
    std::thread::Builder::new().name("framecast-encode".into()).spawn(move || run(&canvas)).map_err(
        |error| {
            Error::failed(format!("cannot start a thread that encodes pictures: {error}"))
                .with_source(error)
        },
    )
}

fn run(canvas: &Canvas) {
    // The engine's waker is foreign code; neither its panic nor a codec's may end the stream. The
    // state is changed before a waker is called, so after its panic the next round is in order.
    loop {
        let Ok(work) = catch_unwind(AssertUnwindSafe(|| canvas.wait_for_work())) else { continue };
        let failed = match &work {
            Work::Jpeg { newest, .. } => Done::NoJpeg { number: newest.number },
            Work::Png { content, .. } => Done::NoPng { content: *content },
            Work::Wait(_) => continue,
            Work::End => return,
        };
        let done = catch_unwind(AssertUnwindSafe(|| encode(canvas, work))).unwrap_or(failed);
        let _ = catch_unwind(AssertUnwindSafe(|| canvas.done(done)));
    }
}

fn encode(canvas: &Canvas, work: Work) -> Done {
    match work {
        Work::Jpeg { newest, before } => {
            let number = newest.number;
            if before.is_some_and(|before| is_same(&before, &newest.frame)) {
                return Done::Same { number };
            }
            match encode::jpeg(&newest.frame) {
                Ok(message) => Done::Jpeg { newest, message },
                Err(_) => Done::NoJpeg { number },
            }
        }
        Work::Png { frame, content, number } => {
            let mut seen = number;
            match encode::png(&frame, || canvas.is_stale(&frame, &mut seen)) {
                Ok(Some(message)) => Done::Png { content, message },
                Ok(None) => Done::GivenUp,
                Err(_) => Done::NoPng { content },
            }
        }
        Work::Wait(_) | Work::End => Done::GivenUp,
    }
}
