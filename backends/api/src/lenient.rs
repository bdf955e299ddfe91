//! Reads the fields of events that strangers write. A field that is missing, empty, unknown or out
//! of range has its default; it never costs the event. Every number is finite and bounded.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use crate::{EventKind, Touch};

/// A `T`, or anything else.
#[derive(Deserialize)]
#[serde(untagged)]
enum Perhaps<T> {
    Known(T),
    Unknown(IgnoredAny),
}

impl<T> Perhaps<T> {
    fn known(self) -> Option<T> {
        match self {
            Perhaps::Known(value) => Some(value),
            Perhaps::Unknown(_) => None,
        }
    }
}

fn read<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Perhaps::deserialize(from).map(Perhaps::known)
}

/// A `T`, or else its default.
pub(crate) fn or_default<'de, T, D>(from: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Default,
    D: Deserializer<'de>,
{
    Ok(read(from)?.unwrap_or_default())
}

/// A coordinate or a distance; one that is too large is as large as it may be.
pub(crate) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let most = EventKind::MAX_COORDINATE;
    Ok(finite(read(from)?).clamp(-most, most))
}

/// 0 to 1.
pub(crate) fn pressure<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(finite(read(from)?).clamp(0.0, 1.0))
}

fn finite(number: Option<f64>) -> f64 {
    number.filter(|number| number.is_finite()).unwrap_or_default()
}

/// A name, of a key for example. Part of a name is another name, so one that is too long is none.
pub(crate) fn name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let name: Option<String> = read(from)?;
    Ok(name.filter(|name| name.len() <= EventKind::MAX_KEY).unwrap_or_default())
}

/// How many fingers there are.
pub(crate) fn count<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let count: u32 = or_default(from)?;
    Ok(count.min(EventKind::MAX_TOUCHES as u32))
}

/// The fingers that can be read, and no more of them than there may be.
pub(crate) fn touches<'de, D>(from: D) -> Result<BTreeMap<String, Touch>, D::Error>
where
    D: Deserializer<'de>,
{
    let all: BTreeMap<String, Perhaps<Touch>> = or_default(from)?;
    let known = all.into_iter().filter(|(id, _)| id.len() <= EventKind::MAX_KEY);
    let known = known.filter_map(|(id, touch)| Some((id, touch.known()?)));
    Ok(known.take(EventKind::MAX_TOUCHES).collect())
}

/// The identifiers that can be read, and no more of them than there may be fingers.
pub(crate) fn identifiers<'de, D>(from: D) -> Result<BTreeSet<String>, D::Error>
where
    D: Deserializer<'de>,
{
    let List(all) = List::<String>::deserialize(from)?;
    let known = all.into_iter().filter(|id| id.len() <= EventKind::MAX_KEY);
    Ok(known.take(EventKind::MAX_TOUCHES).collect())
}

/// Those of a list that can be read.
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let all: Vec<Perhaps<T>> = or_default(from)?;
        Ok(List(all.into_iter().filter_map(Perhaps::known).collect()))
    }
}
