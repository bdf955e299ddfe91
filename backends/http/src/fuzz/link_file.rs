use std::time::{Duration, SystemTime, UNIX_EPOCH};

use framecast_api::Role;

use crate::Limits;
use crate::front::link_file::{Changes, LinkFile};
use crate::front::links::Keyring;

/// A time in the middle of those that the seeds name: 2026-06-01.
const NOW: Duration = Duration::from_secs(1_780_272_000);

/// The contents of a link file.
pub fn link_file(bytes: &[u8]) {
    let now: SystemTime = UNIX_EPOCH + NOW;
    let file = match LinkFile::parse(bytes) {
        Ok(file) => file,
        Err(error) => {
            let error = error.to_string();
            assert!(error.len() < 4096 && !error.contains(char::is_control), "{error:?}");
            let mut words = bytes.split(|byte| byte.is_ascii_whitespace());
            let secret = |word: &[u8]| {
                word.len() >= 22 && error.as_bytes().windows(word.len()).any(|it| it == word)
            };
            assert!(!words.any(secret), "an error shows what may be a token: {error}");
            return;
        }
    };
    assert!(file.lines.len() <= Limits::LINKS);
    let (watching, left_out) = LinkFile::parse_watching(bytes).unwrap();
    assert_eq!(watching.lines.len() + left_out.len(), file.lines.len());
    assert!(watching.lines.iter().all(|line| line.role == Role::Watch));
    let text = file.to_text();
    assert_eq!(LinkFile::parse(text.as_bytes()).unwrap(), file, "{text:?}");
    let shown = format!("{file:?}");
    for line in &file.lines {
        let secret = line.secret.to_text().unwrap();
        assert!(!shown.contains(&secret), "a secret can be printed");
    }
    // What is read can be used, and changes nothing when it is read again.
    let links = file.links(now);
    assert_eq!(links.len() + file.expired(now).len(), file.lines.len());
    let at = std::time::Instant::now();
    let mut keyring = Keyring::new(false);
    keyring.exchange(&[], links.clone(), at).unwrap();
    assert_eq!(keyring.links(at).count(), links.len());
    assert!(Changes::between(&file.lines, &file.lines, now).is_empty());
    let all = Changes::between(&file.lines, &[], now);
    keyring.exchange(&all.gone, all.added, at).unwrap();
    assert_eq!(keyring.links(at).count(), 0);
}
