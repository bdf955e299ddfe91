//! From a picture's texture to a window's: as large as fits, exact at whole multiples, black beside it.

use framecast::{PhysicalSize, Rect, Result};
use wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, BindGroupLayout, BindGroupLayoutDescriptor,
    BindGroupLayoutEntry, BindingResource, BindingType, Buffer, BufferBindingType,
    BufferDescriptor, BufferUsages, Color, CommandEncoder, CommandEncoderDescriptor, Device,
    FragmentState, LoadOp, Operations, PipelineLayoutDescriptor, Queue, RenderPassColorAttachment,
    RenderPassDescriptor, RenderPipeline, RenderPipelineDescriptor, ShaderModuleDescriptor,
    ShaderSource, ShaderStages, StoreOp, Texture, TextureFormat, TextureSampleType, TextureUsages,
    TextureViewDescriptor, TextureViewDimension, VertexState,
};

use crate::device;

/// Each pixel of the window is the mean of the part of the picture that it covers, as in `framecast-window`: `size`
/// pixels are measured in parts of which a pixel of the picture has `size`.
const SHADER: &str = "
    // Pixels of the picture, a side, that count in one of the window: GPUs do not like to do much more for a pixel,
    // and lavapipe ends loops after 65535 turns.
    const MOST = 64u;

    struct Place { corner: vec2u, size: vec2u }

    @group(0) @binding(0) var picture: texture_2d<f32>;
    @group(0) @binding(1) var<uniform> place: Place;

    @vertex
    fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
        // One triangle that covers everything.
        return vec4f(f32(index / 2u) * 4.0 - 1.0, f32(index % 2u) * 4.0 - 1.0, 0.0, 1.0);
    }

    @fragment
    fn copy(@builtin(position) at: vec4f) -> @location(0) vec4f {
        return vec4f(textureLoad(picture, vec2u(at.xy) - place.corner, 0).rgb, 1.0);
    }

    @fragment
    fn scale(@builtin(position) at: vec4f) -> @location(0) vec4f {
        let pixels = textureDimensions(picture);
        let start = (vec2u(at.xy) - place.corner) * pixels;
        let end = start + pixels;
        let first = start / place.size;
        let last = (end - 1u) / place.size;
        let step = (last - first) / MOST + 1u;
        var sum = vec3f();
        var area = 0.0;
        for (var y = first.y; y <= last.y; y += step.y) {
            let height = min(end.y, (y + 1u) * place.size.y) - max(start.y, y * place.size.y);
            var row = vec3f();
            for (var x = first.x; x <= last.x; x += step.x) {
                let width = min(end.x, (x + 1u) * place.size.x) - max(start.x, x * place.size.x);
                area += f32(width) * f32(height);
                row += f32(width) * textureLoad(picture, vec2u(x, y), 0).rgb;
            }
            sum += f32(height) * row;
        }
        return vec4f(sum / area, 1.0);
    }
";

/// Draws pictures into windows.
pub(crate) struct Blit {
    device: Device,
    queue: Queue,
    /// For a place of the picture's size, where a division for each pixel would cost most, above all in software.
    copy: RenderPipeline,
    scale: RenderPipeline,
    layout: BindGroupLayout,
    place: Buffer,
}

/// A picture that can be drawn into a window.
pub(crate) struct Source {
    texture: Texture,
    bind_group: BindGroup,
}

