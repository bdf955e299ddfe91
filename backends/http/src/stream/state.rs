//! What the engine, the encoder and the clients of one canvas know of each other. Pure but for
//! wakers: `now` is passed in.

use std::collections::{BTreeMap, VecDeque};
use std::task::Waker;
use std::time::{Duration, Instant};

use framecast_api::{ClientId, Clock, Cursor, EventKind, Frame, Input, LogicalSize, Setting};
use smol::channel::Sender;

use super::inputs::{Flooded, Inputs};
use super::pictures::{Audience, Done, Newest, PictureMessage, Pictures, Work};
use super::protocol::{ServerMessage, View};
use super::seat::{Due, Seat};

/// A canvas. Every change must be followed by [`settle`](State::settle).
#[derive(Debug)]
pub(super) struct State {
    phase: Phase,
    title: String,
    cursor: Cursor,
    control: Control,
    pictures: Pictures,
    clients: BTreeMap<ClientId, Seat>,
    last_client: u64,
    inputs: Inputs,
    /// What the engine, the encoder were last told.
    told: Told,
}

/// Who drives.
#[derive(Debug, Default)]
struct Control {
    presenter: Option<ClientId>,
    held: bool,
}

#[derive(Debug, Default)]
struct Told {
    wants_frame: bool,
    has_input: bool,
    work_at: Option<Instant>,
}

#[derive(Debug)]
enum Phase {
    New,
    Open { waker: Waker, clock: Clock },
    Closed,
}

/// What a client is sent next.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Text(String),
    Picture(PictureMessage),
    /// The last message; the connection is then closed.
    Last(String),
}

impl State {
    /// `still_after`: how long a picture must be unchanged to be sent again, exactly.
    pub(super) fn new(still_after: Duration) -> Self {
        State {
            phase: Phase::New,
            title: String::new(),
            cursor: Cursor::default(),
            control: Control::default(),
            pictures: Pictures::new(still_after),
            clients: BTreeMap::new(),
            last_client: 0,
            inputs: Inputs::default(),
            told: Told::default(),
        }
    }

    pub(super) fn open(&mut self, waker: Waker, clock: Clock, title: String) {
        self.phase = Phase::Open { waker, clock };
        self.title = title;
    }

