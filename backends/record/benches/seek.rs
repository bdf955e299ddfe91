//! How long it takes to show a time of an hour-long recording.
//!
//! `cargo bench -p framecast-record --bench seek`. The recording is of 1280 × 720 and 20 frames a second, made in virtual time: a page
//! on which a strip changes, with ten seconds of full motion in each minute. Times are by the clock, from the call to the pixels.

use std::fs::File;
use std::time::{Duration, Instant, SystemTime};

use framecast_api::{Clock, FramePool, PhysicalSize};
use framecast_record::{Head, Playback, Reader, Writer};
use framecast_stream::UpdateEncoder;

const SIZE: PhysicalSize = PhysicalSize::new(1280, 720);
const FPS: u64 = 20;
const SECONDS: u64 = 3600;
const SEEKS: u64 = 200;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join(format!("framecast-seek-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("hour.fcast");
    record(&path)?;
    let bytes = std::fs::metadata(&path)?.len();
    let begin = Instant::now();
    let reader = Reader::open(File::open(&path)?)?;
    let opened = begin.elapsed();
    println!(
        "{} places in {:.0} MB; opened in {:.2} ms",
        reader.places().len(),
        bytes as f64 / 1e6,
        opened.as_secs_f64() * 1e3
    );
    let duration = reader.duration();
    let mut playback = Playback::new(reader);
    let mut times: Vec<f64> = (0..SEEKS)
        .map(|n| {
            // Spread over the hour, forward and back.
            let time = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % duration;
            let begin = Instant::now();
            playback.seek(time).map(|_| begin.elapsed().as_secs_f64() * 1e3)
        })
        .collect::<Result<_, _>>()?;
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("seeking: median {:.1} ms, 95 % {:.1} ms, most {:.1} ms", at(0.5), at(0.95), at(1.0));
    // As if its writer had been interrupted.
    let file = File::options().write(true).open(&path)?;
    file.set_len(bytes - 1000)?;
    let begin = Instant::now();
    let reader = Reader::open(File::open(&path)?)?;
    println!(
        "one that was not completed: opened in {:.0} ms, {} places",
        begin.elapsed().as_secs_f64() * 1e3,
        reader.places().len()
    );
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Writes an hour.
fn record(path: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let begin = Instant::now();
    let mut encoder = UpdateEncoder::new(Clock::since(begin), false, begin);
    let mut writer = Writer::new(File::create(path)?, &Head::new("an hour", SystemTime::now()))?;
    let mut pool = FramePool::new();
    for number in 0..SECONDS * FPS {
        let micros = number * 1_000_000 / FPS;
        let now = begin + Duration::from_micros(micros);
        let mut buffer = pool.lend(SIZE)?;
        draw(&mut buffer, number);
        let frame = pool.freeze(buffer, number + 1, micros as f64 / 1e6, 1.0);
        encoder.frame(frame, now);
        encoder.advance(now, |update| writer.picture(micros, update))?;
    }
    writer.finish(SECONDS * 1_000_000)?;
    Ok(())
}

/// A page with a strip that changes; ten seconds in a minute all of it does.
fn draw(buffer: &mut framecast_api::FrameBuffer, number: u64) {
    let moves = number / FPS % 60 >= 50;
    for (y, row) in buffer.rows_mut().enumerate() {
        let y = y as u64;
        let shift = if moves || (300..400).contains(&y) { number * 3 } else { 0 };
        for (x, pixel) in row.iter_mut().enumerate() {
            let x = x as u64 + shift;
            *pixel = [(x / 5) as u8, (y / 3) as u8, ((x ^ y) / 8) as u8, 255];
        }
    }
}
