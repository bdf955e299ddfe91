//! Colors as the file means them, converted to the sRGB that everything else is in.

use std::sync::Arc;

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace,
    Layout, MatrixCoefficients, ToneReprCurve, TransferCharacteristics, TransformExecutor,
    TransformOptions, XyY,
};

/// The largest difference of a converted sample for which a profile counts as sRGB.
const SAME: u8 = 1;

/// What white paper has in PQ and HLG, in cd/m² (ITU-R BT.2408, table 1).
const DIFFUSE_WHITE: f64 = 203.0;
/// Steps of a curve.
const STEPS: u16 = 4095;

/// What a pixel consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channels {
    Gray,
    GrayAlpha,
    Rgb,
    Rgba,
    /// All ink is 255.
    Cmyk,
}

impl Channels {
    pub(super) const fn count(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::GrayAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }

    const fn layout(self) -> Layout {
        match self {
            Self::Gray => Layout::Gray,
            Self::GrayAlpha => Layout::GrayAlpha,
            Self::Rgb => Layout::Rgb,
            Self::Rgba | Self::Cmyk => Layout::Rgba,
        }
    }

    /// The kind of profile that describes them.
    const fn space(self) -> DataColorSpace {
        match self {
            Self::Gray | Self::GrayAlpha => DataColorSpace::Gray,
            Self::Rgb | Self::Rgba => DataColorSpace::Rgb,
            Self::Cmyk => DataColorSpace::Cmyk,
        }
    }
}

/// How a sample is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    Eight,
    /// 16 bits, the high ones first.
    SixteenBig,
    /// 16 bits in the machine's order.
    SixteenNative,
}

impl Depth {
    pub(super) const fn bytes(self) -> usize {
        match self {
            Self::Eight => 1,
            Self::SixteenBig | Self::SixteenNative => 2,
        }
    }
}

/// What the file says about its colors.
#[derive(Default)]
pub(super) enum Space {
    /// Nothing, or that they are sRGB.
    #[default]
    Srgb,
    /// An ICC profile.
    Icc(Vec<u8>),
    /// Numbers of another kind, put into a profile.
    Known(Box<ColorProfile>),
}

impl Space {
    /// The primaries, the curve and the range of ITU-T H.273; `None` if they have no meaning here.
    pub(super) fn from_cicp(primaries: u8, transfer: u8, full_range: bool) -> Option<Self> {
        let numbers =
            (CicpColorPrimaries::try_from(primaries), TransferCharacteristics::try_from(transfer));
        let (Ok(color_primaries), Ok(transfer_characteristics)) = numbers else {
            return None;
        };
        let matrix_coefficients = MatrixCoefficients::Identity;
        let mut profile = ColorProfile::new_from_cicp(CicpProfile {
            color_primaries,
            transfer_characteristics,
            matrix_coefficients,
            full_range: true,
        });
        let bright = matches!(
            transfer_characteristics,
            TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg
        );
        if profile.red_trc.is_some() && (bright || !full_range) {
            let linear = |signal: f64| match transfer_characteristics {
                TransferCharacteristics::Smpte2084 => pq(signal) / DIFFUSE_WHITE,
                TransferCharacteristics::Hlg => hlg(signal) / DIFFUSE_WHITE,
                other => other.linearize(signal),
            };
            let curve = Some(curve(full_range, linear));
            profile.cicp = None;
            profile.red_trc.clone_from(&curve);
            profile.green_trc.clone_from(&curve);
            profile.blue_trc = curve;
        }
        // Without a curve the numbers were not understood.
        profile.red_trc.is_some().then(|| Self::Known(Box::new(profile)))
    }

    /// The exponent that encoded the samples, and white, red, green and blue as CIE x and y; what
    /// is missing is that of sRGB.
    pub(super) fn from_gamma(gamma: Option<f32>, primaries: Option<[[f32; 2]; 4]>) -> Self {
        // 1/2.2 stands for sRGB's curve in files that have nothing better to say it with.
        let gamma = gamma.filter(|gamma| (gamma - 0.45455).abs() > 0.005);
        let usable = |gamma: f32| gamma.is_finite() && (0.05..20.0).contains(&gamma);
        if gamma.is_some_and(|gamma| !usable(gamma)) || gamma.is_none() && primaries.is_none() {
            return Self::Srgb;
        }
        let mut profile = ColorProfile::new_srgb();
        profile.cicp = None;
        if let Some([white, red, green, blue]) = primaries {
            let all = [white, red, green, blue];
            if all.iter().any(|[x, y]| !(0.0..=1.0).contains(x) || !(0.001..=1.0).contains(y)) {
                return Self::Srgb;
            }
            let at = |[x, y]: [f32; 2]| Chromaticity { x, y };
            let white = XyY { x: f64::from(white[0]), y: f64::from(white[1]), yb: 1.0 };
            let primaries = ColorPrimaries { red: at(red), green: at(green), blue: at(blue) };
            profile.update_rgb_colorimetry(white, primaries);
        }
        if let Some(gamma) = gamma {
            let curve = Some(ToneReprCurve::Parametric(vec![1.0 / gamma]));
            profile.red_trc.clone_from(&curve);
            profile.green_trc.clone_from(&curve);
            profile.blue_trc = curve;
        }
        Self::Known(Box::new(profile))
    }
}

