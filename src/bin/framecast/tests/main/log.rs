//! `--log`: what it holds, and which files it takes.

use std::path::Path;

use crate::PATIENCE;
use crate::program::{Running, command, join};

const HTTP: [&str; 4] = ["--backend", "http", "--listen", "127.0.0.1:0"];

fn logging(log: &str) -> Running {
    let links = ["--link", "desk=drive", "--link", "guest=watch"];
    Running::start(command(&[&HTTP[..], &links, &["--log", log, "demo", "paint"]].concat()))
}

/// The token and the port of the link that `line` tells.
fn link(line: &str) -> (String, u16) {
    let (address, token) = line.split_once("/#token=").unwrap();
    let token = token.split(' ').next().unwrap().to_owned();
    (token, address.rsplit(':').next().unwrap().parse().unwrap())
}

/// Waits until the log says so.
fn until_logged(log: &Path, text: &str) -> String {
    let end = std::time::Instant::now() + PATIENCE;
    loop {
        let logged = std::fs::read_to_string(log).unwrap();
        if logged.contains(text) {
            return logged;
        }
        assert!(std::time::Instant::now() < end, "no {text:?} in {logged}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn without_a_terminal_the_log_says_who_joins_drives_and_leaves_by_which_link() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let running = logging(log.to_str().unwrap());
    let (drive, port) = link(&running.line("drive"));
    let (watch, _) = link(&running.line("watch"));
    #[cfg(unix)]
    unix::is_private(&log);
    let address = ([127, 0, 0, 1], port).into();
    let driver = join(address, Some(&drive));
    until_logged(&log, "drives");
    let watcher = join(address, Some(&watch));
    until_logged(&log, "joined; may watch");
    drop(driver);
    until_logged(&log, "left: ");
    drop(watcher);
    let logged = until_logged(&log, "nobody drives");
    let events: Vec<_> = logged.lines().filter(|line| !line.contains("/#token=")).collect();
    let events = events.join("\n");
    for said in [
        "paint: desk 127.0.0.1:",
        "joined; may drive",
        " drives",
        "paint: guest 127.0.0.1:",
        "joined; may watch",
        "left: connection lost",
    ] {
        assert!(events.contains(said), "no {said:?} in {logged}");
    }
    assert!(!events.contains(&drive) && !events.contains(&watch), "{events}");
    // Each begins with the time in UTC, as RFC 3339 writes it.
    assert!(logged.lines().all(|line| line.as_bytes()[19] == b'Z'), "{logged}");
}

#[test]
fn a_hyphen_logs_to_standard_error() {
    let running = logging("-");
    let (drive, port) = link(&running.line("drive"));
    let _driver = join(([127, 0, 0, 1], port).into(), Some(&drive));
    assert!(running.line("joined").contains("may drive"));
}

#[test]
fn a_log_is_appended_to() {
    let log = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    std::fs::write(&log, "before\n").unwrap();
    let running = logging(log.to_str().unwrap());
    running.line("watch");
    let logged = until_logged(&log, "watch");
    assert!(logged.starts_with("before\n"), "{logged}");
}

/// What only the modes and links of Unix can say.
#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    use super::HTTP;
    use crate::program::command;

    /// Links are written to it.
    pub(super) fn is_private(log: &Path) {
        let mode = std::fs::metadata(log).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", log.display());
    }

    /// What the program says of a log that it does not take.
    fn refused(log: &Path) -> String {
        let output = command(&[&HTTP[..], &["--log", log.to_str().unwrap(), "demo"]].concat())
            .output()
            .unwrap();
        assert!(!output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    #[test]
    fn a_log_that_others_could_read_or_have_put_there_is_refused_and_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("open"), "before").unwrap();
        std::fs::set_permissions(path("open"), PermissionsExt::from_mode(0o644)).unwrap();
        let said = refused(&path("open"));
        assert!(said.contains("chmod 600") && said.contains("open"), "{said}");

        std::fs::write(path("mine"), "before").unwrap();
        std::fs::set_permissions(path("mine"), PermissionsExt::from_mode(0o600)).unwrap();
        symlink("mine", path("link")).unwrap();
        assert!(refused(&path("link")).contains("symbolic link"));
        symlink("nowhere", path("dangling")).unwrap();
        assert!(refused(&path("dangling")).contains("symbolic link"));
        assert!(!path("nowhere").exists());

        std::fs::hard_link(path("mine"), path("second")).unwrap();
        assert!(refused(&path("second")).contains("hard link"));
        assert!(refused(&path(".")).contains("directory"));
        assert!(refused(&path("none/log")).contains("No such file"));
        for name in ["open", "mine"] {
            assert_eq!(std::fs::read_to_string(path(name)).unwrap(), "before", "{name}");
        }
    }
}
