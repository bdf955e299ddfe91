//! Which pictures there are: files, the pictures of folders, standard input.

use std::cmp::Ordering;
use std::io::Read;
use std::path::{Path, PathBuf};

use framecast::{Error, Result, print_notice};

use super::picture::{MAX_FILE, shown};
use super::watch::Stamp;

/// Extensions of files in folders that are taken for pictures.
const EXTENSIONS: [&str; 16] = [
    "apng", "bmp", "dib", "gif", "jfif", "jpe", "jpeg", "jpg", "pam", "pbm", "pgm", "png", "pnm",
    "ppm", "qoi", "webp",
];

/// What the user named.
#[derive(Debug)]
enum Source {
    Input,
    File(PathBuf),
    Folder(PathBuf),
}

/// A picture that can be gone to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// What came from standard input.
    Input,
    File(PathBuf),
}

/// The pictures, in their order.
#[derive(Debug)]
pub(crate) struct Files {
    sources: Vec<Source>,
    items: Vec<Item>,
    /// Those that cannot be shown, as they were then.
    refused: Vec<(Item, Option<Stamp>)>,
}

impl Files {
    /// Finds the pictures that `arguments` name; `-` is standard input.
    ///
    /// # Errors
    /// If nothing is named.
    pub(crate) fn new(arguments: Vec<PathBuf>) -> Result<Self> {
        if arguments.is_empty() {
            return Err(Error::invalid_input(
                "show needs at least one file or folder: framecast show picture.png",
            ));
        }
        let source = |path: PathBuf| match path {
            path if path.as_os_str() == "-" => Source::Input,
            path if path.is_dir() => Source::Folder(path),
            path => Source::File(path),
        };
        let sources = arguments.into_iter().map(source).collect();
        let mut files = Self { sources, items: Vec::new(), refused: Vec::new() };
        files.items = files.find(true);
        Ok(files)
    }

    /// The pictures there are now. `tell`: also which folders have none.
    fn find(&self, tell: bool) -> Vec<Item> {
        let mut items = Vec::new();
        for source in &self.sources {
            match source {
                Source::Input => items.push(Item::Input),
                Source::File(path) => items.push(Item::File(path.clone())),
                Source::Folder(path) => match pictures(path) {
                    Ok(found) if found.is_empty() && tell => {
                        print_notice(&format!("{}: no pictures in this folder", shown(path)));
                    }
                    Ok(found) => items.extend(found.into_iter().map(Item::File)),
                    Err(error) if tell => print_notice(&format!("{}: {error}", shown(path))),
                    Err(_) => {}
                },
            }
        }
        // What failed and did not change since would fail again.
        let refused = |item: &Item| {
            let found = self.refused.iter().find(|(it, _)| it == item);
            found.is_some_and(|(_, stamp)| *stamp == item.stamp())
        };
        items.retain(|item| !refused(item));
        items
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Item> {
        self.items.get(index)
    }

    /// Folders whose changes change the list.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.sources.iter().filter_map(|source| match source {
            Source::Folder(path) => Some(path.as_path()),
            _ => None,
        })
    }

    /// Whether standard input is among them.
    pub(crate) fn has_input(&self) -> bool {
        self.items.contains(&Item::Input)
    }

    /// Leaves out a picture that cannot be shown, until it changes.
    pub(crate) fn refuse(&mut self, index: usize) {
        let item = self.items.remove(index);
        let stamp = item.stamp();
        self.refused.retain(|(it, _)| *it != item);
        self.refused.push((item, stamp));
    }

    /// Takes files that came, and leaves out those that went, but for the one at `current`. Returns
    /// where that is then.
    pub(crate) fn refresh(&mut self, current: usize) -> usize {
        if self.folders().next().is_none() && self.refused.is_empty() {
            return current;
        }
        let found = self.find(false);
        let (items, current) = merge(&self.items, found, current);
        self.items = items;
        current
    }
}

impl Item {
    /// What it is like now; `None` also for standard input, which does not change.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        match self {
            Self::Input => None,
            Self::File(path) => Stamp::of(path),
        }
    }
}

/// `found` with the item at `current` of `old`, and where it is: if it is not among them, before the
/// first that was behind it.
fn merge(old: &[Item], mut found: Vec<Item>, current: usize) -> (Vec<Item>, usize) {
    let Some(item) = old.get(current) else { return (found, 0) };
    // Of the same file, named several times, the same.
    let nth = old[..current].iter().filter(|it| *it == item).count();
    let mut same = (0..found.len()).filter(|index| found[*index] == *item);
    if let Some(index) = same.nth(nth).or_else(|| found.iter().position(|it| it == item)) {
        return (found, index);
    }
    let behind = old[current + 1..].iter().find_map(|next| found.iter().position(|it| it == next));
    let index = behind.unwrap_or(found.len());
    found.insert(index, item.clone());
    (found, index)
}

/// The pictures of a folder, in natural order.
fn pictures(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if is_picture(&path) && path.is_file() {
            found.push(path);
        }
    }
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    found.sort_by_cached_key(|path| NaturalKey(name(path)));
    Ok(found)
}

/// Whether its name is that of a picture that is not hidden.
fn is_picture(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    !name.starts_with('.') && EXTENSIONS.contains(&extension.as_str())
}

/// A name that is ordered as people count: img2 before img10, whatever the case.
#[derive(Debug, PartialEq, Eq)]
struct NaturalKey(String);

