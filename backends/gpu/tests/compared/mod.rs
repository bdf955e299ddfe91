//! Pictures of which the GPU finds what changed: what is read is small, and the frames are the same.

use std::time::{Duration, Instant};

use framecast::{Canvas, Frame, PhysicalSize, Rect, Step, UpdateMode};
use framecast_gpu::{CanvasGpu, Gpu, GpuFrame, GpuSettings, wgpu};

use crate::scene::Scene;
use crate::{FORMATS, draw, run, scene, watched};

/// What the texture must hold: its bytes, which rectangles of random noise are written to.
struct Model {
    bytes: Vec<u8>,
    size: PhysicalSize,
    random: u32,
}

impl Model {
    fn new(size: PhysicalSize) -> Self {
        let mut model = Self { bytes: vec![0; size.bytes().unwrap()], size, random: 7 };
        model.change(Rect::new(0, 0, size.width, size.height));
        model
    }

    fn random(&mut self) -> u32 {
        self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.random >> 8
    }

    /// Some place that is `side` pixels wide and high, if that fits.
    fn place(&mut self, side: u32) -> Rect {
        let PhysicalSize { width, height } = self.size;
        let (x, y) = (self.random() % width, self.random() % height);
        Rect::new(x, y, side.min(width - x), side.min(height - y))
    }

    fn change(&mut self, rect: Rect) {
        for y in rect.y..rect.y + rect.height {
            for x in rect.x..rect.x + rect.width {
                let at = 4 * (y * self.size.width + x) as usize;
                let noise = self.random();
                self.bytes[at..at + 4].copy_from_slice(&noise.to_ne_bytes());
            }
        }
    }

    fn write(&self, frame: &GpuFrame) {
        let PhysicalSize { width, height } = self.size;
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(4 * width),
            rows_per_image: None,
        };
        let size = wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
        frame.queue().write_texture(frame.texture().as_image_copy(), &self.bytes, layout, size);
    }

    /// Panics unless the frame is the same picture.
    fn check(&self, frame: &Frame, format: wgpu::TextureFormat) {
        use wgpu::TextureFormat::{Bgra8Unorm, Bgra8UnormSrgb};
        let swaps = matches!(format, Bgra8Unorm | Bgra8UnormSrgb);
        assert_eq!(frame.size(), self.size);
        for (index, (is, should)) in
            frame.pixels().iter().zip(self.bytes.as_chunks::<4>().0).enumerate()
        {
            let [a, b, c, _] = *should;
            let should = if swaps { [c, b, a] } else { [a, b, c] };
            assert_eq!(is[..3], should, "pixel {index} of {frame:?}");
        }
    }
}

fn compared(canvas: &Canvas) -> Gpu {
    canvas.gpu_with(GpuSettings::new().compare_on_gpu(true)).unwrap()
}

/// Shows the model's picture, and returns its frame and the bytes that were read.
fn show(canvas: &framecast::Offscreen, gpu: &mut Gpu, model: &Model) -> (Frame, u64) {
    let before = gpu.stats().bytes_read;
    let frame = canvas
        .draw_with(|_, step| {
            if let Step::Draw(drawing) = step {
                let frame = gpu.begin(drawing).unwrap();
                model.write(&frame);
                frame.present();
            }
        })
        .unwrap();
    model.check(&frame, gpu.format());
    (frame, gpu.stats().bytes_read - before)
}

#[test]
fn whatever_changes_the_frames_are_exact_and_little_is_read() {
    const TILE: u64 = 64 * 64 * 4;
    for format in FORMATS {
        let canvas = Canvas::offscreen((8.0, 8.0)).unwrap();
        let settings = GpuSettings::new().format(format).compare_on_gpu(true);
        let mut gpu = canvas.gpu_with(settings).unwrap();
        for (width, height) in [(333, 200), (64, 64), (65, 63), (1, 1), (640, 130)] {
            canvas.set_fixed_size((width, height)).unwrap();
            let mut model = Model::new(PhysicalSize::new(width, height));
            show(&canvas, &mut gpu, &model);
            // As many tiles as changed before are read again, and then nothing but their number.
            show(&canvas, &mut gpu, &model);
            let (frame, bytes) = show(&canvas, &mut gpu, &model);
            assert!(bytes < 100, "{bytes} bytes, and nothing has changed");
            assert!(frame.is_damage_complete() && frame.damage().is_none());
            for _ in 0..20 {
                let side = 1 + model.random() % 100;
                let place = model.place(side);
                model.change(place);
                let (frame, _) = show(&canvas, &mut gpu, &model);
                assert!(frame.is_damage_complete());
                let damage = frame.damage().unwrap_or_default();
                let touches = |tile: &&Rect| tile.width > 0 && tile.height > 0;
                assert!(damage.iter().filter(touches).count() as u64 <= 3 * 3);
            }
            let place = model.place(1);
            model.change(place);
            show(&canvas, &mut gpu, &model);
            let place = model.place(1);
            model.change(place);
            let (_, bytes) = show(&canvas, &mut gpu, &model);
            assert!(bytes < TILE + 100, "{bytes} bytes, and one pixel has changed");
        }
        assert_eq!((canvas.stats().wrong_damage, gpu.stats().lost), (0, 0));
    }
}

