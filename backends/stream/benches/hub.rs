//! What an event costs a hub with few clients and with many: an acknowledgement, and a client that
//! joins and leaves.
//!
//! `cargo bench -p framecast-stream --bench hub`. The best of 20 rounds, as Markdown; compare lines of
//! one run.

use std::time::{Duration, Instant};

use framecast_api::{ClientId, Clock, FramePool, PhysicalSize, Role, ViewInfo};
use framecast_stream::{
    ClientMessage, Dialect, Grant, Hub, HubInput, HubOutput, Identity, Joining, Message, Painted,
};

const ROUNDS: u32 = 20;
/// Events in a round.
const EVENTS: u64 = 1000;

fn join(hub: &mut Hub, now: Instant) -> ClientId {
    let grant = Grant {
        name: "guest".into(),
        role: Role::Watch,
        expires: None,
        revocation: None,
        key: None,
    };
    let joining = Joining {
        label: "somebody".into(),
        who: Identity::new(grant, None, None),
        dialect: Dialect::Tiles,
        hello: None,
        visible: true,
        info: ViewInfo::default(),
        video: false,
    };
    hub.join(now, joining).expect("nobody is kept out")
}

/// Does what there is to do, but for acknowledgements; the numbers of the updates that were sent.
fn settle(hub: &mut Hub, now: Instant) -> Vec<(ClientId, u32)> {
    let mut sent = Vec::new();
    loop {
        match hub.poll(now) {
            HubOutput::Send(client, message) => {
                if let Message::Part(part) = message {
                    let number = part.into_bytes()[4..8].try_into().expect("four bytes");
                    sent.push((client, u32::from_le_bytes(number)));
                }
                written(hub, client, now);
            }
            HubOutput::Wait(_) => match hub.take_job(now) {
                Some(job) => done(hub, now, HubInput::Done(job.run(|_, _| false))),
                None => return sent,
            },
            _ => {}
        }
    }
}

fn done(hub: &mut Hub, now: Instant, input: HubInput) {
    hub.handle(now, input).expect("nobody floods");
}

fn written(hub: &mut Hub, client: ClientId, now: Instant) {
    done(hub, now, HubInput::Written(client));
}

/// The best time of an event, in nanoseconds.
fn best(mut round: impl FnMut()) -> f64 {
    let times = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        round();
        start.elapsed().as_secs_f64() * 1e9 / EVENTS as f64
    });
    times.fold(f64::INFINITY, f64::min)
}

fn measure(clients: u64) -> (f64, f64) {
    let mut hub = Hub::new(Duration::from_millis(300));
    let start = Instant::now();
    done(&mut hub, start, HubInput::Open { clock: Clock::start(), title: "a title".into() });
    for _ in 0..clients {
        join(&mut hub, start);
    }
    hub.take_events();
    let mut pool = FramePool::new();
    let buffer = pool.lend(PhysicalSize::new(1280, 720)).expect("it is a usual size");
    done(&mut hub, start, HubInput::Frame(pool.freeze(buffer, 1, 0.0, 1.0)));
    let sent = settle(&mut hub, start);
    let mut at = 0;
    let acknowledgement = best(|| {
        for _ in 0..EVENTS {
            // Also one that tells nothing new is looked at.
            let (client, update) = sent[at % sent.len()];
            at += 1;
            let ack = ClientMessage::Ack { update, painted: Painted::default() };
            done(&mut hub, start, HubInput::Received(client, ack, 50));
            while !matches!(hub.poll(start), HubOutput::Wait(_)) {}
        }
    });
    let joining = best(|| {
        for _ in 0..EVENTS {
            let client = join(&mut hub, start);
            loop {
                match hub.poll(start) {
                    HubOutput::Send(client, _) => written(&mut hub, client, start),
                    HubOutput::Wait(_) => break,
                    _ => {}
                }
            }
            done(&mut hub, start, HubInput::Left(client, String::new()));
            hub.take_events();
        }
    });
    (acknowledgement, joining)
}

fn main() {
    println!("| clients | an acknowledgement, ns | a client that joins and leaves, ns |");
    println!("| --- | --- | --- |");
    let counts = [100, 1000, 10_000];
    let costs = counts.map(|clients| {
        let (acknowledgement, joining) = measure(clients);
        println!("| {clients} | {acknowledgement:.0} | {joining:.0} |");
        (acknowledgement, joining)
    });
    let (few, many) = (costs[0], costs[2]);
    println!("| 10,000 beside 100 | {:.2} | {:.2} |", many.0 / few.0, many.1 / few.1);
}
