//! The viewer's own page: it names what it loads by the hash of what that is now, so that a browser
//! asks for it once. Pure.

use http::HeaderValue;

use super::{Content, hash};

/// The page.
pub(super) const PAGE: &str = "index.html";
/// All modules of the page in one file, for browsers that accept it compressed.
pub(super) const BUNDLE: &str = "bundle.js";
/// What the page loads.
pub(super) const PARTS: [&str; 3] = ["favicon.svg", "style.css", BUNDLE];
/// The field of an address that has the hash.
const VERSION: &str = "v";
/// The attribute of `<framecast-view>` in the page that gives it a status.
pub(super) const STATUS: &str = " stats ";

/// Where the page gets the addresses of other servers, in an attribute of its own.
const VIEW: &str = " id=\"view\" ";

/// The page, whose `parts` have these hashes. `also`: addresses of other servers, of bytes that need no escape in HTML.
pub(super) fn page(parts: &[(&str, String)], no_status: bool, also: &str) -> Option<Content> {
    let file = framecast_viewer::file(PAGE)?;
    let mut text = std::str::from_utf8(file.bytes).ok()?.to_owned();
    if no_status {
        text = text.replacen(STATUS, " ", 1);
    }
    if !also.is_empty() {
        text = text.replacen(VIEW, &format!("{VIEW}data-also=\"{also}\" "), 1);
    }
    for (name, version) in parts {
        let versioned = format!("\"{name}?{VERSION}={version}\"");
        text = text.replace(&format!("\"{name}\""), &versioned);
    }
    let hash = hash(text.as_bytes());
    Some(Content::new(HeaderValue::from_static(file.content_type), text.into(), &hash))
}

/// Whether an address with this query is for what has the hash `version` and nothing else.
pub(super) fn names(query: Option<&str>, version: &str) -> bool {
    let fields = query.unwrap_or_default().split('&');
    fields.filter_map(|field| field.split_once('=')).any(|field| field == (VERSION, version))
}

/// The viewer's modules: a page has them all in its bundle.
pub(super) fn modules() -> impl Iterator<Item = &'static str> {
    let paths = framecast_viewer::FILES.iter().map(|file| file.path);
    paths.filter(|path| path.ends_with(".js"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_for_one_content_if_it_has_its_hash() {
        for query in ["v=12ab", "v=12ab&x", "x=1&v=12ab", "v=0&v=12ab"] {
            assert!(names(Some(query), "12ab"), "{query}");
        }
        for query in
            ["", "v", "v=", "v=12a", "v=12abc", "v=12AB", "V=12ab", "x=12ab", "12ab", "xv=12ab"]
        {
            assert!(!names(Some(query), "12ab"), "{query}");
        }
        assert!(!names(None, "12ab"));
    }

    #[test]
    fn the_page_names_all_that_it_loads_by_its_hash() {
        let parts = PARTS.map(|name| (name, "12ab".to_owned()));
        let page = page(&parts, false, "").unwrap();
        let page = std::str::from_utf8(&page.bytes).unwrap();
        let addresses = |before| page.matches(before).count();
        assert_eq!(addresses(" href=\"") + addresses(" src=\""), PARTS.len());
        assert_eq!(addresses("?v=12ab\""), PARTS.len(), "{page}");
    }

    #[test]
    fn the_page_knows_other_servers() {
        let text = |also| {
            let page = page(&[], true, also).unwrap();
            String::from_utf8(page.bytes.to_vec()).unwrap()
        };
        let also =
            "<framecast-view id=\"view\" data-also=\"https://b.example/ http://[::1]:8082/\" ";
        assert!(text("https://b.example/ http://[::1]:8082/").contains(also));
        assert!(!text("").contains("data-also"));
    }
}
