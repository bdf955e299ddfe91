//! The fuzz target of tests/fuzz, for some seconds.

use std::path::Path;

use framecast_record::fuzz;

#[path = "../../../../tests/fuzz/replay.rs"]
mod replay;

/// Some seconds; see tests/fuzz/README.md for the long run.
const CASES: u32 = 2000;

#[test]
fn whatever_is_in_a_file_it_is_played_or_refused() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    replay::replay(&root, "recording", fuzz::recording, CASES);
}
