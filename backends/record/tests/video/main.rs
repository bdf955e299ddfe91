//! Videos as ffmpeg, another reader, sees them.

mod apng;
mod faults;
mod gif;
mod mp4;
mod pictures;
mod raw;
mod scenes;
mod sizes;
mod tools;
