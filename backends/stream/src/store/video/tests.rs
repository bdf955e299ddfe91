//! Clients that join, change and leave rungs: who is on which, and that nothing is encoded for nobody.

use framecast_api::{FramePool, PhysicalSize};

use super::*;
use crate::newest::Newest;
use crate::store::tiles;
use crate::video::MadeUpCodec;

const SHARED: VideoRung = VideoRung { bits_per_second: 1_400_000, half: false };
const LOW: VideoRung = VideoRung { bits_per_second: 350_000, half: true };

/// A store of video beside a canvas whose picture changes.
struct World {
    tiles: TileStore,
    video: VideoStore,
    pool: FramePool,
    sequence: u64,
    now: Instant,
}

impl World {
    fn new() -> Self {
        let codec: Option<Arc<dyn VideoCodec>> = Some(Arc::new(MadeUpCodec::new(4000)));
        let mut video = VideoStore::default();
        video.set(VideoSettings { mode: VideoMode::Always, codec });
        let (tiles, pool, now) = (TileStore::default(), FramePool::new(), Instant::now());
        let mut world = Self { tiles, video, pool, sequence: 0, now };
        world.frames();
        world
    }

    /// All of the picture changes, so often that no keyframe of before is new enough, and so long after it that there may
    /// be another.
    fn frames(&mut self) {
        self.now += KEYFRAME_EVERY;
        (0..3).for_each(|_| self.frame());
    }

    fn frame(&mut self) {
        self.sequence += 1;
        let buffer = self.pool.lend(PhysicalSize::new(64, 48)).unwrap();
        let frame = self.pool.freeze(buffer, self.sequence, 0.0, 1.0);
        let (number, at) = (self.sequence, self.now);
        self.tiles.compare(Newest { frame, number, at, presented: 0.0, damage: None, input: None });
        while let Some(tiles::Job::Compare { tiles, .. }) = self.tiles.take_job() {
            self.tiles.done(tiles::Outcome::Changed(tiles), 0.0);
        }
    }

    fn steer(&mut self, member: &mut Membership, wanted: Option<VideoRung>) {
        // It lacks the newest frame.
        let sent = self.tiles.version() - 1;
        self.video.steer(member, wanted, sent, &self.tiles, self.now);
    }

    /// Encodes what is wanted; returns how many pictures that were.
    fn encode(&mut self) -> usize {
        let mut pictures = 0;
        while let Some(job) = self.video.take_job(&self.tiles, self.now) {
            self.video.done(job.run(), self.now, 0.0);
            pictures += 1;
        }
        pictures
    }

    /// A client that is sent pictures of `rung`.
    fn on(&mut self, rung: VideoRung) -> Membership {
        let mut member = Membership::default();
        self.steer(&mut member, Some(rung));
        self.encode();
        self.steer(&mut member, Some(rung));
        assert_eq!((member.on, member.joining), (Some(rung), None));
        member
    }

    fn members(&self) -> BTreeMap<VideoRung, usize> {
        self.video.members().collect()
    }
}

#[test]
fn one_that_leaves_on_its_way_to_another_rung_leaves_both() {
    let mut world = World::new();
    let (_others, mut member) = (world.on(SHARED), world.on(LOW));
    world.frames();
    world.steer(&mut member, Some(SHARED));
    assert_eq!((member.on, member.joining), (Some(LOW), Some(SHARED)));
    assert_eq!(world.members(), [(SHARED, 2), (LOW, 1)].into());
    world.video.end(&mut member);
    assert_eq!((member.on, member.joining, member.next), (None, None, None));
    assert_eq!(world.members(), [(SHARED, 1)].into());
    assert_eq!(world.encode(), 0, "nobody waits for that keyframe any more");
}

#[test]
fn one_that_leaves_while_its_keyframe_is_encoded_leaves_no_encoder() {
    let mut world = World::new();
    let mut member = world.on(LOW);
    world.frames();
    world.steer(&mut member, Some(SHARED));
    let job = world.video.take_job(&world.tiles, world.now).unwrap();
    world.video.end(&mut member);
    assert!(world.members().is_empty());
    world.video.done(job.run(), world.now, 0.0);
    assert!(world.members().is_empty());
    // It comes again: nothing of before is shown to it.
    world.frames();
    let member = world.on(SHARED);
    assert_eq!(world.members(), [(SHARED, 1)].into());
    assert_eq!(member.next.map(|next| next >> 32), Some(u64::from(world.video.made)));
}

#[test]
fn one_that_changes_its_mind_on_its_way_is_on_what_it_wants_in_the_end() {
    for wanted in [None, Some(LOW), Some(SLOW_VIDEO)] {
        let mut world = World::new();
        let (_others, mut member) = (world.on(SHARED), world.on(LOW));
        world.frames();
        world.steer(&mut member, Some(SHARED));
        assert_eq!(member.joining, Some(SHARED));
        world.steer(&mut member, wanted);
        assert_ne!(member.joining, Some(SHARED));
        world.encode();
        world.steer(&mut member, wanted);
        assert_eq!((member.on, member.joining, member.waits), (wanted, None, false));
        let expected = wanted.map(|rung| (rung, 1)).into_iter().chain([(SHARED, 1)]);
        assert_eq!(world.members(), expected.collect());
    }
}

#[test]
fn when_all_encoders_are_taken_one_gives_up_its_own_or_stays_where_it_is() {
    let mut world = World::new();
    let rung = |n: usize| VideoRung { bits_per_second: 1000 * n as u32, half: n.is_multiple_of(2) };
    let mut members: Vec<_> = (1..=MOST_RUNGS).map(|n| world.on(rung(n))).collect();
    let mut second = world.on(rung(1));
    let mut tiles = Membership::default();
    world.frames();
    let more = rung(MOST_RUNGS + 2);
    // One on tiles stays there, one that shares a rung stays on that.
    for (member, on) in [(&mut tiles, None), (&mut second, Some(rung(1)))] {
        world.steer(member, Some(more));
        assert_eq!(world.encode(), 0);
        world.steer(member, Some(more));
        assert_eq!((member.on, member.joining), (on, None));
        assert_eq!(world.members().len(), MOST_RUNGS);
    }
    // One that is alone gives up its encoder for one of another size.
    let last = members.last_mut().unwrap();
    let before = last.on.unwrap();
    let after = VideoRung { half: !before.half, ..more };
    world.steer(last, Some(after));
    assert_eq!((last.on, last.joining), (None, Some(after)));
    assert_eq!(world.encode(), 1);
    world.steer(last, Some(after));
    assert_eq!((last.on, last.joining), (Some(after), None));
    assert!(!world.members().contains_key(&before));
    assert_eq!(world.members().len(), MOST_RUNGS);
    // When one leaves there is room for who waited.
    world.video.end(last);
    world.steer(&mut second, Some(more));
    assert_eq!((second.on, second.joining), (Some(rung(1)), Some(more)));
    world.encode();
    world.steer(&mut second, Some(more));
    assert_eq!(second.on, Some(more));
    for mut member in members.into_iter().chain([second, tiles]) {
        world.video.end(&mut member);
    }
    assert!(world.members().is_empty());
}
