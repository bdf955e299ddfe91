//! Keys that are for the terminal, not for the application. Pure.

use framecast_api::Modifiers;

use crate::input::{Phase, Press};

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    /// Ctrl+C: the view is closed.
    End,
    /// Ctrl+Z: back to the shell, until `fg`.
    Suspend,
    /// Ctrl+\: the process ends at once.
    Quit,
    /// Ctrl+Alt+Plus, Ctrl+Alt+PageUp and their like: everything larger or smaller.
    Zoom(i32),
    /// Ctrl+Alt+0, Ctrl+Alt+Home.
    ZoomUsual,
}

/// What `press` asks for, if it is for us. Its release reaches nobody.
pub(crate) fn command(press: &Press) -> Option<Command> {
    let Modifiers { control, alt, meta, .. } = press.key.modifiers;
    if !control || meta || press.phase == Phase::Up {
        return None;
    }
    let key = press.key.key.as_str();
    // By what it types; by its place where that is no letter of ours (Cyrillic, Greek).
    let foreign = !key.is_ascii();
    let is = |name: &str, code: &str| {
        key.eq_ignore_ascii_case(name) || (foreign && press.key.code == code)
    };
    if alt {
        return match key {
            "+" | "=" | "PageUp" => Some(Command::Zoom(1)),
            "-" | "_" | "PageDown" => Some(Command::Zoom(-1)),
            "0" | "Home" => Some(Command::ZoomUsual),
            _ => None,
        };
    }
    let once = match () {
        () if is("c", "KeyC") => Command::End,
        () if is("z", "KeyZ") => Command::Suspend,
        () if key == "\\" => Command::Quit,
        () => return None,
    };
    (press.phase != Phase::Repeat).then_some(once)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::input::{Reader, Said};

    fn commands(bytes: &str, kitty: bool) -> Vec<Option<Command>> {
        let mut reader = Reader::default();
        reader.set_kitty_keys(kitty);
        let mut commands = Vec::new();
        reader.push(bytes.as_bytes(), Instant::now(), &mut |said| match said {
            Said::Key(press) => commands.push(command(&press)),
            other => panic!("unexpected {other:?}"),
        });
        commands
    }

    #[test]
    fn control_keys_are_ours_however_they_are_told() {
        let all = [Some(Command::End), Some(Command::Suspend), Some(Command::Quit)];
        assert_eq!(commands("\x03\x1a\x1c", false), all);
        assert_eq!(commands("\x1b[99;5u\x1b[122;5u\x1b[92;5u", true), all);
        assert_eq!(commands("\x1b[27;5;99~", false), [Some(Command::End)]);
        assert_eq!(commands("\x1b[1089::99;5u", true), [Some(Command::End)], "Cyrillic");
        assert_eq!(commands("\x1b[99;5:2u\x1b[99;5:3u", true), [None, None], "repeat, release");
    }

    #[test]
    fn zooming_has_keys_on_every_terminal() {
        let (larger, smaller) = (Some(Command::Zoom(1)), Some(Command::Zoom(-1)));
        assert_eq!(commands("\x1b[43;7u\x1b[45;7u", true), [larger, smaller]);
        assert_eq!(commands("\x1b[61:43;8u", true), [larger], "Ctrl+Alt+Shift+=");
        assert_eq!(commands("\x1b[5;7~\x1b[6;7~", false), [larger, smaller]);
        assert_eq!(commands("\x1b[1;7H", false), [Some(Command::ZoomUsual)]);
    }

    #[test]
    fn other_keys_are_the_applications() {
        assert_eq!(commands("c\x1bc\x01\x1b[5~", false), [None; 4]);
        assert_eq!(commands("\x1b\x07\x1b[99;7u", false), [None; 2], "Ctrl+Alt+G and +C");
    }
}
