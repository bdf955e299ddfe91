use framecast_api::{FramePool, PhysicalSize};

use super::*;
use crate::backend::TerminalPicture;
use crate::probe::{self, Environment};

/// A session with a terminal that said `answers`, of 40 × 11 cells.
fn session(answers: &str) -> Session {
    let mut heard = Answers::default();
    Reader::default().push(answers.as_bytes(), Instant::now(), &mut |said| match said {
        Said::Reply(reply) => heard.hear(&reply),
        other => panic!("unexpected {other:?}"),
    });
    let environment = Environment::default();
    let plan = probe::plan(TerminalPicture::Cells, true, &environment, &heard);
    let window = Window::new(40, 11, (0, 0));
    Session::new(plan, &heard, None, window, None, Clock::start())
}

const ANSWERS: &str = "\x1b[0n\x1b[?62c";

fn frame(sequence: u64, shade: u8) -> Frame {
    let mut pool = FramePool::new();
    let mut buffer = pool.lend(PhysicalSize::new(40, 20)).unwrap();
    buffer.fill([shade, 0, 0, 255]);
    pool.freeze(buffer, sequence, 0.0, 1.0)
}

/// What the terminal is given now, all of it.
fn give(session: &mut Session, now: Instant) -> String {
    session.pump(now).unwrap();
    let given = String::from_utf8(session.unsent().to_vec()).unwrap();
    session.took(given.len(), now);
    given
}

fn says(session: &mut Session, bytes: &str, now: Instant) -> Vec<Effect> {
    let mut effects = Vec::new();
    session.read(bytes.as_bytes(), now, &mut |effect| effects.push(effect));
    effects
}

#[test]
fn the_newest_frame_follows_when_the_one_before_was_answered() {
    let (mut session, now) = (session(ANSWERS), Instant::now());
    session.offer(frame(1, 10));
    assert!(!session.wants_frame());
    assert!(give(&mut session, now).ends_with("\x1b[5n"));
    assert!(!session.wants_frame(), "it is under way");
    session.offer(frame(2, 20));
    session.offer(frame(3, 30));
    assert_eq!(give(&mut session, now), "");
    says(&mut session, "\x1b[0n", now);
    let given = give(&mut session, now);
    assert!(given.contains("5;") && given.ends_with("\x1b[5n"), "{given:?}");
    says(&mut session, "\x1b[0n", now);
    assert!(session.wants_frame());
    let Traffic { updates, painted, .. } = session.traffic();
    assert_eq!((updates, painted), (2, 2));
}

#[test]
fn a_frame_that_is_cut_off_by_a_slow_terminal_lets_nothing_pass() {
    let (mut session, now) = (session(ANSWERS), Instant::now());
    session.offer(frame(1, 10));
    session.pump(now).unwrap();
    let length = session.unsent().len();
    session.took(7, now);
    session.offer(frame(2, 20));
    session.set_title("later".into());
    session.pump(now).unwrap();
    assert_eq!(session.unsent().len(), length - 7);
    session.took(length - 7, now);
    assert!(give(&mut session, now).contains("later"));
}

#[test]
fn an_unchanged_frame_is_not_sent_and_more_are_wanted() {
    let (mut session, now) = (session(ANSWERS), Instant::now());
    session.offer(frame(1, 10));
    give(&mut session, now);
    says(&mut session, "\x1b[0n", now);
    session.offer(frame(2, 10));
    assert_eq!(give(&mut session, now), "");
    assert!(session.wants_frame());
}

#[test]
fn coming_back_repaints_the_last_frame_and_forgets_what_was_under_way() {
    let (mut session, now) = (session(ANSWERS), Instant::now());
    session.offer(frame(1, 10));
    let first = give(&mut session, now);
    let mut effects = Vec::new();
    session.left(now, &mut |effect| effects.push(effect));
    assert!(session.unsent().is_empty());
    session.entered(Window::new(40, 11, (0, 0)), &mut |effect| effects.push(effect));
    let again = give(&mut session, now);
    let picture = |bytes: &str| bytes.split("40X").last().unwrap().to_owned();
    assert_eq!(picture(&again), picture(&first));
    assert!(effects.is_empty(), "nothing was held, and the size is the same: {effects:?}");
}

