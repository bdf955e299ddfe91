//! `framecast run`: starts a program, shows what it draws, and ends it. `frames` knows what goes through the pipes.

mod ending;
mod program;

use std::path::Path;
use std::process::ExitCode;

use framecast::{Options, Result};

use self::program::{Ends, Program};
use crate::command::Run;
use crate::frames::{self, Events};

/// What errors call the program's output.
const SOURCE: &str = "what the program writes";

/// Runs a program until it or the canvas ends. Returns the exit code: errors of the show are told before the program is waited for.
pub(crate) fn run(options: &Options, args: &Run) -> Result<ExitCode> {
    // Before the canvas opens files and sockets: some shells, such as dash, know descriptors of one digit only.
    let ends = Ends::open()?;
    // Before the program starts: it writes its messages to where the terminal's view keeps those of this one.
    let canvas = frames::open(options, &program::title(args))?;
    let prints_aside = options.record.iter().any(|file| file == Path::new("-"));
    let (mut program, pipes) = Program::start(args, ends, prints_aside)?;
    let events = Events::start(program.name().to_owned(), || Ok(pipes.events));
    // The events end with `close`, as soon as the program reads them.
    let shown =
        events.and_then(|events| frames::show(&canvas, options, SOURCE, pipes.frames, &events));
    let told = shown.err().map(|error| crate::tell(&error));
    let ended = program.end().err().map(|error| crate::tell(&error));
    Ok(told.or(ended).unwrap_or(ExitCode::SUCCESS))
}
