//! The flags that every framecast application gets.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use argh::FromArgs;
use framecast_api::{Error, Result, Role};

use crate::control::ControlPolicy;

/// The flags of a framecast application, for [`CanvasBuilder::options`](crate::CanvasBuilder::options).
///
/// [`Options::from_env`] reads them from the command line. A program with a command line of its
/// own puts the parts ([`BackendList`], [`SizeArg`], [`ListenArg`], …) into its own struct, they
/// implement [`FromStr`], and fills this one by hand.
///
/// ```
/// use framecast::Options;
/// let options = Options::parse("my_app", &["--backend", "none", "--size", "640x480"])?;
/// assert_eq!(options.size.unwrap().to_string(), "640x480");
/// assert!(Options::parse("my_app", &["--size", "banana"]).is_err());
/// # Ok::<(), framecast::Error>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Default, FromArgs)]
#[argh(
    description = "One canvas, many audiences: shows this program in a window, in a terminal, in browsers, or several of them."
)]
pub struct Options {
    /// where to show it: a list of window, terminal and http; auto (a window if there is a display,
    /// or else, or over SSH, the terminal; and http); or none. Default: auto, or what
    /// FRAMECAST_BACKEND says
    #[argh(option, arg_name = "list")]
    pub backend: Option<BackendList>,

    /// size of the canvas at first, in logical pixels: 1280x720
    #[argh(option, arg_name = "WxH")]
    pub size: Option<SizeArg>,

    /// where the web mirror listens; port 0 takes a free one. Default: 127.0.0.1:60649, or a
    /// free port if that is taken
    #[argh(option, arg_name = "addr:port")]
    pub listen: Option<ListenArg>,

    /// let the web mirror listen on an address that others can reach, without encryption: who
    /// listens to the network sees the picture and can use the links
    #[argh(switch)]
    pub insecure: bool,

    /// encrypt the web mirror with a certificate that is made at start: self-signed. Browsers warn
    /// of it; its fingerprint is printed
    #[argh(option, arg_name = "self-signed")]
    pub tls: Option<TlsArg>,

    /// encrypt the web mirror with this certificate (PEM, with those between it and its root)
    #[argh(option, arg_name = "file")]
    pub tls_cert: Option<PathBuf>,

    /// the certificate's private key (PEM)
    #[argh(option, arg_name = "file")]
    pub tls_key: Option<PathBuf>,

    /// a link to the web mirror, besides others like it: NAME=drive or NAME=watch, and perhaps how
    /// long it is valid: guest=watch,2h. Default: one to drive and one to watch
    #[argh(option, arg_name = "name=role")]
    pub link: Vec<LinkArg>,

    /// let everybody on this machine drive, without a link
    #[argh(switch)]
    pub no_auth: bool,

    /// print the watch link also as a QR code
    #[argh(switch)]
    pub qr: bool,

    /// let pages of this origin (scheme, host and port) use the web mirror, too
    #[argh(option, arg_name = "https://host")]
    pub allow_origin: Vec<String>,

    /// answer also to this host name, such as that of a proxy or of this machine: example.org
    #[argh(option, arg_name = "host")]
    pub allow_host: Vec<String>,

    /// believe what this proxy says of whom it speaks for (X-Forwarded-For, X-Forwarded-Proto): its
    /// address, or a network such as 10.0.0.0/8
    #[argh(option, arg_name = "address")]
    pub trusted_proxy: Vec<String>,

    /// where browsers find the web mirror, as through a proxy: the links show it, and its host and
    /// its pages are allowed
    #[argh(option, arg_name = "https://host/path/")]
    pub public_url: Option<String>,

    /// the path that requests to the web mirror begin with, where a proxy does not take it away.
    /// Default: /
    #[argh(option, arg_name = "/path/")]
    pub base_path: Option<String>,

    /// let pages of this origin show the web mirror in a frame
    #[argh(option, arg_name = "https://host")]
    pub frame_ancestors: Vec<String>,

    /// a directory with files for the page, in the place of its own (index.html, style.css,
    /// favicon.svg) or beside them; whoever reaches the web mirror can read them
    #[argh(option, arg_name = "dir")]
    pub web_root: Option<PathBuf>,

