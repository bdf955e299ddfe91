//! Pasted text as events.

use framecast_api::EventKind;

/// Reports pasted text as one [`EventKind::Paste`], or as several in order if it is longer than
/// [`EventKind::MAX_PASTE`] bytes.
///
/// ```
/// let mut events = 0;
/// framecast_local::paste("x".repeat(40_000), &mut |_| events += 1);
/// assert_eq!(events, 2);
/// ```
pub fn paste(mut data: String, sink: &mut dyn FnMut(EventKind)) {
    while data.len() > EventKind::MAX_PASTE {
        let boundary = |end: &usize| data.is_char_boundary(*end);
        let end = (0..=EventKind::MAX_PASTE).rev().find(boundary).unwrap_or_default();
        let rest = data.split_off(end);
        sink(EventKind::Paste { data: std::mem::replace(&mut data, rest) });
    }
    sink(EventKind::Paste { data });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_several_events_that_end_between_characters() {
        let text = "漢".repeat(30_000);
        let mut parts = Vec::new();
        paste(text.clone(), &mut |kind| {
            assert!(kind.validate().is_ok());
            match kind {
                EventKind::Paste { data } => parts.push(data),
                other => panic!("{other:?}"),
            }
        });
        assert_eq!(parts.len(), 3);
        assert_eq!(parts.concat(), text);
    }
}
