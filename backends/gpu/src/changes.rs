//! Which tiles of a picture changed since the last one that was read. The GPU finds them, so that only these are read.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use framecast::{DetachedDrawing, Error, PhysicalSize, PixelFormat, Rect, Result};
use wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, Buffer, BufferDescriptor, BufferUsages,
    CommandEncoder, ComputePassDescriptor, ComputePipeline, ComputePipelineDescriptor, Device,
    ShaderModuleDescriptor, ShaderSource, TexelCopyBufferInfo, TexelCopyBufferLayout, Texture,
};

use crate::device;

/// The pixels of a tile's side: a row of it has the 256 bytes to a multiple of which GPUs pad the rows of pictures.
const SIDE: u32 = 64;
const ROW_BYTES: usize = 4 * SIDE as usize;
/// The number of tiles, before them.
const HEADER: u64 = 16;
/// A tile, behind its number.
const TILE: u64 = 16 + (ROW_BYTES * SIDE as usize) as u64;
/// Where more tiles changed, finding what differs among them costs no more than to say where they are.
const MOST_DAMAGE: usize = 256;

/// One group of 64 threads looks at each tile. A row of a tile has 16 parts of four pixels.
const SHADER: &str = "
    struct Tile { number: u32, pixels: array<vec4u, 1024> }
    struct Changes { count: atomic<u32>, tiles: array<Tile> }

    @group(0) @binding(0) var<storage, read> picture: array<vec4u>;
    @group(0) @binding(1) var<storage, read_write> before: array<vec4u>;
    @group(0) @binding(2) var<storage, read_write> changes: Changes;

    var<workgroup> differs: atomic<u32>;
    var<workgroup> place: u32;

    @compute @workgroup_size(64)
    fn compare(
        @builtin(workgroup_id) tile: vec3u,
        @builtin(num_workgroups) tiles: vec3u,
        @builtin(local_invocation_index) thread: u32,
    ) {
        let stride = tiles.x * 16u;
        let first = (tile.y * 64u + thread / 16u) * stride + tile.x * 16u + thread % 16u;
        var same = true;
        for (var step = 0u; step < 16u; step++) {
            let at = first + step * 4u * stride;
            same &= all(picture[at] == before[at]);
        }
        if !same {
            atomicStore(&differs, 1u);
        }
        workgroupBarrier();
        let changed = atomicLoad(&differs) != 0u;
        if changed && thread == 0u {
            place = atomicAdd(&changes.count, 1u);
            changes.tiles[place].number = tile.y * tiles.x + tile.x;
        }
        workgroupBarrier();
        if changed {
            for (var step = 0u; step < 16u; step++) {
                let at = first + step * 4u * stride;
                before[at] = picture[at];
                changes.tiles[place].pixels[step * 64u + thread] = picture[at];
            }
        }
    }
";

/// Compares pictures of one size.
pub(crate) struct Comparer {
    pipeline: ComputePipeline,
    /// The newest picture, with padded rows.
    picture: Buffer,
    /// Where the tiles that changed are, of as many pictures as may be under way. They take turns.
    changes: [(Buffer, BindGroup); DetachedDrawing::MOST],
    turn: usize,
    last: Arc<LastRead>,
}

/// The last picture that was read, for the thread that reads: changes are the difference from it.
pub(crate) struct LastRead {
    size: PhysicalSize,
    /// How many tiles changed in it: as many are read with the next one without asking.
    changed: AtomicU32,
    kept: Mutex<Kept>,
}

struct Kept {
    /// Its bytes, in the order of the texture; at first what buffers of the GPU begin with.
    bytes: Vec<u8>,
    /// The number of its drawing, unless it is the first one.
    drawing: Option<u64>,
}

/// The changes of one picture, as they lie on the GPU.
pub(crate) struct Changes {
    buffer: Buffer,
    /// Tiles that are copied with their number.
    expected: u32,
    last: Arc<LastRead>,
}

impl Comparer {
    /// # Errors
    /// "Failed" if the device cannot do it: it has no compute shaders, for example, or no buffers of that size.
    pub(crate) fn new(device: &Device, size: PhysicalSize) -> Result<Self> {
        let last = LastRead {
            size,
            changed: AtomicU32::new(0),
            kept: Mutex::new(Kept { bytes: vec![0; size.bytes()?], drawing: None }),
        };
        let bytes = u64::from(last.tiles()) * (TILE - 16);
        let (made, done) = device::catch(device, || {
            let buffer = |size, usage| {
                device.create_buffer(&BufferDescriptor {
                    label: Some("framecast changes"),
                    size,
                    usage,
                    mapped_at_creation: false,
                })
            };
            let module = device.create_shader_module(ShaderModuleDescriptor {
                label: Some("framecast changes"),
                source: ShaderSource::Wgsl(SHADER.into()),
            });
            let pipeline = device.create_compute_pipeline(&ComputePipelineDescriptor {
                label: Some("framecast changes"),
                layout: None,
                module: &module,
                entry_point: None,
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            });
            let picture = buffer(bytes, BufferUsages::STORAGE | BufferUsages::COPY_DST);
            let before = buffer(bytes, BufferUsages::STORAGE);
            let layout = pipeline.get_bind_group_layout(0);
            let changes = [(); DetachedDrawing::MOST].map(|()| {
                let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC;
                let changes = buffer(last.bytes(last.tiles()), usage);
                let entries = [(0, &picture), (1, &before), (2, &changes)]
                    .map(|it| BindGroupEntry { binding: it.0, resource: it.1.as_entire_binding() });
                let bind_group = device.create_bind_group(&BindGroupDescriptor {
                    label: Some("framecast changes"),
                    layout: &layout,
                    entries: &entries,
                });
                (changes, bind_group)
            });
            Self { pipeline, picture, changes, turn: 0, last: Arc::new(last) }
        });
        done.map(|()| made)
    }

