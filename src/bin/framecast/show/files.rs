//! Which pictures there are: files, the pictures of folders, standard input.

use std::collections::HashMap;
use std::hash::Hash;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use framecast::{Error, Result, print_notice};

use super::picture::{MAX_FILE, shown};
use super::watch::Stamp;

/// Extensions of files in folders that are taken for pictures.
const EXTENSIONS: [&str; 16] = [
    "apng", "bmp", "dib", "gif", "jfif", "jpe", "jpeg", "jpg", "pam", "pbm", "pgm", "png", "pnm",
    "ppm", "qoi", "webp",
];

/// Some systems tell the time of a folder's change in steps as long as this: what changes again
/// within one looks the same.
const STEP: Duration = Duration::from_secs(2);

/// What the user named.
#[derive(Debug)]
enum Source {
    StandardInput,
    File(PathBuf),
    Folder(PathBuf),
}

/// A picture that can be gone to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Item {
    /// What came from standard input.
    StandardInput,
    File(PathBuf),
}

/// The pictures, in their order.
#[derive(Debug)]
pub(crate) struct Files {
    sources: Vec<Source>,
    items: Vec<Item>,
    /// Those that cannot be shown, as they were then.
    refused: HashMap<Item, Option<Stamp>>,
    /// What the folders were like just before they were listed.
    listed: Vec<Option<Stamp>>,
    /// Their stamps tell whether they changed since.
    settled: bool,
    /// The current one is listed only because it is shown.
    gone: bool,
    /// How often the folders were listed.
    #[cfg(test)]
    pub(crate) listings: usize,
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
            path if path.as_os_str() == "-" => Source::StandardInput,
            path if path.is_dir() => Source::Folder(path),
            path => Source::File(path),
        };
        let sources = arguments.into_iter().map(source).collect();
        let mut files = Self {
            sources,
            items: Vec::new(),
            refused: HashMap::new(),
            listed: Vec::new(),
            settled: false,
            gone: false,
            #[cfg(test)]
            listings: 0,
        };
        files.items = files.find(true);
        Ok(files)
    }

    /// The pictures there are now. `tell`: also which folders have none.
    fn find(&mut self, tell: bool) -> Vec<Item> {
        self.listed = self.stamps();
        let now = SystemTime::now();
        self.settled = self.listed.iter().flatten().all(|stamp| stamp.is_older(STEP, now));
        #[cfg(test)]
        {
            self.listings += 1;
        }
        let mut items = Vec::new();
        for source in &self.sources {
            match source {
                Source::StandardInput => items.push(Item::StandardInput),
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
        self.refused.retain(|item, stamp| item.stamp() == *stamp);
        leave_out(&mut items, &self.refused);
        items
    }

    /// What the folders are like now.
    fn stamps(&self) -> Vec<Option<Stamp>> {
        self.folders().map(Stamp::of).collect()
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
        self.items.contains(&Item::StandardInput)
    }

    /// Leaves out a picture that cannot be shown, until it is no more like `stamp`, as it was just
    /// before it was read.
    pub(crate) fn refuse(&mut self, index: usize, stamp: Option<Stamp>) {
        self.refused.insert(self.items.remove(index), stamp);
    }

    /// The same of the first pictures, as many as there are stamps.
    pub(crate) fn refuse_first(&mut self, stamps: Vec<Option<Stamp>>) {
        self.refused.extend(self.items.drain(..stamps.len()).zip(stamps));
    }

    /// Takes files that came, and leaves out those that went, but for the one at `current`. Returns
    /// where that is then.
    pub(crate) fn refresh(&mut self, current: usize) -> usize {
        if self.folders().next().is_none() && self.refused.is_empty() {
            return current;
        }
        let found = self.find(false);
        let count = found.len();
        let (items, current) = merge(&self.items, found, current);
        self.gone = items.len() > count;
        self.items = items;
        current
    }

    /// The same if a folder or what could not be shown changed.
    pub(crate) fn refresh_if_changed(&mut self, current: usize) -> usize {
        let changed = !self.settled
            || self.stamps() != self.listed
            || self.refused.iter().any(|(item, stamp)| item.stamp() != *stamp);
        if changed { self.refresh(current) } else { current }
    }

    /// `to` is shown instead of `from`, which is left out if its file is gone. Returns where `to` is
    /// then.
    pub(crate) fn leave(&mut self, from: usize, to: usize) -> usize {
        if from == to || !std::mem::take(&mut self.gone) {
            return to;
        }
        self.items.remove(from);
        to - usize::from(from < to)
    }
}

impl Item {
    /// What it is like now; `None` also for standard input, which does not change.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        match self {
            Self::StandardInput => None,
            Self::File(path) => Stamp::of(path),
        }
    }
}

/// Removes the items that are refused.
fn leave_out<T: Eq + Hash, S>(items: &mut Vec<T>, refused: &HashMap<T, S>) {
    items.retain(|item| !refused.contains_key(item));
}

