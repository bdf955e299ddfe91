//! The loop of a mirror's thread.

use crate::canvas::Canvas;
use crate::mirror::shared::Shared;

/// Serves the canvas until it is closed.
pub(super) fn run(canvas: &Canvas, shared: &Shared) {
    let (core, member) = (canvas.core(), canvas.member());
    // Also when a task panics: who waits for an event must not wait for ever.
    let _end = End { canvas, shared };
    loop {
        core.take_requests(member);
        let (room, waits) = shared.ask();
        let now = core.time.now();
        let turn = {
            let mut engine = member.engine.borrow_mut();
            let turn = engine.turn_fed(now, room, waits, || shared.take());
            shared.tell(turn.events, engine.wants_frame(), engine.size());
            (turn.ended, turn.until)
        };
        match turn {
            (true, _) => return,
            (false, until) => core.park(until),
        }
    }
}

struct End<'a> {
    canvas: &'a Canvas,
    shared: &'a Shared,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.canvas.core().remove(self.canvas.member());
        self.shared.end();
    }
}
