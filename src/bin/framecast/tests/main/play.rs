//! `--record` and `play`: what goes into a recording comes out of it.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::time::Instant;

use framecast_record::{Playback, Reader};

use crate::PATIENCE;
use crate::program::command;

const SIZE: &str = "64x48";
const PIXELS: usize = 64 * 48;

/// The picture number `n`.
fn picture(n: u8) -> Vec<u8> {
    let pixel = |at: usize| [(at % 251) as u8 ^ n, n.wrapping_mul(37), (at / 64) as u8, 255];
    (0..PIXELS).flat_map(pixel).collect()
}

/// Records what comes through a pipe.
fn record(path: &Path, flags: &[&str]) -> Child {
    let path = path.to_str().unwrap();
    let mut args = vec!["--backend", "none", "--size", SIZE, "--record", path];
    args.extend(flags);
    args.extend(["pipe", "--format", "rgba"]);
    command(&args).stdin(Stdio::piped()).spawn().unwrap()
}

fn write(child: &mut Child, pictures: std::ops::Range<u8>) {
    let input = child.stdin.as_mut().unwrap();
    pictures.for_each(|n| input.write_all(&picture(n)).unwrap());
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn playback(path: &Path) -> Playback<File> {
    Playback::new(Reader::open(File::open(path).unwrap()).unwrap())
}

/// What is shown at the end.
fn last_picture(path: &Path) -> Vec<u8> {
    let mut playback = playback(path);
    playback.seek(u64::MAX).unwrap();
    playback.picture().pixels().as_flattened().to_vec()
}

#[test]
fn a_recording_ends_with_exactly_the_last_picture_and_plays_into_another() {
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("first.fcast");
    let mut child = record(&first, &[]);
    write(&mut child, 0..20);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let said = said(&output);
    assert!(said.contains("recording in ") && said.contains("first.fcast: "), "{said}");
    assert!(last_picture(&first) == picture(19));
    assert_eq!(playback(&first).reader().head().title, "pipe");
    let second = folder.path().join("second.fcast");
    let args = ["--backend", "none", "--record", second.to_str().unwrap(), "play"];
    let play = ["--at-end", "close", "--speed", "50", first.to_str().unwrap()];
    let output = command(&[&args[..], &play].concat()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(last_picture(&second) == picture(19));
    assert_eq!(playback(&second).reader().head().title, "pipe", "its title comes along");
}

#[test]
fn a_program_that_is_killed_leaves_a_recording_up_to_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("killed.fcast");
    let mut child = record(&path, &["--record-lossless"]);
    write(&mut child, 0..7);
    // Until the newest picture is in the file, all of it: the pipe stays open.
    let begin = Instant::now();
    let is_there = || {
        let file = File::open(&path).ok()?;
        let mut playback = Playback::new(Reader::open(file).ok()?);
        playback.seek(u64::MAX).ok()?;
        (playback.picture().pixels().as_flattened() == picture(6)).then_some(())
    };
    while is_there().is_none() {
        assert!(begin.elapsed() < PATIENCE, "nothing is written");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    // SIGKILL.
    child.kill().unwrap();
    child.wait().unwrap();
    let playback = playback(&path);
    let damage = playback.reader().damage().expect("it was not completed");
    assert!(damage.is_cut);
    let output = play(&path);
    assert!(output.status.success());
    assert!(said(&output).contains("was not completed"), "{}", said(&output));
}

/// Plays it to its end.
fn play(path: &Path) -> Output {
    let args = ["--backend", "none", "play", "--at-end", "close", "--speed", "50"];
    command(&[&args[..], &[path.to_str().unwrap()]].concat()).output().unwrap()
}

#[test]
fn damage_is_told_and_what_is_before_it_plays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.fcast");
    let mut child = record(&path, &[]);
    write(&mut child, 0..20);
    child.wait_with_output().unwrap();
    let whole = std::fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    // Found while it plays, and when it is opened.
    for bytes in [flipped, [&whole[..], &[7; 100]].concat()] {
        std::fs::write(&path, bytes).unwrap();
        let output = play(&path);
        assert!(output.status.success());
        assert_eq!(said(&output).matches("damaged at byte").count(), 1, "{}", said(&output));
    }
}

/// A recording of 10.5 s that changes four times a second, with places at 1.75, 3.75 and 5.75 s.
const SCENE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../backends/record/fixtures/scene.fcast");

#[test]
fn after_damage_it_goes_on_where_the_index_tells_how() {
    /// Of a frame of 160 × 60 pixels.
    const BYTES: usize = 160 * 60 * 4;
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(SCENE).unwrap();
    let export = |from: &Path| {
        let to = folder.path().join("out.rgba");
        let args = ["export", "--overwrite", "--fps", "4"];
        let files = [from.to_str().unwrap(), to.to_str().unwrap()];
        let output = command(&[&args[..], &files].concat()).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        (std::fs::read(to).unwrap(), said(&output))
    };
    let (exported, _) = export(Path::new(SCENE));
    let path = folder.path().join("damaged.fcast");
    // In the picture of 4.25 s, and in what stands before it.
    for at in [28_900, 28_866] {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x80;
        std::fs::write(&path, bytes).unwrap();
        let (damaged, told) = export(&path);
        let lost = "damaged at byte 28866; what changed from 4.2 s to 5.8 s is lost";
        assert_eq!(told.matches(lost).count(), 1, "{told}");
        assert_eq!(damaged.len(), exported.len());
        let frames = |bytes: &[u8]| bytes.chunks(BYTES).map(<[_]>::to_vec).collect::<Vec<_>>();
        let (damaged, exported) = (frames(&damaged), frames(&exported));
        for (n, frame) in damaged.iter().enumerate() {
            let shown = if (17..23).contains(&n) { 16 } else { n };
            assert!(*frame == exported[shown], "frame {n}, damaged at {at}");
        }
        let again = folder.path().join("again.fcast");
        let flags =
            ["--backend", "none", "--record-overwrite", "--record", again.to_str().unwrap()];
        let play = ["play", "--at-end", "close", "--speed", "50", path.to_str().unwrap()];
        let output = command(&[&flags[..], &play].concat()).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(said(&output).matches(lost).count(), 1, "{}", said(&output));
        assert!(last_picture(&again) == last_picture(Path::new(SCENE)));
    }
}

#[test]
fn a_replay_tells_that_its_recording_is_not_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.fcast");
    let name = path.to_str().unwrap();
    let mut child = record(&path, &["--record-input", name]);
    write(&mut child, 0..20);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let replay = || {
        let args = ["--backend", "none", "--replay-input", name, "--replay-speed", "max", "demo"];
        command(&args).output().unwrap()
    };
    let whole = std::fs::read(&path).unwrap();
    assert!(!said(&replay()).contains("completed"), "{}", said(&replay()));
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let output = replay();
    assert!(
        said(&output).contains("show.fcast: the recording was not completed"),
        "{}",
        said(&output)
    );
    let mut damaged = whole.clone();
    // Behind the head of a piece of the input, wherever pictures lie.
    let pieces: Vec<_> = (0..whole.len()).filter(|at| whole[*at..].starts_with(b"INPT")).collect();
    damaged[pieces[pieces.len() / 2] + 24] ^= 1;
    std::fs::write(&path, damaged).unwrap();
    let output = replay();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("the recording is damaged at byte"), "{}", said(&output));
}