/// A curve in steps. Of the narrow range, black is 16 and white is 235 of 255.
fn curve(full_range: bool, linear: impl Fn(f64) -> f64) -> ToneReprCurve {
    let step = |number: u16| {
        let signal = f64::from(number) / f64::from(STEPS);
        let signal = if full_range { signal } else { (signal * 255.0 - 16.0) / 219.0 };
        // What is brighter than white is shown as white.
        (linear(signal.clamp(0.0, 1.0)).clamp(0.0, 1.0) * 65_535.0).round() as u16
    };
    ToneReprCurve::Lut((0..=STEPS).map(step).collect())
}

/// The light of a PQ signal in cd/m² (ITU-R BT.2100, table 4).
fn pq(signal: f64) -> f64 {
    let root = signal.powf(32.0 / 2523.0);
    let above = (root - 3424.0 / 4096.0).max(0.0);
    10_000.0 * (above / (2413.0 / 128.0 - 2392.0 / 128.0 * root)).powf(16_384.0 / 2610.0)
}

/// The light of an HLG signal in cd/m² on a display of 1000 cd/m² (ITU-R BT.2100, table 5).
fn hlg(signal: f64) -> f64 {
    let scene = if signal <= 0.5 {
        signal * signal / 3.0
    } else {
        (((signal - 0.559_910_73) / 0.178_832_77).exp() + 0.284_668_92) / 12.0
    };
    1000.0 * scene.powf(1.2)
}

type Transform<T> = Arc<dyn TransformExecutor<T> + Send + Sync>;

enum Method {
    /// The samples are sRGB already.
    Expand,
    Eight(Transform<u8>),
    Sixteen(Transform<u16>),
}

/// Turns rows of samples into RGBA with 8 bits each.
pub(super) struct Converter {
    channels: Channels,
    depth: Depth,
    method: Method,
    /// A row before and after the conversion, where they need room of their own.
    before: Vec<u16>,
    after: Vec<u16>,
    row: Vec<u8>,
}

impl Converter {
    /// For samples of this kind. If the profile is damaged or not for such samples, they are taken
    /// for sRGB and the second value says so.
    pub(super) fn new(channels: Channels, depth: Depth, space: &Space) -> (Self, Option<String>) {
        let (method, notice) = match method(channels, depth, space) {
            Ok(method) => (method, None),
            Err(why) => (
                Method::Expand,
                Some(format!("its color profile cannot be used ({why}); sRGB is assumed")),
            ),
        };
        let (before, after, row) = (Vec::new(), Vec::new(), Vec::new());
        (Self { channels, depth, method, before, after, row }, notice)
    }

    /// Whether samples of 8 bits stay what they are.
    pub(super) fn keeps(&self) -> bool {
        matches!(self.method, Method::Expand)
    }

    /// Converts a row; `pixels` is as wide as `samples`.
    pub(super) fn row(&mut self, samples: &[u8], pixels: &mut [u8]) {
        match &self.method {
            Method::Expand => self.expand(samples, pixels),
            Method::Eight(transform) => {
                if transform.transform(samples, pixels).is_err() {
                    self.expand(samples, pixels);
                }
            }
            Method::Sixteen(transform) => {
                let pairs = samples.as_chunks::<2>().0.iter();
                self.before.clear();
                if self.depth == Depth::SixteenBig {
                    self.before.extend(pairs.map(|pair| u16::from_be_bytes(*pair)));
                } else {
                    self.before.extend(pairs.map(|pair| u16::from_ne_bytes(*pair)));
                }
                self.after.resize(pixels.len(), 0);
                if transform.transform(&self.before, &mut self.after).is_err() {
                    return self.expand(samples, pixels);
                }
                for (pixel, sample) in pixels.iter_mut().zip(&self.after) {
                    *pixel = eight(*sample);
                }
            }
        }
    }

