//! The Huffman codes of ITU-T T.81, annex K.3, which need no pass over the picture. Pure.

/// A table as it stands in the file: how many codes of each length, and their symbols.
#[derive(Debug)]
pub(crate) struct Specification {
    pub(crate) counts: [u8; 16],
    pub(crate) symbols: &'static [u8],
}

/// Table K.3.
pub(crate) const DC_LUMA: Specification = Specification {
    counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    symbols: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};

/// Table K.4.
pub(crate) const DC_CHROMA: Specification = Specification {
    counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
    symbols: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};

/// Table K.5.
#[rustfmt::skip]
pub(crate) const AC_LUMA: Specification = Specification {
    counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
    symbols: &[
        0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07,
        0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0,
        0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28,
        0x29, 0x2a, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49,
        0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69,
        0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
        0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7,
        0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5,
        0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2,
        0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8,
        0xf9, 0xfa,
    ],
};

/// Table K.6.
#[rustfmt::skip]
pub(crate) const AC_CHROMA: Specification = Specification {
    counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
    symbols: &[
        0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71,
        0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0,
        0x15, 0x62, 0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1, 0x17, 0x18, 0x19, 0x1a, 0x26,
        0x27, 0x28, 0x29, 0x2a, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48,
        0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68,
        0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87,
        0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5,
        0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3,
        0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda,
        0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8,
        0xf9, 0xfa,
    ],
};

/// Bits to be written: the low [`length`](Self::length) of [`value`](Self::value).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bits(u32);

impl Bits {
    /// At most 27 bits.
    const fn new(value: u32, length: u32) -> Self {
        Self(value << 5 | length)
    }

    #[inline(always)]
    pub(crate) const fn value(self) -> u32 {
        self.0 >> 5
    }

    #[inline(always)]
    pub(crate) const fn length(self) -> u32 {
        self.0 & 31
    }
}

/// Coefficients from `-SMALL` up to and without `SMALL` have codes that are ready.
const SMALL: i32 = 32;
/// The symbol for the end of a block, and the one for 16 coefficients that are 0.
const END: u8 = 0x00;
const SIXTEEN: u8 = 0xf0;

/// The codes of one kind of component.
#[derive(Debug)]
pub(crate) struct Codes {
    dc: [Bits; 16],
    /// By symbol: 16 × zeros before it + bits of the coefficient.
    ac: [Bits; 256],
    /// By 64 × zeros before it + the coefficient + [`SMALL`].
    small: [Bits; 1024],
}

pub(crate) static LUMA: Codes = Codes::new(&DC_LUMA, &AC_LUMA);
pub(crate) static CHROMA: Codes = Codes::new(&DC_CHROMA, &AC_CHROMA);

/// The most bits that one coefficient takes: a code of 16, and 10 of its own.
pub(crate) const MOST_BITS: u32 = 26;

impl Codes {
    const fn new(dc: &Specification, ac: &Specification) -> Self {
        let (by_dc, by_ac) = (by_symbol(dc), by_symbol(ac));
        let mut codes = Self { dc: [Bits(0); 16], ac: by_ac, small: [Bits(0); 1024] };
        let mut n = 0;
        while n < 16 {
            codes.dc[n] = by_dc[n];
            n += 1;
        }
        let mut run = 0;
        while run < 16 {
            let mut value = -SMALL;
            while value < SMALL {
                if value != 0 {
                    let at = (run * 64 + value + SMALL) as usize;
                    codes.small[at] = with_value(&codes.ac, run as u32, value);
                }
                value += 1;
            }
            run += 1;
        }
        codes
    }

    /// The bits of the difference of two first coefficients, which is from -2047 to 2047.
    #[inline(always)]
    pub(crate) fn dc(&self, difference: i32) -> Bits {
        let size = size(difference);
        let code = self.dc[size as usize & 15];
        Bits::new(code.value() << size | low_bits(difference, size), code.length() + size)
    }

    /// The bits of a coefficient, which is not 0 and from -1023 to 1023, after `run` zeros, fewer
    /// than 16.
    #[inline(always)]
    pub(crate) fn ac(&self, run: u32, value: i32) -> Bits {
        let small = (value + SMALL) as u32;
        if small < 2 * SMALL as u32 {
            self.small[(run * 64 + small) as usize & 1023]
        } else {
            with_value(&self.ac, run, value)
        }
    }

    #[inline(always)]
    pub(crate) fn end(&self) -> Bits {
        self.ac[END as usize]
    }

    #[inline(always)]
    pub(crate) fn sixteen_zeros(&self) -> Bits {
        self.ac[SIXTEEN as usize]
    }
}

