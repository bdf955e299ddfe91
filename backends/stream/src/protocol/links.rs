//! The links of a server, as its host sees and changes them. What a link is, and what a host may do, is decided by
//! whoever drives the hub.

use std::time::Duration;

use framecast_api::{Error, Result, Role};
use serde::{Deserialize, Serialize};

/// The longest name of a link in a message, in bytes.
const LONGEST_NAME: usize = 32;

/// What a host wants of the links.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkRequest {
    /// To be told which there are.
    List,
    /// One more.
    Add {
        /// What it is called.
        name: String,
        /// What it allows.
        role: Role,
        /// How long it is valid; `None`: as long as is possible.
        lifetime: Option<Duration>,
    },
    /// One less.
    Revoke {
        /// What it is called.
        name: String,
    },
}

impl LinkRequest {
    /// Takes a name of a sane length.
    pub(super) fn named(self) -> Result<Self> {
        match &self {
            Self::Add { name, .. } | Self::Revoke { name } if name.len() > LONGEST_NAME => {
                Err(Error::invalid_input("no link has such a long name"))
            }
            Self::Add { lifetime: Some(Duration::ZERO), .. } => {
                Err(Error::invalid_input("a link is valid for some time"))
            }
            _ => Ok(self),
        }
    }
}

/// What a host is told of the links.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LinkAnswer {
    /// Those that are valid, oldest first.
    pub list: Vec<ListedLink>,
    /// The one that it asked for.
    pub made: Option<MadeLink>,
    /// Why it did not get what it asked for, for people.
    pub refused: Option<String>,
}

/// One of the links; without its secret.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListedLink {
    /// What it is called.
    pub name: String,
    /// What it allows.
    pub role: Role,
    /// The seconds that are left; `None`: it does not end by itself.
    pub seconds: Option<u64>,
    /// How many clients came by it.
    pub clients: usize,
    /// A host made it, and can revoke it.
    pub made: bool,
    /// The one that is told came by it.
    pub own: bool,
}

/// A new link, with its secret, which is told once.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct MadeLink {
    /// What it is called.
    pub name: String,
    /// Its secret.
    pub token: String,
}

impl std::fmt::Debug for MadeLink {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MadeLink").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The fields of a request to add one.
#[derive(Deserialize)]
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) role: Role,
    /// In seconds.
    pub(super) lifetime: Option<u32>,
}