    /// Converts a row of RGBA or CMYK where it stands.
    pub(super) fn row_in_place(&mut self, pixels: &mut [u8]) {
        if self.keeps() && self.channels == Channels::Rgba {
            return;
        }
        let mut row = std::mem::take(&mut self.row);
        row.clear();
        row.extend_from_slice(pixels);
        self.row(&row, pixels);
        self.row = row;
    }

    fn expand(&self, samples: &[u8], pixels: &mut [u8]) {
        // Nearly every picture is one of these.
        match (self.channels, self.depth) {
            (Channels::Rgba, Depth::Eight) => return pixels.copy_from_slice(samples),
            (Channels::Rgb, Depth::Eight) => {
                let pixels = pixels.as_chunks_mut::<4>().0.iter_mut();
                for (pixel, [r, g, b]) in pixels.zip(samples.as_chunks::<3>().0) {
                    *pixel = [*r, *g, *b, 255];
                }
                return;
            }
            _ => {}
        }
        let bytes = self.depth.bytes();
        let sample = |pixel: &[u8], channel: usize| match self.depth {
            Depth::Eight => pixel[channel],
            Depth::SixteenBig => {
                eight(u16::from_be_bytes([pixel[2 * channel], pixel[2 * channel + 1]]))
            }
            Depth::SixteenNative => {
                eight(u16::from_ne_bytes([pixel[2 * channel], pixel[2 * channel + 1]]))
            }
        };
        let sources = samples.chunks_exact(self.channels.count() * bytes);
        for (pixel, source) in pixels.as_chunks_mut::<4>().0.iter_mut().zip(sources) {
            let at = |channel| sample(source, channel);
            *pixel = match self.channels {
                Channels::Gray => [at(0), at(0), at(0), 255],
                Channels::GrayAlpha => [at(0), at(0), at(0), at(1)],
                Channels::Rgb => [at(0), at(1), at(2), 255],
                Channels::Rgba => [at(0), at(1), at(2), at(3)],
                Channels::Cmyk => {
                    let rest = 255 - u32::from(at(3));
                    let ink = |channel| ((255 - u32::from(at(channel))) * rest / 255) as u8;
                    [ink(0), ink(1), ink(2), 255]
                }
            };
        }
    }
}

/// The nearest of 256 steps.
fn eight(sample: u16) -> u8 {
    ((u32::from(sample) * 255 + 32_767) / 65_535) as u8
}

fn method(channels: Channels, depth: Depth, space: &Space) -> Result<Method, String> {
    let read;
    let mut profile = match space {
        Space::Srgb => return Ok(Method::Expand),
        Space::Known(profile) => profile,
        Space::Icc(bytes) => {
            read = ColorProfile::new_from_slice(bytes).map_err(|error| error.to_string())?;
            &read
        }
    };
    let gray;
    if channels.space() == DataColorSpace::Gray
        && profile.color_space == DataColorSpace::Rgb
        && profile.red_trc.is_some()
    {
        // What says how colors are meant says it of grey, too: by the curve.
        let mut curve = ColorProfile::new_gray_with_gamma(2.2);
        curve.gray_trc.clone_from(&profile.red_trc);
        gray = curve;
        profile = &gray;
    }
    if profile.color_space != channels.space() {
        return Err("it is for other samples".into());
    }
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions {
        rendering_intent: profile.rendering_intent,
        ..TransformOptions::default()
    };
    let layout = channels.layout();
    let transform = profile
        .create_transform_8bit(layout, &srgb, Layout::Rgba, options)
        .map_err(|error| error.to_string())?;
    if channels != Channels::Cmyk && is_identity(channels, transform.as_ref()) {
        return Ok(Method::Expand);
    }
    if depth == Depth::Eight {
        return Ok(Method::Eight(transform));
    }
    let transform = profile
        .create_transform_16bit(layout, &srgb, Layout::Rgba, options)
        .map_err(|error| error.to_string())?;
    Ok(Method::Sixteen(transform))
}

