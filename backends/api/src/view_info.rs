//! What a view says of the machine and the person in front of it.

use serde::{Deserialize, Serialize};

use crate::lenient;

/// What a view says of the machine and the person in front of it, as far as it knows: which keys
/// shortcuts use, whether dark or light is wanted, whether a finger has to hit what is drawn.
///
/// A browser says all of it, and again when it changes. Clients of the older renderview protocol say
/// nothing, and a client can say what is not so: it is a hint for what to show, not more. As JSON, a
/// field that is missing or has a name that is not known is read as `Unknown`.
///
/// ```
/// use framecast_api::{ColorScheme, Platform, ViewInfo};
///
/// let info: ViewInfo = serde_json::from_str(r#"{"platform": "mac", "color_scheme": "sepia"}"#)?;
/// assert_eq!(info, ViewInfo::default().with_platform(Platform::Mac));
/// assert_eq!(info.color_scheme, ColorScheme::Unknown);
/// let undo = if info.platform.has_command_key() { "Cmd+Z" } else { "Ctrl+Z" };
/// assert_eq!(undo, "Cmd+Z");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ViewInfo {
    /// What system the view is on; with a terminal over SSH it is not known.
    #[serde(deserialize_with = "lenient::or_default")]
    pub platform: Platform,
    /// Whether the person wants dark or light. Window and terminal do not know.
    #[serde(deserialize_with = "lenient::or_default")]
    pub color_scheme: ColorScheme,
    /// What the person points with first.
    #[serde(deserialize_with = "lenient::or_default")]
    pub pointer: PrimaryPointer,
}

impl ViewInfo {
    /// On this system.
    #[must_use]
    pub const fn with_platform(mut self, platform: Platform) -> Self {
        self.platform = platform;
        self
    }

    /// With this color scheme.
    #[must_use]
    pub const fn with_color_scheme(mut self, color_scheme: ColorScheme) -> Self {
        self.color_scheme = color_scheme;
        self
    }

    /// With this pointer.
    #[must_use]
    pub const fn with_pointer(mut self, pointer: PrimaryPointer) -> Self {
        self.pointer = pointer;
        self
    }
}

/// The system that a view is on.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// Not known.
    #[default]
    Unknown,
    /// macOS.
    Mac,
    /// Windows.
    Windows,
    /// Linux, another Unix or ChromeOS.
    Linux,
    /// Android.
    Android,
    /// iOS or iPadOS.
    Ios,
}

impl Platform {
    /// Whether shortcuts use Command, which is [`Modifiers::meta`](crate::Modifiers::meta), in the
    /// place of Control.
    #[must_use]
    pub const fn has_command_key(self) -> bool {
        matches!(self, Platform::Mac | Platform::Ios)
    }
}

/// Dark on light or light on dark.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColorScheme {
    /// Not known.
    #[default]
    Unknown,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// What somebody points with first.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrimaryPointer {
    /// Not known.
    #[default]
    Unknown,
    /// A mouse, a trackpad or a pen: small things can be hit, and it hovers.
    Fine,
    /// A finger: what is to be hit should be large, and nothing hovers.
    Coarse,
    /// Nothing at all, such as a keyboard alone.
    None,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_field_has_its_name_on_the_wire_and_reads_back() {
        let info = ViewInfo::default()
            .with_platform(Platform::Ios)
            .with_color_scheme(ColorScheme::Dark)
            .with_pointer(PrimaryPointer::Coarse);
        let wire = json!({"platform": "ios", "color_scheme": "dark", "pointer": "coarse"});
        assert_eq!(serde_json::to_value(info).unwrap(), wire);
        assert_eq!(serde_json::from_value::<ViewInfo>(wire).unwrap(), info);
    }

    #[test]
    fn what_is_not_known_of_a_stranger_is_unknown_and_nothing_is_refused() {
        let dark = ViewInfo::default().with_color_scheme(ColorScheme::Dark);
        for odd in [json!(null), json!(7), json!(""), json!("Mac"), json!("x".repeat(60_000))] {
            let fields = json!({"platform": odd, "color_scheme": "dark", "pointer": [odd]});
            assert_eq!(serde_json::from_value::<ViewInfo>(fields).unwrap(), dark, "{odd}");
        }
        assert_eq!(serde_json::from_value::<ViewInfo>(json!({})).unwrap(), ViewInfo::default());
    }
}
