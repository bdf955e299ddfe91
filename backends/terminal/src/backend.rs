use std::fmt;
use std::fs::File;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use framecast_api::{
    Backend, BackendCommand, BackendEvent, Capabilities, ClientId, Context, Error, Frame, Result,
    Traffic,
};
use framecast_local::ViewChanges;

#[cfg(unix)]
use crate::thread::TerminalThread;
#[cfg(not(unix))]
use crate::unsupported::TerminalThread;

/// The one client of a terminal.
pub(crate) const CLIENT: ClientId = ClientId(0);
/// What people call it.
pub(crate) const LABEL: &str = "terminal";

/// How the picture is shown.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum TerminalPicture {
    /// In the best way that the terminal reports. Inside tmux: the kitty graphics protocol if tmux passes it on
    /// (`allow-passthrough`) to a terminal with placeholders (kitty from 0.28, Ghostty), otherwise characters.
    /// Inside screen: characters.
    #[default]
    Auto,
    /// Pixels, by the kitty graphics protocol. Inside tmux and screen as with `Auto`; if the terminal gets
    /// characters, the bottom line says why.
    Kitty,
    /// Pixels, by DEC's sixels.
    Sixel,
    /// Pixels, as inline images of iTerm2.
    Iterm,
    /// Characters of two halves, one above the other, each with its exact color.
    Cells,
    /// Characters of 2 × 2 parts in two colors: finer, less exact.
    Quadrants,
    /// Characters of 2 × 3 parts in two colors; needs a font with Unicode 13.
    Sextants,
    /// Characters of 2 × 4 parts in two colors; needs a font with Unicode 16.
    Octants,
}

impl TerminalPicture {
    /// All variants, in the order of the enum.
    pub const ALL: [TerminalPicture; 8] = [
        TerminalPicture::Auto,
        TerminalPicture::Kitty,
        TerminalPicture::Sixel,
        TerminalPicture::Iterm,
        TerminalPicture::Cells,
        TerminalPicture::Quadrants,
        TerminalPicture::Sextants,
        TerminalPicture::Octants,
    ];

    /// Returns the name: "kitty", "cells".
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            TerminalPicture::Auto => "auto",
            TerminalPicture::Kitty => "kitty",
            TerminalPicture::Sixel => "sixel",
            TerminalPicture::Iterm => "iterm",
            TerminalPicture::Cells => "cells",
            TerminalPicture::Quadrants => "quadrants",
            TerminalPicture::Sextants => "sextants",
            TerminalPicture::Octants => "octants",
        }
    }
}

impl FromStr for TerminalPicture {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        TerminalPicture::ALL.into_iter().find(|it| it.name() == name.trim()).ok_or_else(|| {
            let names: Vec<_> = TerminalPicture::ALL.iter().map(|it| it.name()).collect();
            Error::invalid_input(format!(
                "{name:?} is no way to show a picture in a terminal; possible are {}",
                names.join(", ")
            ))
        })
    }
}

impl fmt::Display for TerminalPicture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The settings of a terminal.
///
/// ```
/// use framecast_terminal::{TerminalBackend, TerminalOptions, TerminalPicture};
/// let options = TerminalOptions::default().with_picture(TerminalPicture::Cells);
/// let backend = TerminalBackend::new(options);
/// # drop(backend);
/// ```
#[derive(Debug, Clone, Default)]
pub struct TerminalOptions {
    pub(crate) picture: TerminalPicture,
    pub(crate) exact: bool,
    pub(crate) pixel_ratio: Option<f64>,
    pub(crate) log: Option<Arc<File>>,
    pub(crate) signals: bool,
    pub(crate) tty: Option<PathBuf>,
    pub(crate) patience: Option<Duration>,
}

impl TerminalOptions {
    /// Sets how the picture is shown; by default [`TerminalPicture::Auto`].
    #[must_use]
    pub fn with_picture(mut self, picture: TerminalPicture) -> Self {
        self.picture = picture;
        self
    }

    /// Sets whether every color is exact while the picture moves; false by default. Otherwise, with characters, a
    /// color may be off by an invisible step until the picture rests. That halves the bytes.
    #[must_use]
    pub fn with_exact_colors(mut self, exact: bool) -> Self {
        self.exact = exact;
        self
    }

    /// Sets the number of physical pixels per logical pixel: a larger one makes everything that is drawn larger.
    /// By default 1, or ½ with characters, where a cell counts as about 8 × 16 logical pixels.
    #[must_use]
    pub fn with_pixel_ratio(mut self, ratio: f64) -> Self {
        self.pixel_ratio = Some(ratio);
        self
    }

