use framecast_api::{Backend, ClientId, EventKind, Setting};

use crate::selection::Selection;
use crate::support::{AGAIN, View, focused};

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

on_a_display! {
    fn what_another_program_copied_is_pasted(stage) {
        let mut view = focused(stage, "paste");
        let text = "two\nlines ü 漢";
        let _owner = Selection::own(text);
        stage.key(CONTROL, true);
        stage.key('v'.into(), true);
        stage.key('v'.into(), false);
        stage.key(CONTROL, false);
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
        stage.key(CONTROL, true);
        stage.key('v'.into(), true);
        stage.key('v'.into(), false);
        stage.key(CONTROL, false);
        assert_eq!(pasted(&mut view, text.len()), text);
    }
}

on_a_display! {
    fn what_the_application_copies_another_program_can_paste(stage) {
        let mut view = focused(stage, "copy");
        for text in ["the first", "two\nlines ü 漢"] {
            let setting = Setting::Clipboard { client: ClientId(0), text: text.into() };
            view.backend.apply(&setting).expect("a clipboard");
            view.look("the text", AGAIN, |_| {
                (Selection::read().as_deref() == Some(text)).then_some(())
            });
        }
        let other = Setting::Clipboard { client: ClientId(1), text: "for somebody else".into() };
        assert!(view.backend.apply(&other).unwrap_err().is_not_supported());
    }
}
