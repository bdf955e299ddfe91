//! The panels.

use framecast_egui::egui::{
    self, Align, CentralPanel, Color32, ComboBox, CornerRadius, Frame, Layout, Margin, Panel,
    RichText, ScrollArea, Slider, TextEdit, Ui, vec2,
};
use framecast_egui::{App, Frame as Around};

use crate::plot::Span;
use crate::signal::{Shape, Signal};
use crate::{lists, plot, table};

/// A bench for signals.
pub struct Bench {
    /// What is shown, and what is hidden.
    lists: [Vec<Signal>; 2],
    selected: &'static str,
    span: Span,
    /// Where the pointer was in the plot, in seconds.
    time: Option<f64>,
    notes: String,
    is_running: bool,
}

impl Default for Bench {
    fn default() -> Self {
        let signal = |name, shape, color, frequency, amplitude, offset| {
            let [red, green, blue] = color;
            let color = Color32::from_rgb(red, green, blue);
            Signal { name, shape, color, frequency, amplitude, offset }
        };
        let shown = vec![
            signal("Mains", Shape::Sine, [86, 156, 255], 1.0, 3.0, 0.0),
            signal("Ramp", Shape::Triangle, [255, 170, 64], 0.5, 1.5, 1.0),
            signal("Clock", Shape::Square, [94, 210, 140], 2.0, 0.6, -2.4),
        ];
        let hidden = vec![signal("Heart", Shape::Pulse, [244, 98, 120], 1.2, 1.0, 0.5)];
        Self {
            lists: [shown, hidden],
            selected: "Mains",
            span: Span::default(),
            time: None,
            notes: "Drag signals between the lists.\nDrag the plot, turn the wheel over it.\n"
                .to_owned(),
            is_running: false,
        }
    }
}

impl App for Bench {
    fn ui(&mut self, ui: &mut Ui, around: &mut Around<'_>) {
        self.show(ui, around.is_gpu());
    }
}

impl Bench {
    /// Shows all panels.
    pub fn show(&mut self, ui: &mut Ui, is_gpu: bool) {
        ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
        ui.spacing_mut().button_padding = vec2(8.0, 3.0);
        Panel::top("top")
            .frame(panel(ui).inner_margin(Margin::symmetric(14, 8)))
            .show(ui, |ui| self.top(ui, is_gpu));
        Panel::left("left")
            .resizable(false)
            .exact_size(236.0)
            .frame(panel(ui).inner_margin(Margin::same(12)))
            .show(ui, |ui| ScrollArea::vertical().id_salt("left").show(ui, |ui| self.left(ui)));
        let margin = Margin { left: 12, right: 12, top: 0, bottom: 12 };
        Panel::bottom("bottom")
            .resizable(true)
            .default_size(210.0)
            .min_size(120.0)
            .show_separator_line(false)
            .frame(panel(ui).inner_margin(margin))
            .show(ui, |ui| self.bottom(ui));
        let frame = panel(ui).inner_margin(Margin::same(12));
        CentralPanel::default().frame(frame).show(ui, |ui| {
            self.time = plot::show(ui, &mut self.span, &self.lists[0]);
        });
        if self.is_running {
            self.span.from += f64::from(ui.input(|input| input.stable_dt));
            ui.ctx().request_repaint();
        }
    }

    fn top(&mut self, ui: &mut Ui, is_gpu: bool) {
        ui.horizontal(|ui| {
            ui.heading("Signal bench");
            ui.add_space(12.0);
            ui.toggle_value(&mut self.is_running, "▶ Run");
            if ui.button("All").on_hover_text("Shows the first two seconds").clicked() {
                self.span = Span::default();
            }
            if ui.button("Copy table").clicked() {
                ui.ctx().copy_text(table::text(self.span, &self.lists[0]));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                egui::widgets::global_theme_preference_switch(ui);
                ui.hyperlink_to("egui", "https://www.egui.rs/");
                let who = if is_gpu { "a GPU draws" } else { "the processor draws" };
                ui.weak(who);
            });
        });
    }

    fn left(&mut self, ui: &mut Ui) {
        if let Some(clicked) = lists::show(ui, &mut self.lists, self.selected) {
            self.selected = clicked;
        }
        ui.separator();
        let selected = self.selected;
        let Some(signal) = self.lists.iter_mut().flatten().find(|it| it.name == selected) else {
            return;
        };
        ui.horizontal(|ui| {
            ui.strong(signal.name);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.color_edit_button_srgba(&mut signal.color);
            });
        });
        ComboBox::from_id_salt("shape")
            .selected_text(signal.shape.name())
            .width(ui.available_width())
            .show_ui(ui, |ui| {
                for shape in Shape::ALL {
                    ui.selectable_value(&mut signal.shape, shape, shape.name());
                }
            });
        ui.spacing_mut().slider_width = 132.0;
        let frequency = Slider::new(&mut signal.frequency, 0.1..=10.0).logarithmic(true);
        for (name, slider) in [
            ("Frequency", frequency.suffix(" Hz")),
            ("Amplitude", Slider::new(&mut signal.amplitude, 0.0..=4.0).suffix(" V")),
            ("Offset", Slider::new(&mut signal.offset, -4.0..=4.0).suffix(" V")),
        ] {
            let label = ui.label(RichText::new(name).small());
            ui.add(slider.fixed_decimals(2)).labelled_by(label.id);
        }
    }

    fn bottom(&mut self, ui: &mut Ui) {
        let height = ui.available_height();
        let width = ui.available_width();
        ui.horizontal_top(|ui| {
            card(ui, vec2((width - 8.0) * 0.6, height), |ui| {
                ScrollArea::both().id_salt("table").show(ui, |ui| {
                    table::show(ui, self.span, self.time, &self.lists[0]);
                });
            });
            card(ui, vec2((width - 8.0) * 0.4, height), |ui| {
                ui.horizontal(|ui| {
                    ui.label(RichText::new("Notes").small());
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        let words = self.notes.split_whitespace().count();
                        ui.label(RichText::new(format!("{words} words")).small());
                    });
                });
                ScrollArea::vertical().id_salt("notes").show(ui, |ui| {
                    let editor = TextEdit::multiline(&mut self.notes)
                        .desired_width(f32::INFINITY)
                        .desired_rows(4)
                        .frame(Frame::NONE);
                    ui.add_sized(ui.available_size(), editor);
                });
            });
        });
    }
}

/// The look of a panel.
fn panel(ui: &Ui) -> Frame {
    Frame::new().fill(ui.visuals().panel_fill)
}

/// A part with round corners.
fn card(ui: &mut Ui, size: egui::Vec2, show: impl FnOnce(&mut Ui)) {
    let frame = Frame::new()
        .fill(ui.visuals().extreme_bg_color)
        .corner_radius(CornerRadius::same(8))
        .inner_margin(Margin::same(12));
    let margin = frame.total_margin().sum();
    frame.show(ui, |ui| {
        ui.set_min_size(size - margin);
        ui.set_max_size(size - margin);
        ui.vertical(|ui| show(ui));
    });
}
