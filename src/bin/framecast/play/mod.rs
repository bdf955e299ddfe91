//! `framecast play`: a recording, on any backend, with a time line that is drawn over the picture.

mod args;
mod thumbnails;
mod timeline;
mod transport;

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;
use std::time::{Duration, Instant};

use framecast::{
    Button, Canvas, Cursor, Drawing, Error, EventKind, Key, Options, Pointer, Result, Step,
    UpdateMode, print_notice,
};
use framecast_record::{Changed, Damage, Playback, Reader};

pub(crate) use self::args::{Moment, Speed};
use self::thumbnails::Thumbnails;
use self::timeline::{Layout, Told};
pub(crate) use self::transport::AtEnd;
use self::transport::Transport;
use crate::demo::text::Text;

/// The time line goes after the pointer has rested for so long.
const SHOWN_FOR: Duration = Duration::from_secs(3);
/// Seconds that an arrow key moves.
const JUMP: f64 = 5.0;
/// Stretches whose activity the time line tells.
const STRETCHES: usize = 200;

/// How to play.
pub(crate) struct Wishes {
    pub(crate) speed: f64,
    /// Seconds.
    pub(crate) from: f64,
    pub(crate) at_end: AtEnd,
    pub(crate) paused: bool,
}

impl From<&crate::command::Play> for Wishes {
    fn from(args: &crate::command::Play) -> Self {
        Self {
            speed: args.speed.map_or(1.0, |speed| speed.0),
            from: args.from.map_or(0.0, |moment| moment.0),
            at_end: args.at_end,
            paused: args.paused,
        }
    }
}

/// Plays the recording at `path` until the canvas is closed.
pub(crate) fn run(options: &Options, path: &Path, wishes: &Wishes) -> Result<()> {
    let mut playback = open(path)?;
    let told_damage = tell_damage(&playback, path, None);
    let from = (wishes.from * 1e6) as u64;
    playback.seek(from)?;
    let Some(size) = playback.picture().size() else {
        return Err(Error::failed(format!("{}: there is no picture in it", path.display())));
    };
    let canvas = Canvas::builder(title(playback.title()))
        .options(options)
        .close_on_interrupt()
        .update_mode(UpdateMode::OnDemand)
        .fixed_size(size)
        .open()?;
    let now = Instant::now();
    let duration = playback.reader().duration();
    let mut transport = Transport::new(duration, from, wishes.speed, wishes.at_end, now);
    if wishes.paused {
        transport.pause(now);
    }
    let activity = timeline::activity(playback.reader().activity(), duration, STRETCHES);
    let thumbnails = Thumbnails::new(open(path)?);
    let play = Play {
        titled: options.title.is_some(),
        playback,
        transport,
        thumbnails,
        activity,
        text: Text::new(),
        shown_until: None,
        hover: None,
        dragging: false,
        told_damage,
    };
    play.tell(&canvas, Changed::default());
    canvas.request_draw();
    play.run(&canvas, path)
}

/// Tells what is wrong with a recording, unless it was told. Returns what has been told then.
pub(crate) fn tell_damage<R: Read + Seek>(
    playback: &Playback<R>,
    path: &Path,
    told: Option<&Damage>,
) -> Option<Damage> {
    let damage = playback.reader().damage();
    if let Some(damage) = damage.filter(|damage| told != Some(damage)) {
        print_notice(&format!("{}: {damage}", path.display()));
    }
    damage.cloned()
}

/// Opens a recording.
pub(crate) fn open(path: &Path) -> Result<Playback<BufReader<File>>> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(|error| {
        Error::failed(format!("cannot open {}: {error}", path.display())).with_source(error)
    })?;
    let reader = Reader::open(BufReader::new(file)).map_err(|error| match error.kind() {
        framecast::ErrorKind::InvalidInput => Error::invalid_input(named(&error)),
        _ => Error::failed(named(&error)),
    })?;
    Ok(Playback::new(reader))
}

