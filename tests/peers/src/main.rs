//! JPEG encoders beside each other: framecast-jpeg, the jpeg-encoder crate, and libjpeg-turbo with its
//! exact and its fast transform.
//!
//! `cargo run --release -- [--quality N] FILE…` with PNG or JPEG files, in this folder. One core; the
//! encoders take turns, and each one's best of 40 rounds counts.

use std::ffi::{CStr, c_int};
use std::time::Instant;

use framecast_jpeg::{Encoder, Instructions, Pixels, Sampling};
use jpeg_encoder::{ColorType, SamplingFactor};
use turbojpeg::{PixelFormat, raw};

type Error = Box<dyn std::error::Error>;

const ROUNDS: u32 = 40;
const SAMPLINGS: [(&str, Sampling, SamplingFactor, raw::TJSAMP); 3] = [
    ("4:4:4", Sampling::Full, SamplingFactor::F_1_1, raw::TJSAMP_TJSAMP_444),
    ("4:2:2", Sampling::Half, SamplingFactor::F_2_1, raw::TJSAMP_TJSAMP_422),
    ("4:2:0", Sampling::Quarter, SamplingFactor::F_2_2, raw::TJSAMP_TJSAMP_420),
];

struct Picture {
    pixels: Vec<u8>,
    width: usize,
    height: usize,
}

/// An encoder: what it is called, and what it does.
struct Contender<'a> {
    name: &'static str,
    encode: Box<dyn FnMut(&mut Vec<u8>) -> Result<(), Error> + 'a>,
    best: f64,
    jpeg: Vec<u8>,
}

fn main() -> Result<(), Error> {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let mut quality = 80;
    if files.first().is_some_and(|first| first == "--quality") {
        quality = files.get(1).ok_or("--quality needs a number")?.parse()?;
        files.drain(..2);
    }
    println!("| picture | chroma | encoder, quality {quality} | MP/s | KiB | PSNR, dB | speed |");
    println!("| --- | --- | --- | ---: | ---: | ---: | ---: |");
    for file in files {
        let rgba = image::open(&file)?.into_rgba8();
        let (width, height) = (rgba.width() as usize, rgba.height() as usize);
        let picture = Picture { pixels: rgba.into_raw(), width, height };
        let name = file.rsplit('/').next().unwrap_or(&file);
        for sampling in SAMPLINGS {
            compare(name, &picture, quality, sampling)?;
        }
    }
    Ok(())
}

fn compare(
    name: &str,
    picture: &Picture,
    quality: u8,
    (chroma, sampling, factor, subsampling): (&str, Sampling, SamplingFactor, raw::TJSAMP),
) -> Result<(), Error> {
    let mut contenders = vec![
        Contender::new("framecast-jpeg", ours(picture, quality, sampling, Instructions::best())),
        Contender::new("libjpeg-turbo", turbo(picture, quality, subsampling, false)?),
        Contender::new("libjpeg-turbo, fast", turbo(picture, quality, subsampling, true)?),
        Contender::new("jpeg-encoder", crates_io(picture, quality, factor)),
        Contender::new(
            "framecast-jpeg, SSE2",
            ours(picture, quality, sampling, Instructions::Sse2),
        ),
        Contender::new(
            "framecast-jpeg, scalar",
            ours(picture, quality, sampling, Instructions::Scalar),
        ),
    ];
    for _ in 0..ROUNDS {
        for contender in &mut contenders {
            contender.jpeg.clear();
            let start = Instant::now();
            (contender.encode)(&mut contender.jpeg)?;
            contender.best = contender.best.min(start.elapsed().as_secs_f64());
        }
    }
    let reference = contenders[1].best;
    let pixels = (picture.width * picture.height) as f64;
    for contender in &contenders {
        println!(
            "| {name} | {chroma} | {} | {:.0} | {:.1} | {:.2} | {:.2} |",
            contender.name,
            pixels / 1e6 / contender.best,
            contender.jpeg.len() as f64 / 1024.0,
            psnr(picture, &contender.jpeg)?,
            reference / contender.best
        );
    }
    Ok(())
}

impl<'a> Contender<'a> {
    fn new(
        name: &'static str,
        encode: impl FnMut(&mut Vec<u8>) -> Result<(), Error> + 'a,
    ) -> Self {
        let jpeg = Vec::with_capacity(8 << 20);
        Self { name, encode: Box::new(encode), best: f64::INFINITY, jpeg }
    }
}

