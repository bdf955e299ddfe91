//! Ctrl-C and SIGTERM close the canvases; a second Ctrl-C ends the process at once.

use std::sync::{Mutex, Once, PoisonError};

use crate::handle::CanvasHandle;

static STATE: Mutex<State> = Mutex::new(State { interrupted: false, canvases: Vec::new() });

struct State {
    /// For good: what is opened later is closed at once.
    interrupted: bool,
    /// Those that are open, and perhaps some that are not any more.
    canvases: Vec<CanvasHandle>,
}

/// Exit code after a second Ctrl-C, as shells have it: 128 + SIGINT.
const INTERRUPTED: i32 = 130;

/// Closes `canvas` on Ctrl-C, once [`install`]ed. A program with a handler of its own keeps that one.
pub(crate) fn close_on_interrupt(canvas: CanvasHandle) {
    {
        let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
        if state.interrupted {
            canvas.close();
        }
        state.canvases.retain(|canvas| !canvas.is_closed());
        state.canvases.push(canvas);
    }
}

/// From now on signals close canvases.
pub(crate) fn install() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let _ = ctrlc::set_handler(|| {
            let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
            if std::mem::replace(&mut state.interrupted, true) {
                #[cfg(feature = "terminal")]
                framecast_terminal::restore();
                std::process::exit(INTERRUPTED);
            }
            state.canvases.iter().for_each(CanvasHandle::close);
        });
    });
}
