//! One JPEG after the other, for clients that can only read (`multipart/x-mixed-replace`). Pure.

use std::time::{Duration, Instant};

use super::whole::SentPictures;
use super::{EncodeTarget, Feed, Next};
use crate::limits::LONGEST;
use crate::message::Message;
use crate::pacing::Pacing;
use crate::protocol::MjpegConfig;
use crate::store::pictures::{Pictures, Source};
use crate::whole_encode;

/// A picture that nothing follows for so long is sent once more: Chromium shows one when it sees the
/// head of the next.
pub(crate) const SOON: Duration = Duration::from_millis(100);
/// A picture that is later than this puts off those that follow.
pub(crate) const MOST_LATE: Duration = Duration::from_millis(8);

#[derive(Debug)]
pub(super) struct MjpegFeed {
    sent: SentPictures,
    config: MjpegConfig,
    /// When the next picture may be sent.
    rests_until: Option<Instant>,
    /// When it may be, were it not for what comes late.
    beat: Option<Instant>,
}

impl MjpegFeed {
    pub(super) fn new(config: MjpegConfig) -> Self {
        let MjpegConfig { every, again_after } = config;
        let config =
            MjpegConfig { every: every.min(LONGEST), again_after: again_after.min(LONGEST) };
        Self { sent: SentPictures::default(), config, rests_until: None, beat: None }
    }
}

