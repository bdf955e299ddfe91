use std::fmt;
use std::str::FromStr;

use framecast_api::Error;

/// Which viewer gets control, and when.
///
/// Only viewers with the role [`Drive`](framecast_api::Role::Drive) ever get control.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ControlPolicy {
    /// A view on this machine, such as the window. Browsers never get control.
    Local,
    /// A view on this machine; if there is none, the viewer that has been here longest.
    #[default]
    First,
    /// As `First`. Other viewers can ask for control, and the host grants it.
    Request,
    /// A viewer that acts, once the presenter has paused for a second.
    Any,
    /// Nobody, unless the application gives control
    /// ([`Canvas::give_control`](crate::Canvas::give_control)).
    None,
}

impl FromStr for ControlPolicy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Ok(match text.trim() {
            "local" => Self::Local,
            "first" => Self::First,
            "request" => Self::Request,
            "any" => Self::Any,
            "none" => Self::None,
            _ => {
                return Err(Error::invalid_input(format!(
                    "{text:?} is unknown; possible are local, first, request, any and none"
                )));
            }
        })
    }
}

impl fmt::Display for ControlPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Local => "local",
            Self::First => "first",
            Self::Request => "request",
            Self::Any => "any",
            Self::None => "none",
        })
    }
}
