//! What `GET stats` tells of a canvas, as JSON and in Prometheus' text format.

use std::fmt::Write;

use serde::Serialize;

use crate::ledger::{Counts, Steps};

/// Statistics of one canvas at one moment.
#[derive(Debug, Serialize)]
pub struct CanvasStats {
    /// Its name; "" is the one at `/`.
    pub(crate) canvas: String,
    /// Seconds on the canvas' clock.
    pub(crate) time: f64,
    pub(crate) frames: Frames,
    pub(crate) encoded: EncodedCounts,
    pub(crate) clients: Vec<ClientStats>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Frames {
    /// Presented by the application.
    pub(crate) presented: u64,
    /// Compared with the one before, because somebody had room for it.
    pub(crate) compared: u64,
    /// Found to have other pixels.
    pub(crate) changed: u64,
}

/// Made once for everybody.
#[derive(Debug, Serialize)]
pub(crate) struct EncodedCounts {
    pub(crate) jpeg_tiles: u64,
    pub(crate) exact_tiles: u64,
    /// Of tiles.
    pub(crate) bytes: u64,
    /// Pictures of videos, keyframes among them, and their bytes.
    pub(crate) video_pictures: u64,
    pub(crate) video_keyframes: u64,
    pub(crate) video_bytes: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct ClientStats {
    pub(crate) client: u64,
    /// "framecast.v1" or "renderview".
    pub(crate) protocol: &'static str,
    pub(crate) presenter: bool,
    pub(crate) visible: bool,
    /// JPEG quality of what changes next.
    pub(crate) quality: u8,
    /// What its video is to take, in bits per second; `None`: it is sent tiles.
    pub(crate) video_bits_per_second: Option<u32>,
    /// Whether its video has half the width and height.
    pub(crate) video_half: bool,
    /// What reaches it, as far as known.
    pub(crate) bytes_per_second: Option<f64>,
    /// The shortest time from sending to an acknowledgement, in milliseconds.
    pub(crate) rtt: Option<f64>,
    /// Pictures painted per second.
    pub(crate) fps: f64,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    /// Medians in milliseconds.
    pub(crate) steps: Steps,
}

impl CanvasStats {
    /// Returns the statistics as one JSON object.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("numbers, strings and booleans always print")
    }

