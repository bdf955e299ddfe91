//! The guide, in chapters.
//!
//! 1. [Getting started](getting_started): a program, its flags, and where the canvas is shown
//! 2. [Drawing](drawing): frames, pixels, sizes, damage
//! 3. [When it draws](scheduling): update modes, demand, frame rates
//! 4. [Input](input): events, merging, clipboard
//! 5. [Control and roles](control): who drives, and links
//! 6. [Showing it to others](sharing): TLS, proxies, snapshots and streams
//! 7. [From one viewer to a million](audiences): edges over NATS
//! 8. [Inside a web application](web_application): axum and other servers
//! 9. [Your own page](your_page): `<framecast-view>`, and files of yours
//! 10. [Threads, async and your own loop](threads)
//! 11. [Recording and replay](recording)
//! 12. [Testing](testing): offscreen canvases, approved pictures, replayed sessions and scripted viewers
//! 13. [Backends of your own](backends)
//! 14. [Logging, signals and what is printed](logging)
//!
//! Every block of Rust in it is compiled, and run where it needs no network, by `cargo test --doc`. Larger
//! programs are in the folder
//! [`examples`](https://github.com/framecast/framecast/blob/main/examples/README.md) of the repository.

// Chapters refer to all items of the crate by their short names.
#[allow(unused_imports, reason = "only links in the text use it")]
use crate::*;

macro_rules! chapters {
    ($($name:ident)+) => {
        $(
            #[doc = include_str!(concat!("guide/", stringify!($name), ".md"))]
            pub mod $name {}
        )+
    };
}

chapters! {
    getting_started drawing scheduling input control sharing audiences web_application your_page threads
    recording testing backends logging
}
