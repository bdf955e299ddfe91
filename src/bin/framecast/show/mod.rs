//! `framecast show`: pictures, with zoom, pan, next and previous.
//!
//! What is shown is read anew when its file changes (`watch`). That happens between two events on the
//! canvas' thread: while a large picture is decoded, input waits.

mod files;
mod picture;
mod render;
mod view;
mod watch;

use std::fs::{File, Metadata};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use framecast::{
    Canvas, Cursor, Error, EventKind, Key, Options, Pointer, Result, Step, print_notice,
};

use self::files::{Files, Item};
pub(crate) use self::picture::Budget;
use self::picture::Picture;
use self::render::Renderer;
use self::view::View;
use self::watch::{Stamp, Watch};

/// What one press of a zoom key does.
const KEY_ZOOM: f64 = 1.25;
/// What a pixel of the wheel does; a notch is about 100.
const WHEEL_ZOOM: f64 = 0.0018;

/// Files that one press of a key tries at most; those that cannot be shown are left out then.
const TRIES: usize = 100;
/// Files whose errors one notice tells.
const TOLD: usize = 3;

/// What standard input is called.
const INPUT: &str = "standard input";

/// A title of this text, in which no name of a file is a placeholder.
fn title(text: &str) -> String {
    text.replace('$', "$$")
}

/// Shows `arguments`, files, folders or `-` for standard input, until the canvas is closed.
pub(crate) fn run(options: &Options, arguments: Vec<PathBuf>, budget: Budget) -> Result<()> {
    let input = || {
        let input = io::stdin();
        if input.is_terminal() {
            return Err(Error::invalid_input(
                "show - reads a picture from standard input, which is a terminal: my_program | framecast show -",
            ));
        }
        files::read_input(input.lock())
    };
    let Some(mut show) = Show::open(arguments, input, budget, Instant::now())? else {
        return Err(Error::failed("there is nothing that can be shown"));
    };
    let canvas = Canvas::builder(title(&show.picture.name))
        .options(options)
        .close_on_interrupt()
        .size((1280.0, 800.0))
        .open()?;
    // A title of the user's own stays.
    let titled = options.title.is_some();
    // An animation sets a deadline of its own.
    let mut due: Option<Instant> = None;
    while !canvas.is_closed() {
        let deadline = due.into_iter().chain(show.next_look()).min();
        let step = match deadline {
            None => canvas.next(),
            Some(at) => canvas.next_before(at).ok(),
        };
        match step {
            None => {
                let now = Instant::now();
                let animated = due.is_some_and(|at| now >= at);
                if show.look(now) | animated {
                    // When nobody looks the draw waits, and so does the animation.
                    due = due.filter(|_| !animated);
                    canvas.request_draw();
                }
            }
            Some(Step::Event(event)) => {
                if let Some(cursor) = show.event(&event.kind) {
                    canvas.set_cursor(cursor);
                }
                if std::mem::take(&mut show.changed) {
                    canvas.request_draw();
                }
            }
            Some(Step::Draw(mut frame)) => {
                let (ratio, time) = (frame.ratio(), frame.timestamp());
                let seconds = show.draw(&mut frame, ratio, time);
                let origin = canvas.clock().origin();
                due = seconds.map(|at| origin + Duration::from_secs_f64(at.max(0.0)));
                frame.present();
                if !titled {
                    canvas.set_title(&title(&show.caption()));
                }
            }
        }
    }
    canvas.finish()
}

/// The application, apart from its canvas.
struct Show {
    /// Those that could be read so far, or were not tried.
    files: Files,
    /// What one picture may take.
    budget: Budget,
    /// What came from standard input.
    input: Vec<u8>,
    current: usize,
    /// Of the file that is shown.
    watch: Option<Watch>,
    /// Of the folders that were named.
    folders: Vec<(PathBuf, Watch)>,
    picture: Picture,
    /// Counts the pictures opened, so that the renderer tells them apart.
    number: usize,
    /// The number of the picture that was drawn last.
    drawn: usize,
    view: View,
    renderer: Renderer,
    /// Physical pixels per logical one in the last frame.
    ratio: f64,
    size: (u32, u32),
    /// Where the pointer holds the picture, in physical pixels.
    grip: Option<(f64, f64)>,
    /// The picture or its place changed.
    changed: bool,
}

impl Show {
    /// Opens the first picture that can be read, and says which cannot. `None`: none can. `input` is
    /// only called if standard input is named.
    ///
    /// # Errors
    /// If nothing is named, or standard input cannot be read.
    fn open(
        arguments: Vec<PathBuf>,
        input: impl FnOnce() -> Result<Vec<u8>>,
        budget: Budget,
        now: Instant,
    ) -> Result<Option<Self>> {
        let folder = |path: &Path| (path.to_owned(), Stamp::of(path));
        let mut files = Files::new(arguments)?;
        let folders: Vec<_> = files.folders().map(folder).collect();
        let input = if files.has_input() { input()? } else { Vec::new() };
        let (first, refusals) = first(&mut files, &input, &budget);
        refusals.tell();
        let Some((mut picture, stamp)) = first else { return Ok(None) };
        picture.tell();
        let view = View::new(picture.pixels.dimensions());
        let watch = stamp.map(|stamp| Watch::new(Some(stamp), now));
        let folders =
            folders.into_iter().map(|(path, stamp)| (path, Watch::new(stamp, now))).collect();
        Ok(Some(Self {
            files,
            budget,
            input,
            current: 0,
            watch,
            folders,
            picture,
            number: 0,
            drawn: 0,
            view,
            renderer: Renderer::default(),
            ratio: 1.0,
            size: (1, 1),
            grip: None,
            changed: false,
        }))
    }

