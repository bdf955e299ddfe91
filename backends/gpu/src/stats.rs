//! What was shown and read back.

use std::time::Duration;

/// Counts of a [`Gpu`](crate::Gpu) since it was opened; returned by [`Gpu::stats`](crate::Gpu::stats).
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GpuStats {
    /// Frames that were [presented](crate::GpuFrame::present).
    pub presented: u64,
    /// Pictures that were shown in the local window without reading them back. A frame is none if the window takes
    /// pictures more slowly, and two if the window is resized.
    pub shown: u64,
    /// Frames that were read back, to be presented or [at once](crate::GpuFrame::read).
    pub read: u64,
    /// Bytes that were read back, with the padding of rows.
    pub bytes_read: u64,
    /// The time from the submission of the last frame that was read until its pixels were in memory. Rendering is part
    /// of it.
    pub readback: Duration,
    /// Devices that were lost.
    pub lost: u64,
}
