//! How long a backend's `present` keeps the engine.

use std::fmt;
use std::time::{Duration, Instant};

use super::open;
use crate::{Backend, FramePool, PhysicalSize, Result};

/// Frames that are presented.
const FRAMES: u64 = 61;
/// Frames before those, in which buffers are allocated and threads started.
const WARM_UP: u64 = 5;

/// What [`time_present`] measured.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresentTime {
    /// The size of the frames.
    pub size: PhysicalSize,
    /// The time of one call of `present`: half of the calls took less.
    pub median: Duration,
    /// The longest of 61 calls.
    pub longest: Duration,
}

impl PresentTime {
    /// How many frames a second the backend can take if nothing else takes time.
    #[must_use]
    pub fn frames_per_second(&self) -> f64 {
        1.0 / self.median.max(Duration::from_nanos(1)).as_secs_f64()
    }
}

impl fmt::Display for PresentTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        write!(
            f,
            "{:.3} ms to present a frame of {} (longest {:.3} ms): at most {:.0} frames a second",
            ms(self.median),
            self.size,
            ms(self.longest),
            self.frames_per_second()
        )
    }
}

/// Measures how long `present` takes for frames of `size` of which every pixel changes.
///
/// The engine calls `present` on the application's thread, so this is what a backend takes from the
/// application. What it does on threads of its own is not in it. Run this in a release build, and look
/// at the figures: a limit in a test would depend on the machine.
///
/// ```
/// use framecast_api::{NullBackend, PhysicalSize, conformance};
/// let time = conformance::time_present(NullBackend::new().0, PhysicalSize::new(640, 480))?;
/// println!("{time}"); // 0.000 ms to present a frame of 640x480 …
/// # Ok::<(), framecast_api::Error>(())
/// ```
///
/// # Errors
/// If a frame cannot have that size, or `present` fails.
///
/// # Panics
/// If the backend cannot be opened.
pub fn time_present(mut backend: impl Backend, size: PhysicalSize) -> Result<PresentTime> {
    open(&mut backend);
    let mut pool = FramePool::new();
    let mut times = Vec::new();
    for sequence in 1..=WARM_UP + FRAMES {
        backend.poll(&mut |_| {});
        let mut buffer = pool.lend(size)?;
        for (index, pixel) in buffer.pixels_mut().iter_mut().enumerate() {
            let shade = (index as u64).wrapping_mul(31).wrapping_add(sequence * 97) as u8;
            *pixel = [shade, !shade, sequence as u8, 255];
        }
        let frame = pool.freeze(buffer, sequence, sequence as f64 / 60.0, 1.0);
        let start = Instant::now();
        backend.present(&frame)?;
        times.push(start.elapsed());
    }
    backend.close();
    let mut times = times.split_off(WARM_UP as usize);
    times.sort();
    let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
    Ok(PresentTime { size, median, longest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BackendCommand, Context, Frame};

    /// Takes its time to present.
    struct Slow(Duration);

    impl Backend for Slow {
        fn name(&self) -> &str {
            "slow"
        }

        fn open(&mut self, _: Context) -> Result<()> {
            Ok(())
        }

        fn wants_frame(&self) -> bool {
            true
        }

        fn present(&mut self, _: &Frame) -> Result<()> {
            std::thread::sleep(self.0);
            Ok(())
        }

        fn apply(&mut self, _: &BackendCommand) -> Result<()> {
            Ok(())
        }

        fn close(&mut self) {}
    }

    #[test]
    fn a_backend_that_takes_its_time_is_said_to_hold_no_more() {
        let time = time_present(Slow(Duration::from_millis(4)), PhysicalSize::new(4, 4)).unwrap();
        assert!(time.median >= Duration::from_millis(4) && time.longest >= time.median);
        assert!(time.frames_per_second() <= 250.0, "{time}");
        assert!(time.to_string().contains("a frame of 4x4"), "{time}");
    }

    #[test]
    fn a_size_that_no_frame_has_is_an_error() {
        assert!(time_present(Slow(Duration::ZERO), PhysicalSize::new(0, 4)).is_err());
    }
}
