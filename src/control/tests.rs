use framecast_api::{ClientId, Key};
use proptest::prelude::*;

use super::*;
use crate::departed::WITHOUT_HOST;

const TIMEOUT: Duration = Duration::from_secs(30);
const WINDOW: Source = source(0, 0);

const fn source(backend: u32, client: u64) -> Source {
    Source::new(backend, ClientId(client))
}

struct Scene {
    control: Control,
    now: Instant,
}

impl Scene {
    fn new(policy: ControlPolicy) -> Self {
        Self { control: Control::new(policy, Some(TIMEOUT)), now: Instant::now() }
    }

    fn join(&mut self, client: u64, role: Role) -> Source {
        let source = source(1, client);
        self.control.join(source, false, format!("viewer {client}"), role, self.now);
        source
    }

    fn window(&mut self) {
        self.control.join(WINDOW, true, "window".into(), Role::Drive, self.now);
    }

    fn wait(&mut self, time: Duration) {
        self.now += time;
        self.control.tick(self.now);
    }

    fn heard(&mut self, source: Source, kind: &EventKind) {
        self.control.heard(source, kind, false, self.now);
    }

    fn press(&mut self, source: Source) {
        self.heard(source, &EventKind::KeyDown(Key::default()));
    }

    /// What follows of it for others is done.
    fn ask(&mut self, source: Source, request: ControlRequest) -> Option<Order> {
        self.control.request(source, request, self.now);
        self.obey()
    }

    fn obey(&mut self) -> Option<Order> {
        let orders = self.control.take_orders();
        assert!(orders.len() <= 1, "{orders:?}");
        if let Some(Order::SendAway(source)) = orders.first() {
            self.control.send_away(*source, By::Host, self.now);
        }
        orders.into_iter().next()
    }

    fn number(&self, source: Source) -> u64 {
        self.control.member(source).unwrap().number
    }

    fn presenter(&self) -> Option<Source> {
        self.control.presenter()
    }
}

#[test]
fn the_first_who_may_drive_drives_and_the_next_follows_when_it_leaves() {
    let mut scene = Scene::new(ControlPolicy::First);
    scene.join(9, Role::Watch);
    assert_eq!(scene.presenter(), None, "a watcher never drives");
    let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
    assert_eq!(scene.presenter(), Some(anna));
    scene.control.leave(anna, scene.now);
    assert_eq!(scene.presenter(), Some(bert));
    scene.control.leave(bert, scene.now);
    assert_eq!(scene.presenter(), None);
}

#[test]
fn a_local_window_takes_control_even_when_it_comes_late() {
    let mut scene = Scene::new(ControlPolicy::First);
    let anna = scene.join(1, Role::Drive);
    scene.window();
    assert_eq!(scene.presenter(), Some(WINDOW));
    scene.control.leave_all(0, scene.now);
    assert_eq!(scene.presenter(), Some(anna));
}

#[test]
fn under_local_no_browser_ever_drives() {
    let mut scene = Scene::new(ControlPolicy::Local);
    let anna = scene.join(1, Role::Drive);
    scene.ask(anna, ControlRequest::Ask);
    scene.press(anna);
    assert_eq!(scene.presenter(), None);
    scene.window();
    scene.heard(WINDOW, &EventKind::Hide);
    scene.wait(TIMEOUT * 2);
    assert_eq!(scene.presenter(), None);
    scene.heard(WINDOW, &EventKind::Show);
    assert_eq!(scene.presenter(), Some(WINDOW));
}

#[test]
fn a_hidden_presenter_gives_control_up_in_time_and_not_before() {
    let mut scene = Scene::new(ControlPolicy::First);
    let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
    scene.heard(anna, &EventKind::Hide);
    scene.wait(TIMEOUT - Duration::from_millis(1));
    assert_eq!(scene.presenter(), Some(anna));
    assert_eq!(scene.control.deadline(), Some(scene.now + Duration::from_millis(1)));
    scene.wait(Duration::from_millis(1));
    assert_eq!(scene.presenter(), Some(bert));
    scene.heard(anna, &EventKind::Show);
    assert_eq!(scene.presenter(), Some(bert), "who waits is not robbed");
}

