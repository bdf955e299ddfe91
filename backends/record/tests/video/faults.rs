//! Disks that are full, paths that cannot be written, formats that are not there.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use framecast_record::video::{VideoFormat, VideoOptions, VideoWriter};

use crate::scenes::PLASMA;
use crate::tools::{folder, frames, ms, plain, probe};

/// Takes some bytes and no more.
#[derive(Clone, Default)]
struct SmallDisk {
    bytes: Arc<Mutex<Vec<u8>>>,
    room: usize,
}

impl Write for SmallDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut taken = self.bytes.lock().unwrap();
        let room = self.room - taken.len();
        if room == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let fits = &bytes[..bytes.len().min(room)];
        taken.extend_from_slice(fits);
        Ok(fits.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_ends_the_video_and_what_was_written_plays() {
    let folder = folder("full");
    let times: Vec<u64> = (0..100).map(|n| n * 40).collect();
    let sources = frames(PLASMA, (320, 180), &times);
    for format in [VideoFormat::Mp4, VideoFormat::Gif, VideoFormat::Y4m] {
        let room = if format == VideoFormat::Mp4 { 60_000 } else { 800_000 };
        let disk = SmallDisk { room, ..SmallDisk::default() };
        let options = VideoOptions::new().with_format(format);
        let mut video = VideoWriter::stream(disk.clone(), "the disk", options).unwrap();
        let mut frames = sources.iter().zip(&times);
        let error = frames.find_map(|(frame, at)| video.write(frame, ms(*at)).err());
        let error = error.unwrap().to_string();
        assert!(error.starts_with("cannot write the disk: "), "{error}");
        let progress = video.progress();
        assert!(progress.frames > 3 && progress.bytes <= room as u64, "{progress:?}");
        let kept = error.split("; what was written can be played: ").nth(1).unwrap();
        let (seconds, size) = kept.split_once(" s, ").unwrap();
        assert_eq!(size, format!("{:.1} kB", progress.bytes as f64 / 1e3));
        // It does not begin anew.
        let later = video.write(&sources[0], ms(9000)).unwrap_err().to_string();
        assert!(later.contains("earlier error"), "{later}");
        assert!(video.finish(ms(9000)).is_err());
        // Also with the part that did not fit, as it is in a stream.
        let path = folder.join(format!("full.{format}"));
        std::fs::write(&path, &*disk.bytes.lock().unwrap()).unwrap();
        assert!(probe(&path).frames() > 3);
        // Without it, it is as long as was said.
        std::fs::write(&path, &disk.bytes.lock().unwrap()[..progress.bytes as usize]).unwrap();
        let played =
            probe(&path).frames() as f64 / if format == VideoFormat::Y4m { 30.0 } else { 25.0 };
        assert!((played - seconds.parse::<f64>().unwrap()).abs() < 0.06, "{played} {error}");
    }
}

/// What no format makes small.
#[cfg(unix)]
fn noise((width, height): (u32, u32)) -> framecast_api::Frame {
    let mut pool = framecast_api::FramePool::new();
    let mut buffer = pool.lend((width, height).into()).unwrap();
    let mut seed = 1_u32;
    for pixel in buffer.pixels_mut() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, a, b, c] = seed.to_le_bytes();
        *pixel = [a, b, c, 255];
    }
    pool.freeze(buffer, 1, 0.0, 1.0)
}