    /// let the page load and connect to more than what this server has: a directive to be added to
    /// its Content-Security-Policy, in quotes; can be repeated
    #[argh(option, arg_name = "font-src https://host")]
    pub web_sources: Vec<String>,

    /// show no status in the corner of the page; what must be seen still comes over the picture
    #[argh(switch)]
    pub no_status: bool,

    /// how many viewers the web mirror has at most; one place in eight is kept for those who may
    /// drive. Default: 64
    #[argh(option, arg_name = "n")]
    pub clients: Option<usize>,

    /// who drives: local (the window, never a browser), first (the window, or else whoever has
    /// been here longest), request (as first; others can ask), any (whoever acts) or none.
    /// Default: first
    #[argh(option, arg_name = "policy")]
    pub control: Option<ControlPolicy>,

    /// when a presenter who is hidden, or does nothing while somebody else wants control, loses
    /// it: seconds, 5m, or never. Default: 60
    #[argh(option, arg_name = "time")]
    pub control_timeout: Option<TimeoutArg>,

    /// show exact pixels from the first in the web mirror, and exact colours in the terminal, not
    /// only of what is still
    #[argh(switch)]
    pub lossless: bool,

    /// how the terminal shows the picture: kitty, sixel or iterm (pixels), cells (characters with
    /// the colours of two halves), quadrants, sextants or octants (finer characters), or auto (what
    /// it says it can do). Default: auto
    #[argh(option, arg_name = "how")]
    pub terminal: Option<TerminalArg>,

    /// pixels of the picture in the terminal per logical pixel: larger makes what is drawn larger;
    /// Ctrl+Alt+PageUp and PageDown change it. Default: 1, or 0.5 with characters
    #[argh(option, arg_name = "n")]
    pub pixel_ratio: Option<RatioArg>,

    /// a file for what the program says, also while the terminal shows the picture (otherwise that
    /// is shown after), and for who joins, leaves and drives; - is standard error. It holds links,
    /// so only its owner may have access to it
    #[argh(option, arg_name = "file")]
    pub log: Option<PathBuf>,

    /// draw at most so many frames a second. Default: 60 unless the program says otherwise
    #[argh(option, arg_name = "n")]
    pub max_fps: Option<FpsArg>,

    /// draw only when somebody looks (auto) or always. Default: auto
    #[argh(option, arg_name = "auto|always")]
    pub draw: Option<DrawDemand>,

    /// title of the window and of the page
    #[argh(option, arg_name = "text")]
    pub title: Option<String>,

    /// open the web mirror in the browser
    #[argh(switch)]
    pub open: bool,

    /// start when the first viewer looks
    #[argh(switch)]
    pub wait_viewer: bool,

    /// what the program itself takes
    #[argh(positional, greedy)]
    pub rest: Vec<String>,
}

impl Options {
    /// The flags of this process. Prints the help or what is wrong, and exits, where needed.
    ///
    /// Arguments that are left over are an error; see [`from_env_with_rest`](Self::from_env_with_rest).
    #[must_use]
    pub fn from_env() -> Self {
        let (options, rest) = Self::from_env_with_rest();
        if let Some(extra) = rest.first() {
            exit(&format!("unexpected argument {extra:?}; --help shows what is possible"), 2);
        }
        options
    }

    /// The flags of this process, and the arguments after them, from which a program parses its
    /// own subcommand. Prints the help or what is wrong, and exits, where needed.
    #[must_use]
    pub fn from_env_with_rest() -> (Self, Vec<String>) {
        let mut args: Vec<String> =
            std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect();
        let name = if args.is_empty() { String::new() } else { args.remove(0) };
        let name = std::path::Path::new(&name)
            .file_stem()
            .map_or_else(|| "framecast".to_owned(), |name| name.to_string_lossy().into_owned());
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        match Options::from_args(&[&name], &args) {
            Ok(mut options) => {
                let rest = std::mem::take(&mut options.rest);
                (options, rest)
            }
            Err(early) if early.status.is_ok() => {
                crate::notice::print_help(&early.output);
                std::process::exit(0)
            }
            Err(early) => {
                exit(&format!("{}\n--help shows what is possible", early.output.trim()), 2)
            }
        }
    }

