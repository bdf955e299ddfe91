//! `framecast completions`: scripts for shells, from the definitions of the command line.
//!
//! The grammar is: common flags, a command, its own flags and arguments. A value's name says what can be
//! completed: `auto|always` lists the words, `file` and `dir` are paths, and anything else is left to the user.

use std::fmt::{self, Write};
use std::str::FromStr;

use argh::{CommandInfoWithArgs, FlagInfo, FlagInfoKind};
use framecast::{Error, Result};

/// A shell that completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl FromStr for Shell {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "bash" => Ok(Shell::Bash),
            "zsh" => Ok(Shell::Zsh),
            "fish" => Ok(Shell::Fish),
            _ => Err(Error::invalid_input(format!(
                "{text:?} is unknown; possible are bash, zsh and fish"
            ))),
        }
    }
}

/// What can be completed in the place of a value.
enum Value<'a> {
    /// One of these words.
    Words(Vec<&'a str>),
    /// The path of a file or a folder.
    Path,
    /// Only the user knows.
    Free,
}

impl<'a> Value<'a> {
    fn named(name: &'a str) -> Self {
        match name {
            "file" | "dir" => Value::Path,
            // "addr:port" stands for what only the user knows.
            _ if name.contains('|') => {
                Value::Words(name.split('|').filter(|word| !word.contains(':')).collect())
            }
            _ => Value::Free,
        }
    }

    /// Of a flag; `None` for a switch.
    fn of(flag: &FlagInfo<'a>) -> Option<Self> {
        match flag.kind {
            FlagInfoKind::Switch => None,
            FlagInfoKind::Option { arg_name } => Some(Self::named(arg_name)),
        }
    }
}

/// The script for `shell`, of a program with these common flags and commands.
pub(crate) fn script(
    shell: Shell,
    common: &CommandInfoWithArgs,
    commands: &[CommandInfoWithArgs],
) -> String {
    let mut out = String::new();
    let done = match shell {
        Shell::Bash => bash(&mut out, common, commands),
        Shell::Zsh => zsh(&mut out, common, commands),
        Shell::Fish => fish(&mut out, common, commands),
    };
    done.expect("a String takes everything");
    out
}

/// The common flags as those of the command "", then the commands.
fn all<'a>(
    common: &'a CommandInfoWithArgs,
    commands: &'a [CommandInfoWithArgs],
) -> impl Iterator<Item = (&'a str, &'a CommandInfoWithArgs)> {
    [("", common)].into_iter().chain(commands.iter().map(|command| (command.name, command)))
}

fn flags(command: &CommandInfoWithArgs) -> String {
    let names: Vec<_> = command.flags.iter().map(|flag| flag.long).collect();
    names.join(" ")
}

fn names(commands: &[CommandInfoWithArgs]) -> Vec<&str> {
    commands.iter().map(|command| command.name).collect()
}

/// The common flags that take a value, which is no command even if it looks like one.
fn with_values(common: &CommandInfoWithArgs) -> Vec<&str> {
    common.flags.iter().filter(|flag| Value::of(flag).is_some()).map(|flag| flag.long).collect()
}

/// The first part of a description, for a line in a list.
fn brief(description: &str) -> &str {
    let ends = [". ", "; ", ": "].into_iter().filter_map(|end| description.find(end));
    description[..ends.min().unwrap_or(description.len())].trim_end_matches('.')
}

fn bash(
    out: &mut String,
    common: &CommandInfoWithArgs,
    commands: &[CommandInfoWithArgs],
) -> fmt::Result {
    let before = |prefix: &str, words: &[&str]| {
        let words: Vec<_> = words.iter().map(|word| format!("{prefix}:{word}")).collect();
        words.join("|")
    };
    writeln!(
        out,
        r#"# Completions of framecast for bash, written by: framecast completions bash

_framecast() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}}
    local command='' words='' i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case $command:${{COMP_WORDS[i]}} in
            {}) ((i++)) ;;
            {}) command=${{COMP_WORDS[i]}} ;;
        esac
    done
    COMPREPLY=()
    case $command:$prev in"#,
        before("", &with_values(common)),
        before("", &names(commands)),
    )?;
    for (name, command) in all(common, commands) {
        for flag in command.flags {
            let long = flag.long;
            match Value::of(flag) {
                None => {}
                Some(Value::Words(words)) => {
                    writeln!(out, "        {name}:{long}) words='{}' ;;", words.join(" "))?;
                }
                Some(Value::Path) => {
                    writeln!(out, "        {name}:{long}) compopt -o default; return ;;")?;
                }
                Some(Value::Free) => writeln!(out, "        {name}:{long}) return ;;")?,
            }
        }
    }
    writeln!(out, "        *) case $command:$cur in")?;
    for (name, command) in all(common, commands) {
        writeln!(out, "            {name}:-*) words='{}' ;;", flags(command))?;
        if name.is_empty() {
            writeln!(out, "            :*) words='{}' ;;", names(commands).join(" "))?;
        }
        match command.positionals.first().map(|it| Value::named(it.name)) {
            Some(Value::Words(words)) => {
                writeln!(out, "            {name}:*) words='{}' ;;", words.join(" "))?;
            }
            Some(Value::Path) => {
                writeln!(out, "            {name}:*) compopt -o default; return ;;")?;
            }
            Some(Value::Free) | None => {}
        }
    }
    out.write_str(
        r#"        esac ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
}