impl Ord for NaturalKey {
    fn cmp(&self, other: &Self) -> Ordering {
        natural(&self.0, &other.0).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for NaturalKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By runs of digits, which are numbers of any length, and other characters in lower case.
fn natural(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one, other);
    loop {
        let ((a, rest), (b, others)) = match (next(one), next(other)) {
            (Some(a), Some(b)) => (a, b),
            (a, b) => return a.is_some().cmp(&b.is_some()),
        };
        let order = if is_number(a) && is_number(b) {
            let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
            a.len().cmp(&b.len()).then_with(|| a.cmp(b))
        } else {
            let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
            lower(a).cmp(&lower(b))
        };
        if order != Ordering::Equal {
            return order;
        }
        (one, other) = (rest, others);
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_digit())
}

/// The first number or character, and the rest.
fn next(text: &str) -> Option<(&str, &str)> {
    let first = text.chars().next()?;
    let end = if first.is_ascii_digit() {
        text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len())
    } else {
        first.len_utf8()
    };
    Some(text.split_at(end))
}

/// Reads all of standard input, or what stands for it.
///
/// # Errors
/// If it cannot be read, is empty, or too long.
pub(crate) fn read_input(input: impl Read) -> Result<Vec<u8>> {
    read_at_most(input, MAX_FILE)
}

fn read_at_most(input: impl Read, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(most + 1).read_to_end(&mut bytes).map_err(|error| {
        Error::failed(format!("standard input cannot be read: {error}")).with_source(error)
    })?;
    match bytes.len() as u64 {
        0 => Err(Error::failed("standard input is empty; a picture was expected")),
        length if length > most => {
            Err(Error::failed(format!("standard input: larger than {} MiB", most >> 20)))
        }
        _ => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(names: &[&str]) -> Vec<String> {
        let mut keys: Vec<_> = names.iter().map(|name| NaturalKey((*name).to_owned())).collect();
        keys.sort();
        keys.into_iter().map(|key| key.0).collect()
    }

    #[test]
    fn names_are_ordered_as_people_count() {
        let names = ["img10.png", "IMG2.png", "img1.png", "b.png", "A.png", "img02.png", "img.png"];
        let order = ["A.png", "b.png", "img.png", "img1.png", "IMG2.png", "img02.png", "img10.png"];
        assert_eq!(sorted(&names), order);
        let huge = ["9999999999999999999999", "10000000000000000000000", "Ä2", "ä10"];
        assert_eq!(sorted(&["Ä2", "ä10", huge[1], huge[0]]), huge);
        assert_eq!(sorted(&["2012-3", "2012-12"]), ["2012-3", "2012-12"]);
    }

    #[test]
    fn only_pictures_that_are_not_hidden_are_found() {
        for yes in ["a.png", "b.JPG", "c.d.webp", "x/y.Qoi"] {
            assert!(is_picture(Path::new(yes)), "{yes}");
        }
        for no in [".a.png", "png", "a.txt", "a.png~", "a", "", "a.pngx", ".png"] {
            assert!(!is_picture(Path::new(no)), "{no}");
        }
    }

    fn items(names: &[&str]) -> Vec<Item> {
        names.iter().map(|name| Item::File(PathBuf::from(name))).collect()
    }

    #[test]
    fn what_is_shown_keeps_its_place_when_files_come_and_go() {
        let merged = |old: &[&str], found: &[&str], current| {
            let (items, current) = merge(&items(old), items(found), current);
            let Item::File(path) = &items[current] else { panic!("{items:?}") };
            (items.len(), current, path.to_string_lossy().into_owned())
        };
        assert_eq!(merged(&["a", "c"], &["a", "b", "c"], 1), (3, 2, "c".into()));
        assert_eq!(merged(&["a", "b", "c"], &["c"], 2), (1, 0, "c".into()));
        assert_eq!(merged(&["a", "b", "c"], &["a", "c"], 1), (3, 1, "b".into()), "it is gone");
        assert_eq!(merged(&["a", "b"], &[], 1), (1, 0, "b".into()));
        assert_eq!(merged(&["a", "b", "a"], &["a", "b", "a"], 2), (3, 2, "a".into()), "twice");
        assert_eq!(merge(&[], Vec::new(), 0), (Vec::new(), 0));
    }

    #[test]
    fn standard_input_is_read_to_a_limit() {
        assert_eq!(read_input(&b"abc"[..]).unwrap(), b"abc");
        assert!(read_input(&b""[..]).unwrap_err().to_string().contains("empty"));
        assert_eq!(read_at_most(&[7; 4][..], 4).unwrap(), [7; 4]);
        let endless = std::io::repeat(7);
        assert!(read_at_most(endless, 1 << 20).unwrap_err().to_string().contains("1 MiB"));
    }

    proptest! {
        #[test]
        fn the_order_is_one_for_any_names(a in "[a-cA-C0-2.ß]{0,8}", b in "[a-cA-C0-2.ß]{0,8}", c in "[a-cA-C0-2.ß]{0,8}") {
            let key = |name: &String| NaturalKey(name.clone());
            prop_assert_eq!(key(&a).cmp(&key(&b)), key(&b).cmp(&key(&a)).reverse());
            if key(&a) <= key(&b) && key(&b) <= key(&c) {
                prop_assert!(key(&a) <= key(&c));
            }
        }
    }
}
