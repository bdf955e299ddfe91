//! What lies between the thread that reads from a program and the canvas.
//!
//! A frame that the program was told to draw is shown at once. Another one waits until a viewer wants a newer
//! frame; while it waits, nothing more is read, so that the program waits, too. Every frame is shown, in order:
//! what a program says of damage holds for the frame before it.

use std::cell::RefCell;
use std::mem::replace;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use framecast::{
    Canvas, CanvasHandle, CanvasSize, Cursor, Drawing, Error, Frame, FrameBuffer, FramePool,
    PhysicalSize, Result,
};

use super::protocol::{FrameHeader, Hello};

thread_local! {
    /// The draw that the program was told to do. It counts from when it was announced, so that the time that a
    /// program takes does not lower the rate. What is posted to the canvas' thread finds it here.
    static ANNOUNCED: RefCell<Option<Drawing>> = const { RefCell::new(None) };
}

pub(super) struct Stage {
    handle: CanvasHandle,
    /// The flag `--title` counts, and not what the program says at first.
    has_title: bool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    news: News,
    /// A task is on its way to the canvas' thread.
    posted: bool,
    /// Waits to be shown.
    picture: Option<FrameBuffer>,
    /// The picture was taken, and is not in `shown` yet.
    showing: bool,
    /// Was shown last.
    shown: Option<Frame>,
    /// For the next frame.
    spare: Option<FrameBuffer>,
    /// The canvas has the size of the frames.
    fixed: bool,
    /// The canvas is closed.
    over: bool,
    /// What became of the program's output, once it ended.
    outcome: Option<Result<()>>,
}

/// What the program said and the canvas does not know yet; the newest counts.
#[derive(Default)]
pub(super) struct News {
    pub(super) hello: Option<Hello>,
    pub(super) title: Option<String>,
    pub(super) cursor: Option<Cursor>,
    pub(super) clipboard: Option<String>,
    ended: bool,
}

