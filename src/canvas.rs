//! What an application draws on.

use std::fmt;
use std::rc::Rc;
use std::time::{Duration, Instant};

use framecast_api::{
    Clock, Cursor, EventKind, Frame, LogicalSize, PhysicalSize, Result, Source, TextInput,
    ViewInfo, ViewLink,
};

use crate::CanvasSize;
use crate::audience::Viewer;
use crate::builder::CanvasBuilder;
use crate::control::ControlPolicy;
use crate::departed::By;
use crate::drawing::Drawing;
use crate::event_loop::{Core, Member, NoStep, Step};
use crate::handle::CanvasHandle;
use crate::offscreen::Offscreen;
use crate::options::DrawDemand;
use crate::schedule::UpdateMode;
use crate::stats::Stats;

/// A canvas: what the application draws on, and where its input comes from.
///
/// A cheap handle: clones are the same canvas, `==` compares identity. It stays on the thread
/// that opened it; [`handle`](Self::handle) gives one that other threads can hold. It closes when
/// the application ends the loop and drops it, by [`close`](Self::close), or when its window is
/// closed.
///
/// ```
/// use framecast::{Canvas, DrawDemand, Step};
/// let canvas = Canvas::builder("three frames").draw_demand(DrawDemand::Always).no_backends().open()?;
/// let mut frames = 0;
/// canvas.request_draw();
/// canvas.run(|canvas, step| {
///     if let Step::Draw(mut frame) = step {
///         frame.fill([0, 80, 160, 255]);
///         frame.present();
///         frames += 1;
///         if frames == 3 { canvas.close() } else { canvas.request_draw() }
///     }
/// })?;
/// assert_eq!(frames, 3);
/// # Ok::<(), framecast::Error>(())
/// ```
#[derive(Clone)]
pub struct Canvas {
    core: Rc<Core>,
    member: Rc<Member>,
}

impl Canvas {
    /// Begins a canvas with this title, in which placeholders are replaced; see
    /// [`set_title`](Self::set_title).
    pub fn builder(title: impl Into<String>) -> CanvasBuilder {
        CanvasBuilder::new(title.into())
    }

    /// A canvas without an audience that draws on request, for tests and scripts.
    ///
    /// # Errors
    /// If the size, in logical pixels, is not finite or not above zero.
    pub fn offscreen(size: impl Into<LogicalSize>) -> Result<Offscreen> {
        Offscreen::new(size.into(), 1.0)
    }

    pub(crate) fn new(core: Rc<Core>, member: Rc<Member>) -> Self {
        Self { core, member }
    }

    pub(crate) fn member(&self) -> &Rc<Member> {
        &self.member
    }

    /// Waits for the next event or draw; `None` when the canvas is closed.
    ///
    /// This is the pull loop, for programs that own their loop. After the last step,
    /// [`finish`](Self::finish) tells whether it ended well. Other canvases on the same
    /// [`EventLoop`](crate::EventLoop) rest meanwhile; to serve all, use the loop's `next`.
    #[must_use]
    pub fn next(&self) -> Option<Step> {
        Some(self.core.next_before(Some(&self.member), None)?.1)
    }

    /// Like [`next`](Self::next), but waits no longer than until `deadline`.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use framecast::NoStep;
    /// # let canvas = framecast::Canvas::builder("").no_backends().open()?;
    /// # canvas.close();
    /// loop {
    ///     match canvas.next_before(Instant::now() + Duration::from_millis(10)) {
    ///         Ok(step) => println!("{step:?}"),
    ///         Err(NoStep::Deadline) => println!("time for something else"),
    ///         Err(NoStep::Closed) => break,
    ///     }
    /// }
    /// # Ok::<(), framecast::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`NoStep::Deadline`] if there is no step until then, [`NoStep::Closed`] if the canvas is closed.
    pub fn next_before(&self, deadline: Instant) -> Result<Step, NoStep> {
        match self.core.next_before(Some(&self.member), Some(deadline)) {
            Some((_, step)) => Ok(step),
            None if self.member.engine.borrow().is_ended() => Err(NoStep::Closed),
            None => Err(NoStep::Deadline),
        }
    }

