//! An open device, and whether it was lost.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use framecast::{Error, Result};
use wgpu::{Adapter, Device, DeviceDescriptor, DeviceLostReason, ErrorFilter, Instance, Queue};

use crate::adapter;
use crate::settings::{GpuDevice, GpuSettings};

/// A device, and whether it was lost.
pub(crate) struct OpenDevice {
    pub(crate) adapter: Adapter,
    /// The adapter's, unless the program opened the device.
    pub(crate) instance: Option<Instance>,
    pub(crate) device: Device,
    pub(crate) queue: Queue,
    pub(crate) loss: Loss,
}

/// Whether a device was lost, and why.
#[derive(Debug, Clone, Default)]
pub(crate) struct Loss {
    reason: Arc<Mutex<Option<String>>>,
}

impl Loss {
    /// The device is lost. The first reason stays.
    pub(crate) fn note(&self, reason: impl FnOnce() -> String) {
        self.lock().get_or_insert_with(reason);
    }

    /// Why it was lost, if it was.
    pub(crate) fn reason(&self) -> Option<String> {
        self.lock().clone()
    }

    pub(crate) fn is_noted(&self) -> bool {
        self.lock().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenDevice {
    /// Opens the device that `settings` describe, and calls `on_lost` when it is lost. Returns it with a line for the
    /// user about what it is.
    pub(crate) fn open(
        settings: &GpuSettings,
        on_lost: impl Fn() + Send + 'static,
    ) -> Result<(Self, String)> {
        let (opened, instance, line) = match settings.device.clone() {
            Some(device) => {
                let name = adapter::describe(&device.adapter.get_info());
                (device, None, format!("{name}: the program opened it"))
            }
            None => {
                let (adapter, instance, line) =
                    adapter::find(settings.power, settings.hardware_only)?;
                (request(adapter, settings)?, Some(instance), line)
            }
        };
        let GpuDevice { adapter, device, queue } = opened;
        let loss = Loss::default();
        let noted = loss.clone();
        device.set_device_lost_callback(move |reason, message| {
            noted.note(|| match reason {
                DeviceLostReason::Destroyed => "the program destroyed it".into(),
                DeviceLostReason::Unknown => message,
            });
            on_lost();
        });
        Ok((Self { adapter, instance, device, queue, loss }, line))
    }
}

/// Makes `calls` of wgpu on `device`, and returns their value with the first error. Without this, an error panics, and
/// what is made on a device that was just lost gives one when it is used.
pub(crate) fn catch<T>(device: &Device, calls: impl FnOnce() -> T) -> (T, Result<()>) {
    let filters = [ErrorFilter::OutOfMemory, ErrorFilter::Validation];
    let scopes = filters.map(|filter| device.push_error_scope(filter));
    let value = calls();
    let errors = scopes.into_iter().rev().map(|scope| pollster::block_on(scope.pop()));
    match errors.fold(None, Option::or) {
        None => (value, Ok(())),
        Some(error) => {
            let line = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            (value, Err(Error::failed(line)))
        }
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
