//! The short run on stable, as a part of the tests of the crates: every seed, mutated seeds, and bytes
//! without any plan.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// The longest input without a plan, in bytes.
const LONGEST: usize = 300;

/// Runs `target` on its corpus, and on `cases` inputs that are made from it.
pub(crate) fn replay(root: &Path, name: &str, target: fn(&[u8]), cases: u32) {
    let seeds = seeds(&root.join("tests/fuzz/corpus").join(name));
    for (path, seed) in &seeds {
        let run = std::panic::catch_unwind(|| target(seed));
        assert!(run.is_ok(), "the seed {} fails", path.display());
    }
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let one_of = 0..seeds.len();
    let made = prop_oneof![
        4 => (one_of.clone(), prop::collection::vec(mutation(), 1..6)).prop_map(Some),
        1 => Just(None),
    ];
    let without_plan = prop::collection::vec(any::<u8>(), 0..LONGEST);
    let inputs = (made, one_of, without_plan).prop_map(|(made, other, without_plan)| match made {
        None => Input(without_plan),
        Some((one, mutations)) => {
            let mut bytes = seeds[one].1.clone();
            mutations.iter().for_each(|it| it.change(&mut bytes, &seeds[other].1));
            Input(bytes)
        }
    });
    let run = TestRunner::new(config).run(&inputs, |Input(bytes)| {
        target(&bytes);
        Ok(())
    });
    if let Err(error) = run {
        panic!("{name}: {error}");
    }
}

fn seeds(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("there is a corpus");
    let paths = entries.map(|entry| entry.expect("a folder can be read").path());
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).expect("a seed can be read");
        (path, bytes)
    };
    let mut seeds: Vec<_> = paths.map(read).collect();
    seeds.sort();
    assert!(seeds.len() >= 10, "{} has {} seeds only", folder.display(), seeds.len());
    seeds
}

/// What a target is given; shown as text.
struct Input(Vec<u8>);

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// What happens to a seed. Places are parts of its length, so that they fit any.
#[derive(Debug, Clone)]
enum Mutation {
    Set(f64, u8),
    Flip(f64, u8),
    Cut(f64, usize),
    Double(f64, usize),
    Insert(f64, Vec<u8>),
    /// Goes on as another seed does.
    Cross(f64, f64),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = || 0.0..1.0;
    let words: Vec<Vec<u8>> = [
        "\r\n",
        "\n",
        "\0",
        "\u{fc}",
        ":",
        " ",
        "\"",
        "{",
        "\\u0000",
        "1e999",
        "-1",
        "null",
        "$",
        "Host: a\r\n",
        "Origin: null\r\n",
        "Content-Length: 0\r\n",
        "&token=",
        "Bearer ",
    ]
    .map(|word| word.as_bytes().to_vec())
    .into();
    prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        (place(), 0_u8..8).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
        (place(), 1_usize..40).prop_map(|(at, length)| Mutation::Cut(at, length)),
        (place(), 1_usize..40).prop_map(|(at, length)| Mutation::Double(at, length)),
        (place(), prop::sample::select(words)).prop_map(|(at, word)| Mutation::Insert(at, word)),
        (place(), place()).prop_map(|(at, from)| Mutation::Cross(at, from)),
    ]
}

impl Mutation {
    fn change(&self, bytes: &mut Vec<u8>, other: &[u8]) {
        let place = |part: f64, length: usize| (part * length as f64) as usize;
        if bytes.is_empty() {
            return bytes.extend_from_slice(other);
        }
        let length = bytes.len();
        match self {
            Mutation::Set(at, byte) => bytes[place(*at, length)] = *byte,
            Mutation::Flip(at, bit) => bytes[place(*at, length)] ^= 1 << bit,
            Mutation::Cut(at, many) => {
                let at = place(*at, length);
                bytes.drain(at..length.min(at + many));
            }
            Mutation::Double(at, many) => {
                let at = place(*at, length);
                bytes.extend_from_within(at..length.min(at + many));
            }
            Mutation::Insert(at, word) => {
                let at = place(*at, length);
                bytes.splice(at..at, word.iter().copied());
            }
            Mutation::Cross(at, from) => {
                bytes.truncate(place(*at, length));
                bytes.extend_from_slice(&other[place(*from, other.len())..]);
            }
        }
    }
}
