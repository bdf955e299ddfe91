//! From textures to memory. Buffers take turns: while one is read, the GPU writes into another.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use framecast::{
    CanvasHandle, DetachedDrawing, Error, FrameBuffer, PhysicalSize, PixelFormat, Result,
};
use wgpu::{
    Buffer, BufferAsyncError, BufferDescriptor, BufferUsages, CommandEncoder,
    CommandEncoderDescriptor, Device, Extent3d, MapMode, PollType, Queue, TexelCopyBufferInfo,
    TexelCopyBufferLayout, Texture,
};

use crate::changes::{Changes, Comparer};
use crate::device::{self, Loss, OpenDevice};
use crate::stats::GpuStats;

/// How often the GPU is asked whether it is done. A wait inside of wgpu would hold a lock that every submission needs
/// (`Device::fence` in wgpu-core 29), so the renderer would wait, too.
const ASK_EVERY: Duration = Duration::from_micros(250);

/// Reads the textures of one device.
pub(crate) struct Readback {
    fetcher: Fetcher,
    /// Whether the GPU compares pictures, as far as it can.
    compares: bool,
    /// Compares those of the last size.
    comparer: Option<Comparer>,
    /// Taken when this is dropped, as is the thread.
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    /// Buffers that were read.
    free: Receiver<Buffer>,
    /// Buffers that exist, of any size.
    buffers: usize,
}

/// A picture on its way to memory.
struct Job {
    copy: Copy,
    /// What it has of the picture; `None`: everything.
    changes: Option<Changes>,
    drawing: DetachedDrawing,
}

/// A buffer that the GPU writes a picture into.
struct Copy {
    buffer: Buffer,
    mapped: Mapped,
    submitted: Instant,
}

/// Says when a buffer can be read.
type Mapped = Receiver<Result<(), BufferAsyncError>>;

/// How the rows of a picture lie in a buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rows {
    /// Bytes from the start of a row to the start of the next one.
    stride: u32,
    /// Bytes of all rows.
    pub(crate) bytes: u64,
}

impl Rows {
    /// GPUs begin each row at a multiple of 256 bytes.
    pub(crate) fn new(size: PhysicalSize) -> Self {
        let stride = (size.width * 4).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        Self { stride, bytes: u64::from(stride) * u64::from(size.height) }
    }
}

impl Readback {
    /// Starts the thread that reads. Dropping this waits until it has read what is under way.
    pub(crate) fn start(
        opened: &OpenDevice,
        format: PixelFormat,
        compares: bool,
        canvas: CanvasHandle,
        stats: Arc<Mutex<GpuStats>>,
    ) -> Result<Self> {
        let (jobs, next_job) = mpsc::channel();
        let (give_back, free) = mpsc::channel();
        let (device, queue) = (opened.device.clone(), opened.queue.clone());
        let fetcher = Fetcher { device, queue, format, loss: opened.loss.clone(), stats };
        let reader = Reader { fetcher: fetcher.clone(), give_back, canvas };
        let thread = thread::Builder::new()
            .name("framecast-gpu".into())
            .spawn(move || reader.run(&next_job))
            .map_err(|error| {
                Error::failed(format!("no thread for reading the GPU's pictures: {error}"))
            })?;
        Ok(Self {
            fetcher,
            compares,
            comparer: None,
            jobs: Some(jobs),
            thread: Some(thread),
            free,
            buffers: 0,
        })
    }

