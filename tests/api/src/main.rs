//! Lists what each crate makes public, and compares it with the lists in `tests/api/lists`, so that
//! nothing becomes public, or goes, without being seen in a review.
//!
//! The lists come from rustdoc's JSON, which the stable compiler writes only if its unstable features
//! are switched on. They are for that one call: rustdoc is this program again, which sets the variable
//! and starts the real one, and cargo and what it has built are left alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use argh::FromArgs;

/// The crates that are published and have an API of their own.
const CRATES: [&str; 12] = [
    "framecast",
    "framecast-api",
    "framecast-http",
    "framecast-jpeg",
    "framecast-record",
    "framecast-relay",
    "framecast-local",
    "framecast-stream",
    "framecast-terminal",
    "framecast-video",
    "framecast-viewer",
    "framecast-window",
];
/// Set where this program stands in for rustdoc.
const STAND_IN: &str = "FRAMECAST_RUSTDOC";
/// Where the lists and the target directory are found from.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// Differences shown for each crate.
const MOST: usize = 40;

/// Compares the public API of framecast's crates with the lists in tests/api/lists.
#[derive(FromArgs)]
struct Arguments {
    /// write the lists anew
    #[argh(switch)]
    write: bool,
}

fn main() -> ExitCode {
    let done = if std::env::var_os(STAND_IN).is_some() {
        rustdoc()
    } else {
        compare(argh::from_env::<Arguments>().write)
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("framecast-public-api: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the real rustdoc with unstable features.
fn rustdoc() -> Result<ExitCode, String> {
    let status = Command::new("rustdoc")
        .args(std::env::args_os().skip(1))
        .env_remove(STAND_IN)
        .env("RUSTC_BOOTSTRAP", "1")
        .status()
        .map_err(|error| format!("cannot start rustdoc: {error}"))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn compare(write: bool) -> Result<ExitCode, String> {
    let mut changed = Vec::new();
    for name in CRATES {
        let now = list(name)?;
        let path = Path::new(ROOT).join(format!("tests/api/lists/{name}.txt"));
        if write {
            fs::write(&path, &now).map_err(|error| format!("{}: {error}", path.display()))?;
            continue;
        }
        let before = fs::read_to_string(&path).unwrap_or_default();
        let differences = differences(&before, &now);
        if !differences.is_empty() {
            println!("{name}:");
            differences.iter().take(MOST).for_each(|line| println!("  {line}"));
            if differences.len() > MOST {
                println!("  and {} more", differences.len() - MOST);
            }
            changed.push(name);
        }
    }
    if changed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(format!(
        "the public API of {} is not what tests/api/lists says. If that is meant, run \
         `cargo run -p framecast-public-api -- --write`, and name the change in CHANGELOG.md",
        changed.join(", ")
    ))
}

/// The public items of the crate `name`, one a line.
fn list(name: &str) -> Result<String, String> {
    let json = json(name)?;
    let api = public_api::Builder::from_rustdoc_json(&json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .map_err(|error| {
            format!(
                "cannot read {}: {error}. Each Rust version has a format of its own; this one is \
                 read by a `public-api` that suits it (Cargo.toml)",
                json.display()
            )
        })?;
    Ok(api.items().map(|item| format!("{item}\n")).collect())
}

/// Has rustdoc describe the crate `name`, with all features.
fn json(name: &str) -> Result<PathBuf, String> {
    let this =
        std::env::current_exe().map_err(|error| format!("where is this program? {error}"))?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target =
        this.ancestors().nth(2).ok_or("this program is not in a target directory")?.to_owned();
    let status = Command::new(cargo)
        .args(["rustdoc", "--quiet", "--locked", "--package", name, "--lib", "--all-features"])
        .arg("--target-dir")
        .arg(&target)
        .args(["--", "-Z", "unstable-options", "--output-format", "json", "--cap-lints", "allow"])
        .current_dir(ROOT)
        .env("RUSTDOC", &this)
        .env(STAND_IN, "1")
        .status()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !status.success() {
        return Err(format!("rustdoc could not describe {name}; its errors are above"));
    }
    Ok(target.join(format!("doc/{}.json", name.replace('-', "_"))))
}

/// The lines that only one of the lists has: `+` and `-`.
fn differences(before: &str, now: &str) -> Vec<String> {
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), now.lines().collect());
    let gone = old.iter().filter(|line| !new.contains(line)).map(|line| format!("- {line}"));
    let come = new.iter().filter(|line| !old.contains(line)).map(|line| format!("+ {line}"));
    gone.chain(come).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_and_went_is_told() {
        assert_eq!(differences("a\nb\n", "a\nc\n"), ["- b", "+ c"]);
        assert!(differences("a\nb\n", "a\nb\n").is_empty());
    }
}
