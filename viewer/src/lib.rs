//! The browser side of framecast, as data: the page, the element `<framecast-view>` that it is made of, and a
//! module for notebooks (`afm.js`).
//!
//! `<framecast-view>` also plays recordings, from any web server; `player.js` is all that this needs in one file, to copy
//! to one.
//!
//! This crate decides nothing: it embeds the page's files, with the path each is served under
//! (relative to the canvas' own path) and its content type. Whoever serves them, `framecast-http`
//! in practice, adds headers and speaks `framecast.v1` with the page. The files are plain ES modules.
//! `bundle.js`, which the page runs, also comes compressed, and then has all of the page's modules in it.
//! `npm run --prefix viewer bundle` makes those from the modules, and `tests/run` fails when they differ;
//! building this crate never needs npm.

#![warn(missing_docs)]

/// One file of the viewer.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File {
    /// Where the page expects it, relative to the canvas' path: "main.js". The page itself is
    /// "index.html", which is also what the canvas' path alone should answer with.
    pub path: &'static str,
    /// The `Content-Type` to serve it with; a module script is refused by browsers without.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
    /// The same for a client that accepts one of these content codings, the smallest first: each
    /// with its name in `Accept-Encoding`. Empty for most files.
    pub encodings: &'static [(&'static str, &'static [u8])],
}

macro_rules! files {
    ($($content_type:literal: $($path:literal $([$($coding:literal: $ending:literal),+])?),+;)+) => {
        &[$($(
            File {
                path: $path,
                content_type: $content_type,
                bytes: include_bytes!(concat!("../", $path)),
                encodings: &[$($(($coding, include_bytes!(concat!("../", $path, $ending)))),+)?],
            },
        )+)+]
    };
}

/// Every file of the viewer.
pub static FILES: &[File] = files! {
    "text/html; charset=utf-8": "index.html";
    "text/css; charset=utf-8": "style.css";
    "image/svg+xml": "favicon.svg";
    "text/javascript; charset=utf-8":
        "afm.js",
        "bundle.js" ["br": ".br", "gzip": ".gz"],
        "framecast-view.js",
        "main.js",
        "player.js",
        "token.js",
        "core/accessibility/looks.js",
        "core/accessibility/message.js",
        "core/accessibility/mirror.js",
        "core/accessibility/roles.js",
        "core/address.js",
        "core/browser.js",
        "core/control.js",
        "core/cursors.js",
        "core/decode/coverage.js",
        "core/decode/crc.js",
        "core/decode/decoders.js",
        "core/decode/h264.js",
        "core/decode/honest.js",
        "core/decode/image.js",
        "core/decode/jpeg.js",
        "core/decode/ledger.js",
        "core/decode/picture.js",
        "core/decode/png.js",
        "core/decode/rectangles.js",
        "core/decode/rate.js",
        "core/decode/refresh.js",
        "core/decode/stream.js",
        "core/decode/updates.js",
        "core/decode/video-support.js",
        "core/input/events.js",
        "core/input/input.js",
        "core/input/keys.js",
        "core/input/pointers.js",
        "core/input/queue.js",
        "core/input/screen-keyboard.js",
        "core/input/text.js",
        "core/input/wheel.js",
        "core/layout.js",
        "core/lease.js",
        "core/links.js",
        "core/marks.js",
        "core/replay/chunk.js",
        "core/replay/decodable.js",
        "core/replay/failure.js",
        "core/replay/http.js",
        "core/replay/needed.js",
        "core/replay/picture-size.js",
        "core/replay/player.js",
        "core/replay/ranges.js",
        "core/replay/recording.js",
        "core/replay/strip.js",
        "core/replay/whole.js",
        "core/stage.js",
        "core/stored.js",
        "core/transport/attempts.js",
        "core/transport/backoff.js",
        "core/transport/clock.js",
        "core/transport/connection.js",
        "core/transport/fallback.js",
        "core/transport/protocol.js",
        "core/transport/segments.js",
        "core/transport/source.js",
        "core/transport/token.js",
        "core/video.js",
        "core/view-info.js",
        "core/view.js",
        "core/views.js",
        "core/zoom.js",
        "ui/announcer.js",
        "ui/chrome.js",
        "ui/clipboard.js",
        "ui/corner.js",
        "ui/details.js",
        "ui/element.js",
        "ui/figures.js",
        "ui/file-name.js",
        "ui/focus.js",
        "ui/fullscreen.js",
        "ui/links.js",
        "ui/make.js",
        "ui/mover.js",
        "ui/notes.js",
        "ui/presence.js",
        "ui/replay/chrome.js",
        "ui/replay/controls.js",
        "ui/replay/keys.js",
        "ui/replay/replay.js",
        "ui/replay/style.js",
        "ui/replay/thumbnails.js",
        "ui/replay/timeline.js",
        "ui/replay/words.js",
        "ui/sheet.js",
        "ui/status.js",
        "ui/style-base.js",
        "ui/style-needs.js",
        "ui/style-panels.js",
        "ui/style-status.js",
        "ui/viewers.js",
        "ui/visit.js",
        "ui/words.js";
};

