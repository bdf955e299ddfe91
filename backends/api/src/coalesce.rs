//! Which waiting events are merged. Pure.
//!
//! Every queue between a person and the application follows this one rule, so that it does not
//! matter in which of them an event waits. The viewer's `queue.js` follows it, too, and both are
//! tested with the cases of `fixtures/coalescing.json`.
//!
//! - Moves of one pointer with equal buttons, modifiers and number of touches keep the last one, and the
//!   touches that changed in either.
//! - Turns of the wheel with equal buttons, modifiers, unit and phase add up, unless the sum is larger
//!   than [`EventKind::MAX_COORDINATE`], because such an event would be refused. The beginning and the
//!   end of a movement stay apart: two of them are two movements.
//! - Sizes, and what is known of a view, keep the last one.
//!
//! The merged event has the time and the position of the later one. Nothing else is merged, neither
//! events of two clients nor those of a person and of the program, and nothing is reordered.

use crate::{BackendEvent, Event, EventKind, Pointer, Wheel, WheelPhase};

impl Event {
    /// Merges `next`, the event after this one, into this one. Gives `next` back if the two stay
    /// apart.
    ///
    /// ```
    /// use framecast_api::{Event, EventKind, Wheel};
    /// let turn = |dy, timestamp| {
    ///     let kind = EventKind::Wheel(Wheel::new(0.0, dy));
    ///     Event::new(kind, timestamp, None)
    /// };
    /// let mut last = turn(100.0, 1.0);
    /// assert_eq!(last.coalesce(turn(20.0, 2.0)), None);
    /// assert_eq!(last, turn(120.0, 2.0));
    ///
    /// let typed = Event::new(EventKind::FocusIn, 3.0, None);
    /// assert_eq!(last.coalesce(typed.clone()), Some(typed));
    /// ```
    #[must_use = "what is given back was not merged"]
    pub fn coalesce(&mut self, next: Self) -> Option<Self> {
        if self.source != next.source || self.submitted != next.submitted {
            return Some(next);
        }
        match coalesce_kinds(&mut self.kind, next.kind) {
            Some(kind) => Some(Self { kind, ..next }),
            None => {
                self.timestamp = next.timestamp;
                None
            }
        }
    }
}

impl BackendEvent {
    /// Merges `next`, the same client's input after this one, into this one. Gives `next` back if
    /// the two stay apart.
    #[must_use = "what is given back was not merged"]
    pub fn coalesce(&mut self, next: Self) -> Option<Self> {
        match (self, next) {
            (
                Self::Event { client: this, timestamp: at, kind: last },
                Self::Event { client, timestamp, kind },
            ) if *this == client => match coalesce_kinds(last, kind) {
                Some(kind) => Some(Self::Event { client, timestamp, kind }),
                None => {
                    *at = timestamp;
                    None
                }
            },
            (
                Self::Resize { client: this, size: last_size, ratio: last_ratio },
                Self::Resize { client, size, ratio },
            ) if *this == client => {
                (*last_size, *last_ratio) = (size, ratio);
                None
            }
            (Self::ViewInfo { client: this, info: last }, Self::ViewInfo { client, info })
                if *this == client =>
            {
                *last = info;
                None
            }
            (_, next) => Some(next),
        }
    }
}

/// Merges `next` into `last`, or gives it back.
fn coalesce_kinds(last: &mut EventKind, next: EventKind) -> Option<EventKind> {
    match (last, next) {
        (EventKind::PointerMove(last), EventKind::PointerMove(mut next))
            if continues(last, &next) =>
        {
            next.changed.append(&mut last.changed);
            *last = next;
        }
        (EventKind::Wheel(last), EventKind::Wheel(next)) => match sum(last, &next) {
            Some(sum) => *last = sum,
            None => return Some(EventKind::Wheel(next)),
        },
        (EventKind::Resize(last), EventKind::Resize(next)) => *last = next,
        (EventKind::ViewInfo(last), EventKind::ViewInfo(next)) => *last = next,
        (_, next) => return Some(next),
    }
    None
}

/// Whether `next` only moves the pointer on.
fn continues(last: &Pointer, next: &Pointer) -> bool {
    last.pointer_type == next.pointer_type
        && last.buttons == next.buttons
        && last.modifiers == next.modifiers
        && last.ntouches == next.ntouches
        // Identifiers of a stranger, which need not be those of touches: too many are no event.
        && last.changed.union(&next.changed).count() <= EventKind::MAX_TOUCHES
}