/// A title of this text, in which nothing is a placeholder.
fn title(text: &str) -> String {
    text.replace('$', "$$")
}

/// A recording that plays on a canvas.
struct Play {
    /// A title of the user's own stays.
    titled: bool,
    playback: Playback<BufReader<File>>,
    transport: Transport,
    thumbnails: Thumbnails<BufReader<File>>,
    activity: Vec<f32>,
    text: Text,
    /// Until when the time line is shown.
    shown_until: Option<Instant>,
    /// Where the pointer is, in logical pixels.
    hover: Option<(f32, f32)>,
    /// The pointer holds the time line.
    dragging: bool,
    told_damage: Option<Damage>,
}

impl Play {
    fn run(mut self, canvas: &Canvas, path: &Path) -> Result<()> {
        while !canvas.is_closed() {
            let next = self.playback.next_time()?;
            let due =
                next.map_or(self.transport.duration(), |next| next.min(self.transport.duration()));
            let deadline = self.transport.when(due).into_iter().chain(self.shown_until).min();
            let step = match deadline {
                None => canvas.next(),
                Some(at) => canvas.next_before(at).ok(),
            };
            match step {
                Some(Step::Event(event)) => self.event(canvas, &event.kind)?,
                Some(Step::Draw(frame)) => self.draw(frame),
                None => {}
            }
            let now = Instant::now();
            if self.shown_until.is_some_and(|until| until <= now) {
                self.shown_until = None;
                canvas.request_draw();
            }
            self.advance(canvas, now)?;
            if self.transport.end(now) {
                // The last picture is shown to whoever is there, wanted or not.
                self.draw(canvas.begin_frame()?);
                canvas.close();
            }
            self.told_damage = tell_damage(&self.playback, path, self.told_damage.as_ref());
        }
        canvas.finish()
    }

    /// Shows what there is at the position of now.
    fn advance(&mut self, canvas: &Canvas, now: Instant) -> Result<()> {
        let position = self.transport.position(now);
        let is_due = self.playback.next_time()?.is_some_and(|next| next <= position);
        if position >= self.playback.time() && !is_due {
            return Ok(());
        }
        let changed = self.playback.seek(position)?;
        self.tell(canvas, changed);
        if changed.picture {
            if let Some(size) = self.playback.picture().size() {
                canvas.set_fixed_size(size)?;
            }
            canvas.request_draw();
        }
        Ok(())
    }

    /// Has the canvas be called and have the cursor that were recorded.
    fn tell(&self, canvas: &Canvas, changed: Changed) {
        if !changed.texts {
            return;
        }
        if !self.titled {
            canvas.set_title(&title(self.playback.title()));
        }
        canvas.set_cursor(self.playback.cursor().parse().unwrap_or(Cursor::Default));
    }

    fn draw(&mut self, mut frame: Drawing) {
        let picture = self.playback.picture();
        if picture.size() == Some(frame.size()) {
            frame.pixels_mut().copy_from_slice(picture.pixels());
        } else {
            // The canvas has not got the new size yet; it is drawn again then.
            frame.fill([0, 0, 0, 255]);
        }
        let now = Instant::now();
        if self.shown_until.is_some() || self.dragging {
            let ratio = frame.ratio();
            let layout = layout(&frame);
            let duration = self.transport.duration();
            let hover = self.hover.filter(|(x, y)| self.dragging || layout.on_bar(*x, *y));
            let time = hover.map(|(x, _)| layout.time_at(x, duration));
            let thumbnail = time.and_then(|time| self.thumbnails.at(time, ratio));
            let told = Told {
                position: self.transport.position(now),
                duration,
                playing: self.transport.is_playing(),
                speed: self.transport.speed(),
                activity: &self.activity,
                hover: time.map(|time| (time, thumbnail)),
            };
            layout.draw(&mut frame, ratio, &mut self.text, &told);
        }
        frame.present();
    }

