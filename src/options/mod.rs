//! The flags that every framecast application gets.

mod args;
mod replay;

use std::path::PathBuf;

#[cfg(feature = "options")]
use argh::FromArgs;
use framecast_api::{Error, Result};

pub use self::args::{
    BackendKind, BackendList, DrawDemand, FpsArg, LinkArg, LinkFormat, ListenArg, RatioArg,
    RecordFormatArg, SizeArg, TerminalArg, TimeoutArg, TlsArg, VideoArg,
};
pub use self::replay::{ReplaySpeed, ReplayThen};
use crate::control::ControlPolicy;

/// The flags of a framecast application, for [`CanvasBuilder::options`](crate::CanvasBuilder::options).
///
/// [`Options::from_env`] reads them from the command line (feature `options`). A program with a command line of
/// its own uses the types of the values ([`BackendList`], [`SizeArg`], [`ListenArg`], …), which implement
/// [`FromStr`](std::str::FromStr), and fills this struct by hand.
///
/// ```
/// use framecast::Options;
/// let options = Options::parse("my_app", &["--backend", "none", "--size", "640x480"])?;
/// assert_eq!(options.size.unwrap().to_string(), "640x480");
/// assert!(Options::parse("my_app", &["--size", "banana"]).is_err());
/// # Ok::<(), framecast::Error>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "options", derive(argh::FromArgs, argh::ArgsInfo))]
#[cfg_attr(
    feature = "options",
    argh(
        description = "One canvas, many audiences: shows this program in a window, in a terminal, in browsers, or several of them."
    )
)]
pub struct Options {
    /// where to show the canvas; several are separated by commas: window,http. auto is a window if there
    /// is a display, otherwise or over SSH the terminal; and http. Default: the variable FRAMECAST_BACKEND,
    /// or auto
    #[cfg_attr(feature = "options", argh(option, arg_name = "auto|none|window|terminal|http"))]
    pub backend: Option<BackendList>,

    /// initial size of the canvas, in logical pixels: 1280x720. Default: what the program says
    #[cfg_attr(feature = "options", argh(option, arg_name = "WxH"))]
    pub size: Option<SizeArg>,

    /// address and port of the web mirror; port 0 picks a free one. Or systemd: the socket that a .socket
    /// unit hands over. Default: 127.0.0.1:60649, or a free port if that one is taken
    #[cfg_attr(feature = "options", argh(option, arg_name = "addr:port|systemd"))]
    pub listen: Option<ListenArg>,

    /// allow --listen on an address that other machines can reach, without TLS, and nats:// to another machine:
    /// everyone on the network can then read the picture and the links, and the password of the bus
    #[cfg_attr(feature = "options", argh(switch))]
    pub insecure: bool,

    /// encrypt the web mirror with a certificate that is made at start: self-signed. Browsers warn
    /// about it; its fingerprint is printed
    #[cfg_attr(feature = "options", argh(option, arg_name = "self-signed"))]
    pub tls: Option<TlsArg>,

    /// keep the self-signed certificate and its key in this file, so that browsers warn only once. If it is
    /// missing, framecast creates it, for its owner only. It is renewed before it expires, and at start
    /// when this machine's address or the hosts of --allow-host are others. Implies --tls self-signed
    #[cfg_attr(feature = "options", argh(option, arg_name = "file"))]
    pub tls_keep: Option<PathBuf>,

    /// encrypt the web mirror with the certificate in this PEM file, followed by its intermediate
    /// certificates. Needs --tls-key. The file is read again when it changes
    #[cfg_attr(feature = "options", argh(option, arg_name = "file"))]
    pub tls_cert: Option<PathBuf>,

    /// PEM file with the private key of --tls-cert
    #[cfg_attr(feature = "options", argh(option, arg_name = "file"))]
    pub tls_key: Option<PathBuf>,

    /// a link to the web mirror: NAME=drive or NAME=watch, and optionally how long it is valid:
    /// guest=watch,2h. Can be repeated. Default: one link to drive and one to watch
    #[cfg_attr(feature = "options", argh(option, arg_name = "name=role"))]
    pub link: Vec<LinkArg>,

    /// links to the web mirror that stay the same at every start: a file with one link per line, NAME ROLE EXPIRY
    /// TOKEN-or-HASH, that only you may read. It is made if it is missing, and changes count while the program
    /// runs. Variables such as FRAMECAST_LINK_desk=drive:TOKEN are links, too
    #[cfg_attr(feature = "options", argh(option, arg_name = "file"))]
    pub link_file: Option<PathBuf>,

