//! The table of what is measured.

use std::fmt::Write;

use framecast_egui::egui::{self, Align, Label, Layout, RichText, Sense, Ui, vec2};

use crate::plot::Span;
use crate::signal::Signal;

const HEADS: [&str; 6] = ["Signal", "Shape", "Min", "Mean", "Max", "At pointer"];

/// Shows a row for each signal. `time` is where the pointer is in the plot, in seconds.
pub(crate) fn show(ui: &mut Ui, span: Span, time: Option<f64>, signals: &[Signal]) {
    let width = ui.available_width() / HEADS.len() as f32 - ui.spacing().item_spacing.x;
    egui::Grid::new("measured").striped(true).min_col_width(width).spacing(vec2(8.0, 7.0)).show(
        ui,
        |ui| {
            for (n, head) in HEADS.iter().enumerate() {
                cell(ui, n, |ui| ui.label(RichText::new(*head).small()));
            }
            ui.end_row();
            for signal in signals {
                ui.horizontal(|ui| {
                    dot(ui, signal.color);
                    ui.strong(signal.name);
                });
                ui.label(signal.shape.name());
                for (n, value) in numbers(signal, span, time).into_iter().enumerate() {
                    cell(ui, n + 2, |ui| {
                        ui.add(Label::new(RichText::new(value).monospace()).extend())
                    });
                }
                ui.end_row();
            }
        },
    );
}

/// Numbers stand on the right.
fn cell<R>(ui: &mut Ui, column: usize, show: impl FnOnce(&mut Ui) -> R) {
    let align = if column < 2 { Align::LEFT } else { Align::RIGHT };
    ui.with_layout(Layout::top_down(align), show);
}

/// A round mark in the signal's color.
pub(crate) fn dot(ui: &mut Ui, color: egui::Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(12.0, 12.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 5.0, color);
}

fn numbers(signal: &Signal, span: Span, time: Option<f64>) -> [String; 4] {
    let [least, mean, most] = signal.range(span.from, span.to());
    let volts = |value: f64| format!("{value:+.2} V");
    let at = time.map_or_else(|| "–".to_owned(), |time| volts(signal.at(time)));
    [volts(least), volts(mean), volts(most), at]
}

/// The table as text with tabs, for a spreadsheet.
pub(crate) fn text(span: Span, signals: &[Signal]) -> String {
    let mut text = "signal\tshape\tmin\tmean\tmax\n".to_owned();
    for signal in signals {
        let [least, mean, most] = signal.range(span.from, span.to());
        let (name, shape) = (signal.name, signal.shape.name());
        let _ = writeln!(text, "{name}\t{shape}\t{least:.3}\t{mean:.3}\t{most:.3}");
    }
    text
}