complete -F _framecast framecast
"#,
    )
}

fn zsh(
    out: &mut String,
    common: &CommandInfoWithArgs,
    commands: &[CommandInfoWithArgs],
) -> fmt::Result {
    fn quoted(text: &str) -> String {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
    fn escaped(text: &str) -> String {
        let mut escaped = String::new();
        for char in text.chars() {
            if r"\[]:".contains(char) {
                escaped.push('\\');
            }
            escaped.push(char);
        }
        escaped
    }
    fn action(value: &Value) -> String {
        match value {
            Value::Words(words) => format!("({})", words.join(" ")),
            Value::Path => "_files".to_owned(),
            Value::Free => String::new(),
        }
    }
    fn specs(command: &CommandInfoWithArgs) -> Vec<String> {
        let flag = |flag: &FlagInfo| {
            let text = format!("{}[{}]", flag.long, escaped(brief(flag.description)));
            let many = if flag.optionality == argh::Optionality::Repeating { "*" } else { "" };
            match (Value::of(flag), &flag.kind) {
                (Some(value), FlagInfoKind::Option { arg_name }) => {
                    quoted(&format!("{many}{text}:{}:{}", escaped(arg_name), action(&value)))
                }
                _ => quoted(&text),
            }
        };
        command.flags.iter().map(flag).collect()
    }
    let list: Vec<_> = commands
        .iter()
        .map(|command| format!(r"{}\:{}", command.name, shell_word(brief(command.description))))
        .collect();
    let command = quoted(&format!("1:command:(({}))", list.join(" ")));
    writeln!(
        out,
        r"#compdef framecast
# Completions of framecast for zsh, written by: framecast completions zsh

_framecast() {{
    local curcontext=$curcontext state line
    typeset -A opt_args
    _arguments -C \
        {} \
        {command} \
        '*::argument:->rest' && return
    case $words[1] in",
        specs(common).join(" \\\n        "),
    )?;
    for command in commands {
        let mut specs = specs(command);
        if let Some(it) =
            command.positionals.iter().find(|it| it.optionality != argh::Optionality::Greedy)
        {
            let many = if it.optionality == argh::Optionality::Repeating { "*" } else { "1" };
            let action = action(&Value::named(it.name));
            specs.push(quoted(&format!("{many}:argument:{action}")));
        }
        writeln!(
            out,
            "        {})\n            _arguments \\\n                {} ;;",
            command.name,
            specs.join(" \\\n                "),
        )?;
    }
    out.write_str(
        r#"    esac
}

if [ "$funcstack[1]" = _framecast ]; then
    _framecast "$@"
else
    compdef _framecast framecast
fi
"#,
    )
}

/// A description inside of a list of zsh's words, which is quoted as a whole.
fn shell_word(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "").replace(':', r"\:"))
}

fn fish(
    out: &mut String,
    common: &CommandInfoWithArgs,
    commands: &[CommandInfoWithArgs],
) -> fmt::Result {
    fn quoted(text: &str) -> String {
        format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
    }
    fn takes(value: &Value) -> String {
        match value {
            Value::Words(words) => format!(" -x -a {}", quoted(&words.join(" "))),
            Value::Path => " -r -F".to_owned(),
            Value::Free => " -x".to_owned(),
        }
    }
    writeln!(
        out,
        r"# Completions of framecast for fish, written by: framecast completions fish

# Whether the command line has got to this command; '' if there is none yet.
function __framecast_at
    set -l words (commandline -opc)
    set -l command ''
    set -l skip 1
    for word in $words
        if test $skip = 1
            set skip 0
        else if contains -- $word {}
            set skip 1
        else if contains -- $word {}
            set command $word
            break
        end
    end
    test $command = $argv[1]
end

complete -c framecast -f",
        with_values(common).join(" "),
        names(commands).join(" "),
    )?;
    for (name, command) in all(common, commands) {
        let at = format!("complete -c framecast -n \"__framecast_at '{name}'\"");
        for flag in command.flags {
            let value = Value::of(flag).map_or_else(String::new, |value| takes(&value));
            let long = flag.long.trim_start_matches("--");
            writeln!(out, "{at} -l {long}{value} -d {}", quoted(brief(flag.description)))?;
        }
        match command.positionals.first().map(|it| Value::named(it.name)) {
            Some(Value::Words(words)) => writeln!(out, "{at} -a {}", quoted(&words.join(" ")))?,
            Some(Value::Path) => writeln!(out, "{at} -F")?,
            Some(Value::Free) | None => {}
        }
    }
    for command in commands {
        let about = quoted(brief(command.description));
        writeln!(
            out,
            "complete -c framecast -n \"__framecast_at ''\" -a {} -d {about}",
            command.name
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_values_name_says_what_completes_it() {
        assert!(matches!(Value::named("a|b|c"), Value::Words(words) if words == ["a", "b", "c"]));
        assert!(matches!(Value::named("file"), Value::Path));
        assert!(matches!(Value::named("WxH"), Value::Free));
    }

    #[test]
    fn a_brief_description_is_the_first_part_of_it() {
        assert_eq!(brief("Shows pictures: PNG, JPEG. A folder"), "Shows pictures");
        assert_eq!(brief("Runs one of the demos."), "Runs one of the demos");
        assert_eq!(brief("of host.example:80"), "of host.example:80");
    }
}