/// The file that belongs at `path` (without a leading slash), if there is one.
///
/// ```
/// let page = framecast_viewer::file("index.html").unwrap();
/// assert_eq!(page.content_type, "text/html; charset=utf-8");
/// assert_eq!(framecast_viewer::file("../Cargo.toml"), None);
/// ```
#[must_use]
pub fn file(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn text(path: &str) -> &'static str {
        let file = file(path).unwrap_or_else(|| panic!("{path} is asked for, but not in FILES"));
        std::str::from_utf8(file.bytes).unwrap()
    }

    /// What stands in double quotes right after `before`, wherever `before` occurs.
    fn quoted_after<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
        let starts = text.match_indices(before).map(move |(at, _)| &text[at + before.len()..]);
        starts.filter_map(|rest| rest.strip_prefix('"')?.split('"').next())
    }

    /// The modules that the module at `path` imports.
    fn imports(path: &str) -> Vec<String> {
        let code = text(path);
        quoted_after(code, "from ")
            .chain(quoted_after(code, "import "))
            .chain(quoted_after(code, "import("))
            .map(|name| beside(path, name))
            .collect()
    }

    /// Where `name` leads from the file at `path`.
    fn beside(path: &str, name: &str) -> String {
        assert!(name.starts_with("./") || name.starts_with("../"), "{path} imports {name}");
        let mut parts: Vec<_> = path.split('/').collect();
        parts.pop();
        for part in name.split('/') {
            match part {
                "." => {}
                ".." => assert!(parts.pop().is_some(), "{path} imports {name}"),
                part => parts.push(part),
            }
        }
        parts.join("/")
    }

    /// Every module that `first` runs.
    fn reached(first: &str) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut open = vec![first.to_owned()];
        while let Some(path) = open.pop() {
            if reached.insert(path.clone()) {
                open.extend(imports(&path));
            }
        }
        reached
    }

    #[test]
    fn every_file_that_the_page_asks_for_is_here() {
        let page = text("index.html");
        let asked: Vec<_> = quoted_after(page, "href=").chain(quoted_after(page, "src=")).collect();
        assert!(asked.contains(&"bundle.js") && asked.contains(&"style.css"), "{asked:?}");
        asked.into_iter().for_each(|path| assert!(!text(path).is_empty()));
    }

    #[test]
    fn every_module_that_is_imported_is_here_and_no_other() {
        let modules = FILES.iter().filter(|file| file.path.ends_with(".js"));
        let here: BTreeSet<_> = modules.map(|file| file.path.to_owned()).collect();
        // The page's, the notebook's, and what pages of others import besides the element.
        let first = ["bundle.js", "afm.js", "token.js", "player.js"];
        let wanted: BTreeSet<_> = first.into_iter().flat_map(reached).collect();
        assert_eq!(wanted, here);
    }

    #[test]
    fn the_core_knows_nothing_of_what_is_around_the_picture() {
        let core = FILES.iter().map(|file| file.path).filter(|path| path.starts_with("core/"));
        for path in core.clone() {
            let outside = imports(path).into_iter().find(|other| !other.starts_with("core/"));
            assert_eq!(outside, None, "imported by {path}");
        }
        assert!(core.count() > 30, "the core is here");
    }

    #[test]
    fn only_the_bundle_is_compressed_the_smallest_first() {
        let is_bundle = |file: &&File| file.path == "bundle.js";
        assert!(FILES.iter().filter(|file| !is_bundle(file)).all(|file| file.encodings.is_empty()));
        let bundle = file("bundle.js").unwrap();
        let codings: Vec<_> = bundle.encodings.iter().map(|(coding, _)| *coding).collect();
        assert_eq!(codings, ["br", "gzip"]);
        let [(_, br), (_, gzip)] = bundle.encodings else { panic!("two codings") };
        assert!(br.len() < gzip.len() && gzip.starts_with(&[0x1f, 0x8b]));
        // All of the page in 49.8 KB: the rest is what is left for headers, the style and the icon.
        assert!(gzip.len() < 44_400, "{}", gzip.len());
    }

    #[test]
    fn what_plays_recordings_is_loaded_only_where_there_is_one() {
        let element = text("framecast-view.js");
        assert!(element.contains("import(\"./ui/replay/replay.js\")"));
        let at_once = FILES.iter().filter(|file| !file.path.contains("replay/"));
        for path in at_once.map(|file| file.path).filter(|path| path.ends_with(".js")) {
            let code = text(path);
            let mut imported = quoted_after(code, "from ").chain(quoted_after(code, "import "));
            let found = imported.find(|other| other.contains("replay/"));
            assert_eq!(found, None, "imported by {path}");
        }
        assert_eq!(imports("player.js"), [""; 0], "it is one file");
    }

    #[test]
    fn the_page_needs_nothing_inline_and_nothing_from_elsewhere() {
        let page = text("index.html");
        assert!(!page.contains("style=") && !page.contains("<style"));
        assert!(!page.contains("onload=") && !page.contains("onclick="));
        assert_eq!(page.matches("<script").count(), 1);
        assert!(page.contains("<script type=\"module\" async src=\"bundle.js\"></script>"));
        for file in FILES.iter().filter(|file| file.path != "favicon.svg") {
            let text = std::str::from_utf8(file.bytes).unwrap();
            // Neither examples in comments nor the name of a vocabulary are ever fetched.
            let is_code = |line: &&str| !line.trim_start().starts_with(['*', '/']);
            let code: Vec<_> = text.lines().filter(is_code).collect();
            let text = code.join("\n").replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains("://"), "{} names an address", file.path);
            assert!(!text.contains("url("), "{} loads something by url()", file.path);
        }
    }

    #[test]
    fn paths_are_plain_relative_and_unique() {
        let paths: BTreeSet<_> = FILES.iter().map(|file| file.path).collect();
        assert_eq!(paths.len(), FILES.len());
        for path in paths {
            assert!(
                path.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"./-".contains(&b)),
                "{path}"
            );
        }
    }
}
