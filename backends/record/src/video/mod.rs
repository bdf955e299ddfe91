//! Video and pictures: frames with their times in, a file or a stream out.
//!
//! A [`VideoWriter`] takes each frame with the time at which it was presented and shows it until the next one.
//! It decides the size of the video, when a frame is repeated or left out, and when a new file begins; one
//! format a file encodes what comes out of that. It has no thread and no clock: the caller says what time it is.
//!
//! | format | name and extension | time | feature |
//! | --- | --- | --- | --- |
//! | H.264 in fragmented MP4 | `mp4` | true time stamps | `mp4` |
//! | animated GIF | `gif` | true, in hundredths of a second; at most 50 a second, 25 unless told | `gif` |
//! | animated PNG | `apng` | true, in milliseconds | |
//! | PNG | `png` | the newest frame; with `%d` or `%04d` in its name, numbered pictures | |
//! | YUV4MPEG2, 4:4:4 | `y4m` | constant rate, 30 a second unless told | |
//! | raw RGBA without a header | `rgba` | constant rate, 30 a second unless told | |
//!
//! ```
//! use std::time::Duration;
//! use framecast_api::{FramePool, PhysicalSize};
//! use framecast_record::video::{VideoOptions, VideoWriter};
//!
//! # let folder = std::env::temp_dir().join(format!("framecast-record-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder).unwrap();
//! # let path = folder.join("blink.apng");
//! let mut pool = FramePool::new();
//! let mut video = VideoWriter::create(&path, VideoOptions::new())?;
//! for n in 0..4 {
//!     let mut buffer = pool.lend(PhysicalSize::new(64, 48))?;
//!     buffer.fill(if n % 2 == 0 { [255, 255, 255, 255] } else { [0, 0, 0, 255] });
//!     let at = Duration::from_millis(500 * n);
//!     video.write(&pool.freeze(buffer, n + 1, at.as_secs_f64(), 1.0), at)?;
//! }
//! let summary = video.finish(Duration::from_secs(2))?;
//! assert_eq!((summary.frames, summary.duration), (4, Duration::from_secs(2)));
//! # std::fs::remove_dir_all(&folder).unwrap();
//! # Ok::<(), framecast_api::Error>(())
//! ```

mod apng;
mod difference;
mod fit;
mod format;
#[cfg(feature = "gif")]
mod gif;
#[cfg(feature = "mp4")]
mod mp4;
mod names;
mod open;
mod options;
mod output;
mod pace;
#[cfg(feature = "gif")]
mod palette;
mod png;
mod raw;
mod sink;
mod writer;
mod y4m;

pub use format::VideoFormat;
pub use options::{Resizing, VideoOptions};
pub use writer::{VideoProgress, VideoWriter};