    fn event(&mut self, canvas: &Canvas, kind: &EventKind) -> Result<()> {
        let now = Instant::now();
        match kind {
            EventKind::KeyDown(key) if self.key(key, now)? => self.show(canvas, now),
            EventKind::PointerMove(pointer) => {
                self.hover = Some(point(pointer));
                if self.dragging {
                    self.seek_to_pointer(canvas, pointer, now);
                }
                self.show(canvas, now);
            }
            EventKind::PointerDown(pointer) if pointer.button == Button::Left => {
                let (x, y) = point(pointer);
                let size = canvas.size().logical();
                let layout = Layout::new(size.width as f32, size.height as f32);
                self.hover = Some((x, y));
                if layout.on_bar(x, y) {
                    self.dragging = true;
                    self.seek_to_pointer(canvas, pointer, now);
                } else if layout.on_button(x, y) || !layout.contains(x, y) {
                    self.transport.toggle(now);
                }
                self.show(canvas, now);
            }
            EventKind::PointerUp(_) => {
                self.dragging = false;
                self.show(canvas, now);
            }
            EventKind::PointerLeave(_) => {
                self.hover = None;
                self.shown_until = self.shown_until.map(|_| now);
            }
            EventKind::Wheel(wheel) if wheel.dy != 0.0 => {
                self.transport.seek_by(-wheel.dy / 100.0 * JUMP, now);
                self.show(canvas, now);
            }
            _ => {}
        }
        Ok(())
    }

    fn seek_to_pointer(&mut self, canvas: &Canvas, pointer: &Pointer, now: Instant) {
        let size = canvas.size().logical();
        let layout = Layout::new(size.width as f32, size.height as f32);
        self.transport.seek(layout.time_at(pointer.x as f32, self.transport.duration()), now);
    }

    /// What a key does; whether it does something.
    fn key(&mut self, key: &Key, now: Instant) -> Result<bool> {
        let modifiers = key.modifiers;
        if modifiers.control || modifiers.alt || modifiers.meta {
            return Ok(false);
        }
        let transport = &mut self.transport;
        match &*key.key {
            " " | "k" => transport.toggle(now),
            "ArrowLeft" => transport.seek_by(-JUMP, now),
            "ArrowRight" => transport.seek_by(JUMP, now),
            "PageUp" => transport.seek_by(-12.0 * JUMP, now),
            "PageDown" => transport.seek_by(12.0 * JUMP, now),
            "Home" => transport.seek(0, now),
            "End" => {
                transport.pause(now);
                transport.seek(transport.duration(), now);
            }
            "." => {
                transport.pause(now);
                if let Some(next) = self.playback.next_time()? {
                    transport.seek(next, now);
                }
            }
            "," => {
                transport.pause(now);
                let before = self.playback.time_before(transport.position(now))?;
                transport.seek(before, now);
            }
            "ArrowUp" | "]" | ">" => transport.change_speed(true, now),
            "ArrowDown" | "[" | "<" => transport.change_speed(false, now),
            "Backspace" | "=" => transport.set_speed(1.0, now),
            "t" => {}
            digit => match digit.parse::<u64>() {
                Ok(tenth @ 0..=9) => transport.seek(transport.duration() / 10 * tenth, now),
                _ => return Ok(false),
            },
        }
        Ok(true)
    }

    /// Shows the time line for a while.
    fn show(&mut self, canvas: &Canvas, now: Instant) {
        self.shown_until = Some(now + SHOWN_FOR);
        canvas.request_draw();
    }
}

fn point(pointer: &Pointer) -> (f32, f32) {
    (pointer.x as f32, pointer.y as f32)
}

fn layout(frame: &Drawing) -> Layout {
    let ratio = frame.ratio() as f32;
    Layout::new(frame.width() as f32 / ratio, frame.height() as f32 / ratio)
}
