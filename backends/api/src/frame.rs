use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use crate::{PhysicalSize, PixelFormat, Rect, Result, pixels};

/// One finished picture: sRGB, RGBA8, physical pixels, rows from top to bottom without padding.
///
/// A frame is immutable, and shared without copying: a clone is a reference count. Frames are opaque;
/// alpha is ignored. When the last clone is dropped, its buffer goes back to the [`FramePool`].
#[derive(Clone)]
pub struct Frame {
    slot: Arc<Slot>,
}

/// A buffer of pixels from a [`FramePool`]: draw into it, then freeze it into a [`Frame`].
///
/// A buffer holds an *older picture, or black*: draw every pixel, or start with
/// [`fill`](FrameBuffer::fill) or [`copy_from`](FrameBuffer::copy_from).
pub struct FrameBuffer {
    /// Invariant: the only reference, until `freeze`.
    slot: Arc<Slot>,
}

/// Recycles pixel buffers, so that drawing allocates nothing in steady state.
///
/// ```
/// use framecast_api::{FramePool, PhysicalSize};
/// let mut pool = FramePool::new();
/// let mut buffer = pool.lend(PhysicalSize::new(2, 1))?;
/// buffer.pixels_mut()[1] = [255, 0, 0, 255];
/// let frame = pool.freeze(buffer, 1, 0.25, 1.0);
/// assert_eq!(frame.bytes(), [0, 0, 0, 255, 255, 0, 0, 255]);
/// assert_eq!((frame.sequence(), frame.timestamp()), (1, 0.25));
/// # Ok::<(), framecast_api::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct FramePool {
    /// Every buffer that was frozen here, newest last. One whose count is 1 is nobody's.
    frozen: Vec<Arc<Slot>>,
    /// The sizes of the last buffers that were lent, newest last.
    recent: VecDeque<PhysicalSize>,
}

struct Slot {
    bytes: Vec<u8>,
    size: PhysicalSize,
    ratio: f64,
    sequence: u64,
    timestamp: f64,
    /// `None`: anything may have changed.
    damage: Option<Vec<Rect>>,
    damage_is_complete: bool,
}

impl FramePool {
    /// Unused buffers beyond this many are given back to the allocator.
    const KEEP: usize = 4;
    /// Unused buffers whose size is none of the last that were lent are given back, too: a canvas that was
    /// larger would otherwise keep that size for ever. Pictures of two sizes may take turns.
    const RECENT: usize = 4;

    /// Creates an empty pool.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a buffer of `size`. It holds an older picture, or black.
    ///
    /// # Errors
    /// "Invalid input" if `size` is empty or larger than a frame may be ([`PhysicalSize::bytes`]).
    pub fn lend(&mut self, size: PhysicalSize) -> Result<FrameBuffer> {
        let bytes = size.bytes()?;
        // The oldest free one of the right size first: backends may still look at newer ones.
        let free = |slot: &Arc<Slot>| Arc::strong_count(slot) == 1;
        let found = self.frozen.iter().position(|slot| free(slot) && slot.size == size);
        let slot = found.map(|index| self.frozen.remove(index));
        self.recent.push_back(size);
        if self.recent.len() > Self::RECENT {
            self.recent.pop_front();
        }
        // Before memory is asked for.
        self.trim();
        let slot = slot.and_then(Slot::again);
        Ok(FrameBuffer { slot: slot.unwrap_or_else(|| Arc::new(Slot::black(size, bytes))) })
    }

    /// Makes `buffer` immutable and shareable.
    ///
    /// `sequence` grows by one with every frame of a canvas, `timestamp` is in seconds on the
    /// process' [`Clock`](crate::Clock), `ratio` is physical pixels per logical pixel.
    pub fn freeze(
        &mut self,
        buffer: FrameBuffer,
        sequence: u64,
        timestamp: f64,
        ratio: f64,
    ) -> Frame {
        let FrameBuffer { mut slot } = buffer;
        let inner = Arc::get_mut(&mut slot).expect("a buffer is its slot's only owner");
        (inner.sequence, inner.timestamp, inner.ratio) = (sequence, timestamp, ratio);
        self.trim();
        self.frozen.push(Arc::clone(&slot));
        Frame { slot }
    }

