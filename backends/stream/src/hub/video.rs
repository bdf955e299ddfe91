//! Who gets video, at the end of simulated links, in virtual time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use framecast_api::{BackendCommand, ClientId, ControlState, Member, PhysicalSize, Role};

use crate::hub::HubInput;
use crate::job::{Job, Work};
use crate::ledger::Painted;
use crate::message::Message;
use crate::protocol::ClientMessage;
use crate::scene::Scene;
use crate::store::video::VideoCounts;
use crate::video::{Label, MadeUpCodec, VideoCodec, VideoMode, VideoSettings};

const MS: Duration = Duration::from_millis(1);
const FRAME: Duration = Duration::from_micros(16_667);
/// Threads that encode, what a tile takes them, and a picture of a video.
const THREADS: usize = 2;
const PER_TILE: Duration = Duration::from_micros(100);
const PER_VIDEO: Duration = Duration::from_millis(8);
/// Bytes a second that a house carries, and a thin link: 2 Mbit/s.
const WIDE: f64 = 50e6;
const THIN: f64 = 250e3;

/// What the application draws.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Every pixel changes with every frame.
    Film,
    /// A strip at the top does.
    Dashboard,
    /// Nothing does.
    Rest,
}

struct Viewer {
    id: ClientId,
    /// Of its link, in bytes a second, and one way.
    rate: f64,
    delay: Duration,
    /// Until when the link is busy.
    busy: Instant,
    /// On its way: when it is painted, and what to acknowledge.
    coming: VecDeque<(Instant, Shown)>,
    acks: VecDeque<(Instant, u32)>,
    shown: Vec<Shown>,
    /// It acknowledges nothing.
    mute: bool,
    /// It asks for everything anew, all the time.
    asks: bool,
    last: Option<Label>,
}

#[derive(Clone, Copy)]
struct Shown {
    update: u32,
    at: Instant,
    age: Duration,
    exact: bool,
    /// Which picture of a video it is.
    video: Option<Label>,
}

struct World {
    scene: Scene,
    start: Instant,
    viewers: Vec<Viewer>,
    working: Vec<(Instant, Job)>,
    drawn: BTreeMap<u64, Instant>,
    next_frame: Instant,
    next_ask: Instant,
    /// Encoders of video fail.
    fails: bool,
}

impl World {
    fn new(mode: VideoMode) -> Self {
        let mut scene = Scene::new();
        let codec = Some(Arc::new(MadeUpCodec::new(4000)) as _);
        scene.handle(HubInput::SetVideo(VideoSettings { mode, codec }));
        let start = scene.now;
        Self {
            scene,
            start,
            viewers: Vec::new(),
            working: Vec::new(),
            drawn: BTreeMap::new(),
            next_frame: start,
            next_ask: start,
            fails: false,
        }
    }

    fn join(&mut self, video: bool, rate: f64) -> usize {
        self.scene.video = video;
        let id = self.scene.join();
        self.viewers.push(Viewer {
            id,
            rate,
            delay: 25 * MS,
            busy: self.scene.now,
            coming: VecDeque::new(),
            acks: VecDeque::new(),
            shown: Vec::new(),
            mute: false,
            asks: false,
            last: None,
        });
        self.viewers.len() - 1
    }

    fn presents(&mut self, n: usize) {
        let id = self.viewers[n].id;
        let members = vec![Member::new(1, Some(id), "somebody".into(), Role::Drive)];
        self.scene.set(BackendCommand::Control(ControlState::new(Some(1), None, false, members)));
    }

    fn counts(&self) -> VideoCounts {
        self.scene.hub.pictures.video.counts
    }

    fn since(&self) -> Duration {
        self.scene.now - self.start
    }

    fn play(&mut self, content: Content, time: Duration) {
        let end = self.scene.now + time;
        while self.scene.now < end {
            self.scene.now += MS / 4;
            self.step(content);
        }
    }

