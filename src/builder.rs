//! What a canvas starts with, and opening its backends.

use std::path::PathBuf;
use std::time::Duration;

use framecast_api::{Backend, CanvasSize, Error, LogicalSize, PhysicalSize, Result, SizeLimits};
use log::Level;

use crate::announce::announce;
use crate::canvas::Canvas;
use crate::caption;
use crate::control::ControlPolicy;
use crate::engine::{Engine, Settings, fixed_size};
use crate::event_loop::EventLoop;
use crate::input_log::Header;
use crate::messages::Messages;
use crate::notice;
use crate::options::{DrawDemand, Options, ReplaySpeed, ReplayThen};
use crate::schedule::{Schedule, UpdateMode};
use crate::select::{self, Candidate, Page};
use crate::sessions::Sessions;

/// See [`CanvasBuilder::control_timeout`].
const CONTROL_TIMEOUT: Duration = Duration::from_secs(60);

/// The settings of a canvas before it is opened; made by [`Canvas::builder`].
///
/// Without [`options`](Self::options), [`backend`](Self::backend) and
/// [`no_backends`](Self::no_backends) it opens the backends that the environment variable
/// `FRAMECAST_BACKEND` names; by default a window if there is a display, otherwise (and over SSH)
/// the terminal, and the web mirror.
#[must_use = "a builder does nothing until it is opened"]
pub struct CanvasBuilder {
    title: String,
    options: Option<Options>,
    event_loop: Option<EventLoop>,
    backends: Vec<Box<dyn Backend>>,
    no_backends: bool,
    /// Ctrl-C closes it.
    interrupts: bool,
    size: LogicalSize,
    ratio: f64,
    fixed: Option<PhysicalSize>,
    limits: SizeLimits,
    mode: UpdateMode,
    /// `None`: no limit.
    max_fps: Option<f64>,
    min_fps: Option<f64>,
    demand: DrawDemand,
    control: ControlPolicy,
    control_timeout: Option<Duration>,
    sessions: Sessions,
    page: Page,
}

impl CanvasBuilder {
    pub(crate) fn new(title: String) -> Self {
        Self {
            title,
            options: None,
            event_loop: None,
            backends: Vec::new(),
            no_backends: false,
            interrupts: false,
            size: LogicalSize::new(960.0, 540.0),
            ratio: 1.0,
            fixed: None,
            limits: SizeLimits::DEFAULT,
            mode: UpdateMode::default(),
            max_fps: Some(Schedule::DEFAULT_MAX_FPS),
            min_fps: None,
            demand: DrawDemand::default(),
            control: ControlPolicy::default(),
            control_timeout: Some(CONTROL_TIMEOUT),
            sessions: Sessions::default(),
            page: Page::default(),
        }
    }

    /// Uses the user's flags, which take precedence over the other settings, and prints links and
    /// messages on standard error.
    ///
    /// Without this nothing is printed: messages go to the [`log`](https://docs.rs/log) facade, with
    /// the target `framecast`.
    pub fn options(mut self, options: &Options) -> Self {
        self.options = Some(options.clone());
        self
    }

    /// Closes the canvas on Ctrl+C and, on Unix, on SIGTERM and SIGHUP. A second signal ends the
    /// process at once, with exit code 130. Needs the feature `signals`.
    ///
    /// Without this, these signals end the process as usual. A program with its own signal handler
    /// calls [`CanvasHandle::close`](crate::CanvasHandle::close) in it. A view in a terminal restores
    /// the terminal in any case.
    #[cfg(feature = "signals")]
    pub fn close_on_interrupt(mut self) -> Self {
        self.interrupts = true;
        self
    }

    /// Runs the canvas on `event_loop`, together with other canvases.
    pub fn on(mut self, event_loop: &EventLoop) -> Self {
        self.event_loop = Some(event_loop.clone());
        self
    }

    /// Adds a backend.
    pub fn backend(mut self, backend: impl Backend + 'static) -> Self {
        self.backends.push(Box::new(backend));
        self
    }

