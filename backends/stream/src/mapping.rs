//! Where a client of the older renderview protocol points. Its page stretches the picture over its
//! view, in each direction by itself, and says positions in the view's pixels; events have the
//! canvas' logical pixels, those of the picture that the client shows. Pure.

use std::collections::VecDeque;

use framecast_api::{EventKind, LogicalSize};

/// Pictures whose size is remembered until they are acknowledged. No client is sent so many at once.
const MOST_SENT: usize = 64;
/// A page says the size of its view when it is first laid out. That is before its second picture.
const ACKNOWLEDGED: u32 = 2;

/// From a client's view to the canvas.
#[derive(Debug, Default)]
pub(crate) struct ViewMapping {
    /// What the client said of its view.
    view: Option<LogicalSize>,
    /// The canvas' size in the pictures on their way, by their index.
    sent: VecDeque<(u32, LogicalSize)>,
    /// The canvas' size in the picture that was acknowledged last.
    shown: Option<LogicalSize>,
    acknowledged: u32,
    /// It has said a position.
    points: bool,
}

impl ViewMapping {
    /// The view has another size, which is usable.
    pub(crate) fn resized(&mut self, view: LogicalSize) {
        self.view = Some(view);
    }

    /// Whether it seems to have no view of its own: it takes part and has not said a size. Its
    /// positions are in the canvas' pixels then, and it has to know how many there are.
    pub(crate) fn lacks_size(&self) -> bool {
        self.view.is_none() && (self.points || self.acknowledged >= ACKNOWLEDGED)
    }

    /// The canvas' size in the newest picture that was sent.
    pub(crate) fn canvas(&self) -> Option<LogicalSize> {
        self.sent.back().map(|(_, size)| *size).or(self.shown)
    }

    /// Picture `index` is sent, which shows a canvas of this size. Whether it is another size.
    pub(crate) fn sent(&mut self, index: u32, canvas: LogicalSize) -> bool {
        let changed = self.canvas() != Some(canvas);
        if self.sent.len() == MOST_SENT {
            self.sent.pop_front();
        }
        self.sent.push_back((index, canvas));
        changed
    }

    /// The client shows picture `index`.
    pub(crate) fn acknowledged(&mut self, index: u32) {
        if let Some(at) = self.sent.iter().position(|(sent, _)| *sent == index) {
            self.shown = self.sent.drain(..=at).next_back().map(|(_, size)| size);
            self.acknowledged = self.acknowledged.saturating_add(1);
        }
    }

    /// Changes the positions in `kind` from the view's pixels to the canvas'.
    pub(crate) fn map(&mut self, kind: &mut EventKind) {
        let [x, y] = self.scale();
        let scale = |point: [&mut f64; 2]| {
            let most = EventKind::MAX_COORDINATE;
            let [left, top] = point;
            (*left, *top) = ((*left * x).clamp(-most, most), (*top * y).clamp(-most, most));
        };
        match kind {
            EventKind::PointerDown(pointer)
            | EventKind::PointerMove(pointer)
            | EventKind::PointerUp(pointer)
            | EventKind::PointerEnter(pointer)
            | EventKind::PointerLeave(pointer)
            | EventKind::DoubleClick(pointer) => {
                scale([&mut pointer.x, &mut pointer.y]);
                for touch in pointer.touches.values_mut() {
                    scale([&mut touch.x, &mut touch.y]);
                }
            }
            // How far it was turned is no distance on the canvas.
            EventKind::Wheel(wheel) => scale([&mut wheel.x, &mut wheel.y]),
            _ => return,
        }
        self.points = true;
    }

