//! What egui asks of the canvas: cursor, clipboard, text input, title.

use egui::output::IMEOutput;
use egui::{CursorIcon, OutputCommand, PlatformOutput, UserData, ViewportCommand};
use framecast::accessibility::Tree;
use framecast::{Canvas, Cursor, LogicalRect, Result, TextInput, TextInputKind};

/// Applies what changed.
#[derive(Debug, Default)]
pub(crate) struct Output {
    cursor: Cursor,
    text_input: Option<TextInput>,
    /// Why the accessibility tree was refused; told once.
    refused: Option<String>,
}

/// What the next run of egui is told in answer to its commands.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    pub(crate) events: Vec<egui::Event>,
    pub(crate) screenshots: Vec<UserData>,
}

impl Output {
    /// Applies what egui asks for. Positions are multiplied by `zoom` to get logical pixels.
    pub(crate) fn apply(&mut self, canvas: &Canvas, output: &PlatformOutput, zoom: f32) {
        let cursor = cursor(output.cursor_icon);
        if std::mem::replace(&mut self.cursor, cursor) != cursor {
            canvas.set_cursor(cursor);
        }
        let field = output.ime.map(|ime| text_input(ime, zoom));
        if std::mem::replace(&mut self.text_input, field) != field {
            tell(canvas, "tell where text is typed", canvas.set_text_input(field));
        }
        for command in &output.commands {
            match command {
                OutputCommand::CopyText(text) => {
                    tell(canvas, "copy", canvas.set_clipboard(text));
                }
                OutputCommand::CopyImage(_) => {
                    canvas.notice("cannot copy a picture: clipboards of views take only text");
                }
                OutputCommand::OpenUrl(open) => {
                    tell(canvas, &format!("open {}", open.url), canvas.open_url(&open.url));
                }
            }
        }
    }

    /// Says what is shown to assistive technology.
    pub(crate) fn set_accessibility(&mut self, canvas: &Canvas, tree: Option<Tree>) {
        let refused = canvas.set_accessibility(tree).err().map(|error| error.to_string());
        if let Some(why) = refused.as_ref().filter(|why| self.refused.as_ref() != Some(*why)) {
            canvas.notice(&format!("cannot describe the interface to screen readers: {why}"));
        }
        self.refused = refused;
    }

    /// Nobody wants to know any more.
    pub(crate) fn clear_accessibility(&self, canvas: &Canvas) {
        // Nothing cannot be refused.
        let _ = canvas.set_accessibility(None);
    }

    /// Follows the commands that make sense for a canvas.
    pub(crate) fn follow(&self, canvas: &Canvas, commands: Vec<ViewportCommand>) -> Replies {
        let mut replies = Replies::default();
        for command in commands {
            match command {
                ViewportCommand::Title(title) => canvas.set_title(&caption(&title)),
                ViewportCommand::Close => canvas.close(),
                ViewportCommand::InnerSize(size) => {
                    let asked = canvas.set_size((f64::from(size.x), f64::from(size.y)));
                    tell(canvas, "change the size", asked);
                }
                ViewportCommand::RequestCopy => replies.events.push(egui::Event::Copy),
                ViewportCommand::RequestCut => replies.events.push(egui::Event::Cut),
                ViewportCommand::Screenshot(data) => replies.screenshots.push(data),
                // The others are about a window on a desktop, which a canvas need not have.
                _ => {}
            }
        }
        replies
    }
}

/// A title without placeholders.
pub(crate) fn caption(title: &str) -> String {
    title.replace('$', "$$")
}

/// Tells the user what could not be done for the interface.
fn tell(canvas: &Canvas, what: &str, result: Result<()>) {
    if let Err(error) = result {
        canvas.notice(&format!("cannot {what}: {error}"));
    }
}

fn text_input(ime: IMEOutput, zoom: f32) -> TextInput {
    let rect = ime.cursor_rect * zoom;
    let [x, y, width, height] =
        [rect.min.x, rect.min.y, rect.width().max(0.0), rect.height().max(0.0)].map(f64::from);
    // A field that is several lines high.
    let kind = if ime.rect.height() > 2.0 * ime.cursor_rect.height() {
        TextInputKind::Multiline
    } else {
        TextInputKind::Text
    };
    TextInput::new(kind, LogicalRect::new(x, y, width, height))
}

