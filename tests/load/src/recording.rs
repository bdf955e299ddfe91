//! What a recording costs, beside a viewer and alone.

use std::path::Path;
use std::time::Duration;

use crate::content::Content;
use crate::scenarios::{Lines, WARM_UP, drawing, fast, watch};
use crate::server::{Meter, Server};

const FPS: u32 = 60;
/// How often it is measured without and with a recording, in turn.
const TURNS: usize = 3;

/// CPU of each frame without a recording and with one, in turn, with one viewer; and of a recording alone.
pub(crate) fn recording(time: Duration) -> Lines {
    let folder = std::env::temp_dir().join(format!("framecast-load-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| format!("cannot make a folder: {error}"))?;
    let lines = measure(time, &folder);
    let _ = std::fs::remove_dir_all(&folder);
    lines
}

fn measure(time: Duration, folder: &Path) -> Lines {
    let mut lines = Vec::new();
    for content in [Content::Motion, Content::Dashboard] {
        let (mut without, mut with, mut alone) = (Vec::new(), Vec::new(), Vec::new());
        let drawing = drawing(content, FPS, time / 2)?;
        let mut bytes = 0.0;
        for turn in 0..TURNS {
            let run = watch(&mut Server::of(content, FPS)?, &fast(1), WARM_UP, time)?;
            without.push(run.cpu_per_frame());
            let path = folder.join(format!("{}-{turn}.fcast", content.name()));
            let run = watch(&mut Server::recorded(content, FPS, &path)?, &fast(1), WARM_UP, time)?;
            with.push(run.cpu_per_frame());
            let path = folder.join(format!("{}-{turn}-alone.fcast", content.name()));
            let server = Server::recorded(content, FPS, &path)?;
            std::thread::sleep(WARM_UP);
            let meter = Meter::start(&server)?;
            let before = size(&path)?;
            std::thread::sleep(time);
            let reading = meter.read(&server)?;
            let frames = reading.seconds * f64::from(FPS);
            alone.push(reading.cpu * 1e3 / frames);
            bytes = (size(&path)? - before) / frames;
        }
        let [without, with, alone] = [without, with, alone].map(median);
        lines.push((
            format!("{}, {FPS} fps, 1 client, recorded", content.name()),
            format!(
                "{with:.2} ms CPU a frame, {without:.2} without recording ({:+.1} %)",
                (with / without - 1.0) * 100.0
            ),
            "at most 10 % more",
        ));
        lines.push((
            format!("{}, {FPS} fps, recorded alone", content.name()),
            format!(
                "{alone:.2} ms CPU a frame, {:.2} without drawing; {:.1} KB a frame",
                alone - drawing,
                bytes / 1e3
            ),
            "",
        ));
    }
    Ok(lines)
}

fn size(path: &Path) -> Result<f64, String> {
    let data = std::fs::metadata(path);
    data.map(|data| data.len() as f64).map_err(|error| format!("{}: {error}", path.display()))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