#[test]
fn a_hidden_one_is_not_made_the_presenter_until_it_shows() {
    let mut scene = Scene::new(ControlPolicy::First);
    let anna = scene.join(1, Role::Drive);
    scene.heard(anna, &EventKind::Hide);
    scene.wait(TIMEOUT);
    assert_eq!((scene.presenter(), scene.control.deadline()), (None, None));
    scene.heard(anna, &EventKind::Show);
    assert_eq!(scene.presenter(), Some(anna));
}

#[test]
fn a_silent_presenter_gives_way_only_to_somebody_who_acts() {
    let mut scene = Scene::new(ControlPolicy::First);
    let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
    let watcher = scene.join(3, Role::Watch);
    scene.wait(TIMEOUT * 2);
    scene.press(watcher);
    assert_eq!(scene.presenter(), Some(anna));
    scene.press(bert);
    assert_eq!(scene.presenter(), Some(bert));
}

#[test]
fn without_a_timeout_nothing_is_given_up() {
    let mut scene = Scene::new(ControlPolicy::First);
    scene.control.timeout = None;
    let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
    scene.heard(anna, &EventKind::Hide);
    scene.wait(TIMEOUT * 1000);
    scene.press(bert);
    assert_eq!(scene.presenter(), Some(anna));
}

#[test]
fn what_changes_nothing_is_not_told() {
    let mut scene = Scene::new(ControlPolicy::Request);
    let (anna, carl) = (scene.join(1, Role::Drive), scene.join(3, Role::Watch));
    let bert = scene.join(2, Role::Drive);
    let before = scene.control.revision();
    for request in [
        ControlRequest::Ask,
        ControlRequest::Release,
        ControlRequest::Grant(3),
        ControlRequest::TakeBack,
        ControlRequest::Disconnect(1),
    ] {
        scene.ask(carl, request);
    }
    scene.heard(carl, &EventKind::Show);
    scene.ask(anna, ControlRequest::Grant(99));
    assert_eq!(scene.control.revision(), before, "whoever watches makes everybody listen");
    let told = |scene: &mut Scene, request| {
        let before = scene.control.revision();
        scene.ask(bert, request);
        scene.control.revision() > before
    };
    assert!(told(&mut scene, ControlRequest::Ask) && !told(&mut scene, ControlRequest::Ask));
    assert!(told(&mut scene, ControlRequest::Release));
    assert!(!told(&mut scene, ControlRequest::Release));
}

#[test]
fn a_timeout_of_any_length_or_none_is_no_trouble() {
    for timeout in [Duration::MAX, Duration::ZERO] {
        let mut scene = Scene::new(ControlPolicy::First);
        scene.control.set_timeout(Some(timeout), scene.now);
        let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
        scene.heard(anna, &EventKind::Hide);
        let after = if timeout.is_zero() { bert } else { anna };
        assert_eq!(scene.presenter(), Some(after), "{timeout:?}");
        assert!(scene.control.deadline().is_none_or(|at| at > scene.now));
    }
    let now = Instant::now();
    let mut control = Control::new(ControlPolicy::First, Some(Duration::MAX));
    control.join(WINDOW, true, "window".into(), Role::Drive, now);
    control.heard(WINDOW, &EventKind::Hide, false, now);
    assert!(control.deadline().is_some());
}

#[test]
fn under_request_the_presenter_grants_and_takes_back() {
    let mut scene = Scene::new(ControlPolicy::Request);
    let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
    let carl = scene.join(3, Role::Watch);
    scene.ask(carl, ControlRequest::Ask);
    assert_eq!(scene.control.asker(), None, "a watcher cannot ask");
    scene.ask(bert, ControlRequest::Ask);
    assert_eq!(scene.presenter(), Some(anna), "asking is not having");
    let number = scene.number(bert);
    assert_eq!(scene.control.asker(), Some(number));
    scene.ask(bert, ControlRequest::Grant(number));
    assert_eq!(scene.presenter(), Some(anna), "nobody grants it to themselves");
    scene.ask(anna, ControlRequest::Grant(scene.number(carl)));
    assert_eq!(scene.presenter(), Some(anna), "a watcher is granted nothing");
    scene.ask(anna, ControlRequest::Grant(number));
    assert_eq!((scene.presenter(), scene.control.host()), (Some(bert), Some(anna)));
    scene.ask(anna, ControlRequest::TakeBack);
    assert_eq!((scene.presenter(), scene.control.host()), (Some(anna), Some(anna)));
}

