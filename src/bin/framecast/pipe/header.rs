//! The header of a YUV4MPEG2 stream. Pure.

use framecast::PhysicalSize;

use super::aspect;
use super::stream::{Info, Layout, check_bytes, check_size, quote};
use super::yuv::{Matrix, Sampling};

/// The highest rate, in frames a second.
const MAX_RATE: f64 = 1000.0;
/// The most that is said about one header, besides its rate.
const MAX_NOTES: usize = 3;
/// What a stream without a rate is played at.
const DEFAULT_RATE: f64 = 25.0;

/// How the samples of a picture are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) sampling: Sampling,
    /// Bits of a sample, 8 to 16; more than 8 take two bytes, the lower first.
    pub(crate) depth: u32,
    /// A fourth plane says how opaque each pixel is.
    pub(crate) alpha: bool,
}

impl Format {
    const USUAL: Self = Self { sampling: Sampling::Quarter, depth: 8, alpha: false };
    const POSSIBLE: &str = "420, 420jpeg, 420mpeg2, 420paldv, 410, 411, 422, 444, 444alpha and mono, \
        and 420, 422, 444 with p9 to p16 (420p10) and mono with 9 to 16 (mono10)";

    /// Reads what follows a `C`.
    fn parse(value: &str) -> Option<Self> {
        let plain = |sampling| Some(Self { sampling, ..Self::USUAL });
        match value {
            // They differ in where the chroma lies within its pixels, by half a pixel at most.
            "420" | "420jpeg" | "420mpeg2" | "420paldv" => return plain(Sampling::Quarter),
            "410" => return plain(Sampling::Sixteenth),
            "411" => return plain(Sampling::Fourth),
            "422" => return plain(Sampling::Half),
            "444" => return plain(Sampling::Full),
            "444alpha" => {
                return Some(Self { sampling: Sampling::Full, alpha: true, ..Self::USUAL });
            }
            "mono" => return plain(Sampling::Grey),
            _ => {}
        }
        let deep = [
            ("420p", Sampling::Quarter),
            ("422p", Sampling::Half),
            ("444p", Sampling::Full),
            ("mono", Sampling::Grey),
        ];
        deep.into_iter().find_map(|(name, sampling)| {
            let depth = value.strip_prefix(name)?.parse().ok()?;
            (9..=16).contains(&depth).then_some(Self { sampling, depth, alpha: false })
        })
    }

    /// Bytes of a picture.
    pub(crate) fn bytes(self, size: PhysicalSize) -> u64 {
        let (width, height) = (size.width as usize, size.height as usize);
        let samples = self.sampling.samples(width, height);
        let alpha = if self.alpha { width * height } else { 0 };
        (samples as u64 + alpha as u64) * if self.depth > 8 { 2 } else { 1 }
    }
}

/// What the user should know of a header.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// About the rate, which is of no interest if the user says another.
    pub(crate) rate: Option<String>,
    pub(crate) others: Vec<String>,
}

