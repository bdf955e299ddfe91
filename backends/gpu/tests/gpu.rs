//! A canvas that a GPU draws, on whatever GPU there is: Mesa's renderer in software is one.

/// Pictures that the GPU compares.
mod compared;
mod scene;
/// The local window, shown without reading.
#[cfg(all(unix, not(target_os = "macos")))]
mod window;

use std::time::{Duration, Instant};

use framecast::{
    Canvas, CanvasHandle, DetachedDrawing, DrawDemand, ErrorKind, Frame, NullBackend, NullRemote,
    Offscreen, PhysicalSize, Step, UpdateMode,
};
use framecast_gpu::{CanvasGpu, Gpu, GpuDevice, GpuSettings, wgpu};
use scene::Scene;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

const FORMATS: [wgpu::TextureFormat; 4] = [
    wgpu::TextureFormat::Rgba8Unorm,
    wgpu::TextureFormat::Rgba8UnormSrgb,
    wgpu::TextureFormat::Bgra8Unorm,
    wgpu::TextureFormat::Bgra8UnormSrgb,
];

/// Draws one frame of `scene`, and returns it.
fn draw(canvas: &Offscreen, gpu: &mut Gpu, scene: &mut Scene, shade: u32) -> Frame {
    canvas
        .draw_with(|_, step| {
            if let Step::Draw(drawing) = step {
                let frame = gpu.begin(drawing).unwrap();
                scene.draw(&frame, shade);
                frame.present();
            }
        })
        .unwrap()
}

#[test]
fn each_pixel_is_what_the_shader_wrote_in_each_format_and_size() {
    for format in FORMATS {
        let canvas = Canvas::offscreen((300.0, 7.0)).unwrap();
        let mut gpu = canvas.gpu_with(GpuSettings::new().format(format)).unwrap();
        let mut scene = Scene::default();
        // Rows of 256 bytes exactly, a pixel more and less, and a single one.
        for (width, height) in [(300, 7), (64, 3), (65, 2), (63, 5), (1, 1), (1280, 720)] {
            canvas.set_fixed_size((width, height)).unwrap();
            let frame = draw(&canvas, &mut gpu, &mut scene, 77);
            assert_eq!(frame.size(), PhysicalSize::new(width, height));
            scene::check(&frame, 77, format);
        }
        let stats = gpu.stats();
        assert_eq!((stats.presented, stats.read, stats.lost), (6, 6, 0));
        assert!(stats.bytes_read >= 1280 * 720 * 4 && !stats.readback.is_zero());
    }
}

#[test]
fn a_drawing_is_read_at_once_where_that_is_asked_for() {
    let canvas = Canvas::offscreen((100.0, 50.0)).unwrap();
    let mut gpu = canvas.gpu().unwrap();
    let mut scene = Scene::default();
    let frame = gpu.begin(canvas.begin_frame().unwrap()).unwrap();
    scene.draw(&frame, 5);
    let picture = frame.read().unwrap().into_frame();
    scene::check(&picture, 5, gpu.format());
    // For a print, in four times the resolution.
    let mut drawing = canvas.begin_frame().unwrap();
    drawing.set_resolution(4.0).unwrap();
    let frame = gpu.begin(drawing).unwrap();
    assert_eq!((frame.size(), frame.ratio()), (PhysicalSize::new(400, 200), 4.0));
    scene.draw(&frame, 6);
    scene::check(&frame.read().unwrap().into_frame(), 6, gpu.format());
}

/// A canvas with a viewer that always wants the next frame.
fn watched(mode: UpdateMode) -> (Canvas, NullRemote) {
    let (backend, remote) = NullBackend::new();
    remote.set_demand(true);
    let canvas = Canvas::builder("gpu")
        .size((320.0, 200.0))
        .draw_demand(DrawDemand::Always)
        .update_mode(mode)
        .backend(backend)
        .open()
        .unwrap();
    (canvas, remote)
}

/// Runs the canvas until `done`, drawing frames whose shade is their number.
fn run(canvas: &Canvas, gpu: &mut Gpu, scene: &mut Scene, mut done: impl FnMut(u32) -> bool) {
    let end = Instant::now() + PATIENCE;
    let mut drawn = 0;
    while !done(drawn) {
        let step = canvas.next_before(end.min(Instant::now() + Duration::from_millis(100)));
        assert!(Instant::now() < end, "nothing was shown in time, after {drawn} draws");
        if let Ok(Step::Draw(drawing)) = step {
            drawn += 1;
            let frame = gpu.begin(drawing).unwrap();
            scene.draw(&frame, drawn);
            frame.present();
        }
    }
}