#[test]
fn what_was_granted_goes_back_to_who_granted_it() {
    let mut scene = Scene::new(ControlPolicy::Request);
    let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
    let grant = ControlRequest::Grant(scene.number(bert));
    scene.ask(anna, grant);
    scene.ask(bert, ControlRequest::Release);
    assert_eq!(scene.presenter(), Some(anna));
    scene.ask(anna, grant);
    scene.control.leave(bert, scene.now);
    assert_eq!(scene.presenter(), Some(anna));
}

#[test]
fn who_asks_gets_control_from_a_presenter_that_sleeps() {
    let mut scene = Scene::new(ControlPolicy::Request);
    scene.window();
    let bert = scene.join(2, Role::Drive);
    scene.ask(bert, ControlRequest::Ask);
    assert_eq!(scene.presenter(), Some(WINDOW));
    scene.wait(TIMEOUT);
    assert_eq!(scene.presenter(), Some(bert));
}

#[test]
fn under_any_whoever_acts_takes_over_after_a_pause() {
    let mut scene = Scene::new(ControlPolicy::Any);
    let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
    scene.press(anna);
    scene.press(bert);
    assert_eq!(scene.presenter(), Some(anna), "anna is at it");
    scene.wait(PAUSE);
    let key = EventKind::KeyDown(Key::default());
    scene.control.heard(bert, &key, true, scene.now);
    assert_eq!(scene.presenter(), Some(anna), "anna holds a button down");
    let repeat = EventKind::KeyDown(Key::default().with_repeat());
    scene.control.heard(bert, &repeat, false, scene.now);
    assert_eq!(scene.presenter(), Some(anna), "bert's key was down before");
    scene.press(bert);
    assert_eq!(scene.presenter(), Some(bert));
}

#[test]
fn the_time_of_a_presenter_begins_when_it_gets_control() {
    let mut scene = Scene::new(ControlPolicy::First);
    let anna = scene.join(1, Role::Drive);
    scene.wait(TIMEOUT);
    let bert = scene.join(2, Role::Drive);
    scene.press(bert);
    assert_eq!(scene.presenter(), Some(bert));
    scene.control.choose(None, scene.now);
    assert_eq!(scene.presenter(), Some(anna));
    assert!(scene.control.deadline().is_none_or(|at| at > scene.now));
}

#[test]
fn who_gives_control_up_gets_it_again_only_by_asking() {
    let mut scene = Scene::new(ControlPolicy::First);
    let anna = scene.join(1, Role::Drive);
    scene.ask(anna, ControlRequest::Release);
    scene.press(anna);
    assert_eq!(scene.presenter(), None);
    assert!(scene.control.state(None).asking);
    scene.ask(anna, ControlRequest::Ask);
    assert_eq!(scene.presenter(), Some(anna));
}

#[test]
fn the_application_chooses_against_any_policy_but_no_watcher() {
    let mut scene = Scene::new(ControlPolicy::None);
    let (anna, carl) = (scene.join(1, Role::Drive), scene.join(3, Role::Watch));
    assert_eq!(scene.presenter(), None);
    assert!(!scene.control.choose(Some(carl), scene.now));
    assert!(scene.control.choose(Some(anna), scene.now));
    scene.heard(anna, &EventKind::Hide);
    scene.wait(TIMEOUT * 2);
    assert_eq!(scene.presenter(), Some(anna));
    scene.control.choose(None, scene.now);
    assert_eq!(scene.presenter(), None);
}