    /// Sets a file for what the program writes to standard output and standard error while the picture is shown,
    /// if these are this terminal. Open the file for appending, and for its owner only, because links are printed.
    /// Without a file, 64 KiB of it are kept and shown afterwards.
    #[must_use]
    pub fn with_log(mut self, file: File) -> Self {
        self.log = Some(Arc::new(file));
        self
    }

    /// Sets whether SIGINT, SIGTERM and SIGHUP close the view. For programs that do not handle these signals. A
    /// program that handles them closes its canvases, which restores the terminal.
    #[must_use]
    pub fn with_signals(mut self, signals: bool) -> Self {
        self.signals = signals;
        self
    }

    /// Sets how long leaving waits for the terminal's last answers, instead of a time derived from its round
    /// trips. For tests on machines of any speed; not part of the API.
    #[doc(hidden)]
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Sets the path of the terminal, instead of the process' own one.
    #[must_use]
    pub fn with_tty(mut self, path: impl Into<PathBuf>) -> Self {
        self.tty = Some(path.into());
        self
    }
}

/// Presents a canvas in the terminal that the program was started in, and reports its input.
///
/// It has one client, `ClientId(0)`, called "terminal". A process can have one open terminal.
///
/// The bottom line shows [`BackendCommand::Title`], [`BackendCommand::Control`] and [`BackendCommand::Links`].
/// [`BackendCommand::Cursor`] works in terminals that accept CSS names of shapes (kitty, foot, Ghostty).
/// [`BackendCommand::Clipboard`] is sent as OSC 52, which a terminal may silently ignore. The terminal does not
/// support other commands. If it goes away, the backend reports [`BackendEvent::Lost`] once.
#[derive(Default)]
pub struct TerminalBackend {
    options: TerminalOptions,
    thread: Option<TerminalThread>,
}

impl TerminalBackend {
    /// Creates a terminal that [`Backend::open`] will use.
    #[must_use]
    pub fn new(options: TerminalOptions) -> Self {
        Self { options, thread: None }
    }
}

impl Backend for TerminalBackend {
    fn name(&self) -> &str {
        "terminal"
    }

    fn capabilities(&self) -> Capabilities {
        let capabilities = Capabilities::default().with_input().with_sizes().with_local();
        match &self.thread {
            Some(thread) if thread.pointer_shapes => capabilities.with_cursor(),
            _ => capabilities,
        }
    }

    fn open(&mut self, context: Context) -> Result<()> {
        self.thread = Some(TerminalThread::open(self.options.clone(), context)?);
        Ok(())
    }

    fn traffic(&self) -> Option<Traffic> {
        self.thread.as_ref().map(TerminalThread::traffic)
    }

    fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        if let Some(thread) = &self.thread {
            thread.poll(sink);
        }
    }

    fn wants_frame(&self) -> bool {
        self.thread.as_ref().is_some_and(TerminalThread::wants_frame)
    }

    fn present(&mut self, frame: &Frame) -> Result<()> {
        if let Some(thread) = &self.thread {
            thread.present(frame);
        }
        Ok(())
    }

    fn apply(&mut self, setting: &BackendCommand) -> Result<()> {
        let mut changes = ViewChanges::default();
        match setting {
            BackendCommand::Title(title) => changes.title = Some(title.clone()),
            BackendCommand::Cursor(cursor) if self.capabilities().cursor => {
                changes.cursor = Some(*cursor);
            }
            BackendCommand::Control(state) => changes.control = Some(state.clone()),
            BackendCommand::Links(links) => {
                changes.links = Some(links.iter().map(|link| link.url.clone()).collect());
            }
            BackendCommand::Clipboard { client: CLIENT, text } => {
                changes.clipboard = Some(text.clone());
            }
            other => return Err(Error::not_supported(other.describe())),
        }
        if let Some(thread) = &self.thread {
            thread.apply(changes);
        }
        Ok(())
    }

    fn close(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.close();
        }
    }
}

impl Drop for TerminalBackend {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_show_a_picture_has_a_name_that_reads_back() {
        for picture in TerminalPicture::ALL {
            assert_eq!(picture.name().parse::<TerminalPicture>().unwrap(), picture);
        }
        let error = "ascii".parse::<TerminalPicture>().unwrap_err().to_string();
        assert!(error.contains("ascii") && error.contains("sextants"), "{error}");
    }
}