    /// Takes back a buffer that is not needed after all, so that it is lent again.
    ///
    /// ```
    /// use framecast_api::{FramePool, PhysicalSize};
    /// let mut pool = FramePool::new();
    /// let buffer = pool.lend(PhysicalSize::new(640, 480))?;
    /// let address = buffer.pixels().as_ptr();
    /// pool.put_back(buffer);
    /// assert_eq!(pool.lend(PhysicalSize::new(640, 480))?.pixels().as_ptr(), address);
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    pub fn put_back(&mut self, buffer: FrameBuffer) {
        self.trim();
        self.frozen.push(buffer.slot);
    }

    /// Returns the number of frozen frames that are still held somewhere.
    #[must_use]
    pub fn in_use(&self) -> usize {
        self.frozen.iter().filter(|slot| Arc::strong_count(slot) > 1).count()
    }

    /// Gives back what is unused and has another size, or is too much.
    fn trim(&mut self) {
        let is_free = |slot: &Arc<Slot>| Arc::strong_count(slot) == 1;
        self.frozen.retain(|slot| self.recent.contains(&slot.size) || !is_free(slot));
        let mut spare = self.frozen.len() - self.in_use();
        self.frozen.retain(|slot| {
            let drop = spare > Self::KEEP && is_free(slot);
            spare -= usize::from(drop);
            !drop
        });
    }
}

impl Slot {
    /// The same for another picture, if it is nobody else's.
    fn again(mut slot: Arc<Self>) -> Option<Arc<Self>> {
        let inner = Arc::get_mut(&mut slot)?;
        (inner.damage, inner.damage_is_complete) = (None, false);
        Some(slot)
    }

    fn black(size: PhysicalSize, bytes: usize) -> Self {
        let mut black = vec![0; bytes];
        for pixel in black.as_chunks_mut::<4>().0 {
            *pixel = [0, 0, 0, 255];
        }
        Slot {
            bytes: black,
            size,
            ratio: 1.0,
            sequence: 0,
            timestamp: 0.0,
            damage: None,
            damage_is_complete: false,
        }
    }
}

impl FrameBuffer {
    fn slot_mut(&mut self) -> &mut Slot {
        Arc::get_mut(&mut self.slot).expect("a buffer is its slot's only owner")
    }

    /// Returns the size in physical pixels.
    #[must_use]
    pub fn size(&self) -> PhysicalSize {
        self.slot.size
    }

