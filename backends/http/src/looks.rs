//! When a file that is polled is read again. Pure.

use std::time::Duration;

/// How often a file is looked at. A change counts at the second look that sees it.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Decides when the file is read again: when it is another than was read, and nobody has written to it between two
/// looks. Somebody who writes it in parts would otherwise send people away whose lines are not there yet.
///
/// In the place of a stamp stands `None` where the file cannot be looked at.
#[derive(Debug)]
pub(crate) struct Looks<S> {
    done: Option<S>,
    last: Option<S>,
    /// What was read last could not be, for a reason that may pass.
    again: bool,
}

impl<S: Copy + PartialEq> Looks<S> {
    /// When what has this stamp was read.
    pub(crate) fn new(stamp: S) -> Self {
        Self { done: Some(stamp), last: Some(stamp), again: false }
    }

    /// When what had this stamp, as far as that was known, was read.
    pub(crate) fn started(stamp: Option<S>) -> Self {
        Self { done: stamp, last: stamp, again: false }
    }

    /// Whether to read it, after a look. A file is read once, also if there is something wrong with what it says.
    pub(crate) fn changed(&mut self, now: Option<S>) -> bool {
        let rests = std::mem::replace(&mut self.last, now) == now;
        rests && (std::mem::replace(&mut self.done, now) != now || std::mem::take(&mut self.again))
    }

    /// The file could not be read, such as for want of open files: the next look tries again.
    pub(crate) fn failed(&mut self) {
        self.again = true;
    }

    /// What was read is of this stamp.
    pub(crate) fn read(&mut self, stamp: S) {
        self.done = Some(stamp);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_once_when_it_has_come_to_rest() {
        let [first, half, whole] = [1, 2, 3];
        let mut looks = Looks::new(first);
        assert!(!looks.changed(Some(first)));
        assert!(!looks.changed(Some(half)), "it is being written");
        assert!(!looks.changed(Some(whole)), "still");
        assert!(looks.changed(Some(whole)));
        assert!(!looks.changed(Some(whole)));
        assert!(!looks.changed(None) && !looks.changed(Some(whole)), "it was replaced");
    }

    #[test]
    fn a_file_that_is_gone_is_told_once_and_read_when_it_is_back() {
        let [first, other, _] = [1, 2, 3];
        let mut looks = Looks::new(first);
        assert!(!looks.changed(None) && looks.changed(None) && !looks.changed(None));
        assert!(!looks.changed(Some(other)) && looks.changed(Some(other)));
        assert!(!looks.changed(None) && looks.changed(None));
        assert!(!looks.changed(Some(other)) && looks.changed(Some(other)), "also the same");
    }

    #[test]
    fn what_could_not_be_read_is_tried_again_until_it_can() {
        let mut looks = Looks::new(1);
        assert!(!looks.changed(Some(2)) && looks.changed(Some(2)));
        looks.failed();
        assert!(looks.changed(Some(2)));
        looks.failed();
        assert!(looks.changed(Some(2)) && !looks.changed(Some(2)));
    }

    #[test]
    fn what_was_written_while_it_was_read_is_read_again() {
        let [first, other, later] = [1, 2, 3];
        let mut looks = Looks::new(first);
        assert!(!looks.changed(Some(other)) && looks.changed(Some(other)));
        looks.read(later);
        assert!(!looks.changed(Some(later)) && !looks.changed(Some(later)));
        assert!(!looks.changed(Some(other)) && looks.changed(Some(other)));
    }
}
