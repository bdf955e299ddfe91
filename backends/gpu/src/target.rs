//! The texture that frames are rendered to.

use framecast::{Error, PhysicalSize, PixelFormat, Result};
use wgpu::{
    DownlevelFlags, Extent3d, Texture, TextureDescriptor, TextureDimension, TextureFormat,
    TextureUsages, TextureView, TextureViewDescriptor,
};

use crate::device::{self, OpenDevice};
use crate::readback::Rows;

/// A texture of one size, and the view that is rendered to.
pub(crate) struct Target {
    pub(crate) texture: Texture,
    pub(crate) view: TextureView,
    pub(crate) size: PhysicalSize,
}

impl Target {
    pub(crate) fn new(
        opened: &OpenDevice,
        size: PhysicalSize,
        format: TextureFormat,
    ) -> Result<Self> {
        let limits = opened.device.limits();
        let most = limits.max_texture_dimension_2d;
        if size.width > most || size.height > most {
            return Err(Error::invalid_input(format!(
                "a picture of {size} pixels: the GPU's are at most {most} pixels wide and high. Ask for a smaller \
                 canvas, or for a higher limit (GpuSettings::limits)"
            )));
        }
        let (bytes, most) = (Rows::new(size).bytes, limits.max_buffer_size);
        if bytes > most {
            return Err(Error::invalid_input(format!(
                "a picture of {size} pixels: it is read through a buffer of {bytes} bytes, and the GPU's have at most \
                 {most} bytes. Ask for a smaller canvas, or for a higher limit (GpuSettings::limits)"
            )));
        }
        // OpenGL has no views in another format.
        let flags = opened.adapter.get_downlevel_capabilities().flags;
        let view_formats: &[_] = if flags.contains(DownlevelFlags::VIEW_FORMATS) {
            &[format.add_srgb_suffix(), format.remove_srgb_suffix()]
        } else {
            &[]
        };
        let descriptor = TextureDescriptor {
            label: Some("framecast frame"),
            size: Extent3d { width: size.width, height: size.height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: TextureDimension::D2,
            format,
            usage: TextureUsages::RENDER_ATTACHMENT
                | TextureUsages::TEXTURE_BINDING
                | TextureUsages::COPY_SRC
                | TextureUsages::COPY_DST,
            view_formats,
        };
        let (made, done) = device::catch(&opened.device, || {
            let texture = opened.device.create_texture(&descriptor);
            let view = texture.create_view(&TextureViewDescriptor::default());
            Self { texture, view, size }
        });
        done.map(|()| made).map_err(|error| {
            Error::failed(format!("the GPU makes no texture of {size} pixels: {error}"))
        })
    }
}

/// The order of the bytes of a pixel in a texture of this format.
pub(crate) fn pixel_format(format: TextureFormat) -> Result<PixelFormat> {
    match format.remove_srgb_suffix() {
        TextureFormat::Rgba8Unorm => Ok(PixelFormat::Rgba8),
        TextureFormat::Bgra8Unorm => Ok(PixelFormat::Bgra8),
        _ => Err(Error::invalid_input(format!(
            "frames in {format:?}: a frame is rendered in Rgba8UnormSrgb, Rgba8Unorm, Bgra8UnormSrgb or Bgra8Unorm"
        ))),
    }
}
