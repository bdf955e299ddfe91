//! Video over a thin link, beside tiles, and what it costs.

use std::time::{Duration, Instant};

use crate::client::Behaviour;
use crate::link::Link;
use crate::scenarios::{Lines, Run, WARM_UP, ages, watch};
use crate::server::Server;
use crate::summary::Summary;

/// 2 Mbit/s.
const THIN: f64 = 250e3;
/// Until the link is known, and video has begun.
const BEGINS: Duration = Duration::from_secs(6);
/// Watchers of one rung.
const MANY: usize = 9;
const SIZE: &str = "1280x720";
/// So small that two cores encode for three kinds of links.
const SMALL: &str = "640x360";
/// Until watchers are on the rungs that they stay on, but for attempts.
const SETTLES: Duration = Duration::from_secs(20);

/// What moves, over a thin link as video and as tiles; and CPU.
pub(crate) fn video(time: Duration) -> Lines {
    let mut lines = Vec::new();
    for name in ["plasma", "testsrc2", "cube"] {
        for (behaviour, what) in [(Behaviour::Video, "video"), (Behaviour::Fast, "tiles")] {
            let mut server = moving(name, "auto")?;
            let link = Link {
                rates: vec![(Instant::now(), THIN)],
                ..Link::of_delay(Duration::from_millis(25))
            };
            let run = watch(&mut server, &[(behaviour, Some(link))], WARM_UP + BEGINS, time)?;
            let client = run.clients[0];
            let mbit = client.bytes as f64 * 8.0 / 1e6 / time.as_secs_f64();
            let wanted = match what {
                "video" => "at least 20 fps, age p95 below 250 ms",
                _ => "",
            };
            lines.push((
                format!("`{name}`, 2 Mbit/s, 50 ms there and back, {what}"),
                format!("{:.1} fps, {mbit:.2} Mbit/s; {}", client.fps, ages(client.age)),
                wanted,
            ));
        }
    }
    for name in ["plasma", "cube"] {
        let cost = |behaviour, mode, count| {
            let run =
                watch(&mut moving(name, mode)?, &vec![(behaviour, None); count], WARM_UP, time);
            run.map(|run| (run.cpu_per_frame(), run))
        };
        let (tiles, _) = cost(Behaviour::Fast, "never", 1)?;
        let (one, run) = cost(Behaviour::Video, "always", 1)?;
        let (many, _) = cost(Behaviour::Video, "always", MANY)?;
        let each = (many - one) / (MANY - 1) as f64;
        lines.push((
            format!("`{name}`, CPU of a frame that is drawn"),
            format!(
                "{one:.2} ms with one client on video ({}), {tiles:.2} with one on tiles; {each:.3} ms for each further one on video",
                rate(&run, time)
            ),
            "at most 0.1 ms for each further one",
        ));
    }
    let mut server = Server::demo("dashboard", SIZE, &[])?;
    watch(&mut server, &[(Behaviour::Video, None)], WARM_UP, time)?;
    let pictures =
        server.stats()?["encoded"]["video_pictures"].as_u64().ok_or("no video_pictures")?;
    lines.push((
        "`dashboard`, a wide link".into(),
        format!("{pictures} pictures encoded as video"),
        "none",
    ));
    Ok(lines)
}

/// Four watchers with equal links, and one with another beside them.
pub(crate) fn watchers(time: Duration) -> Lines {
    let mut lines = Vec::new();
    for (rate, slow_rate, slow_delay) in
        [(THIN, THIN, 25), (THIN, THIN, 250), (THIN, 37.5e3, 25), (62.5e3, 37.5e3, 25)]
    {
        let mut server = Server::demo("plasma", SMALL, &["--video", "auto"])?;
        let watcher = |rate: f64, delay| {
            let link = Link::of_delay(Duration::from_millis(delay));
            (Behaviour::Video, Some(Link { rates: vec![(Instant::now(), rate)], ..link }))
        };
        // The first has control, and an encoder of its own if it looks.
        let mut clients = vec![(Behaviour::Hidden, None)];
        clients.extend((0..4).map(|_| watcher(rate, 25)));
        clients.push(watcher(slow_rate, slow_delay));
        let run = watch(&mut server, &clients, SETTLES, time)?;
        let fps = |all: &[Summary]| all.iter().map(|it| it.fps).fold(f64::INFINITY, f64::min);
        let pause = |all: &[Summary]| all.iter().map(|it| it.pause).fold(0.0, f64::max);
        let (four, last) = (&run.clients[1..5], &run.clients[5..]);
        lines.push((
            format!(
                "four at {} Mbit/s, one at {} Mbit/s and {} ms there and back",
                rate * 8.0 / 1e6,
                slow_rate * 8.0 / 1e6,
                slow_delay * 2
            ),
            format!(
                "{:.1} frames a second drawn; of the four, the slowest {:.1} fps, the longest pause {:.0} ms; the one {:.1} fps, {:.0} ms; {:.2} cores",
                run.server.presented as f64 / run.server.seconds,
                fps(four),
                pause(four),
                fps(last),
                pause(last),
                run.server.cpu / run.server.seconds
            ),
            "each of the four what is drawn",
        ));
    }
    Ok(lines)
}

fn moving(name: &str, mode: &str) -> Result<Server, String> {
    let flags = ["--video", mode];
    match name {
        "testsrc2" => Server::test_picture(SIZE, &flags),
        _ => Server::demo(name, SIZE, &flags),
    }
}

fn rate(run: &Run, time: Duration) -> String {
    format!("{:.1} Mbit/s", run.clients[0].bytes as f64 * 8.0 / 1e6 / time.as_secs_f64())
}
