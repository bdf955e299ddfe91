//! The loop of a mirror's thread.

use crate::canvas::Canvas;
use crate::mirror::shared::Shared;

/// Serves the canvas until it is closed.
pub(super) fn run(canvas: &Canvas, shared: &Shared) {
    let (core, member) = (canvas.core(), canvas.member());
    // Also when a task panics: nobody may wait for an event that never comes.
    let _end = End { canvas, shared };
    loop {
        core.take_requests(member);
        let now = core.time.now();
        let takes = member.engine.borrow().takes_frame(now);
        let frame = takes.then(|| shared.take()).flatten();
        if frame.is_some() {
            // What was asked for before it was presented, such as its size, applies to it.
            core.take_requests(member);
        }
        let room = shared.has_room();
        let (turn, size) = {
            let mut engine = member.engine.borrow_mut();
            (engine.turn_fed(now, room, frame), engine.size())
        };
        if turn.ended {
            // A program that reads the last event finds the canvas closed.
            core.remove(member);
        }
        shared.tell(turn.events, turn.wanted, size);
        if turn.ended {
            return;
        }
        core.park(Some(member), turn.until);
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
