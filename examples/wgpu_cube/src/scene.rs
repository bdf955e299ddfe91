//! What the GPU does: a pipeline, a uniform buffer, and textures of the frame's size for smooth edges and for depth.

use framecast_gpu::{GpuFrame, wgpu};
use glam::{Mat4, Vec3};
use wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, Buffer, BufferDescriptor, BufferUsages, Color,
    CommandEncoderDescriptor, CompareFunction, DepthStencilState, Device, Extent3d, Face,
    FragmentState, LoadOp, MultisampleState, Operations, PrimitiveState, RenderPassColorAttachment,
    RenderPassDepthStencilAttachment, RenderPassDescriptor, RenderPipeline,
    RenderPipelineDescriptor, StoreOp, TextureDescriptor, TextureDimension, TextureFormat,
    TextureUsages, TextureView, VertexState,
};

const DEPTH: TextureFormat = TextureFormat::Depth32Float;
/// Samples of a pixel: edges are smooth.
const SAMPLES: u32 = 4;
const BACKGROUND: Color = Color { r: 0.01, g: 0.012, b: 0.02, a: 1.0 };

pub(crate) struct Scene {
    pipeline: RenderPipeline,
    camera: Buffer,
    bind_group: BindGroup,
    /// Colors with several samples a pixel, and depths.
    targets: Option<[TextureView; 2]>,
}

impl Scene {
    pub(crate) fn new(device: &Device, format: TextureFormat) -> Self {
        let module = device.create_shader_module(wgpu::include_wgsl!("cube.wgsl"));
        let pipeline = device.create_render_pipeline(&RenderPipelineDescriptor {
            label: Some("cube"),
            layout: None,
            vertex: VertexState {
                module: &module,
                entry_point: None,
                compilation_options: Default::default(),
                buffers: &[],
            },
            fragment: Some(FragmentState {
                module: &module,
                entry_point: None,
                compilation_options: Default::default(),
                targets: &[Some(format.into())],
            }),
            primitive: PrimitiveState { cull_mode: Some(Face::Back), ..Default::default() },
            depth_stencil: Some(DepthStencilState {
                format: DEPTH,
                depth_write_enabled: Some(true),
                depth_compare: Some(CompareFunction::Less),
                stencil: Default::default(),
                bias: Default::default(),
            }),
            multisample: MultisampleState { count: SAMPLES, ..Default::default() },
            multiview_mask: None,
            cache: None,
        });
        let camera = device.create_buffer(&BufferDescriptor {
            label: Some("camera"),
            // A matrix and the place of the eye.
            size: 80,
            usage: BufferUsages::UNIFORM | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let bind_group = device.create_bind_group(&BindGroupDescriptor {
            label: Some("camera"),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &[BindGroupEntry { binding: 0, resource: camera.as_entire_binding() }],
        });
        Self { pipeline, camera, bind_group, targets: None }
    }

    /// Draws the cube, seen from these angles, in radians, and from this distance.
    pub(crate) fn draw(&mut self, frame: &GpuFrame, yaw: f32, pitch: f32, distance: f32) {
        let size = frame.size();
        let eye =
            distance * Vec3::new(yaw.sin() * pitch.cos(), pitch.sin(), yaw.cos() * pitch.cos());
        let view = Mat4::look_at_rh(eye, Vec3::ZERO, Vec3::Y);
        let aspect = size.width as f32 / size.height as f32;
        let clip_from_world = Mat4::perspective_rh(0.8, aspect, 0.1, 100.0) * view;
        let mut uniforms = [0.0_f32; 20];
        uniforms[..16].copy_from_slice(&clip_from_world.to_cols_array());
        uniforms[16..19].copy_from_slice(&eye.to_array());
        frame.queue().write_buffer(&self.camera, 0, bytemuck::cast_slice(&uniforms));

        let extent = Extent3d { width: size.width, height: size.height, depth_or_array_layers: 1 };
        if self.targets.as_ref().is_none_or(|[color, _]| color.texture().size() != extent) {
            let make = |format| target(frame.device(), extent, format);
            self.targets = Some([make(frame.format()), make(DEPTH)]);
        }
        let Some([color, depth]) = &self.targets else { return };
        let mut encoder =
            frame.device().create_command_encoder(&CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_render_pass(&RenderPassDescriptor {
            color_attachments: &[Some(RenderPassColorAttachment {
                view: color,
                depth_slice: None,
                resolve_target: Some(frame.view()),
                ops: Operations { load: LoadOp::Clear(BACKGROUND), store: StoreOp::Discard },
            })],
            depth_stencil_attachment: Some(RenderPassDepthStencilAttachment {
                view: depth,
                depth_ops: Some(Operations { load: LoadOp::Clear(1.0), store: StoreOp::Discard }),
                stencil_ops: None,
            }),
            ..Default::default()
        });
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.bind_group, &[]);
        pass.draw(0..36, 0..1);
        drop(pass);
        frame.queue().submit([encoder.finish()]);
    }
}

fn target(device: &Device, size: Extent3d, format: TextureFormat) -> TextureView {
    let texture = device.create_texture(&TextureDescriptor {
        label: None,
        size,
        mip_level_count: 1,
        sample_count: SAMPLES,
        dimension: TextureDimension::D2,
        format,
        usage: TextureUsages::RENDER_ATTACHMENT,
        view_formats: &[],
    });
    texture.create_view(&Default::default())
}