impl Blit {
    /// Draws into textures of `format`, which must be one without sRGB: the bytes of a picture are those of the window.
    pub(crate) fn new(device: &Device, queue: &Queue, format: TextureFormat) -> Result<Self> {
        let (made, done) = device::catch(device, || {
            let module = device.create_shader_module(ShaderModuleDescriptor {
                label: Some("framecast window"),
                source: ShaderSource::Wgsl(SHADER.into()),
            });
            let entry = |binding, ty| BindGroupLayoutEntry {
                binding,
                visibility: ShaderStages::FRAGMENT,
                ty,
                count: None,
            };
            let layout = device.create_bind_group_layout(&BindGroupLayoutDescriptor {
                label: Some("framecast window"),
                entries: &[
                    entry(
                        0,
                        BindingType::Texture {
                            sample_type: TextureSampleType::Float { filterable: false },
                            view_dimension: TextureViewDimension::D2,
                            multisampled: false,
                        },
                    ),
                    entry(
                        1,
                        BindingType::Buffer {
                            ty: BufferBindingType::Uniform,
                            has_dynamic_offset: false,
                            min_binding_size: None,
                        },
                    ),
                ],
            });
            let pipeline_layout = device.create_pipeline_layout(&PipelineLayoutDescriptor {
                label: Some("framecast window"),
                bind_group_layouts: &[Some(&layout)],
                ..PipelineLayoutDescriptor::default()
            });
            let pipeline = |fragment| {
                device.create_render_pipeline(&RenderPipelineDescriptor {
                    label: Some("framecast window"),
                    layout: Some(&pipeline_layout),
                    vertex: VertexState {
                        module: &module,
                        entry_point: None,
                        compilation_options: wgpu::PipelineCompilationOptions::default(),
                        buffers: &[],
                    },
                    fragment: Some(FragmentState {
                        module: &module,
                        entry_point: Some(fragment),
                        compilation_options: wgpu::PipelineCompilationOptions::default(),
                        targets: &[Some(format.into())],
                    }),
                    primitive: wgpu::PrimitiveState::default(),
                    depth_stencil: None,
                    multisample: wgpu::MultisampleState::default(),
                    multiview_mask: None,
                    cache: None,
                })
            };
            let (copy, scale) = (pipeline("copy"), pipeline("scale"));
            let place = device.create_buffer(&BufferDescriptor {
                label: Some("framecast window"),
                size: 16,
                usage: BufferUsages::UNIFORM | BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            let (device, queue) = (device.clone(), queue.clone());
            Self { device, queue, copy, scale, layout, place }
        });
        done.map(|()| made)
    }

    /// Prepares `texture`, a picture.
    pub(crate) fn source(&self, texture: &Texture) -> Result<Source> {
        let (made, done) = device::catch(&self.device, || {
            let view = texture.create_view(&TextureViewDescriptor {
                format: Some(texture.format().remove_srgb_suffix()),
                ..TextureViewDescriptor::default()
            });
            self.device.create_bind_group(&BindGroupDescriptor {
                label: Some("framecast window"),
                layout: &self.layout,
                entries: &[
                    BindGroupEntry { binding: 0, resource: BindingResource::TextureView(&view) },
                    BindGroupEntry { binding: 1, resource: self.place.as_entire_binding() },
                ],
            })
        });
        done.map(|()| Source { texture: texture.clone(), bind_group: made })
    }

    /// Draws `source` into `window`, all of it.
    pub(crate) fn draw(&self, source: &Source, window: &Texture) -> Result<()> {
        let size = |texture: &Texture| PhysicalSize::new(texture.width(), texture.height());
        let picture = size(&source.texture);
        let place = picture.fit_into(size(window));
        let exact = (place.width, place.height) == (picture.width, picture.height);
        let alike = source.texture.format().remove_srgb_suffix() == window.format();
        let copied =
            alike && size(window) == picture && window.usage().contains(TextureUsages::COPY_DST);
        let (_, done) = device::catch(&self.device, || {
            let mut encoder =
                self.device.create_command_encoder(&CommandEncoderDescriptor::default());
            if copied {
                let (from, to) = (source.texture.as_image_copy(), window.as_image_copy());
                encoder.copy_texture_to_texture(from, to, window.size());
            } else {
                let pipeline = if exact { &self.copy } else { &self.scale };
                self.render(&mut encoder, source, window, place, pipeline);
            }
            self.queue.submit([encoder.finish()]);
        });
        done
    }
}

impl Blit {
    fn render(
        &self,
        encoder: &mut CommandEncoder,
        source: &Source,
        window: &Texture,
        place: Rect,
        pipeline: &RenderPipeline,
    ) {
        let words = [place.x, place.y, place.width, place.height];
        let bytes: Vec<u8> = words.into_iter().flat_map(u32::to_ne_bytes).collect();
        self.queue.write_buffer(&self.place, 0, &bytes);
        let view = window.create_view(&TextureViewDescriptor::default());
        let mut pass = encoder.begin_render_pass(&RenderPassDescriptor {
            label: Some("framecast window"),
            color_attachments: &[Some(RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: Operations { load: LoadOp::Clear(Color::BLACK), store: StoreOp::Store },
            })],
            ..RenderPassDescriptor::default()
        });
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &source.bind_group, &[]);
        pass.set_scissor_rect(place.x, place.y, place.width, place.height);
        pass.draw(0..3, 0..1);
    }
}

impl Source {
    pub(crate) fn is_of(&self, texture: &Texture) -> bool {
        self.texture == *texture
    }
}
