//! Who is the presenter. Pure.
//!
//! The rule for now: a local view drives when there is one, otherwise whoever has been here
//! longest. Everybody else observes.

use framecast_api::{LogicalSize, Source};

/// Everybody who is here, and which of them holds control.
#[derive(Debug, Default)]
pub(crate) struct Control {
    /// In the order in which they came.
    members: Vec<Member>,
    /// Invariant: one of `members`, or nobody.
    presenter: Option<Source>,
}

#[derive(Debug)]
struct Member {
    source: Source,
    /// Sits at this machine.
    local: bool,
    label: String,
    /// The view's logical size and pixel ratio, as last reported.
    view: Option<(LogicalSize, f64)>,
}

impl Control {
    /// Somebody came. A second announcement of the same client changes nothing.
    pub(crate) fn join(&mut self, source: Source, local: bool, label: String) {
        if self.member(source).is_none() {
            self.members.push(Member { source, local, label, view: None });
            self.choose();
        }
    }

    /// Somebody went.
    pub(crate) fn leave(&mut self, source: Source) {
        self.members.retain(|member| member.source != source);
        self.choose();
    }

    /// All clients of a backend went.
    pub(crate) fn leave_all(&mut self, backend: u32) {
        self.members.retain(|member| member.source.backend != backend);
        self.choose();
    }

    /// Keeps the size of somebody's view for when they become the presenter.
    pub(crate) fn set_view(&mut self, source: Source, size: LogicalSize, ratio: f64) {
        if let Some(member) = self.members.iter_mut().find(|member| member.source == source) {
            member.view = Some((size, ratio));
        }
    }

    /// The holder of control.
    pub(crate) fn presenter(&self) -> Option<Source> {
        self.presenter
    }

    /// The size and pixel ratio of the presenter's view, as far as known.
    pub(crate) fn presenter_view(&self) -> Option<(LogicalSize, f64)> {
        self.member(self.presenter?)?.view
    }

    /// Whether this client sits at this machine.
    pub(crate) fn is_local(&self, source: Source) -> bool {
        self.member(source).is_some_and(|member| member.local)
    }

    /// For people: "window", "127.0.0.1:51234".
    pub(crate) fn label(&self, source: Source) -> Option<&str> {
        Some(&self.member(source)?.label)
    }

    /// How many clients of `backend` are here.
    pub(crate) fn count(&self, backend: u32) -> usize {
        self.members.iter().filter(|member| member.source.backend == backend).count()
    }

    fn member(&self, source: Source) -> Option<&Member> {
        self.members.iter().find(|member| member.source == source)
    }

    fn choose(&mut self) {
        let first_local = self.members.iter().find(|member| member.local);
        self.presenter = first_local.or(self.members.first()).map(|member| member.source);
    }
}

#[cfg(test)]
mod tests {
    use framecast_api::ClientId;

    use super::*;

    fn source(backend: u32, client: u64) -> Source {
        Source { backend, client: ClientId(client) }
    }

    fn join(control: &mut Control, source: Source, local: bool) {
        control.join(source, local, "somebody".into());
    }

    #[test]
    fn the_first_browser_drives_and_the_next_follows_when_it_leaves() {
        let mut control = Control::default();
        assert_eq!(control.presenter(), None);
        join(&mut control, source(0, 1), false);
        join(&mut control, source(0, 2), false);
        assert_eq!(control.presenter(), Some(source(0, 1)));
        control.leave(source(0, 1));
        assert_eq!(control.presenter(), Some(source(0, 2)));
        control.leave(source(0, 2));
        assert_eq!(control.presenter(), None);
    }

    #[test]
    fn a_local_window_takes_control_even_when_it_comes_late() {
        let mut control = Control::default();
        join(&mut control, source(1, 1), false);
        join(&mut control, source(0, 0), true);
        assert_eq!(control.presenter(), Some(source(0, 0)));
        control.leave_all(0);
        assert_eq!(control.presenter(), Some(source(1, 1)));
    }

    #[test]
    fn the_view_of_an_observer_is_kept_for_when_it_takes_over() {
        let mut control = Control::default();
        join(&mut control, source(0, 1), false);
        join(&mut control, source(0, 2), false);
        control.set_view(source(0, 2), LogicalSize::new(10.0, 20.0), 2.0);
        assert_eq!(control.presenter_view(), None);
        control.leave(source(0, 1));
        assert_eq!(control.presenter_view(), Some((LogicalSize::new(10.0, 20.0), 2.0)));
    }

    #[test]
    fn joining_twice_and_leaving_as_a_stranger_change_nothing() {
        let mut control = Control::default();
        join(&mut control, source(0, 1), false);
        join(&mut control, source(0, 1), true);
        control.leave(source(7, 7));
        control.set_view(source(7, 7), LogicalSize::new(1.0, 1.0), 1.0);
        assert_eq!(control.presenter(), Some(source(0, 1)));
        assert!(!control.is_local(source(0, 1)));
        assert_eq!(control.count(0), 1);
    }
}
