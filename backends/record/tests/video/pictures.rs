use std::path::Path;

use framecast_api::PhysicalSize;
use framecast_record::video::{Resizing, VideoFormat, VideoOptions, VideoWriter};

use crate::scenes::PLASMA;
use crate::tools::{decode, folder, frames, ms, plain, record, rgb};

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_picture_is_the_newest_frame_in_its_own_size() {
    let folder = folder("png-newest");
    let path = folder.join("shot.png");
    let sources = [plain((30, 20), [1, 2, 3]), plain((40, 10), [200, 100, 50])];
    let progress = record(&path, VideoOptions::new(), &sources, &[0, 100], 200);
    assert_eq!((progress.frames, progress.bytes), (1, path.metadata().unwrap().len()));
    assert_eq!(decode(&path, (40, 10)), [rgb(&sources[1])]);
    assert_eq!(names(&folder), ["shot.png"]);
}

#[test]
fn the_older_picture_stays_until_the_new_one_is_complete() {
    let folder = folder("png-atomic");
    let path = folder.join("shot.png");
    std::fs::write(&path, "older").unwrap();
    let options = VideoOptions::new().with_overwrite(true);
    let mut video = VideoWriter::create(&path, options).unwrap();
    video.write(&plain((30, 20), [1, 2, 3]), ms(0)).unwrap();
    video.advance(ms(5000)).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"older");
    drop(video);
    assert_eq!(std::fs::read(&path).unwrap(), b"older");
    assert_eq!(names(&folder), ["shot.png"]);
}

#[test]
fn a_link_to_a_picture_stays_a_link() {
    let folder = folder("png-link");
    let path = folder.join("shot.png");
    std::fs::write(&path, "older").unwrap();
    let link = folder.join("link.png");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&path, &link).unwrap();
    #[cfg(windows)]
    std::os::windows::fs::symlink_file(&path, &link).unwrap();
    let source = plain((30, 20), [1, 2, 3]);
    record(
        &link,
        VideoOptions::new().with_overwrite(true),
        std::slice::from_ref(&source),
        &[0],
        100,
    );
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(decode(&path, (30, 20)), [rgb(&source)]);
}

#[test]
fn numbered_pictures_are_the_frames_that_differ() {
    let folder = folder("png-numbered");
    let path = folder.join("shot-%03d.png");
    let times: Vec<u64> = (0..12).map(|n| n * 100).collect();
    let mut sources = frames(PLASMA, (64, 48), &times);
    // The same once more changes nothing.
    sources.insert(5, sources[4].clone());
    let times: Vec<u64> = (0..13).map(|n| n * 100).collect();
    let progress = record(&path, VideoOptions::new(), &sources, &times, 60_000);
    sources.remove(5);
    assert_eq!(progress.frames, 12);
    let wanted: Vec<String> = (1..=12).map(|n| format!("shot-{n:03}.png")).collect();
    assert_eq!(names(&folder), wanted);
    for (name, source) in wanted.iter().zip(&sources) {
        assert_eq!(decode(&folder.join(name), (64, 48)), [rgb(source)]);
    }
}

#[test]
fn numbered_pictures_with_a_rate_are_evenly_spaced() {
    let folder = folder("png-rate");
    let sources = [[1, 2, 3], [200, 100, 50]].map(|color| plain((16, 16), color));
    let options = VideoOptions::new().with_fps(10.0);
    let progress = record(&folder.join("%d.png"), options, &sources, &[0, 300], 1000);
    assert_eq!((progress.frames, names(&folder).len()), (10, 10));
    let color = |number: u32| decode(&folder.join(format!("{number}.png")), (16, 16))[0][0];
    assert_eq!([1, 3, 4, 10].map(color), [1, 1, 200, 200]);
}

#[test]
fn numbered_pictures_have_one_size_or_their_own() {
    let folder = folder("png-sizes");
    let sources = [plain((30, 20), [1, 2, 3]), plain((40, 10), [200, 100, 50])];
    let path = folder.join("a%d.png");
    record(&path, VideoOptions::new(), &sources, &[0, 100], 200);
    decode(&folder.join("a2.png"), (30, 20));
    let path = folder.join("b%d.png");
    let options = VideoOptions::new().with_resizing(Resizing::Parts);
    record(&path, options, &sources, &[0, 100], 200);
    decode(&folder.join("b1.png"), (30, 20));
    decode(&folder.join("b2.png"), (40, 10));
    let path = folder.join("c%d.png");
    record(&path, options.with_size(PhysicalSize::new(8, 8)), &sources, &[0, 100], 200);
    decode(&folder.join("c2.png"), (8, 8));
}

#[test]
fn a_picture_can_go_to_a_stream() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let options = VideoOptions::new().with_format(VideoFormat::Png);
    let mut video = VideoWriter::stream(writer, "a pipe", options).unwrap();
    let source = plain((9, 5), [10, 20, 30]);
    video.write(&source, ms(0)).unwrap();
    video.finish(ms(10)).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut reader, &mut bytes).unwrap();
    let path = folder("png-stream").join("stream.png");
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(decode(&path, (9, 5)), [rgb(&source)]);
}
