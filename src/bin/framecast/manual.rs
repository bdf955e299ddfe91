//! `framecast man`: the manual page, in roff, from the definitions of the command line.

use std::fmt::{self, Write};

use argh::{CommandInfoWithArgs, FlagInfo, FlagInfoKind, Optionality, PositionalInfo};

use crate::demo;

/// What no flag's own text says. It is roff already.
const ENVIRONMENT: &str = r#"
.SH ENVIRONMENT
.TP
.B FRAMECAST_BACKEND
Where to show the canvas if \fB\-\-backend\fR is not given. Takes the same values.
.TP
\fBFRAMECAST_LINK_\fINAME\fR=\fIROLE\fR:\fITOKEN\fR
A link to the web mirror that stays the same at every start. \fIROLE\fR is drive or watch, and \fITOKEN\fR is a
secret of at least 128 random bits, or sha256: and its hash.
.TP
.BR FRAMECAST_IN ", " FRAMECAST_OUT
What \fBrun\fR sets for its program: the numbers of the file descriptors that have the events, and that take
the frames.
.TP
.BR DISPLAY ", " WAYLAND_DISPLAY
The display on which the window opens. Without one, the terminal takes the place of the window.
.TP
.BR SSH_CONNECTION ", " SSH_TTY
If one of them is set, the program runs over SSH, and the terminal takes the place of the window.
.SH FILES
.TP
\fB\-\-link\-file\fR \fIfile\fR
One link a line: \fINAME ROLE EXPIRY TOKEN\fR. \fIEXPIRY\fR is never, or a time in UTC such as
2026\-12\-31T23:59:59Z. \fITOKEN\fR may also be sha256: and the hash of a token. The file holds secrets: only its
owner may have access to it.
.TP
\fB\-\-log\fR \fIfile\fR
Messages are appended. The file holds links: only its owner may have access to it.
.SH EXIT STATUS
.TP
.B 0
The canvas was closed, the input ended, or the help was printed.
.TP
.B 1
Something failed while the program ran, or the program of \fBrun\fR ended with another status than 0. Standard error
says what.
.TP
.B 2
The command line is wrong, or a value in it cannot be used.
.SH SEE ALSO
.BR ffmpeg (1),
.BR ssh (1)
.PP
The library, its guide and all documentation: https://github.com/framecast/framecast
"#;

/// The page of a program with these common flags and commands.
pub(crate) fn page(common: &CommandInfoWithArgs, commands: &[CommandInfoWithArgs]) -> String {
    let mut out = String::new();
    write(&mut out, common, commands).expect("a String takes everything");
    out
}

fn write(
    out: &mut String,
    common: &CommandInfoWithArgs,
    commands: &[CommandInfoWithArgs],
) -> fmt::Result {
    let version = env!("CARGO_PKG_VERSION");
    writeln!(out, ".TH FRAMECAST 1 \"\" \"framecast {version}\" \"User Commands\"")?;
    writeln!(out, ".SH NAME\nframecast \\- one canvas, many audiences")?;
    writeln!(
        out,
        ".SH SYNOPSIS\n.B framecast\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]"
    )?;
    writeln!(
        out,
        ".SH DESCRIPTION\nShows demos, video, programs in any language and pictures in a window, in browsers, in a terminal, or in several of \
         them at once. One viewer drives, and the others watch. At start the program prints links to drive and to \
         watch."
    )?;
    writeln!(out, ".SH OPTIONS\nThese come before the command.")?;
    common.flags.iter().try_for_each(|it| flag(out, it))?;
    writeln!(out, ".SH COMMANDS")?;
    for command in commands {
        let arguments: String = command.positionals.iter().map(synopsis).collect();
        writeln!(out, ".SS {} [\\fIOPTIONS\\fR]{arguments}", escaped(command.name))?;
        writeln!(out, "{}", sentence(command.description))?;
        for positional in command.positionals {
            writeln!(
                out,
                ".TP\n.I {}\n{}",
                escaped(positional.name),
                sentence(positional.description)
            )?;
        }
        command.flags.iter().try_for_each(|it| flag(out, it))?;
        if command.name == "demo" {
            writeln!(out, ".PP\nDemos:\n.RS\n.nf\n{}.fi\n.RE", escaped_lines(&demo::list()))?;
        }
    }
    writeln!(out, ".SH EXAMPLES")?;
    for example in commands.iter().flat_map(|command| command.examples) {
        writeln!(out, ".PP\n.nf\n{}\n.fi", escaped(example))?;
    }
    out.write_str(ENVIRONMENT.trim_start())
}

fn flag(out: &mut String, flag: &FlagInfo) -> fmt::Result {
    write!(out, ".TP\n\\fB{}\\fR", escaped(flag.long))?;
    if let FlagInfoKind::Option { arg_name } = flag.kind {
        write!(out, " \\fI{}\\fR", escaped(arg_name))?;
    }
    writeln!(out, "\n{}", sentence(flag.description))
}

fn synopsis(positional: &PositionalInfo) -> String {
    let name = escaped(positional.name);
    match positional.optionality {
        Optionality::Required => format!(" \\fI{name}\\fR"),
        Optionality::Optional => format!(" [\\fI{name}\\fR]"),
        Optionality::Repeating | Optionality::Greedy => format!(" [\\fI{name}\\fR ...]"),
    }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with('.') { "" } else { "." };
    escaped(&format!("{first}{}{end}", chars.as_str()))
}

fn escaped_lines(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", escaped(line))).collect()
}

/// One line of text: what roff reads as a request, an escape or a hyphen is that character itself.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    if text.starts_with(['.', '\'']) {
        escaped.push_str(r"\&");
    }
    for char in text.chars() {
        match char {
            '\\' => escaped.push_str(r"\e"),
            '-' => escaped.push_str(r"\-"),
            '\'' => escaped.push_str(r"\(aq"),
            '^' => escaped.push_str(r"\(ha"),
            '~' => escaped.push_str(r"\(ti"),
            '`' => escaped.push_str(r"\(ga"),
            '\n' => escaped.push(' '),
            char if char.is_ascii() => escaped.push(char),
            char => escaped.push_str(&format!("\\[u{:04X}]", u32::from(char))),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text_in_roff() {
        assert_eq!(escaped(".SH a-b\\c"), r"\&.SH a\-b\ec");
        assert_eq!(escaped("'tis ~/x"), r"\&\(aqtis \(ti/x");
        assert_eq!(escaped("2GiB …"), r"2GiB \[u2026]");
    }

    #[test]
    fn a_description_becomes_a_sentence() {
        assert_eq!(sentence("which one"), "Which one.");
        assert_eq!(sentence("Runs it."), "Runs it.");
        assert_eq!(sentence("über"), r"\[u00DC]ber.");
    }
}
