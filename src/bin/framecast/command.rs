//! The command line: common flags, then a command and what it takes.

use argh::{ArgsInfo, CommandInfoWithArgs, FromArgs};
use framecast::{FpsArg, Options, SizeArg};

use crate::completions::Shell;
use crate::demo;
use crate::export::ExportFormat;
use crate::pipe::{Format, MatrixArg};
use crate::play::{AtEnd, Moment, Speed};
use crate::show::Budget;

/// What the command line says.
pub(crate) enum Parsed {
    /// Do this.
    Run(Box<Options>, Action),
    /// Print this help.
    Help(String),
    /// Say what is wrong with it.
    Wrong(String),
    /// It is empty: print this short help.
    Nothing(String),
}

/// One canvas, many audiences.
#[derive(FromArgs, ArgsInfo)]
struct Program {
    #[argh(subcommand)]
    action: Action,
}

/// A command.
#[derive(FromArgs, ArgsInfo, Debug)]
#[argh(subcommand)]
pub(crate) enum Action {
    /// A demo.
    Demo(Demo),
    /// Video from standard input.
    Pipe(Pipe),
    /// A program in any language.
    Run(Run),
    /// Pictures.
    Show(Show),
    /// A recording.
    Play(Play),
    /// A recording as video.
    Export(Export),
    /// A canvas that is published elsewhere.
    #[cfg(feature = "relay")]
    Edge(Edge),
    /// A script for a shell.
    Completions(Completions),
    /// The manual page.
    Man(Man),
}

/// Runs one of the demos.
#[derive(FromArgs, ArgsInfo, Debug)]
#[argh(subcommand, name = "demo", example = "framecast --backend window,http demo cube")]
pub(crate) struct Demo {
    /// the demo. Default: plasma
    #[argh(positional, arg_name = "plasma|paint|cube|dashboard|events")]
    pub(crate) name: Option<String>,
}

/// Plays uncompressed video from standard input in real time. YUV4MPEG2 contains its size and rate; it may be
/// grey, 4:1:0, 4:1:1, 4:2:0, 4:2:2 or 4:4:4, with 8 to 16 bits. Raw RGBA needs --size before the command.
/// --max-fps has no effect on video. Frames with headers are those of framecast run, from a program that something
/// else starts.
#[derive(FromArgs, ArgsInfo, Debug)]
#[argh(
    subcommand,
    name = "pipe",
    example = "ffmpeg -nostdin -i video.mp4 -f yuv4mpegpipe -pix_fmt yuv420p - | framecast pipe",
    example = "my_renderer | framecast --size 640x480 pipe --format rgba --rate 30"
)]
pub(crate) struct Pipe {
    /// format of the input: y4m (YUV4MPEG2), rgba (raw, 4 bytes a pixel) or frames (frames with headers).
    /// Default: y4m
    #[argh(option, default = "Format::Y4m", arg_name = "y4m|rgba|frames")]
    pub(crate) format: Format,

    /// where to write events, one line of JSON each: a file or named pipe, the number of an open file descriptor,
    /// or - for standard output
    #[argh(option, arg_name = "file")]
    pub(crate) events: Option<String>,

    /// frames a second, instead of the rate in the stream. Default for rgba: as fast as they arrive
    #[argh(option, arg_name = "n")]
    pub(crate) rate: Option<FpsArg>,

    /// color matrix, which YUV4MPEG2 does not contain: bt601, bt709, or auto (bt709 from 720 lines
    /// on). Default: auto
    #[argh(option, default = "MatrixArg::Auto", arg_name = "auto|bt601|bt709")]
    pub(crate) matrix: MatrixArg,
}

/// Runs a program in any language that draws through pipes, and hands it the events. The program finds the numbers
/// of two open file descriptors in its environment: FRAMECAST_OUT takes its frames, FRAMECAST_IN has the events.
/// PIPE.md in framecast's repository documents what goes through them; examples/ has helpers for Python, C and Node.js.
#[derive(FromArgs, ArgsInfo, Debug)]
#[argh(
    subcommand,
    name = "run",
    example = "framecast run -- python3 pong.py",
    example = "framecast --backend http run -- node snake.js"
)]
pub(crate) struct Run {
    /// use the program's standard input and output instead of descriptors of their own, as always on Windows: what
    /// it prints must then go to standard error
    #[argh(switch)]
    pub(crate) stdio: bool,

    /// the program
    #[argh(positional, arg_name = "program")]
    pub(crate) program: String,

    /// what it is given
    #[argh(positional, greedy, arg_name = "args")]
    pub(crate) args: Vec<String>,
}

