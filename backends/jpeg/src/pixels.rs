use crate::Error;

/// A picture, or a part of one: borrowed rows of RGBA pixels, 8 bits each. Alpha is ignored.
#[derive(Debug, Clone, Copy)]
pub struct Pixels<'a> {
    rows: &'a [u8],
    stride: usize,
    width: usize,
    height: usize,
}

impl<'a> Pixels<'a> {
    /// `width` × `height` pixels at the start of `bytes`, whose rows are `stride` bytes apart.
    ///
    /// ```
    /// use framecast_jpeg::Pixels;
    /// let frame = vec![0; 1280 * 720 * 4];
    /// // The tile of 128 × 48 pixels at (256, 96).
    /// let start = (96 * 1280 + 256) * 4;
    /// let tile = Pixels::new(&frame[start..], 128, 48, 1280 * 4)?;
    /// # assert_eq!((tile.width(), tile.height()), (128, 48));
    /// # Ok::<(), framecast_jpeg::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a side is 0 or more than 65,535 pixels, if a row is longer than `stride`, or if `bytes`
    /// end before the last row does.
    pub fn new(bytes: &'a [u8], width: usize, height: usize, stride: usize) -> Result<Self, Error> {
        let most = usize::from(u16::MAX);
        if !(1..=most).contains(&width) || !(1..=most).contains(&height) {
            return Err(Error::new(format!(
                "a JPEG cannot have {width} × {height} pixels: each side is 1 to {most}"
            )));
        }
        if stride < width * 4 {
            return Err(Error::new(format!(
                "a row of {width} pixels takes {} bytes, but the stride is {stride}",
                width * 4
            )));
        }
        let needed = stride.checked_mul(height - 1).and_then(|all| all.checked_add(width * 4));
        match needed {
            Some(needed) if needed <= bytes.len() => {
                Ok(Self { rows: bytes, stride, width, height })
            }
            _ => Err(Error::new(format!(
                "{width} × {height} pixels in rows {stride} bytes apart do not fit into {} bytes",
                bytes.len()
            ))),
        }
    }

    /// In pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// In pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The pixels of a row.
    #[inline(always)]
    pub(crate) fn row(&self, y: usize) -> &'a [[u8; 4]] {
        self.rows[y * self.stride..][..self.width * 4].as_chunks::<4>().0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_where_the_stride_says() {
        let bytes: Vec<u8> = (0..100).collect();
        let pixels = Pixels::new(&bytes[2..], 3, 4, 21).unwrap();
        assert_eq!(pixels.row(0), [[2, 3, 4, 5], [6, 7, 8, 9], [10, 11, 12, 13]]);
        assert_eq!(pixels.row(3)[2], [73, 74, 75, 76]);
    }

    #[test]
    fn what_is_no_picture_is_an_error_that_says_why() {
        let bytes = [0; 100];
        for (width, height, stride, why) in [
            (0, 1, 4, "0 × 1"),
            (1, 0, 4, "1 × 0"),
            (65_536, 1, 1 << 20, "65536 × 1"),
            (1, 65_536, 4, "1 to 65535"),
            (5, 5, 19, "takes 20 bytes"),
            (5, 6, 20, "do not fit into 100"),
            (5, 5, 21, "do not fit"),
            (1, 3, usize::MAX / 2 + 1, "do not fit"),
        ] {
            let error = Pixels::new(&bytes, width, height, stride).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        assert!(Pixels::new(&bytes, 5, 5, 20).is_ok());
        // The last row needs no padding.
        assert!(Pixels::new(&bytes, 4, 5, 21).is_ok());
    }
}
