//! Recordings of a canvas, and its publication: they take what another backend encodes anyway.

use std::io::Write;
use std::path::Path;
#[cfg(any(feature = "record", feature = "relay"))]
use std::sync::Arc;

#[cfg(any(feature = "record", feature = "relay"))]
use framecast_api::Result;

use super::Engine;
use crate::options::Options;

impl Engine {
    /// Records the canvas from now on.
    #[cfg(feature = "record")]
    pub(crate) fn record(
        &mut self,
        settings: framecast_record::RecordSettings,
        waker: std::task::Waker,
    ) -> Result<framecast_record::Recorder> {
        let settings = match &self.updates {
            Some((updates, lossless)) if *lossless || !settings.is_lossless() => {
                settings.with_updates(Arc::clone(updates))
            }
            _ => settings,
        };
        let backend = framecast_record::RecordBackend::new(settings);
        let recorder = backend.recorder();
        self.add(Box::new(backend), waker)?;
        self.recorders.push(recorder.clone());
        // So that the recording begins with the picture that is shown.
        self.schedule.request();
        Ok(recorder)
    }

    /// Publishes the canvas from now on.
    #[cfg(feature = "relay")]
    pub(crate) fn publish(
        &mut self,
        mut backend: framecast_relay::RelayBackend,
        waker: std::task::Waker,
    ) -> Result<()> {
        if let Some((updates, _)) = &self.updates {
            backend.set_updates(Arc::clone(updates));
        }
        self.add(Box::new(backend), waker)
    }

    /// What takes an input log that is to be a part of the recording in the file at `path`.
    pub(crate) fn recorder_of(&self, path: &Path, options: &Options) -> Option<Box<dyn Write>> {
        let place = options.record.iter().position(|file| file == path)?;
        #[cfg(feature = "record")]
        return self.recorders.get(place).map(|it| -> Box<dyn Write> { Box::new(it.input()) });
        #[cfg(not(feature = "record"))]
        {
            let _ = place;
            None
        }
    }

    /// Recorders and relays take what changes from there; `lossless`: exactly.
    #[cfg(all(feature = "http", any(feature = "record", feature = "relay")))]
    pub(crate) fn share_updates(
        &mut self,
        updates: Option<Arc<dyn framecast_stream::UpdateSource>>,
        lossless: bool,
    ) {
        if let Some(updates) = updates {
            self.updates.get_or_insert((updates, lossless));
        }
    }

    /// The recordings of the canvas, those that ended, too.
    #[cfg(feature = "record")]
    pub(crate) fn recorders(&self) -> &[framecast_record::Recorder] {
        &self.recorders
    }
}
