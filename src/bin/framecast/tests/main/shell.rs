//! What shells and `man` are given: both follow from the definitions of the flags, so they must name whatever
//! `--help` names.

#[cfg(unix)]
use std::io::Write;
#[cfg(unix)]
use std::process::{Command, Stdio};

use crate::program::command;

fn printed(args: &[&str]) -> String {
    let output = command(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The commands that the help lists.
fn commands() -> Vec<String> {
    let help = printed(&["help"]);
    let list = help.lines().skip_while(|line| !line.starts_with("Commands,")).skip(1);
    let names: Vec<_> = list
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("   "))
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .collect();
    assert!(names.len() >= 5, "{names:?}");
    names
}

/// The flags that the help of a command lists; those before any command for "".
fn flags(of: &str) -> Vec<String> {
    let help = if of.is_empty() { printed(&["--help"]) } else { printed(&[of, "--help"]) };
    let flag = |line: &str| {
        let word = line.strip_prefix("  ")?.split([' ', ',']).next()?;
        word.starts_with("--").then(|| word.to_owned())
    };
    let mut flags: Vec<_> = help.lines().filter_map(flag).collect();
    flags.sort();
    assert!(flags.contains(&"--help".to_owned()), "{help}");
    flags
}

/// Every command, "" for what comes before one, with its flags.
fn all() -> Vec<(String, Vec<String>)> {
    let names = [String::new()].into_iter().chain(commands());
    names.map(|name| (name.clone(), flags(&name))).collect()
}

/// What a real bash completes the last of these words to.
#[cfg(unix)]
fn completed(words: &[&str]) -> Vec<String> {
    let mut bash = Command::new("bash")
        .args(["--norc", "--noprofile", "-s"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let words: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    let mut script = printed(&["completions", "bash"]);
    script += &format!(
        "COMP_WORDS=(framecast {})\nCOMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n_framecast\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        words.join(" ")
    );
    bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = bash.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let mut found: Vec<_> =
        String::from_utf8(output.stdout).unwrap().split_whitespace().map(str::to_owned).collect();
    found.sort();
    found
}

#[cfg(unix)]
#[test]
fn bash_completes_commands_and_arguments() {
    let check = Command::new("bash")
        .args(["-n", "-c", &printed(&["completions", "bash"])])
        .output()
        .unwrap();
    assert!(check.status.success() && check.stderr.is_empty(), "{check:?}");

    assert_eq!(completed(&["de"]), ["demo"]);
    assert_eq!(completed(&["demo", "pl"]), ["plasma"]);
    assert_eq!(completed(&["--draw", ""]), ["always", "auto"]);
    assert_eq!(completed(&["--backend", "win"]), ["window"]);
    assert_eq!(completed(&["pipe", "--format", "r"]), ["rgba"]);
    assert_eq!(completed(&["completions", "z"]), ["zsh"]);
    assert_eq!(
        completed(&["--title", "demo", "pi"]),
        ["pipe"],
        "the value of a flag is no command"
    );
    assert!(completed(&["--size", "d"]).is_empty());
}

#[cfg(unix)]
#[test]
fn bash_completes_exactly_the_flags_that_the_help_lists() {
    for (command, flags) in all() {
        let words = [command.as_str(), "--"];
        let words = if command.is_empty() { &words[1..] } else { &words };
        assert_eq!(completed(words), flags, "{command:?}");
    }
}

#[test]
fn zsh_and_fish_are_told_every_command_and_flag() {
    let (zsh, fish) = (printed(&["completions", "zsh"]), printed(&["completions", "fish"]));
    for (command, flags) in all() {
        let start =
            if command.is_empty() { 0 } else { zsh.find(&format!("        {command})")).unwrap() };
        let part = &zsh[start..];
        let part = &part[..part.find(";;").unwrap()];
        for flag in flags {
            assert!(part.contains(&format!("{flag}[")), "zsh: {command} {flag}");
            let told = format!("\"__framecast_at '{command}'\" -l {} ", &flag[2..]);
            assert_eq!(fish.matches(&told).count(), 1, "fish: {command} {flag}");
        }
        assert!(zsh.contains(&format!(r"{command}\:")));
        assert!(command.is_empty() || fish.contains(&format!("-a {command} -d ")), "{command}");
    }
}

#[test]
fn an_unknown_shell_is_refused_with_those_that_are_known() {
    let output = command(&["completions", "tcsh"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("bash, zsh and fish"));
    assert!(output.stdout.is_empty());
}

#[test]
fn the_manual_page_has_every_flag_once() {
    let page = printed(&["man"]);
    for section in [
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "OPTIONS",
        "COMMANDS",
        "EXAMPLES",
        "ENVIRONMENT",
        "FILES",
        "EXIT STATUS",
        "SEE ALSO",
    ] {
        assert_eq!(page.matches(&format!("\n.SH {section}\n")).count(), 1, "{section}");
    }
    for (command, flags) in all() {
        let heading = if command.is_empty() { ".SH OPTIONS\n" } else { &format!(".SS {command} ") };
        let part = &page[page.find(heading).unwrap() + 1..];
        let part = &part[..part.find("\n.S").unwrap()];
        for flag in flags {
            let entry = format!("\n.TP\n\\fB{}\\fR", flag.replace('-', r"\-"));
            let is_it = |(at, found): (usize, &str)| !part[at + found.len()..].starts_with(r"\-");
            let entries = part.match_indices(&entry).filter(|it| is_it(*it)).count();
            assert_eq!(entries, 1, "{command:?} {flag} in\n{part}");
        }
    }
}

#[test]
fn the_manual_page_is_plain_roff() {
    let page = printed(&["man"]);
    let known = [".TH", ".SH", ".SS", ".TP", ".PP", ".RS", ".RE", ".nf", ".fi", ".B", ".I", ".BR"];
    for line in page.lines() {
        let request = line.split(' ').next().unwrap();
        assert!(!request.starts_with(['.', '\'']) || known.contains(&request), "{line}");
        assert!(line.is_ascii() && !line.is_empty(), "{line:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_is_said() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command(&["man"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("standard output"));
}
