//! Records on a real disk, with a real clock.

mod recorder;
