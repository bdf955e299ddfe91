//! Content types by the ending of a name: what a page is made of.

use http::HeaderValue;

/// What browsers do not look into: with `nosniff` they neither show nor run it.
const OTHER: &str = "application/octet-stream";

/// Endings in lower case. The types are those of IANA's registry; scripts are `text/javascript` since
/// RFC 9239.
const KINDS: &[(&str, &[&str])] = &[
    ("text/html; charset=utf-8", &["html", "htm"]),
    ("text/css; charset=utf-8", &["css"]),
    ("text/javascript; charset=utf-8", &["js", "mjs"]),
    ("text/plain; charset=utf-8", &["txt"]),
    ("text/markdown; charset=utf-8", &["md"]),
    ("text/csv; charset=utf-8", &["csv"]),
    ("text/vtt; charset=utf-8", &["vtt"]),
    ("application/json", &["json", "map"]),
    ("application/manifest+json", &["webmanifest"]),
    ("application/xml", &["xml"]),
    ("application/wasm", &["wasm"]),
    ("application/pdf", &["pdf"]),
    ("application/zip", &["zip"]),
    ("image/svg+xml", &["svg"]),
    ("image/png", &["png"]),
    ("image/apng", &["apng"]),
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/gif", &["gif"]),
    ("image/webp", &["webp"]),
    ("image/avif", &["avif"]),
    ("image/bmp", &["bmp"]),
    ("image/vnd.microsoft.icon", &["ico"]),
    ("font/woff2", &["woff2"]),
    ("font/woff", &["woff"]),
    ("font/ttf", &["ttf"]),
    ("font/otf", &["otf"]),
    ("audio/mpeg", &["mp3"]),
    ("audio/ogg", &["ogg", "oga", "opus"]),
    ("audio/wav", &["wav"]),
    ("audio/flac", &["flac"]),
    ("audio/mp4", &["m4a"]),
    ("video/mp4", &["mp4", "m4v"]),
    ("video/webm", &["webm"]),
    ("model/gltf-binary", &["glb"]),
];

/// The content type of a file called `name`.
pub(crate) fn of(name: &str) -> HeaderValue {
    let file = name.rsplit('/').next().unwrap_or(name);
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let kind = KINDS.iter().find(|(_, endings)| endings.contains(&&*ending));
    HeaderValue::from_static(kind.map_or(OTHER, |(kind, _)| kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_that_of_the_last_ending() {
        assert_eq!(of("logo.PNG"), "image/png");
        assert_eq!(of("a.png/b.min.js"), "text/javascript; charset=utf-8");
        for unknown in ["LICENSE", "a.html/b", "x.php", "html", "x.tar.gz", "x.html.bak"] {
            assert_eq!(of(unknown), OTHER, "{unknown}");
        }
    }

    #[test]
    fn the_viewers_own_files_have_the_types_that_it_says() {
        for file in framecast_viewer::FILES {
            assert_eq!(of(file.path), file.content_type, "{}", file.path);
        }
    }

    #[test]
    fn every_ending_has_one_type() {
        let mut endings: Vec<_> = KINDS.iter().flat_map(|(_, endings)| *endings).collect();
        let all = endings.len();
        endings.sort();
        endings.dedup();
        assert_eq!(endings.len(), all);
        assert!(
            endings
                .iter()
                .all(|it| it.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
        );
    }
}