    /// Physical pixels from left to right.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.slot.size.width
    }

    /// Physical pixels from top to bottom.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.slot.size.height
    }

    /// Returns the pixels as `[r, g, b, a]`, row by row from the top; `width() * height()` of them.
    #[must_use]
    pub fn pixels_mut(&mut self) -> &mut [[u8; 4]] {
        self.slot_mut().bytes.as_chunks_mut().0
    }

    /// Returns the pixels as read-only `[r, g, b, a]`, row by row from the top.
    #[must_use]
    pub fn pixels(&self) -> &[[u8; 4]] {
        self.slot.bytes.as_chunks().0
    }

    /// Returns the pixels as bytes in the order r, g, b, a; `width() * height() * 4` of them.
    #[must_use]
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.slot_mut().bytes
    }

    /// Returns the rows from top to bottom, `width()` pixels each.
    pub fn rows_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut [[u8; 4]]> {
        let width = self.width() as usize;
        self.pixels_mut().chunks_exact_mut(width)
    }

    /// Sets every pixel to `color` (`[r, g, b, a]`).
    pub fn fill(&mut self, color: [u8; 4]) {
        self.pixels_mut().fill(color);
    }

    /// Copies a picture of this buffer's size from other memory, such as that of a renderer.
    ///
    /// `stride` is the number of bytes from the start of a row to the start of the next one. The last
    /// row needs no padding.
    ///
    /// ```
    /// use framecast_api::{FramePool, PhysicalSize, PixelFormat};
    /// let mut buffer = FramePool::new().lend(PhysicalSize::new(1, 2))?;
    /// // Two rows of one pixel, padded to 256 bytes as GPUs do.
    /// let mut pixels = vec![0; 256 + 4];
    /// pixels[256..].copy_from_slice(&[30, 20, 10, 255]);
    /// buffer.copy_from_strided(&pixels, 256, PixelFormat::Bgra8)?;
    /// assert_eq!(buffer.pixels()[1], [10, 20, 30, 255]);
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    ///
    /// # Errors
    /// "Invalid input" if `stride` is shorter than a row, or there are fewer `pixels` than it takes;
    /// then nothing is copied.
    pub fn copy_from_strided(
        &mut self,
        pixels: &[u8],
        stride: usize,
        format: PixelFormat,
    ) -> Result<()> {
        let size = self.size();
        pixels::copy(self.pixels_mut(), size, pixels, stride, format)
    }

    /// Copies the pixels of `frame`, if it has this buffer's size. Returns whether it did.
    ///
    /// Programs that change a small part of the last picture start with this.
    pub fn copy_from(&mut self, frame: &Frame) -> bool {
        let same = self.size() == frame.size();
        if same {
            self.bytes_mut().copy_from_slice(frame.bytes());
        }
        same
    }

    /// Notes that `rect`, in physical pixels, differs from the previous frame.
    ///
    /// This is a hint: backends still compare the rest of the frame, unless
    /// [`trust_damage`](Self::trust_damage) promises that the damage is complete. Parts of `rect` outside
    /// of the frame are cut off.
    pub fn add_damage(&mut self, rect: Rect) {
        let cut = rect.cut_to(self.size());
        self.slot_mut().damage.get_or_insert_default().push(cut);
    }

    /// Promises that every pixel outside of the damage is the same as in the frame that the canvas
    /// presented before this one. Backends then do not compare frames, which is most of the work when
    /// little changes.
    ///
    /// If the promise is wrong, viewers keep showing old pixels. A debug build of the engine checks it
    /// with [`check_damage`](Self::check_damage), reports the first wrong frame of each canvas, and
    /// presents a wrong frame as if nothing had been promised. A release build trusts the promise.
    ///
    /// ```
    /// use framecast_api::{FramePool, PhysicalSize, Rect};
    /// let mut pool = FramePool::new();
    /// let before = pool.lend(PhysicalSize::new(640, 480))?;
    /// let before = pool.freeze(before, 1, 0.0, 1.0);
    /// let mut buffer = pool.lend(before.size())?;
    /// buffer.copy_from(&before);
    /// buffer.pixels_mut()[640 * 20 + 30] = [255, 0, 0, 255];
    /// buffer.add_damage(Rect::new(30, 20, 1, 1));
    /// buffer.trust_damage();
    /// assert!(pool.freeze(buffer, 2, 0.1, 1.0).is_damage_complete());
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    pub fn trust_damage(&mut self) {
        self.slot_mut().damage_is_complete = true;
    }

    /// Forgets the damage that was noted and what was promised of it, for a picture that follows another
    /// one than was thought.
    pub fn clear_damage(&mut self) {
        let slot = self.slot_mut();
        (slot.damage, slot.damage_is_complete) = (None, false);
    }

    /// Returns the damage that the application noted; `None` if it noted none and anything may differ
    /// from the previous frame.
    pub(crate) fn damage(&self) -> Option<&[Rect]> {
        self.slot.damage.as_deref()
    }

    pub(crate) fn is_damage_complete(&self) -> bool {
        self.slot.damage_is_complete
    }

    /// Takes back what [`trust_damage`](Self::trust_damage) promised.
    pub(crate) fn distrust_damage(&mut self) {
        self.slot_mut().damage_is_complete = false;
    }
}

