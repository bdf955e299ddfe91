//! `framecast show`: pictures, with zoom, pan, next and previous.

mod picture;
mod render;
mod view;

use std::path::PathBuf;
use std::time::Duration;

use framecast::{
    Canvas, Cursor, Error, EventKind, Key, Options, Pointer, Result, Step, print_notice,
};

pub(crate) use self::picture::Budget;
use self::picture::Picture;
use self::render::Renderer;
use self::view::View;

/// What one press of a zoom key does.
const KEY_ZOOM: f64 = 1.25;
/// What a pixel of the wheel does; a notch is about 100.
const WHEEL_ZOOM: f64 = 0.0018;

/// Shows `files` until the canvas is closed.
pub(crate) fn run(options: &Options, files: Vec<PathBuf>, budget: Budget) -> Result<()> {
    let Some(mut show) = Show::open(files, budget)? else {
        return Err(Error::failed("none of the files can be shown"));
    };
    let canvas =
        Canvas::builder(show.picture.name.as_str()).options(options).size(1280.0, 800.0).open()?;
    // A title of the user's own stays.
    let titled = options.title.is_some();
    // An animation sets a deadline of its own.
    let mut due: Option<f64> = None;
    while !canvas.is_closed() {
        let step = match due {
            None => canvas.next(),
            Some(seconds) => {
                let at = canvas.clock().origin() + Duration::from_secs_f64(seconds.max(0.0));
                canvas.next_before(at)
            }
        };
        match step {
            None => {
                // When nobody looks the draw waits, and so does the animation.
                due = None;
                canvas.request_draw();
            }
            Some(Step::Event(event)) => {
                if let Some(cursor) = show.event(&event.kind) {
                    canvas.set_cursor(cursor);
                }
                if std::mem::take(&mut show.changed) {
                    canvas.request_draw();
                }
                if show.files.is_empty() {
                    canvas.close();
                }
            }
            Some(Step::Draw(mut frame)) => {
                let (ratio, time) = (frame.ratio(), frame.timestamp());
                due = show.draw(&mut frame, ratio, time);
                frame.present();
                if !titled {
                    canvas.set_title(&show.caption());
                }
            }
        }
    }
    canvas.finish()?;
    if show.files.is_empty() {
        Err(Error::failed("none of the files can be shown"))
    } else {
        Ok(())
    }
}

/// The application, apart from its canvas.
struct Show {
    /// Those that could be read so far, or were not tried.
    files: Vec<PathBuf>,
    /// What one picture may take.
    budget: Budget,
    current: usize,
    picture: Picture,
    /// Counts the pictures opened, so that the renderer tells them apart.
    number: usize,
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
    /// Opens the first file that can be read, and says which cannot. `None`: none can.
    fn open(mut files: Vec<PathBuf>, budget: Budget) -> Result<Option<Self>> {
        if files.is_empty() {
            return Err(Error::invalid_input(
                "show needs at least one file: framecast show picture.png",
            ));
        }
        let Some(picture) = first(&mut files, 0, true, budget) else { return Ok(None) };
        let (current, picture) = picture;
        let view = View::new(picture.pixels.dimensions());
        Ok(Some(Self {
            files,
            budget,
            current,
            picture,
            number: 0,
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

    fn go(&mut self, forward: bool) {
        let count = self.files.len();
        let next = if forward { self.current + 1 } else { self.current + count - 1 } % count;
        if count == 1 {
            return;
        }
        if let Some((current, picture)) = first(&mut self.files, next, forward, self.budget) {
            self.current = current;
            self.view = View::new(picture.pixels.dimensions());
            self.view.resize(self.size.0, self.size.1, self.ratio);
            self.picture = picture;
            self.number += 1;
        }
        self.changed = true;
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
        match key.key.as_str() {
            "+" | "=" => self.view.zoom_middle(KEY_ZOOM),
            "-" | "_" => self.view.zoom_middle(1.0 / KEY_ZOOM),
            "0" => self.view.fit(),
            "1" => self.view.one_to_one(),
            "ArrowRight" | "ArrowDown" | "PageDown" | " " | "n" => return self.go(true),
            "ArrowLeft" | "ArrowUp" | "PageUp" | "Backspace" | "p" => return self.go(false),
            _ => return,
        }
        self.changed = true;
    }

    /// Draws; returns when the picture changes by itself.
    fn draw(&mut self, frame: &mut framecast::FrameBuffer, ratio: f64, time: f64) -> Option<f64> {
        self.ratio = ratio;
        self.size = (frame.width(), frame.height());
        self.view.resize(self.size.0, self.size.1, ratio);
        let due = self.picture.advance(time);
        self.renderer.draw(frame, &self.picture, self.number, self.view.placed(), ratio);
        due
    }
}

/// Opens the file at `index`, or the next that can be read in the direction. Those that cannot are
/// named and left out for good.
fn first(
    files: &mut Vec<PathBuf>,
    index: usize,
    forward: bool,
    budget: Budget,
) -> Option<(usize, Picture)> {
    let mut index = index;
    while !files.is_empty() {
        match Picture::open(&files[index], &budget) {
            Ok(picture) => return Some((index, picture)),
            Err(error) => {
                print_notice(&error.to_string());
                files.remove(index);
                let count = files.len().max(1);
                index = if forward { index % count } else { (index + count - 1) % count };
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::path::Path;

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

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
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
        let mut show = Show::open(files, Budget::default()).unwrap().unwrap();
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
        let mut show = Show::open(files, Budget::default()).unwrap().unwrap();
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
        let mut show = Show::open(files, Budget::default()).unwrap().unwrap();
        press(&mut show, "p");
        assert_eq!((show.picture.name.as_str(), show.current), ("b.png", 1));
    }

    #[test]
    fn nothing_readable_is_told() {
        let folder = Folder::new("nothing");
        assert!(Show::open(vec![folder.rubbish("a.png")], Budget::default()).unwrap().is_none());
        assert!(Show::open(Vec::new(), Budget::default()).is_err());
    }

    #[test]
    fn dragging_pans_and_the_wheel_zooms_at_the_pointer() {
        let folder = Folder::new("drag");
        let mut show =
            Show::open(vec![folder.picture("a.png", 50)], Budget::default()).unwrap().unwrap();
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
}