impl Stage {
    pub(super) fn new(canvas: &Canvas, has_title: bool) -> Arc<Self> {
        Arc::new(Self {
            handle: canvas.handle(),
            has_title,
            state: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is whole when it is made.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // On the reader's thread.

    /// Leaves news for the canvas.
    pub(super) fn tell(self: &Arc<Self>, change: impl FnOnce(&mut News)) {
        let mut state = self.lock();
        change(&mut state.news);
        self.post(state);
    }

    /// Waits until the frame before was shown. Returns a buffer for the next one; `None` if the canvas is closed.
    ///
    /// # Errors
    /// If the frame changes parts of another one that is not there.
    pub(super) fn buffer(&self, header: &FrameHeader) -> Result<Option<FrameBuffer>> {
        let waiting = |state: &mut State| (state.picture.is_some() || state.showing) && !state.over;
        let waited = self.changed.wait_while(self.lock(), waiting);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.over {
            return Ok(None);
        }
        let spare = state.spare.take().filter(|spare| spare.size() == header.size);
        let before = state.shown.clone();
        drop(state);
        let mut buffer = match spare {
            Some(spare) => spare,
            None => FramePool::new().lend(header.size)?,
        };
        let Some(damage) = &header.damage else { return Ok(Some(buffer)) };
        if !before.is_some_and(|before| buffer.copy_from(&before)) {
            return Err(Error::invalid_input(format!(
                "damage of a frame of {} pixels, and the frame before it has another size, or there is none",
                header.size
            )));
        }
        damage.iter().for_each(|rect| buffer.add_damage(*rect));
        // By construction: the rest was copied from the frame that is shown.
        buffer.trust_damage();
        Ok(Some(buffer))
    }

    /// Hands a frame to the canvas.
    pub(super) fn hand_over(self: &Arc<Self>, picture: FrameBuffer) {
        let mut state = self.lock();
        state.picture = Some(picture);
        self.post(state);
    }

    /// The program writes no more.
    pub(super) fn end(self: &Arc<Self>, outcome: Result<()>) {
        let mut state = self.lock();
        state.outcome.get_or_insert(outcome);
        state.news.ended = true;
        self.post(state);
    }

    fn post(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        if !replace(&mut state.posted, true) {
            drop(state);
            let stage = Arc::clone(self);
            self.handle.post(move |canvas| stage.apply(canvas));
        }
    }

    // On the canvas' thread.

    /// Takes a draw that is due. Returns whether to tell the program; otherwise it has drawn already, or was told.
    pub(super) fn offer(&self, canvas: &Canvas, drawing: Drawing) -> bool {
        let before = ANNOUNCED.replace(Some(drawing));
        self.show(canvas);
        let told = before.is_some();
        put_back(before);
        !told && ANNOUNCED.with_borrow(Option::is_some)
    }

    /// Does what the program asks for.
    fn apply(&self, canvas: &Canvas) {
        let mut state = self.lock();
        state.posted = false;
        let news = std::mem::take(&mut state.news);
        if let Some(hello) = &news.hello {
            state.fixed = hello.fixed_size.is_some();
        }
        drop(state);
        if let Some(hello) = news.hello {
            if let Some(title) = hello.title.filter(|_| !self.has_title) {
                canvas.set_title(&title);
            }
            if let Some(Err(error)) = hello.fixed_size.map(|size| canvas.set_fixed_size(size)) {
                self.fail(canvas, error);
            }
        }
        if let Some(title) = news.title {
            canvas.set_title(&title);
        }
        if let Some(cursor) = news.cursor {
            canvas.set_cursor(cursor);
        }
        if let Some(text) = news.clipboard {
            // Nobody drives, or the presenter's view has none: the program cannot know.
            let _ = canvas.set_clipboard(&text);
        }
        if news.ended {
            // Its last words are shown, whether or not somebody wants a frame right now.
            if let Ok(drawing) = canvas.begin_frame() {
                put_back(ANNOUNCED.replace(Some(drawing)));
            }
        }
        self.show(canvas);
        if news.ended {
            canvas.close();
        }
    }

    /// Shows the frame that waits, if a draw is announced.
    fn show(&self, canvas: &Canvas) {
        let mut state = self.lock();
        let (Some(picture), fixed) = (state.picture.take(), state.fixed) else { return };
        let Some(drawing) = ANNOUNCED.take() else {
            state.picture = Some(picture);
            return;
        };
        state.showing = true;
        drop(state);
        match present(canvas, drawing, picture, fixed) {
            Ok(spare) => {
                let mut state = self.lock();
                state.spare = Some(spare);
                state.showing = false;
                state.shown = canvas.last_frame();
                drop(state);
                self.changed.notify_all();
                canvas.request_draw();
            }
            Err(error) => self.fail(canvas, error),
        }
    }

    fn fail(&self, canvas: &Canvas, error: Error) {
        self.lock().outcome.get_or_insert(Err(error));
        canvas.close();
    }

    /// The canvas is closed: nobody waits for it any more. Returns what became of the program's output.
    ///
    /// # Errors
    /// What was wrong with it.
    pub(super) fn close(&self) -> Result<()> {
        put_back(ANNOUNCED.take());
        let mut state = self.lock();
        state.over = true;
        (state.picture, state.spare, state.shown) = (None, None, None);
        let outcome = state.outcome.take();
        drop(state);
        self.changed.notify_all();
        outcome.unwrap_or(Ok(()))
    }
}

/// Gives the buffer of a draw that is not needed back to the canvas.
fn put_back(drawing: Option<Drawing>) {
    drop(drawing.map(Drawing::into_frame));
}

/// Shows `picture`. Returns the buffer that `drawing` had, for another one.
fn present(
    canvas: &Canvas,
    mut drawing: Drawing,
    mut picture: FrameBuffer,
    fixed: bool,
) -> Result<FrameBuffer> {
    if fixed && canvas.size().physical() != picture.size() {
        canvas.set_fixed_size(picture.size())?;
    }
    let size = canvas.size();
    // The canvas may have another size than when the draw was announced, and the program may know it or not.
    if drawing.canvas_size() != size && (fixed || size.physical() == picture.size()) {
        put_back(Some(replace(&mut drawing, canvas.begin_frame()?)));
    }
    if drawing.size() != picture.size() {
        drawing.set_resolution(scale(picture.size(), drawing.canvas_size()))?;
    }
    std::mem::swap(&mut *drawing, &mut picture);
    drawing.present();
    Ok(picture)
}

/// How many times the canvas' resolution a picture has that is shown as wide as the canvas, or as high if the canvas
/// is higher than wide.
fn scale(picture: PhysicalSize, canvas: CanvasSize) -> f64 {
    let canvas = canvas.physical();
    if canvas.width >= canvas.height {
        f64::from(picture.width) / f64::from(canvas.width)
    } else {
        f64::from(picture.height) / f64::from(canvas.height)
    }
}