    fn step(&mut self, content: Content) {
        let now = self.scene.now;
        if self.next_frame <= now && content != Content::Rest && self.scene.wants_frame() {
            let pixels = if content == Content::Film { usize::MAX } else { 400 * 20 };
            self.scene.present(self.scene.sequence as u32 + 1, pixels);
            self.drawn.insert(self.scene.sequence, now);
            self.next_frame = now + FRAME;
        }
        while let Some(at) = self.working.iter().position(|(done, _)| *done <= now) {
            let job = self.working.swap_remove(at).1;
            let fails = self.fails && matches!(job.0, Work::Video(_));
            let result = if fails { job.failure() } else { job.run(|_, _| false) };
            self.scene.handle(HubInput::Done(result));
            self.scene.settle();
        }
        while self.working.len() < THREADS {
            self.scene.settle();
            let Some(job) = self.scene.hub.take_job(now) else { break };
            let is_video = matches!(job.0, Work::Video(_));
            let takes = if is_video { PER_VIDEO } else { PER_TILE * job.encodes() as u32 };
            self.working.push((now + takes, job));
        }
        if self.next_ask <= now {
            self.next_ask = now + 50 * MS;
            for id in self.viewers.iter().filter(|it| it.asks).map(|it| it.id) {
                self.scene.receive(id, ClientMessage::Refresh);
            }
        }
        for viewer in &mut self.viewers {
            viewer.step(&mut self.scene, &self.drawn);
        }
    }
}

impl Viewer {
    fn step(&mut self, scene: &mut Scene, drawn: &BTreeMap<u64, Instant>) {
        let now = scene.now;
        while let Some(message) = scene.next(self.id) {
            let (header, is_last, bytes, video) = match message {
                Message::Part(part) => {
                    let header = part.header;
                    (header, header.last, part.into_bytes().len(), None)
                }
                Message::Video(video) => {
                    let label = Label::read(&video.picture.bytes);
                    let header = video.header;
                    (header, true, video.into_bytes().len(), Some(label))
                }
                _ => {
                    scene.written(self.id);
                    continue;
                }
            };
            self.busy = self.busy.max(now) + Duration::from_secs_f64(bytes as f64 / self.rate);
            if is_last {
                let at = self.busy + self.delay;
                let age = at - drawn[&header.sequence];
                let exact = header.exact;
                let shown = Shown { update: header.update, at, age, exact, video };
                self.coming.push_back((at, shown));
            }
            scene.written(self.id);
        }
        while let Some((_, shown)) = self.coming.pop_front_if(|(at, _)| *at <= now) {
            if let Some(label) = shown.video {
                let before = self.last.replace(label);
                let follows = before.is_some_and(|it| {
                    it.encoder == label.encoder && it.picture + 1 == label.picture
                });
                assert!(follows || label.keyframe, "{label:?} after {before:?}");
            }
            self.shown.push(shown);
            if !self.mute {
                self.acks.push_back((now + self.delay, shown.update));
            }
        }
        while let Some((_, update)) = self.acks.pop_front_if(|(at, _)| *at <= now) {
            scene.receive(self.id, ClientMessage::Ack { update, painted: Painted::default() });
            scene.settle();
        }
    }

    fn after(&self, from: Instant) -> impl Iterator<Item = &Shown> {
        self.shown.iter().filter(move |shown| shown.at >= from)
    }

    fn fps(&self, from: Instant, to: Instant) -> f64 {
        let count = self.after(from).filter(|shown| shown.at < to).count();
        count as f64 / (to - from).as_secs_f64()
    }

    /// The longest time without anything new.
    fn gap(&self, from: Instant) -> Duration {
        let times = self.after(from).zip(self.after(from).skip(1));
        times.map(|(before, after)| after.at - before.at).max().unwrap_or(Duration::MAX)
    }

