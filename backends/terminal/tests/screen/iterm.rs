//! iTerm2's images, decoded by the crate png.

use framecast_terminal::measure::Screen;

use crate::Story;
use crate::terminal::{Canvas, Command, commands, through_tmux};

#[test]
fn every_pixel_arrives_also_through_tmux() {
    for setup in ["iterm", "iterm,tmux"] {
        let mut screen = Screen::new(setup, 40, 13, (8, 16)).unwrap();
        let mut story = Story::new(320, 208, 11);
        let mut canvas = Canvas::new(400, 300);
        let (mut cursor, mut sent) = ((0, 0), Vec::new());
        for n in 0..12 {
            let frame = if n % 9 == 0 { story.noise(200) } else { story.patches() };
            sent.push(0);
            let bytes = screen.paint(&frame).unwrap();
            for command in
                if setup.contains("tmux") { through_tmux(bytes) } else { commands(bytes) }
            {
                match command {
                    Command::Go(row, column) => cursor = (row, column),
                    Command::System(content) => {
                        let text = content.strip_prefix(b"1337;File=").unwrap();
                        let split = text.iter().position(|byte| *byte == b':').unwrap();
                        let keys = std::str::from_utf8(&text[..split]).unwrap();
                        let png = data_encoding::BASE64.decode(&text[split + 1..]).unwrap();
                        assert!(keys.contains(&format!("size={};", png.len())), "{keys}");
                        let reader = png::Decoder::new(std::io::Cursor::new(png)).read_info();
                        let mut reader = reader.unwrap();
                        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
                        let info = reader.next_frame(&mut rgb).unwrap();
                        let (width, height) = (info.width as usize, info.height as usize);
                        let cells = format!("width={};height={};", width / 8, height / 16);
                        assert!(keys.contains(&cells), "{keys}");
                        let (x, y) = (usize::from(cursor.1) * 8, usize::from(cursor.0) * 16);
                        canvas.put(x, y, width, &rgb);
                        sent[n] += 1;
                    }
                    _ => {}
                }
            }
            let wanted: Vec<_> = frame.pixels().iter().map(|[r, g, b, _]| [*r, *g, *b]).collect();
            assert!(canvas.cut(0, 0, 320, 208) == wanted, "{setup}, frame {n}");
        }
        assert!(sent.iter().any(|count| *count < sent[0]), "only what changed: {sent:?}");
    }
}
