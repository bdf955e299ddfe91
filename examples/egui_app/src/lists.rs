//! The lists of signals: drag a signal to another place, or into the other list.

use framecast_egui::egui::{
    self, CornerRadius, Frame, Id, Margin, RichText, Stroke, Ui, UiBuilder,
};

use crate::signal::Signal;
use crate::table::dot;

/// Where a signal is: the list and the place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    list: usize,
    row: usize,
}

const TITLES: [&str; 2] = ["Shown", "Hidden"];

/// Shows both lists, and moves what is dragged. Returns the signal that was clicked.
pub(crate) fn show(
    ui: &mut Ui,
    lists: &mut [Vec<Signal>; 2],
    selected: &'static str,
) -> Option<&'static str> {
    let (mut clicked, mut dropped) = (None, None);
    for (list, signals) in lists.iter().enumerate() {
        ui.label(RichText::new(TITLES[list]).small());
        let frame = Frame::new().inner_margin(Margin::same(5)).corner_radius(CornerRadius::same(8));
        let (_, payload) = ui.dnd_drop_zone::<Place, _>(frame, |ui| {
            ui.set_min_size(egui::vec2(ui.available_width(), 40.0));
            ui.spacing_mut().item_spacing.y = 4.0;
            for (row, signal) in signals.iter().enumerate() {
                let place = Place { list, row };
                let (taken, from) = self::row(ui, place, signal, signal.name == selected);
                clicked = taken.or(clicked);
                dropped = from.map(|from| (from, place)).or(dropped);
            }
        });
        if let Some(from) = payload {
            dropped = dropped.or(Some((*from, Place { list, row: signals.len() })));
        }
        ui.add_space(4.0);
    }
    if let Some((from, to)) = dropped {
        move_signal(lists, from, to);
    }
    clicked
}

/// A row. Returns its name if it was clicked, and what was dropped on it.
fn row(
    ui: &mut Ui,
    place: Place,
    signal: &Signal,
    is_selected: bool,
) -> (Option<&'static str>, Option<Place>) {
    let id = Id::new(("signal", signal.name));
    let visuals = ui.visuals().clone();
    let content = |ui: &mut Ui| {
        let (fill, text) = if is_selected {
            (visuals.selection.bg_fill, visuals.strong_text_color())
        } else {
            (visuals.window_fill, visuals.text_color())
        };
        let frame = Frame::new()
            .fill(fill)
            .stroke(Stroke::new(1.0, visuals.widgets.noninteractive.bg_stroke.color))
            .inner_margin(Margin::symmetric(8, 5))
            .corner_radius(CornerRadius::same(6));
        frame.show(ui, |ui| {
            ui.horizontal(|ui| {
                dot(ui, signal.color);
                let name = RichText::new(signal.name).color(text);
                ui.add(egui::Label::new(name).selectable(false));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let frequency =
                        RichText::new(format!("{:.1} Hz", signal.frequency)).color(text);
                    ui.add(egui::Label::new(frequency).selectable(false));
                });
            });
        });
    };
    let response = if ui.ctx().is_being_dragged(id) {
        ui.dnd_drag_source(id, place, content).response
    } else {
        // A row can be clicked, too.
        let builder = UiBuilder::new().id_salt(id).sense(egui::Sense::click_and_drag());
        let inner = ui.scope_builder(builder, content).response;
        let response = ui.interact(inner.rect, id, egui::Sense::click_and_drag());
        response.on_hover_cursor(egui::CursorIcon::Grab)
    };
    let pointer = ui.input(|input| input.pointer.interact_pos());
    if let (Some(pointer), Some(_)) = (pointer, response.dnd_hover_payload::<Place>()) {
        let rect = response.rect;
        let below = pointer.y > rect.center().y;
        let y = if below { rect.bottom() + 2.0 } else { rect.top() - 2.0 };
        ui.painter().hline(rect.x_range(), y, Stroke::new(2.0, visuals.selection.stroke.color));
    }
    let dropped = response.dnd_release_payload::<Place>().map(|from| *from);
    (response.clicked().then_some(signal.name), dropped)
}

fn move_signal(lists: &mut [Vec<Signal>; 2], from: Place, to: Place) {
    if from.row >= lists[from.list].len() {
        return;
    }
    let signal = lists[from.list].remove(from.row);
    let most = lists[to.list].len();
    lists[to.list].insert(to.row.min(most), signal);
}