    /// Logical pixels of the canvas for one of the view, in each direction.
    fn scale(&self) -> [f64; 2] {
        let shown = self.shown.or(self.sent.front().map(|(_, size)| *size));
        let (Some(view), Some(canvas)) = (self.view, shown) else { return [1.0; 2] };
        // A view of 1e-300 pixels has no positions.
        let usable = |scale: f64| if scale.is_finite() && scale > 0.0 { scale } else { 1.0 };
        [usable(canvas.width / view.width), usable(canvas.height / view.height)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::{Pointer, Touch, Wheel};

    const VIEW: LogicalSize = LogicalSize { width: 640.0, height: 480.0 };
    const CANVAS: LogicalSize = LogicalSize { width: 1280.0, height: 720.0 };

    fn pointer(x: f64, y: f64) -> Pointer {
        let touch = Touch::at(x, y).with_pressure(0.5);
        Pointer::at(x, y).with_touch("a", touch)
    }

    /// Where the client's (`x`, `y`) is on the canvas.
    fn place(mapping: &mut ViewMapping, x: f64, y: f64) -> (f64, f64) {
        let mut kind = EventKind::PointerMove(pointer(x, y));
        mapping.map(&mut kind);
        let EventKind::PointerMove(pointer) = kind else { unreachable!("as before") };
        (pointer.x, pointer.y)
    }

    #[test]
    fn every_position_is_stretched_as_the_picture_is() {
        let mut mapping = ViewMapping::default();
        mapping.resized(VIEW);
        mapping.sent(1, CANVAS);
        for kind in [
            EventKind::PointerDown,
            EventKind::PointerMove,
            EventKind::PointerUp,
            EventKind::PointerEnter,
            EventKind::PointerLeave,
            EventKind::DoubleClick,
        ] {
            let mut event = kind(pointer(320.0, 240.0));
            mapping.map(&mut event);
            assert_eq!(event, kind(pointer(640.0, 360.0)));
        }
        let wheel = Wheel::new(1.0, 100.0).at(320.0, 240.0);
        let mut event = EventKind::Wheel(wheel);
        mapping.map(&mut event);
        assert_eq!(event, EventKind::Wheel(wheel.at(640.0, 360.0)));
        assert_eq!(place(&mut mapping, -64.0, 480.0), (-128.0, 720.0), "also outside of the view");
    }

    #[test]
    fn it_is_the_picture_that_is_shown_which_counts() {
        let mut mapping = ViewMapping::default();
        assert_eq!(place(&mut mapping, 320.0, 240.0), (320.0, 240.0), "there is none");
        mapping.resized(VIEW);
        assert_eq!(place(&mut mapping, 320.0, 240.0), (320.0, 240.0));
        assert!(mapping.sent(1, CANVAS));
        assert!(!mapping.sent(2, CANVAS));
        assert!(mapping.sent(3, VIEW));
        assert_eq!(place(&mut mapping, 320.0, 240.0), (640.0, 360.0));
        mapping.acknowledged(2);
        assert_eq!(place(&mut mapping, 320.0, 240.0), (640.0, 360.0), "the next is on its way");
        mapping.acknowledged(7);
        assert_eq!(place(&mut mapping, 320.0, 240.0), (640.0, 360.0), "there was no such picture");
        mapping.acknowledged(3);
        assert_eq!(place(&mut mapping, 320.25, 240.0), (320.25, 240.0));
    }

    #[test]
    fn a_client_without_a_size_lacks_one_once_it_takes_part() {
        let mut mapping = ViewMapping::default();
        (1..=2).for_each(|index| assert!(mapping.sent(index, CANVAS) == (index == 1)));
        mapping.acknowledged(1);
        assert!(!mapping.lacks_size(), "a page is laid out with its first picture");
        mapping.acknowledged(2);
        assert!(mapping.lacks_size());
        assert_eq!(mapping.canvas(), Some(CANVAS));
        mapping.resized(VIEW);
        assert!(!mapping.lacks_size());

        let mut mapping = ViewMapping::default();
        mapping.map(&mut EventKind::FocusIn);
        assert!(!mapping.lacks_size());
        place(&mut mapping, 1.0, 1.0);
        assert!(mapping.lacks_size());
    }

    #[test]
    fn whatever_size_a_client_says_positions_stay_finite_and_bounded() {
        let sizes = [1e-300, 1e-9, 1.0, 1e9, 1e300, f64::MIN_POSITIVE, f64::MAX];
        let mut mapping = ViewMapping::default();
        for index in 0..10_000 {
            mapping.sent(index, CANVAS);
        }
        assert_eq!(mapping.sent.len(), MOST_SENT, "nothing is acknowledged");
        for (width, height) in sizes.iter().flat_map(|w| sizes.map(|h| (*w, h))) {
            mapping.resized(LogicalSize { width, height });
            for at in [-EventKind::MAX_COORDINATE, -0.0, 1e-300, 640.0] {
                let mut kind = EventKind::PointerMove(pointer(at, at));
                mapping.map(&mut kind);
                assert!(kind.validate().is_ok(), "{kind:?} in {width} × {height}");
            }
        }
    }
}