#[test]
fn only_the_host_sends_somebody_away_and_never_itself() {
    let mut scene = Scene::new(ControlPolicy::First);
    let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
    let (a, b) = (scene.number(anna), scene.number(bert));
    assert_eq!(scene.ask(bert, ControlRequest::Disconnect(a)), None);
    assert_eq!(scene.ask(anna, ControlRequest::Disconnect(a)), None);
    assert_eq!(scene.ask(anna, ControlRequest::Disconnect(99)), None);
    assert_eq!(scene.ask(anna, ControlRequest::Disconnect(b)), Some(Order::SendAway(bert)));
}

#[test]
fn who_was_sent_away_is_listed_once_gone_until_the_host_lets_it_in() {
    let mut scene = Scene::new(ControlPolicy::First);
    let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
    let carl = scene.join(3, Role::Watch);
    let listed = |scene: &Scene| {
        let state = scene.control.state(None);
        state.sent_away.into_iter().map(|gone| gone.label).collect::<Vec<_>>()
    };
    let [b, c] = [bert, carl].map(|source| scene.number(source));
    scene.ask(anna, ControlRequest::Disconnect(b));
    scene.ask(bert, ControlRequest::Disconnect(c));
    assert!(listed(&scene).is_empty(), "it is still here");
    assert_eq!(scene.ask(anna, ControlRequest::LetIn(b)), None);
    scene.control.leave(carl, scene.now);
    scene.control.leave(bert, scene.now);
    assert_eq!(listed(&scene), ["viewer 2"], "the other went by itself");
    let (dora, before) = (scene.join(4, Role::Drive), scene.control.revision());
    assert_eq!(scene.ask(dora, ControlRequest::LetIn(b)), None, "it is not the host");
    assert_eq!(scene.ask(anna, ControlRequest::LetIn(c)), None);
    assert_eq!(scene.control.revision(), before, "nothing changed");
    assert_eq!(scene.ask(anna, ControlRequest::LetIn(b)), Some(Order::LetIn(bert)));
    assert!(listed(&scene).is_empty() && scene.control.revision() > before);
    assert_eq!(scene.ask(anna, ControlRequest::LetIn(b)), None, "once");
}

#[test]
fn who_is_sent_away_holds_nothing_from_then_on_however_long_it_stays() {
    for by in [By::Host, By::Application] {
        let mut scene = Scene::new(ControlPolicy::Request);
        let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
        assert!(scene.control.choose(Some(bert), scene.now));
        scene.control.send_away(bert, by, scene.now);
        assert_eq!((scene.presenter(), scene.control.host()), (Some(anna), Some(anna)));
        for request in
            [ControlRequest::Ask, ControlRequest::Grant(2), ControlRequest::Disconnect(1)]
        {
            assert_eq!(scene.ask(bert, request), None);
        }
        scene.ask(anna, ControlRequest::Grant(2));
        scene.press(bert);
        assert!(!scene.control.choose(Some(bert), scene.now) && !scene.control.stays(bert));
        assert_eq!((scene.presenter(), scene.control.asker()), (Some(anna), None));
    }
}

#[test]
fn a_driver_may_come_back_when_nobody_was_host_for_a_while() {
    let mut scene = Scene::new(ControlPolicy::First);
    let (stranger, owner) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
    let (watcher, other) = (scene.join(3, Role::Watch), scene.join(4, Role::Drive));
    for away in [owner, watcher] {
        scene.ask(stranger, ControlRequest::Disconnect(scene.number(away)));
    }
    scene.control.send_away(other, By::Application, scene.now);
    for gone in [owner, watcher, other] {
        scene.control.leave(gone, scene.now);
    }
    scene.wait(WITHOUT_HOST * 9);
    assert_eq!(scene.obey(), None, "there is a host");
    scene.control.leave(stranger, scene.now);
    let lapse = scene.now + WITHOUT_HOST;
    assert_eq!(scene.control.deadline(), Some(lapse));
    // Somebody who reloads its page is host again.
    scene.wait(WITHOUT_HOST / 2);
    let again = scene.join(5, Role::Drive);
    assert_eq!(scene.control.deadline(), None);
    scene.control.leave(again, scene.now);
    scene.wait(WITHOUT_HOST - Duration::from_millis(1));
    assert_eq!(scene.obey(), None);
    scene.wait(Duration::from_millis(1));
    assert_eq!(scene.obey(), Some(Order::LetIn(owner)), "and neither of the others");
    assert_eq!((scene.obey(), scene.control.deadline()), (None, None));
    assert_eq!(scene.control.state(None).sent_away.len(), 2);
}

