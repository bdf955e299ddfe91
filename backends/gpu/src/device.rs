//! An open device, and whether it was lost.

use std::sync::{Arc, Mutex, PoisonError};

use framecast::{Error, Result};
use wgpu::{Adapter, Device, DeviceDescriptor, Queue};

use crate::adapter;
use crate::settings::{GpuDevice, GpuSettings};

/// A device, and why it was lost.
#[derive(Clone)]
pub(crate) struct OpenDevice {
    pub(crate) adapter: Adapter,
    pub(crate) device: Device,
    pub(crate) queue: Queue,
    lost: Arc<Mutex<Option<String>>>,
}

impl OpenDevice {
    /// Opens the device that `settings` describe, and calls `on_lost` when it is lost. Returns it with a line for the
    /// user about what it is.
    pub(crate) fn open(
        settings: &GpuSettings,
        on_lost: impl Fn() + Send + 'static,
    ) -> Result<(Self, String)> {
        let (opened, line) = match settings.device.clone() {
            Some(device) => {
                let name = adapter::describe(&device.adapter.get_info());
                (device, format!("{name}: the program opened it"))
            }
            None => {
                let (adapter, line) = adapter::find(settings.power)?;
                (request(adapter, settings)?, line)
            }
        };
        let GpuDevice { adapter, device, queue } = opened;
        let lost = Arc::new(Mutex::new(None));
        let reason = Arc::clone(&lost);
        device.set_device_lost_callback(move |_, message| {
            *reason.lock().unwrap_or_else(PoisonError::into_inner) = Some(message);
            on_lost();
        });
        Ok((Self { adapter, device, queue, lost }, line))
    }

    /// Why it was lost, if it was.
    pub(crate) fn lost(&self) -> Option<String> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn request(adapter: Adapter, settings: &GpuSettings) -> Result<GpuDevice> {
    let descriptor = DeviceDescriptor {
        label: Some("framecast"),
        required_features: settings.features,
        required_limits: settings.limits.clone(),
        ..DeviceDescriptor::default()
    };
    match pollster::block_on(adapter.request_device(&descriptor)) {
        Ok((device, queue)) => Ok(GpuDevice { adapter, device, queue }),
        Err(error) => Err(Error::failed(format!(
            "the GPU {} opens no device with the features and limits that the program asks for: {error}. \
             WGPU_ADAPTER_NAME names another one",
            adapter::describe(&adapter.get_info())
        ))),
    }
}
