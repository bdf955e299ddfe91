//! What the application changes about its canvas.

use framecast_api::{
    BackendCommand, CanvasSize, Cursor, Error, LogicalSize, PhysicalSize, Result, SizeLimits,
    Source, TextInput,
};

use super::Engine;
use crate::options::DrawDemand;

impl Engine {
    pub(crate) fn set_title(&mut self, title: &str) {
        if self.title != title {
            self.title = title.to_owned();
            self.tell_title();
        }
    }

    pub(crate) fn set_cursor(&mut self, cursor: Cursor) {
        if self.cursor != cursor {
            self.cursor = cursor;
            self.apply(&BackendCommand::Cursor(cursor));
        }
    }

    pub(super) fn apply(&mut self, command: &BackendCommand) {
        for slot in &mut self.slots {
            slot.tell(command, self.messages);
        }
    }

    /// Asks the presenter's view for a size, and sizes the canvas.
    pub(crate) fn set_logical_size(&mut self, logical: LogicalSize) -> Result<()> {
        let size = CanvasSize::clamped(logical, self.size.ratio(), self.limits)?;
        if !self.fixed
            && let Some(presenter) = self.control.presenter()
            && let Some(slot) = self.slots.iter_mut().find(|slot| slot.id == presenter.backend)
        {
            slot.backend.apply(&BackendCommand::LogicalSize(size.logical()))?;
        }
        self.set_size(size);
        Ok(())
    }

    /// Hands text to the presenter's clipboard.
    pub(crate) fn set_clipboard(&mut self, text: &str) -> Result<()> {
        BackendCommand::check_clipboard(text)?;
        let none = || Error::not_supported("a clipboard where nobody drives");
        let Source { backend, client, .. } = self.control.presenter().ok_or_else(none)?;
        let slot = self.slots.iter_mut().find(|slot| slot.id == backend).ok_or_else(none)?;
        slot.backend.apply(&BackendCommand::Clipboard { client, text: text.to_owned() })
    }

    /// Tells the presenter where it types text, and every later presenter.
    pub(crate) fn set_text_input(&mut self, input: Option<TextInput>) -> Result<()> {
        if let Some(input) = &input {
            input.validate()?;
        }
        if self.text_input != input {
            self.text_input = input;
            self.tell_text_input();
        }
        Ok(())
    }

    /// Tells the presenter where it types text, if its view has a use for that.
    pub(super) fn tell_text_input(&mut self) {
        let Some(Source { backend, client, .. }) = self.control.presenter() else { return };
        let (input, messages) = (self.text_input, self.messages);
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.id == backend) {
            slot.tell(&BackendCommand::TextInput { client, input }, messages);
        }
    }

    /// Has the presenter asked whether to open `url`.
    pub(crate) fn open_url(&mut self, url: &str) -> Result<()> {
        BackendCommand::check_url(url)?;
        let none = || Error::not_supported("opening an address where nobody drives");
        let Source { backend, client, .. } = self.control.presenter().ok_or_else(none)?;
        let slot = self.slots.iter_mut().find(|slot| slot.id == backend).ok_or_else(none)?;
        slot.backend.apply(&BackendCommand::OpenUrl { client, url: url.to_owned() })
    }

    /// Keeps the canvas at `size` physical pixels, whatever the views' sizes.
    pub(crate) fn set_fixed_size(&mut self, size: PhysicalSize) -> Result<()> {
        let size = fixed_size(size)?;
        self.fixed = true;
        self.set_size(size);
        Ok(())
    }

    pub(crate) fn set_demand(&mut self, demand: DrawDemand) {
        self.demand = demand;
    }
}

/// The size of a canvas that follows nobody: one logical pixel is one physical pixel.
pub(crate) fn fixed_size(size: PhysicalSize) -> Result<CanvasSize> {
    size.bytes()?;
    let logical = LogicalSize::new(f64::from(size.width), f64::from(size.height));
    // The limits are against strangers; this size is the application's own.
    let limits = SizeLimits::new(PhysicalSize::MAX_SIDE, PhysicalSize::MAX_AREA);
    CanvasSize::clamped(logical, 1.0, limits)
}
