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
    let canvas =
        Canvas::builder(show.picture.name.as_str()).options(options).size(1280.0, 800.0).open()?;
    // A title of the user's own stays.
    let titled = options.title.is_some();
    // An animation sets a deadline of its own.
    let mut due: Option<Instant> = None;
    while !canvas.is_closed() {
        let deadline = due.into_iter().chain(show.next_look()).min();
        let step = match deadline {
            None => canvas.next(),
            Some(at) => canvas.next_before(at),
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
                    canvas.set_title(&show.caption());
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
        Item::Input => (Picture::from_bytes(INPUT, input.to_vec(), budget), None),
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
mod tests {
    use framecast::{FramePool, PhysicalSize, Wheel};
    use image::{Rgba, RgbaImage};

    use super::*;

    /// A folder with pictures of different widths, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("framecast-show-{}-{name}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn picture(&self, name: &str, width: u32) -> PathBuf {
            let path = self.0.join(name);
            RgbaImage::from_pixel(width, 5, Rgba([width as u8, 0, 0, 255])).save(&path).unwrap();
            path
        }

        fn rubbish(&self, name: &str) -> PathBuf {
            let path = self.0.join(name);
            std::fs::write(&path, "this is no picture").unwrap();
            path
        }
    }

    /// Makes a file or folder differ in its time of change, which is told in steps.
    fn touch(path: &Path) {
        static TIME: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let seconds = TIME.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let time = std::time::UNIX_EPOCH + Duration::from_secs(seconds);
        File::open(path).unwrap().set_modified(time).unwrap();
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn opened(arguments: Vec<PathBuf>) -> Result<Option<Show>> {
        let input = || panic!("nobody named standard input");
        Show::open(arguments, input, Budget::default(), Instant::now())
    }

    fn open(arguments: Vec<PathBuf>) -> Show {
        opened(arguments).unwrap().unwrap()
    }

    /// Looks as often as it takes until something changed, without waiting.
    fn look(show: &mut Show) -> bool {
        (0..9).any(|_| show.next_look().is_some_and(|at| show.look(at)))
    }

    fn names(show: &Show) -> Vec<String> {
        let name = |item: &Item| match item {
            Item::Input => "-".to_owned(),
            Item::File(path) => path.file_name().unwrap().to_string_lossy().into_owned(),
        };
        (0..show.files.len()).filter_map(|index| show.files.get(index)).map(name).collect()
    }

    fn press(show: &mut Show, key: &str) {
        show.event(&EventKind::KeyDown(Key { key: key.into(), ..Key::default() }));
    }

    fn draw(show: &mut Show) {
        let mut frame = FramePool::new().lend(PhysicalSize::new(100, 80)).unwrap();
        show.draw(&mut frame, 2.0, 0.0);
    }

    #[test]
    fn keys_go_round_and_the_caption_follows() {
        let folder = Folder::new("round");
        let files = vec![folder.picture("a.png", 10), folder.picture("b.png", 20)];
        let mut show = open(files);
        draw(&mut show);
        assert_eq!(show.caption(), "a.png (1/2) – 200 %");
        press(&mut show, "ArrowRight");
        assert_eq!(show.caption(), "b.png (2/2) – 200 %");
        press(&mut show, " ");
        assert_eq!(show.picture.name, "a.png");
        press(&mut show, "p");
        assert_eq!(show.picture.name, "b.png");
        assert!(show.changed);
    }

    #[test]
    fn unreadable_files_are_left_out_wherever_they_are() {
        let folder = Folder::new("unreadable");
        let files = vec![
            folder.rubbish("a.png"),
            folder.picture("b.png", 10),
            folder.rubbish("c.png"),
            Path::new("/no/such/file.png").to_owned(),
            folder.picture("e.png", 20),
        ];
        let mut show = open(files);
        assert_eq!(show.picture.name, "b.png");
        press(&mut show, "n");
        assert_eq!(show.picture.name, "e.png");
        assert_eq!(show.files.len(), 2);
        press(&mut show, "n");
        assert_eq!(show.picture.name, "b.png");
    }

    #[test]
    fn going_back_skips_what_is_unreadable_too() {
        let folder = Folder::new("back");
        let files =
            vec![folder.picture("a.png", 10), folder.picture("b.png", 20), folder.rubbish("c.png")];
        let mut show = open(files);
        press(&mut show, "p");
        assert_eq!((show.picture.name.as_str(), show.current), ("b.png", 1));
    }

    #[test]
    fn a_held_key_goes_on_once_the_picture_was_seen() {
        let folder = Folder::new("held");
        let files = ["a.png", "b.png", "c.png"].map(|name| folder.picture(name, 10));
        let mut show = open(files.into());
        let hold = |show: &mut Show| {
            let key = Key { key: "ArrowRight".into(), repeat: true, ..Key::default() };
            show.event(&EventKind::KeyDown(key));
        };
        draw(&mut show);
        press(&mut show, "ArrowRight");
        hold(&mut show);
        hold(&mut show);
        assert_eq!(show.picture.name, "b.png");
        draw(&mut show);
        hold(&mut show);
        assert_eq!(show.picture.name, "c.png");
        press(&mut show, "ArrowRight");
        assert_eq!(show.picture.name, "a.png", "a press is never too early");
    }

    #[test]
    fn nothing_readable_is_told() {
        let folder = Folder::new("nothing");
        assert!(opened(vec![folder.rubbish("a.png")]).unwrap().is_none());
        assert!(opened(Vec::new()).is_err());
    }

    #[test]
    fn dragging_pans_and_the_wheel_zooms_at_the_pointer() {
        let folder = Folder::new("drag");
        let mut show = open(vec![folder.picture("a.png", 50)]);
        draw(&mut show);
        let wheel = Wheel { dy: -1000.0, x: 25.0, y: 20.0, ..Wheel::default() };
        show.event(&EventKind::Wheel(wheel));
        assert!(show.view.scale() > 2.0);
        let before = show.view.placed();
        let at = |x: f64| Pointer { x, y: 20.0, ..Pointer::default() };
        show.event(&EventKind::PointerMove(at(5.0)));
        assert_eq!(show.view.placed(), before, "nothing is held");
        assert_eq!(show.event(&EventKind::PointerDown(at(25.0))), Some(Cursor::Grabbing));
        show.event(&EventKind::PointerMove(at(28.0)));
        assert_eq!(show.view.placed().left, before.left + 6);
        show.event(&EventKind::PointerUp(at(28.0)));
        show.event(&EventKind::PointerMove(at(2.0)));
        assert_eq!(show.view.placed().left, before.left + 6);
        press(&mut show, "0");
        assert_eq!(show.view.scale(), 2.0);
        press(&mut show, "1");
        assert_eq!(show.view.scale(), 1.0);
    }

    #[test]
    fn a_folders_pictures_come_in_natural_order_among_the_files_named() {
        let folder = Folder::new("folder");
        for name in ["img10.png", "img2.png", "IMG1.PNG", ".hidden.png"] {
            folder.picture(name, 10);
        }
        folder.rubbish("notes.txt");
        std::fs::create_dir(folder.0.join("deeper.png")).unwrap();
        let other = Folder::new("folder-other");
        let (first, last) = (other.picture("z.png", 20), other.picture("a.png", 30));
        let show = open(vec![first, folder.0.clone(), last]);
        assert_eq!(names(&show), ["z.png", "IMG1.PNG", "img2.png", "img10.png", "a.png"]);
        let empty = Folder::new("folder-empty");
        assert!(opened(vec![empty.0.clone()]).unwrap().is_none());
    }

    #[test]
    fn a_picture_comes_from_standard_input() {
        let folder = Folder::new("input");
        let bytes = std::fs::read(folder.picture("a.png", 40)).unwrap();
        let arguments = vec![folder.picture("b.png", 20), PathBuf::from("-")];
        let mut show = Show::open(arguments, || Ok(bytes), Budget::default(), Instant::now())
            .unwrap()
            .unwrap();
        press(&mut show, "n");
        assert_eq!((show.picture.name.as_str(), show.picture.pixels.width()), (INPUT, 40));
        assert!(!look(&mut show), "it does not change");
        press(&mut show, "n");
        press(&mut show, "n");
        assert_eq!(show.picture.pixels.width(), 40, "it can be gone back to");
        let nothing = || Err(Error::failed("empty"));
        assert!(Show::open(vec!["-".into()], nothing, Budget::default(), Instant::now()).is_err());
        let rubbish = || Ok(b"no picture".to_vec());
        assert!(
            Show::open(vec!["-".into()], rubbish, Budget::default(), Instant::now())
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn a_file_that_changes_is_shown_anew_where_it_was() {
        let folder = Folder::new("changes");
        let path = folder.picture("a.png", 50);
        let mut show = open(vec![path.clone()]);
        draw(&mut show);
        show.view.zoom(4.0, 10.0, 10.0);
        let view = show.view;
        assert!(!look(&mut show));
        // Another of the same size, which replaces it at once.
        let new = folder.0.join("new");
        let pixels = RgbaImage::from_pixel(50, 5, Rgba([1, 2, 3, 255]));
        pixels.save_with_format(&new, image::ImageFormat::Png).unwrap();
        std::fs::rename(&new, &path).unwrap();
        assert!(look(&mut show));
        assert_eq!(show.picture.pixels.get_pixel(0, 0).0, [1, 2, 3, 255]);
        assert_eq!((show.view, show.number), (view, 1));
        // One of another size is fitted.
        touch(&folder.picture("a.png", 60));
        assert!(look(&mut show));
        assert_ne!(show.view, view);
        assert_eq!(show.picture.pixels.width(), 60);
    }

    #[test]
    fn a_file_that_is_half_written_or_gone_stays_as_it_was() {
        let folder = Folder::new("half");
        let path = folder.picture("a.png", 50);
        let mut show = open(vec![path.clone()]);
        let whole = std::fs::read(folder.picture("b.png", 70)).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(!look(&mut show));
        assert_eq!(show.picture.pixels.width(), 50);
        std::fs::write(&path, &whole).unwrap();
        touch(&path);
        assert!(look(&mut show));
        assert_eq!(show.picture.pixels.width(), 70);
        std::fs::remove_file(&path).unwrap();
        assert!(!look(&mut show));
        press(&mut show, "n");
        assert_eq!((show.picture.pixels.width(), show.files.len()), (70, 1));
        touch(&folder.picture("a.png", 30));
        assert!(look(&mut show));
        assert_eq!(show.picture.pixels.width(), 30);
    }

    #[test]
    fn a_picture_that_is_written_slowly_is_shown_once_it_is_whole() {
        let folder = Folder::new("slow");
        let path = folder.picture("a.png", 50);
        let mut show = open(vec![path.clone()]);
        // Of many rows, so that a half of it can be shown.
        let large = folder.0.join("large.png");
        let noise = |x, y| Rgba([(x * 7 + y * 3) as u8, (x * y) as u8, y as u8, 255]);
        RgbaImage::from_fn(64, 64, noise).save(&large).unwrap();
        let whole = std::fs::read(large).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(Picture::open(&path, &Budget::default()).is_ok_and(|picture| picture.damaged));
        assert!(!look(&mut show));
        assert_eq!(show.picture.pixels.width(), 50);
        std::fs::write(&path, &whole).unwrap();
        assert!(look(&mut show));
        assert_eq!((show.picture.pixels.width(), show.picture.damaged), (64, false));
        // What stays cut is shown in the end.
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(look(&mut show) || look(&mut show) || look(&mut show));
        assert!(show.picture.damaged);
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_read_once_and_never_waited_for() {
        let folder = Folder::new("pipe");
        let whole = std::fs::read(folder.picture("a.png", 50)).unwrap();
        let pipe = folder.0.join("pipe.png");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("mkfifo").success());
        let writer = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::write(pipe, whole).unwrap()
        });
        let mut show = open(vec![pipe, folder.picture("b.png", 70)]);
        writer.join().unwrap();
        assert_eq!(show.picture.pixels.width(), 50);
        assert!(!look(&mut show), "it would wait for somebody who writes");
        press(&mut show, "n");
        press(&mut show, "n");
        assert_eq!((show.picture.pixels.width(), show.files.len()), (70, 1));
    }

    #[cfg(unix)]
    #[test]
    fn a_folders_new_files_come_and_deleted_ones_go() {
        let folder = Folder::new("watched");
        let second = folder.picture("b.png", 20);
        folder.picture("d.png", 40);
        let mut show = open(vec![folder.0.clone()]);
        folder.picture("a.png", 10);
        folder.picture("c.png", 30);
        touch(&folder.0);
        assert!(look(&mut show));
        assert_eq!((names(&show).len(), show.current), (4, 1));
        assert!(show.caption().starts_with("b.png (2/4)"));
        // What is shown stays while it is, though its file is gone.
        std::fs::remove_file(&second).unwrap();
        look(&mut show);
        assert_eq!((names(&show).len(), show.picture.pixels.width()), (4, 20));
        press(&mut show, "n");
        assert_eq!(names(&show), ["a.png", "c.png", "d.png"]);
        assert_eq!(show.picture.name, "c.png");
        assert!(show.caption().starts_with("c.png (2/3)"));
    }

    #[test]
    fn what_could_not_be_read_is_back_when_it_changed() {
        let folder = Folder::new("back-again");
        folder.picture("a.png", 10);
        folder.rubbish("b.png");
        let mut show = open(vec![folder.0.clone()]);
        press(&mut show, "n");
        assert_eq!(names(&show), ["a.png"]);
        press(&mut show, "n");
        assert_eq!(names(&show), ["a.png"], "it would fail again");
        folder.picture("b.png", 20);
        press(&mut show, "n");
        assert_eq!(show.picture.name, "b.png");
    }

    #[test]
    fn thousands_of_files_that_cannot_be_shown_give_one_notice() {
        let folder = Folder::new("thousands");
        let good = folder.picture("a.png", 10);
        for number in 0..3000 {
            folder.rubbish(&format!("b{number}.png"));
        }
        folder.picture("z.png", 20);
        // A press of a key does not try all of them.
        let mut show = open(vec![folder.0.clone()]);
        let refusals = show.step(true);
        assert_eq!((refusals.count, show.files.len()), (TRIES, 3002 - TRIES));
        let notice = refusals.notice().unwrap();
        assert!(notice.contains("b0.png") && notice.contains("b2.png"), "{notice}");
        assert!(notice.ends_with("; and 97 more cannot be shown"), "{notice}");
        assert_eq!(show.picture.name, "a.png");
        // The next ones go on from there.
        let presses = (0..99).take_while(|_| show.step(true).count == TRIES).count();
        assert_eq!((presses, show.picture.name.as_str()), (29, "z.png"));
        // Before the first picture all are tried, and told at once.
        std::fs::remove_file(good).unwrap();
        let mut files = Files::new(vec![folder.0.clone()]).unwrap();
        let (opened, refusals) = first(&mut files, &[], &Budget::default());
        assert_eq!(opened.unwrap().0.name, "z.png");
        assert_eq!((refusals.count, files.len()), (3000, 1));
        assert!(refusals.notice().unwrap().ends_with("; and 2997 more cannot be shown"));
        assert_eq!(Refusals::default().notice(), None);
    }

    #[test]
    fn a_folder_is_listed_again_only_when_it_changed() {
        let folder = Folder::new("listed");
        for name in ["a.png", "b.png", "d.png"] {
            folder.picture(name, 10);
        }
        folder.rubbish("c.png");
        // What changed just now may change again and look the same.
        touch(&folder.0);
        let mut show = open(vec![folder.0.clone()]);
        for _ in 0..9 {
            press(&mut show, "n");
        }
        assert_eq!((show.files.listings, names(&show).len()), (1, 3));
        folder.picture("e.png", 10);
        touch(&folder.0);
        press(&mut show, "n");
        assert_eq!((show.files.listings, names(&show).len()), (2, 4));
        folder.picture("c.png", 10);
        touch(&folder.0);
        press(&mut show, "n");
        press(&mut show, "n");
        assert_eq!((show.files.listings, names(&show).len()), (3, 5));
    }

    #[test]
    fn a_picture_that_becomes_whole_while_it_is_read_is_not_refused_for_good() {
        let folder = Folder::new("becomes-whole");
        let path = folder.rubbish("a.png");
        let whole = std::fs::read(folder.picture("b.png", 20)).unwrap();
        let (item, budget) = (Item::File(path.clone()), Budget::default());
        // It is written anew once it was opened, and what was read is no picture.
        let begun = |path: &Path| {
            let file = File::open(path)?;
            let read = folder.0.join("read");
            std::fs::rename(path, &read)?;
            std::fs::write(path, &whole)?;
            Ok(file)
        };
        let mut files = Files::new(vec![path.clone()]).unwrap();
        let (read, stamp) = load(&item, &[], &budget, begun);
        assert!(read.is_err());
        files.refuse(0, stamp);
        files.refresh(0);
        assert_eq!(files.get(0), Some(&item));
        // The same of one that cannot be opened at first.
        std::fs::remove_file(&path).unwrap();
        let late = |path: &Path| {
            let file = File::open(path);
            std::fs::write(path, &whole)?;
            file
        };
        let (read, stamp) = load(&item, &[], &budget, late);
        assert!(read.is_err());
        files.refuse_first(vec![stamp]);
        files.refresh(0);
        assert_eq!(files.get(0), Some(&item));
    }

    #[cfg(unix)]
    #[test]
    fn what_becomes_a_pipe_after_it_was_looked_at_is_not_waited_for() {
        let folder = Folder::new("becomes-pipe");
        let pipe = folder.0.join("pipe.png");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("mkfifo").success());
        let (sender, receiver) = std::sync::mpsc::channel();
        let opener = std::thread::spawn({
            let pipe = pipe.clone();
            move || sender.send(open_at_once(&pipe).map(|_| ()).map_err(|error| error.to_string()))
        });
        let opened = receiver.recv_timeout(Duration::from_secs(20));
        if opened.is_err() {
            // Somebody who writes lets it end.
            drop(File::options().write(true).open(&pipe));
        }
        opener.join().unwrap().unwrap();
        assert!(opened.expect("it waits").unwrap_err().contains("a pipe or device"));
    }
}