#[test]
fn of_too_many_who_were_sent_away_the_first_is_let_in() {
    let mut scene = Scene::new(ControlPolicy::First);
    let host = scene.join(0, Role::Drive);
    let mut forgotten = Vec::new();
    for client in 1..=SentAway::MOST as u64 + 2 {
        let away = scene.join(client, Role::Watch);
        let number = scene.number(away);
        assert!(scene.ask(host, ControlRequest::Disconnect(number)).is_some());
        scene.control.leave(away, scene.now);
        forgotten.extend(scene.obey());
    }
    assert_eq!(forgotten, [source(1, 1), source(1, 2)].map(Order::LetIn));
    assert_eq!(scene.control.state(None).sent_away.len(), SentAway::MOST);
    scene.control.leave_all(1, scene.now);
    assert!(scene.control.state(None).sent_away.is_empty(), "its backend is gone");
}

#[test]
fn the_view_of_an_observer_is_kept_for_when_it_takes_over() {
    let mut scene = Scene::new(ControlPolicy::First);
    let (anna, bert) = (scene.join(1, Role::Drive), scene.join(2, Role::Drive));
    scene.control.set_view(bert, LogicalSize::new(10.0, 20.0), 2.0);
    assert_eq!(scene.control.presenter_view(), None);
    scene.control.leave(anna, scene.now);
    let view = Some((LogicalSize::new(10.0, 20.0), 2.0));
    assert_eq!(scene.control.presenter_view(), view);
}

#[test]
fn joining_twice_and_acting_as_a_stranger_change_nothing() {
    let mut scene = Scene::new(ControlPolicy::Request);
    let anna = scene.join(1, Role::Watch);
    scene.join(1, Role::Drive);
    assert_eq!(scene.presenter(), None, "a role is not raised by joining again");
    let stranger = source(7, 7);
    scene.press(stranger);
    scene.ask(stranger, ControlRequest::Ask);
    scene.control.leave(stranger, scene.now);
    assert!(!scene.control.choose(Some(stranger), scene.now));
    assert_eq!((scene.presenter(), scene.control.count(1)), (None, 1));
    assert!(!scene.control.is_local(anna));
}

/// What may happen, in any order.
#[derive(Debug, Clone)]
enum Happening {
    Join { local: bool, role: Role },
    Leave,
    LeaveAll,
    Hide,
    Show,
    Press { holding: bool },
    Move,
    Ask(ControlRequest),
    Wait(u64),
    Policy(ControlPolicy),
    Choose,
    ChooseNobody,
    SendAway,
}

fn happening() -> impl Strategy<Value = Happening> {
    use ControlPolicy::{Any, First, Local, Request};
    let role = || prop_oneof![Just(Role::Watch), Just(Role::Drive)];
    prop_oneof![
        4 => (prop::bool::weighted(0.2), role())
            .prop_map(|(local, role)| Happening::Join { local, role }),
        2 => Just(Happening::Leave),
        1 => Just(Happening::LeaveAll),
        2 => Just(Happening::Hide),
        2 => Just(Happening::Show),
        3 => any::<bool>().prop_map(|holding| Happening::Press { holding }),
        1 => Just(Happening::Move),
        3 => Just(Happening::Ask(ControlRequest::Ask)),
        2 => Just(Happening::Ask(ControlRequest::Release)),
        2 => (0_u64..12).prop_map(|n| Happening::Ask(ControlRequest::Grant(n))),
        2 => Just(Happening::Ask(ControlRequest::TakeBack)),
        1 => (0_u64..12).prop_map(|n| Happening::Ask(ControlRequest::Disconnect(n))),
        1 => (0_u64..12).prop_map(|n| Happening::Ask(ControlRequest::LetIn(n))),
        3 => (0_u64..40).prop_map(Happening::Wait),
        1 => prop_oneof![
            Just(Local), Just(First), Just(Request), Just(Any), Just(ControlPolicy::None)
        ].prop_map(Happening::Policy),
        1 => Just(Happening::Choose),
        1 => Just(Happening::ChooseNobody),
        1 => Just(Happening::SendAway),
    ]
}