/// Both turns as one; `None`: they stay apart.
fn sum(last: &Wheel, next: &Wheel) -> Option<Wheel> {
    let sum = Wheel { dx: last.dx + next.dx, dy: last.dy + next.dy, ..*next };
    let goes_on = !matches!(next.phase, WheelPhase::Started | WheelPhase::Ended);
    let same = last.buttons == next.buttons
        && last.modifiers == next.modifiers
        && last.unit == next.unit
        && last.phase == next.phase
        && goes_on;
    // False for what is not a number.
    let valid = |turn: f64| turn.abs() <= EventKind::MAX_COORDINATE;
    (same && valid(sum.dx) && valid(sum.dy)).then_some(sum)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::event::tests::every_kind;
    use crate::{
        Button, ClientId, Error, Key, LogicalSize, Modifiers, Platform, PointerType, Resize, Role,
        Source, Touch, ViewInfo,
    };

    const ANNA: ClientId = ClientId(1);
    const BERT: ClientId = ClientId(2);

    fn event(timestamp: f64, kind: EventKind) -> Event {
        Event::new(kind, timestamp, Some(Source::new(0, ANNA)))
    }

    fn input(client: ClientId, timestamp: f64, kind: EventKind) -> BackendEvent {
        BackendEvent::Event { client, timestamp, kind }
    }

    fn resized(client: ClientId, width: f64, ratio: f64) -> BackendEvent {
        BackendEvent::Resize { client, size: LogicalSize::new(width, 5.0), ratio }
    }

    /// What two events become in a queue.
    fn queued(mut last: Event, next: Event) -> Vec<Event> {
        let rest = last.coalesce(next);
        std::iter::once(last).chain(rest).collect()
    }

    #[derive(Debug, Deserialize)]
    struct Case {
        name: String,
        last: Event,
        next: Event,
        merged: Option<Event>,
    }

    #[test]
    fn the_cases_that_the_viewer_shares_are_merged_or_not() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../fixtures/coalescing.json")).unwrap();
        for Case { name, last, next, merged } in cases {
            let expected = merged.map_or_else(|| vec![last.clone(), next.clone()], |it| vec![it]);
            assert_eq!(queued(last, next), expected, "{name}");
        }
    }

    #[test]
    fn no_two_events_but_moves_wheels_sizes_and_views_are_merged() {
        let kinds = every_kind();
        for last in &kinds {
            for next in &kinds {
                let merges =
                    matches!(last.name(), "pointer_move" | "wheel" | "resize" | "view_info");
                let merged = merges && last.name() == next.name();
                let count = queued(event(1.0, last.clone()), event(2.0, next.clone())).len();
                assert_eq!(count, if merged { 1 } else { 2 }, "{last:?} {next:?}");
            }
        }
    }

    #[test]
    fn a_move_keeps_everything_of_the_later_one() {
        let touches = |x| [("7".to_owned(), Touch::at(x, 0.0))].into();
        let moved = |x| {
            EventKind::PointerMove(Pointer {
                x,
                y: -x,
                button: Button::None,
                buttons: [Button::Left].into_iter().collect(),
                modifiers: Modifiers::NONE.with_alt(),
                ntouches: 1,
                touches: touches(x),
                changed: ["7".to_owned()].into(),
                pointer_type: PointerType::Touch,
                pressure: x / 10.0,
            })
        };
        let merged = queued(event(1.0, moved(1.0)), event(2.0, moved(2.0)));
        assert_eq!(merged, [event(2.0, moved(2.0))]);
    }

    #[test]
    fn moves_whose_changed_touches_are_too_many_together_stay_apart() {
        let moved = |from: usize| {
            let changed = (from..from + EventKind::MAX_TOUCHES).map(|id| id.to_string());
            event(1.0, EventKind::PointerMove(Pointer::at(0.0, 0.0).with_changed(changed)))
        };
        assert_eq!(queued(moved(0), moved(0)).len(), 1);
        let apart = queued(moved(0), moved(1));
        assert_eq!(apart.len(), 2);
        assert!(apart.iter().all(|event| event.kind.validate().is_ok()));
    }

    #[test]
    fn a_size_keeps_the_last_one() {
        let size = |side: u32| {
            let (width, height) = (f64::from(side), f64::from(side));
            EventKind::Resize(Resize { width, height, pwidth: side, pheight: side, ratio: 1.0 })
        };
        let merged = queued(event(1.0, size(1)), event(2.0, size(2)));
        assert_eq!(merged, [event(2.0, size(2))]);

        let mut last = resized(ANNA, 10.0, 1.0);
        assert!(last.coalesce(resized(ANNA, 20.0, 2.0)).is_none());
        let BackendEvent::Resize { client: ANNA, size, ratio: 2.0 } = last else {
            panic!("{last:?}")
        };
        assert_eq!(size.width, 20.0);
    }

    #[test]
    fn what_is_known_of_a_view_keeps_the_last_one() {
        let view = |client, platform| {
            let info = ViewInfo::default().with_platform(platform);
            BackendEvent::ViewInfo { client, info }
        };
        let mut last = view(ANNA, Platform::Mac);
        assert!(last.coalesce(view(ANNA, Platform::Linux)).is_none());
        assert!(last.coalesce(view(BERT, Platform::Ios)).is_some());
        let BackendEvent::ViewInfo { client: ANNA, info } = last else { panic!("{last:?}") };
        assert_eq!(info.platform, Platform::Linux);
    }

    #[test]
    fn turns_that_add_up_to_what_is_no_event_any_more_stay_apart() {
        let most = EventKind::MAX_COORDINATE;
        for (one, other, merged) in [
            (most - 1.0, 1.0, true),
            (most, 1.0, false),
            (-most, -1.0, false),
            (-most, most, true),
            (1.0, f64::NAN, false),
            (f64::INFINITY, f64::NEG_INFINITY, false),
        ] {
            for across in [true, false] {
                let turn = |by: f64| {
                    let (dx, dy) = if across { (by, 0.0) } else { (0.0, by) };
                    event(0.0, EventKind::Wheel(Wheel::new(dx, dy)))
                };
                let queued = queued(turn(one), turn(other));
                assert_eq!(queued.len() == 1, merged, "{one} and {other}: {queued:?}");
                let valid = queued[0].kind.validate().is_ok();
                assert_eq!(valid, one.is_finite(), "{queued:?}");
            }
        }
    }

    #[test]
    fn nothing_of_two_clients_is_merged() {
        let moved = EventKind::PointerMove(Pointer::default());
        let anna = event(0.0, moved.clone());
        for source in [None, Some(Source::new(0, BERT))] {
            let other = Event { source, ..anna.clone() };
            assert_eq!(queued(anna.clone(), other).len(), 2);
        }
        let elsewhere = Source::new(1, ANNA);
        let other = Event { source: Some(elsewhere), ..anna.clone() };
        assert_eq!(queued(anna.clone(), other).len(), 2);

        let submitted = Event { submitted: true, ..anna.clone() };
        assert_eq!(queued(anna.clone(), submitted.clone()), [anna, submitted.clone()]);
        assert_eq!(queued(submitted.clone(), submitted).len(), 1);

        let mut last = input(ANNA, 1.0, moved.clone());
        assert!(last.coalesce(input(BERT, 2.0, moved.clone())).is_some());
        assert!(last.coalesce(input(ANNA, 3.0, moved)).is_none());
        assert!(matches!(last, BackendEvent::Event { client: ANNA, timestamp: 3.0, .. }));
        let mut last = resized(ANNA, 1.0, 1.0);
        assert!(last.coalesce(resized(BERT, 2.0, 1.0)).is_some());
        assert!(
            matches!(last, BackendEvent::Resize { client: ANNA, size, .. } if size.width == 1.0)
        );
    }

    #[test]
    fn inputs_that_stay_apart_come_back_as_they_were() {
        let typed = || input(ANNA, 2.0, EventKind::KeyDown(Key::default()));
        let nexts = || {
            [
                typed(),
                resized(ANNA, 1.0, 1.0),
                BackendEvent::Joined { client: ANNA, label: "anna".into(), role: Role::Drive },
                BackendEvent::Left { client: ANNA },
                BackendEvent::CloseRequested { client: ANNA },
                BackendEvent::Rejected { client: ANNA, count: 3 },
                BackendEvent::Lost(Error::failed("gone")),
            ]
        };
        for next in nexts() {
            let expected = format!("{next:?}");
            let mut last = input(ANNA, 1.0, EventKind::PointerMove(Pointer::default()));
            let before = format!("{last:?}");
            assert_eq!(format!("{:?}", last.coalesce(next).unwrap()), expected);
            assert_eq!(format!("{last:?}"), before);
        }
        for mut last in nexts() {
            assert!(last.coalesce(typed()).is_some(), "{last:?}");
        }
    }
}
