use std::path::Path;

use framecast_http::fuzz;

#[path = "../../../../tests/fuzz/replay.rs"]
mod replay;

/// Some seconds, unoptimised; see tests/fuzz/README.md for the long run.
const CASES: u32 = 3000;

fn run(name: &str, target: fn(&[u8])) {
    replay::replay(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."), name, target, CASES);
}

#[test]
fn whatever_comes_in_first_is_judged_alike_and_never_panics() {
    run("gate", fuzz::gate);
}

#[test]
fn whatever_path_is_asked_for_names_a_file_of_the_page_or_nothing() {
    run("paths", fuzz::paths);
}

#[test]
fn nobody_is_granted_anything_but_for_the_secret_of_a_valid_link() {
    run("tokens", fuzz::tokens);
}

#[test]
fn whatever_a_link_file_says_is_read_as_a_whole_or_not_at_all() {
    run("link_file", fuzz::link_file);
}

#[test]
fn whatever_clients_say_the_engine_hears_nothing_that_makes_no_sense() {
    run("client_messages", fuzz::client_messages);
}