impl Frame {
    /// Returns the size in physical pixels.
    #[must_use]
    pub fn size(&self) -> PhysicalSize {
        self.slot.size
    }

    /// Physical pixels from left to right.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.slot.size.width
    }

    /// Physical pixels from top to bottom.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.slot.size.height
    }

    /// Physical pixels per logical pixel.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.slot.ratio
    }

    /// Grows by one with every frame its canvas presents; the first is 1.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.slot.sequence
    }

    /// Returns when the frame was drawn, in seconds on the process' [`Clock`](crate::Clock).
    #[must_use]
    pub fn timestamp(&self) -> f64 {
        self.slot.timestamp
    }

    /// Returns the pixels as `[r, g, b, a]`, row by row from the top.
    #[must_use]
    pub fn pixels(&self) -> &[[u8; 4]] {
        self.slot.bytes.as_chunks().0
    }

    /// Returns the pixels as bytes in the order r, g, b, a.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.slot.bytes
    }

    /// Returns the damage that the application noted; `None` if it noted none and anything may differ
    /// from the previous frame.
    #[must_use]
    pub fn damage(&self) -> Option<&[Rect]> {
        self.slot.damage.as_deref()
    }

    /// Returns whether the application promised that nothing outside of [`damage`](Self::damage) differs
    /// from the frame with the sequence number before this one.
    /// [`trusted_damage`](Self::trusted_damage) says whether that applies to two given frames.
    #[must_use]
    pub fn is_damage_complete(&self) -> bool {
        self.slot.damage_is_complete
    }

    /// Whether both are one frame, not only alike.
    pub(crate) fn is_same(&self, other: &Frame) -> bool {
        Arc::ptr_eq(&self.slot, &other.slot)
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame #{} {} at {:.3} s", self.sequence(), self.size(), self.timestamp())
    }
}