    /// Reads `texture` into `drawing` and presents it, on another thread. Waits only if
    /// [`DetachedDrawing::MOST`] pictures are under way, which a canvas' own draws never are.
    pub(crate) fn read(&mut self, texture: &Texture, drawing: DetachedDrawing) {
        let (copy, changes) = match self.copy_changes(texture, drawing.size()) {
            Some((copy, changes)) => (copy, Some(changes)),
            None => (self.copy(texture, drawing.size()), None),
        };
        // The thread ends when this is dropped, so there it is.
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(Job { copy, changes, drawing });
        }
    }

    /// Reads `texture` into `picture`, and waits for it.
    pub(crate) fn read_now(&mut self, texture: &Texture, picture: &mut FrameBuffer) -> Result<()> {
        let copy = self.copy(texture, picture.size());
        let done = self.fetcher.fetch(&copy, picture);
        self.buffers -= 1;
        done
    }

    /// Copies all of a picture.
    fn copy(&mut self, texture: &Texture, size: PhysicalSize) -> Copy {
        let rows = Rows::new(size);
        let buffer = self.buffer(rows.bytes);
        let submitted = Instant::now();
        let mapped = self.fetcher.submit(&buffer, rows.bytes, |encoder| {
            encoder.copy_texture_to_buffer(
                texture.as_image_copy(),
                TexelCopyBufferInfo {
                    buffer: &buffer,
                    layout: TexelCopyBufferLayout {
                        offset: 0,
                        bytes_per_row: Some(rows.stride),
                        rows_per_image: None,
                    },
                },
                Extent3d { width: size.width, height: size.height, depth_or_array_layers: 1 },
            );
        });
        Copy { buffer, mapped, submitted }
    }

    /// Copies what changed of a picture. Returns `None` if the GPU does not compare pictures, or cannot.
    fn copy_changes(&mut self, texture: &Texture, size: PhysicalSize) -> Option<(Copy, Changes)> {
        if !self.compares {
            return None;
        }
        let mut comparer = match self.comparer.take().filter(|it| it.size() == size) {
            Some(comparer) => comparer,
            None => match Comparer::new(&self.fetcher.device, size) {
                Ok(comparer) => comparer,
                Err(error) => {
                    log::warn!("pictures are compared on the processor: the GPU cannot: {error}");
                    self.compares = false;
                    return None;
                }
            },
        };
        // With it, the changes of an older picture have been read.
        let buffer = self.buffer(comparer.most_bytes());
        let submitted = Instant::now();
        let changes = comparer.changes();
        let bytes = changes.bytes(changes.expected());
        let mapped = self.fetcher.submit(&buffer, bytes, |encoder| {
            comparer.find(encoder, texture);
            changes.copy(changes.expected(), encoder, &buffer);
        });
        self.comparer = Some(comparer);
        Some((Copy { buffer, mapped, submitted }, changes))
    }

    /// A buffer of `bytes` that nobody reads.
    fn buffer(&mut self, bytes: u64) -> Buffer {
        loop {
            let free = if self.buffers < DetachedDrawing::MOST {
                self.free.try_recv().ok()
            } else {
                // The reader gives back every buffer that it was handed.
                self.free.recv().ok()
            };
            match free {
                // One that was not read may still be mapped.
                Some(buffer) if buffer.size() == bytes && !self.fetcher.loss.is_noted() => {
                    return buffer;
                }
                Some(_) => self.buffers -= 1,
                None => break,
            }
        }
        self.buffers += 1;
        let descriptor = BufferDescriptor {
            label: Some("framecast readback"),
            size: bytes,
            usage: BufferUsages::COPY_DST | BufferUsages::MAP_READ,
            mapped_at_creation: false,
        };
        self.fetcher.call(|device| device.create_buffer(&descriptor))
    }
}

