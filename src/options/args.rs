//! What stands behind a flag: types that are read from and written as text.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use framecast_api::{Error, Result, Role};

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

    /// Returns the name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            BackendKind::Window => "window",
            BackendKind::Terminal => "terminal",
            BackendKind::Http => "http",
        }
    }

    /// Returns whether this build has the backend.
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
#[non_exhaustive]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum BackendList {
    /// A window if a display answers; otherwise, and over SSH, the terminal if standard output is one. And http.
    #[default]
    Auto,
    /// These backends, without repetition. Empty means none.
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
                return Err(super::not_built_in(&format!("the backend {name}"), name));
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

    /// Returns the name.
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

/// Where to listen: `127.0.0.1:60649`, `localhost:0`, `[::1]:8080`, or `systemd`.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenArg {
    /// On an address; port 0 is any free one.
    Address(SocketAddr),
    /// On the socket that systemd hands over (socket activation).
    Systemd,
}

impl ListenArg {
    /// Where the web mirror listens unless a flag says otherwise: this machine only.
    pub const DEFAULT: ListenArg = ListenArg::Address(Self::DEFAULT_ADDRESS);
    pub(crate) const DEFAULT_ADDRESS: SocketAddr =
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 60_649);
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
        if text == "systemd" {
            return Ok(Self::Systemd);
        }
        let address = match text.strip_prefix("localhost:") {
            Some(port) => port.parse().ok().map(|port| (Ipv4Addr::LOCALHOST, port).into()),
            None => text.parse().ok(),
        };
        // An IPv4 address that is written as one of IPv6 is the same place.
        let plain = |it: SocketAddr| SocketAddr::new(it.ip().to_canonical(), it.port());
        address.map(plain).map(Self::Address).ok_or_else(|| {
            Error::invalid_input(format!(
                "{text:?} is no address to listen on; write ADDRESS:PORT, such as 127.0.0.1:60649, [::1]:8080, or 127.0.0.1:0 for a free port; or systemd, for the socket that it hands over"
            ))
        })
    }
}

impl fmt::Display for ListenArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Systemd => f.write_str("systemd"),
        }
    }
}

/// How to encrypt without a certificate of your own: `self-signed`.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TlsArg {
    /// With a self-signed certificate that is made at start.
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

/// How links are printed for scripts: `json`.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkFormat {
    /// One line of JSON for each link.
    Json,
}

impl FromStr for LinkFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim() {
            "json" => Ok(LinkFormat::Json),
            _ => Err(Error::invalid_input(format!("{text:?} is unknown; possible is json"))),
        }
    }
}

/// A format of recordings on the command line: `fcast`, `mp4`, `gif`, `apng`, `png`, `y4m` or `rgba`.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordFormatArg {
    /// A recording that framecast plays again.
    Fcast,
    /// H.264 in MP4.
    Mp4,
    /// An animated GIF.
    Gif,
    /// An animated PNG.
    Apng,
    /// The last picture, or numbered pictures.
    Png,
    /// YUV4MPEG2.
    Y4m,
    /// Raw RGBA.
    Rgba,
}

impl RecordFormatArg {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Fcast, Self::Mp4, Self::Gif, Self::Apng, Self::Png, Self::Y4m, Self::Rgba];

    /// Returns the name, which is also the extension of files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fcast => "fcast",
            Self::Mp4 => "mp4",
            Self::Gif => "gif",
            Self::Apng => "apng",
            Self::Png => "png",
            Self::Y4m => "y4m",
            Self::Rgba => "rgba",
        }
    }
}

impl FromStr for RecordFormatArg {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let name = text.trim().to_ascii_lowercase();
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| {
            Error::invalid_input(format!(
                "{text:?} is unknown; possible are {}",
                Self::ALL.map(Self::name).join(", ")
            ))
        })
    }
}

/// A link on the command line: `desk=drive`, `guest=watch,2h`.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkArg {
    /// The name of the link in the list of viewers.
    pub name: String,
    /// The role of everybody who has it.
    pub role: Role,
    /// How long the link is valid; `None` for as long as the program runs.
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

/// A timeout on the command line: seconds, `5m`, or `never`.
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
#[non_exhaustive]
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

/// Which viewers of the web mirror are sent video, on the command line: `auto`, `never` or `always`.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum VideoArg {
    /// Those on a connection that is too slow for exact tiles, while most of the picture moves.
    #[default]
    Auto,
    /// None.
    Never,
    /// Every viewer that can take it, whenever the picture changes.
    Always,
}

impl FromStr for VideoArg {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim() {
            "auto" => Ok(VideoArg::Auto),
            "never" => Ok(VideoArg::Never),
            "always" => Ok(VideoArg::Always),
            _ => Err(Error::invalid_input(format!(
                "{text:?} is unknown; possible are auto, never and always"
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
        assert_eq!("systemd".parse::<ListenArg>().unwrap(), ListenArg::Systemd);
        assert_eq!(ListenArg::Systemd.to_string(), "systemd");
        assert_eq!(
            ListenArg::DEFAULT.to_string().parse::<ListenArg>().unwrap(),
            ListenArg::DEFAULT
        );
        for bad in [
            "",
            "80",
            ":80",
            "127.0.0.1",
            "127.0.0.1:99999",
            "example.org:80",
            "localhost:",
            "systemd:80",
            "Systemd",
        ] {
            let text = complaint::<ListenArg>(bad);
            assert!(text.contains("127.0.0.1:0") && text.contains("systemd"), "{bad}");
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
    fn formats_of_links_are_checked() {
        assert_eq!("json".parse::<LinkFormat>().unwrap(), LinkFormat::Json);
        for bad in ["", "JSON", "yaml", "json,json"] {
            assert!(complaint::<LinkFormat>(bad).contains("possible is json"), "{bad}");
        }
    }

    #[test]
    fn who_gets_video_is_checked() {
        for (text, value) in
            [("auto", VideoArg::Auto), ("never", VideoArg::Never), (" always ", VideoArg::Always)]
        {
            assert_eq!(text.parse::<VideoArg>().unwrap(), value);
        }
        for bad in ["", "yes", "Always", "h264"] {
            assert!(complaint::<VideoArg>(bad).contains("never"), "{bad}");
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
}
