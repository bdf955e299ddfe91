//! What is plotted: waves, as numbers.

use std::f64::consts::TAU;

use framecast_egui::egui::Color32;

/// The form of a wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Sine,
    Triangle,
    Square,
    Pulse,
}

impl Shape {
    pub(crate) const ALL: [Self; 4] = [Self::Sine, Self::Triangle, Self::Square, Self::Pulse];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sine => "sine",
            Self::Triangle => "triangle",
            Self::Square => "square",
            Self::Pulse => "pulse",
        }
    }
}

/// A wave with a name.
#[derive(Debug, Clone)]
pub(crate) struct Signal {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) color: Color32,
    /// Hertz.
    pub(crate) frequency: f64,
    /// Volts.
    pub(crate) amplitude: f64,
    /// Volts.
    pub(crate) offset: f64,
}

impl Signal {
    /// Volts at `time` in seconds.
    pub(crate) fn at(&self, time: f64) -> f64 {
        let turn = (time * self.frequency).rem_euclid(1.0);
        let value = match self.shape {
            Shape::Sine => (turn * TAU).sin(),
            Shape::Triangle => 1.0 - 4.0 * ((turn + 0.25).fract() - 0.5).abs(),
            Shape::Square => {
                if turn < 0.5 {
                    1.0
                } else {
                    -1.0
                }
            }
            Shape::Pulse => 2.0 * (-((turn - 0.5) * 14.0).powi(2)).exp() - 1.0,
        };
        self.offset + self.amplitude * value
    }

    /// The least, the mean and the largest value, in volts, between two times in seconds.
    pub(crate) fn range(&self, from: f64, to: f64) -> [f64; 3] {
        const SAMPLES: u32 = 200;
        let step = (to - from) / f64::from(SAMPLES);
        let (mut least, mut sum, mut most) = (f64::INFINITY, 0.0, f64::NEG_INFINITY);
        for n in 0..SAMPLES {
            let value = self.at(from + (f64::from(n) + 0.5) * step);
            least = least.min(value);
            sum += value;
            most = most.max(value);
        }
        [least, sum / f64::from(SAMPLES), most]
    }
}