#[test]
fn what_cannot_be_recorded_ends_the_program_before_it_begins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dear.fcast");
    std::fs::write(&path, "dear").unwrap();
    for (file, why) in [
        (path.as_path(), "choose another name"),
        (Path::new("/nowhere/a.fcast"), "create the folder first"),
    ] {
        let output = record(file, &[]).wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("cannot create "), "{}", said(&output));
        assert!(said(&output).contains(why), "{}", said(&output));
    }
    assert_eq!(std::fs::read(&path).unwrap(), b"dear");
    // What was made before that is removed again.
    let new = folder.path().join("new.fcast");
    let output = record(&new, &["--record", path.to_str().unwrap()]).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(!new.exists());
}

#[test]
fn one_file_is_recorded_in_once_whatever_it_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.fcast");
    let other = folder.path().join(".").join("..").join(folder.path().file_name().unwrap());
    let other = other.join("new.fcast");
    let twice = |flags: &[&str]| {
        let flags = [flags, &["--record", other.to_str().unwrap()]].concat();
        let output = record(&path, &flags).wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("same file"), "{}", said(&output));
    };
    twice(&[]);
    assert!(!path.exists());
    std::fs::write(&path, "dear").unwrap();
    twice(&["--record-overwrite"]);
    #[cfg(unix)]
    {
        let link = folder.path().join("link.fcast");
        std::fs::hard_link(&path, &link).unwrap();
        let flags = ["--record-overwrite", "--record", link.to_str().unwrap()];
        let output = record(&path, &flags).wait_with_output().unwrap();
        assert!(said(&output).contains("same file"), "{}", said(&output));
    }
    assert_eq!(std::fs::read(&path).unwrap(), b"dear");
}

#[test]
fn what_is_no_recording_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no.fcast");
    std::fs::write(&path, "not a recording at all").unwrap();
    let output = play(&path);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("no.fcast: this is no recording"), "{}", said(&output));
    let output: Output = command(&["play", "missing.fcast"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("cannot open missing.fcast: No such file"), "{}", said(&output));
}

#[test]
fn recordings_are_exported_as_pictures_and_for_other_programs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.fcast");
    let mut child = record(&path, &[]);
    write(&mut child, 0..20);
    child.wait_with_output().unwrap();
    let from = path.to_str().unwrap();
    let to = folder.path().join("last.png");
    let export = |args: &[&str]| command(&[&["export"], args].concat()).output().unwrap();
    let output = export(&[from, to.to_str().unwrap()]);
    assert!(output.status.success(), "{}", said(&output));
    let shown = image::open(&to).unwrap().into_rgba8();
    assert!(shown.as_raw() == &picture(19));
    // A file that exists is not lost.
    let output = export(&[from, to.to_str().unwrap()]);
    assert!(said(&output).contains("last.png") && said(&output).contains("--overwrite"));
    assert!(export(&["--overwrite", from, to.to_str().unwrap()]).status.success());
    // To a pipe: the header says the size and the rate.
    let output = export(&["--fps", "10", from, "-"]);
    assert!(output.status.success(), "{}", said(&output));
    let header = output.stdout.split(|byte| *byte == b'\n').next().unwrap();
    let header = String::from_utf8_lossy(header);
    assert!(header.starts_with("YUV4MPEG2 W64 H48 F10:1 "), "{header}");
    for (args, why) in [
        (&[from, "a.avi"][..], "possible are mp4"),
        (&["--from", "9:00", "--to", "1:00", from, "-"], "there is nothing from"),
        (&["missing.fcast", "-"], "missing.fcast"),
    ] {
        let output = export(args);
        assert!(!output.status.success() && said(&output).contains(why), "{}", said(&output));
    }
}
