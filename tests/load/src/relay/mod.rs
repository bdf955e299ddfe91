//! Publish once, serve from edges: what it costs, how much older pictures are, and what happens when something dies.
//! With the real programs, and nats-server of Debian.

mod audience;
mod crowd;
mod deaths;
mod drive;
mod revocation;
mod stage;
mod starts;
mod thin;
mod timeline;

use std::time::Duration;

use crate::scenarios::Lines as Part;

/// In the table's order. `deaths` are all of [`deaths::DEATHS`].
const NAMES: [&str; 8] =
    ["crowd", "age", "reach", "deaths", "starts", "thin", "revocation", "drive"];

/// Measures these parts, all of them if none is named, and prints their lines. `viewers` of all edges together.
pub(crate) fn run(names: &[String], viewers: u32, seconds: u32) -> Result<(), String> {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    if names.is_empty() {
        names = NAMES.to_vec();
    }
    if let Some(at) = names.iter().position(|name| *name == "deaths") {
        names.splice(at..=at, deaths::DEATHS.map(|(name, _)| name));
    }
    let time = Duration::from_secs(seconds.clamp(2, 120).into());
    let viewers = viewers.clamp(3, 3000);
    println!("| relay | measured | wanted |\n| --- | --- | --- |");
    for name in names {
        let lines = match name {
            "crowd" => crowd::crowd(viewers, time),
            "age" => crowd::age(time),
            "reach" => crowd::reach(viewers, time),
            "starts" => starts::starts(),
            "thin" => thin::thin(),
            "revocation" => revocation::revocation(),
            "drive" => drive::drive(),
            other => deaths::death(other).unwrap_or_else(|| {
                let deaths = deaths::DEATHS.map(|(name, _)| name);
                let names = [&NAMES[..], &deaths].concat().join(", ");
                Err(format!("there is no part {other:?}; there are {names}"))
            }),
        };
        for (what, measured, wanted) in lines.map_err(|error| format!("{name}: {error}"))? {
            println!("| {what} | {measured} | {wanted} |");
        }
    }
    Ok(())
}