/// Reads what follows the signature.
pub(crate) fn parse(header: &[u8], matrix: Option<Matrix>) -> Result<(Info, Notes), String> {
    let mut notes = Notes::default();
    let (mut width, mut height) = (None, None);
    let (mut rate, mut format, mut extra, mut full) = (None, None, None, false);
    let mut pixel = 1.0;
    for parameter in header.split(|byte| *byte == b' ').filter(|part| !part.is_empty()) {
        let text = String::from_utf8_lossy(parameter);
        let (name, value) = text.split_at(text.chars().next().map_or(0, char::len_utf8));
        let number = || match value.parse::<u32>() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(format!("{} in the header is no size", quote(parameter))),
        };
        let chroma = |value: &str| {
            Format::parse(value).ok_or_else(|| {
                format!(
                    "the colors {} are not supported; possible are {}; with ffmpeg add -pix_fmt yuv420p",
                    quote(value.as_bytes()),
                    Format::POSSIBLE
                )
            })
        };
        match name {
            "W" => width = number()?,
            "H" => height = number()?,
            "F" => rate = Some(value.to_owned()),
            "C" => format = Some(chroma(value)?),
            "A" => match aspect::parse(value) {
                Ok(ratio) => pixel = ratio,
                Err(()) => notes.others.push(format!(
                    "the pixels' shape {} makes no sense; they are taken for squares",
                    quote(parameter)
                )),
            },
            "I" if matches!(value, "t" | "b" | "m") => notes.others.push(
                "the video is interlaced, and shown without undoing that; with ffmpeg add -vf yadif"
                    .to_owned(),
            ),
            // Other comments are nobody's business.
            "X" => match value.split_once('=') {
                Some(("COLORRANGE", "FULL")) => full = true,
                Some(("COLORRANGE", "LIMITED")) => full = false,
                Some(("YSCSS", value)) => extra = Some(chroma(&value.to_ascii_lowercase())),
                _ => {}
            },
            _ => {}
        }
    }
    let (Some(width), Some(height)) = (width, height) else {
        return Err("the header lacks a width (W) or a height (H)".to_owned());
    };
    let size = PhysicalSize::new(width, height);
    check_size(size)?;
    // Old programs write the colors as a comment only; where both are, it is less exact.
    let format = match (format, extra) {
        (Some(format), _) => format,
        (None, Some(extra)) => extra?,
        (None, None) => Format::USUAL,
    };
    check_bytes(size, format.bytes(size))?;
    // YUV4MPEG2 does not say; this is what encoders do and players assume.
    let guess = if height >= 720 || width >= 1280 { Matrix::Bt709 } else { Matrix::Bt601 };
    let (rate, about_rate) = match &rate {
        Some(rate) => read_rate(rate),
        None => (DEFAULT_RATE, Some("the video does not say its rate".to_owned())),
    };
    // A header may say the same over and over.
    notes.others.dedup();
    notes.others.truncate(MAX_NOTES);
    notes.rate = about_rate.map(|about| {
        format!("{about}; it plays at {rate} frames a second, and --rate says another")
    });
    let info = Info {
        size,
        shown: aspect::shown(size, pixel),
        rate: Some(rate),
        layout: Layout::yuv(format, matrix.unwrap_or(guess), full),
    };
    Ok((info, notes))
}

/// `30000:1001`; `0:0` is unknown. What is none becomes a usual one, and something to be said.
fn read_rate(value: &str) -> (f64, Option<String>) {
    let possible = |rate: f64| rate > 0.0 && rate <= MAX_RATE;
    let (over, under) = value.split_once(':').unwrap_or((value, ""));
    match (over.parse::<u32>(), under.parse::<u32>()) {
        (Ok(0), Ok(0)) => (DEFAULT_RATE, Some("the video does not say its rate".to_owned())),
        (Ok(over), Ok(under)) if possible(f64::from(over) / f64::from(under)) => {
            (f64::from(over) / f64::from(under), None)
        }
        (Ok(over), Err(_)) if under.is_empty() && possible(over.into()) => {
            (over.into(), Some(format!("the rate {} has one part of two", quote_rate(value))))
        }
        _ => (DEFAULT_RATE, Some(format!("the rate {} makes no sense", quote_rate(value)))),
    }
}