/// Whether the conversion changes nothing that could be seen: the profile is sRGB, by whatever
/// name.
fn is_identity(channels: Channels, transform: &dyn TransformExecutor<u8>) -> bool {
    let steps: Vec<u8> = (0..=255).step_by(15).collect();
    let (mut samples, mut expected) = (Vec::new(), Vec::new());
    let mut put = |r: u8, g: u8, b: u8| {
        match channels {
            Channels::Gray => samples.push(r),
            Channels::GrayAlpha => samples.extend([r, 255]),
            Channels::Rgb => samples.extend([r, g, b]),
            Channels::Rgba | Channels::Cmyk => samples.extend([r, g, b, 255]),
        }
        expected.extend([r, g, b]);
    };
    if channels.space() == DataColorSpace::Gray {
        steps.iter().for_each(|&shade| put(shade, shade, shade));
    } else {
        for &r in &steps {
            for &g in &steps {
                steps.iter().for_each(|&b| put(r, g, b));
            }
        }
    }
    let mut pixels = vec![0; expected.len() / 3 * 4];
    transform.transform(&samples, &mut pixels).is_ok()
        && pixels
            .as_chunks::<4>()
            .0
            .iter()
            .zip(expected.as_chunks::<3>().0)
            .all(|(got, want)| want.iter().zip(got).all(|(want, got)| want.abs_diff(*got) <= SAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn icc(profile: &ColorProfile) -> Space {
        Space::Icc(profile.encode().unwrap())
    }

    fn converted(channels: Channels, space: &Space, samples: &[u8]) -> [u8; 4] {
        let (mut converter, notice) = Converter::new(channels, Depth::Eight, space);
        assert_eq!(notice, None);
        let mut pixel = [0; 4];
        converter.row(samples, &mut pixel);
        pixel
    }

    fn assert_near(got: [u8; 4], want: [u8; 4]) {
        let off = got.iter().zip(want).map(|(got, want)| got.abs_diff(want)).max();
        assert!(off <= Some(2), "{got:?} instead of {want:?}");
    }

    #[test]
    fn adobe_rgb_and_display_p3_become_srgb() {
        // Reference: the matrices and curves of the two, computed by hand.
        let adobe = icc(&ColorProfile::new_adobe_rgb());
        assert_near(converted(Channels::Rgb, &adobe, &[150, 100, 80]), [167, 100, 78, 255]);
        assert_near(converted(Channels::Rgba, &adobe, &[0, 255, 0, 9]), [0, 255, 0, 9]);
        let p3 = icc(&ColorProfile::new_display_p3());
        assert_near(converted(Channels::Rgb, &p3, &[200, 100, 50]), [215, 93, 31, 255]);
    }

    #[test]
    fn a_profile_that_is_srgb_costs_nothing() {
        let mut renamed = ColorProfile::new_srgb();
        renamed.cicp = None;
        renamed.description = None;
        for channels in [Channels::Rgb, Channels::Rgba] {
            for depth in [Depth::Eight, Depth::SixteenBig, Depth::SixteenNative] {
                let (converter, notice) = Converter::new(channels, depth, &icc(&renamed));
                assert!(converter.keeps() && notice.is_none());
            }
        }
        let (converter, _) =
            Converter::new(Channels::Rgb, Depth::Eight, &icc(&ColorProfile::new_display_p3()));
        assert!(!converter.keeps());
    }

    #[test]
    fn gray_goes_by_its_curve() {
        let linear = icc(&ColorProfile::new_gray_with_gamma(1.0));
        assert_near(converted(Channels::Gray, &linear, &[55]), [128, 128, 128, 255]);
        assert_near(converted(Channels::GrayAlpha, &linear, &[55, 7]), [128, 128, 128, 7]);
        // Also with a profile for colors: that of Adobe RGB has a power of 2.2.
        let adobe = icc(&ColorProfile::new_adobe_rgb());
        assert_near(converted(Channels::Gray, &adobe, &[20]), [12, 12, 12, 255]);
    }

    #[test]
    fn sixteen_bits_are_used_where_eight_would_lose_steps() {
        let linear = Space::from_gamma(Some(1.0), None);
        let (mut converter, _) = Converter::new(Channels::Rgb, Depth::SixteenBig, &linear);
        let mut pixels = [0; 8];
        // Less than one step of 256, and yet well above black.
        converter.row(&[0, 100, 0, 100, 0, 100, 1, 0, 1, 0, 1, 0], &mut pixels);
        assert_near([pixels[0], pixels[1], pixels[2], pixels[3]], [5, 5, 5, 255]);
        assert!(pixels[4] > pixels[0]);
    }

    #[test]
    fn gamma_primaries_and_code_points_are_understood() {
        let linear = Space::from_gamma(Some(1.0), None);
        assert_near(converted(Channels::Rgb, &linear, &[55, 55, 55]), [128, 128, 128, 255]);
        assert_near(converted(Channels::Gray, &linear, &[55]), [128, 128, 128, 255]);
        let p3 = [[0.3127, 0.329], [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]];
        let p3 = Space::from_gamma(None, Some(p3));
        assert_near(converted(Channels::Rgb, &p3, &[200, 100, 50]), [215, 93, 31, 255]);
        // Display P3: primaries 12, the curve of sRGB 13.
        let p3 = Space::from_cicp(12, 13, true).unwrap();
        assert_near(converted(Channels::Rgb, &p3, &[200, 100, 50]), [215, 93, 31, 255]);
        for space in [
            Space::from_gamma(Some(0.45455), None),
            Space::from_gamma(Some(0.0), None),
            Space::from_gamma(Some(f32::NAN), None),
            Space::from_gamma(None, Some([[0.0; 2]; 4])),
            Space::from_cicp(1, 13, true).unwrap(),
        ] {
            let (converter, notice) = Converter::new(Channels::Rgb, Depth::Eight, &space);
            assert!(converter.keeps() && notice.is_none());
        }
        for (primaries, transfer) in [(2, 2), (2, 13), (12, 2), (77, 13), (12, 200)] {
            let space = Space::from_cicp(primaries, transfer, true);
            assert!(space.is_none(), "{primaries} {transfer}");
        }
    }

    #[test]
    fn diffuse_white_of_pq_and_hlg_becomes_white() {
        // BT.2408: 58 % of PQ and 75 % of HLG.
        for (transfer, white) in [(16, 148), (18, 191)] {
            let space = Space::from_cicp(9, transfer, true).unwrap();
            let shade = |signal: u8| converted(Channels::Rgb, &space, &[signal; 3]);
            assert_near(shade(white), [255; 4]);
            assert_near(shade(255), [255; 4]);
            assert_near(shade(0), [0, 0, 0, 255]);
            let shades: Vec<u8> = (0..=white).map(|signal| shade(signal)[1]).collect();
            assert!(shades.is_sorted());
            let middle = shades[usize::from(white) * 3 / 4];
            assert!((80..200).contains(&middle), "{middle}");
            let gray = converted(Channels::Gray, &space, &[white]);
            assert_near(gray, [255; 4]);
        }
    }

    #[test]
    fn the_narrow_range_is_widened() {
        let space = Space::from_cicp(1, 13, false).unwrap();
        let shade = |signal: u8| converted(Channels::Rgb, &space, &[signal; 3]);
        for (signal, want) in [(0, 0), (16, 0), (125, 127), (235, 255), (255, 255)] {
            assert_near(shade(signal), [want, want, want, 255]);
        }
        assert_near(converted(Channels::Rgba, &space, &[16, 235, 16, 16]), [0, 255, 0, 16]);
    }

    #[test]
    fn a_damaged_profile_is_noticed_and_taken_for_srgb() {
        let whole = ColorProfile::new_display_p3().encode().unwrap();
        for profile in [Vec::new(), b"rubbish".to_vec(), whole[..150].to_vec()] {
            let (mut converter, notice) =
                Converter::new(Channels::Rgb, Depth::Eight, &Space::Icc(profile));
            assert!(notice.unwrap().contains("sRGB is assumed"));
            let mut pixel = [0; 4];
            converter.row(&[1, 2, 3], &mut pixel);
            assert_eq!(pixel, [1, 2, 3, 255]);
        }
        let gray = icc(&ColorProfile::new_gray_with_gamma(2.2));
        let (_, notice) = Converter::new(Channels::Rgb, Depth::Eight, &gray);
        assert!(notice.is_some());
    }

    #[test]
    fn no_profile_makes_it_panic() {
        let seeds = [
            ColorProfile::new_display_p3().encode().unwrap(),
            ColorProfile::new_gray_with_gamma(2.2).encode().unwrap(),
        ];
        let mut random = 1_u64;
        for seed in seeds {
            for end in 0..seed.len() {
                Converter::new(Channels::Rgb, Depth::Eight, &Space::Icc(seed[..end].to_vec()));
            }
            for _ in 0..300 {
                let mut bytes = seed.clone();
                for _ in 0..3 {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let at = (random >> 33) as usize % bytes.len();
                    bytes[at] = (random >> 20) as u8;
                }
                for channels in [Channels::Rgb, Channels::Gray, Channels::Cmyk] {
                    let space = Space::Icc(bytes.clone());
                    let (mut converter, _) = Converter::new(channels, Depth::Eight, &space);
                    converter.row(&[1; 8][..channels.count() * 2], &mut [0; 8]);
                }
            }
        }
    }
}