#[test]
fn the_difference_is_that_from_the_last_picture_that_was_read() {
    let (canvas, remote) = watched(UpdateMode::OnDemand);
    let mut gpu = compared(&canvas);
    let mut model = Model::new(PhysicalSize::new(320, 200));
    let next = || loop {
        if let Some(Step::Draw(drawing)) = canvas.next() {
            return drawing;
        }
    };
    // The last one was shown, or drawn by the program itself.
    let mut trusted = false;
    for round in 0..24 {
        let place = model.place(30);
        model.change(place);
        let presented = remote.presented();
        // A picture that nobody sees in every other turn.
        for looks in [false, true].into_iter().skip(round % 2) {
            remote.set_demand(looks);
            canvas.request_draw();
            let mut drawing = next();
            if looks && round % 5 == 4 {
                drawing.fill([7; 4]);
                drawing.present();
            } else {
                let frame = gpu.begin(drawing).unwrap();
                model.write(&frame);
                frame.present();
            }
            let place = model.place(3);
            if !looks {
                model.change(place);
            }
        }
        while remote.presented() == presented {
            let _ = canvas.next_before(Instant::now() + Duration::from_millis(5));
        }
        let own = round % 5 == 4;
        let frame = remote.last_frame().unwrap();
        if !own {
            model.check(&frame, gpu.format());
        }
        assert_eq!(frame.is_damage_complete(), trusted && !own, "{round}");
        trusted = !own;
    }
    let stats = gpu.stats();
    assert!(stats.read >= 20 && stats.read < stats.presented, "{stats:?}");
    assert_eq!(canvas.stats().wrong_damage, 0);
}

#[test]
fn pictures_that_follow_each_other_closely_are_complete_and_nobody_compares_them() {
    let (canvas, remote) = watched(UpdateMode::Fastest);
    remote.keep_frames(1000);
    let mut gpu = compared(&canvas);
    let mut model = Model::new(PhysicalSize::new(320, 200));
    let mut models = Vec::new();
    while remote.presented() < 60 {
        if let Some(Step::Draw(drawing)) = canvas.next() {
            // Few tiles, many, and none.
            for _ in 0..[1, 12, 0, 2][models.len() % 4] {
                let place = model.place(9);
                model.change(place);
            }
            models.push(model.bytes.clone());
            let frame = gpu.begin(drawing).unwrap();
            model.write(&frame);
            frame.present();
        }
    }
    let frames = remote.frames();
    assert!(frames.len() >= 60);
    for (frame, bytes) in frames.iter().zip(models) {
        model.bytes = bytes;
        model.check(frame, gpu.format());
    }
    assert!(frames[1..].iter().all(Frame::is_damage_complete));
    assert_eq!(canvas.stats().wrong_damage, 0);
}

#[test]
fn a_storm_of_sizes_and_lost_devices_leaves_nothing_of_older_pictures() {
    let (canvas, remote) = watched(UpdateMode::OnDemand);
    let mut gpu = compared(&canvas);
    let mut scene = Scene::default();
    for round in 0..30_u64 {
        canvas.set_fixed_size((100 + round as u32 / 3 * 7, 50 + round as u32 / 2)).unwrap();
        if round % 7 == 6 {
            gpu.device().destroy();
            let _ = gpu.device().poll(wgpu::PollType::Poll);
        }
        let presented = remote.presented();
        canvas.request_draw();
        run(&canvas, &mut gpu, &mut scene, |_| remote.presented() > presented);
        let frame = remote.last_frame().unwrap();
        scene::check(&frame, scene::shade(&frame, gpu.format()), gpu.format());
    }
    assert_eq!((gpu.stats().lost, canvas.stats().wrong_damage), (4, 0));
}

#[test]
fn a_gpu_that_cannot_compare_reads_everything() {
    let canvas = Canvas::offscreen((200.0, 100.0)).unwrap();
    let limits = wgpu::Limits { max_storage_buffers_per_shader_stage: 2, ..Default::default() };
    let settings = GpuSettings::new().limits(limits).compare_on_gpu(true);
    let mut gpu = canvas.gpu_with(settings).unwrap();
    let mut scene = Scene::default();
    for shade in 1..4 {
        let frame = draw(&canvas, &mut gpu, &mut scene, shade);
        scene::check(&frame, shade, gpu.format());
        assert!(!frame.is_damage_complete());
    }
    assert_eq!((gpu.stats().read, gpu.stats().lost), (3, 0));
    assert!(gpu.stats().bytes_read >= 3 * 200 * 100 * 4);
}
