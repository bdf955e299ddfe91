//! Measures the http backend under load: `framecast-load all` prints the tables of README.md.
//!
//! The server is a process of its own, so that its CPU and memory are its own. Clients, and the
//! links between, are simulated in this one. Everything is on the loopback interface, bounded in
//! time and number, and stops by itself. Linux only: CPU and memory are read from /proc.

mod beside;
mod client;
mod content;
mod handovers;
mod link;
mod live;
mod page;
mod picture;
mod recording;
mod relay;
mod scenarios;
mod server;
mod strangers;
mod summary;
mod unread;
mod video;

use argh::FromArgs;

/// Measures framecast's http backend under load, over the loopback interface. Linux only.
#[derive(FromArgs)]
struct Arguments {
    #[argh(subcommand)]
    command: Command,
}

#[derive(FromArgs)]
#[argh(subcommand)]
enum Command {
    All(All),
    Run(Run),
    Relay(Relay),
    Live(Live),
    Serve(Serve),
    Watch(Watch),
    Beside(Beside),
}

/// Run every scenario and print the tables of README.md; takes about ten minutes, and needs
/// slowhttptest.
#[derive(FromArgs)]
#[argh(subcommand, name = "all")]
struct All {
    /// seconds that each scenario is measured for. Default: 8
    #[argh(option, default = "8")]
    seconds: u32,
    /// where the random hand-overs begin. Default: 1
    #[argh(option, default = "1")]
    seed: u64,
}

/// Run some scenarios: motion, audience, crowd, dashboard, static, distance, company, bandwidth, memory,
/// strangers, unread, handovers, recording, video, watchers.
#[derive(FromArgs)]
#[argh(subcommand, name = "run")]
struct Run {
    /// seconds that each scenario is measured for. Default: 8
    #[argh(option, default = "8")]
    seconds: u32,
    /// where the random hand-overs begin. Default: 1
    #[argh(option, default = "1")]
    seed: u64,
    /// names of scenarios
    #[argh(positional)]
    scenarios: Vec<String>,
}

/// Measure what it costs to publish once and to serve from edges, and what happens when something dies: crowd, age,
/// reach, deaths, starts, thin, revocation. With an origin, three nats-servers and three edges; needs nats-server.
#[derive(FromArgs)]
#[argh(subcommand, name = "relay")]
struct Relay {
    /// viewers, of all edges together, for crowd and reach. Default: 300
    #[argh(option, default = "300")]
    viewers: u32,
    /// seconds that each turn is measured for. Default: 10
    #[argh(option, default = "10")]
    seconds: u32,
    /// what to measure. Default: all of it
    #[argh(positional)]
    parts: Vec<String>,
}

/// Measure what HTTP readers behind Varnish cost a server that offers segments (--live): what it is asked for, and
/// processor time. Needs varnish.
#[derive(FromArgs)]
#[argh(subcommand, name = "live")]
struct Live {
    /// how many read. Default: 1000
    #[argh(option, default = "1000")]
    readers: u32,
    /// seconds that each turn is measured for. Default: 20
    #[argh(option, default = "20")]
    seconds: u32,
}

/// Serve a content, as the scenarios do: for a look with a browser or another client.
#[derive(FromArgs)]
#[argh(subcommand, name = "serve")]
struct Serve {
    /// frames a second. Default: 60
    #[argh(option, default = "60.0")]
    fps: f64,
    /// clients at most. Default: 64
    #[argh(option, default = "64")]
    clients: usize,
    /// draw for nobody and serve nothing, to know what drawing costs
    #[argh(switch)]
    alone: bool,
    /// publish it at this address of a NATS bus, for edges, and serve nothing here
    #[argh(option)]
    publish: Option<String>,
    /// also record it in this file
    #[argh(option)]
    record: Option<String>,
    /// motion, page, dashboard or static
    #[argh(positional)]
    content: content::Content,
}

/// Watch another server of this machine with one client, and tell what that costs it.
#[derive(FromArgs)]
#[argh(subcommand, name = "watch")]
struct Watch {
    /// speak the older renderview protocol
    #[argh(switch)]
    whole: bool,
    /// the server's process
    #[argh(option)]
    pid: u32,
    /// seconds to measure for. Default: 8
    #[argh(option, default = "8")]
    seconds: u32,
    /// where it listens, on the loopback interface: 127.0.0.1:60649
    #[argh(positional)]
    address: std::net::SocketAddr,
}

/// Measure full motion beside rendercanvas, in turn, at 1, 16 and 64 clients; takes five minutes.
/// See README.md of tests/peers.
#[derive(FromArgs)]
#[argh(subcommand, name = "beside")]
struct Beside {
    /// seconds that each turn is measured for. Default: 8
    #[argh(option, default = "8")]
    seconds: u32,
    /// how often each has its turn. Default: 3
    #[argh(option, default = "3")]
    turns: u32,
    /// numbers of clients. Default: 1 16 64
    #[argh(option, long = "clients")]
    clients: Vec<u32>,
    /// a Python that has rendercanvas and simplejpeg
    #[argh(positional)]
    python: std::path::PathBuf,
    /// tests/peers/rendercanvas_motion.py
    #[argh(positional)]
    script: std::path::PathBuf,
}

fn main() {
    let arguments: Arguments = argh::from_env();
    let done = match arguments.command {
        Command::All(All { seconds, seed }) => scenarios::run(&scenarios::NAMES, seconds, seed),
        Command::Run(Run { seconds, seed, scenarios }) => {
            let names: Vec<&str> = scenarios.iter().map(String::as_str).collect();
            scenarios::run(&names, seconds, seed)
        }
        Command::Relay(Relay { viewers, seconds, parts }) => relay::run(&parts, viewers, seconds),
        Command::Live(Live { readers, seconds }) => live::run(readers, seconds),
        Command::Watch(Watch { whole, pid, seconds, address }) => {
            scenarios::watch_other(address, pid, whole, seconds)
        }
        Command::Beside(Beside { seconds, turns, clients, python, script }) => {
            let counts = if clients.is_empty() { vec![1, 16, 64] } else { clients };
            beside::run(&python, &script, &counts, turns, seconds)
        }
        Command::Serve(Serve { fps, clients, alone, publish, record, content }) => {
            content::serve(content, fps, alone, record.as_deref(), publish.as_deref(), clients)
                .map_err(|error| error.to_string())
        }
    };
    if let Err(error) = done {
        eprintln!("framecast-load: {error}");
        std::process::exit(1);
    }
}