    /// keep the host from making links in the page, and from seeing which there are
    #[cfg_attr(feature = "options", argh(switch))]
    pub fixed_links: bool,

    /// also print the links on standard output, for scripts: json, one line for each link, as
    /// {"backend":"http","name":"drive","role":"drive","url":"http://…"}
    #[cfg_attr(feature = "options", argh(option, arg_name = "json"))]
    pub print_links: Option<LinkFormat>,

    /// let everyone on this machine drive, without a link
    #[cfg_attr(feature = "options", argh(switch))]
    pub no_auth: bool,

    /// also print the watch link as a QR code
    #[cfg_attr(feature = "options", argh(switch))]
    pub qr: bool,

    /// let pages of this origin (scheme, host and port) connect to the web mirror. Can be repeated
    #[cfg_attr(feature = "options", argh(option, arg_name = "https://host"))]
    pub allow_origin: Vec<String>,

    /// also answer requests for this host name, such as a proxy's or this machine's: example.org. Can
    /// be repeated
    #[cfg_attr(feature = "options", argh(option, arg_name = "host"))]
    pub allow_host: Vec<String>,

    /// believe the headers X-Forwarded-For and X-Forwarded-Proto of this proxy: its address, or a
    /// network such as 10.0.0.0/8. Can be repeated
    #[cfg_attr(feature = "options", argh(option, arg_name = "address"))]
    pub trusted_proxy: Vec<String>,

    /// the address that browsers use for the web mirror, for example through a proxy: links begin
    /// with it, and its host and origin are allowed
    #[cfg_attr(feature = "options", argh(option, arg_name = "https://host/path/"))]
    pub public_url: Option<String>,

    /// another address at which the same canvas is served, such as an edge's. The page connects
    /// there when this server does not answer. That server must let this one's pages in (--allow-origin) and have the
    /// same links (--link-file). Can be repeated
    #[cfg_attr(feature = "options", argh(option, arg_name = "https://host/path/"))]
    pub also: Vec<String>,

    /// also serve the canvas as short segments below live/, which any HTTP cache can keep: for crowds behind a cache,
    /// and where no WebSocket gets through. Anybody who can reach this server may then watch, without a link, also
    /// through caches
    #[cfg_attr(feature = "options", argh(switch))]
    pub live: bool,

    /// the path that requests to the web mirror begin with, if a proxy does not remove it.
    /// Default: /
    #[cfg_attr(feature = "options", argh(option, arg_name = "/path/"))]
    pub base_path: Option<String>,

    /// let pages of this origin show the web mirror in a frame. Can be repeated
    #[cfg_attr(feature = "options", argh(option, arg_name = "https://host"))]
    pub frame_ancestors: Vec<String>,

    /// a directory with files that replace those of the page (index.html, style.css, favicon.svg)
    /// or are served beside them; everybody who reaches the web mirror can read them
    #[cfg_attr(feature = "options", argh(option, arg_name = "dir"))]
    pub web_root: Option<PathBuf>,

    /// let the page load from and connect to other servers: a directive to add to its
    /// Content-Security-Policy, in quotes. Can be repeated
    #[cfg_attr(feature = "options", argh(option, arg_name = "font-src https://host"))]
    pub web_sources: Vec<String>,

    /// show no status in the corner of the page; important messages still appear over the picture
    #[cfg_attr(feature = "options", argh(switch))]
    pub no_status: bool,

    /// the most viewers of the web mirror; one place in eight is reserved for those who may drive.
    /// Default: 64
    #[cfg_attr(feature = "options", argh(option, arg_name = "n"))]
    pub clients: Option<usize>,

    /// who drives: local (the window, never a browser), first (the window, otherwise the viewer
    /// that has been here longest), request (as first; others can ask), any (the viewer that acts)
    /// or none. Default: first
    #[cfg_attr(feature = "options", argh(option, arg_name = "local|first|request|any|none"))]
    pub control: Option<ControlPolicy>,

    /// how long a presenter keeps control while it is hidden, or idle while another viewer wants
    /// control: seconds, 5m, or never. Default: 60
    #[cfg_attr(feature = "options", argh(option, arg_name = "time"))]
    pub control_timeout: Option<TimeoutArg>,

    /// show exact pixels in the web mirror and exact colors in the terminal, also while the picture
    /// moves
    #[cfg_attr(feature = "options", argh(switch))]
    pub lossless: bool,

    /// who is sent H.264 video by the web mirror while the picture changes: auto (viewers on a slow connection,
    /// while most of the picture moves), never, or always (everybody who can decode it). Video is less sharp and
    /// takes far fewer bytes; a picture that rests is exact in any case. Default: auto
    #[cfg_attr(feature = "options", argh(option, arg_name = "auto|never|always"))]
    pub video: Option<VideoArg>,

