//! More watchers than the machine carries, in virtual time: one thread writes one message at a time.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use framecast_api::{
    BackendCommand, ClientId, Clock, ControlState, FramePool, Member, PhysicalSize, Role, ViewInfo,
};

use super::{Hub, HubInput, HubOutput, Joining};
use crate::ledger::Painted;
use crate::message::Message;
use crate::protocol::{ClientMessage, Dialect};
use crate::scene::identity;

/// What it takes to write a message.
const WRITE: Duration = Duration::from_millis(1);
const FRAME: Duration = Duration::from_micros(16_667);
const SECONDS: u64 = 10;

const PING: Duration = Duration::from_millis(40);

/// What there is besides the pictures.
#[derive(Default)]
struct Besides {
    /// So many of the watchers, the first, never take what they are handed.
    stuck: usize,
    /// So many, the last, ping all the time.
    pinging: usize,
    /// Every frame has a title of its own.
    titles: bool,
}

/// Pictures that each of so many watchers was shown, and the presenter, in ten seconds.
fn play(watchers: usize, besides: &Besides) -> (u32, Vec<u32>) {
    let Besides { stuck, pinging, titles } = *besides;
    let start = Instant::now();
    let mut now = start;
    let mut hub = Hub::new(Duration::from_secs(60));
    let open = HubInput::Open { clock: Clock::start(), title: "a title".into() };
    hub.handle(now, open).unwrap();
    let mut join = || {
        let joining = Joining {
            label: "somebody".into(),
            who: identity(Role::Drive),
            dialect: Dialect::Tiles,
            hello: None,
            visible: true,
            info: ViewInfo::default(),
            video: false,
        };
        hub.join(start, joining).unwrap()
    };
    let watching: Vec<_> = (0..watchers).map(|_| join()).collect();
    let presenter = join();
    let member = Member::new(1, Some(presenter), "somebody".into(), Role::Drive);
    let control = ControlState::new(Some(1), None, false, vec![member]);
    hub.handle(now, HubInput::BackendCommand(BackendCommand::Control(control))).unwrap();
    let mut shown: BTreeMap<ClientId, u32> = BTreeMap::new();
    // What was handed to the thread that writes, in turn.
    let mut queue: VecDeque<(ClientId, Message)> = VecDeque::new();
    let mut pool = FramePool::new();
    let (mut frames, mut next_frame, mut next_ping) = (0, start, start);
    while now < start + Duration::from_secs(SECONDS) {
        if next_ping <= now {
            next_ping = now + PING;
            for client in &watching[watchers - pinging..] {
                let ping = ClientMessage::Ping { id: 1.0 };
                hub.handle(now, HubInput::Received(*client, ping, 10)).unwrap();
            }
        }
        if next_frame <= now && hub.wants_frame() {
            frames += 1;
            let mut buffer = pool.lend(PhysicalSize::new(128, 48)).unwrap();
            buffer.fill([frames as u8, (frames >> 8) as u8, 0, 255]);
            let frame = pool.freeze(buffer, frames, 0.0, 1.0);
            hub.handle(now, HubInput::Frame(frame)).unwrap();
            if titles {
                let title = BackendCommand::Title(format!("frame {frames}"));
                hub.handle(now, HubInput::BackendCommand(title)).unwrap();
            }
            next_frame = now.max(next_frame + FRAME);
        }
        let until = loop {
            match hub.poll(now) {
                HubOutput::Send(client, message) if !watching[..stuck].contains(&client) => {
                    queue.push_back((client, message));
                }
                HubOutput::Wait(at) => match hub.take_job(now) {
                    Some(job) => {
                        hub.handle(now, HubInput::Done(job.run(|_, _| false))).unwrap();
                    }
                    None => break at,
                },
                _ => {}
            }
        };
        let Some((client, message)) = queue.pop_front() else {
            let next = until.map_or(next_frame, |at| at.min(next_frame));
            now = next.max(now + Duration::from_micros(100));
            continue;
        };
        hub.handle(now, HubInput::Taken(client)).unwrap();
        now += WRITE;
        hub.handle(now, HubInput::Written(client)).unwrap();
        if let Message::Part(part) = message
            && part.header.last
        {
            *shown.entry(client).or_default() += 1;
            let update = part.header.update;
            let ack = ClientMessage::Ack { update, painted: Painted::default() };
            hub.handle(now, HubInput::Received(client, ack, 50)).unwrap();
        }
    }
    let of = |client: &ClientId| shown.get(client).copied().unwrap_or_default();
    (of(&presenter), watching.iter().map(of).collect())
}

#[test]
fn the_presenter_keeps_its_rate_and_watchers_share_the_rest_evenly() {
    let (alone, _) = play(0, &Besides::default());
    let (beside, watchers) = play(2000, &Besides::default());
    assert!(alone >= 590, "{alone}");
    assert!(f64::from(beside) >= 0.95 * f64::from(alone), "{beside} pictures instead of {alone}");
    // Nine in ten milliseconds are left.
    let (least, most) = (watchers.iter().min().unwrap(), watchers.iter().max().unwrap());
    assert!(most - least <= 1, "{least} to {most}");
    let all: u32 = watchers.iter().sum();
    // Each was told title, cursor, control and its number first.
    assert!(all + 4 * 2000 + beside >= 9500, "{all} pictures");
}

#[test]
fn watchers_that_take_nothing_hold_up_no_other() {
    let (presenter, watchers) = play(40, &Besides { stuck: 20, ..Besides::default() });
    assert!(presenter >= 560, "{presenter}");
    assert!(watchers[..20].iter().all(|shown| *shown == 0));
    let least = watchers[20..].iter().min().unwrap();
    assert!(*least >= 300, "{least}");
}

#[test]
fn titles_that_change_with_every_frame_leave_room_for_pictures() {
    let (_, watchers) = play(40, &Besides::default());
    let all: u32 = watchers.iter().sum();
    let (presenter, watchers) = play(40, &Besides { titles: true, ..Besides::default() });
    let titled: u32 = watchers.iter().sum();
    assert!(presenter >= 280, "{presenter} pictures");
    assert!(titled * 3 >= all, "{titled} pictures instead of {all}");
    assert!(watchers.iter().all(|shown| *shown > 0));
}

#[test]
fn pings_of_some_leave_room_for_pictures_of_others() {
    let (presenter, watchers) = play(45, &Besides { pinging: 40, ..Besides::default() });
    assert!(presenter >= 560, "{presenter} pictures");
    let least = watchers[..5].iter().min().unwrap();
    // Half of what is left is that of pictures, which 45 share.
    assert!(*least >= 70, "{least} pictures");
}
