//! Which content coding a client takes: `Accept-Encoding` (RFC 9110, section 12.5.3). Pure.

use http::header::{self, HeaderMap};

/// A weight of 1, in thousandths.
const WHOLE: u16 = 1000;
/// As `Accept-Encoding` calls what is not encoded.
const IDENTITY: &str = "identity";
/// Another name for `gzip`, from HTTP/1.0.
const X_GZIP: &str = "x-gzip";

/// The place in `offered` of the coding to send; `None`: none of them. The client's weights decide, and
/// among equals the one that is offered first. Whoever names no coding gets none, and what cannot be
/// read of a list counts as not accepted.
pub(crate) fn choose(headers: &HeaderMap, offered: &[&str]) -> Option<usize> {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter();
    let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    let weight = |coding: &str| {
        let named = |wanted: &str| {
            let items = lines.iter().flat_map(|line| line.split(','));
            items.filter_map(item).find(|(name, _)| is(name, wanted)).map(|(_, weight)| weight)
        };
        named(coding).or_else(|| named("*"))
    };
    let mut best = None;
    // What is not encoded is accepted anyway, and wanted only by whoever says so.
    let mut most = weight(IDENTITY).filter(|_| names_identity(&lines)).unwrap_or(0);
    for (place, coding) in offered.iter().enumerate() {
        let weight = weight(coding).unwrap_or(0);
        if weight > most || (weight == most && weight > 0 && best.is_none()) {
            (best, most) = (Some(place), weight);
        }
    }
    best
}

fn names_identity(lines: &[&str]) -> bool {
    let mut items = lines.iter().flat_map(|line| line.split(',')).filter_map(item);
    items.any(|(name, _)| is(name, IDENTITY))
}

fn is(name: &str, coding: &str) -> bool {
    name.eq_ignore_ascii_case(coding) || (coding == "gzip" && name.eq_ignore_ascii_case(X_GZIP))
}

/// A coding and its weight; a weight that is none is 0. `None`: there is nothing between two commas.
fn item(text: &str) -> Option<(&str, u16)> {
    let (name, parameter) = match text.split_once(';') {
        Some((name, parameter)) => (name, Some(parameter)),
        None => (text, None),
    };
    let name = trim(name);
    let weight = parameter.map_or(Some(WHOLE), |parameter| {
        let (key, value) = parameter.split_once('=')?;
        trim(key).eq_ignore_ascii_case("q").then(|| thousandths(trim(value))).flatten()
    });
    (!name.is_empty()).then(|| (name, weight.unwrap_or(0)))
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// `qvalue`: 0 to 1 with at most three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let part: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(part),
        "1" if part == 0 => Some(WHOLE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// What is chosen of Brotli and gzip.
    fn chosen(lines: &[&str]) -> &'static str {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::ACCEPT_ENCODING, HeaderValue::from_str(line).unwrap());
        }
        choose(&headers, &["br", "gzip"]).map_or("-", |place| ["br", "gzip"][place])
    }

    #[test]
    fn the_smallest_that_is_accepted_is_sent() {
        for (line, coding) in [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip, deflate", "gzip"),
            ("deflate, gzip;q=1.0, *;q=0.5", "gzip"),
            ("br", "br"),
            ("BR", "br"),
            ("x-gzip", "gzip"),
            ("*", "br"),
            ("gzip;q=0.5, br;q=0.5", "br"),
            ("gzip, br;q=0.999", "gzip"),
            ("br;q=0.001", "br"),
            ("br;q=1.000", "br"),
            ("identity, br", "br"),
            ("identity;q=0.5, gzip", "gzip"),
            (" \t gzip \t ; \t Q = 0.8 ", "gzip"),
            (", ,,gzip,", "gzip"),
        ] {
            assert_eq!(chosen(&[line]), coding, "{line}");
        }
        assert_eq!(chosen(&["deflate", "gzip", "br;q=0.1"]), "gzip", "lines are one list");
    }

    #[test]
    fn what_is_not_accepted_is_not_sent() {
        assert_eq!(chosen(&[]), "-", "nothing is said");
        for (line, coding) in [
            ("", "-"),
            ("identity", "-"),
            ("deflate, zstd", "-"),
            ("br;q=0, gzip;q=0", "-"),
            ("br;q=0.000", "-"),
            ("br;q=0", "-"),
            ("br;q=0, *", "gzip"),
            ("gzip;q=0, *;q=0.1", "br"),
            ("*;q=0", "-"),
            ("*;q=0, gzip", "gzip"),
            ("identity;q=0", "-"),
            ("identity, br;q=0.5, gzip;q=0.5", "-"),
            ("brotli, gzipped, g zip, br/gzip", "-"),
        ] {
            assert_eq!(chosen(&[line]), coding, "{line}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_accepted() {
        for line in [
            "br;q=2",
            "br;q=1.001",
            "br;q=-1",
            "br;q=+1",
            "br;q=",
            "br;q",
            "br;",
            "br;q=.5",
            "br;q=0.1234",
            "br;q=1e0",
            "br;q=NaN",
            "br;q=0x1",
            "br;q=\"1\"",
            "br;level=9",
            "br;q=1;q=1",
            ";q=1",
            "=",
            ";",
            ",;,=,",
            "br gzip",
            "br\tgzip",
            "\"br\"",
            "br;q=0,br;q=1",
        ] {
            assert_eq!(chosen(&[line]), "-", "{line}");
        }
        let long = format!("{}gzip", "br;q=0,".repeat(2000));
        assert_eq!(chosen(&[&long]), "gzip");
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_bytes(b"br\xff").unwrap());
        assert_eq!(choose(&headers, &["br"]), None);
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("br"));
        assert_eq!(choose(&headers, &[]), None, "nothing is offered");
    }
}
