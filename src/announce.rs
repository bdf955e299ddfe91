//! Says where a canvas is to be seen, once it is open.

use framecast_api::{Role, ViewLink};
use log::Level;

use crate::canvas::Canvas;
use crate::messages::Messages;
use crate::notice;
use crate::options::Options;

/// Says where to look; shows a link as a QR code and opens the browser where the flags ask for it.
///
/// A logger is never given a link: whoever reads the log would have it.
pub(crate) fn announce(canvas: &Canvas, options: &Options, messages: Messages) {
    let mut own = None;
    let mut watch = None;
    for backend in canvas.stats().backends {
        let name = backend.name;
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
