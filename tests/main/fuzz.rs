use std::path::Path;

#[path = "../fuzz/replay.rs"]
mod replay;

/// Some seconds, unoptimised; see tests/fuzz/README.md for the long run.
const CASES: u32 = 3000;

#[test]
fn in_any_history_at_most_one_who_may_drives_and_nothing_stays_held() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    replay::replay(root, "control", framecast::fuzz::control, CASES);
}
