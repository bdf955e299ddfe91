//! Says where a canvas is to be seen, once it is open.

use framecast_api::{Role, ViewLink};
use log::Level;

use crate::canvas::Canvas;
use crate::messages::Messages;
use crate::notice;
use crate::options::{LinkFormat, Options};

/// Says where to look; shows a link as a QR code and opens the browser where the flags ask for it.
///
/// A logger never gets a link: everybody who reads the log could use it. Standard output is given them where the user
/// wants it (`--print-links`).
pub(crate) fn announce(canvas: &Canvas, options: &Options, messages: Messages) {
    let mut own = None;
    let mut watch = None;
    let mut lines = String::new();
    for backend in canvas.stats().backends {
        let name = backend.name;
        if name == "record" || name == "relay" {
            continue; // It has said where.
        }
        lines.extend(backend.links.iter().map(|link| json_line(&name, link)));
        if messages == Messages::Facade {
            let addresses: Vec<_> = backend.links.iter().map(public).collect();
            let place = addresses.first().map_or(String::new(), |url| format!(" at {url}"));
            messages.notice(Level::Info, &format!("{name} open{place}"));
            continue;
        }
        if backend.links.is_empty() {
            notice::print_notice(&format!("{name:<7} open"));
        }
        for ViewLink { name: link, role, url, .. } in backend.links {
            notice::print_notice(&match (&*link, role.name()) {
                ("open", _) => format!("{name:<7} {url}"),
                (link, role) if link == role => format!("{name:<7} {role:<7} {url}"),
                (link, role) => format!("{name:<7} {role:<7} {url} ({link})"),
            });
            if role == Role::Watch {
                watch.get_or_insert(url.clone());
            }
            own.get_or_insert(url);
        }
    }
    match options.print_links {
        Some(LinkFormat::Json) => print_links(&lines),
        None => {}
    }
    if options.qr {
        print_code(watch.as_deref());
    }
    if options.open {
        match own {
            None => notice::print_notice("--open: there is no web mirror to open"),
            Some(link) => open_browser(&link),
        }
    }
}

/// Prints links for a script, all at once.
fn print_links(lines: &str) {
    if lines.is_empty() {
        notice::print_notice("--print-links: there are no links");
    } else if let Err(error) = notice::print_output(lines) {
        notice::print_notice(&format!(
            "--print-links: standard output cannot be written ({error}); the links are printed on standard error"
        ));
    }
}

/// A link as a line of JSON.
fn json_line(backend: &str, link: &ViewLink) -> String {
    let fields = [
        ("backend", backend),
        ("name", &link.name),
        ("role", link.role.name()),
        ("url", &link.url),
    ];
    let fields = fields.map(|(key, value)| format!("\"{key}\":{}", json_string(value)));
    format!("{{{}}}\n", fields.join(","))
}

/// A string of JSON (RFC 8259, section 7), with everything that a terminal could take for a command as an escape.
fn json_string(text: &str) -> String {
    let mut json = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            ' '..='~' => json.push(c),
            _ => {
                let units = c
                    .encode_utf16(&mut [0; 2])
                    .iter()
                    .map(|unit| format!("\\u{unit:04x}"))
                    .collect::<String>();
                json.push_str(&units);
            }
        }
    }
    json.push('"');
    json
}

/// The address of a link without its secret.
fn public(link: &ViewLink) -> &str {
    link.url.split('#').next().unwrap_or_default()
}

/// Prints a link as a picture that a camera can read.
#[cfg(feature = "qr")]
fn print_code(link: Option<&str>) {
    match link.map(qr_code) {
        Some(Some(lines)) => notice::print_picture("a link to watch:", &lines),
        _ => notice::print_notice("--qr: there is no link to watch"),
    }
}

/// `Options::check_features` has refused the flag.
#[cfg(not(feature = "qr"))]
fn print_code(_: Option<&str>) {}

#[cfg(feature = "qr")]
fn qr_code(link: &str) -> Option<String> {
    use std::io::IsTerminal;

    use qrcode::render::unicode::Dense1x2;

    let code = qrcode::QrCode::with_error_correction_level(link, qrcode::EcLevel::L).ok()?;
    // What is printed is the light part: white on black, as most terminals are anyway.
    let code = code.render().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
    if !std::io::stderr().is_terminal() {
        return Some(code);
    }
    let line = |line: &str| format!("\u{1b}[97;40m{line}\u{1b}[0m");
    Some(code.lines().map(line).collect::<Vec<_>>().join("\n"))
}

#[cfg(feature = "open")]
fn open_browser(link: &str) {
    if let Err(error) = open::that_detached(link) {
        notice::print_notice(&format!(
            "--open: no browser could be started ({error}); open the link yourself"
        ));
    }
}

/// `Options::check_features` has refused the flag.
#[cfg(not(feature = "open"))]
fn open_browser(_: &str) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_one_line_of_json_with_its_fields_in_order() {
        let link = ViewLink::new("desk", Role::Drive, "http://127.0.0.1:60649/#token=ab");
        assert_eq!(
            json_line("http", &link),
            "{\"backend\":\"http\",\"name\":\"desk\",\"role\":\"drive\",\"url\":\"http://127.0.0.1:60649/#token=ab\"}\n"
        );
    }

    #[test]
    fn whatever_a_backend_calls_its_links_json_says_the_same_and_no_terminal_obeys_it() {
        for name in [
            "a\"b\\c",
            "\u{1b}[31m\r\n\t\0\u{7f}",
            "\u{9b}2J\u{202e}\u{2028}",
            "ä\u{1f600}\u{ffff}",
            "",
        ] {
            let line = json_line(name, &ViewLink::new(name, Role::Watch, name));
            let (json, end) = line.split_at(line.len() - 1);
            assert!(
                end == "\n" && json.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
                "{line:?}"
            );
            let read: serde_json::Value = serde_json::from_str(json).unwrap();
            assert_eq!(
                read,
                serde_json::json!({ "backend": name, "name": name, "role": "watch", "url": name })
            );
        }
    }
}