impl fmt::Debug for FrameBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FrameBuffer {}", self.size())
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slot {}", self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: PhysicalSize = PhysicalSize::new(8, 4);

    #[test]
    fn a_dropped_frame_gives_its_buffer_back() {
        let mut pool = FramePool::new();
        let buffer = pool.lend(SIZE).unwrap();
        let address = buffer.pixels().as_ptr();
        let frame = pool.freeze(buffer, 1, 0.0, 1.0);
        assert_eq!(pool.in_use(), 1);
        drop(frame);
        assert_eq!(pool.in_use(), 0);
        assert_eq!(pool.lend(SIZE).unwrap().pixels().as_ptr(), address);
    }

    #[test]
    fn a_frame_somebody_holds_is_never_lent_again() {
        let mut pool = FramePool::new();
        let buffer = pool.lend(SIZE).unwrap();
        let held = pool.freeze(buffer, 1, 0.0, 1.0);
        let mut other = pool.lend(SIZE).unwrap();
        other.fill([9, 9, 9, 9]);
        assert_eq!(held.pixels()[0], [0, 0, 0, 255]);
    }

    #[test]
    fn a_buffer_dropped_without_being_frozen_is_simply_gone() {
        let mut pool = FramePool::new();
        drop(pool.lend(SIZE).unwrap());
        assert_eq!(pool.in_use(), 0);
        assert!(pool.lend(SIZE).is_ok());
    }

    #[test]
    fn the_pool_keeps_few_spare_buffers() {
        let mut pool = FramePool::new();
        let frames: Vec<_> = (0..20)
            .map(|n| {
                let buffer = pool.lend(SIZE).unwrap();
                pool.freeze(buffer, n, 0.0, 1.0)
            })
            .collect();
        drop(frames);
        drop(pool.lend(SIZE).unwrap());
        assert!(pool.frozen.len() <= FramePool::KEEP, "{}", pool.frozen.len());
    }

    #[test]
    fn of_sizes_that_are_not_in_use_any_more_nothing_is_kept() {
        let mut pool = FramePool::new();
        let frames = [(2000, 1000), (10, 1), (1, 10), (300, 200)].map(|(width, height)| {
            let buffer = pool.lend(PhysicalSize::new(width, height)).unwrap();
            pool.freeze(buffer, 1, 0.0, 1.0)
        });
        let bytes = |pool: &FramePool| -> usize {
            pool.frozen.iter().map(|slot| slot.bytes.capacity()).sum()
        };
        let all: usize = frames.iter().map(|frame| frame.bytes().len()).sum();
        assert_eq!(bytes(&pool), all, "no more than the frames take");
        drop(frames);
        for _ in 1..FramePool::RECENT {
            drop(pool.lend(SIZE).unwrap());
        }
        let buffer = pool.lend(SIZE).unwrap();
        assert_eq!(bytes(&pool), 0);
        let address = buffer.pixels().as_ptr();
        drop(pool.freeze(buffer, 2, 0.0, 1.0));
        assert_eq!(pool.lend(SIZE).unwrap().pixels().as_ptr(), address);
    }

    #[test]
    fn pictures_of_two_sizes_take_turns_without_new_memory() {
        let mut pool = FramePool::new();
        let sizes = [SIZE, PhysicalSize::new(2, 1)];
        let mut addresses = std::collections::BTreeSet::new();
        for n in 0..20 {
            for size in sizes {
                let buffer = pool.lend(size).unwrap();
                addresses.insert(buffer.pixels().as_ptr());
                drop(pool.freeze(buffer, n, 0.0, 1.0));
            }
        }
        assert_eq!(addresses.len(), 2);
    }

    #[test]
    fn buffers_of_other_pools_do_not_pile_up() {
        let mut pool = FramePool::new();
        for n in 0..20 {
            let stranger = || FramePool::new().lend(SIZE).unwrap();
            drop(pool.freeze(stranger(), n, 0.0, 1.0));
            pool.put_back(stranger());
        }
        assert!(pool.frozen.len() <= FramePool::KEEP + 1, "{}", pool.frozen.len());
    }

    #[test]
    fn a_new_size_starts_black_and_opaque() {
        let mut pool = FramePool::new();
        let mut buffer = pool.lend(SIZE).unwrap();
        buffer.fill([7; 4]);
        drop(pool.freeze(buffer, 1, 0.0, 1.0));
        let buffer = pool.lend(PhysicalSize::new(3, 3)).unwrap();
        assert!(buffer.pixels().iter().all(|pixel| *pixel == [0, 0, 0, 255]));
        assert_eq!(buffer.pixels().len(), 9);
    }

    #[test]
    fn damage_is_cut_to_the_frame_and_forgotten_on_reuse() {
        let mut pool = FramePool::new();
        let mut buffer = pool.lend(SIZE).unwrap();
        buffer.add_damage(Rect::new(6, 1, 10, u32::MAX));
        buffer.add_damage(Rect::new(u32::MAX, u32::MAX, 1, 1));
        let frame = pool.freeze(buffer, 1, 0.0, 1.0);
        assert_eq!(frame.damage(), Some(&[Rect::new(6, 1, 2, 3), Rect::new(8, 4, 0, 0)][..]));
        drop(frame);
        let mut buffer = pool.lend(SIZE).unwrap();
        buffer.trust_damage();
        let frame = pool.freeze(buffer, 2, 0.0, 1.0);
        assert!(frame.damage().is_none() && frame.is_damage_complete());
        drop(frame);
        let buffer = pool.lend(SIZE).unwrap();
        assert!(!pool.freeze(buffer, 3, 0.0, 1.0).is_damage_complete());
    }

    #[test]
    fn an_impossible_size_is_refused() {
        let mut pool = FramePool::new();
        assert!(pool.lend(PhysicalSize::new(0, 1)).is_err());
        assert!(pool.lend(PhysicalSize::new(50_000, 50_000)).is_err());
    }
}