    /// how the terminal shows the picture: kitty, sixel or iterm (pixels), cells (characters with
    /// the colors of two halves), quadrants, sextants or octants (finer characters), or auto (the
    /// best that the terminal reports). Default: auto
    #[cfg_attr(
        feature = "options",
        argh(option, arg_name = "auto|kitty|sixel|iterm|cells|quadrants|sextants|octants")
    )]
    pub terminal: Option<TerminalArg>,

    /// pixels of the picture in the terminal per logical pixel: a larger number draws larger;
    /// Ctrl+Alt+PageUp and PageDown change it. Default: 1, or 0.5 with characters
    #[cfg_attr(feature = "options", argh(option, arg_name = "n"))]
    pub pixel_ratio: Option<RatioArg>,

    /// a file for the program's messages, also while the terminal shows the picture (otherwise they
    /// appear afterwards), and for who joins, leaves and drives; - is standard error. It contains
    /// links, so only its owner may have access to it
    #[cfg_attr(feature = "options", argh(option, arg_name = "file"))]
    pub log: Option<PathBuf>,

    /// also record what is shown in this file, which must not exist yet: .fcast (a recording that framecast plays
    /// again, exact when nothing moves), .mp4, .gif, .apng, .png (the last picture; numbered ones with %d in the
    /// name), .y4m or .rgba (raw). - is standard output. Can be repeated
    #[cfg_attr(feature = "options", argh(option, arg_name = "file"))]
    pub record: Vec<PathBuf>,

    /// format of the recordings, whatever their names say. Default for standard output: y4m
    #[cfg_attr(feature = "options", argh(option, arg_name = "fcast|mp4|gif|apng|png|y4m|rgba"))]
    pub record_format: Option<RecordFormatArg>,

    /// size of recorded video, in pixels; the picture is scaled to fit. Default: that of the first picture
    #[cfg_attr(feature = "options", argh(option, arg_name = "WxH"))]
    pub record_size: Option<SizeArg>,

    /// begin a new file of video when the canvas gets another size, instead of scaling the picture
    #[cfg_attr(feature = "options", argh(switch))]
    pub record_parts: bool,

    /// record every picture exactly in .fcast, also while it moves
    #[cfg_attr(feature = "options", argh(switch))]
    pub record_lossless: bool,

    /// where nobody looks, draw this many frames per second for the recording; for video, also its rate. Default: 30
    #[cfg_attr(feature = "options", argh(option, arg_name = "n"))]
    pub record_fps: Option<FpsArg>,

    /// let the recording replace a file that exists
    #[cfg_attr(feature = "options", argh(switch))]
    pub record_overwrite: bool,

    /// also publish the canvas on a NATS bus, for edges (framecast edge) that serve it to any number of viewers:
    /// nats://HOST/NAME, or tls://HOST/NAME for servers that must speak TLS; several servers are separated by
    /// commas. Nothing is drawn for edges while nobody looks at one. The web mirror's links to watch work at edges, too
    #[cfg_attr(feature = "options", argh(option, arg_name = "nats://host/name"))]
    pub publish: Option<String>,

    /// keep the key with which --publish signs in this file, so that it is the same at the next start, and edges can
    /// be told it (framecast edge --origin-key). If it is missing, it is made, for its owner only. Default: a new key
    /// at each start
    #[cfg_attr(feature = "options", argh(option, arg_name = "file"))]
    pub publish_key: Option<PathBuf>,

    /// the file with which the NATS server lets this program in: .creds, the seed of an NKey, or one line
    /// USER:PASSWORD. Only its owner may have access to it
    #[cfg_attr(feature = "options", argh(option, arg_name = "file"))]
    pub nats_creds: Option<PathBuf>,

    /// PEM file with the certificate of the authority that signed the NATS servers' certificates. Default: the
    /// system's authorities
    #[cfg_attr(feature = "options", argh(option, arg_name = "file"))]
    pub nats_ca: Option<PathBuf>,

    /// record everything that the program is handed into a new file, FILE.jsonl, or into the FILE.fcast of --record,
    /// from which --replay-input repeats the session, for bug reports and tests. It contains all that is typed, passwords too, so only
    /// its owner can read it
    #[cfg_attr(feature = "options", argh(option, arg_name = "file"))]
    pub record_input: Option<PathBuf>,

    /// repeat the session that --record-input recorded in this file: the program is handed the same events,
    /// sizes, draws and deadlines in the same order. Viewers only watch meanwhile
    #[cfg_attr(feature = "options", argh(option, arg_name = "file"))]
    pub replay_input: Option<PathBuf>,

    /// how fast --replay-input repeats: a number from 0.001 to 1000, so many times as fast as it was recorded,
    /// or max (as fast as the program draws). Default: 1
    #[cfg_attr(feature = "options", argh(option, arg_name = "0.5|1|2|max"))]
    pub replay_speed: Option<ReplaySpeed>,

    /// what happens when --replay-input has ended: close (the canvas closes), live (viewers drive) or hold
    /// (the last picture stays). Default: close
    #[cfg_attr(feature = "options", argh(option, arg_name = "close|live|hold"))]
    pub replay_then: Option<ReplayThen>,

    /// draw at most this many frames per second. Default: 60 unless the program says otherwise
    #[cfg_attr(feature = "options", argh(option, arg_name = "n"))]
    pub max_fps: Option<FpsArg>,

    /// when to draw: auto (only while somebody looks) or always. Default: auto
    #[cfg_attr(feature = "options", argh(option, arg_name = "auto|always"))]
    pub draw: Option<DrawDemand>,

    /// title of the window and of the page; $fps, $ms and $backend in it become the frame rate, the milliseconds
    /// per frame and the backend that shows it
    #[cfg_attr(feature = "options", argh(option, arg_name = "text"))]
    pub title: Option<String>,

    /// open the web mirror in the browser
    #[cfg_attr(feature = "options", argh(switch))]
    pub open: bool,

    /// wait for the first viewer before the program starts
    #[cfg_attr(feature = "options", argh(switch))]
    pub wait_viewer: bool,

    /// arguments of the program itself
    #[cfg_attr(feature = "options", argh(positional, greedy))]
    pub rest: Vec<String>,
}

