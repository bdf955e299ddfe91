// A page of one's own: other markup, a logo, colors, around the same picture.
//
// The files lie in examples/custom_page and become a part of the program. Whoever edits them starts
// it with `--web-root examples/custom_page`, which comes before those in the program, and reloads.

use framecast::{Canvas, EventKind, Options, Resources, Step};

const FOAM: [u8; 4] = [231, 243, 241, 255];
const CORAL: [u8; 4] = [255, 111, 89, 255];
/// Of the disc, in logical pixels.
const RADIUS: f64 = 24.0;

fn page() -> framecast::Result<Resources> {
    let resources = Resources::new();
    resources.insert("index.html", include_str!("custom_page/index.html"))?;
    // In a folder, so that none takes the place of a file of the viewer's.
    resources.insert("tidepool/page.css", include_str!("custom_page/tidepool/page.css"))?;
    resources.insert("tidepool/page.js", include_str!("custom_page/tidepool/page.js"))?;
    resources.insert("tidepool/logo.svg", include_bytes!("custom_page/tidepool/logo.svg"))?;
    Ok(resources)
}

fn main() -> framecast::Result<()> {
    let builder = Canvas::builder("Tidepool").options(&Options::from_env());
    let canvas = builder.resources(&page()?).open()?;
    let mut disc = None;
    canvas.run(|canvas, step| match step {
        Step::Event(event) => {
            if let EventKind::PointerDown(pointer) = event.kind {
                disc = Some((pointer.x, pointer.y));
                canvas.request_draw();
            }
        }
        Step::Draw(mut frame) => {
            let ratio = frame.ratio();
            let (width, height) = (f64::from(frame.width()), f64::from(frame.height()));
            let (x, y) = disc.map_or((width / 2.0, height / 2.0), |(x, y)| (x * ratio, y * ratio));
            for (row, top) in frame.rows_mut().zip(0_u32..) {
                for (pixel, left) in row.iter_mut().zip(0_u32..) {
                    let distance = (f64::from(left) - x).hypot(f64::from(top) - y);
                    *pixel = if distance < RADIUS * ratio { CORAL } else { FOAM };
                }
            }
            frame.present();
        }
    })
}