    /// Returns the statistics in Prometheus' text exposition format, version 0.0.4.
    pub fn prometheus(&self) -> String {
        let mut out = String::new();
        // A name is letters, digits, - and _: nothing to escape.
        let canvas = format!("canvas=\"{}\"", self.canvas);
        for (name, help, value) in [
            ("frames_presented", "Frames presented by the application", self.frames.presented),
            ("frames_compared", "Frames compared with the one before", self.frames.compared),
            ("frames_changed", "Frames found to have other pixels", self.frames.changed),
            ("jpeg_tiles", "Tiles encoded as JPEG", self.encoded.jpeg_tiles),
            ("exact_tiles", "Tiles encoded exactly", self.encoded.exact_tiles),
            ("encoded_bytes", "Bytes of encoded tiles", self.encoded.bytes),
            ("video_pictures", "Pictures encoded as video", self.encoded.video_pictures),
            ("video_keyframes", "Keyframes among them", self.encoded.video_keyframes),
            ("video_bytes", "Bytes of encoded video", self.encoded.video_bytes),
        ] {
            head(&mut out, &format!("{name}_total"), "counter", help);
            line(&mut out, &format!("{name}_total"), &canvas, value as f64);
        }
        head(&mut out, "clients", "gauge", "Clients that are there");
        line(&mut out, "clients", &canvas, self.clients.len() as f64);
        type Value = fn(&ClientStats) -> Option<f64>;
        let metrics: [(&str, &str, &str, Value); 12] = [
            ("client_updates_total", "counter", "Pictures sent", |it| {
                Some(it.counts.updates as f64)
            }),
            ("client_painted_total", "counter", "Pictures painted", |it| {
                Some(it.counts.painted as f64)
            }),
            ("client_tiles_total", "counter", "Tiles sent", |it| Some(it.counts.tiles as f64)),
            ("client_sent_bytes_total", "counter", "Bytes of pictures sent", |it| {
                Some(it.counts.bytes as f64)
            }),
            ("client_visible", "gauge", "Whether somebody sees it", |it| {
                Some(f64::from(u8::from(it.visible)))
            }),
            ("client_presenter", "gauge", "Whether it drives", |it| {
                Some(f64::from(u8::from(it.presenter)))
            }),
            ("client_fps", "gauge", "Pictures painted per second", |it| Some(it.fps)),
            ("client_quality", "gauge", "JPEG quality", |it| Some(it.quality.into())),
            ("client_video_bits_per_second", "gauge", "What its video is to take", |it| {
                it.video_bits_per_second.map(f64::from)
            }),
            ("client_rate_bytes_per_second", "gauge", "What reaches it", |it| it.bytes_per_second),
            ("client_rtt_seconds", "gauge", "Shortest time to an acknowledgement", |it| {
                it.rtt.map(|rtt| rtt / 1e3)
            }),
            ("client_age_seconds", "gauge", "Median time from drawn to painted", |it| {
                it.steps.drawn_to_painted.map(|age| age / 1e3)
            }),
        ];
        for (name, kind, help, value) in metrics {
            head(&mut out, name, kind, help);
            for client in &self.clients {
                let labels = format!("{canvas},client=\"{}\"", client.client);
                if let Some(value) = value(client) {
                    line(&mut out, name, &labels, value);
                }
            }
        }
        out
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "# HELP framecast_{name} {help}.\n# TYPE framecast_{name} {kind}");
}

fn line(out: &mut String, name: &str, labels: &str, value: f64) {
    let _ = writeln!(out, "framecast_{name}{{{labels}}} {value}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats() -> CanvasStats {
        CanvasStats {
            canvas: "side".into(),
            time: 1.5,
            frames: Frames { presented: 3, compared: 2, changed: 1 },
            encoded: EncodedCounts {
                jpeg_tiles: 150,
                exact_tiles: 7,
                bytes: 100_000,
                video_pictures: 9,
                video_keyframes: 1,
                video_bytes: 40_000,
            },
            clients: vec![ClientStats {
                client: 4,
                protocol: "framecast.v1",
                presenter: true,
                visible: false,
                quality: 80,
                video_bits_per_second: Some(2_000_000),
                video_half: false,
                bytes_per_second: None,
                rtt: Some(20.0),
                fps: 59.5,
                counts: Counts { updates: 9, painted: 8, tiles: 70, bytes: 12 },
                steps: Steps::default(),
            }],
        }
    }

    #[test]
    fn json_says_everything() {
        let value: serde_json::Value = serde_json::from_str(&stats().json()).unwrap();
        assert_eq!(value["canvas"], "side");
        assert_eq!(value["clients"][0]["painted"], 8);
        assert_eq!(value["clients"][0]["video_bits_per_second"], 2_000_000);
        assert_eq!(value["clients"][0]["steps"]["drawn_to_painted"], serde_json::Value::Null);
    }

    #[test]
    fn every_prometheus_line_is_a_comment_or_a_sample() {
        let text = stats().prometheus();
        for line in text.lines() {
            let sample = line.strip_prefix("framecast_").and_then(|line| line.split_once("} "));
            let fine = sample.is_some_and(|(_, value)| value.parse::<f64>().is_ok());
            assert!(fine || line.starts_with("# HELP ") || line.starts_with("# TYPE "), "{line}");
        }
        assert!(text.contains("framecast_client_rtt_seconds{canvas=\"side\",client=\"4\"} 0.02\n"));
        assert!(!text.contains("client_rate_bytes_per_second{"), "it is not known");
    }
}