#[test]
fn frames_follow_each_other_while_others_are_read() {
    let (canvas, remote) = watched(UpdateMode::Fastest);
    remote.keep_frames(100);
    let settings = GpuSettings::new().format(wgpu::TextureFormat::Rgba8Unorm);
    let mut gpu = canvas.gpu_with(settings).unwrap();
    run(&canvas, &mut gpu, &mut Scene::default(), |_| remote.presented() >= 60);
    let frames = remote.frames();
    let shades: Vec<_> = frames.iter().map(|frame| scene::shade(frame, gpu.format())).collect();
    assert!(shades.is_sorted_by(|a, b| a < b), "{shades:?}");
    for frame in &frames {
        scene::check(frame, scene::shade(frame, gpu.format()), gpu.format());
    }
    assert!(frames.is_sorted_by(|a, b| a.timestamp() < b.timestamp()));
}

#[test]
fn a_storm_of_sizes_ends_in_the_last_one() {
    let (canvas, remote) = watched(UpdateMode::Continuous);
    canvas.set_max_fps(None);
    let mut gpu = canvas.gpu().unwrap();
    let mut scene = Scene::default();
    run(&canvas, &mut gpu, &mut scene, |drawn| {
        let drawn = drawn.min(200);
        canvas.set_fixed_size((100 + drawn * 7 % 300, 50 + drawn * 13 % 200)).unwrap();
        remote.presented() >= 200
    });
    let last = canvas.size().physical();
    run(&canvas, &mut gpu, &mut scene, |_| {
        remote.last_frame().is_some_and(|frame| frame.size() == last)
    });
    let frame = remote.last_frame().unwrap();
    scene::check(&frame, scene::shade(&frame, gpu.format()), gpu.format());
    assert_eq!(gpu.stats().lost, 0);
}

#[test]
fn nothing_is_read_while_nobody_looks() {
    let (canvas, remote) = watched(UpdateMode::Continuous);
    canvas.set_max_fps(None);
    let mut gpu = canvas.gpu().unwrap();
    let mut scene = Scene::default();
    remote.set_demand(false);
    run(&canvas, &mut gpu, &mut scene, |drawn| drawn >= 20);
    let stats = gpu.stats();
    assert_eq!((stats.presented, stats.read, stats.bytes_read), (20, 0, 0));
    // At rest, whoever looks first gets the picture all the same.
    canvas.set_update_mode(UpdateMode::OnDemand);
    assert!(canvas.next_before(Instant::now()).is_err());
    remote.set_demand(true);
    run(&canvas, &mut gpu, &mut scene, |_| remote.presented() >= 1);
    assert_eq!(gpu.stats().read, 1);
}

#[test]
fn a_canvas_at_rest_draws_and_reads_nothing() {
    let (canvas, remote) = watched(UpdateMode::OnDemand);
    let mut gpu = canvas.gpu().unwrap();
    let mut scene = Scene::default();
    run(&canvas, &mut gpu, &mut scene, |_| remote.presented() >= 1);
    let before = gpu.stats();
    assert!(canvas.next_before(Instant::now() + Duration::from_millis(200)).is_err());
    assert_eq!((gpu.stats(), before.presented), (before, 1));
    canvas.request_draw();
    run(&canvas, &mut gpu, &mut scene, |_| remote.presented() >= 2);
}

#[test]
fn more_frames_than_the_limit_wait_for_the_gpu() {
    let (canvas, remote) = watched(UpdateMode::Manual);
    let mut gpu = canvas.gpu().unwrap();
    let mut scene = Scene::default();
    let many = DetachedDrawing::MOST as u32 * 5;
    for shade in 1..=many {
        let frame = gpu.begin(canvas.begin_frame().unwrap()).unwrap();
        scene.draw(&frame, shade);
        frame.present();
    }
    run(&canvas, &mut gpu, &mut scene, |_| {
        remote
            .last_frame()
            .is_some_and(|frame| scene::shade(&frame, wgpu::TextureFormat::Bgra8UnormSrgb) == many)
    });
    assert_eq!(gpu.stats().presented, u64::from(many));
}

#[test]
fn a_lost_device_is_opened_again_and_the_canvas_goes_on() {
    let (canvas, remote) = watched(UpdateMode::OnDemand);
    let mut gpu = canvas.gpu().unwrap();
    let mut scene = Scene::default();
    for lost in 1..=3 {
        run(&canvas, &mut gpu, &mut scene, |_| remote.presented() >= lost);
        gpu.device().destroy();
        // Nobody asks for a draw but the GPU itself, on its thread or on ours.
        let _ = gpu.device().poll(wgpu::PollType::Poll);
        run(&canvas, &mut gpu, &mut scene, |_| remote.presented() > lost);
        assert_eq!(gpu.stats().lost, lost);
        let frame = remote.last_frame().unwrap();
        scene::check(&frame, scene::shade(&frame, gpu.format()), gpu.format());
    }
}