proptest! {
    // What fails becomes a test of its own.
    #![proptest_config(ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens_there_is_at_most_one_presenter_and_it_has_the_right(
        happenings in prop::collection::vec((happening(), 0_u64..6), 1..80),
    ) {
        let mut scene = Scene::new(ControlPolicy::First);
        let mut may_drive: std::collections::BTreeMap<Source, (bool, bool)> = [].into();
        let mut sent_away = std::collections::BTreeSet::<Source>::new();
        // Who comes back under the same number is let in elsewhere.
        let mut gone = std::collections::BTreeSet::<Source>::new();
        for (happening, client) in happenings {
            let (now, before) = (scene.now, scene.presenter());
            let host = scene.control.host();
            let mut who = source(1, client);
            let control = &mut scene.control;
            match happening.clone() {
                Happening::Join { local, role } => {
                    // Who sits here is of a backend of its own.
                    who.backend = u32::from(!local);
                    control.join(who, local, "x".into(), role, now);
                    may_drive.entry(who).or_insert((local, role == Role::Drive));
                }
                Happening::Leave => {
                    control.leave(who, now);
                    if may_drive.remove(&who).is_some() && sent_away.remove(&who) {
                        gone.insert(who);
                    }
                }
                Happening::LeaveAll => {
                    control.leave_all(0, now);
                    may_drive.retain(|source, _| source.backend != 0);
                    sent_away.retain(|source| source.backend != 0);
                    gone.retain(|source| source.backend != 0);
                }
                Happening::Hide => control.heard(who, &EventKind::Hide, false, now),
                Happening::Show => control.heard(who, &EventKind::Show, false, now),
                Happening::Press { holding } => {
                    control.heard(who, &EventKind::KeyDown(Key::default()), holding, now);
                }
                Happening::Move => control.heard(who, &EventKind::FocusIn, false, now),
                Happening::Ask(request) => control.request(who, request, now),
                Happening::SendAway => {
                    control.send_away(who, By::Application, now);
                    sent_away.extend(Some(who).filter(|who| may_drive.contains_key(who)));
                }
                Happening::Wait(seconds) => {
                    scene.now += Duration::from_secs(seconds);
                    scene.control.tick(scene.now);
                }
                Happening::Policy(policy) => control.set_policy(policy, now),
                Happening::Choose => drop(control.choose(Some(who), now)),
                Happening::ChooseNobody => drop(control.choose(None, now)),
            }
            for order in scene.control.take_orders() {
                match order {
                    Order::SendAway(away) => {
                        prop_assert!(host == Some(who) && away != who);
                        prop_assert!(may_drive.contains_key(&away));
                        scene.control.send_away(away, By::Host, now);
                        sent_away.insert(away);
                    }
                    Order::LetIn(away) => prop_assert!(gone.remove(&away)),
                }
            }
            let control = &scene.control;
            prop_assert!(control.presenter().is_none_or(|it| !sent_away.contains(&it)));
            prop_assert!(control.host().is_none_or(|it| !sent_away.contains(&it)));
            // Neither another field nor another reader can disagree about who drives.
            let state = control.state(None);
            prop_assert_eq!(state.presenter.is_some(), control.presenter().is_some());
            if let Some(presenter) = control.presenter() {
                let (local, right) = may_drive.get(&presenter).copied().unwrap_or_default();
                prop_assert!(right, "{:?} has no right to drive", presenter);
                let allowed = match control.policy {
                    ControlPolicy::None => control.chosen,
                    ControlPolicy::Local => local || control.chosen,
                    _ => true,
                };
                prop_assert!(allowed, "{:?} drives under {}", presenter, control.policy);
                prop_assert!(state.host.is_some());
            }
            if let Some(deadline) = control.deadline() {
                prop_assert!(deadline > scene.now, "the loop would spin after {:?}", happening);
            }
            if matches!(happening, Happening::Move) {
                prop_assert_eq!(before, scene.presenter(), "moving is not acting");
            }
        }
    }
}
