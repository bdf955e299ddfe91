//! What is printed for people to copy: the programs in README.md, in the guide of the API docs and in
//! examples/ run here for a minute of virtual time, and must still change then. A session of each example is
//! recorded and replayed.
//!
//! An example is a part of this crate as it is, and what it calls `framecast` is this crate: all of the
//! real one, but for those of its types that `stage` stands in for.

extern crate framecast as real;
extern crate self as framecast;

mod stage;

pub use real::*;

pub use crate::stage::{Canvas, EventLoop, Options};

/// The example `$name` as a test. It begins with plain comments, since `include!` takes no `//!`; for
/// that the crates themselves ask for documentation, not the workspace.
macro_rules! example {
    ($name:ident, $file:literal) => {
        mod $name {
            include!($file);

            #[test]
            fn changes_for_a_minute() {
                crate::stage::rehearse(main);
            }

            #[test]
            fn shows_the_same_pictures_in_a_replay() {
                crate::stage::replay(stringify!($name), main);
            }
        }
    };
}

example!(hello, "../../examples/hello.rs");
example!(pull_loop, "../../examples/pull_loop.rs");
example!(snake, "../../examples/snake.rs");
example!(drag, "../../examples/drag.rs");
example!(accessible, "../../examples/accessible.rs");
example!(multiple, "../../examples/multiple.rs");
example!(custom_page, "../../examples/custom_page.rs");
example!(custom_backend, "../../examples/custom_backend.rs");

/// Its simulation sleeps on a thread of its own, where no time is virtual: its generations are
/// calculated here.
#[allow(dead_code, reason = "only its simulation runs here")]
mod threads {
    include!("../../examples/threads.rs");

    #[test]
    fn changes_for_a_minute() {
        let mut cells = first_generation();
        for generation in 0..(60_000 / PACE.as_millis()) {
            let next = next_generation(&cells);
            assert!(next != cells, "it stands still after generation {generation}");
            cells = next;
        }
    }
}

/// The code blocks of `text` that draw.
fn drawing_programs(text: &str) -> Vec<String> {
    let blocks = text.split("\n```").skip(1).step_by(2);
    let programs = blocks.filter_map(|block| block.strip_prefix("rust")?.split_once('\n'));
    let programs = programs.map(|(_attributes, program)| format!("{}\n", program.trim_end()));
    programs.filter(|program| program.contains("Step::Draw")).collect()
}

#[test]
fn the_programs_that_readme_and_the_guide_print_are_the_one_that_runs_here() {
    let hello = include_str!("../../examples/hello.rs");
    let (_comment, program) = hello.split_once("\n\n").expect("a comment comes first");
    assert_eq!(drawing_programs(include_str!("../../README.md")), [program]);
    let guide = include_str!("../../src/guide/getting_started.md");
    assert_eq!(drawing_programs(guide), [program]);
    let docs = include_str!("../../src/lib.rs").lines();
    let docs = docs.map_while(|line| line.strip_prefix("//!"));
    let docs: String =
        docs.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect();
    assert_eq!(drawing_programs(&docs.replace("```no_run", "```rust")), [program]);
}