#[cfg(feature = "options")]
impl Options {
    /// Reads the flags of this process. Prints the help or an error, and exits, if needed.
    ///
    /// Other arguments are an error; see [`from_env_with_rest`](Self::from_env_with_rest).
    #[must_use]
    pub fn from_env() -> Self {
        let (options, rest) = Self::from_env_with_rest();
        if let Some(extra) = rest.first() {
            exit(&format!("unexpected argument {extra:?}; --help shows what is possible"), 2);
        }
        options
    }

    /// Reads the flags of this process, and returns the arguments after them, from which a program can parse its
    /// own subcommand. Prints the help or an error, and exits, if needed.
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

    /// Reads the flags in `args`, for the program called `name`.
    ///
    /// # Errors
    /// "Invalid input" if a flag is wrong. The message says what is possible, or is the help text, if that was
    /// requested.
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
            ("open", cfg!(feature = "open")),
            ("qr", cfg!(feature = "qr")),
            ("record", cfg!(feature = "record")),
            ("relay", cfg!(feature = "relay")),
            ("video", cfg!(feature = "video")),
            ("h264", cfg!(feature = "h264")),
        ];
        self.need_features(|feature| built_in.contains(&(feature, true)))
    }

    fn need_features(&self, is_built_in: impl Fn(&str) -> bool) -> Result<()> {
        let flags = [
            ("--tls", "tls", self.tls.is_some()),
            ("--tls-keep", "tls", self.tls_keep.is_some()),
            ("--tls-cert", "tls", self.tls_cert.is_some()),
            ("--tls-key", "tls", self.tls_key.is_some()),
            ("--listen", "http", self.listen.is_some()),
            ("--insecure", "http", self.insecure && self.publish.is_none()),
            ("--link", "http", !self.link.is_empty()),
            ("--link-file", "http", self.link_file.is_some()),
            ("--fixed-links", "http", self.fixed_links),
            ("--print-links", "http", self.print_links.is_some()),
            ("--no-auth", "http", self.no_auth),
            ("--qr", "qr", self.qr),
            ("--allow-origin", "http", !self.allow_origin.is_empty()),
            ("--allow-host", "http", !self.allow_host.is_empty()),
            ("--trusted-proxy", "http", !self.trusted_proxy.is_empty()),
            ("--public-url", "http", self.public_url.is_some()),
            ("--also", "http", !self.also.is_empty()),
            ("--live", "http", self.live),
            ("--base-path", "http", self.base_path.is_some()),
            ("--frame-ancestors", "http", !self.frame_ancestors.is_empty()),
            ("--web-root", "http", self.web_root.is_some()),
            ("--web-sources", "http", !self.web_sources.is_empty()),
            ("--clients", "http", self.clients.is_some()),
            ("--no-status", "http", self.no_status),
            ("--video", "h264", self.video.is_some()),
            ("--open", "open", self.open),
            ("--terminal", "terminal", self.terminal.is_some()),
            ("--pixel-ratio", "terminal", self.pixel_ratio.is_some()),
            ("--record", "record", !self.record.is_empty()),
            ("--record-format", "record", self.record_format.is_some()),
            ("--record-size", "video", self.record_size.is_some()),
            ("--record-parts", "video", self.record_parts),
            ("--record-lossless", "record", self.record_lossless),
            ("--record-fps", "record", self.record_fps.is_some()),
            ("--record-overwrite", "record", self.record_overwrite),
            ("--publish", "relay", self.publish.is_some()),
            ("--publish-key", "relay", self.publish_key.is_some()),
            ("--nats-creds", "relay", self.nats_creds.is_some()),
            ("--nats-ca", "relay", self.nats_ca.is_some()),
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
        "{what} needs the feature {feature:?} of framecast, which is not in this build of the program; build it with: cargo build --features framecast/{feature}"
    ))
}

