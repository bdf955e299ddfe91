//! What there is to tell of a canvas and its clients.

use std::time::Instant;

use framecast_api::Traffic;

use super::Hub;
use crate::client_state::ClientState;
use crate::stats::{CanvasStats, ClientStats, EncodedCounts, Frames};

impl Hub {
    /// Returns the statistics of the canvas, which is called `name`.
    #[must_use]
    pub fn stats(&self, name: &str, now: Instant) -> CanvasStats {
        let (counts, video) = (self.pictures.tiles.counts, self.pictures.video.counts);
        let presenter = self.settings.presenter();
        let clients = self.clients.iter().map(|(client, state)| ClientStats {
            client: client.0,
            protocol: state.feed.name(),
            presenter: presenter == Some(*client),
            visible: state.visible,
            quality: state.quality(&self.pictures, now),
            video_bits_per_second: state.rung().map(|rung| rung.bits_per_second),
            video_half: state.rung().is_some_and(|rung| rung.half),
            bytes_per_second: state.pacing.rate(),
            rtt: state.pacing.min_rtt().map(|rtt| rtt.as_secs_f64() * 1e3),
            fps: state.ledger.fps(now),
            counts: state.ledger.counts(),
            steps: state.ledger.steps(),
        });
        CanvasStats {
            canvas: name.to_owned(),
            time: self.seconds(now),
            frames: Frames {
                presented: self.pictures.newest.as_ref().map_or(0, |newest| newest.number),
                compared: counts.compared,
                changed: counts.changed,
            },
            encoded: EncodedCounts {
                jpeg_tiles: counts.jpeg_tiles,
                exact_tiles: counts.exact_tiles,
                bytes: counts.encoded_bytes,
                video_pictures: video.pictures,
                video_keyframes: video.keyframes,
                video_bytes: video.bytes,
            },
            clients: clients.collect(),
        }
    }

    /// Returns what was sent so far.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        let mut traffic = self.gone;
        self.clients.values().for_each(|state| add(&mut traffic, state));
        traffic
    }
}

/// Adds what `state`'s client was sent.
pub(super) fn add(traffic: &mut Traffic, state: &ClientState) {
    let counts = state.ledger.counts();
    traffic.updates += counts.updates;
    traffic.painted += counts.painted;
    traffic.bytes += counts.bytes;
}
