//! Shows every event it receives. The same code is `framecast demo events`.

#[path = "../src/bin/framecast/demo/events.rs"]
mod events;
#[path = "../src/bin/framecast/demo/pen.rs"]
#[allow(dead_code, reason = "other demos draw more shapes")]
mod pen;
#[path = "../src/bin/framecast/demo/stage.rs"]
#[allow(dead_code, reason = "other demos say more")]
mod stage;
#[path = "../src/bin/framecast/demo/text.rs"]
mod text;

use framecast::{Canvas, Options};

fn main() -> framecast::Result<()> {
    let canvas = Canvas::builder("events").options(&Options::from_env()).open()?;
    stage::run(&canvas, &mut events::Events::new())
}
