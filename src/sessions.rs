//! Which session is recorded, and which one is replayed: by the builder's settings and by the flags.

use std::path::PathBuf;
use std::time::Instant;

use framecast_api::{CanvasSize, Error, Result};
use log::Level;

use crate::engine::Engine;
use crate::input_log::{self, Header, Player};
use crate::messages::Messages;
use crate::options::{Options, ReplaySpeed, ReplayThen};

/// What the builder was told of input logs.
#[derive(Default)]
pub(crate) struct Sessions {
    pub(crate) record: Option<PathBuf>,
    pub(crate) replay: Option<PathBuf>,
    pub(crate) speed: Option<ReplaySpeed>,
    pub(crate) then: Option<ReplayThen>,
}

/// The logs of a canvas that is about to be opened.
pub(crate) struct OpenSessions {
    record: Option<PathBuf>,
    replay: Option<(PathBuf, Player, Header)>,
    then: ReplayThen,
}

impl Sessions {
    /// Opens the log that is replayed. `options` take precedence, and `first` says whether the canvas called
    /// `title` is the first of its loop: no other has logs.
    ///
    /// # Errors
    /// If the log cannot be replayed, or none is named.
    pub(crate) fn open(
        self,
        options: &Options,
        first: bool,
        title: &str,
        messages: Messages,
    ) -> Result<OpenSessions> {
        let record = options.record_input.clone().or(self.record);
        let replay = options.replay_input.clone().or(self.replay);
        let speed = options.replay_speed.or(self.speed);
        let then = options.replay_then.or(self.then);
        if replay.is_none() && (speed.is_some() || then.is_some()) {
            return Err(Error::invalid_input(
                "--replay-speed and --replay-then need --replay-input and a file",
            ));
        }
        if !first && (record.is_some() || replay.is_some()) {
            let message = format!(
                "input   {title:?} is not the first canvas, and only that one is recorded and replayed"
            );
            messages.notice(Level::Warn, &message);
        }
        let open = |path: PathBuf| {
            let (player, header) = input_log::open(&path, speed.unwrap_or_default(), messages)?;
            Ok::<_, Error>((path, player, header))
        };
        Ok(OpenSessions {
            record: record.filter(|_| first),
            replay: replay.filter(|_| first).map(open).transpose()?,
            then: then.unwrap_or_default(),
        })
    }
}

impl OpenSessions {
    /// The size with which the canvas begins that is replayed.
    pub(crate) fn size(&self) -> Option<CanvasSize> {
        self.replay.as_ref().map(|(_, _, header)| header.size)
    }

    /// Replays and records the canvas of `engine`, whose log has this header.
    ///
    /// # Errors
    /// If the log that is recorded cannot be made.
    pub(crate) fn attach(
        self,
        engine: &mut Engine,
        header: &Header,
        options: &Options,
        messages: Messages,
        now: Instant,
    ) -> Result<()> {
        if let Some((path, player, recorded)) = self.replay {
            let path = path.display().to_string();
            if recorded.title != header.title {
                let (theirs, ours) = (&recorded.title, &header.title);
                let message = format!(
                    "input   {path} was recorded by another program, {theirs:?}; this one is {ours:?}"
                );
                messages.notice(Level::Warn, &message);
            }
            let message = format!("input   replays {path}; viewers only watch meanwhile");
            messages.notice(Level::Info, &message);
            engine.replay(player, path, self.then, now);
        }
        if let Some(path) = self.record {
            engine.listen(match engine.recorder_of(&path, options) {
                Some(recording) => input_log::record_in(recording, &path, header, messages)?,
                None => Box::new(input_log::create(&path, header, messages)?),
            });
            let readers = if cfg!(unix) { "; only you can read the file" } else { "" };
            let message = format!(
                "input   recorded in {}, with all that is typed, passwords too{readers}",
                path.display()
            );
            messages.notice(Level::Info, &message);
        }
        Ok(())
    }
}
