//! Frames to write, and ffmpeg to read what was written.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use framecast_api::{Frame, FramePool, PhysicalSize};
use framecast_record::video::{VideoOptions, VideoProgress, VideoWriter};
use serde_json::Value;

use crate::scenes::Scene;

/// A folder of a test's own, empty.
pub(crate) fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("video").join(test);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

pub(crate) fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// The scene at each of these milliseconds.
pub(crate) fn frames(scene: Scene, (width, height): (u32, u32), times: &[u64]) -> Vec<Frame> {
    let mut pool = FramePool::new();
    let size = PhysicalSize::new(width, height);
    times.iter().map(|at| scene.frame(&mut pool, size, *at as f32 / 1e3).unwrap()).collect()
}

/// A frame of one color.
pub(crate) fn plain((width, height): (u32, u32), [red, green, blue]: [u8; 3]) -> Frame {
    let mut pool = FramePool::new();
    let mut buffer = pool.lend(PhysicalSize::new(width, height)).unwrap();
    buffer.fill([red, green, blue, 255]);
    pool.freeze(buffer, 1, 0.0, 1.0)
}

/// Writes `frames` at `times` in milliseconds until `end`.
pub(crate) fn record(
    path: &Path,
    options: VideoOptions,
    frames: &[Frame],
    times: &[u64],
    end: u64,
) -> VideoProgress {
    let mut video = VideoWriter::create(path, options).unwrap();
    for (frame, at) in frames.iter().zip(times) {
        video.write(frame, ms(*at)).unwrap();
    }
    video.finish(ms(end)).unwrap()
}

/// Runs a program and returns what it prints. Fails with its messages if it fails.
fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().expect("ffmpeg is installed; tests/run does it");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    output.stdout
}

/// What ffprobe says of the first stream and the file, having read all of it.
pub(crate) struct Probe {
    all: Value,
}

pub(crate) fn probe(path: &Path) -> Probe {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-of", "json", "-count_frames", "-show_streams", "-show_format"]);
    let json = run(command.args(["-show_packets"]).arg(path));
    Probe { all: serde_json::from_slice(&json).unwrap() }
}

impl Probe {
    /// A field of the stream as text.
    pub(crate) fn stream(&self, field: &str) -> String {
        let value = &self.all["streams"][0][field];
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }

    pub(crate) fn size(&self) -> String {
        format!("{}x{}", self.stream("width"), self.stream("height"))
    }

    /// Frames that were decoded.
    pub(crate) fn frames(&self) -> usize {
        self.stream("nb_read_frames").parse().unwrap()
    }

    /// Seconds.
    pub(crate) fn duration(&self) -> f64 {
        self.all["format"]["duration"].as_str().unwrap().parse().unwrap()
    }

    /// Milliseconds at which packets are shown, and whether each is a keyframe.
    pub(crate) fn packets(&self) -> Vec<(f64, bool)> {
        let packets = self.all["packets"].as_array().unwrap();
        let number = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap() * 1e3;
        let is_key = |value: &Value| value.as_str().unwrap().starts_with('K');
        packets.iter().map(|it| (number(&it["pts_time"]), is_key(&it["flags"]))).collect()
    }

    pub(crate) fn times(&self) -> Vec<f64> {
        self.packets().into_iter().map(|(at, _)| at).collect()
    }
}

/// Every frame as ffmpeg decodes it, as RGB8.
pub(crate) fn decode(path: &Path, (width, height): (u32, u32)) -> Vec<Vec<u8>> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-i"]).arg(path);
    // Exact chroma, so that what is measured is the file.
    command.args(["-sws_flags", "accurate_rnd+full_chroma_int+full_chroma_inp+bicubic"]);
    command.args(["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]);
    let bytes = run(&mut command);
    let frame = width as usize * height as usize * 3;
    assert!(bytes.len().is_multiple_of(frame), "{} bytes, not {width}x{height}", bytes.len());
    bytes.chunks(frame).map(<[u8]>::to_vec).collect()
}

/// The colors of a frame without alpha.
pub(crate) fn rgb(frame: &Frame) -> Vec<u8> {
    frame.pixels().iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]).collect()
}

/// How near two pictures are in dB, by their luma (BT.709) and by all of their parts.
pub(crate) fn psnr(one: &[u8], other: &[u8]) -> (f64, f64) {
    let luma = |bytes: &[u8]| {
        let luma = |[red, green, blue]: &[u8; 3]| {
            0.2126 * f64::from(*red) + 0.7152 * f64::from(*green) + 0.0722 * f64::from(*blue)
        };
        bytes.as_chunks().0.iter().map(luma).collect::<Vec<_>>()
    };
    let part = |bytes: &[u8]| bytes.iter().map(|part| f64::from(*part)).collect::<Vec<_>>();
    (decibels(&luma(one), &luma(other)), decibels(&part(one), &part(other)))
}

fn decibels(one: &[f64], other: &[f64]) -> f64 {
    assert_eq!(one.len(), other.len());
    let squares: f64 = one.iter().zip(other).map(|(one, other)| (one - other).powi(2)).sum();
    10.0 * (255.0 * 255.0 / (squares / one.len() as f64).max(1e-9)).log10()
}

/// Fails if the times, in milliseconds, differ by more than `within`.
#[track_caller]
pub(crate) fn assert_times(got: &[f64], wanted: &[f64], within: f64) {
    let are_near = got.iter().zip(wanted).all(|(got, wanted)| (got - wanted).abs() <= within);
    assert!(got.len() == wanted.len() && are_near, "{got:?}, not {wanted:?}");
}