/// `found` with the item at `current` of `old`, and where it is: if it is not among them, before the
/// first that was behind it.
fn merge<T: Clone + Eq + Hash>(old: &[T], mut found: Vec<T>, current: usize) -> (Vec<T>, usize) {
    let Some(item) = old.get(current) else { return (found, 0) };
    // Of the same file, named several times, the same.
    let nth = old[..current].iter().filter(|it| *it == item).count();
    let mut same = (0..found.len()).filter(|index| found[*index] == *item);
    if let Some(index) = same.nth(nth).or_else(|| found.iter().position(|it| it == item)) {
        return (found, index);
    }
    // The first of the same counts, which comes last here.
    let places: HashMap<_, _> = found.iter().enumerate().rev().map(|(at, it)| (it, at)).collect();
    let behind = old[current + 1..].iter().find_map(|next| places.get(next).copied());
    let index = behind.unwrap_or(found.len());
    found.insert(index, item.clone());
    (found, index)
}

/// The pictures of a folder, in natural order.
fn pictures(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // Folders often tell the kind of a file, so that the file need not be asked.
        let is_file = || match entry.file_type() {
            Ok(kind) if !kind.is_symlink() => kind.is_file(),
            _ => path.is_file(),
        };
        if is_picture(&path) && is_file() {
            found.push(path);
        }
    }
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    found.sort_by_cached_key(|path| NaturalKey::new(name(path)));
    Ok(found)
}

/// Whether its name is that of a picture that is not hidden.
fn is_picture(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    !name.starts_with('.') && EXTENSIONS.contains(&extension.as_str())
}

/// A name that is ordered as people count: img2 before img10, whatever the case.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct NaturalKey {
    /// Bytes in that order.
    order: Vec<u8>,
    /// Names that differ only in their case or in zeros before numbers.
    name: String,
}

impl NaturalKey {
    /// Runs of digits become numbers of any length, other characters lower case.
    fn new(name: String) -> Self {
        let mut order = Vec::with_capacity(name.len() + 8);
        let mut rest = name.as_str();
        while let Some(first) = rest.chars().next() {
            if first.is_ascii_digit() {
                let end = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
                let number = rest[..end].trim_start_matches('0');
                // The place of digits among the characters, and the longer number behind the shorter.
                order.push(b'0');
                order.extend(u32::try_from(number.len()).unwrap_or(u32::MAX).to_be_bytes());
                order.extend(number.as_bytes());
                rest = &rest[end..];
            } else {
                let mut buffer = [0; 4];
                for lower in first.to_lowercase() {
                    order.extend(lower.encode_utf8(&mut buffer).as_bytes());
                }
                rest = &rest[first.len_utf8()..];
            }
        }
        Self { order, name }
    }
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
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    fn sorted(names: &[&str]) -> Vec<String> {
        let mut keys: Vec<_> =
            names.iter().map(|name| NaturalKey::new((*name).to_owned())).collect();
        keys.sort();
        keys.into_iter().map(|key| key.name).collect()
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
        assert_eq!(merge::<Item>(&[], Vec::new(), 0), (Vec::new(), 0));
    }

    thread_local! {
        static COMPARISONS: Cell<usize> = const { Cell::new(0) };
    }

    /// Counts how often it is compared.
    #[derive(Clone, Eq)]
    struct Counted(usize);

    impl PartialEq for Counted {
        fn eq(&self, other: &Self) -> bool {
            COMPARISONS.set(COMPARISONS.get() + 1);
            self.0 == other.0
        }
    }

    impl Hash for Counted {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }

    #[test]
    fn each_file_of_a_large_folder_is_compared_a_few_times() {
        const COUNT: usize = 5000;
        let counted = |range: std::ops::Range<usize>| range.map(Counted).collect::<Vec<_>>();
        let refused: HashMap<_, _> = counted(0..COUNT).into_iter().map(|it| (it, ())).collect();
        let mut items = counted(0..COUNT * 2);
        COMPARISONS.set(0);
        leave_out(&mut items, &refused);
        assert_eq!(items.len(), COUNT);
        assert!(COMPARISONS.get() < COUNT * 4, "refused: {}", COMPARISONS.get());
        // All that was there is gone, and others came.
        COMPARISONS.set(0);
        let (items, current) = merge(&counted(0..COUNT), counted(COUNT..COUNT * 2), 0);
        assert_eq!((items.len(), current), (COUNT + 1, COUNT));
        assert!(COMPARISONS.get() < COUNT * 4, "merged: {}", COMPARISONS.get());
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
            let key = |name: &String| NaturalKey::new(name.clone());
            prop_assert_eq!(key(&a).cmp(&key(&b)), key(&b).cmp(&key(&a)).reverse());
            if key(&a) <= key(&b) && key(&b) <= key(&c) {
                prop_assert!(key(&a) <= key(&c));
            }
        }
    }
}