#[test]
fn a_device_that_is_lost_twice_without_a_picture_is_reported() {
    let canvas = Canvas::offscreen((8.0, 8.0)).unwrap();
    let mut gpu = canvas.gpu().unwrap();
    let lose = |gpu: &mut Gpu| {
        gpu.device().destroy();
        let _ = gpu.device().poll(wgpu::PollType::Poll);
        gpu.begin(canvas.begin_frame().unwrap()).map(|frame| frame.is_first())
    };
    assert!(lose(&mut gpu).unwrap());
    let error = lose(&mut gpu).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed);
    let message = error.to_string();
    assert!(message.contains("lost") && message.contains("WGPU_ADAPTER_NAME"), "{message}");
}

#[test]
fn a_picture_that_is_read_at_once_is_one_in_between() {
    let canvas = Canvas::offscreen((8.0, 8.0)).unwrap();
    let mut gpu = canvas.gpu().unwrap();
    let mut scene = Scene::default();
    for shade in 1..=3 {
        let frame = gpu.begin(canvas.begin_frame().unwrap()).unwrap();
        scene.draw(&frame, shade);
        scene::check(&frame.read().unwrap().into_frame(), shade, gpu.format());
        gpu.device().destroy();
        let _ = gpu.device().poll(wgpu::PollType::Poll);
    }
    assert!(gpu.begin(canvas.begin_frame().unwrap()).is_ok());
    assert_eq!((gpu.stats().read, gpu.stats().lost), (3, 3));
}

#[test]
fn a_loss_is_counted_once_however_often_a_frame_is_begun() {
    let canvas = Canvas::offscreen((8.0, 8.0)).unwrap();
    let mut gpu = canvas.gpu().unwrap();
    for _ in 0..2 {
        gpu.device().destroy();
        let _ = gpu.device().poll(wgpu::PollType::Poll);
        let _ = gpu.begin(canvas.begin_frame().unwrap());
    }
    let error = gpu.begin(canvas.begin_frame().unwrap()).unwrap_err().to_string();
    assert!(error.contains("the program destroyed it"), "{error}");
    assert_eq!(gpu.stats().lost, 2);
}

#[test]
fn a_device_whose_loss_somebody_else_hears_of_is_lost_with_its_picture() {
    let (canvas, remote) = watched(UpdateMode::OnDemand);
    let mut gpu = canvas.gpu().unwrap();
    let mut scene = Scene::default();
    run(&canvas, &mut gpu, &mut scene, |_| remote.presented() >= 1);
    // As two canvases with one device do.
    gpu.device().set_device_lost_callback(|_, _| {});
    gpu.device().destroy();
    canvas.request_draw();
    run(&canvas, &mut gpu, &mut scene, |_| remote.presented() >= 2);
    assert_eq!(gpu.stats().lost, 1);
}

#[test]
fn pictures_that_a_lost_device_keeps_hold_up_nobody() {
    let (canvas, remote) = watched(UpdateMode::Manual);
    let mut gpu = canvas.gpu().unwrap();
    let mut scene = Scene::default();
    for round in 1..=4 {
        // More than there are buffers, of two sizes, and the device is gone in the middle.
        for shade in 0..8 {
            let mut drawing = canvas.begin_frame().unwrap();
            drawing.set_resolution(f64::from(1 + shade % 2)).unwrap();
            let frame = gpu.begin(drawing).unwrap();
            if shade == 4 {
                frame.device().destroy();
            }
            scene.draw(&frame, shade);
            frame.present();
        }
        // The first one may find the device lost.
        let picture = (0..2).find_map(|_| {
            let frame = gpu.begin(canvas.begin_frame().unwrap()).unwrap();
            scene.draw(&frame, 200 + round);
            frame.read().ok()
        });
        scene::check(&picture.unwrap().into_frame(), 200 + round, gpu.format());
        assert_eq!(gpu.stats().lost, u64::from(round));
    }
    drop(gpu);
    // None is detached for ever.
    canvas.set_update_mode(UpdateMode::Fastest);
    let end = Instant::now() + PATIENCE;
    while !matches!(canvas.next_before(end), Ok(Step::Draw(_))) {
        assert!(Instant::now() < end, "no draw is handed out any more");
    }
    assert!(remote.presented() < 40);
}

