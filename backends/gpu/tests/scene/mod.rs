//! A picture each of whose pixels tells where it is and which frame it is of, drawn by a shader, and as it must be.

use framecast::Frame;
use framecast_gpu::{GpuFrame, wgpu};

/// Writes x and y modulo 256, and the number of the frame, as red, green and blue.
const SHADER: &str = "
    @group(0) @binding(0) var<uniform> shade: vec4u;

    @vertex
    fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
        // One triangle that covers everything.
        return vec4f(f32(index / 2u) * 4.0 - 1.0, f32(index % 2u) * 4.0 - 1.0, 0.0, 1.0);
    }

    @fragment
    fn fragment(@builtin(position) place: vec4f) -> @location(0) vec4f {
        let pixel = vec2u(place.xy) % 256u;
        return vec4f(vec3f(vec3u(pixel, shade.x % 256u)) / 255.0, 1.0);
    }
";

/// What draws it, on the device of the last frame.
#[derive(Default)]
pub(crate) struct Scene {
    made: Option<Made>,
}

struct Made {
    pipeline: wgpu::RenderPipeline,
    shade: wgpu::Buffer,
    bind_group: wgpu::BindGroup,
}

impl Scene {
    /// Draws the frame with this number.
    pub(crate) fn draw(&mut self, frame: &GpuFrame, shade: u32) {
        if frame.is_first() || self.made.is_none() {
            self.made = Some(make(frame.device(), frame.format()));
        }
        let Some(made) = &self.made else { return };
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&shade.to_ne_bytes());
        frame.queue().write_buffer(&made.shade, 0, &bytes);
        let mut encoder = frame.device().create_command_encoder(&Default::default());
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(
                frame.color_attachment(wgpu::LoadOp::Clear(wgpu::Color::WHITE)),
            )],
            ..Default::default()
        });
        pass.set_pipeline(&made.pipeline);
        pass.set_bind_group(0, &made.bind_group, &[]);
        pass.draw(0..3, 0..1);
        drop(pass);
        frame.queue().submit([encoder.finish()]);
    }
}

fn make(device: &wgpu::Device, format: wgpu::TextureFormat) -> Made {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: None,
        source: wgpu::ShaderSource::Wgsl(SHADER.into()),
    });
    let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: None,
        layout: None,
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: None,
            compilation_options: Default::default(),
            buffers: &[],
        },
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: None,
            compilation_options: Default::default(),
            targets: &[Some(format.into())],
        }),
        primitive: Default::default(),
        depth_stencil: None,
        multisample: Default::default(),
        multiview_mask: None,
        cache: None,
    });
    let shade = device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: 16,
        usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: shade.as_entire_binding() }],
    });
    Made { pipeline, shade, bind_group }
}

/// The number of the frame, as its pixels tell: exactly without sRGB, nearly with it.
pub(crate) fn shade(frame: &Frame, format: wgpu::TextureFormat) -> u32 {
    let blue = frame.pixels()[0][2];
    let nearest = (0..=255).min_by_key(|written| shown(*written, format).abs_diff(blue));
    nearest.map_or(0, u32::from)
}

/// Panics unless every pixel is as the shader wrote it.
pub(crate) fn check(frame: &Frame, number: u32, format: wgpu::TextureFormat) {
    for (index, pixel) in frame.pixels().iter().enumerate() {
        let (x, y) = (index as u32 % frame.width(), index as u32 / frame.width());
        let wanted = [x, y, number].map(|value| shown((value % 256) as u8, format));
        // Drivers may round a conversion to sRGB by one.
        let slack = u8::from(format.is_srgb());
        let off = pixel[..3].iter().zip(wanted).any(|(is, should)| is.abs_diff(should) > slack);
        assert!(!off && pixel[3] == 255, "({x}, {y}) of {frame:?}: {pixel:?}, not {wanted:?}");
    }
}

/// What a channel is after the target converted it: linear to sRGB, IEC 61966-2-1.
fn shown(written: u8, format: wgpu::TextureFormat) -> u8 {
    if !format.is_srgb() {
        return written;
    }
    let linear = f64::from(written) / 255.0;
    let srgb =
        if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (srgb * 255.0).round() as u8
}
