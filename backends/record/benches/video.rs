//! What it costs to write 120 frames of 1280 × 720 in each format, on one core.
//!
//! `cargo bench -p framecast-record --bench video --features mp4,gif`; a name such as `mp4` or `page` behind `--`
//! measures only that. Processor time per frame, the best of three, as Markdown; compare lines of one run. "Of a copy"
//! is how often a frame is copied in that time; "worst" is how long the longest frame took by the clock. `x264` is
//! ffmpeg's libx264 with the same frames (`-preset veryfast -crf 18`, one thread), without reading and converting them.

#[path = "../tests/video/scenes.rs"]
mod scenes;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use framecast_api::{Error, Frame, FramePool, PhysicalSize, Result};
use framecast_record::video::{VideoFormat, VideoOptions, VideoWriter};

use scenes::{DISC, PAGE, PLASMA};

const SIZE: PhysicalSize = PhysicalSize::new(1280, 720);
const FRAMES: u32 = 120;
const FPS: u32 = 60;
const ROUNDS: u32 = 3;

fn main() -> Result<()> {
    // cargo adds --bench.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    let is_wanted = |format: &str, scene: &str| {
        wanted.is_empty() || wanted.iter().any(|name| name == format || name == scene)
    };
    let folder = std::env::temp_dir().join(format!("framecast-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(failed)?;
    println!(
        "| scene | format | ms a frame | of a copy | worst, ms | KiB a second | luma PSNR, dB |"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
    for scene in [PLASMA, DISC, PAGE] {
        let mut pool = FramePool::new();
        let at = |n: u32| n as f32 / FPS as f32;
        let frames = (0..FRAMES).map(|n| scene.frame(&mut pool, SIZE, at(n)));
        let frames = frames.collect::<Result<Vec<Frame>>>()?;
        let copy = best(|| Ok(copy(&frames)))?;
        let report = |format: &str, (ms, worst): (f64, f64), path: &Path| -> Result<()> {
            let bytes = path.metadata().map_err(failed)?.len() as f64;
            let per_second = bytes / 1024.0 / f64::from(FRAMES) * f64::from(FPS);
            // A GIF has another rate, and the others are exact.
            let is_compared = matches!(format, "mp4" | "y4m" | "x264");
            let psnr = if is_compared { psnr(path, &folder, &frames)? } else { String::new() };
            let worst = if worst > 0.0 { format!("{worst:.1}") } else { String::new() };
            println!(
                "| {} | {format} | {ms:.2} | {:.1} | {worst} | {per_second:.0} | {psnr} |",
                scene.name,
                ms / copy.0
            );
            Ok(())
        };
        for format in [
            VideoFormat::Mp4,
            VideoFormat::Gif,
            VideoFormat::Apng,
            VideoFormat::Y4m,
            VideoFormat::Rgba,
        ] {
            if is_wanted(format.name(), scene.name) {
                let path = folder.join(format!("{}.{format}", scene.name));
                let times = best(|| record(&path, &frames))?;
                report(format.name(), times, &path)?;
            }
        }
        if is_wanted("x264", scene.name) {
            let path = folder.join(format!("{}-x264.mp4", scene.name));
            let times = best(|| x264(&path, &folder, &frames))?;
            report("x264", times, &path)?;
        }
    }
    std::fs::remove_dir_all(&folder).map_err(failed)
}

/// What this thread has had of a processor, where the system says it; elsewhere the time that passed since `start`.
fn used(start: Instant) -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// The least milliseconds per frame, and the longest frame then; 0 if that is not known.
fn best(mut run: impl FnMut() -> Result<(f64, f64)>) -> Result<(f64, f64)> {
    let mut best = (f64::INFINITY, 0.0);
    for _ in 0..ROUNDS {
        let times = run()?;
        if times.0 < best.0 {
            best = times;
        }
    }
    Ok(best)
}

fn copy(frames: &[Frame]) -> (f64, f64) {
    let mut to = frames[0].bytes().to_vec();
    let start = Instant::now();
    let before = used(start);
    for frame in frames {
        to.copy_from_slice(std::hint::black_box(frame.bytes()));
        std::hint::black_box(&to);
    }
    ((used(start) - before).as_secs_f64() * 1e3 / f64::from(FRAMES), 0.0)
}

fn record(path: &Path, frames: &[Frame]) -> Result<(f64, f64)> {
    let options = VideoOptions::new().with_fps(f64::from(FPS)).with_overwrite(true);
    let mut video = VideoWriter::create(path, options)?;
    let mut worst = Duration::ZERO;
    let start = Instant::now();
    let before = used(start);
    for (frame, n) in frames.iter().zip(0..) {
        let one = Instant::now();
        video.write(frame, Duration::from_secs(1) * n / FPS)?;
        worst = worst.max(one.elapsed());
    }
    video.finish(Duration::from_secs(1) * FRAMES / FPS)?;
    let milliseconds = (used(start) - before).as_secs_f64() * 1e3;
    Ok((milliseconds / f64::from(FRAMES), worst.as_secs_f64() * 1e3))
}

/// ffmpeg's own count of what the encoder took.
fn x264(path: &Path, folder: &Path, frames: &[Frame]) -> Result<(f64, f64)> {
    let source = planes(folder, frames)?;
    let user = |encoder: &[&str]| -> Result<f64> {
        let mut command = Command::new("ffmpeg");
        command.args(["-y", "-nostdin", "-v", "info", "-benchmark", "-threads", "1", "-i"]);
        let output = command.arg(&source).args(encoder).output().map_err(failed)?;
        let text = String::from_utf8_lossy(&output.stderr);
        let part = text.split("bench: utime=").nth(1).and_then(|rest| rest.split('s').next());
        part.and_then(|part| part.parse().ok()).ok_or_else(|| Error::failed(text.clone()))
    };
    let path = path.to_string_lossy();
    let x264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-threads", "1", &path];
    let all = user(&x264)?;
    let reading = user(&["-f", "null", "-"])?;
    Ok(((all - reading) * 1e3 / f64::from(FRAMES), 0.0))
}

/// The frames in 4:2:0, as H.264 has them.
fn planes(folder: &Path, frames: &[Frame]) -> Result<PathBuf> {
    let path = folder.join("source.y4m");
    let mut command = Command::new("ffmpeg");
    command.args(["-y", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgba", "-s", "1280x720"]);
    command.args(["-r", &FPS.to_string(), "-i", "-", "-vf", "scale=out_color_matrix=bt709"]);
    command.args(["-pix_fmt", "yuv420p"]).arg(&path);
    let mut child = command.stdin(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        for frame in frames {
            input.write_all(frame.bytes()).map_err(failed)?;
        }
    }
    child.wait().map_err(failed)?;
    Ok(path)
}

/// Of the luma against the frames, as ffmpeg decodes the file.
fn psnr(path: &Path, folder: &Path, frames: &[Frame]) -> Result<String> {
    let source = planes(folder, frames)?;
    let filter = format!(
        "[0:v]fps={FPS},scale=in_color_matrix=bt709:out_color_matrix=bt709,format=yuv420p,settb=1/{FPS},setpts=N[a];\
         [1:v]settb=1/{FPS},setpts=N[b];[a][b]psnr=shortest=1"
    );
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "info", "-i"]).arg(path).arg("-i").arg(&source);
    let output = command.args(["-lavfi", &filter, "-f", "null", "-"]).output().map_err(failed)?;
    let text = String::from_utf8_lossy(&output.stderr);
    let luma = text.split("PSNR y:").nth(1).and_then(|rest| rest.split(' ').next());
    Ok(luma.and_then(|luma| luma.parse().ok()).map_or("?".into(), |luma: f64| format!("{luma:.1}")))
}

fn failed(error: std::io::Error) -> Error {
    Error::failed("cannot measure; is ffmpeg installed?").with_source(error)
}
