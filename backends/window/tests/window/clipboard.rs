use framecast_api::{Backend, BackendCommand, ClientId, EventKind};

use std::sync::mpsc::Receiver;
use std::time::Duration;

use crate::selection::{Fate, Selection, Sending, watch};
use crate::support::{AGAIN, PATIENCE, Stage};
use crate::view::{View, focused};

/// As in `clipboard.rs` of the crate.
const MAX_TEXT: usize = 4 << 20;
const PIECE: usize = 64 << 10;

const CONTROL: u32 = 0xffe3;
const SHIFT: u32 = 0xffe1;
const INSERT: u32 = 0xff63;
const KEY_V: u8 = 55;

fn pasted(view: &mut View, bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes {
        let EventKind::Paste { data } = view.event("paste") else { unreachable!() };
        text.push_str(&data);
    }
    text
}

fn ask_to_paste(stage: &Stage) {
    stage.key(CONTROL, true);
    stage.key('v'.into(), true);
    stage.key('v'.into(), false);
    stage.key(CONTROL, false);
}

/// Asks until there is something: a paste that is under way may have none.
fn ask_until_pasted(stage: &Stage, view: &mut View, bytes: usize) -> String {
    view.look("a paste", Duration::from_millis(200), |view| {
        ask_to_paste(stage);
        view.has("paste").then_some(())
    });
    pasted(view, bytes)
}

fn fate(fates: &Receiver<Fate>) -> Fate {
    fates.recv_timeout(PATIENCE).expect("the window asks, or gives up")
}

on_a_display! {
    fn what_another_program_copied_is_pasted(stage) {
        let mut view = focused(stage, "paste");
        let text = "two\nlines ü 漢";
        let _owner = Selection::own(text);
        ask_to_paste(stage);
        // The key is told, too.
        let EventKind::KeyUp(up) = view.event("key_up") else { unreachable!() };
        assert_eq!(up.key, "v");
        assert_eq!(pasted(&mut view, text.len()), text);
        stage.key(SHIFT, true);
        stage.key(INSERT, true);
        stage.key(INSERT, false);
        stage.key(SHIFT, false);
        assert_eq!(pasted(&mut view, text.len()), text);
        // By where the key is, where the layout has no Latin letters.
        stage.layout(&["ru"]);
        stage.key(CONTROL, true);
        stage.tap(KEY_V);
        stage.key(CONTROL, false);
        assert_eq!(pasted(&mut view, text.len()), text);
    }
}

on_a_display! {
    fn a_long_text_comes_whole(stage) {
        let mut view = focused(stage, "paste");
        let text = "0123456789".repeat(10_000);
        let _owner = Selection::own(&text);
        ask_to_paste(stage);
        assert_eq!(pasted(&mut view, text.len()), text);
    }
}

on_a_display! {
    fn what_the_application_copies_another_program_can_paste(stage) {
        let mut view = focused(stage, "copy");
        for text in ["the first", "two\nlines ü 漢"] {
            let setting = BackendCommand::Clipboard { client: ClientId(0), text: text.into() };
            view.backend.apply(&setting).expect("a clipboard");
            view.look("the text", AGAIN, |_| {
                (Selection::read().as_deref() == Some(text)).then_some(())
            });
        }
        let other = BackendCommand::Clipboard { client: ClientId(1), text: "for somebody else".into() };
        assert!(view.backend.apply(&other).unwrap_err().is_not_supported());
    }
}

on_a_display! {
    fn a_text_that_is_not_utf_8_is_pasted(stage) {
        let mut view = focused(stage, "paste");
        let _owner = Selection::own_as("STRING", b"gr\xfc\xdfe");
        ask_to_paste(stage);
        assert_eq!(pasted(&mut view, "gr\u{fc}\u{df}e".len()), "gr\u{fc}\u{df}e");
    }
}

on_a_display! {
    fn a_text_in_pieces_comes_whole(stage) {
        let mut view = focused(stage, "paste");
        let _fates = watch(Sending::Pieces { count: 3, bytes: PIECE, claim: 1 });
        let text = ask_until_pasted(stage, &mut view, 3 * PIECE);
        assert!(text.len() == 3 * PIECE && text.bytes().all(|byte| byte == b'x'));
    }
}

on_a_display! {
    fn a_text_without_an_end_is_left_to_its_owner(stage) {
        let mut view = focused(stage, "paste");
        let fates = watch(Sending::Pieces { count: usize::MAX, bytes: PIECE, claim: 1 });
        ask_to_paste(stage);
        assert_eq!(fate(&fates), Fate::Asked);
        let Fate::Gone(sent) = fate(&fates) else { panic!("asked for again") };
        assert!(sent <= MAX_TEXT + 2 * PIECE, "{sent}");
        let _owner = Selection::own("short");
        assert_eq!(ask_until_pasted(stage, &mut view, 5), "short");
    }
}

on_a_display! {
    fn of_a_text_that_is_too_long_nothing_is_taken(stage) {
        let mut view = focused(stage, "paste");
        let fates = watch(Sending::Pieces { count: usize::MAX, bytes: PIECE, claim: u32::MAX });
        ask_to_paste(stage);
        assert_eq!((fate(&fates), fate(&fates)), (Fate::Asked, Fate::Gone(0)));
        // In one piece.
        let owner = Selection::own(&"x".repeat(MAX_TEXT + 1));
        ask_to_paste(stage);
        drop(owner);
        let _owner = Selection::own("short");
        assert_eq!(ask_until_pasted(stage, &mut view, 5), "short");
    }
}

on_a_display! {
    fn an_owner_that_never_answers_holds_up_no_copy(stage) {
        let mut view = focused(stage, "copy");
        let fates = watch(Sending::Never);
        ask_to_paste(stage);
        assert_eq!(fate(&fates), Fate::Asked);
        let setting = BackendCommand::Clipboard { client: ClientId(0), text: "copied".into() };
        view.backend.apply(&setting).expect("a clipboard");
        // It was asked once and for one form, when the window gives up.
        let both = [fate(&fates), fate(&fates)];
        assert!(both.contains(&Fate::Taken) && both.contains(&Fate::Gone(0)), "{both:?}");
        assert_eq!(Selection::read().as_deref(), Some("copied"));
        assert_eq!(ask_until_pasted(stage, &mut view, 6), "copied");
    }
}