    pub(super) fn close(&mut self) {
        self.phase = Phase::Closed;
        self.inputs = Inputs::default();
        self.pictures.clear();
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. })
    }

    pub(super) fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    pub(super) fn newest(&self) -> Option<&Newest> {
        self.pictures.newest()
    }

    pub(super) fn seat(&mut self, client: ClientId) -> Option<&mut Seat> {
        self.clients.get_mut(&client)
    }

    pub(super) fn present(&mut self, frame: &Frame, now: Instant) {
        if self.is_open() {
            self.pictures.present(frame, now);
        }
    }

    pub(super) fn take_inputs(&mut self) -> VecDeque<Input> {
        self.told.has_input = false;
        if self.is_open() { self.inputs.take() } else { VecDeque::new() }
    }

    pub(super) fn apply(&mut self, setting: &Setting) {
        let due: fn(&mut Due) = match setting {
            Setting::Title(title) if self.title != *title => {
                self.title.clone_from(title);
                |due| due.title = true
            }
            Setting::Cursor(cursor) if self.cursor != *cursor => {
                self.cursor = *cursor;
                |due| due.cursor = true
            }
            Setting::Control { presenter, held } => {
                self.control = Control { presenter: *presenter, held: *held };
                |due| due.control = true
            }
            // A browser's size is its user's affair.
            _ => return,
        };
        self.clients.values_mut().for_each(|seat| due(&mut seat.due));
    }

    pub(super) fn join(
        &mut self,
        label: String,
        view: View,
        visible: bool,
        bytes: usize,
        wake: Sender<()>,
    ) -> ClientId {
        self.last_client += 1;
        let client = ClientId(self.last_client);
        self.clients.insert(client, Seat::new(visible, wake));
        if !self.is_closed() {
            self.inputs.join(client, label);
            // The queue of a new client has room for this.
            let _ = self.resize(client, view, bytes);
        }
        client
    }

    pub(super) fn leave(&mut self, client: ClientId) {
        self.clients.remove(&client);
        self.inputs.leave(client);
    }

    pub(super) fn reject(&mut self, client: ClientId) {
        self.inputs.reject(client);
    }

    pub(super) fn set_visible(
        &mut self,
        client: ClientId,
        visible: bool,
        bytes: usize,
        now: Instant,
    ) -> Result<(), Flooded> {
        let Some(seat) = self.clients.get_mut(&client) else { return Ok(()) };
        if seat.visible == visible {
            return Ok(());
        }
        let kind = if visible {
            seat.show(now);
            EventKind::Show
        } else {
            seat.hide();
            EventKind::Hide
        };
        self.event(client, kind, bytes, now)
    }

    /// Whom the last change concerns: wakes clients, and returns the engine's waker if it is to be
    /// woken, and whether the encoder is.
    pub(super) fn settle(&mut self, now: Instant) -> (Option<Waker>, bool) {
        let offer = self.pictures.offer();
        let closed = self.is_closed();
        for seat in self.clients.values() {
            if closed || seat.is_to_wake(offer, now) {
                seat.wake();
            }
        }
        let told = Told {
            wants_frame: self.wants_frame(),
            has_input: !self.inputs.is_empty(),
            work_at: self.work_at(),
        };
        let work = closed || told.work_at.is_some() && told.work_at != self.told.work_at;
        let rises =
            told.wants_frame && !self.told.wants_frame || told.has_input && !self.told.has_input;
        self.told = told;
        let waker = match &self.phase {
            Phase::Open { waker, .. } if rises => Some(waker.clone()),
            _ => None,
        };
        (waker, work)
    }

    /// Whether a visible client has room for a frame after the newest, and the encoder has begun
    /// with the newest: so the engine draws a frame while the one before is encoded, and no more.
    pub(super) fn wants_frame(&self) -> bool {
        if !self.is_open() {
            return false;
        }
        let pictures = &self.pictures;
        if pictures.newest().is_none() {
            return self.clients.values().any(|seat| seat.free() > 0);
        }
        if !pictures.is_newest_begun() {
            return false;
        }
        let current = pictures.is_up_to_date();
        let content = pictures.offer().map(|offer| offer.content);
        self.clients.values().any(|seat| {
            let has_newest = current && seat.shown.map(|shown| shown.content) == content;
            seat.free() > usize::from(!has_newest)
        })
    }

    fn audience(&self) -> Audience {
        Audience {
            free: self.clients.values().any(|seat| seat.free() > 0),
            takes_exact: self.clients.values().any(Seat::takes_exact),
        }
    }

    /// When there will be something to encode, if nothing else happens.
    fn work_at(&self) -> Option<Instant> {
        self.is_open().then(|| self.pictures.work_at(self.audience()))?
    }

    /// What the encoder is to do now.
    pub(super) fn work(&mut self, now: Instant) -> Work {
        match self.phase {
            Phase::New => Work::Wait(None),
            Phase::Open { .. } => self.pictures.work(self.audience(), now),
            Phase::Closed => Work::End,
        }
    }

    pub(super) fn done(&mut self, done: Done) {
        self.pictures.rest();
        if !self.is_closed() {
            self.pictures.done(done);
        }
    }

    pub(super) fn event(
        &mut self,
        client: ClientId,
        kind: EventKind,
        bytes: usize,
        now: Instant,
    ) -> Result<(), Flooded> {
        let Phase::Open { clock, .. } = &self.phase else { return Ok(()) };
        let timestamp = clock.seconds(now);
        self.inputs.push(client, Input::Event { client, timestamp, kind }, bytes)
    }

    pub(super) fn resize(
        &mut self,
        client: ClientId,
        view: View,
        bytes: usize,
    ) -> Result<(), Flooded> {
        if !view.is_usable() {
            self.inputs.reject(client);
            return Ok(());
        }
        let size = LogicalSize::new(view.width, view.height);
        self.inputs.push(client, Input::Resize { client, size, ratio: view.ratio }, bytes)
    }

    /// What `client` is to be sent now. If it is nothing, its seat knows until when.
    pub(super) fn next(&mut self, client: ClientId, now: Instant) -> Option<Outgoing> {
        let seat = self.clients.get_mut(&client)?;
        if seat.give_up(now) {
            self.pictures.renumber();
        }
        let due = &mut seat.due;
        let message = if std::mem::take(&mut due.welcome) {
            ServerMessage::Welcome { client: client.0 }
        } else if let Phase::Closed = self.phase {
            let reason = "the application ended";
            return Some(Outgoing::Last(ServerMessage::Closed { reason }.print()));
        } else if std::mem::take(&mut due.title) {
            ServerMessage::Title { value: &self.title }
        } else if std::mem::take(&mut due.cursor) {
            ServerMessage::Cursor { value: self.cursor.css_name() }
        } else if std::mem::take(&mut due.control) {
            ServerMessage::Control {
                presenter: self.control.presenter == Some(client),
                held: self.control.held,
            }
        } else if let Some(id) = seat.take_pong() {
            let time = match &self.phase {
                Phase::Open { clock, .. } => clock.seconds(now),
                Phase::New | Phase::Closed => 0.0,
            };
            ServerMessage::Pong { id, time }
        } else {
            let offer = self.pictures.offer();
            let wanted = offer.and_then(|offer| seat.wants(offer, now));
            let wanted = wanted.filter(|wanted| wanted.at <= now);
            let picture = wanted.and_then(|wanted| self.pictures.get(wanted.exact));
            let Some((shown, message)) = picture else {
                seat.sleep(offer, now);
                return None;
            };
            seat.send(shown, message.update, message.len(), now);
            return Some(Outgoing::Picture(message));
        };
        Some(Outgoing::Text(message.print()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::{FramePool, PhysicalSize};

    const STILL: Duration = Duration::from_millis(300);
    const VIEW: View = View { width: 10.0, height: 10.0, ratio: 1.0 };

    /// A canvas, and an engine, an encoder and clients that do one step at a time.
    struct Scene {
        state: State,
        pool: FramePool,
        now: Instant,
    }

    impl Scene {
        fn new() -> Self {
            let mut state = State::new(STILL);
            state.open(Waker::noop().clone(), Clock::start(), "title".into());
            Self { state, pool: FramePool::new(), now: Instant::now() }
        }

        fn join(&mut self) -> ClientId {
            let (wake, _) = smol::channel::bounded(1);
            let client = self.state.join("somebody".into(), VIEW, true, 50, wake);
            while self.state.seat(client).unwrap().has_text() {
                assert!(matches!(self.state.next(client, self.now), Some(Outgoing::Text(_))));
            }
            client
        }

        fn present(&mut self, shade: u8) {
            let mut buffer = self.pool.lend(PhysicalSize::new(2, 2)).unwrap();
            buffer.fill([shade; 4]);
            let frame = self.pool.freeze(buffer, 1, 0.0, 1.0);
            self.now += Duration::from_millis(1);
            self.state.present(&frame, self.now);
        }

        fn begin(&mut self) -> Newest {
            match self.state.work(self.now) {
                Work::Jpeg { newest, .. } => newest,
                other => panic!("{other:?}"),
            }
        }

        fn finish(&mut self, newest: Newest) {
            self.state.done(Done::Jpeg { newest, message: vec![0; 50] });
        }

        fn encode(&mut self) {
            let newest = self.begin();
            self.finish(newest);
        }

        fn rests(&mut self) -> bool {
            matches!(self.state.work(self.now), Work::Wait(_))
        }

        /// Sends what is next to `client`, and returns its update number.
        fn send(&mut self, client: ClientId) -> Option<u32> {
            let Outgoing::Picture(picture) = self.state.next(client, self.now)? else {
                panic!("not a picture");
            };
            self.state.seat(client).unwrap().sending = false;
            Some(picture.update)
        }

        fn ack(&mut self, client: ClientId, update: u32) {
            self.now += Duration::from_millis(5);
            assert!(self.state.seat(client).unwrap().pacing.acknowledged(update, self.now));
        }
    }

    #[test]
    fn nobody_looking_means_no_demand_and_no_encoding() {
        let mut scene = Scene::new();
        assert!(!scene.state.wants_frame());
        scene.present(1);
        assert!(!scene.state.wants_frame());
        assert!(scene.rests());
    }

    #[test]
    fn a_frame_is_drawn_while_the_one_before_is_encoded_and_no_more() {
        let mut scene = Scene::new();
        let client = scene.join();
        assert!(scene.state.wants_frame(), "the first");
        scene.present(1);
        assert!(!scene.state.wants_frame(), "the encoder has not begun");
        let newest = scene.begin();
        assert!(scene.state.wants_frame(), "the second");
        scene.present(2);
        assert!(!scene.state.wants_frame(), "one waits for the encoder already");
        scene.finish(newest);
        assert_eq!(scene.send(client), Some(1));
        scene.encode();
        assert_eq!(scene.send(client), Some(2));
        assert!(!scene.state.wants_frame(), "two are not acknowledged");
        scene.ack(client, 1);
        assert!(scene.state.wants_frame());
    }

    #[test]
    fn frames_that_nobody_has_room_for_are_skipped() {
        let mut scene = Scene::new();
        let client = scene.join();
        for shade in 1..=2 {
            scene.present(shade);
            scene.encode();
            assert_eq!(scene.send(client), Some(shade.into()));
        }
        for shade in 3..100 {
            scene.present(shade);
            assert!(scene.rests(), "{shade}");
        }
        scene.ack(client, 2);
        assert_eq!(scene.begin().number, 99);
    }

    #[test]
    fn a_client_whose_connection_is_full_has_no_demand() {
        let mut scene = Scene::new();
        let client = scene.join();
        scene.present(1);
        scene.encode();
        scene.state.seat(client).unwrap().sending = true;
        assert!(!scene.state.wants_frame());
        scene.present(2);
        assert!(scene.rests());
    }

    #[test]
    fn a_stalled_client_does_not_hold_back_another() {
        let mut scene = Scene::new();
        let (stalled, quick) = (scene.join(), scene.join());
        scene.present(1);
        scene.encode();
        scene.send(stalled);
        for shade in 2..50 {
            let update = scene.send(quick).unwrap();
            scene.ack(quick, update);
            assert!(scene.state.wants_frame());
            scene.present(shade);
            scene.encode();
            scene.send(stalled);
        }
    }

    #[test]
    fn a_still_picture_is_sent_again_exactly_and_once() {
        let mut scene = Scene::new();
        let client = scene.join();
        scene.present(1);
        scene.encode();
        scene.send(client);
        assert!(scene.rests());
        scene.now += STILL;
        assert!(scene.rests(), "the JPEG is still on its way");
        scene.ack(client, 1);
        let Work::Png { content, .. } = scene.state.work(scene.now) else { panic!("no PNG") };
        scene.state.done(Done::Png { content, message: vec![0; 50] });
        assert_eq!(scene.send(client), Some(2));
        scene.ack(client, 2);
        scene.now += STILL;
        assert!(scene.rests());
        assert_eq!(scene.send(client), None);
        let late = scene.join();
        assert_eq!(scene.send(late), Some(2), "it is no larger than the JPEG");
    }

    #[test]
    fn a_picture_presented_over_and_over_is_sent_once_and_becomes_exact() {
        let mut scene = Scene::new();
        let client = scene.join();
        scene.present(1);
        scene.encode();
        let update = scene.send(client).unwrap();
        scene.ack(client, update);
        for _ in 0..500 {
            scene.present(1);
            let number = scene.begin().number;
            scene.state.done(Done::Same { number });
            assert_eq!(scene.send(client), None);
        }
        assert!(matches!(scene.state.work(scene.now), Work::Png { .. }), "still for 500 ms");
    }

    #[test]
    fn a_png_that_took_too_long_is_not_sent() {
        let mut scene = Scene::new();
        let client = scene.join();
        scene.present(1);
        scene.encode();
        scene.send(client);
        scene.ack(client, 1);
        scene.now += STILL;
        let Work::Png { content, .. } = scene.state.work(scene.now) else { panic!("no PNG") };
        scene.state.done(Done::GivenUp);
        scene.present(2);
        scene.encode();
        scene.state.done(Done::Png { content, message: vec![0; 50] });
        assert_eq!(scene.state.pictures.offer().unwrap().png, None);
    }

    #[test]
    fn a_frame_that_cannot_be_encoded_is_not_tried_over_and_over() {
        let mut scene = Scene::new();
        let client = scene.join();
        scene.present(1);
        scene.encode();
        scene.send(client);
        scene.ack(client, 1);
        scene.present(2);
        let number = scene.begin().number;
        scene.state.done(Done::NoJpeg { number });
        assert!(scene.rests());
        assert!(scene.state.wants_frame());
        scene.now += STILL;
        let Work::Png { content, .. } = scene.state.work(scene.now) else { panic!("no PNG") };
        scene.state.done(Done::NoPng { content });
        assert!(scene.rests());
    }

    #[test]
    fn what_a_hidden_view_did_not_paint_comes_again_under_a_new_number() {
        let mut scene = Scene::new();
        let (client, other) = (scene.join(), scene.join());
        scene.present(1);
        scene.encode();
        assert_eq!((scene.send(client), scene.send(other)), (Some(1), Some(1)));
        scene.state.set_visible(client, false, 10, scene.now).unwrap();
        assert_eq!(scene.send(client), None);
        scene.state.set_visible(client, true, 10, scene.now).unwrap();
        assert_eq!(scene.send(client), Some(2));
        assert_eq!(scene.send(other), None, "it has that picture");
        scene.ack(client, 2);
    }

    /// A client at the end of a slow link, and an application that draws a frame every `every`
    /// for ten seconds. Returns how long each frame took to be painted, and when the exact picture
    /// of the last was painted, counted from its drawing.
    fn watch_over_a_slow_link(every: Duration) -> (Vec<Duration>, Duration) {
        const JPEG: usize = 42_000;
        const PNG: usize = 777_000;
        /// 2 Mbit/s.
        const RATE: f64 = 250e3;
        const LATENCY: Duration = Duration::from_millis(20);

        let mut scene = Scene::new();
        let client = scene.join();
        let start = scene.now;
        let (mut shade, mut drawn) = (0_u8, start);
        let mut link_free = start;
        // When it arrives, its number and whether it is exact.
        let mut on_the_way: VecDeque<(Instant, u32, bool)> = VecDeque::new();
        let mut took = Vec::new();
        loop {
            scene.now += Duration::from_millis(1);
            let now = scene.now;
            assert!(now < start + Duration::from_secs(30), "the exact picture never came");
            while let Some(&(at, update, exact)) = on_the_way.front()
                && at <= now
            {
                on_the_way.pop_front();
                scene.state.seat(client).unwrap().pacing.acknowledged(update, now);
                if !exact {
                    took.push(now - drawn);
                } else if now > start + Duration::from_secs(10) {
                    return (took, now - drawn);
                }
            }
            if now < start + Duration::from_secs(10) && (shade == 0 || now >= drawn + every) {
                shade += 1;
                scene.present(shade);
                drawn = scene.now;
            }
            match scene.state.work(scene.now) {
                Work::Jpeg { newest, .. } => {
                    scene.state.done(Done::Jpeg { newest, message: vec![0; JPEG] });
                }
                Work::Png { content, .. } => {
                    scene.state.done(Done::Png { content, message: vec![0; PNG] });
                }
                Work::Wait(_) | Work::End => {}
            }
            if let Some(Outgoing::Picture(picture)) = scene.state.next(client, scene.now) {
                let bytes = picture.len();
                link_free = link_free.max(scene.now);
                link_free += Duration::from_secs_f64(bytes as f64 / RATE);
                on_the_way.push_back((link_free + LATENCY, picture.update, bytes == PNG));
                scene.state.seat(client).unwrap().sending = false;
            }
        }
    }

    #[test]
    fn on_a_slow_link_no_frame_waits_behind_an_exact_picture() {
        for every in [400, 500, 1000, 2000, 3000] {
            let every = Duration::from_millis(every);
            let (took, exact) = watch_over_a_slow_link(every);
            assert!(took.len() >= 4, "{every:?}: {took:?}");
            let slowest = took.iter().max().unwrap();
            // 168 ms for the JPEG, and 20 ms.
            assert!(*slowest < Duration::from_millis(200), "{every:?}: {took:?}");
            // As long as it takes, twice: waiting and sending.
            let fine = Duration::from_secs(6)..Duration::from_secs(8);
            assert!(fine.contains(&exact), "{every:?}: {exact:?}");
        }
    }

    #[test]
    fn a_client_sleeps_until_its_exact_picture_is_due_and_is_told_when_that_changes() {
        let mut scene = Scene::new();
        let (wake, woken) = smol::channel::bounded(1);
        let client = scene.state.join("somebody".into(), VIEW, true, 50, wake);
        while scene.state.seat(client).unwrap().has_text() {
            scene.state.next(client, scene.now);
        }
        scene.present(1);
        let drawn = scene.now;
        scene.encode();
        let update = scene.send(client).unwrap();
        scene.ack(client, update);
        scene.now += STILL;
        let Work::Png { content, .. } = scene.state.work(scene.now) else { panic!("no PNG") };
        scene.state.settle(scene.now);
        while woken.try_recv().is_ok() {}
        // 50 bytes in 5 ms: 10 kB a second.
        scene.state.done(Done::Png { content, message: vec![0; 20_000] });
        scene.state.settle(scene.now);
        assert!(woken.try_recv().is_ok(), "to learn of the later moment");
        assert_eq!(scene.send(client), None);
        let due = drawn + Duration::from_secs(2);
        assert_eq!(scene.state.seat(client).unwrap().sleeps_until(), Some(due));
        scene.state.settle(scene.now);
        assert!(woken.try_recv().is_err(), "it knows");
        scene.now = due;
        assert_eq!(scene.send(client), Some(2));
    }

    #[test]
    fn a_client_that_hides_and_shows_without_end_gets_a_few_pictures_a_second() {
        let mut scene = Scene::new();
        let client = scene.join();
        scene.present(1);
        scene.encode();
        let (start, mut sent) = (scene.now, 0);
        while scene.now < start + Duration::from_secs(5) {
            for visible in [false, true] {
                scene.state.set_visible(client, visible, 1, scene.now).unwrap();
                sent += usize::from(scene.send(client).is_some());
            }
            scene.state.take_inputs();
            scene.now += Duration::from_millis(1);
        }
        assert!((19..=22).contains(&sent), "{sent}");
    }

    #[test]
    fn the_engine_is_woken_when_demand_rises_and_when_input_comes() {
        let mut scene = Scene::new();
        assert!(scene.state.settle(scene.now).0.is_none());
        let client = scene.join();
        assert!(scene.state.settle(scene.now).0.is_some(), "demand and input");
        assert!(scene.state.settle(scene.now).0.is_none(), "nothing new");
        scene.state.take_inputs();
        scene.state.reject(client);
        assert!(scene.state.settle(scene.now).0.is_some(), "input");
        scene.present(1);
        assert!(scene.state.settle(scene.now).0.is_none());
        scene.begin();
        assert!(scene.state.settle(scene.now).0.is_some(), "demand");
    }

    #[test]
    fn after_the_end_there_is_one_message() {
        let mut scene = Scene::new();
        let client = scene.join();
        scene.present(1);
        scene.state.close();
        assert!(!scene.state.wants_frame());
        assert!(scene.state.take_inputs().is_empty());
        assert!(matches!(scene.state.work(scene.now), Work::End));
        let Some(Outgoing::Last(text)) = scene.state.next(client, scene.now) else {
            panic!("no goodbye");
        };
        assert!(text.contains("closed"));
    }
}