fn ours(
    picture: &Picture,
    quality: u8,
    sampling: Sampling,
    instructions: Instructions,
) -> impl FnMut(&mut Vec<u8>) -> Result<(), Error> {
    let mut encoder = Encoder::with_instructions(quality, sampling, instructions);
    move |out| {
        let Picture { pixels, width, height } = picture;
        let pixels = Pixels::new(pixels, *width, *height, width * 4)?;
        encoder.as_mut().ok_or("this processor cannot do it")?.encode(&pixels, out);
        Ok(())
    }
}

fn crates_io(
    picture: &Picture,
    quality: u8,
    factor: SamplingFactor,
) -> impl FnMut(&mut Vec<u8>) -> Result<(), Error> {
    move |out| {
        let mut encoder = jpeg_encoder::Encoder::new(out, quality);
        encoder.set_sampling_factor(factor);
        let (width, height) = (picture.width.try_into()?, picture.height.try_into()?);
        encoder.encode(&picture.pixels, width, height, ColorType::Rgba)?;
        Ok(())
    }
}

/// libjpeg-turbo, called as simplejpeg calls it: into memory that is there already.
fn turbo(
    picture: &Picture,
    quality: u8,
    subsampling: raw::TJSAMP,
    fast: bool,
) -> Result<impl FnMut(&mut Vec<u8>) -> Result<(), Error>, Error> {
    let handle = Handle::new()?;
    handle.set(raw::TJPARAM_TJPARAM_QUALITY, c_int::from(quality))?;
    handle.set(raw::TJPARAM_TJPARAM_SUBSAMP, subsampling as c_int)?;
    handle.set(raw::TJPARAM_TJPARAM_FASTDCT, c_int::from(fast))?;
    handle.set(raw::TJPARAM_TJPARAM_NOREALLOC, 1)?;
    Ok(move |out: &mut Vec<u8>| {
        let mut size = out.capacity();
        let mut buffer = out.as_mut_ptr();
        // SAFETY: the pixels are width × height × 4 bytes, and the buffer has `size`; with NOREALLOC
        // it is neither freed nor moved. `size` of its bytes are written.
        unsafe {
            let failed = raw::tj3Compress8(
                handle.0,
                picture.pixels.as_ptr(),
                picture.width as c_int,
                0,
                picture.height as c_int,
                raw::TJPF_TJPF_RGBA,
                &mut buffer,
                (&raw mut size).cast(),
            );
            handle.check(failed)?;
            out.set_len(size);
        }
        Ok(())
    })
}

struct Handle(raw::tjhandle);

impl Handle {
    fn new() -> Result<Self, Error> {
        // SAFETY: the handle is destroyed once, when this is dropped.
        let handle = unsafe { raw::tj3Init(raw::TJINIT_TJINIT_COMPRESS as c_int) };
        if handle.is_null() { Err("libjpeg-turbo cannot start".into()) } else { Ok(Self(handle)) }
    }

    fn set(&self, parameter: raw::TJPARAM, value: c_int) -> Result<(), Error> {
        // SAFETY: the handle is valid.
        self.check(unsafe { raw::tj3Set(self.0, parameter as c_int, value) })
    }

    fn check(&self, failed: c_int) -> Result<(), Error> {
        if failed == 0 {
            return Ok(());
        }
        // SAFETY: the handle is valid, and the text lives as long as nothing else is called.
        let message = unsafe { CStr::from_ptr(raw::tj3GetErrorStr(self.0)) };
        Err(message.to_string_lossy().into_owned().into())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: it is valid, and not used any more.
        unsafe { raw::tj3Destroy(self.0) }
    }
}

/// As libjpeg-turbo decodes it.
fn psnr(picture: &Picture, jpeg: &[u8]) -> Result<f64, Error> {
    let decoded = turbojpeg::decompress(jpeg, PixelFormat::RGBA)?;
    let pairs = decoded.pixels.chunks_exact(4).zip(picture.pixels.chunks_exact(4));
    let error: f64 = pairs
        .flat_map(|(got, want)| (0..3).map(|n| f64::from(got[n].abs_diff(want[n])).powi(2)))
        .sum();
    let mean = error / (picture.width * picture.height * 3) as f64;
    Ok(10.0 * (255.0 * 255.0 / mean).log10())
}