    pub(crate) fn size(&self) -> PhysicalSize {
        self.last.size
    }

    /// Bytes of the changes of a picture, at most.
    pub(crate) fn most_bytes(&self) -> u64 {
        self.last.bytes(self.last.tiles())
    }

    /// The changes of the next picture, to be [found](Self::find). Those of the one that was
    /// [`DetachedDrawing::MOST`] pictures ago must have been read.
    pub(crate) fn changes(&self) -> Changes {
        let expected = self.last.changed.load(Ordering::Relaxed);
        Changes {
            buffer: self.changes[self.turn].0.clone(),
            expected,
            last: Arc::clone(&self.last),
        }
    }

    /// Finds the changes of the picture in `texture`.
    pub(crate) fn find(&mut self, encoder: &mut CommandEncoder, texture: &Texture) {
        let (columns, rows) = self.last.grid();
        let layout = TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(columns * ROW_BYTES as u32),
            rows_per_image: None,
        };
        let picture = TexelCopyBufferInfo { buffer: &self.picture, layout };
        encoder.copy_texture_to_buffer(texture.as_image_copy(), picture, texture.size());
        let (buffer, bind_group) = &self.changes[self.turn];
        self.turn = (self.turn + 1) % self.changes.len();
        encoder.clear_buffer(buffer, 0, Some(HEADER));
        let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor::default());
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, bind_group, &[]);
        pass.dispatch_workgroups(columns, rows, 1);
    }
}

impl Changes {
    /// Copies the first `tiles` of them, with their number.
    pub(crate) fn copy(&self, tiles: u32, encoder: &mut CommandEncoder, staging: &Buffer) {
        encoder.copy_buffer_to_buffer(&self.buffer, 0, staging, 0, self.last.bytes(tiles));
    }

    /// How many are copied without asking how many there are.
    pub(crate) fn expected(&self) -> u32 {
        self.expected
    }

    /// Bytes that so many take, with their number.
    pub(crate) fn bytes(&self, tiles: u32) -> u64 {
        self.last.bytes(tiles)
    }

    /// How many there are, as what was copied begins with.
    pub(crate) fn count(&self, copied: &[u8]) -> u32 {
        number(copied).min(self.last.tiles())
    }

    /// Completes `drawing` with all of them, and notes them as its damage.
    pub(crate) fn apply(
        &self,
        copied: &[u8],
        format: PixelFormat,
        drawing: &mut DetachedDrawing,
    ) -> Result<()> {
        let PhysicalSize { width, height } = self.last.size;
        let count = self.count(copied);
        self.last.changed.store(count, Ordering::Relaxed);
        let mut kept = self.last.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let tiles = copied[HEADER as usize..].chunks_exact(TILE as usize).take(count as usize);
        let mut damage = Vec::with_capacity(count as usize);
        for tile in tiles {
            let (columns, _) = self.last.grid();
            let number = number(tile);
            if number >= self.last.tiles() {
                return Err(Error::failed("the GPU numbers tiles that there are not"));
            }
            let (x, y) = (number % columns * SIDE, number / columns * SIDE);
            let bytes = 4 * SIDE.min(width - x) as usize;
            for (row, pixels) in (y..height).zip(tile[16..].chunks_exact(ROW_BYTES)) {
                let at = 4 * (row as usize * width as usize + x as usize);
                kept.bytes[at..at + bytes].copy_from_slice(&pixels[..bytes]);
            }
            damage.push(Rect::new(x, y, SIDE, SIDE));
        }
        drawing.copy_from_strided(&kept.bytes, 4 * width as usize, format)?;
        let before = kept.drawing.replace(drawing.number());
        if let Some(before) = before.filter(|_| damage.len() <= MOST_DAMAGE) {
            drawing.clear_damage();
            damage.into_iter().for_each(|tile| drawing.add_damage(tile));
            drawing.set_damage_since(before);
            drawing.trust_damage();
        }
        Ok(())
    }
}

impl LastRead {
    /// How many tiles there are beside one another, and below.
    fn grid(&self) -> (u32, u32) {
        (self.size.width.div_ceil(SIDE), self.size.height.div_ceil(SIDE))
    }

    fn tiles(&self) -> u32 {
        let (columns, rows) = self.grid();
        columns * rows
    }

    /// Bytes of so many tiles, with their number.
    fn bytes(&self, tiles: u32) -> u64 {
        HEADER + u64::from(tiles) * TILE
    }
}

/// The number that `bytes` begin with.
fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_ne_bytes(*bytes))
}