    /// The next event or draw if there is one right now.
    #[must_use]
    pub fn poll(&self) -> Option<Step> {
        self.next_before(Instant::now()).ok()
    }

    /// The async form of [`next`](Self::next), for any executor. The future is `!Send`.
    ///
    /// One task at a time may await the canvases of one loop. A window on a Mac must be awaited
    /// on the main thread.
    pub async fn next_async(&self) -> Option<Step> {
        Some(self.core.next_async(Some(Rc::clone(&self.member))).await?.1)
    }

    /// Hands every event and draw to `app` until the canvas is closed.
    ///
    /// # Errors
    /// If the canvas closed because its last backend was lost.
    pub fn run(&self, mut app: impl FnMut(&Canvas, Step)) -> Result<()> {
        while let Some(step) = self.next() {
            app(self, step);
        }
        self.finish()
    }

    /// Says whether a closed canvas closed well; tells an error once.
    ///
    /// # Errors
    /// If it closed because its last backend was lost.
    pub fn finish(&self) -> Result<()> {
        self.member.engine.borrow_mut().take_error().map_or(Ok(()), Err)
    }

    /// Waits until somebody looks; false if the canvas was closed meanwhile. A canvas without
    /// backends does not wait. Events that arrive meanwhile come with the next step.
    #[must_use]
    pub fn wait_for_viewer(&self) -> bool {
        self.core.wait_for_viewer(&self.member)
    }

    /// Asks for a draw. It stays asked for until somebody looks and the frame rate allows it.
    pub fn request_draw(&self) {
        self.member.engine.borrow_mut().schedule.request();
    }

    /// Asks for a draw at `at`, for what changes by itself: a cursor that blinks, a clock. It counts in
    /// on-demand mode, while somebody looks; of several wishes only the earliest counts, so that each
    /// draw asks for the next.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// # let canvas = framecast::Canvas::builder("").no_backends().open()?;
    /// canvas.request_draw_at(Instant::now() + Duration::from_millis(530));
    /// canvas.request_draw_after(Duration::from_millis(530)); // the same
    /// # Ok::<(), framecast::Error>(())
    /// ```
    pub fn request_draw_at(&self, at: Instant) {
        let at = self.core.time.deadline(at);
        self.member.engine.borrow_mut().schedule.request_at(at);
    }

    /// Asks for a draw after `time`; see [`request_draw_at`](Self::request_draw_at).
    pub fn request_draw_after(&self, time: Duration) {
        if let Some(at) = self.core.time.now().checked_add(time) {
            self.member.engine.borrow_mut().schedule.request_at(at);
        }
    }

    /// Begins a frame now, due or not, wanted or not; whoever looks gets the newest.
    ///
    /// For programs whose frames come by their own clock: a video, a simulation. Everybody else
    /// waits for [`Step::Draw`].
    ///
    /// # Errors
    /// If the canvas has an impossible size.
    pub fn begin_frame(&self) -> Result<Drawing> {
        let step = self.member.engine.borrow_mut().schedule.begin(self.core.time.now());
        Drawing::begin(&self.core, &self.member, step)
    }

    /// The title, with its placeholders.
    #[must_use]
    pub fn title(&self) -> String {
        self.member.engine.borrow().title().to_owned()
    }

    /// Sets the title: the window's caption, the page's tab.
    ///
    /// In it, `$fps` is the frame rate, `$ms` the time from frame to frame in milliseconds, both as they
    /// were in the last second, and `$backend` is what shows it: "window", "http". `$$` is a dollar
    /// sign; any other stays as it is.
    ///
    /// ```
    /// # let canvas = framecast::Canvas::builder("").no_backends().open()?;
    /// canvas.set_title("waves: $fps fps in the $backend");
    /// # Ok::<(), framecast::Error>(())
    /// ```
    pub fn set_title(&self, title: &str) {
        self.member.engine.borrow_mut().set_title(title);
    }