    /// The flags in `args`, for the program called `name`.
    ///
    /// # Errors
    /// What is wrong with them, and what is possible; the help text, if that was asked for.
    pub fn parse(name: &str, args: &[&str]) -> Result<Self> {
        Options::from_args(&[name], args)
            .map_err(|early| Error::invalid_input(early.output.trim().to_owned()))
    }
}

impl Options {
    /// Refuses flags that mean nothing because their feature is not in this build.
    pub(crate) fn check_features(&self) -> Result<()> {
        let built_in = [
            ("window", cfg!(feature = "window")),
            ("terminal", cfg!(feature = "terminal")),
            ("http", cfg!(feature = "http")),
            ("tls", cfg!(feature = "tls")),
        ];
        self.need_features(|feature| built_in.contains(&(feature, true)))
    }

    fn need_features(&self, is_built_in: impl Fn(&str) -> bool) -> Result<()> {
        let flags = [
            ("--tls", "tls", self.tls.is_some()),
            ("--tls-cert", "tls", self.tls_cert.is_some()),
            ("--tls-key", "tls", self.tls_key.is_some()),
            ("--listen", "http", self.listen.is_some()),
            ("--insecure", "http", self.insecure),
            ("--link", "http", !self.link.is_empty()),
            ("--no-auth", "http", self.no_auth),
            ("--qr", "http", self.qr),
            ("--allow-origin", "http", !self.allow_origin.is_empty()),
            ("--allow-host", "http", !self.allow_host.is_empty()),
            ("--trusted-proxy", "http", !self.trusted_proxy.is_empty()),
            ("--public-url", "http", self.public_url.is_some()),
            ("--base-path", "http", self.base_path.is_some()),
            ("--frame-ancestors", "http", !self.frame_ancestors.is_empty()),
            ("--web-root", "http", self.web_root.is_some()),
            ("--web-sources", "http", !self.web_sources.is_empty()),
            ("--clients", "http", self.clients.is_some()),
            ("--no-status", "http", self.no_status),
            ("--open", "http", self.open),
            ("--terminal", "terminal", self.terminal.is_some()),
            ("--pixel-ratio", "terminal", self.pixel_ratio.is_some()),
        ];
        match flags.into_iter().find(|(_, feature, is_set)| *is_set && !is_built_in(feature)) {
            Some((flag, feature, _)) => Err(not_built_in(flag, feature)),
            None => Ok(()),
        }
    }
}

/// What to say of `what` in a build without `feature`.
pub(crate) fn not_built_in(what: &str, feature: &str) -> Error {
    Error::invalid_input(format!(
        "{what} needs the feature {feature:?}, which this build of the program does not have; build it with: cargo build --features {feature}"
    ))
}

fn exit(message: &str, code: i32) -> ! {
    crate::notice::print_notice(message);
    std::process::exit(code)
}

/// A backend that a flag can choose.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BackendKind {
    /// A local window.
    Window,
    /// The terminal that the program was started in.
    Terminal,
    /// Browsers, over HTTP.
    Http,
}

impl BackendKind {
    /// Every kind, in the order in which they are opened.
    pub const ALL: [BackendKind; 3] =
        [BackendKind::Window, BackendKind::Terminal, BackendKind::Http];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            BackendKind::Window => "window",
            BackendKind::Terminal => "terminal",
            BackendKind::Http => "http",
        }
    }

    /// Whether this build has it.
    #[must_use]
    pub fn is_built_in(self) -> bool {
        match self {
            BackendKind::Window => cfg!(feature = "window"),
            BackendKind::Terminal => cfg!(feature = "terminal"),
            BackendKind::Http => cfg!(feature = "http"),
        }
    }
}

/// Which backends to open: `auto`, `none`, or a list such as `window,http`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum BackendList {
    /// A window if a display answers, or else, or over SSH, the terminal if standard output is one;
    /// and http.
    #[default]
    Auto,
    /// These, without repetition. Empty: none.
    These(Vec<BackendKind>),
}

