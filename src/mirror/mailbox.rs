//! What lies between a program and the thread of its mirror. Pure.

use framecast_api::{CanvasSize, Event, FrameBuffer};

use crate::events::EventQueue;

/// The newest picture on its way to the canvas, and the events on their way to the program.
pub(super) struct Mailbox {
    picture: Option<FrameBuffer>,
    /// A newer picture than the one that the thread took last would be shown at once.
    demand: bool,
    size: CanvasSize,
    events: EventQueue,
    readers: usize,
    ended: bool,
}

impl Mailbox {
    pub(super) fn new(size: CanvasSize, demand: bool) -> Self {
        Self {
            picture: None,
            demand,
            size,
            events: EventQueue::default(),
            readers: 0,
            ended: false,
        }
    }

    /// Leaves `picture` for the thread. Returns a buffer that is not needed any more.
    pub(super) fn present(&mut self, picture: FrameBuffer) -> Option<FrameBuffer> {
        if self.ended { Some(picture) } else { self.picture.replace(picture) }
    }

    /// The picture that waits, for the thread. Whether another one is wanted is known after the turn.
    pub(super) fn take(&mut self) -> Option<FrameBuffer> {
        let picture = self.picture.take()?;
        self.demand = false;
        Some(picture)
    }

    pub(super) fn wanted(&self) -> bool {
        self.demand && self.picture.is_none()
    }

    pub(super) fn size(&self) -> CanvasSize {
        self.size
    }

    /// What a turn of the thread brought.
    pub(super) fn tell(&mut self, events: Vec<Event>, demand: bool, size: CanvasSize) {
        (self.demand, self.size) = (demand, size);
        for event in events {
            self.events.push(event);
            if self.readers == 0 && self.events.is_over_full() {
                self.events.pop();
            }
        }
    }

    /// Whether to ask views for more events.
    pub(super) fn has_room(&self) -> bool {
        self.readers == 0 || !self.events.has_enough()
    }

    pub(super) fn next_event(&mut self) -> Option<Event> {
        self.events.pop()
    }

    pub(super) fn add_reader(&mut self) {
        self.readers += 1;
    }

    pub(super) fn remove_reader(&mut self) {
        self.readers -= 1;
    }

    /// Nothing comes any more. Returns a picture that was not shown.
    pub(super) fn end(&mut self) -> Option<FrameBuffer> {
        (self.ended, self.demand) = (true, false);
        self.picture.take()
    }

    pub(super) fn is_ended(&self) -> bool {
        self.ended
    }
}

#[cfg(test)]
mod tests {
    use framecast_api::{EventKind, FramePool, Key, LogicalSize, PhysicalSize, SizeLimits};

    use super::*;

    fn mailbox() -> Mailbox {
        Mailbox::new(size(1.0), false)
    }

    fn size(ratio: f64) -> CanvasSize {
        CanvasSize::clamped(LogicalSize::new(8.0, 8.0), ratio, SizeLimits::DEFAULT).unwrap()
    }

    fn picture(shade: u8) -> FrameBuffer {
        let mut buffer = FramePool::new().lend(PhysicalSize::new(1, 1)).unwrap();
        buffer.fill([shade; 4]);
        buffer
    }

    fn key(name: &str) -> Event {
        Event::new(EventKind::KeyDown(Key::new(name)), 0.0, None)
    }

    fn keys(mailbox: &mut Mailbox) -> Vec<String> {
        std::iter::from_fn(|| mailbox.next_event())
            .map(|event| match event.kind {
                EventKind::KeyDown(key) => key.key,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn the_newest_picture_replaces_one_that_waits() {
        let mut mailbox = mailbox();
        assert!(mailbox.present(picture(1)).is_none());
        let old = mailbox.present(picture(2)).expect("it was replaced");
        assert_eq!(old.pixels()[0], [1; 4]);
        assert_eq!(mailbox.take().expect("it waits").pixels()[0], [2; 4]);
        assert!(mailbox.take().is_none());
    }

    #[test]
    fn a_picture_that_waits_is_enough_until_the_thread_says_more() {
        let mut mailbox = mailbox();
        assert!(!mailbox.wanted(), "nobody looks");
        mailbox.tell(Vec::new(), true, size(2.0));
        assert!(mailbox.wanted() && mailbox.size() == size(2.0));
        mailbox.present(picture(1));
        assert!(!mailbox.wanted(), "one waits");
        mailbox.take();
        assert!(!mailbox.wanted(), "it is being shown");
        mailbox.tell(Vec::new(), true, size(2.0));
        assert!(mailbox.wanted());
    }

    #[test]
    fn events_wait_for_a_reader_and_the_newest_are_kept() {
        let mut mailbox = mailbox();
        let many = EventQueue::ENOUGH + 3;
        mailbox.tell((0..many).map(|n| key(&n.to_string())).collect(), false, size(1.0));
        assert!(mailbox.has_room(), "views are asked on, since nobody may ever read");
        mailbox.add_reader();
        let read = keys(&mut mailbox);
        assert_eq!(read.len(), EventQueue::ENOUGH);
        assert_eq!((&*read[0], &*read[read.len() - 1]), ("3", &*(many - 1).to_string()));
        // The next reader finds what came while there was none.
        mailbox.tell(vec![key("a")], false, size(1.0));
        mailbox.remove_reader();
        mailbox.tell(vec![key("b")], false, size(1.0));
        mailbox.add_reader();
        assert_eq!(keys(&mut mailbox), ["a", "b"]);
    }

    #[test]
    fn a_reader_loses_nothing_and_too_many_events_hold_up_views() {
        let mut mailbox = mailbox();
        mailbox.add_reader();
        let many = EventQueue::ENOUGH + 3;
        mailbox.tell((0..many).map(|n| key(&n.to_string())).collect(), false, size(1.0));
        assert!(!mailbox.has_room());
        assert_eq!(keys(&mut mailbox).len(), many);
        assert!(mailbox.has_room());
    }

    #[test]
    fn after_the_end_events_can_be_read_and_pictures_come_back() {
        let mut mailbox = mailbox();
        mailbox.present(picture(1));
        mailbox.tell(vec![key("a")], true, size(1.0));
        assert!(mailbox.end().is_some() && mailbox.is_ended() && !mailbox.wanted());
        assert!(mailbox.present(picture(2)).is_some());
        mailbox.add_reader();
        assert_eq!(keys(&mut mailbox), ["a"]);
    }
}