#[test]
fn a_texture_that_the_program_destroys_is_a_lost_device_and_no_panic() {
    let canvas = Canvas::offscreen((8.0, 8.0)).unwrap();
    let mut gpu = canvas.gpu().unwrap();
    let mut destroyed = || {
        let frame = gpu.begin(canvas.begin_frame()?)?;
        frame.texture().destroy();
        frame.read().map(drop)
    };
    assert!(destroyed().is_err());
    assert!(destroyed().is_err());
    let error = destroyed().unwrap_err().to_string();
    assert!(error.contains("without a picture") && error.contains("destroyed"), "{error}");
}

/// Threads of this process that read pictures.
#[cfg(target_os = "linux")]
fn readers() -> usize {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let names = threads.filter_map(|it| std::fs::read_to_string(it.ok()?.path().join("comm")).ok());
    names.filter(|name| name.trim() == "framecast-gpu").count()
}

#[cfg(target_os = "linux")]
#[test]
fn the_thread_of_a_gpu_ends_with_it() {
    let canvas = Canvas::offscreen((64.0, 64.0)).unwrap();
    for shade in 0..50 {
        let mut gpu = canvas.gpu().unwrap();
        let frame = gpu.begin(canvas.begin_frame().unwrap()).unwrap();
        Scene::default().draw(&frame, shade);
        frame.present();
    }
    // Other tests have some, too.
    assert!(readers() < 25, "{} threads stay", readers());
}

#[test]
fn a_program_brings_its_own_device() {
    let canvas = Canvas::offscreen((40.0, 30.0)).unwrap();
    let of_others = canvas.gpu().unwrap();
    let device = GpuDevice {
        adapter: of_others.adapter().clone(),
        device: of_others.device().clone(),
        queue: of_others.queue().clone(),
    };
    let mut gpu = canvas.gpu_with(GpuSettings::new().device(device)).unwrap();
    let frame = draw(&canvas, &mut gpu, &mut Scene::default(), 9);
    scene::check(&frame, 9, gpu.format());
    gpu.device().destroy();
    let _ = gpu.device().poll(wgpu::PollType::Poll);
    let error = gpu.begin(canvas.begin_frame().unwrap()).unwrap_err().to_string();
    assert!(error.contains("the program opened it"), "{error}");
}

#[test]
fn what_cannot_be_is_said_plainly() {
    let canvas = Canvas::offscreen((8.0, 8.0)).unwrap();
    let settings = GpuSettings::new().format(wgpu::TextureFormat::Rgba16Float);
    let error = canvas.gpu_with(settings).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("Rgba8UnormSrgb"), "{error}");

    let limits = wgpu::Limits { max_bind_groups: 1_000, ..wgpu::Limits::default() };
    let error = canvas.gpu_with(GpuSettings::new().limits(limits)).unwrap_err().to_string();
    assert!(error.contains("opens no device"), "{error}");

    let mut gpu = canvas.gpu().unwrap();
    let most = gpu.device().limits().max_texture_dimension_2d;
    canvas.set_fixed_size((most + 1, 1)).unwrap();
    let error = gpu.begin(canvas.begin_frame().unwrap()).unwrap_err().to_string();
    assert!(error.contains(&format!("at most {most} pixels")), "{error}");
    let limits = wgpu::Limits { max_buffer_size: 65_536, ..wgpu::Limits::default() };
    let mut small = canvas.gpu_with(GpuSettings::new().limits(limits)).unwrap();
    canvas.set_fixed_size((64, 257)).unwrap();
    let error = small.begin(canvas.begin_frame().unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("at most 65536 bytes"), "{error}");
    canvas.set_fixed_size((64, 256)).unwrap();
    draw(&canvas, &mut small, &mut Scene::default(), 3);
    // And the next picture is drawn.
    canvas.set_fixed_size((most, 1)).unwrap();
    let frame = draw(&canvas, &mut gpu, &mut Scene::default(), 3);
    scene::check(&frame, 3, gpu.format());
}

#[test]
fn the_end_of_the_canvas_or_of_the_gpu_loses_nothing() {
    let (canvas, _remote) = watched(UpdateMode::Fastest);
    let mut gpu = canvas.gpu().unwrap();
    let mut scene = Scene::default();
    run(&canvas, &mut gpu, &mut scene, |drawn| drawn >= 3);
    // Pictures are under way, and are waited for.
    let presented = gpu.stats().presented;
    drop(gpu);
    let _ = canvas.poll();
    assert_eq!(canvas.stats().frames, presented);
    let handle: CanvasHandle = canvas.handle();
    canvas.close();
    while canvas.next().is_some() {}
    assert!(handle.is_closed());
}