impl BackendList {
    /// No backend at all.
    pub const NONE: BackendList = BackendList::These(Vec::new());
    /// The environment variable that overrides the flag's default.
    pub const VARIABLE: &str = "FRAMECAST_BACKEND";
}

impl FromStr for BackendList {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim() {
            "auto" => return Ok(BackendList::Auto),
            "none" => return Ok(BackendList::NONE),
            _ => {}
        }
        let mut kinds = Vec::new();
        for name in text.split(',').map(str::trim) {
            let Some(kind) = BackendKind::ALL.into_iter().find(|kind| kind.name() == name) else {
                let names: Vec<_> = BackendKind::ALL
                    .iter()
                    .filter(|kind| kind.is_built_in())
                    .map(|kind| kind.name())
                    .collect();
                return Err(Error::invalid_input(format!(
                    "unknown backend {name:?}; possible are auto, none, or a list of {}, such as window,http",
                    names.join(", ")
                )));
            };
            if !kind.is_built_in() {
                return Err(not_built_in(&format!("the backend {name}"), name));
            }
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        Ok(BackendList::These(kinds))
    }
}

impl fmt::Display for BackendList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BackendList::Auto => f.write_str("auto"),
            BackendList::These(kinds) if kinds.is_empty() => f.write_str("none"),
            BackendList::These(kinds) => {
                let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
                f.write_str(&names.join(","))
            }
        }
    }
}

/// A size on the command line: `1280x720`. Both sides are 1 to 65535.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeArg {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl FromStr for SizeArg {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let side = |text: &str| match text.trim().parse::<u32>() {
            Ok(side @ 1..=65_535) => Some(side),
            _ => None,
        };
        let sides = text.split_once(['x', 'X', '×']);
        match sides.and_then(|(width, height)| Some((side(width)?, side(height)?))) {
            Some((width, height)) => Ok(Self { width, height }),
            None => Err(Error::invalid_input(format!(
                "{text:?} is no size; write WIDTHxHEIGHT, each 1 to 65535, such as 1280x720"
            ))),
        }
    }
}

impl fmt::Display for SizeArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// How a terminal shows the picture, on the command line: `auto`, `kitty`, `sixel`, `iterm`,
/// `cells`, `quadrants`, `sextants`, `octants`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TerminalArg(&'static str);

impl TerminalArg {
    /// Every name.
    pub const ALL: [TerminalArg; 8] = [
        TerminalArg("auto"),
        TerminalArg("kitty"),
        TerminalArg("sixel"),
        TerminalArg("iterm"),
        TerminalArg("cells"),
        TerminalArg("quadrants"),
        TerminalArg("sextants"),
        TerminalArg("octants"),
    ];

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl FromStr for TerminalArg {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        TerminalArg::ALL.into_iter().find(|it| it.0 == text.trim()).ok_or_else(|| {
            let names: Vec<_> = TerminalArg::ALL.iter().map(|it| it.0).collect();
            Error::invalid_input(format!(
                "{text:?} is no way to show a picture in a terminal; possible are {}",
                names.join(", ")
            ))
        })
    }
}

impl fmt::Display for TerminalArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A pixel ratio on the command line: a number from 0.1 to 8.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioArg(pub f64);

impl FromStr for RatioArg {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim().parse::<f64>() {
            Ok(ratio) if framecast_api::CanvasSize::RATIOS.contains(&ratio) => Ok(Self(ratio)),
            _ => Err(Error::invalid_input(format!(
                "{text:?} is no pixel ratio; write a number from 0.1 to 8, such as 1.5"
            ))),
        }
    }
}

impl fmt::Display for RatioArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A frame rate on the command line: a number above 0, at most 10000.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FpsArg(pub f64);

impl FromStr for FpsArg {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim().parse::<f64>() {
            Ok(fps) if fps > 0.0 && fps <= 10_000.0 => Ok(Self(fps)),
            _ => Err(Error::invalid_input(format!(
                "{text:?} is no frame rate; write a number above 0 and up to 10000, such as 30"
            ))),
        }
    }
}

