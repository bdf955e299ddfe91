//! bevy without a window and without a loop of its own: each frame of the canvas is one update.

use std::sync::Arc;
use std::time::Duration;

use bevy::app::TerminalCtrlCHandlerPlugin;
use bevy::camera::{ManualTextureViewHandle, RenderTarget};
use bevy::log::{Level, LogPlugin};
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::renderer::{
    RenderAdapter, RenderAdapterInfo, RenderDevice, RenderInstance, RenderQueue, WgpuWrapper,
};
use bevy::render::settings::RenderCreation;
use bevy::render::texture::{ManualTextureView, ManualTextureViews};
use bevy::time::TimeUpdateStrategy;
use framecast_gpu::{GpuFrame, wgpu};

/// What cameras render to.
pub const CANVAS: RenderTarget = RenderTarget::TextureView(VIEW);
const VIEW: ManualTextureViewHandle = ManualTextureViewHandle(0);

pub struct Engine {
    app: App,
    /// Where the pointer was last, in logical pixels.
    pub pointer: Option<Vec2>,
}

impl Engine {
    /// Starts bevy on the GPU that draws `frame`.
    pub fn new(frame: &GpuFrame<'_>, build: impl FnOnce(&mut App)) -> Self {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let render = RenderPlugin {
            render_creation: RenderCreation::manual(
                RenderDevice::from(frame.device().clone()),
                RenderQueue(Arc::new(WgpuWrapper::new(frame.queue().clone()))),
                RenderAdapterInfo(WgpuWrapper::new(frame.adapter().get_info())),
                RenderAdapter(Arc::new(WgpuWrapper::new(frame.adapter().clone()))),
                RenderInstance(Arc::new(WgpuWrapper::new(instance))),
            ),
            ..default()
        };
        let mut app = App::new();
        // The canvas closes when it is interrupted.
        let plugins = DefaultPlugins.set(render).disable::<TerminalCtrlCHandlerPlugin>();
        app.add_plugins(plugins.set(LogPlugin { level: Level::ERROR, ..default() }));
        let mut engine = Self { app, pointer: None };
        engine.aim(frame);
        build(&mut engine.app);
        engine.app.finish();
        engine.app.cleanup();
        engine
    }

    /// Renders the next picture to `frame`.
    pub fn render(&mut self, frame: &GpuFrame<'_>) {
        self.aim(frame);
        self.app.update();
    }

    /// Hands bevy a message.
    pub fn send(&mut self, message: impl Message) {
        self.app.world_mut().write_message(message);
    }

    /// Lets cameras render to the texture of `frame`, and time be the canvas'.
    fn aim(&mut self, frame: &GpuFrame<'_>) {
        let size = frame.size();
        let view = ManualTextureView {
            texture_view: frame.view().clone().into(),
            size: UVec2::new(size.width, size.height),
            view_format: frame.format(),
        };
        let world = self.app.world_mut();
        world.resource_mut::<ManualTextureViews>().insert(VIEW, view);
        world.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_secs_f64(
            frame.step(),
        )));
    }
}
