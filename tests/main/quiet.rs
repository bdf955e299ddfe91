//! A library is quiet: without flags nothing is printed, no signal is caught, and messages go to the
//! program's logger.

use std::process::Command;
use std::sync::{Mutex, PoisonError};

use framecast::{Backend, Canvas, Context, Error, Frame, Options, Result};
use log::{Level, Log, Metadata, Record};

/// What the logger was given: level, target, text.
static RECORDS: Mutex<Vec<(Level, String, String)>> = Mutex::new(Vec::new());

struct Collector;

impl Log for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        if record.target().starts_with("framecast") {
            let entry = (record.level(), record.target().to_owned(), record.args().to_string());
            RECORDS.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        }
    }

    fn flush(&self) {}
}

fn records() -> Vec<(Level, String, String)> {
    std::mem::take(&mut RECORDS.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Cannot be opened.
struct Broken;

impl Backend for Broken {
    fn name(&self) -> &str {
        "broken"
    }

    fn open(&mut self, _: Context) -> Result<()> {
        Err(Error::failed("no luck \u{1b}[31mtoday"))
    }

    fn wants_frame(&self) -> bool {
        false
    }

    fn present(&mut self, _: &Frame) -> Result<()> {
        Ok(())
    }

    fn close(&mut self) {}
}

/// Runs the test `name`, which is ignored otherwise, in a process of its own; what it printed on
/// standard error.
fn alone(name: &str) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("FRAMECAST_") {
            command.env_remove(variable);
        }
    }
    let output = command
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env("FRAMECAST_BACKEND", "http")
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    let all = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && all.contains("1 passed"), "{all}\n{printed}");
    printed
}

#[test]
fn without_flags_nothing_is_printed() {
    assert_eq!(alone("quiet::child_without_flags"), "");
}

#[test]
#[ignore = "in a process of its own"]
fn child_without_flags() {
    log::set_logger(&Collector).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let canvas = Canvas::builder("quiet").open().unwrap();
    let broken = Canvas::builder("broken").backend(framecast::NullBackend::new().0).backend(Broken);
    let broken = broken.open().unwrap();
    let records = records();
    let open = records.iter().find(|(level, target, text)| {
        (*level, &**target) == (Level::Info, "framecast")
            && text.starts_with("http open at http://127.0.0.1:")
    });
    assert!(open.is_some(), "{records:?}");
    assert!(
        records.contains(&(
            Level::Warn,
            "framecast".into(),
            "broken: no luck \\u{1b}[31mtoday".into()
        )),
        "{records:?}"
    );
    let tokens: Vec<_> = canvas.links().into_iter().map(|link| link.url).collect();
    assert_eq!(tokens.len(), 2);
    for url in tokens {
        let (_, token) = url.split_once("#token=").unwrap();
        assert!(records.iter().all(|(.., text)| !text.contains(token)), "a log holds a link");
    }
    #[cfg(target_os = "linux")]
    assert_eq!(caught_signals() & ((1 << (2 - 1)) | (1 << (15 - 1))), 0, "SIGINT or SIGTERM");
    drop((canvas, broken));
}

#[test]
fn with_flags_it_says_where_to_look_and_what_went_wrong() {
    let printed = alone("quiet::child_with_flags");
    assert!(printed.contains("framecast: http    drive   http://127.0.0.1:"), "{printed}");
    assert!(printed.contains("framecast: broken: no luck \\u{1b}[31mtoday"), "{printed}");
}

#[test]
#[ignore = "in a process of its own"]
fn child_with_flags() {
    log::set_logger(&Collector).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let canvas = Canvas::builder("flags").options(&Options::default()).backend(Broken);
    let _canvas = canvas.open().unwrap();
    let records = records();
    assert!(records.iter().all(|(_, target, _)| target != "framecast"), "said twice: {records:?}");
}

/// The signals that this process catches, as bits from number 1 on.
#[cfg(target_os = "linux")]
fn caught_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    u64::from_str_radix(mask.trim(), 16).unwrap()
}