impl fmt::Display for FpsArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Where to listen: `127.0.0.1:60649`, `localhost:0`, `[::1]:8080`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListenArg(pub SocketAddr);

impl ListenArg {
    /// Where the web mirror listens unless a flag says otherwise: this machine only.
    pub const DEFAULT: ListenArg =
        ListenArg(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 60_649));
}

impl Default for ListenArg {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl FromStr for ListenArg {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let address = match text.strip_prefix("localhost:") {
            Some(port) => port.parse().ok().map(|port| (Ipv4Addr::LOCALHOST, port).into()),
            None => text.parse().ok(),
        };
        // An IPv4 address that is written as one of IPv6 is the same place.
        let plain = |it: SocketAddr| SocketAddr::new(it.ip().to_canonical(), it.port());
        address.map(plain).map(Self).ok_or_else(|| {
            Error::invalid_input(format!(
                "{text:?} is no address to listen on; write ADDRESS:PORT, such as 127.0.0.1:60649, [::1]:8080, or 127.0.0.1:0 for a free port"
            ))
        })
    }
}

impl fmt::Display for ListenArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How to encrypt without a certificate of one's own: `self-signed`.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TlsArg {
    /// With a certificate that is made at start and that nobody vouches for.
    SelfSigned,
}

impl FromStr for TlsArg {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim() {
            "self-signed" => Ok(TlsArg::SelfSigned),
            _ => Err(Error::invalid_input(format!(
                "{text:?} is unknown; possible is self-signed, or a certificate of your own with --tls-cert and --tls-key"
            ))),
        }
    }
}

/// A link on the command line: `desk=drive`, `guest=watch,2h`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkArg {
    /// What it is called in the list of viewers.
    pub name: String,
    /// What whoever has it may do.
    pub role: Role,
    /// How long it is valid; `None`: as long as the program runs.
    pub lifetime: Option<Duration>,
}

impl FromStr for LinkArg {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let read = || {
            let (name, rest) = text.trim().split_once('=')?;
            let (role, lifetime) = match rest.split_once(',') {
                Some((role, time)) => (role, Some(duration(time)?)),
                None => (rest, None),
            };
            let role = [Role::Drive, Role::Watch].into_iter().find(|it| it.name() == role)?;
            let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            let named = (1..=32).contains(&name.len()) && name.bytes().all(fine);
            named.then(|| Self { name: name.to_owned(), role, lifetime })
        };
        read().ok_or_else(|| {
            Error::invalid_input(format!(
                "{text:?} is no link; write NAME=drive or NAME=watch, and perhaps how long it is valid, such as guest=watch,2h. A name is 1 to 32 letters, digits, - and _"
            ))
        })
    }
}

impl fmt::Display for LinkArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.role.name())?;
        match self.lifetime {
            Some(time) => write!(f, ",{}s", time.as_secs()),
            None => Ok(()),
        }
    }
}

/// A time after which something happens, or never: `30`, `5m`, `never`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeoutArg(pub Option<Duration>);

impl FromStr for TimeoutArg {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text.trim() == "never" {
            return Ok(Self(None));
        }
        duration(text).map(|time| Self(Some(time))).ok_or_else(|| {
            Error::invalid_input(format!(
                "{text:?} is no time; write seconds, or 5m, 2h, 1d, or never"
            ))
        })
    }
}

impl fmt::Display for TimeoutArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(time) => write!(f, "{}s", time.as_secs()),
            None => f.write_str("never"),
        }
    }
}

/// Reads `30`, `30s`, `5m`, `2h`, `1d`: above zero, and at most a year.
fn duration(text: &str) -> Option<Duration> {
    const YEAR: u64 = 365 * 24 * 60 * 60;
    let text = text.trim();
    let (digits, unit) = match text.strip_suffix(['s', 'm', 'h', 'd']) {
        Some(digits) => (digits, text.as_bytes().last().copied()),
        None => (text, None),
    };
    let unit = match unit {
        Some(b'm') => 60,
        Some(b'h') => 60 * 60,
        Some(b'd') => 24 * 60 * 60,
        _ => 1,
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = digits.parse::<u64>().ok()?.checked_mul(unit)?;
    (1..=YEAR).contains(&seconds).then(|| Duration::from_secs(seconds))
}

/// Whether a canvas is drawn when nobody looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum DrawDemand {
    /// Only when somebody looks.
    #[default]
    Auto,
    /// Always, as if somebody looked.
    Always,
}

