//! The process that shows a moving picture.

use framecast::{Canvas, DrawDemand, EventKind, Options, Rect, Result, Step, UpdateMode};

use crate::picture::Painter;
pub(crate) use crate::picture::{Content, HEIGHT, WIDTH};

/// Shows `content` until the process is told to end, and says where. `alone`: to nobody; else to
/// `clients` at most. `publish`: not here, but on this bus.
pub(crate) fn serve(
    content: Content,
    fps: f64,
    alone: bool,
    record: Option<&str>,
    publish: Option<&str>,
    clients: usize,
) -> Result<()> {
    let serves = !alone && publish.is_none();
    let (backend, clients) = (if serves { "http" } else { "none" }, clients.to_string());
    let fps_flag = fps.to_string();
    let mut flags = vec!["--backend", backend];
    if serves {
        flags.extend(["--listen", "127.0.0.1:0", "--clients", &clients]);
    }
    if let Some(publish) = publish {
        flags.extend(["--publish", publish]);
    }
    if let Some(record) = record {
        flags.extend(["--record", record, "--record-fps", &fps_flag]);
    }
    let options = Options::parse("framecast-load", &flags)?;
    let builder = Canvas::builder("load").options(&options).close_on_interrupt();
    let (builder, mode) = match content {
        Content::Static => (builder, UpdateMode::OnDemand),
        // As a dashboard is: new values now and then, an answer to input at once.
        Content::Dashboard => (builder.min_fps(fps), UpdateMode::OnDemand),
        Content::Motion | Content::Page => (builder.max_fps(fps), UpdateMode::Continuous),
    };
    let builder = builder.update_mode(mode).fixed_size((WIDTH as u32, HEIGHT as u32));
    let builder = if alone { builder.draw_demand(DrawDemand::Always) } else { builder };
    let canvas = builder.open()?;
    let mut painter = Painter::new(content);
    canvas.run(|canvas, step| match step {
        Step::Event(event) if matches!(event.kind, EventKind::PointerDown(_)) => {
            painter.mark.0 = !painter.mark.0;
            canvas.request_draw();
        }
        Step::Event(_) => {}
        Step::Draw(mut frame) => {
            painter.draw(frame.pixels_mut());
            if let Some([left, top, width, height]) = painter.damage() {
                frame.add_damage(Rect::new(left, top, width, height));
                frame.trust_damage();
            }
            painter.mark.1 = painter.mark.0;
            frame.present();
        }
    })
}
