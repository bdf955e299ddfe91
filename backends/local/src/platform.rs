use framecast_api::Platform;

/// Returns the system that this program runs on, which is the system of a local view.
#[must_use]
pub const fn platform() -> Platform {
    if cfg!(target_os = "macos") {
        Platform::Mac
    } else if cfg!(windows) {
        Platform::Windows
    } else if cfg!(target_os = "android") {
        Platform::Android
    } else if cfg!(target_os = "ios") {
        Platform::Ios
    } else if cfg!(unix) {
        Platform::Linux
    } else {
        Platform::Unknown
    }
}
