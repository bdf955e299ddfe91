//! A local window in which the program shows its pictures itself.

use std::sync::Arc;

use framecast_api::{BackendCommand, DirectPicture, NativeWindow};

use super::{Engine, Slot};
use crate::direct::DirectState;

/// What is known of a backend's window besides the backend.
#[derive(Default)]
pub(super) struct Direct {
    pub(super) native: Option<NativeWindow>,
    /// The program has taken it.
    taken: Option<Taken>,
}

struct Taken {
    state: Arc<DirectState>,
    /// What the backend was told is shown.
    told: Option<DirectPicture>,
}

impl Direct {
    pub(super) fn is_taken(&self) -> bool {
        self.taken.is_some()
    }

    fn is_taken_by(&self, state: &Arc<DirectState>) -> bool {
        self.taken.as_ref().is_some_and(|taken| Arc::ptr_eq(&taken.state, state))
    }
}

impl Slot {
    /// Whether somebody looks through this backend and is ready for a newer frame.
    pub(super) fn wants_frame(&self) -> bool {
        self.backend.wants_frame()
            && self.direct.taken.as_ref().is_none_or(|taken| taken.state.is_ready())
    }

    /// The same, of those who need its pixels.
    pub(super) fn wants_pixels(&self) -> bool {
        !self.direct.is_taken() && self.backend.wants_frame()
    }
}

impl Engine {
    /// A window that the program may show its pictures in from now on; `None` if there is none, or it is taken.
    pub(crate) fn take_window(&mut self) -> Option<(NativeWindow, Arc<DirectState>)> {
        let free = |slot: &&mut Slot| !slot.direct.is_taken();
        let (direct, native) = self
            .slots
            .iter_mut()
            .filter(free)
            .find_map(|slot| slot.direct.native.map(|native| (&mut slot.direct, native)))?;
        let state = Arc::<DirectState>::default();
        direct.taken = Some(Taken { state: Arc::clone(&state), told: None });
        Some((native, state))
    }

    /// The program shows `picture`, the drawing of this `number`, in the window itself. Returns false if the window is
    /// gone, or was given back.
    pub(crate) fn show_directly(
        &mut self,
        state: &Arc<DirectState>,
        picture: DirectPicture,
        number: u64,
    ) -> bool {
        let messages = self.messages;
        let Some(slot) = self.slots.iter_mut().find(|it| it.direct.is_taken_by(state)) else {
            return false;
        };
        if let Some(taken) = &mut slot.direct.taken
            && taken.told.replace(picture) != Some(picture)
        {
            slot.tell(&BackendCommand::ShownDirectly(Some(picture)), messages);
        }
        // Others may be given older ones later, when their pixels are there.
        self.shown_directly = self.shown_directly.max(number);
        true
    }

    /// The backends show a frame that the program does not show in a window itself.
    pub(super) fn hide_direct(&mut self) {
        let messages = self.messages;
        for slot in &mut self.slots {
            let Some(taken) = slot.direct.taken.as_mut().filter(|it| it.told.is_some()) else {
                continue;
            };
            taken.told = None;
            taken.state.hide();
            slot.tell(&BackendCommand::ShownDirectly(None), messages);
        }
    }

    /// The backend shows frames again.
    pub(crate) fn give_window_back(&mut self, state: &Arc<DirectState>) {
        let messages = self.messages;
        let Some(slot) = self.slots.iter_mut().find(|it| it.direct.is_taken_by(state)) else {
            return;
        };
        slot.direct.taken = None;
        slot.tell(&BackendCommand::ShownDirectly(None), messages);
        // Its newest frame may be an old one.
        self.schedule.request();
    }
}
