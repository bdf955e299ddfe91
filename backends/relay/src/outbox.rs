//! How much may be on its way to the bus: what the server has taken makes room. Pure.

use std::collections::VecDeque;

/// Updates or answers on their way, at most.
const MOST: usize = 4;
/// Beyond so many bytes, one update at a time.
const MOST_BYTES: usize = 512 * 1024;

/// What was published, and is not known to be taken by the server: updates, or answers.
///
/// After each of them a mark is published for this connection itself. It comes back when the server has everything before
/// it. So what waits is a newer picture, and not a queue of older ones. Forget all of them when the connection is lost.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    sent: VecDeque<Sent>,
    /// Of all of them.
    bytes: usize,
    mark: u64,
}

/// An update.
#[derive(Debug, Clone, Copy)]
struct Sent {
    mark: u64,
    bytes: usize,
}

impl Outbox {
    pub(crate) fn has_room(&self) -> bool {
        self.sent.is_empty() || self.sent.len() < MOST && self.bytes < MOST_BYTES
    }

    /// Whether there is room for what can wait, besides what cannot.
    pub(crate) fn has_spare_room(&self) -> bool {
        self.has_room() && self.sent.len() < MOST / 2
    }

    /// An update of so many bytes is published. Returns the mark to publish after it.
    pub(crate) fn published(&mut self, bytes: usize) -> u64 {
        self.mark += 1;
        self.sent.push_back(Sent { mark: self.mark, bytes });
        self.bytes += bytes;
        self.mark
    }

    /// This mark came back.
    pub(crate) fn returned(&mut self, mark: u64) {
        let taken = self.sent.iter().take_while(|sent| sent.mark <= mark).count();
        self.bytes -= self.sent.drain(..taken).map(|sent| sent.bytes).sum::<usize>();
    }

    /// The connection was lost, and marks with it.
    pub(crate) fn clear(&mut self) {
        self.sent.clear();
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_small_updates_or_one_large_one_are_on_their_way() {
        let mut outbox = Outbox::default();
        let mut marks = Vec::new();
        for _ in 0..MOST {
            assert!(outbox.has_room());
            marks.push(outbox.published(1000));
        }
        assert!(!outbox.has_room());
        outbox.returned(marks[1]);
        assert_eq!((outbox.has_room(), outbox.sent.len(), outbox.bytes), (true, 2, 2000));
        outbox.published(MOST_BYTES);
        assert!(!outbox.has_room());
        outbox.clear();
        assert!(outbox.has_room());
        outbox.published(10 * MOST_BYTES);
        assert!(!outbox.has_room());
        outbox.returned(marks[0]);
        assert!(!outbox.has_room(), "an old mark");
        outbox.returned(u64::MAX);
        assert_eq!((outbox.has_room(), outbox.bytes), (true, 0));
    }
}
