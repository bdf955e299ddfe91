//! The fuzz target of tests/fuzz, for some seconds.

use std::path::Path;

use framecast_stream::fuzz;

#[path = "../../../tests/fuzz/replay.rs"]
mod replay;

/// Some seconds; see tests/fuzz/README.md for the long run.
const CASES: u32 = 2000;

#[test]
fn whatever_happens_to_a_hub_in_whatever_order_it_comes_to_rest() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    replay::replay(&root, "hub", fuzz::hub, CASES);
}
