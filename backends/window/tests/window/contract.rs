use framecast_api::conformance;
use framecast_window::{WindowBackend, WindowOptions};

on_a_display! {
    fn the_window_keeps_the_contract(_stage) {
        conformance::check(WindowBackend::default);
    }
}

on_a_display! {
    fn the_window_on_the_callers_thread_keeps_the_contract(_stage) {
        let options = WindowOptions::default().with_inline(true);
        conformance::check(|| WindowBackend::new(options.clone()));
    }
}