#[cfg(feature = "options")]
fn exit(message: &str, code: i32) -> ! {
    crate::notice::print_notice(message);
    std::process::exit(code)
}

#[cfg(all(test, feature = "options"))]
mod tests {
    use super::*;

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
            ("--tls-keep", "mirror.pem", "tls"),
            ("--tls-cert", "cert.pem", "tls"),
            ("--tls-key", "key.pem", "tls"),
            ("--listen", "127.0.0.1:0", "http"),
            ("--insecure", "", "http"),
            ("--link", "desk=drive", "http"),
            ("--link-file", "links", "http"),
            ("--fixed-links", "", "http"),
            ("--print-links", "json", "http"),
            ("--no-auth", "", "http"),
            ("--qr", "", "qr"),
            ("--allow-origin", "https://example.org", "http"),
            ("--allow-host", "example.org", "http"),
            ("--trusted-proxy", "127.0.0.1", "http"),
            ("--public-url", "https://example.org/", "http"),
            ("--also", "https://edge-2.example.org/", "http"),
            ("--live", "", "http"),
            ("--base-path", "/canvas/", "http"),
            ("--frame-ancestors", "https://example.org", "http"),
            ("--web-root", "web", "http"),
            ("--web-sources", "font-src https://example.org", "http"),
            ("--clients", "3", "http"),
            ("--no-status", "", "http"),
            ("--video", "never", "h264"),
            ("--open", "", "open"),
            ("--terminal", "cells", "terminal"),
            ("--pixel-ratio", "2", "terminal"),
            ("--record", "a.fcast", "record"),
            ("--record-format", "gif", "record"),
            ("--record-size", "64x48", "video"),
            ("--record-parts", "", "video"),
            ("--record-lossless", "", "record"),
            ("--record-fps", "5", "record"),
            ("--record-overwrite", "", "record"),
        ] {
            let mut args = vec![flag, value];
            args.retain(|arg| !arg.is_empty());
            let options = Options::parse("app", &args).unwrap();
            let error = options.need_features(|name| name != feature).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{flag} needs the feature {feature:?}")), "{error}");
            assert!(error.ends_with(&format!("--features framecast/{feature}")), "{error}");
            assert!(options.need_features(|_| true).is_ok());
        }
        let general =
            ["--size", "4x4", "--control", "any", "--log", "x", "--lossless", "--title", "x"];
        assert!(Options::parse("app", &general).unwrap().need_features(|_| false).is_ok());
    }

    #[test]
    fn the_help_lists_every_way_to_show_pictures_in_a_terminal() {
        let help = Options::parse("app", &["--help"]).unwrap_err().to_string();
        assert!(help.contains(&TerminalArg::ALL.map(|it| it.to_string()).join("|")), "{help}");
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
            "--tls-keep",
            "--tls-cert",
            "--tls-key",
            "--link",
            "--link-file",
            "FRAMECAST_LINK_",
            "--fixed-links",
            "--print-links",
            "--no-auth",
            "--qr",
            "--allow-origin",
            "--allow-host",
            "--trusted-proxy",
            "--public-url",
            "--also",
            "--live",
            "--base-path",
            "--frame-ancestors",
            "--web-root",
            "--web-sources",
            "--no-status",
            "--clients",
            "--control",
            "--control-timeout",
            "--lossless",
            "--video",
            "--terminal",
            "--pixel-ratio",
            "--log",
            "--record",
            "--record-format",
            "--record-size",
            "--record-parts",
            "--record-lossless",
            "--record-fps",
            "--record-overwrite",
            "--record-input",
            "--replay-input",
            "--replay-speed",
            "--replay-then",
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
