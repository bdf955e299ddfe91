//! Checks what an application promises about its damage, in debug builds.

use framecast_api::{FrameBuffer, Rect};
use log::Level;

use super::Engine;
use crate::caption;

impl Engine {
    /// Tells the application's author if `buffer` promises what is not so, and presents it without
    /// the promise: backends would show old pixels.
    pub(super) fn check_damage(&mut self, buffer: &mut FrameBuffer) {
        let Some(wrong) = self.last_frame.as_ref().and_then(|it| buffer.check_damage(it)) else {
            return;
        };
        self.stats.wrong_damage += 1;
        if self.stats.wrong_damage == 1 {
            let message = wrong_damage(&caption::plain(&self.title), self.sequence + 1, wrong);
            self.messages.notice(Level::Error, &message);
        }
    }
}

/// What the author of an application is told of a frame whose damage is wrong.
fn wrong_damage(title: &str, frame: u64, wrong: Rect) -> String {
    let Rect { x, y, width, height } = wrong;
    format!(
        "frame {frame} of {title:?} calls trust_damage(), but pixels changed outside of its damage, \
         all of them in Rect::new({x}, {y}, {width}, {height}): call add_damage() for them, or not \
         trust_damage(). A release build would show old pixels there. This is said once"
    )
}