/// Shows pictures: PNG, JPEG, GIF, WebP, BMP, PNM and QOI. A folder stands for the pictures in it. A file is
/// read again when it changes. The wheel, + and - zoom; dragging pans; 0 fits the picture to the view; 1 shows it
/// pixel by pixel; arrows, space, n and p go to the next or previous picture.
#[derive(FromArgs, ArgsInfo, Debug)]
#[argh(
    subcommand,
    name = "show",
    example = "framecast show holiday/*.jpg",
    example = "my_plot --png | framecast show -"
)]
pub(crate) struct Show {
    /// most memory that one picture may take, besides its file: 512MiB, 2GiB. Default: 1GiB
    #[argh(option, default = "Budget::default()", arg_name = "size")]
    pub(crate) max_memory: Budget,

    /// files or folders of pictures, or - for standard input
    #[argh(positional, arg_name = "file")]
    pub(crate) files: Vec<String>,
}

/// Plays a recording that --record made. Space pauses; the arrows move by 5 seconds, page up and down by a minute, . and ,
/// by one change; 0 to 9 go to a tenth; [ and ] change the speed, backspace makes it normal again. The time line appears when
/// the pointer moves. Whoever drives decides, and all others see the same.
#[derive(FromArgs, ArgsInfo, Debug)]
#[argh(
    subcommand,
    name = "play",
    example = "framecast play show.fcast",
    example = "framecast --backend http play show.fcast --speed 2 --from 1:30"
)]
pub(crate) struct Play {
    /// how quickly it plays, 0.01 to 100. Default: 1
    #[argh(option, arg_name = "n")]
    pub(crate) speed: Option<Speed>,

    /// where it begins: seconds, 1:30 or 1:02:03. Default: 0
    #[argh(option, arg_name = "time")]
    pub(crate) from: Option<Moment>,

    /// what happens at the end: hold (the last picture stays), close or repeat. Default: hold
    #[argh(option, default = "AtEnd::Hold", arg_name = "hold|close|repeat")]
    pub(crate) at_end: AtEnd,

    /// begin in pause
    #[argh(switch)]
    pub(crate) paused: bool,

    /// the recording
    #[argh(positional, arg_name = "file")]
    pub(crate) file: String,
}

/// Writes a recording as video or pictures: .mp4 (H.264), .gif, .apng, .png (the last picture; numbered ones with %d in
/// the name), .y4m or .rgba (raw); - is standard output. Times are those of the recording.
#[derive(FromArgs, ArgsInfo, Debug)]
#[argh(
    subcommand,
    name = "export",
    example = "framecast export show.fcast show.mp4",
    example = "framecast export show.fcast - | ffmpeg -i - -f hls show.m3u8"
)]
pub(crate) struct Export {
    /// where it begins: seconds, 1:30 or 1:02:03. Default: 0
    #[argh(option, arg_name = "time")]
    pub(crate) from: Option<Moment>,

    /// where it ends. Default: the end
    #[argh(option, arg_name = "time")]
    pub(crate) to: Option<Moment>,

    /// frames per second: at most so many; of y4m and rgba always so many. Default: as they were recorded, and 30 of y4m
    /// and rgba
    #[argh(option, arg_name = "n")]
    pub(crate) fps: Option<FpsArg>,

    /// size in pixels; the picture is scaled to fit. Default: that of the first picture
    #[argh(option, arg_name = "WxH")]
    pub(crate) size: Option<SizeArg>,

    /// begin a new file when the picture gets another size, instead of scaling it
    #[argh(switch)]
    pub(crate) parts: bool,

    /// format, whatever the name of the file says. Default for standard output: y4m
    #[argh(option, arg_name = "mp4|gif|apng|png|y4m|rgba")]
    pub(crate) format: Option<ExportFormat>,

    /// replace a file that exists
    #[argh(switch)]
    pub(crate) overwrite: bool,

    /// the recording
    #[argh(positional, arg_name = "file")]
    pub(crate) from_file: String,

    /// the file to write
    #[argh(positional, arg_name = "file")]
    pub(crate) to_file: String,
}

/// Serves a canvas that another program publishes on a NATS bus with --publish. Any number of edges can serve the same
/// canvas. Viewers only watch, unless it has --drive. If that program has a web mirror, its links to watch work at every edge: put
/// their part after # behind the edge's address. Besides them an edge has links of its own (--link, --link-file, by default
/// "watch"), which that program neither knows nor revokes.
#[cfg(feature = "relay")]
#[derive(FromArgs, ArgsInfo, Debug)]
#[argh(
    subcommand,
    name = "edge",
    example = "framecast --backend http --listen 127.0.0.1:8080 edge tls://bus.example.org/lecture",
    example = "framecast --backend terminal edge nats://127.0.0.1/lecture"
)]
pub(crate) struct Edge {
    /// the name of this edge, which the host of the canvas sees. Default: this machine's name
    #[argh(option, arg_name = "name")]
    pub(crate) name: Option<String>,

