//! Random histories of clients of every kind: in the end all of them have the newest picture.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use framecast_api::{BackendCommand, ClientId, ControlState, Member, PhysicalSize, Role};

use super::HubInput;
use crate::job::Job;
use crate::ledger::Painted;
use crate::message::Message;
use crate::protocol::{ClientMessage, Dialect, MjpegConfig};
use crate::scene::{Scene, grain, identity};
use crate::simulated::Random;

const RUNS: u64 = 250;
const STEPS: u32 = 120;
const SIZES: [(u32, u32); 3] = [(260, 97), (129, 49), (400, 150)];

struct History {
    random: Random,
    scene: Scene,
    clients: Vec<(ClientId, Dialect)>,
    /// What was taken and is not done yet; it ends in any order.
    jobs: Vec<Job>,
    unacknowledged: BTreeMap<ClientId, VecDeque<u32>>,
    size: (u32, u32),
    background: u32,
    marked: Vec<(u32, u8)>,
}

impl History {
    fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            scene: Scene::new(),
            clients: Vec::new(),
            jobs: Vec::new(),
            unacknowledged: BTreeMap::new(),
            size: SIZES[0],
            background: 0,
            marked: Vec::new(),
        }
    }

    fn join(&mut self) {
        let client = if self.random.percent(20) {
            let wants_frames = self.random.percent(50);
            (self.scene.hub.subscribe(wants_frames), Dialect::Updates)
        } else {
            let mjpeg = MjpegConfig {
                every: Duration::from_millis(20),
                again_after: Duration::from_secs(10),
            };
            let dialect = match self.random.below(6) {
                0 => Dialect::Whole,
                1 => Dialect::Mjpeg(mjpeg),
                _ => Dialect::Tiles,
            };
            (self.scene.join_unread(dialect, identity(Role::Drive)).unwrap(), dialect)
        };
        self.clients.push(client);
    }

    fn show(&mut self) {
        match self.random.below(12) {
            0 => self.size = SIZES[self.random.below(3) as usize],
            1 => self.background += 1,
            2 => self.marked.clear(),
            _ => self.marked.push((self.random.below(4), self.random.below(250) as u8)),
        }
        let (width, height) = self.size;
        let scene = &mut self.scene;
        let mut buffer = scene.pool.lend(PhysicalSize::new(width, height)).unwrap();
        for (at, pixel) in buffer.pixels_mut().iter_mut().enumerate() {
            let is_noise = self.background.is_multiple_of(2);
            *pixel = if is_noise { grain(self.background, at) } else { [9, 3, 4, 255] };
        }
        let columns = width.div_ceil(128);
        for (tile, value) in &self.marked {
            let at = tile / columns * 48 * width + tile % columns * 128;
            if let Some(pixel) = buffer.pixels_mut().get_mut(at as usize) {
                *pixel = [*value, 0, 0, 255];
            }
        }
        scene.sequence += 1;
        let frame = scene.pool.freeze(buffer, scene.sequence, 0.0, 1.0);
        scene.show(frame);
    }

    fn somebody(&mut self) -> Option<ClientId> {
        let number = u32::try_from(self.clients.len()).unwrap();
        let at = (number > 0).then(|| self.random.below(number))?;
        Some(self.clients[at as usize].0)
    }

    fn take_job(&mut self) -> bool {
        let job = self.scene.hub.take_job(self.scene.now);
        let is_some = job.is_some();
        self.jobs.extend(job);
        is_some
    }

    fn end_job(&mut self) {
        let number = u32::try_from(self.jobs.len()).unwrap();
        if number > 0 {
            let job = self.jobs.swap_remove(self.random.below(number) as usize);
            self.scene.handle(HubInput::Done(job.run(|_, _| false)));
        }
    }

    /// Writes what `client` is to be sent; whether there is anything.
    fn write(&mut self, client: ClientId) -> bool {
        let Some(message) = self.scene.next(client) else { return false };
        let update = match &message {
            Message::Part(part) => part.header.last.then_some(part.header.update),
            Message::Text(text) if text.contains("framebufferdata") => {
                let fields: serde_json::Value = serde_json::from_str(text).unwrap();
                fields["index"].as_u64().map(|index| index as u32)
            }
            _ => None,
        };
        self.unacknowledged.entry(client).or_default().extend(update);
        self.scene.written(client);
        true
    }

    fn acknowledge(&mut self, client: ClientId) -> bool {
        let update = self.unacknowledged.get_mut(&client).and_then(VecDeque::pop_front);
        let Some(update) = update else { return false };
        self.scene.receive(client, ClientMessage::Ack { update, painted: Painted::default() });
        true
    }

    fn say(&mut self, client: ClientId) {
        let message = match self.random.below(5) {
            0 => {
                if self.random.percent(50) {
                    // Its acknowledgements are lost.
                    self.unacknowledged.remove(&client);
                }
                ClientMessage::Refresh
            }
            1 | 2 => ClientMessage::Show,
            3 => ClientMessage::Hide,
            _ => ClientMessage::Ping { id: 1.0 },
        };
        self.scene.receive(client, message);
    }

    fn step(&mut self) {
        let client = self.somebody();
        match (self.random.below(24), client) {
            (0..2, _) if self.clients.len() < 6 => self.join(),
            (2..7, _) => self.show(),
            (7..11, _) if self.jobs.len() < 3 => {
                self.take_job();
            }
            (11..14, _) => self.end_job(),
            (14..17, Some(client)) => {
                self.write(client);
            }
            (17..19, Some(client)) => {
                self.acknowledge(client);
            }
            (19, Some(client)) => self.say(client),
            (20, Some(client)) => {
                let member = Member::new(1, Some(client), "somebody".into(), Role::Drive);
                let presenter = self.random.percent(70).then_some(1);
                let control = ControlState::new(presenter, None, false, vec![member]);
                self.scene.set(BackendCommand::Control(control));
            }
            (21, Some(client)) => match self.random.below(10) {
                8 | 9 => {
                    let wants_frames = self.random.percent(50);
                    self.scene.hub.set_wants_frames(client, wants_frames);
                }
                0 | 1 => self.scene.handle(HubInput::SetLossless(self.random.percent(50))),
                2 if self.clients.len() > 2 => {
                    self.clients.retain(|(other, _)| *other != client);
                    self.unacknowledged.remove(&client);
                    self.scene.handle(HubInput::Left(client, "it left".into()));
                }
                _ => {}
            },
            (22, _) => {
                let time = self.random.below(120);
                self.scene.now += Duration::from_millis(time.into());
            }
            _ => self.scene.now = self.scene.wait.unwrap_or(self.scene.now),
        }
        self.scene.settle();
    }

    /// Everybody looks, and does what there is to do until nothing is.
    fn come_to_rest(&mut self) {
        let clients: Vec<_> = self.clients.iter().map(|(client, _)| *client).collect();
        for client in &clients {
            self.scene.receive(*client, ClientMessage::Show);
            self.scene.settle();
        }
        // Pictures for those who only read come again for ever.
        let end = self.scene.now + Duration::from_secs(25);
        while self.scene.now < end {
            let mut is_busy = self.take_job() || !self.jobs.is_empty();
            self.scene.settle();
            self.end_job();
            self.scene.settle();
            for client in &clients {
                while self.write(*client) || self.acknowledge(*client) {
                    is_busy = true;
                }
            }
            self.scene.settle();
            if is_busy {
                self.scene.now += Duration::from_millis(1);
                self.scene.settle();
                continue;
            }
            let Some(at) = self.scene.wait else { return };
            self.scene.now = at;
            self.scene.settle();
        }
    }

    fn check(&self, seed: u64) {
        let pictures = &self.scene.hub.pictures;
        let Some(newest) = pictures.newest.as_ref().map(|newest| newest.number) else { return };
        for (client, dialect) in &self.clients {
            let who = format!("seed {seed}, {client:?} {dialect:?}");
            let feed = &self.scene.hub.clients[client].feed;
            let source = feed.source(pictures);
            assert!(pictures.has(source, newest), "{who}: the newest frame is not there");
            assert_eq!(feed.version(), pictures.version(source), "{who}");
            if matches!(dialect, Dialect::Tiles | Dialect::Updates) {
                let due =
                    feed.due_at(pictures, &self.scene.hub.clients[client].pacing, self.scene.now);
                assert_eq!(due, None, "{who}: something is left to be sent");
            }
        }
    }
}

#[test]
fn whatever_happens_everybody_ends_up_with_the_newest_picture() {
    for seed in 1..=RUNS {
        let mut history = History::new(seed);
        (0..STEPS).for_each(|_| history.step());
        history.come_to_rest();
        history.check(seed);
    }
}