pub(crate) fn cursor(icon: CursorIcon) -> Cursor {
    match icon {
        CursorIcon::Default => Cursor::Default,
        CursorIcon::None => Cursor::None,
        CursorIcon::ContextMenu => Cursor::ContextMenu,
        CursorIcon::Help => Cursor::Help,
        CursorIcon::PointingHand => Cursor::Pointer,
        CursorIcon::Progress => Cursor::Progress,
        CursorIcon::Wait => Cursor::Wait,
        CursorIcon::Cell => Cursor::Cell,
        CursorIcon::Crosshair => Cursor::Crosshair,
        CursorIcon::Text => Cursor::Text,
        CursorIcon::VerticalText => Cursor::VerticalText,
        CursorIcon::Alias => Cursor::Alias,
        CursorIcon::Copy => Cursor::Copy,
        CursorIcon::Move => Cursor::Move,
        CursorIcon::NoDrop => Cursor::NoDrop,
        CursorIcon::NotAllowed => Cursor::NotAllowed,
        CursorIcon::Grab => Cursor::Grab,
        CursorIcon::Grabbing => Cursor::Grabbing,
        CursorIcon::AllScroll => Cursor::AllScroll,
        CursorIcon::ResizeHorizontal => Cursor::EwResize,
        CursorIcon::ResizeNeSw => Cursor::NeswResize,
        CursorIcon::ResizeNwSe => Cursor::NwseResize,
        CursorIcon::ResizeVertical => Cursor::NsResize,
        CursorIcon::ResizeEast => Cursor::EResize,
        CursorIcon::ResizeSouthEast => Cursor::SeResize,
        CursorIcon::ResizeSouth => Cursor::SResize,
        CursorIcon::ResizeSouthWest => Cursor::SwResize,
        CursorIcon::ResizeWest => Cursor::WResize,
        CursorIcon::ResizeNorthWest => Cursor::NwResize,
        CursorIcon::ResizeNorth => Cursor::NResize,
        CursorIcon::ResizeNorthEast => Cursor::NeResize,
        CursorIcon::ResizeColumn => Cursor::ColResize,
        CursorIcon::ResizeRow => Cursor::RowResize,
        CursorIcon::ZoomIn => Cursor::ZoomIn,
        CursorIcon::ZoomOut => Cursor::ZoomOut,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use egui::{OpenUrl, Rect, pos2, vec2};
    use framecast::{BackendCommand, NullBackend, NullRemote};

    use super::*;

    fn driven() -> (Canvas, NullRemote) {
        let (backend, remote) = NullBackend::new();
        let canvas = Canvas::builder("before").no_backends().backend(backend).open().unwrap();
        remote.join(1);
        while canvas.poll().is_some() {}
        (canvas, remote)
    }

    #[test]
    fn every_cursor_has_a_shape_of_its_own() {
        let shapes: HashSet<_> = CursorIcon::ALL.iter().map(|icon| cursor(*icon)).collect();
        assert_eq!(shapes.len(), CursorIcon::ALL.len());
        assert_eq!(shapes.len(), Cursor::ALL.len());
    }

    #[test]
    fn cursor_caret_clipboard_and_addresses_reach_the_presenter_once() {
        let (canvas, remote) = driven();
        let before = remote.commands().len();
        let mut output = Output::default();
        let caret = Rect::from_min_size(pos2(10.0, 20.0), vec2(1.0, 15.0));
        let field = Rect::from_min_size(pos2(8.0, 18.0), vec2(200.0, 20.0));
        let ime =
            IMEOutput { rect: field, cursor_rect: caret, should_interrupt_composition: false };
        let mut asked = PlatformOutput { cursor_icon: CursorIcon::Text, ..Default::default() };
        asked.ime = Some(ime);
        asked.commands = vec![
            OutputCommand::CopyText("copied".into()),
            OutputCommand::OpenUrl(OpenUrl::new_tab("https://example.org/")),
        ];
        output.apply(&canvas, &asked, 2.0);
        let _ = canvas.poll();
        let field = TextInput::new(TextInputKind::Text, LogicalRect::new(20.0, 40.0, 2.0, 30.0));
        let commands = remote.commands().split_off(before);
        let has = |wanted: &dyn Fn(&BackendCommand) -> bool| {
            assert_eq!(commands.iter().filter(|it| wanted(it)).count(), 1, "{commands:?}");
        };
        has(&|it| matches!(it, BackendCommand::Cursor(Cursor::Text)));
        has(
            &|it| matches!(it, BackendCommand::TextInput { input: Some(input), .. } if *input == field),
        );
        has(&|it| matches!(it, BackendCommand::Clipboard { text, .. } if text == "copied"));
        has(
            &|it| matches!(it, BackendCommand::OpenUrl { url, .. } if url == "https://example.org/"),
        );
        // The same once more is nothing new.
        asked.commands.clear();
        output.apply(&canvas, &asked, 2.0);
        let _ = canvas.poll();
        assert_eq!(remote.commands().len(), before + commands.len());
        asked.ime = None;
        output.apply(&canvas, &asked, 2.0);
        let _ = canvas.poll();
        assert!(
            remote
                .commands()
                .iter()
                .any(|it| matches!(it, BackendCommand::TextInput { input: None, .. }))
        );
    }

    #[test]
    fn a_field_of_several_lines_is_told_as_one() {
        let caret = Rect::from_min_size(pos2(0.0, 0.0), vec2(1.0, 15.0));
        for (height, kind) in [(20.0, TextInputKind::Text), (80.0, TextInputKind::Multiline)] {
            let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(99.0, height));
            let ime = IMEOutput { rect, cursor_rect: caret, should_interrupt_composition: false };
            assert_eq!(text_input(ime, 1.0).kind, kind);
        }
    }

    #[test]
    fn commands_about_the_viewport_reach_the_canvas() {
        let (canvas, _remote) = driven();
        let replies = Output::default().follow(
            &canvas,
            vec![
                ViewportCommand::Title("cost in $fps".into()),
                ViewportCommand::RequestCut,
                ViewportCommand::Screenshot(UserData::default()),
                ViewportCommand::Minimized(true),
                ViewportCommand::Close,
            ],
        );
        assert_eq!(canvas.title(), "cost in $$fps");
        assert_eq!(replies.events, [egui::Event::Cut]);
        assert_eq!(replies.screenshots.len(), 1);
        assert!(canvas.is_closed());
    }
}
