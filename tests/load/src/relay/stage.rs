//! An origin, a cluster of NATS servers and edges, as an operator starts them.

use std::fs;
use std::time::Instant;

use framecast_test_nats::{NatsServer, Proxy};

use crate::content::Content;
use crate::server::{HTTP, Place, Server, cpu_of};

/// What the origin shows.
const SHOWN: [&str; 6] = ["--size", "1280x720", "--max-fps", "20", "demo", "dashboard"];
/// What the canvas is called on the bus.
const NAME: &str = "lecture";
/// Ticks of the processor times of `/proc/stat` in a second.
const TICKS: f64 = 100.0;

/// One server without a relay, for so many viewers.
pub(crate) fn alone(viewers: u32) -> Result<Server, String> {
    let viewers = viewers.to_string();
    Server::framecast(&[&HTTP[..], &["--clients", &viewers], &SHOWN].concat())
}

/// An origin that nobody is connected to. `servers`: URLs of NATS servers.
pub(crate) fn origin(servers: &[String]) -> Result<Server, String> {
    let address = canvas(servers);
    Server::unserved(&[&["--backend", "none", "--publish", &address], &SHOWN[..]].concat())
}

/// An origin that serves viewers itself, too.
pub(crate) fn served_origin(servers: &[String]) -> Result<Server, String> {
    let address = canvas(servers);
    Server::framecast(&[&HTTP[..], &["--publish", &address], &SHOWN].concat())
}

/// The program of an edge, for so many viewers. It listens at `place` if that is given.
pub(crate) fn edge(
    servers: &[String],
    name: &str,
    viewers: u32,
    place: Option<&Place>,
) -> Result<Server, String> {
    let (address, viewers) = (canvas(servers), viewers.to_string());
    let listen = place.map_or("127.0.0.1:0".to_owned(), |place| place.address.to_string());
    let flags = ["--backend", "http", "--listen", &listen, "--no-auth", "--clients", &viewers];
    Server::framecast(&[&flags[..], &["edge", &address, "--name", name]].concat())
}

/// The address of the canvas at these NATS servers: `nats://HOST,HOST/NAME`.
pub(crate) fn canvas(servers: &[String]) -> String {
    let hosts: Vec<&str> = servers.iter().map(|url| url.trim_start_matches("nats://")).collect();
    format!("nats://{}/{NAME}", hosts.join(","))
}

/// The URLs of these servers.
pub(crate) fn urls(servers: &[NatsServer]) -> Vec<String> {
    servers.iter().map(NatsServer::url).collect()
}

/// A cluster of three, and an edge at each.
pub(crate) struct Stage {
    pub(crate) edges: Vec<Server>,
    pub(crate) nats: Vec<NatsServer>,
}

impl Stage {
    /// With edges for so many viewers each.
    pub(crate) fn start(viewers: u32) -> Result<Self, String> {
        Self::with("", viewers)
    }

    /// The same, with this configuration of the NATS servers.
    pub(crate) fn with(config: &str, viewers: u32) -> Result<Self, String> {
        let nats = NatsServer::cluster(3, config);
        let start = |(n, server): (usize, &NatsServer)| {
            edge(&[server.url()], &format!("edge-{}", n + 1), viewers, None)
        };
        let edges = nats.iter().enumerate().map(start).collect::<Result<_, _>>()?;
        Ok(Self { edges, nats })
    }

    /// Where viewers connect, the edge with this number first.
    pub(crate) fn places(&self, first: usize) -> Result<Vec<Place>, String> {
        let mut places: Vec<Place> =
            self.edges.iter().map(Server::place).collect::<Result<_, _>>()?;
        places.rotate_left(first);
        Ok(places)
    }

    pub(crate) fn edge_processes(&self) -> Vec<u32> {
        self.edges.iter().map(Server::process_id).collect()
    }

    pub(crate) fn nats_processes(&self) -> Vec<u32> {
        self.nats.iter().filter_map(NatsServer::process_id).collect()
    }
}

/// An origin and a connection through which its bytes are counted. Its pictures do not depend on how busy the machine is,
/// which those of the demo show.
pub(crate) fn counted_origin(nats: &NatsServer) -> Result<(Proxy, Server), String> {
    let proxy = Proxy::of(nats);
    let origin = Server::publishing(Content::Dashboard, 20, &canvas(&[proxy.url()]))?;
    Ok((proxy, origin))
}

/// Processor time of groups of processes, and of everybody else on the machine.
pub(crate) struct CpuMeter {
    groups: Vec<Vec<u32>>,
    before: Vec<f64>,
    own: f64,
    machine: f64,
    at: Instant,
}

/// What a [`CpuMeter`] read, in seconds of processor time a second.
pub(crate) struct Load {
    /// Of each group.
    pub(crate) groups: Vec<f64>,
    /// Of the simulated viewers, and links.
    pub(crate) own: f64,
    /// Of what has nothing to do with it.
    pub(crate) others: f64,
}

impl CpuMeter {
    pub(crate) fn start(groups: Vec<Vec<u32>>) -> Result<Self, String> {
        let before = groups.iter().map(|group| sum(group)).collect::<Result<_, _>>()?;
        let own = cpu_of(std::process::id())?;
        Ok(Self { groups, before, own, machine: machine()?, at: Instant::now() })
    }

    pub(crate) fn read(&self) -> Result<Load, String> {
        let seconds = self.at.elapsed().as_secs_f64();
        let mut groups = Vec::new();
        for (group, before) in self.groups.iter().zip(&self.before) {
            groups.push((sum(group)? - before) / seconds);
        }
        let own = (cpu_of(std::process::id())? - self.own) / seconds;
        let machine = (machine()? - self.machine) / seconds;
        let others = (machine - own - groups.iter().sum::<f64>()).max(0.0);
        Ok(Load { groups, own, others })
    }
}

fn sum(processes: &[u32]) -> Result<f64, String> {
    processes.iter().map(|process| cpu_of(*process)).sum()
}

/// Processor time of the machine so far, in seconds, without what it was idle or waited for disks.
fn machine() -> Result<f64, String> {
    let text = fs::read_to_string("/proc/stat").map_err(|error| error.to_string())?;
    let line = text.lines().next().unwrap_or_default();
    let ticks: Vec<f64> = line.split_whitespace().skip(1).flat_map(str::parse).collect();
    let busy = ticks.iter().take(8).enumerate().filter(|(n, _)| !matches!(n, 3 | 4));
    Ok(busy.map(|(_, ticks)| ticks).sum::<f64>() / TICKS)
}