    /// believe only the program with this key, which it prints at start. Default: whoever may publish on the bus
    #[argh(option, arg_name = "key")]
    pub(crate) origin_key: Option<String>,

    /// let those drive here, too, who have one of its links to drive. Whoever runs this edge sees these links, and can drive
    /// with them
    #[argh(switch)]
    pub(crate) drive: bool,

    /// where the canvas is published
    #[argh(positional, arg_name = "nats://host/name")]
    pub(crate) address: String,
}

/// Prints a script that completes commands and flags in a shell.
#[derive(FromArgs, ArgsInfo, Debug)]
#[argh(
    subcommand,
    name = "completions",
    example = "framecast completions bash > ~/.local/share/bash-completion/completions/framecast"
)]
pub(crate) struct Completions {
    /// the shell
    #[argh(positional, arg_name = "bash|zsh|fish")]
    pub(crate) shell: Shell,
}

/// Prints the manual page.
#[derive(FromArgs, ArgsInfo, Debug)]
#[argh(subcommand, name = "man", example = "framecast man > ~/.local/share/man/man1/framecast.1")]
pub(crate) struct Man {}

const COMMANDS: &str = "\
Commands, after the flags:
  demo [NAME]   run a demo: plasma, paint, cube, dashboard or events
  pipe          play video from standard input (YUV4MPEG2 or raw RGBA)
  run -- PROGRAM ARGS...
                run a program in any language that draws through pipes
  show FILE...  show pictures, those of a folder, or one from standard input (-)
  play FILE     play a recording that --record made
  export FILE FILE
                write a recording as video or pictures
  edge nats://HOST/NAME
                serve a canvas that another program publishes with --publish
  completions SHELL
                print a script that completes flags and commands in bash, zsh or fish
  man           print the manual page
";

const EXAMPLES: &str = "\
Examples:
  framecast demo
  framecast --backend http --listen 127.0.0.1:8080 demo cube
  framecast show *.png
  framecast --record talk.fcast demo paint
  ffmpeg -nostdin -i video.mp4 -f yuv4mpegpipe -pix_fmt yuv420p - | framecast pipe
";

/// The flags of every application, as the library defines them.
pub(crate) fn common_flags() -> CommandInfoWithArgs {
    Options::get_args_info()
}

/// The commands, with what each takes.
pub(crate) fn commands() -> Vec<CommandInfoWithArgs> {
    Program::get_subcommands().into_iter().map(|it| it.command).collect()
}

/// Stands for `-`; no argument can be this.
const STANDARD_INPUT: &str = "\0-";

/// Reads the arguments after the program's name.
pub(crate) fn parse(args: &[String]) -> Parsed {
    if args.is_empty() {
        return Parsed::Nothing(format!(
            "framecast: one canvas, many audiences\n\n{COMMANDS}\n{EXAMPLES}\n\
             framecast --help lists the flags, framecast pipe --help those of a command.\n"
        ));
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut options = match Options::from_args(&["framecast"], &args) {
        Ok(options) => options,
        Err(early) if early.status.is_ok() => return Parsed::Help(help(&early.output)),
        Err(early) => {
            return Parsed::Wrong(format!("{}\n--help shows all flags", early.output.trim()));
        }
    };
    let rest = std::mem::take(&mut options.rest);
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match rest.first() {
        None => {
            return Parsed::Wrong(format!(
                "missing command; one of {}\n\n{COMMANDS}",
                names().join(", ")
            ));
        }
        Some(&"help") => return Parsed::Help(full_help()),
        Some(first) if !names().contains(first) => {
            return Parsed::Wrong(format!("there is no command {first:?}\n\n{COMMANDS}"));
        }
        Some(_) => {}
    }
    // The library takes a lone dash for a flag.
    let dashed: Vec<&str> =
        rest.iter().map(|arg| if *arg == "-" { STANDARD_INPUT } else { *arg }).collect();
    match Program::from_args(&["framecast"], &dashed) {
        Ok(mut program) => {
            let words = match &mut program.action {
                Action::Show(show) => show.files.as_mut_slice(),
                Action::Export(export) => std::slice::from_mut(&mut export.to_file),
                Action::Run(run) => run.args.as_mut_slice(),
                Action::Pipe(pipe) => pipe.events.as_mut_slice(),
                _ => &mut [],
            };
            for word in words.iter_mut().filter(|word| *word == STANDARD_INPUT) {
                "-".clone_into(word);
            }
            Parsed::Run(Box::new(options), program.action)
        }
        Err(early) if early.status.is_ok() => {
            let demos = if rest[0] == "demo" {
                format!("\nDemos:\n{}", demo::list())
            } else {
                String::new()
            };
            Parsed::Help(format!("{}{demos}", early.output))
        }
        Err(early) => {
            let misplaced = rest.iter().find(|arg| is_common(arg) && !takes(rest[0], arg));
            let hint = match misplaced {
                Some(flag) => format!("{flag} belongs before {:?}", rest[0]),
                None => format!("framecast {} --help shows what is possible", rest[0]),
            };
            let output = early.output.replace(STANDARD_INPUT, "-");
            Parsed::Wrong(format!("{}\n{hint}", output.trim()))
        }
    }
}

fn names() -> Vec<&'static str> {
    commands().iter().map(|command| command.name).collect()
}