    /// Sets the cursor's shape for the presenter, where the view has it.
    pub fn set_cursor(&self, cursor: Cursor) {
        self.member.engine.borrow_mut().set_cursor(cursor);
    }

    /// Puts text into the clipboard of whoever drives, and of nobody else: browsers and terminals may
    /// ask their user or refuse, without a word to us. What is pasted comes as
    /// [`EventKind::Paste`](crate::EventKind::Paste).
    ///
    /// A browser does it for a page that has the focus. A terminal is told with OSC 52, which many know
    /// and some have turned off; tmux hands it on with `set -g set-clipboard on`. The window of this
    /// machine has the desktop's clipboard (feature `clipboard`).
    ///
    /// # Errors
    /// "Invalid input" if it is longer than [`BackendCommand::MAX_CLIPBOARD`](crate::BackendCommand::MAX_CLIPBOARD)
    /// bytes; "not supported" if nobody drives, or the presenter's view has no clipboard.
    pub fn set_clipboard(&self, text: &str) -> Result<()> {
        self.member.engine.borrow_mut().set_clipboard(text)
    }

    /// Tells the presenter's view that text is typed here, or with `None` that it is not any more. An
    /// input method then opens its window at the caret, and a phone shows its keyboard. What is typed
    /// comes as [`EventKind::Char`](crate::EventKind::Char), as it always does.
    ///
    /// Call it when a text field gets or loses the focus, and when its caret moves. Whoever becomes the
    /// presenter later is told, too. A phone shows its keyboard only in answer to a tap, and some only
    /// at the next one; a view that has no use for this, such as a window or a terminal, ignores it.
    ///
    /// ```
    /// use framecast::{Canvas, LogicalRect, TextInput, TextInputKind};
    /// # let canvas = Canvas::builder("").no_backends().open()?;
    /// let caret = LogicalRect::new(120.0, 48.0, 1.0, 18.0);
    /// canvas.set_text_input(TextInput::new(TextInputKind::Email, caret))?;
    /// canvas.set_text_input(None)?;
    /// # Ok::<(), framecast::Error>(())
    /// ```
    ///
    /// # Errors
    /// "Invalid input" if the caret's numbers are not finite, too large, or its width or height negative.
    pub fn set_text_input(&self, input: impl Into<Option<TextInput>>) -> Result<()> {
        self.member.engine.borrow_mut().set_text_input(input.into())
    }

    /// Asks whoever drives to open an address in their browser. They see the whole address, and nothing
    /// opens unless they say so; whether they did is not told. Of several, the newest counts.
    ///
    /// # Errors
    /// "Invalid input" if it is not of http or https, is longer than
    /// [`BackendCommand::MAX_URL`](crate::BackendCommand::MAX_URL) bytes, has other than visible ASCII
    /// characters or a user name; "not supported" if nobody drives, or the presenter's view is no
    /// browser.
    pub fn open_url(&self, url: &str) -> Result<()> {
        self.member.engine.borrow_mut().open_url(url)
    }

    /// Hands the application an event as if the presenter had caused it, after those that wait:
    /// [`Event::submitted`](crate::Event::submitted) tells it from theirs. For tests, macros and tools
    /// that act for a person. It takes no control, and what it presses it has to release.
    ///
    /// ```
    /// use framecast::{Canvas, EventKind, Key, Step};
    /// # let canvas = Canvas::builder("").no_backends().open()?;
    /// canvas.submit_event(EventKind::KeyDown(Key { key: "a".into(), ..Key::default() }))?;
    /// let Some(Step::Event(event)) = canvas.poll() else { panic!("it waits") };
    /// assert!(event.submitted && event.kind.name() == "key_down");
    /// # Ok::<(), framecast::Error>(())
    /// ```
    ///
    /// # Errors
    /// "Invalid input" if a number in it is not finite or too large, a text too long, or only the engine
    /// may make such an event.
    pub fn submit_event(&self, kind: EventKind) -> Result<()> {
        self.member.engine.borrow_mut().submit(kind)
    }