impl Drop for Readback {
    fn drop(&mut self) {
        drop(self.jobs.take());
        // A driver that is still at work when the process ends may crash it.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What the thread has.
struct Reader {
    fetcher: Fetcher,
    give_back: Sender<Buffer>,
    canvas: CanvasHandle,
}

impl Reader {
    fn run(&self, jobs: &Receiver<Job>) {
        for Job { copy, changes, mut drawing } in jobs {
            let read = match &changes {
                Some(changes) => self.fetcher.fetch_changes(&copy, changes, &mut drawing),
                None => self.fetcher.fetch(&copy, &mut drawing),
            };
            // Who drew may have ended.
            let _ = self.give_back.send(copy.buffer);
            match read {
                Ok(()) => drawing.present(),
                Err(error) => {
                    log::warn!("a picture was not read from the GPU: {error}");
                    drop(drawing);
                    // The next draw opens another device.
                    self.canvas.request_draw();
                }
            }
        }
    }
}

/// Takes pictures out of buffers.
#[derive(Clone)]
struct Fetcher {
    device: Device,
    queue: Queue,
    format: PixelFormat,
    loss: Loss,
    stats: Arc<Mutex<GpuStats>>,
}

impl Fetcher {
    /// Makes `calls` of wgpu. If one fails, whoever waits for the picture finds the device lost.
    fn call<T>(&self, calls: impl FnOnce(&Device) -> T) -> T {
        let (value, done) = device::catch(&self.device, || calls(&self.device));
        if let Err(error) = done {
            self.loss.note(|| format!("it copies no picture: {error}"));
        }
        value
    }

    /// Submits `copies` into `buffer`, and has the first `bytes` of it mapped afterwards.
    fn submit(
        &self,
        buffer: &Buffer,
        bytes: u64,
        copies: impl FnOnce(&mut CommandEncoder),
    ) -> Mapped {
        let (say, mapped) = mpsc::sync_channel(1);
        self.call(|device| {
            let mut encoder = device.create_command_encoder(&CommandEncoderDescriptor::default());
            copies(&mut encoder);
            self.queue.submit([encoder.finish()]);
            buffer.map_async(MapMode::Read, ..bytes, move |result| {
                // Nobody listens any more if the picture was given up.
                let _ = say.send(result);
            });
        });
        mapped
    }

    /// Waits until the GPU has written the picture, and copies it.
    fn fetch(&self, copy: &Copy, picture: &mut FrameBuffer) -> Result<()> {
        self.take(copy, || {
            let rows = Rows::new(picture.size());
            let pixels = copy.buffer.get_mapped_range(..);
            picture.copy_from_strided(&pixels, rows.stride as usize, self.format)?;
            Ok(rows.bytes)
        })
    }

    /// Waits until the GPU has found and written what changed, and completes the picture with it.
    fn fetch_changes(
        &self,
        copy: &Copy,
        changes: &Changes,
        drawing: &mut DetachedDrawing,
    ) -> Result<()> {
        self.take(copy, || {
            let mut bytes = changes.bytes(changes.expected());
            let count = changes.count(&copy.buffer.get_mapped_range(..bytes));
            if count > changes.expected() {
                copy.buffer.unmap();
                let all = changes.bytes(count);
                let mapped = self.submit(&copy.buffer, all, |encoder| {
                    changes.copy(count, encoder, &copy.buffer);
                });
                self.wait(&mapped)?;
                changes.apply(&copy.buffer.get_mapped_range(..all), self.format, drawing)?;
                bytes += all;
            } else {
                changes.apply(&copy.buffer.get_mapped_range(..bytes), self.format, drawing)?;
            }
            Ok(bytes)
        })
    }

    /// Waits until the GPU has written the picture, and has `read` take it and count its bytes. A device that fails to
    /// write one counts as lost, whether or not wgpu says so: its callback may be somebody else's.
    fn take(&self, copy: &Copy, read: impl FnOnce() -> Result<u64>) -> Result<()> {
        // `Device::poll` and `Buffer::get_mapped_range` panic if the device is lost at that moment.
        let taken = panic::catch_unwind(AssertUnwindSafe(|| {
            self.wait(&copy.mapped)?;
            let bytes = read()?;
            copy.buffer.unmap();
            Ok(bytes)
        }));
        let taken = taken.unwrap_or_else(|_| Err(Error::failed("wgpu panicked")));
        match &taken {
            Ok(bytes) => {
                let mut stats = lock(&self.stats);
                stats.read += 1;
                stats.bytes_read += bytes;
                stats.readback = copy.submitted.elapsed();
            }
            Err(error) => self.loss.note(|| format!("it gave no picture: {error}")),
        }
        taken.map(drop)
    }

    /// Waits until the GPU has written what is mapped then.
    fn wait(&self, mapped: &Mapped) -> Result<()> {
        loop {
            if self.loss.is_noted() {
                return Err(Error::failed("the device was lost"));
            }
            if let Err(error) = self.device.poll(PollType::Poll) {
                return Err(Error::failed(error.to_string()));
            }
            match mapped.recv_timeout(ASK_EVERY) {
                Ok(result) => return result.map_err(|error| Error::failed(error.to_string())),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::failed("the device is gone"));
                }
            }
        }
    }
}

pub(crate) fn lock(stats: &Mutex<GpuStats>) -> MutexGuard<'_, GpuStats> {
    stats.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_begin_at_multiples_of_256_bytes() {
        let rows = |width, height| Rows::new(PhysicalSize::new(width, height));
        assert_eq!(rows(1, 3), Rows { stride: 256, bytes: 768 });
        assert_eq!(rows(64, 2), Rows { stride: 256, bytes: 512 });
        assert_eq!(rows(65, 2), Rows { stride: 512, bytes: 1024 });
        assert_eq!(rows(1280, 720), Rows { stride: 5120, bytes: 5120 * 720 });
    }
}
