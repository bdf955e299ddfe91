//! A self-signed certificate that is kept from one start to the next: `--tls-keep`.

use crate::program::{Running, command};

const DEMO: [&str; 6] = ["--backend", "http", "--listen", "127.0.0.1:0", "demo", "paint"];

fn error(flags: &[&str]) -> String {
    let output = command(&[flags, &DEMO].concat()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

/// The line with the fingerprint, after one with `word`.
fn fingerprint(flags: &[&str], word: Option<&str>) -> String {
    let running = Running::start(command(&[flags, &DEMO].concat()));
    word.map(|word| running.line(word));
    let line = running.line("SHA-256: ");
    running.line("https://127.0.0.1:");
    line
}

#[test]
fn a_kept_certificate_is_the_same_at_the_next_start_and_another_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mirror.pem");
    let keep = ["--tls-keep", file.to_str().unwrap()];
    let first = fingerprint(&keep, Some("made a certificate"));
    assert_eq!(fingerprint(&keep, None), first);
    assert_eq!(fingerprint(&[&["--tls", "self-signed"][..], &keep].concat(), None), first);
    let more = [&["--allow-host", "plots.example.org"][..], &keep].concat();
    let renewed = fingerprint(&more, Some("does not name plots.example.org: made a new one"));
    assert_ne!(renewed, first);
    assert_eq!(fingerprint(&keep, None), renewed);
}

#[test]
fn what_is_no_kept_certificate_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mirror.pem");
    let keep = ["--tls-keep", file.to_str().unwrap()];
    let both = [&keep[..], &["--tls-cert", "x", "--tls-key", "x"]].concat();
    assert!(error(&both).contains("there can be one certificate"));
    assert!(!file.exists());
    fingerprint(&keep, None);
    std::fs::write(&file, "my diary").unwrap();
    let text = error(&keep);
    assert!(text.contains("mirror.pem") && text.contains("left as it is"), "{text}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "my diary");
}
