//! The marker segments of a file (ITU-T T.81, annex B; JFIF, ITU-T T.871). Pure.

use crate::huffman::{AC_CHROMA, AC_LUMA, DC_CHROMA, DC_LUMA};
use crate::kernel::Tables;
use crate::sampling::Sampling;

/// The end of the image.
pub(crate) const EOI: [u8; 2] = [0xff, 0xd9];

const RST0: u8 = 0xd0;

/// The marker before the restart interval with this number; the first has none.
pub(crate) const fn restart(number: usize) -> [u8; 2] {
    [0xff, RST0 + (number.wrapping_sub(1) % 8) as u8]
}

/// Appends everything before the entropy-coded data. `restart_interval` is in MCUs; 0: there are no
/// intervals.
pub(crate) fn begin(
    out: &mut Vec<u8>,
    (width, height): (u16, u16),
    sampling: Sampling,
    tables: &Tables,
    restart_interval: u16,
) {
    // SOI, and JFIF 1.01 without a density or a thumbnail.
    out.extend_from_slice(&[0xff, 0xd8, 0xff, 0xe0, 0, 16]);
    out.extend_from_slice(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");

    // DQT.
    for (n, table) in [(0, &tables.luma.table), (1, &tables.chroma.table)] {
        out.extend_from_slice(&[0xff, 0xdb, 0, 67, n]);
        out.extend_from_slice(table);
    }

    // SOF0: 8 bits, three components.
    let ([height_1, height_0], [width_1, width_0]) = (height.to_be_bytes(), width.to_be_bytes());
    let (across, down) = sampling.factors();
    out.extend_from_slice(&[0xff, 0xc0, 0, 17, 8, height_1, height_0, width_1, width_0, 3]);
    out.extend_from_slice(&[1, across << 4 | down, 0, 2, 0x11, 1, 3, 0x11, 1]);

    // DHT.
    for (class_and_number, table) in
        [(0x00, &DC_LUMA), (0x10, &AC_LUMA), (0x01, &DC_CHROMA), (0x11, &AC_CHROMA)]
    {
        let length = 19 + table.symbols.len() as u16;
        out.extend_from_slice(&[0xff, 0xc4]);
        out.extend_from_slice(&length.to_be_bytes());
        out.push(class_and_number);
        out.extend_from_slice(&table.counts);
        out.extend_from_slice(table.symbols);
    }

    // DRI.
    if restart_interval > 0 {
        out.extend_from_slice(&[0xff, 0xdd, 0, 4]);
        out.extend_from_slice(&restart_interval.to_be_bytes());
    }

    // SOS: all components in one scan.
    out.extend_from_slice(&[0xff, 0xda, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);
}
