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

#[test]
fn an_input_log_of_any_bytes_hands_a_program_only_what_it_may_be_handed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    replay::replay(root, "input_log", framecast::fuzz::input_log, CASES);
}