    /// Opens only the backends given with [`backend`](Self::backend), whatever the flags say.
    pub fn no_backends(mut self) -> Self {
        self.no_backends = true;
        self
    }

    /// Sets the initial size, in logical pixels; 960 × 540 by default. The presenter's view changes it.
    pub fn size(mut self, size: impl Into<LogicalSize>) -> Self {
        self.size = size.into();
        self
    }

    /// Sets the initial number of physical pixels per logical pixel; 1 by default. The presenter's view
    /// changes it.
    pub fn ratio(mut self, ratio: f64) -> Self {
        self.ratio = ratio;
        self
    }

    /// Fixes the size of the canvas, in physical pixels. Views scale the picture.
    pub fn fixed_size(mut self, size: impl Into<PhysicalSize>) -> Self {
        self.fixed = Some(size.into());
        self
    }

    /// Limits the size that a view may give the canvas; [`SizeLimits::DEFAULT`] by default.
    pub fn size_limits(mut self, limits: SizeLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets when the canvas is drawn; [`UpdateMode::OnDemand`] by default.
    pub fn update_mode(mut self, mode: UpdateMode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets the highest number of draws per second; 60 by default, `None` for no limit.
    pub fn max_fps(mut self, fps: impl Into<Option<f64>>) -> Self {
        self.max_fps = fps.into();
        self
    }

    /// Sets the lowest number of draws per second in on-demand mode, while somebody looks. `None`, the
    /// default, draws only on request.
    pub fn min_fps(mut self, fps: impl Into<Option<f64>>) -> Self {
        self.min_fps = fps.into();
        self
    }

    /// Sets whether to draw when nobody looks; [`DrawDemand::Auto`] by default, which does not.
    pub fn draw_demand(mut self, demand: DrawDemand) -> Self {
        self.demand = demand;
        self
    }

    /// Sets which viewer gets control, and when; [`ControlPolicy::First`] by default.
    pub fn control(mut self, policy: ControlPolicy) -> Self {
        self.control = policy;
        self
    }

    /// Sets the time after which a presenter loses control if it is hidden, or idle while another
    /// viewer wants control; a minute by default, `None` for never.
    pub fn control_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.control_timeout = timeout;
        self
    }

    /// Records everything that the program is handed into a new file of JSON lines, an *input log*: every
    /// event, draw and deadline. [`replay_input`](Self::replay_input) repeats the session from it. Flags take
    /// precedence: `--record-input`.
    ///
    /// The log contains all that is typed and pasted, passwords too. On Unix only its owner can read it. It is
    /// written line by line; if writing fails, a message says so and the canvas goes on. Of several canvases on
    /// one [`EventLoop`] only the first is recorded. See [testing](crate::guide::testing).
    pub fn record_input(mut self, file: impl Into<PathBuf>) -> Self {
        self.sessions.record = Some(file.into());
        self
    }

    /// Repeats the session that was recorded in an input log: the program is handed the same events, sizes,
    /// draws and deadlines, with the same times, in the same order. Meanwhile nobody drives, and demand and
    /// frame rates do not count. Flags take precedence: `--replay-input`.
    ///
    /// If the log is damaged, it is replayed up to there; [`Canvas::finish`] and [`Canvas::run`] then return an
    /// error, or with another [`replay_then`](Self::replay_then) than [`ReplayThen::Close`] a message says so.
    /// Of several canvases on one [`EventLoop`] the first gets the log. See [testing](crate::guide::testing).
    pub fn replay_input(mut self, file: impl Into<PathBuf>) -> Self {
        self.sessions.replay = Some(file.into());
        self
    }

    /// Sets how fast [`replay_input`](Self::replay_input) repeats; as it was recorded by default.
    pub fn replay_speed(mut self, speed: ReplaySpeed) -> Self {
        self.sessions.speed = Some(speed);
        self
    }

    /// Sets what happens when [`replay_input`](Self::replay_input) has ended; the canvas closes by default.
    pub fn replay_then(mut self, then: ReplayThen) -> Self {
        self.sessions.then = Some(then);
        self
    }

    /// Adds files to the page in browsers; they replace files of the viewer with the same name. Files in
    /// the directory of `--web-root` take precedence.
    ///
    /// ```no_run
    /// use framecast::{Canvas, Resources};
    ///
    /// let resources = Resources::new();
    /// resources.insert("favicon.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")?;
    /// let canvas = Canvas::builder("mine").resources(&resources).open()?;
    /// # Ok::<(), framecast::Error>(())
    /// ```
    #[cfg(feature = "http")]
    pub fn resources(mut self, resources: &framecast_http::Resources) -> Self {
        self.page.resources = Some(resources.clone());
        self
    }

    /// Shows browsers a canvas that is published elsewhere: what arrives at `edge` goes to them as it is, and is not
    /// encoded again. The program draws the same picture for all other views, and for snapshots; see
    /// [`Edge::newer_than`](crate::relay::Edge::newer_than).
    ///
    /// The web server then takes links to watch only, and the origin's links to watch count, too. They count for everything
    /// at its address, so no other canvas can be there.
    #[cfg(all(feature = "relay", feature = "http"))]
    pub fn edge(mut self, edge: &framecast_relay::Edge) -> Self {
        self.page.edge = Some(edge.clone());
        self
    }

    /// With [`edge`](Self::edge): has those drive here, too, who come by one of the origin's links to drive. What they do is
    /// passed on to the origin, which decides about it. Default: links to drive are no links here.
    ///
    /// Whoever runs this program sees the tokens of those who come, and can drive with them.
    #[cfg(all(feature = "relay", feature = "http"))]
    pub fn edge_drivers(mut self, drive: bool) -> Self {
        self.page.edge_drivers = drive;
        self
    }

    /// Opens the canvas and its backends.
    ///
    /// A backend that cannot be opened is left out, and a message says why. With `--wait-viewer`, this
    /// returns when the first viewer looks.
    ///
    /// # Errors
    /// "Invalid input" if a size is impossible, `FRAMECAST_BACKEND` cannot be parsed, a flag needs a feature
    /// that is not built in, or a file to replay is no input log of this version; "failed" if none of the backends
    /// can be opened, or a file to log to, record to or replay cannot be used.
    pub fn open(self) -> Result<Canvas> {
        let from_user = self.options.is_some();
        let messages = if from_user { Messages::StandardError } else { Messages::Facade };
        let options = self.options.unwrap_or_default();
        options.check_features()?;
        let plain_title = caption::plain(&self.title);
        let first = self.event_loop.as_ref().is_none_or(|it| it.core().is_empty());
        let sessions = self.sessions.open(&options, first, &plain_title, messages)?;
        let size = match (self.fixed, sessions.size(), options.size) {
            (Some(size), _, _) => fixed_size(size)?,
            (None, Some(size), _) => {
                CanvasSize::clamped(size.logical(), size.ratio(), self.limits)?
            }
            (None, None, Some(size)) => {
                let logical = LogicalSize::new(f64::from(size.width), f64::from(size.height));
                CanvasSize::clamped(logical, self.ratio, self.limits)?
            }
            (None, None, None) => CanvasSize::clamped(self.size, self.ratio, self.limits)?,
        };
        if let Some(log) = &options.log {
            notice::open_log(log)?;
        }
        let event_loop = self.event_loop.unwrap_or_default();
        let core = event_loop.core();
        // The name in a path is the application's choice; the flag titles the first canvas only,
        // so that several can be told apart.
        let name = name(&plain_title);
        let title = options.title.clone().filter(|_| core.is_empty()).unwrap_or(self.title);
        let mut engine = Engine::new(
            core.clock,
            Settings {
                title,
                size,
                fixed: self.fixed.is_some(),
                limits: self.limits,
                mode: self.mode,
                max_fps: self.max_fps,
                fps_cap: options.max_fps.map(|fps| fps.0),
                min_fps: self.min_fps,
                demand: options.draw.unwrap_or(self.demand),
                control: options.control.unwrap_or(self.control),
                control_timeout: options
                    .control_timeout
                    .map_or(self.control_timeout, |timeout| timeout.0),
                messages,
            },
        );
        #[cfg(feature = "signals")]
        if self.interrupts {
            // Before a terminal is changed, so that it is restored whatever comes.
            crate::interrupt::install();
        }
        // The flags choose, unless the application brought backends and takes no flags.
        let by_flags = !self.no_backends && (from_user || self.backends.is_empty());
        let mut candidates: Vec<Candidate> =
            self.backends.into_iter().map(Candidate::from).collect();
        if by_flags {
            let mut servers = core.servers.borrow_mut();
            candidates.extend(select::candidates(
                &options,
                self.interrupts,
                messages,
                &name,
                &self.page,
                &mut servers,
            )?);
        }
        let mut failures: Vec<String> = Vec::new();
        #[cfg(all(feature = "http", feature = "relay"))]
        let mut links = None;
        for candidate in candidates {
            let added = candidate.backend.and_then(|backend| engine.add(backend, core.waker()));
            if let Err(error) = added {
                failures.push(format!("{}: {error}", candidate.name));
                continue;
            }
            #[cfg(all(feature = "http", any(feature = "record", feature = "relay")))]
            engine.share_updates(candidate.updates, options.lossless);
            #[cfg(all(feature = "relay", feature = "http"))]
            if let Some((edge, sink)) = candidate.feed {
                edge.feed(sink);
            }
            #[cfg(all(feature = "relay", feature = "http"))]
            {
                links = links.or(candidate.links);
            }
        }
        #[cfg(feature = "record")]
        if by_flags {
            // Whoever asks for a recording wants it: without, nothing is begun.
            for settings in select::recorders(&options, messages)? {
                engine.record(settings, core.waker())?;
            }
        }
        #[cfg(feature = "relay")]
        if by_flags && let Some(backend) = select::publisher(&options, messages)? {
            #[cfg(feature = "http")]
            let mut backend = backend;
            #[cfg(feature = "http")]
            if let Some(links) = links {
                let drive_links = links.clone();
                backend.set_links(move || links.watch_links());
                backend.set_drive_links(move || drive_links.drive_links());
            }
            // As with a recording.
            engine.publish(backend, core.waker())?;
        }
        if !failures.is_empty() && !engine.has_backends() {
            return Err(Error::failed(format!("nothing to show it on. {}", failures.join(". "))));
        }
        failures.iter().for_each(|failure| messages.notice(Level::Warn, failure));
        // Last, so that no file is left where there is nothing to show it on.
        let header = Header::new(&plain_title, size);
        sessions.attach(&mut engine, &header, &options, messages, core.time.now())?;
        let canvas = Canvas::new(core.clone(), core.add(engine));
        if by_flags {
            announce(&canvas, &options, messages);
        }
        #[cfg(feature = "signals")]
        if self.interrupts {
            crate::interrupt::close_on_interrupt(canvas.handle());
        }
        if options.wait_viewer && !core.waited.replace(true) {
            // When it was closed instead, the first step says so.
            let _ = canvas.wait_for_viewer();
        }
        Ok(canvas)
    }
}

/// A canvas' name in a path: its title in lower case, with dashes.
fn name(title: &str) -> String {
    /// Enough to tell canvases apart.
    const LONGEST: usize = 40;
    let mut name = String::new();
    for char in title.chars() {
        if char.is_ascii_alphanumeric() {
            name.push(char.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if name.len() == LONGEST {
            break;
        }
    }
    let name = name.trim_end_matches('-');
    if name.is_empty() { "canvas".into() } else { name.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_name_for_a_path() {
        assert_eq!(name("Left & Right (2)"), "left-right-2");
        assert_eq!(name("  ../../etc/passwd  "), "etc-passwd");
        assert_eq!(name("漢字"), "canvas");
        assert_eq!(name(&"x".repeat(100)).len(), 40);
    }
}