impl Feed for MjpegFeed {
    fn name(&self) -> &'static str {
        "mjpeg"
    }

    fn source(&self, pictures: &Pictures) -> Source {
        if pictures.lossless { Source::Jpeg } else { Source::Whole }
    }

    fn version(&self) -> Option<u64> {
        self.sent.version()
    }

    fn quality(&self, _: u8) -> u8 {
        whole_encode::QUALITY
    }

    fn rests_until(&self) -> Option<Instant> {
        self.rests_until
    }

    fn takes_exact(&self) -> bool {
        false
    }

    fn due_at(&self, pictures: &Pictures, pacing: &Pacing, _: Instant) -> Option<Instant> {
        self.sent.due(pictures.whole(self.source(pictures)), pacing).map(|(at, _)| at)
    }

    fn next(
        &mut self,
        pictures: &Pictures,
        _: EncodeTarget,
        pacing: &Pacing,
        now: Instant,
    ) -> Next {
        let source = self.source(pictures);
        let newest = pictures.newest.as_ref().map(|newest| newest.number);
        let is_newest = newest.is_some_and(|number| pictures.has(source, number));
        // Not again, while another one is being encoded.
        if !is_newest && self.version() == pictures.version(source) {
            return Next::Nothing;
        }
        if self.beat.is_none() {
            self.sent.send_again(now);
        }
        let Some(next) = self.sent.next(pictures.whole(source), pacing, now) else {
            return Next::Nothing;
        };
        let MjpegConfig { every, again_after } = self.config;
        // What came a little late does not put off all that follow, and a pause is not made up for.
        let beat = self.beat.map_or(now, |beat| beat.max(now - every.min(MOST_LATE)));
        self.beat = Some(beat + every);
        self.rests_until = self.beat.filter(|until| now < *until);
        self.sent.send_again(now + if next.again { again_after } else { SOON });
        let picture = Message::Picture(next.encoded.bytes.clone());
        Next::Update(next.update([picture]))
    }

    fn refresh(&mut self) {
        self.sent.refresh();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::HubInput;
    use crate::job::Work;
    use crate::protocol::Dialect;
    use crate::scene::{Scene, identity};
    use crate::store::whole;
    use bytes::Bytes;
    use framecast_api::{ClientId, Role};

    const CONFIG: MjpegConfig =
        MjpegConfig { every: Duration::from_millis(20), again_after: Duration::from_secs(10) };

    fn join(scene: &mut Scene) -> ClientId {
        let client = scene.join_unread(Dialect::Mjpeg(CONFIG), identity(Role::Watch)).unwrap();
        scene.settle();
        client
    }

    /// What `client` is to be sent now.
    fn picture(scene: &mut Scene, client: ClientId) -> Option<Bytes> {
        match scene.next(client)? {
            Message::Picture(bytes) => Some(bytes),
            other => panic!("{other:?}"),
        }
    }

    /// Does the jobs that there are; how many made whole pictures, and JPEGs.
    fn encode(scene: &mut Scene) -> (usize, usize) {
        let (mut whole, mut jpeg) = (0, 0);
        loop {
            scene.settle();
            let Some(job) = scene.hub.take_job(scene.now) else { return (whole, jpeg) };
            whole += usize::from(matches!(job.0, Work::Whole(whole::Job::First { .. })));
            jpeg += usize::from(matches!(job.0, Work::Mjpeg(whole::Job::First { .. })));
            scene.handle(HubInput::Done(job.run(|_, _| false)));
        }
    }

    #[test]
    fn a_picture_is_encoded_once_for_all_who_get_whole_ones() {
        let mut scene = Scene::new();
        let films = [join(&mut scene), join(&mut scene)];
        let old = scene.join_as(Dialect::Whole);
        scene.present_all(1);
        assert_eq!(encode(&mut scene), (1, 0));
        let [one, other] = films.map(|film| picture(&mut scene, film).unwrap());
        assert_eq!(one.as_ptr(), other.as_ptr());
        let text = scene.next(old);
        assert!(matches!(text, Some(Message::Text(_))), "{text:?}");
        scene.written(old);
        assert_eq!(picture(&mut scene, old).unwrap().as_ptr(), one.as_ptr());
        scene.handle(HubInput::SetLossless(true));
        films.iter().for_each(|film| scene.written(*film));
        scene.written(old);
        scene.now += CONFIG.every;
        scene.present_all(2);
        assert_eq!(encode(&mut scene), (1, 1), "a JPEG is not exact");
        for film in films {
            assert_eq!(picture(&mut scene, film).unwrap()[..2], [0xff, 0xd8]);
        }
    }

    #[test]
    fn nothing_is_made_or_wanted_for_one_who_has_not_taken_the_last() {
        let mut scene = Scene::new();
        let film = join(&mut scene);
        assert!(scene.wants_frame());
        scene.present_all(1);
        encode(&mut scene);
        assert!(picture(&mut scene, film).is_some());
        for seed in 2..50 {
            scene.now += CONFIG.every;
            scene.present_all(seed);
            assert_eq!(encode(&mut scene), (0, 0));
            assert!(!scene.wants_frame());
            assert!(scene.next(film).is_none());
        }
        scene.written(film);
        assert_eq!(encode(&mut scene), (1, 0), "the newest only");
        assert!(picture(&mut scene, film).is_some());
    }

    #[test]
    fn between_two_pictures_there_is_the_time_that_is_asked_for_and_a_pause_is_not_made_up_for() {
        let mut scene = Scene::new();
        let film = join(&mut scene);
        let (mut shown, began) = (Vec::new(), scene.now);
        for step in 0..1000_u32 {
            // Presents take a millisecond each. Nothing happens for half a second.
            if step == 300 {
                scene.now += Duration::from_millis(500);
            }
            scene.present_all(step + 1);
            encode(&mut scene);
            if picture(&mut scene, film).is_some() {
                shown.push(scene.now);
                scene.written(film);
            }
        }
        let least = shown.windows(2).map(|two| two[1] - two[0]).min().unwrap();
        assert!(least >= CONFIG.every - MOST_LATE, "{least:?}");
        let seconds = (scene.now - began).as_secs_f64() - 0.5;
        let wanted = seconds / CONFIG.every.as_secs_f64();
        assert!((shown.len() as f64 - wanted).abs() <= 3.0, "{} of {wanted}", shown.len());
    }

    #[test]
    fn the_last_picture_comes_again_soon_and_after_a_while_and_somebody_looks_then() {
        let mut scene = Scene::new();
        let film = join(&mut scene);
        scene.present_all(1);
        encode(&mut scene);
        let first = picture(&mut scene, film).unwrap();
        scene.written(film);
        for wait in [SOON, CONFIG.again_after, CONFIG.again_after] {
            let sent = scene.now;
            assert_eq!(encode(&mut scene), (0, 0));
            scene.now += CONFIG.every;
            assert!(picture(&mut scene, film).is_none());
            let at = scene.wait.expect("it is looked at again");
            assert_eq!(at, sent + wait);
            scene.now = at;
            assert_eq!(encode(&mut scene), (0, 0), "it is there");
            assert_eq!(picture(&mut scene, film).unwrap().as_ptr(), first.as_ptr());
            scene.written(film);
        }
    }
}
