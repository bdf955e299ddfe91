//! An interface of egui, in a window, in browsers and in a terminal: a plot, a table, lists to drag between, a color
//! picker and a text editor.
//!
//! ```sh
//! cargo run --release --manifest-path examples/egui_app/Cargo.toml -- --backend window,http
//! ```
//!
//! Nothing here knows where it is shown. Without a GPU the processor draws.

use egui_app::Bench;
use framecast_egui::EguiSettings;

fn main() -> framecast_egui::Result {
    let settings = EguiSettings::new("Signal bench").size((1280.0, 720.0));
    framecast_egui::run_app(settings, |_| Bench::default())
}
