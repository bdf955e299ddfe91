//! Fragmented MP4 of one H.264 track: bytes of its boxes. Pure.
//!
//! ISO/IEC 14496-12 (boxes, fragments) and 14496-15 (how H.264 lies in them).

use framecast_api::PhysicalSize;
use framecast_video::h264::ParameterSets;
use framecast_video::yuv::Matrix;

/// Units of time in a second: whole for 24, 25, 30, 50 and 60 frames per second.
pub(crate) const TIMESCALE: u32 = 90_000;

const TRACK: u32 = 1;
/// `tkhd`: the track is enabled and in the movie.
const ENABLED_IN_MOVIE: u32 = 3;
/// `tfhd`: data offsets count from the fragment's beginning.
const BASE_IS_FRAGMENT: u32 = 0x02_0000;
/// `trun`: there are the data's offset, and of each sample its duration, size and flags.
const RUN_FIELDS: u32 = 0x0001 | 0x0100 | 0x0200 | 0x0400;
/// Flags of a sample: it depends on no other.
const KEYFRAME: u32 = 0x0200_0000;
/// It depends on others, and decoding cannot begin here.
const DEPENDENT: u32 = 0x0101_0000;
/// A language as three letters of five bits: undetermined.
const UNDETERMINED: u16 = 0x55c4;
/// No turn and no scale, as nine fixed-point numbers.
const MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// What the header says of the video.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    /// As it is shown.
    pub(crate) size: PhysicalSize,
    /// As it is coded: even.
    pub(crate) coded: PhysicalSize,
    pub(crate) sets: ParameterSets,
    pub(crate) matrix: Matrix,
}

/// A coded picture; its bytes lie with the fragment's others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sample {
    /// In units of [`TIMESCALE`].
    pub(crate) duration: u32,
    /// Bytes.
    pub(crate) size: u32,
    pub(crate) is_keyframe: bool,
}

/// A fragment in a finished file, for the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// When it begins, in units of [`TIMESCALE`].
    pub(crate) time: u64,
    /// Where it begins in the file.
    pub(crate) offset: u64,
}

/// The header, and where in it the duration stands.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) bytes: Vec<u8>,
    /// Of 64-bit numbers in units of [`TIMESCALE`].
    pub(crate) durations: [u64; 4],
}

/// Collects boxes; the length of each is written when it is complete.
struct Boxes {
    bytes: Vec<u8>,
}

