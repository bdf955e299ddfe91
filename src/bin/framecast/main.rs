//! The `framecast` program: demos, video from a pipe, programs in any language, pictures, recordings; on every backend by
//! a flag.
//!
//! A plain user of the library: the flags are [`framecast::Options`], what follows them is parsed
//! here.

mod command;
mod completions;
mod demo;
#[cfg(feature = "relay")]
mod edge;
mod export;
mod frames;
mod manual;
mod pipe;
mod play;
mod run;
mod show;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use framecast::{Error, ErrorKind, Options, Result, print_notice};

use self::command::{Action, Parsed};

/// What the user asked for makes no sense.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let args: Vec<String> =
        std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
    match command::parse(&args) {
        Parsed::Run(options, action) => match run(&options, &action) {
            Ok(code) => code,
            Err(error) => tell(&error),
        },
        Parsed::Help(text) => {
            // Nothing to do about a reader that went away.
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Parsed::Wrong(text) => {
            print_notice(&text);
            ExitCode::from(USAGE)
        }
        Parsed::Nothing(text) => {
            let _ = std::io::stderr().write_all(text.as_bytes());
            ExitCode::from(USAGE)
        }
    }
}

/// Says why it ends. Returns the exit code.
fn tell(error: &Error) -> ExitCode {
    print_notice(&error.to_string());
    match error.kind() {
        ErrorKind::InvalidInput => ExitCode::from(USAGE),
        _ => ExitCode::FAILURE,
    }
}

fn run(options: &Options, action: &Action) -> Result<ExitCode> {
    match action {
        Action::Demo(args) => demo::run(options, args.name.as_deref()),
        Action::Pipe(args) => pipe::run(options, args),
        Action::Run(args) => return run::run(options, args),
        Action::Show(args) => {
            let files = args.files.iter().map(|file| path(file)).collect();
            show::run(options, files, args.max_memory)
        }
        Action::Play(args) => play::run(options, &path(&args.file), &args.into()),
        Action::Export(args) => export::run(&path(&args.from_file), &path(&args.to_file), args),
        #[cfg(feature = "relay")]
        Action::Edge(args) => edge::run(options, args),
        Action::Completions(args) => {
            let (common, commands) = (command::common_flags(), command::commands());
            print(&completions::script(args.shell, &common, &commands))
        }
        Action::Man(_) => print(&manual::page(&command::common_flags(), &command::commands())),
    }
    .map(|()| ExitCode::SUCCESS)
}

/// Writes to standard output, which may be a file on a full disk. A reader that has seen enough is fine.
fn print(text: &str) -> Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::failed(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// The argument as the system wrote it: a file's name need not be text.
fn path(argument: &str) -> PathBuf {
    let same = std::env::args_os().find(|raw| raw.to_string_lossy() == argument);
    same.map_or_else(|| PathBuf::from(argument), PathBuf::from)
}
