//! Whether there is a display, and what to tell the user when there is none.

/// What every message about a missing display ends with.
const ADVICE: &str =
    "start this in a desktop session, or leave the window out, as in --backend http";

/// Returns whether a window can probably be opened: on Linux, whether the display server that the environment
/// names answers; on other systems always true.
///
/// It is cheap enough to call at every start. Only opening the [`WindowBackend`](crate::WindowBackend) tells for
/// certain, and returns the reason.
#[must_use]
pub fn display_available() -> bool {
    if cfg!(any(windows, target_os = "macos")) {
        return true;
    }
    server::wayland_answers() || server::x11_answers()
}

/// Whether the Wayland compositor that the environment names answers.
pub(crate) fn wayland_answers() -> bool {
    server::wayland_answers()
}

/// Why no window could be opened although minifb tried, in one line, with advice; `reason` is
/// what it said.
pub(crate) fn explain_failure(reason: &str) -> String {
    let named = named_displays();
    let reason = reason.strip_prefix("Failed to create window: ").unwrap_or(reason);
    for (said, library, package) in
        [("load Xlib", "libX11", "libx11-6"), ("load XCursor", "libXcursor", "libxcursor1")]
    {
        if reason.contains(said) {
            return format!(
                "{library} is missing (install it, on Debian as {package}, or leave \
                 the window out, as in --backend http)"
            );
        }
    }
    if reason.contains("XOpenDisplay") && server::wayland_answers() {
        // minifb tries X11 when Wayland failed, and tells only the last error.
        format!(
            "{named} answers, but its libraries are missing or too old (install \
             libwayland-client, libwayland-cursor and libxkbcommon, or leave the window out, as \
             in --backend http)"
        )
    } else if reason.contains("XOpenDisplay") {
        format!("cannot open {named} ({ADVICE})")
    } else {
        // One line, whatever was said.
        let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("nothing opened on {named}: {reason} ({ADVICE})")
    }
}

/// Why no window could be opened although the display answered at first.
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) fn died_while_opening() -> String {
    format!("{} died while the window was opened ({ADVICE})", named_displays())
}

/// The reason not to try at all: the environment names no display.
pub(crate) fn no_display_named() -> Option<String> {
    if cfg!(any(windows, target_os = "macos")) {
        return None;
    }
    let named = ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(is_set);
    (!named).then(|| {
        format!("there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set ({ADVICE})")
    })
}

/// The displays that the environment names, for messages.
pub(crate) fn named_displays() -> String {
    let named: Vec<String> = [("Wayland", "WAYLAND_DISPLAY"), ("X11", "DISPLAY")]
        .into_iter()
        .filter(|(_, variable)| is_set(variable))
        .map(|(kind, variable)| {
            let value = std::env::var_os(variable).unwrap_or_default();
            format!("the {kind} display {value:?}")
        })
        .collect();
    if named.is_empty() { "the display".to_owned() } else { named.join(" or ") }
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

#[cfg(not(unix))]
mod server {
    pub(super) fn wayland_answers() -> bool {
        false
    }

    pub(super) fn x11_answers() -> bool {
        false
    }
}

#[cfg(unix)]
mod server {
    use std::net::{TcpStream, ToSocketAddrs};
    use std::os::unix::net::UnixStream;
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    /// How long a remote X server (ssh -X) may take to accept.
    const REMOTE: Duration = Duration::from_secs(1);
    /// Display 0's TCP port.
    const X11_PORT: u16 = 6000;

    pub(super) fn wayland_answers() -> bool {
        if super::is_set("WAYLAND_SOCKET") {
            return true;
        }
        let Some(name) = std::env::var_os("WAYLAND_DISPLAY").filter(|name| !name.is_empty()) else {
            return false;
        };
        // An absolute name replaces the directory.
        let folder = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).unwrap_or_default();
        let path = folder.join(name);
        path.is_absolute() && UnixStream::connect(path).is_ok()
    }

    pub(super) fn x11_answers() -> bool {
        std::env::var("DISPLAY").ok().and_then(|name| parse(&name)).is_some_and(|it| it.answers())
    }

    /// Where an X server listens.
    #[derive(Debug, PartialEq, Eq)]
    pub(super) enum Server {
        Local(u16),
        Remote(String, u16),
        Path(PathBuf),
    }

    /// Reads DISPLAY: `:0`, `unix:0.0`, `localhost:10.0`, `[::1]:1`, a socket's path.
    pub(super) fn parse(name: &str) -> Option<Server> {
        if name.starts_with('/') && Path::new(name).exists() {
            return Some(Server::Path(name.into()));
        }
        let (host, rest) = name.rsplit_once(':')?;
        let number: u16 = rest.split('.').next()?.parse().ok()?;
        let host = host.rsplit_once('/').map_or(host, |(protocol, host)| {
            // "unix/host:0" is local whatever the host is called.
            if protocol == "unix" { "" } else { host }
        });
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Some(match host {
            "" | "unix" => Server::Local(number),
            host => Server::Remote(host.to_owned(), number),
        })
    }

    impl Server {
        fn answers(&self) -> bool {
            match self {
                Server::Local(number) => {
                    let path = format!("/tmp/.X11-unix/X{number}");
                    UnixStream::connect(&path).is_ok() || abstract_socket_answers(&path)
                }
                Server::Path(path) => UnixStream::connect(path).is_ok(),
                Server::Remote(host, number) => {
                    let Some(port) = X11_PORT.checked_add(*number) else {
                        return false;
                    };
                    (host.as_str(), port).to_socket_addrs().is_ok_and(|mut addresses| {
                        addresses.any(|to| TcpStream::connect_timeout(&to, REMOTE).is_ok())
                    })
                }
            }
        }
    }

    #[cfg(target_os = "linux")]
    fn abstract_socket_answers(path: &str) -> bool {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::SocketAddr;
        SocketAddr::from_abstract_name(path).is_ok_and(|it| UnixStream::connect_addr(&it).is_ok())
    }

    #[cfg(not(target_os = "linux"))]
    fn abstract_socket_answers(_: &str) -> bool {
        false
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::server::{Server, parse};
    use super::*;

    #[test]
    fn display_names_are_read_as_xlib_does() {
        assert_eq!(parse(":7"), Some(Server::Local(7)));
        assert_eq!(parse("unix:0.1"), Some(Server::Local(0)));
        assert_eq!(parse("unix/name:3"), Some(Server::Local(3)));
        assert_eq!(parse("localhost:10.0"), Some(Server::Remote("localhost".into(), 10)));
        assert_eq!(parse("[::1]:1"), Some(Server::Remote("::1".into(), 1)));
        assert_eq!(parse("tcp/box:2"), Some(Server::Remote("box".into(), 2)));
        for bad in ["", ":", ":x", "host", "host:99999", "/no/such/socket"] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn failures_are_one_line_and_say_what_to_do() {
        for reason in [
            "Failed to create window: XOpenDisplay failed",
            "Failed to create window: failed to load Xlib: OpenError { kind: Library,\n detail: \"x\" }",
            "Failed to create window: failed to load XCursor: OpenError { }",
            "Failed to create window: Failed to setup\nX IM via XOpenIM.",
        ] {
            let text = explain_failure(reason);
            assert!(!text.contains('\n') && text.contains("--backend http"), "{text}");
        }
        assert!(explain_failure("failed to load Xlib: x").contains("libX11 is missing"));
        #[cfg(not(target_os = "macos"))]
        assert!(died_while_opening().contains("--backend http"));
    }
}
