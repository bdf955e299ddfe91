//! The fuzz target of tests/fuzz, for some seconds.

use std::path::Path;

use framecast_jpeg::fuzz;

#[path = "../../../tests/fuzz/luma.rs"]
mod luma;
#[path = "../../../tests/fuzz/replay.rs"]
mod replay;

/// Some seconds; see tests/fuzz/README.md for the long run.
const CASES: u32 = 1000;

#[test]
fn whatever_is_encoded_is_alike_on_all_processors_and_can_be_decoded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    replay::replay(&root, "jpeg", |bytes| fuzz::jpeg(bytes, luma::luma), CASES);
}