#[test]
fn a_terminal_that_answers_late_is_believed_from_then_on() {
    let (mut session, now) = (session(""), Instant::now());
    session.offer(frame(1, 10));
    assert!(!give(&mut session, now).contains("\x1b[5n"));
    assert!(session.wants_frame(), "what was written counts as shown");
    says(&mut session, "\x1b[0n", now);
    session.offer(frame(2, 20));
    assert!(give(&mut session, now).ends_with("\x1b[5n"));
    assert!(!session.wants_frame());
}

#[test]
fn an_answer_that_comes_in_two_parts_is_no_keys() {
    let (mut session, now) = (session(""), Instant::now());
    let mut reader = Reader::default();
    reader.push(b"\x1b[6;20;1", now, &mut |said| panic!("{said:?}"));
    session.read_on(reader);
    let effects = says(&mut session, "0t", now);
    assert!(matches!(&effects[..], [Effect::Report(BackendEvent::Resize { .. })]), "{effects:?}");
}

#[test]
fn a_cells_size_that_is_told_late_sizes_the_picture() {
    let (mut session, now) = (session(ANSWERS), Instant::now());
    let effects = says(&mut session, "\x1b[6;20;10t\x1b[6;20;10t", now);
    assert_eq!(effects.len(), 1, "once: {effects:?}");
    let effects = says(&mut session, "\x1b[6;30;10t", now);
    let [Effect::Report(BackendEvent::Resize { size, .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!((size.width.round(), size.height), (214.0, 160.0));
    assert!(says(&mut session, "\x1b[6;0;0t\x1b[6;99999;1t", now).is_empty());
}

#[test]
fn a_terminal_that_reads_nothing_makes_nothing_pile_up_whatever_it_says() {
    let (mut session, now) = (session(ANSWERS), Instant::now());
    session.modes.pointer_shapes = true;
    session.offer(frame(1, 10));
    session.pump(now).unwrap();
    session.took(7, now);
    let unsent = session.unsent().len();
    for n in 0..100 {
        says(&mut session, &format!("\x1b[6;{};10t", 20 + n % 2), now);
        session.resized(Window::new(40 + n % 3, 11, (0, 0)), &mut |_| {});
        session.set_cursor([Cursor::Default, Cursor::Pointer][usize::from(n % 2)]);
        session.pump(now).unwrap();
    }
    assert_eq!(session.unsent().len(), unsent);
    session.took(unsent, now);
    says(&mut session, "\x1b[0n", now);
    let given = give(&mut session, now);
    assert!(given.starts_with("\x1b[m\x1b[2J"), "{given:?}");
    assert_eq!(given.matches("\x1b]22;pointer").count(), 1);
    assert!(given.ends_with("\x1b[5n"), "the picture comes after: {given:?}");
}

/// A session inside tmux, which has answered, and whose terminal has not.
fn session_in_tmux() -> Session {
    let environment = Environment { tmux: true, ..Environment::default() };
    let mut session = session(ANSWERS);
    let mut answers = Answers::default();
    answers.hear(&Reply::Version("tmux 3.4".into()));
    let (wanted, exact) = (TerminalPicture::Auto, false);
    session.hear_late(Inquiry { wanted, exact, environment, answers }, Instant::now());
    session
}

const KITTY_AROUND: &str = "\x1bP>|kitty(0.36.4)\x1b\\\x1b_Gi=34;OK\x1b\\";

#[test]
fn a_late_answer_of_the_terminal_around_tmux_brings_pictures() {
    let (mut session, now) = (session_in_tmux(), Instant::now());
    session.offer(frame(1, 10));
    assert!(!give(&mut session, now).contains('\u{10eeee}'));
    says(&mut session, "\x1b[0n", now);
    let effects = says(&mut session, KITTY_AROUND, now);
    assert!(effects.iter().any(|it| matches!(it, Effect::Report(BackendEvent::Resize { .. }))));
    // How fast they get through is asked first, and nothing else is sent.
    let asked = give(&mut session, now);
    assert!(asked.contains("i=33,s=128") && !asked.contains('\u{10eeee}'), "{asked:?}");
    assert_eq!(session.take_asked(), Some(Fence::Picture(SPEED_IMAGE)));
    assert_eq!(give(&mut session, now), "");
    says(&mut session, "\x1b_Gi=33;OK\x1b\\", now + Duration::from_millis(3));
    let given = give(&mut session, now);
    assert!(given.contains('\u{10eeee}') && given.contains("\x1bPtmux;\x1b\x1b_Ga=T"));
    assert_eq!(session.images_in_tmux(), 1);
}

#[test]
fn what_tmux_dropped_is_asked_and_sent_again() {
    let (mut session, now) = (session_in_tmux(), Instant::now());
    session.offer(frame(1, 10));
    let mut later = now;
    let mut asked = 0;
    for _ in 0..100 {
        later += Duration::from_millis(100);
        session.expire(later, &mut |_| {});
        asked += give(&mut session, later).matches("i=34,").count();
        says(&mut session, "\x1b[0n", later);
    }
    assert_eq!(asked, 3);
    says(&mut session, KITTY_AROUND, later);
    give(&mut session, later);
    says(&mut session, "\x1b_Gi=33;OK\x1b\\", later);
    let mut sent = 0;
    for _ in 0..100 {
        sent += give(&mut session, later).matches("a=T").count();
        says(&mut session, "\x1b[0n", later);
        later += Duration::from_millis(100);
        session.expire(later, &mut |_| {});
    }
    assert_eq!(sent, 1 + 3);
}

#[test]
fn a_terminal_around_tmux_that_cannot_brings_a_reason() {
    let (mut session, now) = (session_in_tmux(), Instant::now());
    says(&mut session, "\x1bP>|WezTerm 1\x1b\\\x1b_Gi=34;OK\x1b\\", now);
    assert!(session.status.note.contains("WezTerm"));
    session.offer(frame(1, 10));
    assert!(!give(&mut session, now).contains('\u{10eeee}'));
    // Once: whatever is said later changes nothing.
    says(&mut session, KITTY_AROUND, now);
    assert!(session.speed.is_none());
}

#[test]
fn without_an_answer_about_the_speed_pictures_come_slowly() {
    let (mut session, now) = (session_in_tmux(), Instant::now());
    says(&mut session, KITTY_AROUND, now);
    session.offer(frame(1, 10));
    give(&mut session, now);
    assert_eq!(session.deadline(), Some(now + SPEED_WAIT));
    let mut later = now;
    for again in [true, true, false] {
        later += SPEED_WAIT;
        session.expire(later, &mut |_| {});
        let given = give(&mut session, later);
        assert_eq!((given.contains("i=33,"), given.contains('\u{10eeee}')), (again, !again));
    }
    says(&mut session, "\x1b[0n", later);
    assert!(!session.wants_frame(), "tmux answered, but it takes its time");
}

#[test]
fn what_tmux_may_have_dropped_is_sent_again_when_it_is_looked_at() {
    let (mut session, now) = (session_in_tmux(), Instant::now());
    says(&mut session, KITTY_AROUND, now);
    give(&mut session, now);
    says(&mut session, "\x1b_Gi=33;OK\x1b\\", now);
    session.offer(frame(1, 10));
    let first = give(&mut session, now).matches("a=T").count();
    assert!(first > 0);
    let later = now + Duration::from_secs(9);
    session.expire(later, &mut |_| {});
    says(&mut session, "\x1b[0n\x1b[O\x1b[I", later);
    let again = give(&mut session, later);
    assert_eq!(again.matches("a=T").count(), first);
    assert!(!again.contains("40X") && !again.contains("[2J"), "nothing is blanked: {again:?}");
}

#[test]
fn keys_of_ours_do_not_reach_the_application() {
    let (mut session, now) = (session(ANSWERS), Instant::now());
    assert!(matches!(&says(&mut session, "\x1a", now)[..], [Effect::Suspend]));
    assert!(matches!(&says(&mut session, "\x1c", now)[..], [Effect::Quit]));
    assert!(matches!(
        &says(&mut session, "\x03", now)[..],
        [Effect::Report(BackendEvent::CloseRequested { .. })]
    ));
    assert_eq!(says(&mut session, "x", now).len(), 3, "down, text, up");
}

#[test]
fn what_makes_no_sense_is_counted() {
    let (mut session, now) = (session(ANSWERS), Instant::now());
    let effects = says(&mut session, "\x1b[999z\x1b[<198;1;1M", now);
    assert!(matches!(&effects[..], [Effect::Report(BackendEvent::Rejected { count: 2, .. })]));
}