fn quote_rate(value: &str) -> String {
    quote(format!("F{value}").as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(header: &str) -> (Info, Notes) {
        parse(header.as_bytes(), None).unwrap_or_else(|why| panic!("{header}: {why}"))
    }

    fn rate(text: &str) -> (f64, bool) {
        let (info, notes) = read(&format!("W2 H2 {text}"));
        (info.rate.unwrap(), notes.rate.is_some())
    }

    #[test]
    fn rates_are_read_and_odd_ones_become_usual_and_are_told() {
        assert_eq!(rate("F30000:1001"), (30_000.0 / 1001.0, false));
        assert_eq!(rate("F1:60"), (1.0 / 60.0, false));
        assert_eq!(rate("F1000:1"), (1000.0, false));
        assert_eq!(rate("F24"), (24.0, true));
        for odd in [
            "",
            "F",
            "F:",
            "F0:0",
            "F0:1",
            "F1:0",
            "F24000:1",
            "F1001:1",
            "F-1:1",
            "F25:x",
            "Fx:1",
            "F25:1:1",
            "F99999999999:1",
            "F4294967295",
            "F\u{fffd}",
        ] {
            assert_eq!(rate(odd), (DEFAULT_RATE, true), "{odd}");
        }
        let note = read("W2 H2 F0:1").1.rate.unwrap();
        assert!(note.contains("F0:1") && note.contains("25") && note.contains("--rate"), "{note}");
    }

    #[test]
    fn every_kind_of_colors_has_its_size() {
        // 5 × 3.
        for (name, bytes) in [
            ("C420", 15 + 2 * 6),
            ("C420jpeg", 27),
            ("C420mpeg2", 27),
            ("C420paldv", 27),
            ("C410", 15 + 2 * 2),
            ("C411", 15 + 2 * 6),
            ("C422", 15 + 2 * 9),
            ("C444", 45),
            ("C444alpha", 60),
            ("Cmono", 15),
            ("C420p9", 54),
            ("C420p10", 54),
            ("C422p12", 66),
            ("C444p14", 90),
            ("C444p16", 90),
            ("Cmono9", 30),
            ("Cmono16", 30),
            ("", 27),
            ("XYSCSS=420JPEG", 27),
            ("XYSCSS=411", 27),
            ("XYSCSS=444P10", 90),
            ("XYSCSS=MONO", 15),
            ("C444alpha XYSCSS=444", 60),
            ("XYSCSS=nonsense C420", 27),
        ] {
            assert_eq!(read(&format!("W5 H3 F25:1 {name}")).0.bytes(), bytes, "{name}");
        }
    }

    #[test]
    fn unknown_colors_are_named_with_what_is_possible() {
        for bad in [
            "C420p8",
            "C420p17",
            "C420p",
            "C420p010 ",
            "Cmono8",
            "C440",
            "C",
            "C444alpha10",
            "C411p10",
            "Crgb",
            "XYSCSS=RGB",
            "C420p99999999999",
        ] {
            let bad = if bad.ends_with(' ') { "C420p-1" } else { bad };
            let why = parse(format!("W2 H2 {bad}").as_bytes(), None).expect_err(bad);
            assert!(why.contains("444alpha") && why.contains("mono10"), "{why}");
            assert!(why.contains("yuv420p"), "{why}");
        }
    }

    #[test]
    fn a_picture_of_wide_pixels_is_shown_wide() {
        let shown = |text: &str| read(&format!("W720 H576 {text}")).0.shown;
        assert_eq!(shown(""), PhysicalSize::new(720, 576));
        assert_eq!(shown("A0:0"), PhysicalSize::new(720, 576));
        assert_eq!(shown("A64:45"), PhysicalSize::new(1024, 576));
        assert_eq!(shown("A8:9"), PhysicalSize::new(720, 648));
        let (info, notes) = read("W720 H576 A99999:1");
        assert_eq!((info.shown, notes.others.len()), (info.size, 1));
    }

    #[test]
    fn interlacing_is_told_where_it_matters() {
        for (mark, told) in [("Ip", 0), ("I?", 0), ("I", 0), ("It", 1), ("Ib", 1), ("Im", 1)] {
            assert_eq!(read(&format!("W2 H2 {mark}")).1.others.len(), told, "{mark}");
        }
        assert_eq!(read(&format!("W2 H2{}", " It".repeat(900))).1.others.len(), 1);
        let many: String = (0..200).map(|n| format!(" A{n}:0 It")).collect();
        assert_eq!(read(&format!("W2 H2{many}")).1.others.len(), MAX_NOTES);
    }

    #[test]
    fn deep_colors_of_the_largest_size_are_refused_before_memory_is_asked_for() {
        let size = "W7680 H4320 F25:1";
        assert_eq!(read(&format!("{size} C420p10")).0.bytes(), 7680 * 4320 * 3);
        let why = parse(format!("{size} C444p16").as_bytes(), None).unwrap_err();
        assert!(why.contains("bytes"), "{why}");
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_panic(header in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = parse(&header, None);
        }

        #[test]
        fn any_parameters_are_bounded(
            width in 1_u32..20_000, height in 1_u32..20_000, text in "( [AFCIX][0-9:a-z=A-Z]{0,9}){0,5}",
        ) {
            if let Ok((info, _)) = parse(format!(" W{width} H{height}{text}").as_bytes(), None) {
                prop_assert!(info.bytes() <= super::super::stream::MAX_BYTES as usize);
                prop_assert!(check_size(info.shown).is_ok());
                let rate = info.rate.unwrap();
                prop_assert!(rate > 0.0 && rate <= MAX_RATE);
            }
        }
    }
}