    /// For the title: name, place among the others, zoom.
    fn caption(&self) -> String {
        let percent = self.view.scale() * 100.0;
        let percent =
            if percent < 10.0 { format!("{percent:.1}") } else { format!("{percent:.0}") };
        let place = match self.files.len() {
            1 => String::new(),
            count => format!(" ({}/{count})", self.current + 1),
        };
        format!("{}{place} – {percent} %", self.picture.name)
    }

    /// To the next picture that can be read, or the one before. Those that cannot are left out until
    /// they change, and a notice tells which.
    fn go(&mut self, forward: bool) {
        self.current = self.files.refresh_if_changed(self.current);
        self.changed = true;
        self.step(forward).tell();
    }

    /// The same in the list as it is. Returns what cannot be shown; after [`TRIES`] of these the next
    /// press goes on.
    fn step(&mut self, forward: bool) -> Refusals {
        let mut refusals = Refusals::default();
        while self.files.len() > 1 && refusals.count < TRIES {
            let count = self.files.len();
            let next = if forward { self.current + 1 } else { self.current + count - 1 } % count;
            let Some(item) = self.files.get(next) else { break };
            let (read, stamp) = load(item, &self.input, &self.budget, open_again);
            match read {
                Ok(mut picture) => {
                    picture.tell();
                    self.view = View::new(picture.pixels.dimensions());
                    self.view.resize(self.size.0, self.size.1, self.ratio);
                    self.show(picture);
                    self.watch = stamp.map(|stamp| Watch::new(Some(stamp), Instant::now()));
                    // The one before may be gone, and was only kept while it was shown.
                    self.current = self.files.leave(self.current, next);
                    break;
                }
                Err(error) => {
                    refusals.add(&error);
                    self.files.refuse(next, stamp);
                    self.current -= usize::from(next < self.current);
                }
            }
        }
        refusals
    }

    fn show(&mut self, picture: Picture) {
        self.picture = picture;
        self.number += 1;
    }

    /// When to [`look`](Self::look) next.
    fn next_look(&self) -> Option<Instant> {
        let folders = self.folders.iter().map(|(_, watch)| watch.next());
        self.watch.iter().map(Watch::next).chain(folders).min()
    }

    /// Looks whether files changed, if it is time to. True: what is shown changed.
    fn look(&mut self, now: Instant) -> bool {
        let mut list = false;
        for (path, watch) in &mut self.folders {
            let stamp = Stamp::of(path);
            if now >= watch.next() && watch.look(stamp, now) {
                watch.done(stamp, true, now);
                list = true;
            }
        }
        if list {
            self.current = self.files.refresh(self.current);
        }
        self.look_at_file(now) || list
    }

    /// Reads what is shown anew if its file changed. What cannot be read, or only in part, such as a file
    /// that is being written, stays as it was shown, and is tried again; in the end, what there is is
    /// shown, or why it cannot be is said.
    fn look_at_file(&mut self, now: Instant) -> bool {
        let (Some(watch), Some(item)) = (&mut self.watch, self.files.get(self.current)) else {
            return false;
        };
        if now < watch.next() || !watch.look(item.stamp(), now) {
            return false;
        }
        let last = watch.is_last_try();
        let (read, stamp) = load(item, &self.input, &self.budget, open_again);
        let mut picture = match read {
            Ok(picture) if last || !picture.damaged => picture,
            failed => {
                watch.done(None, false, now);
                if let (Err(error), true) = (failed, last) {
                    print_notice(&error.to_string());
                }
                return false;
            }
        };
        picture.tell();
        watch.done(stamp, true, now);
        if picture.pixels.dimensions() != self.picture.pixels.dimensions() {
            self.view = View::new(picture.pixels.dimensions());
            self.view.resize(self.size.0, self.size.1, self.ratio);
        }
        self.show(picture);
        true
    }

