//! What H.264 costs and how good it is. `cargo bench -p framecast-video --features h264 -- FILE 1280x720`, where FILE has
//! frames as raw RGBA, 60 a second: `framecast --backend none --record-format rgba --record FILE ...`, or ffmpeg's
//! `-pix_fmt rgba -f rawvideo`. For each quality, at full and half size: the bytes of the keyframe, the mean of the others,
//! kbit/s, milliseconds of processor time per frame for conversion and for encoding, and SSIM of the luma, as ffmpeg decodes
//! it and scales it back.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use framecast_api::{Error, PhysicalSize, Result};
use framecast_video::Picture;
use framecast_video::h264::{Colors, Encoder, Quality, Settings};
use framecast_video::yuv::{Coefficients, Matrix, Yuv420};

const FPS: u32 = 60;
/// Frames that are measured.
const FRAMES: u32 = 180;
const MATRIX: Matrix = Matrix::Bt601;

fn main() -> Result<()> {
    // cargo adds --bench.
    let args: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    let [path, size] = &args[..] else {
        println!("usage: cargo bench -p framecast-video --features h264 -- FILE WIDTHxHEIGHT");
        return Ok(());
    };
    let sides = size.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let (width, height) = sides.ok_or_else(|| Error::invalid_input("no size"))?;
    let source = Source { path: Path::new(path), size: PhysicalSize::new(width, height) };
    println!(
        "| quality | size | keyframe, bytes | others, bytes | kbit/s | convert, ms | encode, ms | SSIM Y |"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let quantizers = [20, 24, 28, 32, 36, 40].map(Quality::Quantizer);
    let rates = [16, 8, 4, 2, 1].map(|megabits| Quality::BitRate(megabits * 1_000_000));
    for half in [false, true] {
        for quality in quantizers.into_iter().chain(rates) {
            report(&source, quality, half)?;
        }
    }
    Ok(())
}

struct Source<'a> {
    path: &'a Path,
    size: PhysicalSize,
}

fn report(source: &Source<'_>, quality: Quality, half: bool) -> Result<()> {
    let stream = std::env::temp_dir().join(format!("framecast-h264-{}", std::process::id()));
    let mut output = std::fs::File::create(&stream).map_err(failed)?;
    let mut input = std::fs::File::open(source.path).map_err(failed)?;
    let mut bytes = vec![0; source.size.bytes()?];
    let coefficients = Coefficients::new(MATRIX);
    let mut encoder = Encoder::new(Settings { matrix: MATRIX, colors: Colors::Srgb, quality });
    let mut planes = Yuv420::new();
    let (mut keyframe, mut others, mut frames) = (0, 0, 0);
    let (mut converting, mut encoding) = (Duration::ZERO, Duration::ZERO);
    let start = Instant::now();
    while frames < FRAMES && input.read_exact(&mut bytes).is_ok() {
        let picture = Picture { size: source.size, bytes: &bytes };
        let before = used(start);
        if half {
            planes.convert_half(picture, &coefficients);
        } else {
            planes.convert(picture, &coefficients);
        }
        let between = used(start);
        let at = Duration::from_secs(1) * (frames + 1) / FPS;
        let mut unit = Vec::new();
        encoder.encode(&planes, false, at)?.write_annex_b(&mut unit);
        let after = used(start);
        converting += between - before;
        encoding += after - between;
        *(if frames == 0 { &mut keyframe } else { &mut others }) += unit.len();
        output.write_all(&unit).map_err(failed)?;
        frames += 1;
    }
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3 / f64::from(frames);
    let mean = others as f64 / f64::from(frames - 1);
    println!(
        "| {quality:?} | {} | {keyframe} | {mean:.0} | {:.0} | {:.2} | {:.2} | {} |",
        if half { "half" } else { "full" },
        mean * 8.0 * f64::from(FPS) / 1e3,
        milliseconds(converting),
        milliseconds(encoding),
        ssim(source, &stream)?
    );
    std::fs::remove_file(&stream).map_err(failed)
}

/// What this thread has had of a processor, where the system says it; elsewhere the time that passed since `start`.
fn used(start: Instant) -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// Of the luma against the frames.
fn ssim(source: &Source<'_>, stream: &Path) -> Result<String> {
    let PhysicalSize { width, height } = source.size;
    let size = format!("{width}x{height}");
    let filter = format!(
        "[0:v]settb=1/60,setpts=N,scale={width}:{height}:flags=bilinear:in_range=pc:out_range=pc[a];\
         [1:v]settb=1/60,setpts=N,scale=out_color_matrix=bt709:out_range=pc,format=yuvj420p[b];[a][b]ssim=shortest=1"
    );
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "info", "-f", "h264", "-i"]).arg(stream);
    command.args(["-f", "rawvideo", "-pix_fmt", "rgba", "-s", &size, "-i"]).arg(source.path);
    command.args(["-lavfi", &filter, "-f", "null", "-"]).stdin(Stdio::null());
    let text = command.output().map_err(failed)?.stderr;
    let text = String::from_utf8_lossy(&text);
    let luma = text.split("SSIM Y:").nth(1).and_then(|rest| rest.split(' ').next());
    Ok(luma.unwrap_or("?").to_owned())
}

fn failed(error: std::io::Error) -> Error {
    Error::failed("cannot measure; is ffmpeg installed?").with_source(error)
}