    /// The size now: logical, physical, and the ratio between them.
    #[must_use]
    pub fn size(&self) -> CanvasSize {
        self.member.engine.borrow().size()
    }

    /// Asks for another size, in logical pixels. The presenter's view may change it again.
    ///
    /// # Errors
    /// "Not supported" if the presenter's view cannot be resized by a program;
    /// invalid input if a number is not finite or not above zero.
    pub fn set_size(&self, size: impl Into<LogicalSize>) -> Result<()> {
        self.member.engine.borrow_mut().set_logical_size(size.into())
    }

    /// Keeps the canvas at `size` from now on, whatever the views' sizes: they scale it.
    ///
    /// # Errors
    /// If a frame cannot have that size.
    pub fn set_fixed_size(&self, size: impl Into<PhysicalSize>) -> Result<()> {
        self.member.engine.borrow_mut().set_fixed_size(size.into())
    }

    /// Sets who decides when to draw.
    pub fn set_update_mode(&self, mode: UpdateMode) {
        self.member.engine.borrow_mut().schedule.set_mode(mode);
    }

    /// At most so many draws a second; `None`: no limit.
    pub fn set_max_fps(&self, fps: impl Into<Option<f64>>) {
        self.member.engine.borrow_mut().schedule.set_max_fps(fps.into());
    }

    /// At least so many draws a second in on-demand mode, while somebody looks; `None`: only
    /// those that are asked for.
    pub fn set_min_fps(&self, fps: impl Into<Option<f64>>) {
        self.member.engine.borrow_mut().schedule.set_min_fps(fps.into());
    }

    /// Sets whether to draw when nobody looks.
    pub fn set_draw_demand(&self, demand: DrawDemand) {
        self.member.engine.borrow_mut().set_demand(demand);
    }

    /// The frame presented last.
    #[must_use]
    pub fn last_frame(&self) -> Option<Frame> {
        self.member.engine.borrow().last_frame().cloned()
    }

    /// The frame presented last, to be encoded or saved. From another thread, post it:
    ///
    /// ```
    /// # let canvas = framecast::Canvas::builder("").no_backends().open()?;
    /// let (sender, snapshots) = std::sync::mpsc::channel();
    /// canvas.handle().post(move |canvas| {
    ///     let _ = sender.send(canvas.snapshot());
    /// });
    /// # let _ = (canvas.poll(), snapshots);
    /// # Ok::<(), framecast::Error>(())
    /// ```
    #[cfg(feature = "snapshot")]
    #[must_use]
    pub fn snapshot(&self) -> Option<crate::Snapshot> {
        self.last_frame().map(crate::Snapshot::from)
    }

    /// Who drives, if anybody does.
    #[must_use]
    pub fn presenter(&self) -> Option<Source> {
        self.member.engine.borrow().presenter()
    }

    /// Where the canvas can be seen, besides the views of this machine: the links of its backends. Who
    /// has the address of one has its role.
    ///
    /// ```
    /// # let canvas = framecast::Canvas::builder("").no_backends().open()?;
    /// for link in canvas.links() {
    ///     println!("{} ({}): {}", link.name, link.role.name(), link.url);
    /// }
    /// # Ok::<(), framecast::Error>(())
    /// ```
    #[must_use]
    pub fn links(&self) -> Vec<ViewLink> {
        self.member.engine.borrow().links()
    }

    /// What is known of the presenter's view: which keys its shortcuts use, dark or light, mouse or
    /// finger. All unknown where nobody drives, or a client does not say it.
    /// [`EventKind::ViewInfo`](crate::EventKind::ViewInfo) tells when it changes.
    #[must_use]
    pub fn presenter_info(&self) -> ViewInfo {
        self.member.engine.borrow().presenter_info()
    }