/// Files that may not grow: a limit of the system stands for a disk that is full.
#[cfg(unix)]
#[test]
fn a_file_that_cannot_grow_ends_with_the_last_whole_frame() {
    const FORMATS: [VideoFormat; 4] =
        [VideoFormat::Mp4, VideoFormat::Gif, VideoFormat::Apng, VideoFormat::Y4m];
    const FOLDER: &str = "FRAMECAST_LIMITED";
    if let Some(folder) = std::env::var_os(FOLDER) {
        // Started by the test below, under the limit.
        let mut pool = framecast_api::FramePool::new();
        for format in FORMATS {
            let path = std::path::Path::new(&folder).join(format!("limited.{format}"));
            let mut video = VideoWriter::create(&path, VideoOptions::new()).unwrap();
            let mut write = |n: u64| {
                let frame = PLASMA.frame(&mut pool, (320, 180).into(), n as f32 / 25.0).unwrap();
                video.write(&frame, ms(n * 40))
            };
            let error = (0..5000).find_map(|n| write(n).err()).unwrap().to_string();
            assert!(error.contains(&path.display().to_string()), "{error}");
            assert_eq!(path.metadata().unwrap().len(), video.progress().bytes);
            // Where there is no room for a picture, there is no file.
            let path = path.with_file_name(format!("none.{format}"));
            let mut video = VideoWriter::create(&path, VideoOptions::new()).unwrap();
            let large = noise((1400, 900));
            video.write(&large, ms(0)).unwrap();
            let error = video.finish(ms(100)).unwrap_err().to_string();
            assert!(!error.contains("can be played"), "{error}");
            assert!(!path.exists(), "{format}");
        }
        return;
    }
    let folder = folder("limited");
    // 307 or 614 kB, as the shell counts blocks; a write beyond is an error and not the end of the program.
    let output = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 600; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "faults::a_file_that_cannot_grow_ends_with_the_last_whole_frame"])
        .env(FOLDER, &folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    for format in FORMATS {
        let path = folder.join(format!("limited.{format}"));
        let length = path.metadata().unwrap().len();
        assert!((100_000..=620_000).contains(&length), "{format}: {length} bytes");
        // Nothing in it is cut.
        assert!(!crate::tools::decode(&path, (320, 180)).is_empty());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_message_of_a_full_device_names_it() {
    let options = VideoOptions::new().with_format(VideoFormat::Y4m);
    let mut video = VideoWriter::create("/dev/full", options).unwrap();
    video.write(&plain((8, 8), [1, 2, 3]), ms(0)).unwrap();
    let error = video.finish(ms(100)).unwrap_err().to_string();
    assert!(error.contains("/dev/full") && error.contains("No space left"), "{error}");
}

#[test]
fn paths_that_cannot_be_written_are_named_at_once() {
    let folder = folder("unwritable");
    std::fs::create_dir(folder.join("folder.mp4")).unwrap();
    std::fs::create_dir(folder.join("folder.png")).unwrap();
    std::fs::write(folder.join("file"), "").unwrap();
    let missing = ["missing/out.mp4", "missing/out.png", "missing/out.apng", "file/out.gif"];
    for name in ["folder.mp4", "folder.png"].into_iter().chain(missing) {
        let path = folder.join(name);
        let error = VideoWriter::create(&path, VideoOptions::new()).unwrap_err();
        let shown = error.to_string();
        assert!(shown.starts_with("cannot create "), "{shown}");
        assert!(shown.contains(&path.display().to_string()), "{shown}");
        assert!(std::error::Error::source(&error).is_some(), "{shown}");
        assert_eq!(name.starts_with("missing"), shown.ends_with("create the folder first"));
    }
}

#[test]
fn a_file_that_exists_is_kept_unless_told() {
    let folder = folder("exists");
    let frame = plain((16, 16), [1, 2, 3]);
    for name in ["out.mp4", "out.gif", "out.apng", "out.png", "out.y4m", "out.rgba", "1.png"] {
        let (path, kept) = (folder.join(name.replace('1', "%d")), folder.join(name));
        std::fs::write(&kept, "older").unwrap();
        let record = |options| -> framecast_api::Result<()> {
            let mut video = VideoWriter::create(&path, options)?;
            video.write(&frame, ms(0))?;
            video.finish(ms(100)).map(drop)
        };
        let error = record(VideoOptions::new()).unwrap_err().to_string();
        assert!(error.starts_with("cannot create "), "{error}");
        assert!(
            error.ends_with(
                "choose another name, or have it replaced (--record-overwrite; export: --overwrite)"
            ),
            "{error}"
        );
        assert_eq!(std::fs::read(&kept).unwrap(), b"older");
        record(VideoOptions::new().with_overwrite(true)).unwrap();
        assert_ne!(std::fs::read(&kept).unwrap(), b"older");
    }
}

#[test]
fn numbered_pictures_name_the_one_that_failed() {
    let path = folder("unwritable-number").join("missing").join("%d.png");
    let mut video = VideoWriter::create(&path, VideoOptions::new()).unwrap();
    video.write(&plain((8, 8), [1, 2, 3]), ms(0)).unwrap();
    let error = video.finish(ms(100)).unwrap_err().to_string();
    assert!(error.contains("missing/1.png"), "{error}");
}

#[test]
fn unknown_formats_and_impossible_options_are_refused_before_a_file_is_there() {
    let path = folder("refused").join("out.avi");
    let error = VideoWriter::create(&path, VideoOptions::new()).unwrap_err().to_string();
    assert!(error.contains("out.avi") && error.contains("possible are mp4"), "{error}");
    let options = VideoOptions::new().with_format(VideoFormat::Y4m).with_fps(0.0);
    assert!(VideoWriter::create(&path, options).is_err());
    assert!(!path.exists());
    let options = VideoOptions::new().with_format(VideoFormat::Apng);
    let error = VideoWriter::stream(io::sink(), "standard output", options).unwrap_err();
    assert!(error.to_string().contains("apng cannot be written to standard output"), "{error}");
}

#[test]
fn time_that_goes_back_is_held() {
    let path = folder("back").join("back.apng");
    let mut video = VideoWriter::create(&path, VideoOptions::new()).unwrap();
    for (color, at) in [(1, 0), (2, 500), (3, 200), (4, 700)] {
        video.write(&plain((8, 8), [color, 0, 0]), ms(at)).unwrap();
    }
    video.finish(ms(100)).unwrap();
    assert_eq!(probe(&path).times(), [0.0, 500.0, 700.0]);
}

#[test]
fn a_video_without_frames_is_no_file() {
    let folder = folder("empty");
    for name in ["out.mp4", "out.gif", "out.apng", "out.y4m", "out.png"] {
        let path = folder.join(name);
        let video = VideoWriter::create(&path, VideoOptions::new()).unwrap();
        assert_eq!(video.finish(ms(1000)).unwrap().frames, 0);
        assert!(!path.exists(), "{name}");
        // As one that is given up.
        drop(VideoWriter::create(&path, VideoOptions::new()).unwrap());
        assert!(!path.exists(), "{name}");
    }
}
