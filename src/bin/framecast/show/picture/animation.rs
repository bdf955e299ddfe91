//! When the frames of an animation come, and how often.

use image::RgbaImage;

/// Delays shorter than this, in seconds, are taken for "unset", as browsers do …
const SHORTEST: f64 = 0.015;
/// … and become this.
pub(super) const USUAL: f64 = 0.1;
/// Frames decoded in one go to catch up with the time.
pub(super) const CATCH_UP: u32 = 4;

/// Reads the frames of an animation in their order.
pub(super) trait Frames {
    /// Puts the next frame onto the canvas; returns its delay in milliseconds. `None`: there are
    /// no more. After an error there are none either.
    fn next(&mut self, canvas: &mut RgbaImage) -> Result<Option<f64>, String>;

    /// Begins with the first frame again; the canvas is empty then.
    fn rewind(&mut self) -> Result<(), String>;
}

/// A picture that changes by itself.
pub(super) struct Animation {
    frames: Box<dyn Frames>,
    /// How often it is yet to be played, this time aside; `None`: for ever.
    again: Option<u32>,
    /// Frames shown since the beginning.
    shown: u32,
    /// How long the frame shown now stays, in seconds.
    delay: f64,
    /// When the next frame is due; `None`: this one has not been shown yet.
    due: Option<f64>,
    damage: Damage,
}

/// What is wrong with the frames from some of them on.
#[derive(PartialEq)]
enum Damage {
    /// Nothing so far.
    None,
    Found(String),
    Told,
}

/// What moving on came to.
#[derive(Debug, PartialEq)]
pub(super) enum Moved {
    /// This many frames on; the next is due then, in seconds.
    On(u32, f64),
    /// This many frames on; what is shown now stays.
    Ended(u32),
}

impl Animation {
    /// An animation that is played so often (`None`: for ever) and whose first frame, which stays
    /// for so many milliseconds, is on the canvas already.
    pub(super) fn new(frames: Box<dyn Frames>, plays: Option<u32>, delay: f64) -> Self {
        let again = plays.map(|plays| plays.saturating_sub(1));
        Self { frames, again, shown: 1, delay: seconds(delay), due: None, damage: Damage::None }
    }

    /// Moves on to what is due at `time`, in seconds.
    pub(super) fn advance(&mut self, canvas: &mut RgbaImage, time: f64) -> Moved {
        let mut due = *self.due.get_or_insert(time + self.delay);
        let mut decoded = 0;
        while due <= time {
            if decoded == CATCH_UP {
                // Decoding is slower than the animation: that goes slower, too.
                due = time + self.delay;
                break;
            }
            let Some(delay) = self.next(canvas) else { return Moved::Ended(decoded) };
            decoded += 1;
            self.delay = seconds(delay);
            // Nobody looked for a while: it goes on from here instead of rushing through.
            due = if time - due > 1.0 { time } else { due } + self.delay;
        }
        self.due = Some(due);
        Moved::On(decoded, due)
    }

    /// What was found to be wrong, once.
    pub(super) fn damage(&mut self) -> Option<String> {
        match std::mem::replace(&mut self.damage, Damage::Told) {
            Damage::Found(why) => Some(why),
            before => {
                self.damage = before;
                None
            }
        }
    }

    /// It is known already that something is wrong.
    pub(super) fn set_damaged(&mut self) {
        self.damage = Damage::Told;
    }

    /// The next frame; after the last comes the first, as long as it is to be played again. What
    /// is damaged from some frame on ends there.
    fn next(&mut self, canvas: &mut RgbaImage) -> Option<f64> {
        match self.frames.next(canvas) {
            Ok(Some(delay)) => {
                self.shown = self.shown.saturating_add(1);
                return Some(delay);
            }
            Ok(None) => {}
            Err(why) if self.damage == Damage::None => self.damage = Damage::Found(why),
            Err(_) => {}
        }
        if self.shown < 2 {
            // Playing a single frame again changes nothing.
            return None;
        }
        match &mut self.again {
            Some(0) => return None,
            Some(again) => *again -= 1,
            None => {}
        }
        self.frames.rewind().ok()?;
        canvas.fill(0);
        self.shown = 1;
        self.frames.next(canvas).ok()?
    }
}

fn seconds(milliseconds: f64) -> f64 {
    let seconds = milliseconds / 1000.0;
    if seconds < SHORTEST { USUAL } else { seconds }
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    /// Frames of 50 ms whose shade is their number.
    struct Numbers {
        at: u8,
        end: u8,
        damaged: bool,
    }

    impl Frames for Numbers {
        fn next(&mut self, canvas: &mut RgbaImage) -> Result<Option<f64>, String> {
            if self.at == self.end {
                return if self.damaged { Err("damaged".into()) } else { Ok(None) };
            }
            self.at += 1;
            canvas.put_pixel(0, 0, Rgba([self.at, 0, 0, 255]));
            Ok(Some(50.0))
        }

        fn rewind(&mut self) -> Result<(), String> {
            self.at = 0;
            Ok(())
        }
    }

    /// What is shown after each step of 50 ms until it ends or `steps` are over.
    fn played(end: u8, plays: Option<u32>, damaged: bool, steps: usize) -> Vec<u8> {
        let mut canvas = RgbaImage::new(1, 1);
        let mut frames = Numbers { at: 0, end, damaged };
        let delay = frames.next(&mut canvas).unwrap().unwrap();
        let mut animation = Animation::new(Box::new(frames), plays, delay);
        let mut seen = vec![canvas.get_pixel(0, 0)[0]];
        let mut time = 0.0;
        while seen.len() < steps {
            match animation.advance(&mut canvas, time) {
                Moved::On(0, due) => time = due,
                Moved::On(1, due) => {
                    seen.push(canvas.get_pixel(0, 0)[0]);
                    time = due;
                }
                Moved::On(count, _) => panic!("{count} frames at once"),
                Moved::Ended(_) => break,
            }
        }
        assert_eq!(canvas.get_pixel(0, 0)[0], *seen.last().unwrap());
        assert_eq!(animation.damage().as_deref(), damaged.then_some("damaged"));
        assert_eq!(animation.damage(), None);
        seen
    }

    #[test]
    fn it_is_played_as_often_as_it_says_and_the_last_frame_stays() {
        assert_eq!(played(3, Some(1), false, 99), [1, 2, 3]);
        assert_eq!(played(2, Some(3), false, 99), [1, 2, 1, 2, 1, 2]);
        assert_eq!(played(2, None, false, 7), [1, 2, 1, 2, 1, 2, 1]);
        assert_eq!(played(2, Some(0), false, 99), [1, 2]);
    }

    #[test]
    fn one_frame_does_not_keep_anything_awake() {
        assert_eq!(played(1, None, false, 99), [1]);
    }

    #[test]
    fn what_is_damaged_from_a_frame_on_is_played_up_to_there() {
        assert_eq!(played(2, None, true, 5), [1, 2, 1, 2, 1]);
        assert_eq!(played(1, None, true, 5), [1]);
    }
}