    /// The servers of the canvas' loop, as [`EventLoop::http_servers`](crate::EventLoop::http_servers) gives them.
    #[cfg(feature = "http")]
    #[must_use]
    pub fn http_servers(&self) -> Vec<crate::web::HttpServer> {
        self.core.servers.borrow().all()
    }

    /// A client's name for people: "window", "127.0.0.1:51234"; `None` if it left.
    #[must_use]
    pub fn label(&self, source: Source) -> Option<String> {
        self.member.engine.borrow().label(source)
    }

    /// Everybody who is here, in the order in which they came.
    #[must_use]
    pub fn audience(&self) -> Vec<Viewer> {
        self.member.engine.borrow().audience()
    }

    /// Another control policy from now on. Whoever asked has to ask again.
    pub fn set_control(&self, policy: ControlPolicy) {
        self.member.engine.borrow_mut().set_control(policy, self.core.time.now());
    }

    /// Sets after what time a presenter that is hidden, or silent while somebody else wants
    /// control, gives it up; `None`: never.
    pub fn set_control_timeout(&self, timeout: Option<Duration>) {
        self.member.engine.borrow_mut().set_control_timeout(timeout, self.core.time.now());
    }

    /// Makes somebody the presenter, against any policy, until they leave or another is chosen;
    /// with `None` control is taken away and the policy finds the next.
    ///
    /// False, and nothing changes, if `source` is not here or may only watch.
    #[expect(clippy::must_use_candidate, reason = "who gives control away knows to whom")]
    pub fn give_control(&self, source: Option<Source>) -> bool {
        self.member.engine.borrow_mut().give_control(source, self.core.time.now())
    }

    /// Sends a client away, where its backend can do that; it drives no more from then on. It does not
    /// come back by the same link with the same browser or from the same network, until
    /// [`let_in`](Self::let_in). Another link lets it in, and so do another network and another browser
    /// together: to be sure, revoke its link (`HttpServer::revoke`).
    pub fn disconnect(&self, source: Source) {
        let now = self.core.time.now();
        self.member.engine.borrow_mut().send_away(source, By::Application, now);
    }

    /// Who was sent away, by the application or the host, and was not let in again; the last at the
    /// end. The last 64 are remembered; who was sent away before them may come back.
    #[must_use]
    pub fn sent_away(&self) -> Vec<Viewer> {
        self.member.engine.borrow().sent_away()
    }

    /// Lets a client come back that was sent away. False if it was not, or has not left yet.
    ///
    /// ```
    /// # let canvas = framecast::Canvas::builder("").no_backends().open()?;
    /// // Who was sent away by mistake may come back.
    /// for viewer in canvas.sent_away() {
    ///     assert!(canvas.let_in(viewer.source));
    /// }
    /// # Ok::<(), framecast::Error>(())
    /// ```
    #[expect(clippy::must_use_candidate, reason = "who lets somebody in knows whom")]
    pub fn let_in(&self, source: Source) -> bool {
        self.member.engine.borrow_mut().let_in(source, self.core.time.now())
    }

    /// What was counted so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.member.engine.borrow().stats(self.core.time.now())
    }

    /// The clock on which frames and events are stamped.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.core.time.clock(self.core.clock)
    }

    /// A handle for other threads.
    #[must_use]
    pub fn handle(&self) -> CanvasHandle {
        CanvasHandle::new(self.member.remote.clone())
    }

    /// Closes the canvas: the last step is the `close` event, then its backends are closed.
    pub fn close(&self) {
        self.member.engine.borrow_mut().close();
    }

    /// Whether it is closed, or closing.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.member.engine.borrow().is_closed()
    }
}

impl PartialEq for Canvas {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.member, &other.member)
    }
}

impl Eq for Canvas {}

impl fmt::Debug for Canvas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canvas").field("title", &self.title()).field("size", &self.size()).finish()
    }
}