impl FromStr for DrawDemand {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim() {
            "auto" => Ok(DrawDemand::Auto),
            "always" => Ok(DrawDemand::Always),
            _ => Err(Error::invalid_input(format!(
                "{text:?} is unknown; possible are auto and always"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint<T: FromStr<Err = Error>>(text: &str) -> String {
        text.parse::<T>().err().unwrap_or_else(|| panic!("{text:?} was accepted")).to_string()
    }

    #[test]
    fn backend_lists_are_read_and_written() {
        assert_eq!("auto".parse::<BackendList>().unwrap(), BackendList::Auto);
        assert_eq!("none".parse::<BackendList>().unwrap(), BackendList::NONE);
        assert_eq!(BackendList::NONE.to_string(), "none");
        if cfg!(all(feature = "http", feature = "window")) {
            let list: BackendList = "http, window,http".parse().unwrap();
            assert_eq!(list, BackendList::These(vec![BackendKind::Http, BackendKind::Window]));
            assert_eq!(list.to_string(), "http,window");
        }
    }

    #[test]
    fn an_unknown_backend_lists_what_is_possible() {
        for text in ["banana", "", "window,", "window;http", "auto,none"] {
            let error = complaint::<BackendList>(text);
            assert!(error.contains("auto") || error.contains("--features"), "{error}");
        }
    }

    #[test]
    fn sizes_are_checked() {
        let size: SizeArg = "1280x720".parse().unwrap();
        assert_eq!((size.width, size.height), (1280, 720));
        for bad in
            ["", "x", "0x1", "1x0", "-1x5", "65536x1", "1e3x5", "12", "1x2x3", "99999999999x1"]
        {
            assert!(complaint::<SizeArg>(bad).contains("1280x720"), "{bad}");
        }
    }

    #[test]
    fn rates_are_checked() {
        assert_eq!("29.97".parse::<FpsArg>().unwrap().0, 29.97);
        for bad in ["0", "-1", "NaN", "inf", "10001", "fast", ""] {
            assert!(complaint::<FpsArg>(bad).contains("frame rate"), "{bad}");
        }
    }

    #[test]
    fn addresses_are_checked() {
        assert_eq!("localhost:80".parse::<ListenArg>().unwrap().to_string(), "127.0.0.1:80");
        assert_eq!("[::1]:0".parse::<ListenArg>().unwrap().to_string(), "[::1]:0");
        for (mapped, plain) in [
            ("[::ffff:127.0.0.1]:80", "127.0.0.1:80"),
            ("[::ffff:7f00:1]:80", "127.0.0.1:80"),
            ("[::ffff:0.0.0.0]:80", "0.0.0.0:80"),
        ] {
            assert_eq!(mapped.parse::<ListenArg>().unwrap().to_string(), plain);
        }
        for bad in ["", "80", ":80", "127.0.0.1", "127.0.0.1:99999", "example.org:80", "localhost:"]
        {
            assert!(complaint::<ListenArg>(bad).contains("127.0.0.1:0"), "{bad}");
        }
    }

    #[test]
    fn links_are_checked() {
        let link: LinkArg = "guest=watch,2h".parse().unwrap();
        assert_eq!((link.role, link.lifetime), (Role::Watch, Some(Duration::from_secs(7200))));
        assert_eq!("desk=drive".parse::<LinkArg>().unwrap().to_string(), "desk=drive");
        for bad in ["", "desk", "=drive", "desk=own", "desk=drive,", "desk=drive,0", "a b=watch"] {
            assert!(complaint::<LinkArg>(bad).contains("guest=watch,2h"), "{bad}");
        }
        assert!(complaint::<LinkArg>("\u{1b}[31m=watch").contains("no link"));
    }

    #[test]
    fn ways_to_encrypt_are_checked() {
        assert_eq!("self-signed".parse::<TlsArg>().unwrap(), TlsArg::SelfSigned);
        for bad in ["", "yes", "selfsigned", "cert.pem"] {
            assert!(complaint::<TlsArg>(bad).contains("--tls-cert"), "{bad}");
        }
    }

    #[test]
    fn times_are_checked() {
        assert_eq!("never".parse::<TimeoutArg>().unwrap().0, None);
        assert_eq!("5m".parse::<TimeoutArg>().unwrap().to_string(), "300s");
        for bad in ["", "0", "-1", "+1", "1.5", "5x", "s", "99999999999999999999d", "366d"] {
            assert!(complaint::<TimeoutArg>(bad).contains("never"), "{bad}");
        }
    }

    #[test]
    fn common_flags_come_before_what_the_program_takes() {
        let options =
            Options::parse("app", &["--max-fps", "30", "--draw", "always", "pipe", "--rate", "5"])
                .unwrap();
        assert_eq!(options.max_fps, Some(FpsArg(30.0)));
        assert_eq!(options.draw, Some(DrawDemand::Always));
        assert_eq!(options.rest, ["pipe", "--rate", "5"]);
    }

    #[test]
    fn a_flag_of_a_feature_that_is_not_built_in_names_the_feature_and_the_command() {
        for (flag, value, feature) in [
            ("--tls", "self-signed", "tls"),
            ("--tls-cert", "cert.pem", "tls"),
            ("--tls-key", "key.pem", "tls"),
            ("--listen", "127.0.0.1:0", "http"),
            ("--insecure", "", "http"),
            ("--link", "desk=drive", "http"),
            ("--no-auth", "", "http"),
            ("--qr", "", "http"),
            ("--allow-origin", "https://example.org", "http"),
            ("--allow-host", "example.org", "http"),
            ("--trusted-proxy", "127.0.0.1", "http"),
            ("--public-url", "https://example.org/", "http"),
            ("--base-path", "/canvas/", "http"),
            ("--frame-ancestors", "https://example.org", "http"),
            ("--web-root", "web", "http"),
            ("--web-sources", "font-src https://example.org", "http"),
            ("--clients", "3", "http"),
            ("--no-status", "", "http"),
            ("--open", "", "http"),
            ("--terminal", "cells", "terminal"),
            ("--pixel-ratio", "2", "terminal"),
        ] {
            let mut args = vec![flag, value];
            args.retain(|arg| !arg.is_empty());
            let options = Options::parse("app", &args).unwrap();
            let error = options.need_features(|name| name != feature).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{flag} needs the feature {feature:?}")), "{error}");
            assert!(error.ends_with(&format!("cargo build --features {feature}")), "{error}");
            assert!(options.need_features(|_| true).is_ok());
        }
        let general =
            ["--size", "4x4", "--control", "any", "--log", "x", "--lossless", "--title", "x"];
        assert!(Options::parse("app", &general).unwrap().need_features(|_| false).is_ok());
    }

    #[test]
    fn the_help_names_every_flag() {
        let help = Options::parse("app", &["--help"]).unwrap_err().to_string();
        for flag in [
            "--backend",
            "--size",
            "--listen",
            "--insecure",
            "--tls",
            "--tls-cert",
            "--tls-key",
            "--link",
            "--no-auth",
            "--qr",
            "--allow-origin",
            "--allow-host",
            "--trusted-proxy",
            "--public-url",
            "--base-path",
            "--frame-ancestors",
            "--web-root",
            "--web-sources",
            "--no-status",
            "--clients",
            "--control",
            "--control-timeout",
            "--lossless",
            "--terminal",
            "--pixel-ratio",
            "--log",
            "--max-fps",
            "--draw",
            "--title",
            "--open",
            "--wait-viewer",
            "FRAMECAST_BACKEND",
        ] {
            assert!(help.contains(flag), "{flag} is missing in\n{help}");
        }
        assert!(!help.contains("CanvasBuilder"), "the help is for users:\n{help}");
    }
}