    fn event(&mut self, kind: &EventKind) -> Option<Cursor> {
        match kind {
            EventKind::KeyDown(key) => self.key(key),
            EventKind::Wheel(wheel) => {
                let factor = (-wheel.dy * WHEEL_ZOOM).clamp(-2.0, 2.0).exp();
                self.view.zoom(factor, wheel.x * self.ratio, wheel.y * self.ratio);
                self.changed = true;
            }
            EventKind::PointerDown(pointer) => {
                self.grip = Some(self.place(pointer));
                return Some(Cursor::Grabbing);
            }
            EventKind::PointerMove(pointer) => {
                let place = self.place(pointer);
                if let Some(grip) = self.grip.replace(place) {
                    self.view.pan(place.0 - grip.0, place.1 - grip.1);
                    self.changed = true;
                } else {
                    self.grip = None;
                }
            }
            EventKind::PointerUp(pointer) if pointer.buttons.is_empty() => {
                self.grip = None;
                return Some(Cursor::Default);
            }
            EventKind::DoubleClick(pointer) => {
                let (x, y) = self.place(pointer);
                let fitted = self.view;
                self.view.fit();
                if self.view == fitted {
                    let factor = 1.0 / self.view.scale();
                    self.view.zoom(factor, x, y);
                }
                self.changed = true;
            }
            _ => {}
        }
        None
    }

    fn place(&self, pointer: &Pointer) -> (f64, f64) {
        (pointer.x * self.ratio, pointer.y * self.ratio)
    }

    fn key(&mut self, key: &Key) {
        // Held keys do not run ahead of what is seen: reading a picture may take long.
        let seen = !key.repeat || self.drawn == self.number;
        match key.shortcut() {
            "+" | "=" => self.view.zoom_middle(KEY_ZOOM),
            "-" | "_" => self.view.zoom_middle(1.0 / KEY_ZOOM),
            "0" => self.view.fit(),
            "1" => self.view.one_to_one(),
            "ArrowRight" | "ArrowDown" | "PageDown" | " " | "n" if seen => return self.go(true),
            "ArrowLeft" | "ArrowUp" | "PageUp" | "Backspace" | "p" if seen => {
                return self.go(false);
            }
            _ => return,
        }
        self.changed = true;
    }

    /// Draws; returns when the picture changes by itself.
    fn draw(&mut self, frame: &mut framecast::FrameBuffer, ratio: f64, time: f64) -> Option<f64> {
        self.drawn = self.number;
        self.ratio = ratio;
        self.size = (frame.width(), frame.height());
        self.view.resize(self.size.0, self.size.1, ratio);
        let due = self.picture.advance(time);
        self.renderer.draw(frame, &self.picture, self.number, self.view.placed(), ratio);
        due
    }
}

/// Files that could not be shown, for one notice.
#[derive(Debug, Default)]
struct Refusals {
    /// The errors of the first of them.
    told: Vec<String>,
    count: usize,
}

impl Refusals {
    fn add(&mut self, error: &Error) {
        if self.told.len() < TOLD {
            self.told.push(error.to_string());
        }
        self.count += 1;
    }

    fn notice(&self) -> Option<String> {
        let told = self.told.join("; ");
        match self.count - self.told.len() {
            _ if self.count == 0 => None,
            0 => Some(told),
            more => Some(format!("{told}; and {more} more cannot be shown")),
        }
    }

    fn tell(&self) {
        if let Some(notice) = self.notice() {
            print_notice(&notice);
        }
    }
}

/// Opens the first picture that can be read, and leaves out those before it.
fn first(
    files: &mut Files,
    input: &[u8],
    budget: &Budget,
) -> (Option<(Picture, Option<Stamp>)>, Refusals) {
    let mut refusals = Refusals::default();
    let mut stamps = Vec::new();
    let mut first = None;
    while let Some(item) = files.get(stamps.len()) {
        match load(item, input, budget, |path| File::open(path)) {
            (Ok(picture), stamp) => {
                first = Some((picture, stamp));
                break;
            }
            (Err(error), stamp) => {
                refusals.add(&error);
                stamps.push(stamp);
            }
        }
    }
    files.refuse_first(stamps);
    (first, refusals)
}

/// Reads a picture; also what its file was like just before, whether or not it can be read.
fn load(
    item: &Item,
    input: &[u8],
    budget: &Budget,
    open: impl FnOnce(&Path) -> io::Result<File>,
) -> (Result<Picture>, Option<Stamp>) {
    match item {
        Item::StandardInput => (Picture::from_bytes(INPUT, input.to_vec(), budget), None),
        Item::File(path) => {
            let stamp = Stamp::of(path);
            match open(path) {
                Ok(file) => {
                    // Of what is read, though another file may have this name by now.
                    let stamp = Stamp::of_file(&file);
                    (Picture::read(path, file, budget), stamp)
                }
                Err(error) => (Err(picture::unreadable(path, error)), stamp),
            }
        }
    }
}

/// Opens a file while the canvas is open, which must not wait: a pipe may have nobody who writes.
fn open_again(path: &Path) -> io::Result<File> {
    // Opening a device may do something already.
    is_readable_again(&path.metadata()?)?;
    open_at_once(path)
}

/// The same of what may have become a pipe since it was looked at.
fn open_at_once(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NONBLOCK.bits() as i32,
    );
    let file = options.open(path)?;
    is_readable_again(&file.metadata()?)?;
    Ok(file)
}

fn is_readable_again(metadata: &Metadata) -> io::Result<()> {
    // Reading a folder fails, and says what it is.
    if metadata.is_file() || metadata.is_dir() {
        return Ok(());
    }
    Err(io::Error::other("a pipe or device is read only when it is the first picture"))
}

#[cfg(test)]
mod tests;
