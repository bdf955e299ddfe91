//! What an application draws on.

use std::fmt;
use std::rc::Rc;
use std::time::{Duration, Instant};

use framecast_api::accessibility::Tree;
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
/// Cloning is cheap: clones are the same canvas, and `==` compares identity. A canvas stays on the
/// thread that opened it; [`handle`](Self::handle) returns a handle for other threads. It closes
/// when the application calls [`close`](Self::close) or ends the loop and drops the canvas, when its
/// window is closed, or when its last backend is lost.
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
    /// Describes a canvas with this title; [`CanvasBuilder::open`] opens it. Placeholders in the title are
    /// replaced; see [`set_title`](Self::set_title).
    pub fn builder(title: impl Into<String>) -> CanvasBuilder {
        CanvasBuilder::new(title.into())
    }

    /// Opens a canvas of `size` logical pixels without an audience, which draws on request; for tests
    /// and scripts.
    ///
    /// # Errors
    /// "Invalid input" if the width or the height is not finite or not above zero.
    pub fn offscreen(size: impl Into<LogicalSize>) -> Result<Offscreen> {
        Offscreen::new(size.into(), 1.0)
    }

    pub(crate) fn new(core: Rc<Core>, member: Rc<Member>) -> Self {
        Self { core, member }
    }

    pub(crate) fn core(&self) -> &Rc<Core> {
        &self.core
    }

    pub(crate) fn member(&self) -> &Rc<Member> {
        &self.member
    }

    /// Waits for the next event or draw. Returns `None` when the canvas is closed.
    ///
    /// This is the pull loop, for programs that own their loop. After the last step, [`finish`](Self::finish)
    /// returns the error that closed the canvas, if there was one. Other canvases on the same
    /// [`EventLoop`](crate::EventLoop) are not served meanwhile; use [`EventLoop::next`](crate::EventLoop::next)
    /// to serve all of them.
    #[must_use]
    pub fn next(&self) -> Option<Step> {
        Some(self.core.next_before(Some(&self.member), None)?.1)
    }

    /// Like [`next`](Self::next), but waits until `deadline` at most.
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
    /// [`NoStep::Deadline`] if there is no step before the deadline, [`NoStep::Closed`] if the canvas is
    /// closed.
    pub fn next_before(&self, deadline: Instant) -> Result<Step, NoStep> {
        // Steps that are always due must not keep the caller, nor may a caller who is always late keep
        // the canvas from being served: a deadline that is over gives one more step.
        let now = self.core.time.now();
        let late =
            self.core.time.deadline(deadline) <= now && !self.member.engine.borrow().is_replaying();
        if late && self.member.overdue.replace(Some(deadline)) == Some(deadline) {
            let mut engine = self.member.engine.borrow_mut();
            if engine.is_ended() {
                return Err(NoStep::Closed);
            }
            engine.pass_deadline(now);
            return Err(NoStep::Deadline);
        }
        match self.core.next_before(Some(&self.member), Some(deadline)) {
            Some((_, step)) => Ok(step),
            None if self.member.engine.borrow().is_ended() => Err(NoStep::Closed),
            None => Err(NoStep::Deadline),
        }
    }

    /// Returns the next event or draw if there is one right now. Does not wait.
    #[must_use]
    pub fn poll(&self) -> Option<Step> {
        Some(self.core.next_before(Some(&self.member), Some(Instant::now()))?.1)
    }

    /// The async form of [`next`](Self::next), for any executor. The future is `!Send`.
    ///
    /// One task at a time may await the canvases of one loop. On macOS, a canvas with a window must be
    /// awaited on the main thread.
    pub async fn next_async(&self) -> Option<Step> {
        Some(self.core.next_async(Some(Rc::clone(&self.member))).await?.1)
    }

    /// Passes every event and draw to `app` until the canvas is closed.
    ///
    /// # Errors
    /// "Failed" if the canvas closed because its last backend was lost.
    pub fn run(&self, mut app: impl FnMut(&Canvas, Step)) -> Result<()> {
        while let Some(step) = self.next() {
            app(self, step);
        }
        self.finish()
    }

    /// Returns the error that closed the canvas, if there was one. A second call returns `Ok`.
    ///
    /// # Errors
    /// "Failed" if the canvas closed because its last backend was lost.
    pub fn finish(&self) -> Result<()> {
        self.member.engine.borrow_mut().take_error().map_or(Ok(()), Err)
    }

    /// Waits until somebody looks at the canvas. Returns false if the canvas was closed meanwhile. A canvas
    /// without backends does not wait. Events that arrive meanwhile come with the next steps.
    #[must_use]
    pub fn wait_for_viewer(&self) -> bool {
        self.core.wait_for_viewer(&self.member)
    }

    /// Requests a draw. The request is kept until somebody looks and the frame rate allows a draw.
    pub fn request_draw(&self) {
        self.member.engine.borrow_mut().schedule.request();
    }

    /// Requests a draw at `at`, for a picture that changes by itself: a cursor that blinks, a clock.
    ///
    /// It takes effect in on-demand mode, while somebody looks. Of several requests only the earliest is
    /// kept, so each draw requests the next one.
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

    /// Requests a draw after `time`; see [`request_draw_at`](Self::request_draw_at).
    pub fn request_draw_after(&self, time: Duration) {
        if let Some(at) = self.core.time.now().checked_add(time) {
            self.member.engine.borrow_mut().schedule.request_at(at);
        }
    }

    /// Begins a frame now, whatever the update mode, the frame rate and the demand are. Viewers get
    /// the newest frame that was presented.
    ///
    /// For programs whose frames have a clock of their own, such as a video or a simulation. Other
    /// programs wait for [`Step::Draw`].
    ///
    /// # Errors
    /// "Invalid input" if a frame cannot have the canvas' size.
    pub fn begin_frame(&self) -> Result<Drawing> {
        let frame = self.member.engine.borrow_mut().begin_frame(self.core.time.now());
        Drawing::begin(&self.core, &self.member, frame)
    }

    /// Returns the title, with its placeholders.
    #[must_use]
    pub fn title(&self) -> String {
        self.member.engine.borrow().title().to_owned()
    }

    /// Sets the title: the caption of the window and the tab of the page.
    ///
    /// `$fps` becomes the number of frames per second, and `$ms` the milliseconds between two frames; both are
    /// averages over the last second in which frames came. `$backend` becomes the name of the backend that shows
    /// the title: "window", "terminal", "http". `$$` is a dollar sign. Any other `$` stays as it is.
    ///
    /// ```
    /// # let canvas = framecast::Canvas::builder("").no_backends().open()?;
    /// canvas.set_title("waves: $fps fps in the $backend");
    /// # Ok::<(), framecast::Error>(())
    /// ```
    pub fn set_title(&self, title: &str) {
        self.member.engine.borrow_mut().set_title(title);
    }

    /// Sets the shape of the presenter's cursor. Views show the nearest shape that they have.
    pub fn set_cursor(&self, cursor: Cursor) {
        self.member.engine.borrow_mut().set_cursor(cursor);
    }

    /// Puts text into the presenter's clipboard, and into nobody else's. Pasted text arrives as
    /// [`EventKind::Paste`](crate::EventKind::Paste).
    ///
    /// A browser may ask its user first, and accepts text only while its page has the focus. A terminal gets OSC
    /// 52, which some terminals ignore or have turned off; tmux forwards it with `set -g set-clipboard on`. The
    /// local window uses the desktop's clipboard (feature `clipboard`). Browsers and terminals do not report
    /// whether they accepted the text.
    ///
    /// # Errors
    /// "Invalid input" if the text is longer than
    /// [`BackendCommand::MAX_CLIPBOARD`](crate::BackendCommand::MAX_CLIPBOARD) bytes; "not supported" if
    /// nobody drives, or the presenter's view has no clipboard.
    pub fn set_clipboard(&self, text: &str) -> Result<()> {
        self.member.engine.borrow_mut().set_clipboard(text)
    }

    /// Tells the presenter's view that a text field has the focus, and where its caret is; `None` if no text field
    /// has it. An input method then opens its window at the caret, and a phone shows its keyboard. What is typed
    /// arrives as [`EventKind::Char`](crate::EventKind::Char), as it always does.
    ///
    /// Call it when a text field gets or loses the focus, and when its caret moves. A viewer that becomes the
    /// presenter later is told, too. A phone shows its keyboard only after a tap, some only after the next one.
    /// The window and the terminal ignore it.
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
    /// "Invalid input" if a number of the caret is not finite or too large, or its width or height is negative.
    pub fn set_text_input(&self, input: impl Into<Option<TextInput>>) -> Result<()> {
        self.member.engine.borrow_mut().set_text_input(input.into())
    }

    /// Tells everybody who looks what the canvas shows, for screen readers and other assistive technology; `None` if
    /// it does not say any more. Browsers show it, so that the canvas can be used there without being seen; the window
    /// and the terminal ignore it. What a person asks for arrives as
    /// [`EventKind::AccessibilityAction`](crate::EventKind::AccessibilityAction), from the presenter only.
    ///
    /// Hand over the whole tree whenever something in it changes: what is sent is only what changed, at most about ten
    /// times a second. Those who only watch get it, too. If making a tree costs much, make none unless
    /// [one is wanted](Self::is_accessibility_wanted).
    ///
    /// ```
    /// use framecast::Canvas;
    /// use framecast::accessibility::{Action, Node, NodeId, Role, Tree};
    /// # let canvas = Canvas::builder("").no_backends().open()?;
    /// let (root, save) = (NodeId(0), NodeId(1));
    /// let button = Node::new(Role::Button).with_name("Save").with_actions([Action::Click]);
    /// canvas.set_accessibility(
    ///     Tree::new(root, Node::new(Role::Window).with_children([save])).with_node(save, button),
    /// )?;
    /// # Ok::<(), framecast::Error>(())
    /// ```
    ///
    /// # Errors
    /// "Invalid input" if it is no tree, or too large; see
    /// [`Tree::checked`](crate::accessibility::Tree::checked). The one before stays.
    pub fn set_accessibility(&self, tree: impl Into<Option<Tree>>) -> Result<()> {
        let tree = tree.into().map(Tree::checked).transpose()?;
        self.member.engine.borrow_mut().set_accessibility(tree);
        Ok(())
    }

    /// Returns whether somebody is here whose view shows the [accessibility tree](Self::set_accessibility): a browser,
    /// unless its page turned that off. [`EventKind::AccessibilityWanted`](crate::EventKind::AccessibilityWanted)
    /// arrives when it changes.
    #[must_use]
    pub fn is_accessibility_wanted(&self) -> bool {
        self.member.engine.borrow().is_accessibility_wanted()
    }

    /// Asks the presenter to open an address in their browser. The page shows the whole address and opens it only
    /// after a click. The application does not learn the answer. If several requests wait, only the newest is
    /// shown.
    ///
    /// # Errors
    /// "Invalid input" if the address does not begin with `http://` or `https://`, is longer than
    /// [`BackendCommand::MAX_URL`](crate::BackendCommand::MAX_URL) bytes, contains a user name, or contains
    /// characters other than visible ASCII; "not supported" if nobody drives, or the presenter's view is not a
    /// browser.
    pub fn open_url(&self, url: &str) -> Result<()> {
        self.member.engine.borrow_mut().open_url(url)
    }

    /// Hands the application an event as if the presenter had caused it, after the events that wait already.
    /// [`Event::submitted`](crate::Event::submitted) is true in it. Use it for macros, and for tools that act for
    /// a person. It does not take control. A program that presses a key or button must release it, too.
    ///
    /// ```
    /// use framecast::{Canvas, EventKind, Key, Step};
    /// # let canvas = Canvas::builder("").no_backends().open()?;
    /// canvas.submit_event(EventKind::KeyDown(Key::new("a")))?;
    /// let Some(Step::Event(event)) = canvas.poll() else { panic!("it waits") };
    /// assert!(event.submitted && event.kind.name() == "key_down");
    /// # Ok::<(), framecast::Error>(())
    /// ```
    ///
    /// # Errors
    /// "Invalid input" if a number is not finite or too large, a text is too long, or only the engine may make
    /// such an event ([`EventKind::validate`](crate::EventKind::validate)).
    pub fn submit_event(&self, kind: EventKind) -> Result<()> {
        self.member.engine.borrow_mut().submit(kind)
    }

    /// Returns the current size: logical, physical, and the ratio between them.
    #[must_use]
    pub fn size(&self) -> CanvasSize {
        self.member.engine.borrow().size()
    }

    /// Requests another size, in logical pixels. The presenter's view may change it again.
    ///
    /// # Errors
    /// "Not supported" if the presenter's view cannot be resized by a program; "invalid input" if the width or the
    /// height is not finite or not above zero.
    pub fn set_size(&self, size: impl Into<LogicalSize>) -> Result<()> {
        self.member.engine.borrow_mut().set_logical_size(size.into())
    }

    /// Fixes the size of the canvas, in physical pixels, from now on. Views scale the picture.
    ///
    /// # Errors
    /// "Invalid input" if a frame cannot have that size ([`PhysicalSize::bytes`]).
    pub fn set_fixed_size(&self, size: impl Into<PhysicalSize>) -> Result<()> {
        self.member.engine.borrow_mut().set_fixed_size(size.into())
    }

    /// Sets when the canvas is drawn.
    pub fn set_update_mode(&self, mode: UpdateMode) {
        self.member.engine.borrow_mut().schedule.set_mode(mode);
    }

    /// Sets the highest number of draws per second; `None` for no limit.
    pub fn set_max_fps(&self, fps: impl Into<Option<f64>>) {
        self.member.engine.borrow_mut().schedule.set_max_fps(fps.into());
    }

    /// Sets the lowest number of draws per second in on-demand mode, while somebody looks; `None`
    /// draws only on request.
    pub fn set_min_fps(&self, fps: impl Into<Option<f64>>) {
        self.member.engine.borrow_mut().schedule.set_min_fps(fps.into());
    }

    /// Sets whether to draw when nobody looks.
    pub fn set_draw_demand(&self, demand: DrawDemand) {
        self.member.engine.borrow_mut().set_demand(demand);
    }

    /// Returns the frame that was presented last, if any.
    #[must_use]
    pub fn last_frame(&self) -> Option<Frame> {
        self.member.engine.borrow().last_frame().cloned()
    }

    /// Returns the frame that was presented last, for encoding or saving it; `None` if there is none.
    ///
    /// From another thread, post a closure that takes it:
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

    /// Returns the viewer that drives, if there is one.
    #[must_use]
    pub fn presenter(&self) -> Option<Source> {
        self.member.engine.borrow().presenter()
    }

    /// Returns the links to the canvas' views in browsers. A link gives its role to everybody who has its address.
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

    /// Returns what is known about the presenter's view: its system, which decides the keys of shortcuts; dark or
    /// light; mouse or finger. Everything is unknown if nobody drives or the view does not report it.
    /// [`EventKind::ViewInfo`](crate::EventKind::ViewInfo) arrives when it changes, and when another viewer
    /// becomes the presenter, but not when the presenter leaves and nobody drives.
    #[must_use]
    pub fn presenter_info(&self) -> ViewInfo {
        self.member.engine.borrow().presenter_info()
    }

    /// Records the canvas in a file, besides what `--record` records, from now on; until the canvas is closed, or the
    /// recorder that is returned stops.
    ///
    /// ```
    /// use framecast::Canvas;
    /// use framecast::record::RecordSettings;
    ///
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("plot.fcast");
    /// let canvas = Canvas::builder("plot").no_backends().open()?;
    /// let recorder = canvas.record(RecordSettings::new(&path))?;
    /// canvas.begin_frame()?.present();
    /// canvas.close();
    /// canvas.finish()?;
    /// assert_eq!(recorder.state().frames, 1);
    /// # Ok::<(), framecast::Error>(())
    /// ```
    ///
    /// # Errors
    /// "Failed" if the file exists or cannot be written.
    #[cfg(feature = "record")]
    pub fn record(
        &self,
        settings: crate::record::RecordSettings,
    ) -> Result<crate::record::Recorder> {
        self.member.engine.borrow_mut().record(settings, self.core.waker())
    }

    /// Returns all recordings of the canvas, in the order in which they began, also those that ended.
    #[cfg(feature = "record")]
    #[must_use]
    pub fn recorders(&self) -> Vec<crate::record::Recorder> {
        self.member.engine.borrow().recorders().to_vec()
    }

    /// Returns the servers of the canvas' loop; see [`EventLoop::http_servers`](crate::EventLoop::http_servers).
    #[cfg(feature = "http")]
    #[must_use]
    pub fn http_servers(&self) -> Vec<crate::web::HttpServer> {
        self.core.servers.borrow().all()
    }

    /// Returns the name of a viewer for display, such as "window" or "desk 127.0.0.1:51234"; `None`
    /// if the viewer has left.
    #[must_use]
    pub fn label(&self, source: Source) -> Option<String> {
        self.member.engine.borrow().label(source)
    }

    /// Returns all viewers, in the order in which they came.
    #[must_use]
    pub fn audience(&self) -> Vec<Viewer> {
        self.member.engine.borrow().audience()
    }

    /// Sets the control policy. Requests for control that are waiting are forgotten.
    pub fn set_control(&self, policy: ControlPolicy) {
        self.member.engine.borrow_mut().set_control(policy, self.core.time.now());
    }

    /// Sets the time after which a presenter loses control if it is hidden, or idle while another
    /// viewer wants control; `None` for never.
    pub fn set_control_timeout(&self, timeout: Option<Duration>) {
        self.member.engine.borrow_mut().set_control_timeout(timeout, self.core.time.now());
    }

    /// Makes a viewer the presenter, whatever the policy is, until it leaves or another viewer gets
    /// control. `None` takes control away, and the policy finds the next presenter.
    ///
    /// Returns false, and changes nothing, if the viewer is not here or may only watch.
    #[expect(clippy::must_use_candidate, reason = "who gives control away knows to whom")]
    pub fn give_control(&self, source: Option<Source>) -> bool {
        self.member.engine.borrow_mut().give_control(source, self.core.time.now())
    }

    /// Disconnects a viewer, if its backend can do that, and takes its control at once.
    ///
    /// The viewer cannot come back by the same link with the same browser, or from the same network,
    /// until [`let_in`](Self::let_in) allows it. It can come back by another link, or with another
    /// browser from another network: revoke its link (`HttpServer::revoke`) to keep it out.
    pub fn disconnect(&self, source: Source) {
        let now = self.core.time.now();
        self.member.engine.borrow_mut().send_away(source, By::Application, now);
    }

    /// Returns the viewers that the application or the host sent away and that were not let in again,
    /// the latest at the end. The last 64 are remembered; earlier ones may come back.
    #[must_use]
    pub fn sent_away(&self) -> Vec<Viewer> {
        self.member.engine.borrow().sent_away()
    }

    /// Lets a viewer come back that was sent away. Returns false if it was not sent away, or has not
    /// left yet.
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

    /// Returns counts and rates since the canvas was opened.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.member.engine.borrow().stats(self.core.time.now())
    }

    /// Tells the user something, as the canvas tells its own messages: on standard error and in the file of `--log` if
    /// it has the user's [options](crate::CanvasBuilder::options), to the [`log`](https://docs.rs/log) facade otherwise.
    pub fn notice(&self, message: &str) {
        self.member.engine.borrow().messages.notice(log::Level::Info, message);
    }

    /// Returns the clock that stamps frames and events.
    ///
    /// While an input log is replayed it shows the log's time, if it is read at once. A program whose
    /// pictures are to be the same in a replay uses [`time`](Self::time).
    #[must_use]
    pub fn clock(&self) -> Clock {
        let clock = self.core.time.clock(self.core.clock);
        self.member.engine.borrow().program_clock(clock)
    }

    /// Returns the time of what the program was handed last, in seconds on the canvas'
    /// [clock](Self::clock): of an event, of a draw, or of a deadline of [`next_before`](Self::next_before)
    /// or [`poll`](Self::poll) that passed without a step. It is 0 at first, and never goes back.
    ///
    /// A replay of an input log gives exactly the same times, which no other clock does. Deadlines that
    /// follow each other within a millisecond have the same time.
    ///
    /// ```
    /// use framecast::{Canvas, EventKind};
    ///
    /// let canvas = Canvas::builder("").no_backends().open()?;
    /// assert_eq!(canvas.time(), 0.0);
    /// while canvas.poll().is_some() {}
    /// assert!(canvas.time() > 0.0);
    /// # Ok::<(), framecast::Error>(())
    /// ```
    #[must_use]
    pub fn time(&self) -> f64 {
        self.member.engine.borrow().time()
    }

    /// Returns a handle for other threads.
    #[must_use]
    pub fn handle(&self) -> CanvasHandle {
        CanvasHandle::new(self.member.remote.clone())
    }

    /// Closes the canvas. The last step is [`EventKind::Close`](crate::EventKind::Close); then the
    /// backends are closed.
    pub fn close(&self) {
        self.member.engine.borrow_mut().close();
    }

    /// Whether the canvas is closed, or closing.
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