/// Whether the command has a flag of its own that is called so.
fn takes(name: &str, arg: &str) -> bool {
    let command = commands().into_iter().find(|command| command.name == name);
    command.is_some_and(|command| command.flags.iter().any(|flag| flag.long == arg))
}

/// Whether it is a flag that comes before the command.
fn is_common(arg: &str) -> bool {
    common_flags().flags.iter().any(|flag| flag.long == arg)
}

fn full_help() -> String {
    match Options::from_args(&["framecast"], &["--help"]) {
        Err(early) => help(&early.output),
        Ok(_) => help(""),
    }
}

/// The whole help, of which the library writes the part about the flags.
fn help(flags: &str) -> String {
    let flags = flags.find("Options:").map_or(flags, |start| &flags[start..]);
    format!(
        "Usage: framecast [FLAGS] COMMAND ...\n\n\
         One canvas, many audiences: shows demos, video, programs in any language and pictures in a \
         window, in browsers, in a terminal, or in several at once.\n\n{COMMANDS}\nFlags, before the command:{}\n\nDemos:\n{}\n{EXAMPLES}\n\
         framecast COMMAND --help says more about a command.\n",
        flags.trim_start_matches("Options:").trim_end(),
        demo::list()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Parsed {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&args)
    }

    fn wrong(line: &str) -> String {
        match parsed(line) {
            Parsed::Wrong(text) => text,
            _ => panic!("{line:?} was not refused"),
        }
    }

    fn help(line: &str) -> String {
        match parsed(line) {
            Parsed::Help(text) => text,
            _ => panic!("{line:?} gave no help"),
        }
    }

    #[test]
    fn flags_come_before_the_command_and_its_own_after() {
        let Parsed::Run(options, Action::Pipe(pipe)) =
            parsed("--backend none --size 64x48 pipe --format rgba --rate 29.97")
        else {
            panic!("not understood")
        };
        assert_eq!(options.size.unwrap().width, 64);
        assert_eq!((pipe.format, pipe.rate), (Format::Rgba, Some(FpsArg(29.97))));
    }

    #[test]
    fn a_demo_needs_no_name_and_show_takes_many_files() {
        assert!(matches!(parsed("demo"), Parsed::Run(_, Action::Demo(Demo { name: None }))));
        let Parsed::Run(_, Action::Show(show)) = parsed("show a.png b.jpg") else {
            panic!("not understood")
        };
        assert_eq!(show.files, ["a.png", "b.jpg"]);
        assert_eq!(show.max_memory, Budget::default());
    }

    #[test]
    fn what_follows_a_program_is_its_own() {
        for line in [
            "--backend none run -- python3 a.py --size 3 -- - --help",
            "--backend none run python3 a.py --size 3 -- - --help",
        ] {
            let Parsed::Run(_, Action::Run(run)) = parsed(line) else { panic!("not understood") };
            assert_eq!((&*run.program, run.stdio), ("python3", false));
            assert_eq!(run.args, ["a.py", "--size", "3", "--", "-", "--help"]);
        }
        let Parsed::Run(_, Action::Run(run)) = parsed("run --stdio -- cat") else {
            panic!("not understood")
        };
        assert!(run.stdio && run.args.is_empty());
        assert!(wrong("run").contains("program"), "{}", wrong("run"));
    }

    #[test]
    fn pipe_writes_events_to_standard_output() {
        let Parsed::Run(_, Action::Pipe(pipe)) = parsed("pipe --format frames --events -") else {
            panic!("not understood")
        };
        assert_eq!(pipe.events.as_deref(), Some("-"));
    }

    #[test]
    fn show_takes_a_limit_of_memory() {
        let Parsed::Run(_, Action::Show(show)) = parsed("show --max-memory 2GiB a.png") else {
            panic!("not understood")
        };
        assert_eq!(Ok(show.max_memory), "2048MiB".parse());
    }

    #[test]
    fn show_takes_standard_input() {
        let Parsed::Run(_, Action::Show(show)) = parsed("show holiday -") else {
            panic!("not understood")
        };
        assert_eq!(show.files, ["holiday", "-"]);
    }

    #[test]
    fn every_value_that_is_completed_is_accepted() {
        let flags = commands()
            .into_iter()
            .flat_map(|command| command.flags.iter().map(move |flag| (command.name, flag)));
        let common = common_flags().flags.iter().map(|flag| ("", flag));
        let mut tried = 0;
        for (command, flag) in common.chain(flags) {
            let argh::FlagInfoKind::Option { arg_name } = flag.kind else { continue };
            if !arg_name.contains('|') {
                continue;
            }
            for word in arg_name.split('|').filter(|word| !word.contains(':')) {
                let behind = match command {
                    "" => "demo",
                    "play" => "a.fcast",
                    "export" => "a.fcast b.png",
                    _ => "",
                };
                let line = format!("{command} {} {word} {behind}", flag.long);
                match parsed(&line) {
                    Parsed::Run(..) => tried += 1,
                    Parsed::Wrong(why) => {
                        assert!(why.contains("not in this build"), "{line}: {why}");
                    }
                    _ => panic!("{line} was not understood"),
                }
            }
        }
        assert!(tried >= 15, "{tried}");
    }

    #[test]
    fn no_arguments_give_a_short_help() {
        assert!(matches!(parsed(""), Parsed::Nothing(text) if text.contains("framecast demo")));
    }

    /// The flags of every application, as the library tells them.
    fn common() -> Vec<String> {
        let help = Options::parse("framecast", &["--help"]).unwrap_err().to_string();
        // Descriptions are indented further.
        let first = help.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
        first
            .filter(|word| word.starts_with("--") && *word != "--help,")
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn the_demos_that_are_completed_are_those_that_exist() {
        let demo = commands().into_iter().find(|command| command.name == "demo").unwrap();
        let names: Vec<_> = demo.positionals[0].name.split('|').collect();
        let exist: Vec<_> = demo::list()
            .lines()
            .map(|line| line.split_whitespace().next().unwrap().to_owned())
            .collect();
        assert_eq!(names, exist);
    }

    #[test]
    fn a_flag_behind_the_command_is_told_to_belong_before_it() {
        let flags = common();
        assert!(flags.len() >= 30, "{flags:?}");
        for flag in flags {
            let said = wrong(&format!("demo cube {flag} x"));
            assert!(said.contains(&format!("{flag} belongs before \"demo\"")), "{said}");
        }
        assert!(!wrong("demo cube --banana").contains("belongs"));
    }

    #[test]
    fn the_help_explains_flags_commands_and_demos() {
        for line in ["--help", "help", "--backend none --help"] {
            let help = help(line);
            let flags = common();
            let words = flags.iter().map(String::as_str);
            for word in words.chain(names()).chain(["plasma", "dashboard"]) {
                assert!(help.contains(word), "{word} is missing in\n{help}");
            }
            // What the library calls the arguments of the program itself.
            let has_rest = help.lines().any(|line| line.trim_start().starts_with("rest "));
            assert!(!has_rest && !help.contains("```"), "{help}");
        }
        assert!(help("demo --help").contains("paint"));
        assert!(help("pipe --help").contains("--matrix"));
        assert!(help("show --help").contains("WebP"));
        assert!(help("show --help").contains("--max-memory"));
    }

    #[test]
    fn what_is_wrong_is_said_with_what_is_possible() {
        assert!(wrong("banana").contains("pipe"));
        assert!(wrong("--backend banana demo").contains("window"));
        assert!(wrong("--size 0x0 demo").contains("1280x720"));
        assert!(wrong("--backend none").contains("demo"));
        assert!(wrong("pipe --format mp4").contains("y4m"));
        assert!(wrong("pipe --rate -3").contains("frame rate"));
        assert!(wrong("show --max-memory much a.png").contains("2GiB"));
        assert!(wrong("demo cube extra").contains("extra"));
        let dash = wrong("demo cube -");
        assert!(dash.contains('-') && !dash.contains('\0'), "{dash:?}");
        assert!(wrong("demo --backend http").contains("--backend belongs before"));
    }
}