    /// The age that one in twenty reaches.
    fn age(&self, from: Instant) -> Duration {
        let mut ages: Vec<_> = self.after(from).map(|shown| shown.age).collect();
        ages.sort();
        ages[ages.len() * 19 / 20]
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_film_comes_as_young_video_over_a_thin_link_and_exactly_when_it_rests() {
    let mut world = World::new(VideoMode::Auto);
    let n = world.join(true, THIN);
    world.presents(n);
    world.play(Content::Film, 30 * SECOND);
    let (from, now) = (world.start + 5 * SECOND, world.scene.now);
    let viewer = &world.viewers[n];
    assert!(viewer.after(from).all(|shown| shown.video.is_some()));
    assert!(viewer.fps(from, now) > 45.0, "{}", viewer.fps(from, now));
    assert!(viewer.age(from) < 250 * MS, "{:?}", viewer.age(from));
    // It had some rungs, and each of them began with one.
    let counts = world.counts();
    assert!(counts.keyframes < 12, "{counts:?}");
    world.viewers[n].rate = WIDE;
    world.play(Content::Rest, SECOND);
    assert!(world.viewers[n].shown.last().is_some_and(|shown| shown.exact));
}

#[test]
fn nothing_is_encoded_as_video_for_those_who_need_none() {
    for (video, rate, content) in [
        (true, WIDE, Content::Dashboard),
        (true, THIN * 16.0, Content::Dashboard),
        (true, WIDE, Content::Film),
        (false, THIN, Content::Film),
    ] {
        let mut world = World::new(VideoMode::Auto);
        world.join(video, rate);
        world.play(content, 10 * SECOND);
        assert_eq!(world.counts().pictures, 0);
        assert!(!world.viewers[0].shown.is_empty());
    }
    let mut world = World::new(VideoMode::Never);
    world.join(true, THIN);
    world.play(Content::Film, 5 * SECOND);
    assert_eq!(world.counts().pictures, 0);
}

#[test]
fn who_is_always_to_have_video_has_it_over_a_wide_link_too() {
    let mut world = World::new(VideoMode::Always);
    let viewers = [world.join(true, WIDE), world.join(false, WIDE)];
    world.play(Content::Film, 2 * SECOND);
    let videos =
        viewers.map(|n| world.viewers[n].shown.iter().filter(|it| it.video.is_some()).count());
    assert!(videos[0] > 60 && videos[1] == 0, "{videos:?}");
}

#[test]
fn a_rung_is_encoded_once_however_many_look() {
    let play = |viewers: usize| {
        let mut world = World::new(VideoMode::Auto);
        for _ in 0..viewers {
            world.join(true, THIN);
        }
        world.play(Content::Film, 10 * SECOND);
        let before = world.counts();
        let from = world.scene.now;
        world.play(Content::Film, 10 * SECOND);
        for viewer in &world.viewers {
            assert!(viewer.after(from).all(|shown| shown.video.is_some()));
            assert!(viewer.fps(from, world.scene.now) > 30.0);
        }
        (world.counts().pictures - before.pictures, world.counts().keyframes - before.keyframes)
    };
    let (alone, many) = (play(1), play(12));
    // For each frame that is drawn one picture, and a few of another rung that does not last.
    assert!(many.0 < 10 * 60 * 5 / 4, "{many:?} and {alone:?} pictures and keyframes");
    assert!(many.1 < 16, "{many:?}");
}

#[test]
fn whoever_asks_for_keyframes_without_end_gets_few_and_others_keep_their_rate() {
    let mut world = World::new(VideoMode::Auto);
    let viewers = [world.join(true, THIN), world.join(true, THIN)];
    world.play(Content::Film, 8 * SECOND);
    let (before, from) = (world.counts(), world.scene.now);
    world.viewers[viewers[0]].asks = true;
    world.play(Content::Film, 10 * SECOND);
    let keyframes = world.counts().keyframes - before.keyframes;
    assert!(keyframes <= 16, "{keyframes}");
    let other = &world.viewers[viewers[1]];
    assert!(other.fps(from, world.scene.now) > 25.0, "{}", other.fps(from, world.scene.now));
}

#[test]
fn one_that_says_it_takes_video_and_never_answers_costs_what_it_was_sent_first() {
    let mut world = World::new(VideoMode::Always);
    let n = world.join(true, WIDE);
    world.viewers[n].mute = true;
    world.play(Content::Film, 5 * SECOND);
    assert!(world.counts().pictures <= 2, "{:?}", world.counts());
    assert!(!world.scene.wants_frame(), "nobody has room");
}

#[test]
fn a_decoder_that_fails_gets_tiles_at_once_and_all_of_them() {
    let mut world = World::new(VideoMode::Auto);
    let n = world.join(true, THIN);
    world.play(Content::Film, 8 * SECOND);
    assert!(world.viewers[n].shown.last().is_some_and(|shown| shown.video.is_some()));
    let id = world.viewers[n].id;
    world.scene.receive(id, ClientMessage::Video(false));
    world.scene.receive(id, ClientMessage::Refresh);
    let from = world.scene.now + SECOND / 2;
    world.play(Content::Film, 5 * SECOND);
    assert!(world.viewers[n].after(from).all(|shown| shown.video.is_none()));
    assert!(world.viewers[n].after(from).count() > 3);
    world.viewers[n].rate = WIDE;
    world.play(Content::Rest, 2 * SECOND);
    assert!(world.viewers[n].shown.last().is_some_and(|shown| shown.exact));
}

#[test]
fn where_an_encoder_fails_everybody_has_tiles_and_half_a_minute_later_video() {
    let mut world = World::new(VideoMode::Auto);
    world.fails = true;
    let n = world.join(true, THIN);
    world.play(Content::Film, 8 * SECOND);
    world.fails = false;
    let from = world.start + 3 * SECOND;
    assert!(world.viewers[n].after(from).count() > 5, "it is not stuck");
    // It failed in the first eight seconds.
    world.play(Content::Film, 22 * SECOND);
    assert_eq!(world.counts().pictures, 0);
    world.play(Content::Film, 10 * SECOND);
    let from = world.scene.now;
    world.play(Content::Film, 5 * SECOND);
    assert!(world.viewers[n].after(from).all(|shown| shown.video.is_some()));
    assert!(world.viewers[n].fps(from, world.scene.now) > 40.0);
}

#[test]
fn where_the_codec_refuses_one_size_the_other_is_sent() {
    for half in [false, true] {
        // With the second, video of full size would come too rarely; the last is on the slow rung.
        for (least, rate) in [(4000, THIN), (60_000, THIN), (4000, 30e3)] {
            let mut world = World::new(VideoMode::Auto);
            let codec = Some(Arc::new(MadeUpCodec::new(least).only(half)) as _);
            let settings = VideoSettings { mode: VideoMode::Auto, codec };
            world.scene.handle(HubInput::SetVideo(settings));
            let n = world.join(true, rate);
            world.play(Content::Film, 40 * SECOND);
            let from = world.scene.now;
            world.play(Content::Film, 10 * SECOND);
            let viewer = &world.viewers[n];
            assert!(viewer.after(from).all(|shown| shown.video.is_some()), "{half}, {least}");
            assert!(viewer.after(from).count() > 10, "{half}, {least}, {rate}");
            let rung = world.scene.hub.clients[&viewer.id].rung();
            assert_eq!(rung.map(|it| it.half), Some(half), "{least}, {rate}");
        }
    }
}

#[test]
fn statistics_count_each_picture_however_long_the_round_trip() {
    let mut world = World::new(VideoMode::Auto);
    let n = world.join(true, THIN);
    world.viewers[n].delay = 250 * MS;
    world.play(Content::Film, 30 * SECOND);
    let viewer = &world.viewers[n];
    let ledger = &world.scene.hub.clients[&viewer.id].ledger;
    let (told, seen) =
        (ledger.fps(world.scene.now), viewer.fps(world.scene.now - 2 * SECOND, world.scene.now));
    assert!(seen > 40.0, "{seen}");
    assert!((told / seen - 1.0).abs() < 0.1, "{told} instead of {seen}");
    let on_its_way = ledger.counts().updates - ledger.counts().painted;
    assert!(on_its_way < 60, "{on_its_way}");
}

#[test]
fn one_that_goes_on_its_way_to_another_rung_leaves_no_encoder() {
    for goes in [HubInput::Left as fn(ClientId, String) -> HubInput, |id, _| {
        HubInput::Received(id, ClientMessage::Hide, 0)
    }] {
        let mut world = World::new(VideoMode::Auto);
        (0..3).for_each(|_| _ = world.join(true, THIN));
        let n = world.join(true, THIN * 3.0);
        let id = world.viewers[n].id;
        world.play(Content::Film, 8 * SECOND);
        world.viewers[n].rate = THIN / 3.0;
        let memberships = |world: &World| -> Vec<_> {
            let memberships = world.scene.hub.clients.values().map(|it| it.feed.membership());
            memberships.flatten().map(|it| (it.on, it.joining)).collect()
        };
        for _ in 0..80_000 {
            if matches!(memberships(&world)[n], (Some(_), Some(_))) {
                break;
            }
            world.play(Content::Film, MS / 4);
        }
        assert!(matches!(memberships(&world)[n], (Some(_), Some(_))), "it never changed");
        world.scene.handle(goes(id, "it left".into()));
        let mut left = memberships(&world);
        left.truncate(n);
        let wanted: BTreeSet<_> = left.iter().flat_map(|it| [it.0, it.1]).flatten().collect();
        let there = world.scene.hub.pictures.video.members().map(|(rung, _)| rung).collect();
        assert_eq!(wanted, there);
        assert!(left.iter().all(|it| it.0.is_some()), "{left:?}");
        world.viewers.remove(n);
        world.play(Content::Film, SECOND);
        let from = world.scene.now;
        world.play(Content::Film, SECOND);
        assert!(world.viewers.iter().all(|it| it.fps(from, world.scene.now) > 25.0));
    }
}

#[test]
fn a_frame_of_another_size_begins_with_a_keyframe() {
    let mut world = World::new(VideoMode::Always);
    let n = world.join(true, WIDE);
    world.play(Content::Film, SECOND);
    let mut buffer = world.scene.pool.lend(PhysicalSize::new(200, 100)).unwrap();
    buffer.fill([1, 2, 3, 255]);
    world.scene.sequence += 1;
    world.drawn.insert(world.scene.sequence, world.scene.now);
    let frame = world.scene.pool.freeze(buffer, world.scene.sequence, 0.0, 1.0);
    let before = world.counts().keyframes;
    world.scene.show(frame);
    world.play(Content::Rest, SECOND);
    assert_eq!(world.counts().keyframes, before + 1);
    assert!(world.viewers[n].shown.last().is_some_and(|shown| shown.exact));
    assert!(world.since() < 3 * SECOND);
}

#[test]
fn video_for_a_watcher_costs_the_presenter_little() {
    let play = |watches: bool| {
        let mut world = World::new(VideoMode::Auto);
        let presenter = world.join(true, WIDE);
        world.presents(presenter);
        let watcher = watches.then(|| world.join(true, THIN));
        world.play(Content::Film, 4 * SECOND);
        let from = world.scene.now;
        world.play(Content::Film, 6 * SECOND);
        if let Some(watcher) = watcher {
            assert!(world.viewers[watcher].after(from).any(|shown| shown.video.is_some()));
        }
        assert!(world.viewers[presenter].after(from).all(|shown| shown.video.is_none()));
        world.viewers[presenter].fps(from, world.scene.now)
    };
    let (alone, beside) = (play(false), play(true));
    assert!(beside > alone * 0.85, "{beside} and {alone} fps");
}

#[test]
fn over_the_thinnest_links_exact_tiles_never_take_turns_with_a_film() {
    for mode in [VideoMode::Auto, VideoMode::Always] {
        for rate in [20e3, 30e3, 40e3, 60e3] {
            let mut world = World::new(mode);
            let n = world.join(true, rate);
            world.presents(n);
            world.play(Content::Film, 40 * SECOND);
            let from = world.scene.now;
            world.play(Content::Film, 20 * SECOND);
            let viewer = &world.viewers[n];
            assert!(viewer.after(from).all(|shown| shown.video.is_some()), "{mode:?}, {rate}");
            let fps = viewer.fps(from, world.scene.now);
            assert!(fps > 12.0, "{fps} pictures a second with {rate} bytes, {mode:?}");
        }
    }
}

#[test]
fn pictures_that_were_begun_with_other_settings_come_to_nothing() {
    let mut world = World::new(VideoMode::Always);
    (0..3).for_each(|_| _ = world.join(true, WIDE));
    let codec: Option<Arc<dyn VideoCodec>> = Some(Arc::new(MadeUpCodec::new(4000)));
    for n in 0..100 {
        world.play(Content::Film, (11 + n % 7 * 9) * MS);
        let settings = VideoSettings { mode: VideoMode::Always, codec: codec.clone() };
        world.scene.handle(HubInput::SetVideo(settings));
    }
    let from = world.scene.now;
    world.play(Content::Film, SECOND);
    assert!(world.viewers.iter().all(|viewer| viewer.fps(from, world.scene.now) > 30.0));
}

#[test]
fn whoever_turns_video_on_and_off_all_the_time_gets_few_keyframes() {
    let mut world = World::new(VideoMode::Always);
    let n = world.join(true, WIDE);
    let id = world.viewers[n].id;
    world.viewers[n].delay = MS;
    for n in 0..400 {
        world.scene.receive(id, ClientMessage::Video(n % 2 == 1));
        world.play(Content::Film, 25 * MS);
    }
    let VideoCounts { keyframes, .. } = world.counts();
    assert!((1..=11).contains(&keyframes), "{keyframes}");
    world.scene.receive(id, ClientMessage::Video(true));
    let from = world.scene.now + SECOND;
    world.play(Content::Film, 3 * SECOND);
    assert!(world.viewers[n].fps(from, world.scene.now) > 30.0);
}

#[test]
fn nothing_is_kept_for_those_who_do_not_look_and_it_goes_on_when_they_do() {
    let mut world = World::new(VideoMode::Auto);
    let n = world.join(true, THIN);
    let id = world.viewers[n].id;
    world.play(Content::Film, 8 * SECOND);
    assert_eq!(world.scene.hub.pictures.video.members().count(), 1);
    world.scene.receive(id, ClientMessage::Hide);
    // It is answered all the same.
    world.scene.receive(id, ClientMessage::Ping { id: 1.0 });
    world.play(Content::Film, SECOND);
    assert_eq!(world.scene.hub.pictures.video.members().count(), 0);
    world.scene.receive(id, ClientMessage::Show);
    let from = world.scene.now + SECOND / 2;
    world.play(Content::Film, 3 * SECOND);
    assert!(world.viewers[n].after(from).all(|shown| shown.video.is_some()));
    assert!(world.viewers[n].fps(from, world.scene.now) > 40.0);
}

#[test]
fn a_dashboard_after_a_film_comes_in_tiles_again_where_the_link_carries_them() {
    for rate in [2e6, 3e6, 10e6] {
        let mut world = World::new(VideoMode::Auto);
        let n = world.join(true, THIN);
        world.presents(n);
        world.play(Content::Film, 10 * SECOND);
        assert!(world.viewers[n].shown.last().is_some_and(|shown| shown.video.is_some()));
        world.viewers[n].rate = rate;
        world.play(Content::Dashboard, 60 * SECOND);
        let from = world.scene.now;
        world.play(Content::Dashboard, 20 * SECOND);
        assert!(world.viewers[n].after(from).all(|shown| shown.video.is_none()), "{rate}");
        assert!(world.viewers[n].fps(from, world.scene.now) > 45.0);
    }
}

#[test]
fn slow_watchers_see_steady_motion_and_cost_others_nothing() {
    // Now and then those with 2 Mbit/s try the rung above, whose keyframe takes 6 / 60 × 2.8 / 2 s. Before it one frame is
    // drawn and encoded.
    let attempt = 140 * MS + FRAME + PER_VIDEO;
    // Links in bytes a second, the time of each way in milliseconds, what the slowest is to see, and its longest pause.
    // After an attempt its window is half as large: half of what is in flight is painted before more is sent.
    for (links, delay, least, pause) in [
        (&[20e3][..], 25, 15.0, 200 * MS),
        (&[40e3], 25, 30.0, 200 * MS),
        (&[THIN], 250, 40.0, attempt + 250 * MS),
        (&[30e3, 21e3, 17e3], 25, 10.0, 200 * MS),
    ] {
        let mut world = World::new(VideoMode::Auto);
        let others = [(); 4].map(|()| world.join(true, THIN));
        let slow: Vec<_> = links.iter().map(|rate| world.join(true, *rate)).collect();
        slow.iter().for_each(|n| world.viewers[*n].delay = MS * delay);
        world.play(Content::Film, 40 * SECOND);
        let from = world.scene.now;
        world.play(Content::Film, 40 * SECOND);
        for (wanted, gap, viewers) in [(55.0, attempt, &others[..]), (least, pause, &slow)] {
            for viewer in viewers.iter().map(|n| &world.viewers[*n]) {
                let (fps, longest) = (viewer.fps(from, world.scene.now), viewer.gap(from));
                assert!(fps >= wanted, "{links:?}, {delay} ms: {fps} fps");
                assert!(longest <= gap, "{links:?}, {delay} ms: nothing for {longest:?}");
            }
        }
    }
}

#[test]
fn those_who_change_rungs_wait_for_one_keyframe_at_most() {
    let mut world = World::new(VideoMode::Auto);
    (0..3).for_each(|_| _ = world.join(true, THIN));
    let n = world.join(true, THIN * 3.0);
    let mut from = None;
    let mut rungs = Vec::new();
    for second in 0..60 {
        // Its link becomes narrow, wide, and narrow again.
        world.viewers[n].rate = THIN * if second / 15 % 2 == 0 { 3.0 } else { 1.0 };
        world.play(Content::Film, SECOND);
        if second == 14 {
            from = Some(world.scene.now);
        }
        rungs.push(world.scene.hub.clients[&world.viewers[n].id].rung());
    }
    rungs.dedup();
    assert!(rungs.len() > 3, "{rungs:?}");
    // A rung has at most three times the bit rate of the one below, so a link that carries that one takes at most
    // 6 / 60 × 3 s for a keyframe of six pictures. Before it one frame is drawn and encoded.
    let longest = 300 * MS + FRAME + PER_VIDEO;
    for viewer in &world.viewers {
        let gap = viewer.gap(from.unwrap());
        assert!(gap <= longest, "{:?} saw nothing for {gap:?}", viewer.id);
    }
    // Nothing is encoded for those who left.
    world.scene.handle(HubInput::Left(world.viewers[n].id, "it left".into()));
    world.viewers.remove(n);
    world.play(Content::Film, 2 * SECOND);
    assert_eq!(world.scene.hub.pictures.video.members().count(), 1);
}

#[test]
fn without_video_quality_falls_as_the_link_requires() {
    // Encoders fail, or the codec takes no frame of this size.
    for (fails, width) in [(true, 400), (false, 24)] {
        let mut world = World::new(VideoMode::Auto);
        world.fails = fails;
        if !fails {
            let codec = Some(Arc::new(MadeUpCodec::new(4000).up_to(width)) as _);
            let settings = VideoSettings { mode: VideoMode::Auto, codec };
            world.scene.handle(HubInput::SetVideo(settings));
        }
        let n = world.join(true, THIN);
        let mut lowest = 80;
        for _ in 0..80 {
            world.play(Content::Film, SECOND);
            let quality = world.scene.hub.clients[&world.viewers[n].id].pacing.quality();
            lowest = lowest.min(quality);
        }
        assert_eq!(lowest, 20, "encoders fail: {fails}");
        assert_eq!(world.counts().pictures, 0);
    }
}
