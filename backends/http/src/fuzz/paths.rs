use std::path::{Component, Path};

use crate::front::live::LivePath;
use crate::resources::{Name, Resources};

/// The path of a request as the name of a file, or of a segment: by another reader than the one under test.
pub fn paths(bytes: &[u8]) {
    let Ok(path) = str::from_utf8(bytes) else { return };
    let below = path.strip_prefix("live/").unwrap_or(path);
    if let Some(found) = LivePath::parse(below) {
        names_one_thing(below, found);
    }
    let name = match Name::asked(path) {
        Ok(Some(name)) => name,
        Ok(None) => return,
        Err(refusal) => {
            assert_eq!(refusal.status.as_u16(), 400, "{path:?}");
            assert!(path.contains('%'), "{path:?} has no escape to be malformed");
            return;
        }
    };
    let text = name.as_str();
    leads_nowhere_else(text);
    assert!(path.is_empty() || decoded(path).as_deref() == Some(text.as_bytes()), "{path:?}");
    // Only what can be asked for can be put there, and all of that.
    assert_eq!(Name::plain(text).as_ref(), Some(&name));
    let escaped: Vec<String> = text.split('/').map(escape).collect();
    assert_eq!(Name::asked(&escaped.join("/")), Ok(Some(name.clone())), "{text:?}");
    let resources = Resources::new();
    if resources.insert(text, bytes).is_ok() {
        assert!(
            smol::block_on(resources.find(&name, "")).unwrap().is_some() && resources.remove(text)
        );
    }
}

/// Each thing has one address, so that a cache has it once.
fn names_one_thing(path: &str, found: LivePath) {
    let printed = match found {
        LivePath::Now => "now".to_owned(),
        LivePath::Segment(name) => name.to_string(),
        LivePath::Picture(name) => format!("{name}-full"),
    };
    assert_eq!(printed, path);
    if found != LivePath::Now {
        let fields: Vec<_> = path.trim_end_matches("-full").split('-').collect();
        let [run, number, key] = fields[..] else { panic!("{path:?} has three fields") };
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        assert!(run.len() == 16 && key.len() == 16 && run.bytes().chain(key.bytes()).all(is_hex));
        assert!(number.len() <= 20 && number.bytes().all(|byte| byte.is_ascii_digit()));
    }
}

fn leads_nowhere_else(text: &str) {
    let parts: Vec<_> = Path::new(text).components().collect();
    assert!(parts.iter().all(|part| matches!(part, Component::Normal(_))), "{text:?}");
    assert_eq!(parts.len(), text.split('/').count(), "{text:?} has parts that mean nothing");
    for part in text.split('/') {
        let plain = !part.is_empty() && !part.starts_with('.') && !part.ends_with(['.', ' ']);
        assert!(plain && part.len() <= 255, "{text:?}");
        assert!(!part.chars().any(|it| it.is_control() || "\\:~".contains(it)), "{text:?}");
    }
}

/// One pass from left to right.
fn decoded(path: &str) -> Option<Vec<u8>> {
    let mut bytes = path.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        out.push(if byte == b'%' { (digit()? * 16 + digit()?) as u8 } else { byte });
    }
    Some(out)
}

fn escape(part: &str) -> String {
    part.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