impl Boxes {
    fn put(&mut self, kind: &[u8; 4], fill: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        self.u32(0);
        self.bytes.extend_from_slice(kind);
        fill(self);
        let length = (self.bytes.len() - start) as u32;
        self.bytes[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }

    /// A box with a version and flags.
    fn full(&mut self, kind: &[u8; 4], version: u8, flags: u32, fill: impl FnOnce(&mut Self)) {
        self.put(kind, |boxes| {
            boxes.u32(u32::from(version) << 24 | flags);
            fill(boxes);
        });
    }

    fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    fn u16(&mut self, value: u16) {
        self.bytes.extend(value.to_be_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.bytes.extend(value.to_be_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.bytes.extend(value.to_be_bytes());
    }

    fn zeros(&mut self, count: usize) {
        self.bytes.resize(self.bytes.len() + count, 0);
    }

    /// A duration that is not known yet; returns where it stands.
    fn duration(&mut self) -> u64 {
        self.u64(0);
        (self.bytes.len() - 8) as u64
    }
}

/// `ftyp` and `moov`.
pub(crate) fn header(track: &Track) -> Header {
    let mut boxes = Boxes { bytes: Vec::new() };
    boxes.put(b"ftyp", |ftyp| {
        ftyp.bytes.extend_from_slice(b"iso6");
        ftyp.u32(512);
        ftyp.bytes.extend_from_slice(b"iso6avc1mp41");
    });
    let mut durations = [0; 4];
    let [movie, of_track, media, fragments] = &mut durations;
    boxes.put(b"moov", |moov| {
        moov.full(b"mvhd", 1, 0, |mvhd| {
            // Nobody needs to know when it was made.
            mvhd.zeros(16);
            mvhd.u32(TIMESCALE);
            *movie = mvhd.duration();
            // Usual speed and volume.
            mvhd.u32(0x1_0000);
            mvhd.u16(0x0100);
            mvhd.zeros(10);
            MATRIX.into_iter().for_each(|value| mvhd.u32(value));
            mvhd.zeros(24);
            mvhd.u32(TRACK + 1);
        });
        moov.put(b"trak", |trak| {
            trak.full(b"tkhd", 1, ENABLED_IN_MOVIE, |tkhd| {
                tkhd.zeros(16);
                tkhd.u32(TRACK);
                tkhd.zeros(4);
                *of_track = tkhd.duration();
                tkhd.zeros(16);
                MATRIX.into_iter().for_each(|value| tkhd.u32(value));
                tkhd.u32(track.size.width << 16);
                tkhd.u32(track.size.height << 16);
            });
            trak.put(b"mdia", |mdia| {
                mdia.full(b"mdhd", 1, 0, |mdhd| {
                    mdhd.zeros(16);
                    mdhd.u32(TIMESCALE);
                    *media = mdhd.duration();
                    mdhd.u16(UNDETERMINED);
                    mdhd.zeros(2);
                });
                mdia.full(b"hdlr", 0, 0, |hdlr| {
                    hdlr.zeros(4);
                    hdlr.bytes.extend_from_slice(b"vide");
                    hdlr.zeros(12);
                    hdlr.bytes.extend_from_slice(b"framecast\0");
                });
                mdia.put(b"minf", |minf| {
                    minf.full(b"vmhd", 0, 1, |vmhd| vmhd.zeros(8));
                    minf.put(b"dinf", |dinf| {
                        dinf.full(b"dref", 0, 0, |dref| {
                            dref.u32(1);
                            // The samples are in this file.
                            dref.full(b"url ", 0, 1, |_| {});
                        });
                    });
                    minf.put(b"stbl", |stbl| {
                        stbl.full(b"stsd", 0, 0, |stsd| {
                            stsd.u32(1);
                            stsd.put(b"avc1", |avc1| sample_entry(avc1, track));
                        });
                        // All samples are in fragments.
                        stbl.full(b"stts", 0, 0, |stts| stts.u32(0));
                        stbl.full(b"stsc", 0, 0, |stsc| stsc.u32(0));
                        stbl.full(b"stsz", 0, 0, |stsz| stsz.zeros(8));
                        stbl.full(b"stco", 0, 0, |stco| stco.u32(0));
                    });
                });
            });
        });
        moov.put(b"mvex", |mvex| {
            mvex.full(b"mehd", 1, 0, |mehd| *fragments = mehd.duration());
            mvex.full(b"trex", 0, 0, |trex| {
                trex.u32(TRACK);
                trex.u32(1);
                trex.zeros(12);
            });
        });
    });
    Header { bytes: boxes.bytes, durations }
}

fn sample_entry(avc1: &mut Boxes, track: &Track) {
    let Track { size, coded, sets: ParameterSets { sps, pps }, matrix } = track;
    avc1.zeros(6);
    // The only data reference.
    avc1.u16(1);
    avc1.zeros(16);
    avc1.u16(coded.width as u16);
    avc1.u16(coded.height as u16);
    // 72 dots an inch, which nobody heeds.
    avc1.u32(0x48_0000);
    avc1.u32(0x48_0000);
    avc1.zeros(4);
    avc1.u16(1);
    avc1.zeros(32);
    avc1.u16(24);
    avc1.u16(0xffff);
    avc1.put(b"avcC", |avcc| {
        avcc.u8(1);
        // Profile, its constraints, level.
        avcc.bytes.extend_from_slice(&sps[1..4]);
        // Lengths of four bytes; one set of each kind. The upper bits are ones.
        avcc.u8(0b1111_1100 | 3);
        avcc.u8(0b1110_0000 | 1);
        avcc.u16(sps.len() as u16);
        avcc.bytes.extend_from_slice(sps);
        avcc.u8(1);
        avcc.u16(pps.len() as u16);
        avcc.bytes.extend_from_slice(pps);
    });
    avc1.put(b"colr", |colr| {
        colr.bytes.extend_from_slice(b"nclx");
        let code = match matrix {
            Matrix::Bt601 => 6,
            Matrix::Bt709 => 1,
        };
        // Primaries, transfer, matrix; limited range.
        (0..3).for_each(|_| colr.u16(code));
        colr.u8(0);
    });
    avc1.put(b"pasp", |pasp| {
        pasp.u32(1);
        pasp.u32(1);
    });
    if size != coded {
        avc1.put(b"clap", |clap| {
            for (shown, coded) in [(size.width, coded.width), (size.height, coded.height)] {
                clap.u32(shown);
                clap.u32(1);
                debug_assert!(coded - shown < 2);
            }
            for (shown, coded) in [(size.width, coded.width), (size.height, coded.height)] {
                // From the middle of what is coded to that of what is shown.
                clap.u32((shown as i32 - coded as i32) as u32);
                clap.u32(2);
            }
        });
    }
}

/// `moof` and `mdat` of `samples`, whose bytes are `data` one after the other. `number` counts from 1; `time`
/// is when the first one is shown, in units of [`TIMESCALE`].
pub(crate) fn fragment(number: u32, time: u64, samples: &[Sample], data: &[u8]) -> Vec<u8> {
    let mut boxes = Boxes { bytes: Vec::with_capacity(data.len() + 128 + samples.len() * 12) };
    let mut offset_at = 0;
    boxes.put(b"moof", |moof| {
        moof.full(b"mfhd", 0, 0, |mfhd| mfhd.u32(number));
        moof.put(b"traf", |traf| {
            traf.full(b"tfhd", 0, BASE_IS_FRAGMENT, |tfhd| tfhd.u32(TRACK));
            traf.full(b"tfdt", 1, 0, |tfdt| tfdt.u64(time));
            traf.full(b"trun", 0, RUN_FIELDS, |trun| {
                trun.u32(samples.len() as u32);
                offset_at = trun.bytes.len();
                trun.u32(0);
                for sample in samples {
                    trun.u32(sample.duration);
                    trun.u32(sample.size);
                    trun.u32(if sample.is_keyframe { KEYFRAME } else { DEPENDENT });
                }
            });
        });
    });
    // Behind the head of `mdat`.
    let offset = boxes.bytes.len() as u32 + 8;
    boxes.bytes[offset_at..offset_at + 4].copy_from_slice(&offset.to_be_bytes());
    boxes.put(b"mdat", |mdat| mdat.bytes.extend_from_slice(data));
    boxes.bytes
}

/// `mfra`: where the fragments that begin with a keyframe are.
pub(crate) fn index(entries: &[Entry]) -> Vec<u8> {
    let mut boxes = Boxes { bytes: Vec::new() };
    boxes.put(b"mfra", |mfra| {
        mfra.full(b"tfra", 1, 0, |tfra| {
            tfra.u32(TRACK);
            // Numbers of one byte for the run and the sample in a fragment.
            tfra.u32(0);
            tfra.u32(entries.len() as u32);
            for entry in entries {
                tfra.u64(entry.time);
                tfra.u64(entry.offset);
                (0..3).for_each(|_| tfra.u8(1));
            }
        });
        // Its last number is the size of the whole box, by which a reader finds it from the end.
        let size = mfra.bytes.len() as u32 + 16;
        mfra.full(b"mfro", 0, 0, |mfro| mfro.u32(size));
    });
    boxes.bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The boxes in `bytes`: kind and content.
    fn parse(mut bytes: &[u8]) -> Vec<(&str, &[u8])> {
        let mut boxes = Vec::new();
        while let Some((length, _)) = bytes.split_first_chunk::<4>() {
            let length = u32::from_be_bytes(*length) as usize;
            let kind = std::str::from_utf8(&bytes[4..8]).unwrap();
            boxes.push((kind, &bytes[8..length]));
            bytes = &bytes[length..];
        }
        boxes
    }

    /// The content of the box at a path such as `moov/trak`.
    fn find<'a>(bytes: &'a [u8], path: &str) -> &'a [u8] {
        path.split('/').fold(bytes, |bytes, kind| {
            let boxes = parse(bytes);
            boxes.iter().find(|(found, _)| *found == kind).unwrap_or_else(|| panic!("{path}")).1
        })
    }

    fn u32_at(bytes: &[u8], at: usize) -> u32 {
        u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
    }

    fn track(size: PhysicalSize, coded: PhysicalSize) -> Track {
        let sps = vec![0x67, 66, 0xc0, 31, 9, 9];
        let sets = ParameterSets { sps, pps: vec![0x68, 1, 2] };
        Track { size, coded, sets, matrix: Matrix::Bt709 }
    }

    #[test]
    fn the_header_describes_the_track_and_holds_no_samples() {
        let size = PhysicalSize::new(640, 360);
        let Header { bytes, durations } = header(&track(size, size));
        assert_eq!(parse(&bytes).iter().map(|it| it.0).collect::<Vec<_>>(), ["ftyp", "moov"]);
        let tkhd = find(&bytes, "moov/trak/tkhd");
        assert_eq!(tkhd.len(), 96);
        assert_eq!((u32_at(tkhd, 88), u32_at(tkhd, 92)), (640 << 16, 360 << 16));
        let stbl = find(&bytes, "moov/trak/mdia/minf/stbl");
        for kind in ["stts", "stsc", "stsz", "stco"] {
            assert!(find(stbl, kind).iter().all(|byte| *byte == 0), "{kind}");
        }
        let entry = &find(stbl, "stsd")[8..];
        let avc1 = find(entry, "avc1");
        assert_eq!(u32_at(avc1, 24), 640 << 16 | 360);
        let boxes = &avc1[78..];
        assert_eq!(find(boxes, "avcC")[..8], [1, 66, 0xc0, 31, 0xff, 0xe1, 0, 6]);
        assert_eq!(find(boxes, "avcC")[14..], [1, 0, 3, 0x68, 1, 2]);
        assert_eq!(find(boxes, "colr"), b"nclx\0\x01\0\x01\0\x01\0");
        assert!(parse(boxes).iter().all(|it| it.0 != "clap"));
        // Every place where a duration belongs is empty and inside the header.
        for at in durations {
            assert_eq!(bytes[at as usize..at as usize + 8], [0; 8]);
        }
        assert_eq!(durations[3] as usize + 8, bytes.len() - 32);
        assert_eq!(u32_at(find(&bytes, "moov/mvhd"), 20), TIMESCALE);
    }

    #[test]
    fn an_odd_size_is_a_clean_aperture_at_the_top_left() {
        let odd = track(PhysicalSize::new(101, 50), PhysicalSize::new(102, 50));
        let bytes = header(&odd).bytes;
        let entry = &find(&bytes, "moov/trak/mdia/minf/stbl/stsd")[8..];
        let clap = find(&find(entry, "avc1")[78..], "clap");
        let numbers: Vec<i32> = (0..8).map(|n| u32_at(clap, n * 4) as i32).collect();
        assert_eq!(numbers, [101, 1, 50, 1, -1, 2, 0, 2]);
    }

    #[test]
    fn a_fragment_says_where_its_samples_are() {
        let samples = [
            Sample { duration: 1500, size: 3, is_keyframe: true },
            Sample { duration: 3000, size: 2, is_keyframe: false },
        ];
        let bytes = fragment(7, 1 << 33, &samples, b"KeyDe");
        assert_eq!(u32_at(find(&bytes, "moof/mfhd"), 4), 7);
        let tfdt = find(&bytes, "moof/traf/tfdt");
        assert_eq!(tfdt[4..], (1_u64 << 33).to_be_bytes());
        let trun = find(&bytes, "moof/traf/trun");
        let offset = u32_at(trun, 8) as usize;
        assert_eq!(&bytes[offset..], b"KeyDe");
        let fields: Vec<u32> = (3..9).map(|n| u32_at(trun, n * 4)).collect();
        assert_eq!(fields, [1500, 3, 0x0200_0000, 3000, 2, 0x0101_0000]);
    }

    #[test]
    fn the_index_is_found_from_the_end_of_the_file() {
        let entries = [Entry { time: 0, offset: 700 }, Entry { time: 180_000, offset: 9_000 }];
        let bytes = index(&entries);
        assert_eq!(u32_at(&bytes, bytes.len() - 4) as usize, bytes.len());
        let tfra = find(&bytes, "mfra/tfra");
        assert_eq!(u32_at(tfra, 12), 2);
        assert_eq!(tfra[16 + 19..16 + 19 + 8], 180_000_u64.to_be_bytes());
    }
}
