//! The socket that systemd hands to a service (socket activation).

use std::net::TcpListener;

use framecast_api::{Error, Result};

/// Takes the listening socket that systemd has handed to this process, for
/// [`HttpServer::from_listener`](crate::HttpServer::from_listener).
///
/// systemd listens in the place of a service, starts it when somebody connects, and gives it the socket: file 3,
/// with the variables `LISTEN_PID` and `LISTEN_FDS` (`sd_listen_fds(3)`). The `.socket` unit has one
/// `ListenStream=`. Programs that this process starts do not inherit the socket.
///
/// The address is whatever the unit says: check [`local_addr`](TcpListener::local_addr) where it matters that others
/// can reach it.
///
/// ```no_run
/// use framecast_http::{HttpServer, ServerConfig, systemd_listener};
///
/// let server = HttpServer::from_listener(systemd_listener()?, ServerConfig::default())?;
/// # Ok::<(), framecast_api::Error>(())
/// ```
///
/// # Errors
/// "Failed", with what to change in the unit, if no socket was handed to this process, if there are several, if it is
/// no TCP socket that listens, or if it was taken before; "not supported" on systems other than Linux.
pub fn systemd_listener() -> Result<TcpListener> {
    imp::take()
}

#[cfg(target_os = "linux")]
mod imp {
    use std::io;
    use std::os::fd::IntoRawFd;
    use std::sync::atomic::{AtomicBool, Ordering};

    use socket2::{SockRef, Type};

    use super::{Error, Result, TcpListener};

    /// Who has a descriptor closes it, so it may be given out once.
    static TAKEN: AtomicBool = AtomicBool::new(false);

    pub(super) fn take() -> Result<TcpListener> {
        let variable = |name| std::env::var(name).ok();
        check(
            variable("LISTEN_PID").as_deref(),
            variable("LISTEN_FDS").as_deref(),
            std::process::id(),
        )?;
        if TAKEN.swap(true, Ordering::Relaxed) {
            return Err(Error::failed("the socket that systemd handed over was taken already"));
        }
        let handed = sd_listen_fds::get().ok().and_then(|sockets| sockets.into_iter().next());
        let (_, socket) = handed.ok_or_else(none)?;
        let listener = TcpListener::from(socket);
        let unusable = |why: String| {
            Error::failed(format!(
                "the socket that systemd handed over cannot be used: {why}; the .socket unit needs \
                 ListenStream= with a port, perhaps an address before it, and Accept=no"
            ))
        };
        match is_tcp_listener(&listener) {
            Ok(true) => {}
            Ok(false) => return Err(unusable("it is no TCP socket that listens".to_owned())),
            Err(error) => {
                // Where no file is open, the standard library ends the process that closes it.
                let _ = listener.into_raw_fd();
                return Err(unusable(error.to_string()));
            }
        }
        rustix::io::fcntl_setfd(&listener, rustix::io::FdFlags::CLOEXEC)
            .map_err(|error| unusable(error.to_string()))?;
        Ok(listener)
    }

    fn is_tcp_listener(socket: &TcpListener) -> io::Result<bool> {
        let socket = SockRef::from(socket);
        Ok(socket.local_addr()?.as_socket().is_some()
            && socket.r#type()? == Type::STREAM
            && socket.is_listener()?)
    }

    /// Whether the variables hand one socket to the process `own`.
    fn check(pid: Option<&str>, count: Option<&str>, own: u32) -> Result<()> {
        let (Some(pid), Some(count)) = (pid, count) else { return Err(none()) };
        if pid.parse() != Ok(own) {
            return Err(Error::failed(format!(
                "the socket of systemd is for another process: LISTEN_PID is {pid:?}, and this is \
                 process {own}; where a script starts this program, let it use exec"
            )));
        }
        match count.parse::<u32>() {
            Ok(0) => Err(none()),
            Ok(1) => Ok(()),
            Ok(count) => Err(Error::failed(format!(
                "systemd handed over {count} sockets, and only one can be used; keep one \
                 ListenStream= in the .socket unit"
            ))),
            Err(_) => Err(Error::failed(format!("LISTEN_FDS is no number: {count:?}"))),
        }
    }

    fn none() -> Error {
        Error::failed(
            "systemd handed no socket to this process (LISTEN_PID and LISTEN_FDS); start it by a \
             .socket unit with ListenStream= and a service of the same name",
        )
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn one_socket_for_this_process_is_taken_and_everything_else_is_told() {
            assert!(check(Some("7"), Some("1"), 7).is_ok());
            for (pid, count, word) in [
                (None, None, "handed no socket"),
                (Some("7"), None, "handed no socket"),
                (None, Some("1"), "handed no socket"),
                (Some("7"), Some("0"), "handed no socket"),
                (Some("8"), Some("1"), "LISTEN_PID is \"8\""),
                (Some(""), Some("1"), "LISTEN_PID is \"\""),
                (Some("7"), Some("2"), "2 sockets"),
                (Some("7"), Some("4294967295"), "4294967295 sockets"),
                (Some("7"), Some("4294967296"), "no number"),
                (Some("7"), Some("-1"), "no number"),
                (Some("7"), Some("\u{1b}[2J"), "\"\\u{1b}[2J\""),
            ] {
                let error = check(pid, count, 7).unwrap_err().to_string();
                assert!(error.contains(word), "{error}");
            }
        }

        #[test]
        fn only_a_tcp_socket_that_listens_is_used() {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let connected = std::net::TcpStream::connect(address).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let local = std::os::unix::net::UnixListener::bind(folder.path().join("s")).unwrap();
            let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            assert!(is_tcp_listener(&listener).unwrap());
            assert!(!is_tcp_listener(&fd(connected)).unwrap());
            assert!(!is_tcp_listener(&fd(local)).unwrap());
            assert!(!is_tcp_listener(&fd(udp)).unwrap());
            assert!(is_tcp_listener(&fd(tempfile::tempfile().unwrap())).is_err());
        }

        fn fd(of: impl Into<std::os::fd::OwnedFd>) -> TcpListener {
            of.into().into()
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use super::{Error, Result, TcpListener};

    pub(super) fn take() -> Result<TcpListener> {
        Err(Error::not_supported(
            "a socket from systemd, on this system: only Linux has systemd; listen on an address",
        ))
    }
}
