//! What a path names: pure, and strict. Whatever passes here is a plain relative path on every system.

use http::StatusCode;
use percent_encoding::percent_decode_str;

use crate::front::answer::Refusal;

/// The page itself.
const START: &str = "index.html";
/// The longest part of a path, in bytes, as on most file systems.
const LONGEST_PART: usize = 255;
/// The most parts of a path.
const DEEPEST: usize = 32;
/// Names of devices on Windows, whatever their ending is.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
/// Names of devices when a digit follows; the superscripts count as such there.
const PORTS: [&str; 2] = ["com", "lpt"];

const MALFORMED: Refusal = Refusal::new(
    StatusCode::BAD_REQUEST,
    "The path is malformed: a % and two hexadecimal digits stand for a byte of UTF-8.\n",
);

/// Where a file belongs, relative to the page: parts that are joined by `/`.
///
/// Invariant: no part is empty, begins with a dot, or means anything but itself on any system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name(String);

impl Name {
    /// What a request asks for; `path` is as it was sent, without the slash at its beginning.
    /// `None`: no file is called so.
    ///
    /// It is decoded once: what is still an escape after that is a part of the name.
    pub(crate) fn asked(path: &str) -> Result<Option<Self>, Refusal> {
        if path.is_empty() {
            return Ok(Some(Self(START.to_owned())));
        }
        let is_escape = |after: &str| {
            after.len() >= 2 && after.bytes().take(2).all(|digit| digit.is_ascii_hexdigit())
        };
        if !path.split('%').skip(1).all(is_escape) {
            return Err(MALFORMED);
        }
        // Two readers may disagree about a slash in an escape: there is no such name.
        let slashes = |text: &str| text.bytes().filter(|byte| *byte == b'/').count();
        let decoded = percent_decode_str(path).decode_utf8().map_err(|_| MALFORMED)?;
        Ok(Some(&*decoded).filter(|it| slashes(it) == slashes(path)).and_then(Self::plain))
    }

    /// `text` itself; `None` if no file is called so.
    pub(crate) fn plain(text: &str) -> Option<Self> {
        let fine = text.split('/').count() <= DEEPEST && text.split('/').all(is_plain);
        fine.then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_plain(part: &str) -> bool {
    // A colon names a drive or a stream on Windows, a tilde an editor's copy, or there the short
    // form of any name, also of one that begins with a dot. Dots and spaces at the end are lost there.
    let odd = |char: char| char.is_control() || matches!(char, '\\' | ':' | '~');
    !part.is_empty()
        && part.len() <= LONGEST_PART
        && !part.starts_with('.')
        && !part.ends_with(['.', ' '])
        && !part.contains(odd)
        && !is_device(part)
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end_matches(' ').to_lowercase();
    let is_port = |port: &str| {
        let mut number = stem.strip_prefix(port).unwrap_or_default().chars();
        matches!((number.next(), number.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    };
    DEVICES.contains(&&*stem) || PORTS.into_iter().any(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(path: &str) -> Option<String> {
        Name::asked(path).unwrap().map(|name| name.0)
    }

    #[test]
    fn plain_paths_are_names() {
        for path in
            ["index.html", "logo.png", "img/deep/er/a-b_c.svg", "a..b", "a b", "100%", "icon"]
        {
            assert_eq!(Name::plain(path).unwrap().as_str(), path);
        }
        assert_eq!(asked("").unwrap(), "index.html", "the page itself");
        assert_eq!(asked("main.js").unwrap(), "main.js");
    }

    #[test]
    fn escapes_are_decoded_once() {
        for (path, name) in [
            ("my%20logo.png", "my logo.png"),
            ("%C3%BCber.html", "über.html"),
            ("%c3%bcber.html", "über.html"),
            ("%6cogo.png", "logo.png"),
            ("100%25.png", "100%.png"),
            ("%252e%252e", "%2e%2e"),
            ("a+b", "a+b"),
        ] {
            assert_eq!(asked(path).as_deref(), Some(name), "{path}");
        }
    }

    #[test]
    fn malformed_escapes_are_told_so() {
        for path in [
            "%",
            "a%",
            "a%2",
            "%zz",
            "%2/",
            "%-1",
            "%+1",
            "%u002e",
            "%C3",
            "%ff",
            "%C0%AE%C0%AE",
            "%ed%a0%80",
        ] {
            assert_eq!(Name::asked(path), Err(MALFORMED), "{path}");
        }
    }

    /// Also sent over a socket: tests/main/resources.rs.
    #[test]
    fn nothing_that_leads_elsewhere_is_a_name() {
        for path in [
            "..",
            ".",
            "../x",
            "x/..",
            "x/../y",
            "./x",
            "x/./y",
            "...",
            "x/.../y",
            "/",
            "/x",
            "//x",
            "x/",
            "x//y",
            "\\",
            "..\\x",
            "x\\..\\y",
            "\\\\host\\share",
            "C:",
            "C:/x",
            "C:\\x",
            "c:x",
            "x:stream",
            "x::$DATA",
            ".env",
            ".git/config",
            "x/.hidden",
            ".well-known/x",
            "x.",
            "x ",
            "x. ",
            "x./y",
            "index.html~",
            "ENV~1",
            "con",
            "CON",
            "Con.txt",
            "nul",
            "nul.tar.gz",
            "aux .js",
            "com1",
            "COM9.log",
            "lpt¹",
            "x/prn/y",
            "conin$",
            "\0",
            "x\0.png",
            "x\ny",
            "\u{7f}",
            "\u{85}",
        ] {
            assert_eq!(Name::plain(path), None, "{path:?}");
            let escaped: String = path.bytes().map(|byte| format!("%{byte:02x}")).collect();
            assert_eq!(Name::asked(&escaped), Ok(None), "{path:?}, escaped");
            if path.bytes().all(|byte| byte.is_ascii_graphic()) && path != "/" {
                assert_eq!(Name::asked(path), Ok(None), "{path:?}, as it is");
            }
        }
        assert_eq!(Name::plain(""), None);
        assert_eq!(asked("a%2fb"), None, "a slash is no part of a name");
        for name in ["console.js", "com.js", "com10", "auxiliary", "lpt", "null"] {
            assert!(Name::plain(name).is_some(), "{name} is none of them");
        }
    }

    #[test]
    fn long_and_deep_paths_are_no_names() {
        assert!(Name::plain(&"x".repeat(LONGEST_PART)).is_some());
        assert!(Name::plain(&"x".repeat(LONGEST_PART + 1)).is_none());
        assert!(Name::plain(&vec!["x"; DEEPEST].join("/")).is_some());
        assert!(Name::plain(&vec!["x"; DEEPEST + 1].join("/")).is_none());
    }
}
