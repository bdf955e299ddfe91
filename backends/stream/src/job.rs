//! The work that a hub hands out: comparing and encoding. Pure, and possible on any thread.

use framecast_api::Frame;

use crate::store::{tiles as tile_store, video, whole};
use crate::{tiles, whole_encode};

/// Work for an encoder thread: pixels to compare or to encode. Call [`run`](Self::run), and pass the result to the
/// hub in any case.
#[derive(Debug)]
pub struct Job(pub(crate) Work);

#[derive(Debug)]
pub(crate) enum Work {
    Tiles(tile_store::Job),
    Video(Box<video::Job>),
    Whole(whole::Job),
    Mjpeg(whole::Job),
}

/// The result of a [`Job`].
#[derive(Debug)]
pub struct JobResult(pub(crate) Outcome);

#[derive(Debug)]
pub(crate) enum Outcome {
    Tiles(tile_store::Outcome),
    Video(Box<video::Outcome>),
    Whole(whole::Outcome),
    Mjpeg(whole::Outcome),
}

impl Job {
    /// Does the work. It calls `is_stale` now and then, with the frame that is encoded exactly and the number of
    /// the newest frame that was looked at. If `is_stale` returns true, the result would be useless and the job
    /// stops.
    #[must_use]
    pub fn run(self, is_stale: impl FnMut(&Frame, &mut u64) -> bool) -> JobResult {
        JobResult(match self.0 {
            Work::Tiles(job) => Outcome::Tiles(encode_tiles(job)),
            Work::Video(job) => Outcome::Video(Box::new(job.run())),
            Work::Whole(job) => Outcome::Whole(encode_whole(job, is_stale)),
            Work::Mjpeg(job) => Outcome::Mjpeg(encode_whole(job, is_stale)),
        })
    }

    /// How many tiles it encodes.
    #[cfg(test)]
    pub(crate) fn encodes(&self) -> usize {
        match &self.0 {
            Work::Tiles(tile_store::Job::Encode { tiles, .. }) => tiles.len(),
            _ => 0,
        }
    }

    /// The result of a job that could not be done, as where a codec panics.
    #[must_use]
    pub fn failure(&self) -> JobResult {
        JobResult(match &self.0 {
            Work::Tiles(job) => Outcome::Tiles(match job {
                // What cannot be compared counts as changed.
                tile_store::Job::Compare { tiles, .. } => {
                    tile_store::Outcome::Changed(tiles.clone())
                }
                tile_store::Job::Encode { tiles, fidelity, .. } => {
                    tile_store::Outcome::Failed(tiles.clone(), *fidelity)
                }
            }),
            Work::Video(job) => Outcome::Video(Box::new(job.failure())),
            Work::Whole(job) => Outcome::Whole(not_encoded(job)),
            Work::Mjpeg(job) => Outcome::Mjpeg(not_encoded(job)),
        })
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

fn encode_tiles(job: tile_store::Job) -> tile_store::Outcome {
    match job {
        tile_store::Job::Compare { before, after, grid, tiles } => {
            tile_store::Outcome::Changed(tiles::changed(&before, &after, &grid, &tiles))
        }
        tile_store::Job::Encode { frame, grid, tiles, fidelity, sampling } => {
            match tiles::encode(&frame, &grid, &tiles, fidelity, sampling) {
                Ok(encoded) => tile_store::Outcome::Encoded { tiles, fidelity, encoded },
                Err(_) => tile_store::Outcome::Failed(tiles, fidelity),
            }
        }
    }
}

/// Whether nobody could tell the two apart.
#[must_use]
pub fn is_same(one: &Frame, other: &Frame) -> bool {
    one.size() == other.size() && one.ratio() == other.ratio() && one.bytes() == other.bytes()
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
                whole_encode::png(&newest.frame, || false).map(Option::unwrap_or_default)
            } else {
                whole_encode::jpeg(&newest.frame)
            };
            match encoded {
                Ok(bytes) => {
                    let encoded = whole::EncodedPicture { bytes: bytes.into(), exact: lossless };
                    whole::Outcome::First { newest, encoded }
                }
                Err(_) => whole::Outcome::NotFirst { number, lossless },
            }
        }
        whole::Job::Exact { frame, content, number } => {
            let mut seen = number;
            match whole_encode::png(&frame, || is_stale(&frame, &mut seen)) {
                Ok(Some(bytes)) => {
                    let encoded = whole::EncodedPicture { bytes: bytes.into(), exact: true };
                    whole::Outcome::Exact { content, encoded }
                }
                Ok(None) => whole::Outcome::GivenUp,
                Err(_) => whole::Outcome::NotExact { content },
            }
        }
    }
}