/// The bits of a coefficient's magnitude (T.81, table F.1 and F.2).
#[inline(always)]
const fn size(value: i32) -> u32 {
    32 - value.unsigned_abs().leading_zeros()
}

/// What stands after the code: of a negative value, one less.
#[inline(always)]
const fn low_bits(value: i32, size: u32) -> u32 {
    ((value + (value >> 31)) as u32) & ((1 << size) - 1)
}

#[inline(always)]
const fn with_value(codes: &[Bits; 256], run: u32, value: i32) -> Bits {
    let size = size(value);
    let code = codes[(run * 16 + size) as usize & 255];
    Bits::new(code.value() << size | low_bits(value, size), code.length() + size)
}

/// The codes by symbol (T.81, annex C).
const fn by_symbol(specification: &Specification) -> [Bits; 256] {
    let mut codes = [Bits(0); 256];
    let (mut code, mut at, mut length) = (0, 0, 1);
    while length <= 16 {
        let mut n = 0;
        while n < specification.counts[length - 1] {
            codes[specification.symbols[at] as usize] = Bits::new(code, length as u32);
            code += 1;
            at += 1;
            n += 1;
        }
        code <<= 1;
        length += 1;
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [(&Specification, usize); 4] =
        [(&DC_LUMA, 12), (&DC_CHROMA, 12), (&AC_LUMA, 162), (&AC_CHROMA, 162)];

    #[test]
    fn no_code_begins_another_and_none_is_all_ones() {
        for (specification, count) in ALL {
            let sum: usize = specification.counts.iter().map(|&n| usize::from(n)).sum();
            assert_eq!((sum, specification.symbols.len()), (count, count));
            let codes = by_symbol(specification);
            let mut known: Vec<_> =
                specification.symbols.iter().map(|&symbol| codes[usize::from(symbol)]).collect();
            known.sort_by_key(|code| code.value() << (16 - code.length()));
            for pair in known.windows(2) {
                let shift = 16 - pair[0].length();
                assert!(
                    (pair[0].value() + 1) << shift <= pair[1].value() << (16 - pair[1].length())
                );
            }
            assert!(known.iter().all(|code| code.value() < (1 << code.length()) - 1));
        }
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // Tables K.3 to K.6.
        let bits =
            |bits: Bits| format!("{:0width$b}", bits.value(), width = bits.length() as usize);
        assert_eq!(bits(by_symbol(&DC_LUMA)[11]), "111111110");
        assert_eq!(bits(by_symbol(&DC_CHROMA)[11]), "11111111110");
        assert_eq!(bits(LUMA.end()), "1010");
        assert_eq!(bits(CHROMA.end()), "00");
        assert_eq!(bits(LUMA.sixteen_zeros()), "11111111001");
        assert_eq!(bits(CHROMA.sixteen_zeros()), "1111111010");
        assert_eq!(bits(by_symbol(&AC_LUMA)[0xfa]), "1111111111111110");
        assert_eq!(bits(by_symbol(&AC_LUMA)[0x0a]), "1111111110000011");
        assert_eq!(bits(by_symbol(&AC_CHROMA)[0x0a]), "111111110100");
    }

    #[test]
    fn values_follow_their_codes() {
        let bits =
            |bits: Bits| format!("{:0width$b}", bits.value(), width = bits.length() as usize);
        assert_eq!(bits(LUMA.dc(0)), "00");
        assert_eq!(bits(LUMA.dc(1)), "0101");
        assert_eq!(bits(LUMA.dc(-1)), "0100");
        assert_eq!(bits(LUMA.dc(-2047)), "11111111000000000000");
        assert_eq!(bits(CHROMA.dc(2047)), "1111111111011111111111");
        assert_eq!(bits(LUMA.ac(0, -1)), "000");
        assert_eq!(bits(LUMA.ac(0, 5)), "100101");
        assert_eq!(bits(LUMA.ac(1, -2)), "1101101");
        assert_eq!(bits(LUMA.ac(15, 1023)), "11111111111111101111111111");
    }

    #[test]
    fn small_values_have_the_same_bits_as_computed_ones() {
        for codes in [&LUMA, &CHROMA] {
            for run in 0..16 {
                for value in (-1023..=1023).filter(|&value| value != 0) {
                    let bits = codes.ac(run, value);
                    assert_eq!(bits, with_value(&codes.ac, run, value));
                    assert!((3..=MOST_BITS).contains(&bits.length()) || bits.length() == 3);
                    assert!(bits.value() < 1 << bits.length());
                }
            }
        }
    }
}
