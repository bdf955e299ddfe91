use framecast::{FramePool, PhysicalSize, Wheel};
use image::{Rgba, RgbaImage};

use super::*;

/// A folder with pictures of different widths, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("framecast-show-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn picture(&self, name: &str, width: u32) -> PathBuf {
        let path = self.0.join(name);
        RgbaImage::from_pixel(width, 5, Rgba([width as u8, 0, 0, 255])).save(&path).unwrap();
        path
    }

    fn rubbish(&self, name: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, "this is no picture").unwrap();
        path
    }
}

/// Makes a file or folder differ in its time of change, which is told in steps.
fn touch(path: &Path) {
    static TIME: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let seconds = TIME.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let time = std::time::UNIX_EPOCH + Duration::from_secs(seconds);
    File::open(path).unwrap().set_modified(time).unwrap();
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn opened(arguments: Vec<PathBuf>) -> Result<Option<Show>> {
    let input = || panic!("nobody named standard input");
    Show::open(arguments, input, Budget::default(), Instant::now())
}

fn open(arguments: Vec<PathBuf>) -> Show {
    opened(arguments).unwrap().unwrap()
}

/// Looks as often as it takes until something changed, without waiting.
fn look(show: &mut Show) -> bool {
    (0..9).any(|_| show.next_look().is_some_and(|at| show.look(at)))
}

fn names(show: &Show) -> Vec<String> {
    let name = |item: &Item| match item {
        Item::StandardInput => "-".to_owned(),
        Item::File(path) => path.file_name().unwrap().to_string_lossy().into_owned(),
    };
    (0..show.files.len()).filter_map(|index| show.files.get(index)).map(name).collect()
}

fn press(show: &mut Show, key: &str) {
    show.event(&EventKind::KeyDown(Key::new(key)));
}

fn draw(show: &mut Show) {
    let mut frame = FramePool::new().lend(PhysicalSize::new(100, 80)).unwrap();
    show.draw(&mut frame, 2.0, 0.0);
}

#[test]
fn keys_go_round_and_the_caption_follows() {
    let folder = Folder::new("round");
    let files = vec![folder.picture("a.png", 10), folder.picture("b.png", 20)];
    let mut show = open(files);
    draw(&mut show);
    assert_eq!(show.caption(), "a.png (1/2) – 200 %");
    press(&mut show, "ArrowRight");
    assert_eq!(show.caption(), "b.png (2/2) – 200 %");
    press(&mut show, " ");
    assert_eq!(show.picture.name, "a.png");
    press(&mut show, "p");
    assert_eq!(show.picture.name, "b.png");
    assert!(show.changed);
}

#[test]
fn unreadable_files_are_left_out_wherever_they_are() {
    let folder = Folder::new("unreadable");
    let files = vec![
        folder.rubbish("a.png"),
        folder.picture("b.png", 10),
        folder.rubbish("c.png"),
        Path::new("/no/such/file.png").to_owned(),
        folder.picture("e.png", 20),
    ];
    let mut show = open(files);
    assert_eq!(show.picture.name, "b.png");
    press(&mut show, "n");
    assert_eq!(show.picture.name, "e.png");
    assert_eq!(show.files.len(), 2);
    press(&mut show, "n");
    assert_eq!(show.picture.name, "b.png");
}

#[test]
fn going_back_skips_what_is_unreadable_too() {
    let folder = Folder::new("back");
    let files =
        vec![folder.picture("a.png", 10), folder.picture("b.png", 20), folder.rubbish("c.png")];
    let mut show = open(files);
    press(&mut show, "p");
    assert_eq!((show.picture.name.as_str(), show.current), ("b.png", 1));
}

#[test]
fn a_held_key_goes_on_once_the_picture_was_seen() {
    let folder = Folder::new("held");
    let files = ["a.png", "b.png", "c.png"].map(|name| folder.picture(name, 10));
    let mut show = open(files.into());
    let hold = |show: &mut Show| {
        let key = Key::new("ArrowRight").with_repeat();
        show.event(&EventKind::KeyDown(key));
    };
    draw(&mut show);
    press(&mut show, "ArrowRight");
    hold(&mut show);
    hold(&mut show);
    assert_eq!(show.picture.name, "b.png");
    draw(&mut show);
    hold(&mut show);
    assert_eq!(show.picture.name, "c.png");
    press(&mut show, "ArrowRight");
    assert_eq!(show.picture.name, "a.png", "a press is never too early");
}

#[test]
fn nothing_readable_is_told() {
    let folder = Folder::new("nothing");
    assert!(opened(vec![folder.rubbish("a.png")]).unwrap().is_none());
    assert!(opened(Vec::new()).is_err());
}

#[test]
fn dragging_pans_and_the_wheel_zooms_at_the_pointer() {
    let folder = Folder::new("drag");
    let mut show = open(vec![folder.picture("a.png", 50)]);
    draw(&mut show);
    let wheel = Wheel::new(0.0, -1000.0).at(25.0, 20.0);
    show.event(&EventKind::Wheel(wheel));
    assert!(show.view.scale() > 2.0);
    let before = show.view.placed();
    let at = |x: f64| Pointer::at(x, 20.0);
    show.event(&EventKind::PointerMove(at(5.0)));
    assert_eq!(show.view.placed(), before, "nothing is held");
    assert_eq!(show.event(&EventKind::PointerDown(at(25.0))), Some(Cursor::Grabbing));
    show.event(&EventKind::PointerMove(at(28.0)));
    assert_eq!(show.view.placed().left, before.left + 6);
    show.event(&EventKind::PointerUp(at(28.0)));
    show.event(&EventKind::PointerMove(at(2.0)));
    assert_eq!(show.view.placed().left, before.left + 6);
    press(&mut show, "0");
    assert_eq!(show.view.scale(), 2.0);
    press(&mut show, "1");
    assert_eq!(show.view.scale(), 1.0);
}

#[test]
fn a_folders_pictures_come_in_natural_order_among_the_files_named() {
    let folder = Folder::new("folder");
    for name in ["img10.png", "img2.png", "IMG1.PNG", ".hidden.png"] {
        folder.picture(name, 10);
    }
    folder.rubbish("notes.txt");
    std::fs::create_dir(folder.0.join("deeper.png")).unwrap();
    let other = Folder::new("folder-other");
    let (first, last) = (other.picture("z.png", 20), other.picture("a.png", 30));
    let show = open(vec![first, folder.0.clone(), last]);
    assert_eq!(names(&show), ["z.png", "IMG1.PNG", "img2.png", "img10.png", "a.png"]);
    let empty = Folder::new("folder-empty");
    assert!(opened(vec![empty.0.clone()]).unwrap().is_none());
}

#[test]
fn a_picture_comes_from_standard_input() {
    let folder = Folder::new("input");
    let bytes = std::fs::read(folder.picture("a.png", 40)).unwrap();
    let arguments = vec![folder.picture("b.png", 20), PathBuf::from("-")];
    let mut show =
        Show::open(arguments, || Ok(bytes), Budget::default(), Instant::now()).unwrap().unwrap();
    press(&mut show, "n");
    assert_eq!((show.picture.name.as_str(), show.picture.pixels.width()), (INPUT, 40));
    assert!(!look(&mut show), "it does not change");
    press(&mut show, "n");
    press(&mut show, "n");
    assert_eq!(show.picture.pixels.width(), 40, "it can be gone back to");
    let nothing = || Err(Error::failed("empty"));
    assert!(Show::open(vec!["-".into()], nothing, Budget::default(), Instant::now()).is_err());
    let rubbish = || Ok(b"no picture".to_vec());
    assert!(
        Show::open(vec!["-".into()], rubbish, Budget::default(), Instant::now()).unwrap().is_none()
    );
}

#[test]
fn a_file_that_changes_is_shown_anew_where_it_was() {
    let folder = Folder::new("changes");
    let path = folder.picture("a.png", 50);
    let mut show = open(vec![path.clone()]);
    draw(&mut show);
    show.view.zoom(4.0, 10.0, 10.0);
    let view = show.view;
    assert!(!look(&mut show));
    // Another of the same size, which replaces it at once.
    let new = folder.0.join("new");
    let pixels = RgbaImage::from_pixel(50, 5, Rgba([1, 2, 3, 255]));
    pixels.save_with_format(&new, image::ImageFormat::Png).unwrap();
    std::fs::rename(&new, &path).unwrap();
    assert!(look(&mut show));
    assert_eq!(show.picture.pixels.get_pixel(0, 0).0, [1, 2, 3, 255]);
    assert_eq!((show.view, show.number), (view, 1));
    // One of another size is fitted.
    touch(&folder.picture("a.png", 60));
    assert!(look(&mut show));
    assert_ne!(show.view, view);
    assert_eq!(show.picture.pixels.width(), 60);
}

#[test]
fn a_file_that_is_half_written_or_gone_stays_as_it_was() {
    let folder = Folder::new("half");
    let path = folder.picture("a.png", 50);
    let mut show = open(vec![path.clone()]);
    let whole = std::fs::read(folder.picture("b.png", 70)).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(!look(&mut show));
    assert_eq!(show.picture.pixels.width(), 50);
    std::fs::write(&path, &whole).unwrap();
    touch(&path);
    assert!(look(&mut show));
    assert_eq!(show.picture.pixels.width(), 70);
    std::fs::remove_file(&path).unwrap();
    assert!(!look(&mut show));
    press(&mut show, "n");
    assert_eq!((show.picture.pixels.width(), show.files.len()), (70, 1));
    touch(&folder.picture("a.png", 30));
    assert!(look(&mut show));
    assert_eq!(show.picture.pixels.width(), 30);
}

#[test]
fn a_picture_that_is_written_slowly_is_shown_once_it_is_whole() {
    let folder = Folder::new("slow");
    let path = folder.picture("a.png", 50);
    let mut show = open(vec![path.clone()]);
    // Of many rows, so that a half of it can be shown.
    let large = folder.0.join("large.png");
    let noise = |x, y| Rgba([(x * 7 + y * 3) as u8, (x * y) as u8, y as u8, 255]);
    RgbaImage::from_fn(64, 64, noise).save(&large).unwrap();
    let whole = std::fs::read(large).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(Picture::open(&path, &Budget::default()).is_ok_and(|picture| picture.damaged));
    assert!(!look(&mut show));
    assert_eq!(show.picture.pixels.width(), 50);
    std::fs::write(&path, &whole).unwrap();
    assert!(look(&mut show));
    assert_eq!((show.picture.pixels.width(), show.picture.damaged), (64, false));
    // What stays cut is shown in the end.
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(look(&mut show) || look(&mut show) || look(&mut show));
    assert!(show.picture.damaged);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_once_and_never_waited_for() {
    let folder = Folder::new("pipe");
    let whole = std::fs::read(folder.picture("a.png", 50)).unwrap();
    let pipe = folder.0.join("pipe.png");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::write(pipe, whole).unwrap()
    });
    let mut show = open(vec![pipe, folder.picture("b.png", 70)]);
    writer.join().unwrap();
    assert_eq!(show.picture.pixels.width(), 50);
    assert!(!look(&mut show), "it would wait for somebody who writes");
    press(&mut show, "n");
    press(&mut show, "n");
    assert_eq!((show.picture.pixels.width(), show.files.len()), (70, 1));
}

#[cfg(unix)]
#[test]
fn a_folders_new_files_come_and_deleted_ones_go() {
    let folder = Folder::new("watched");
    let second = folder.picture("b.png", 20);
    folder.picture("d.png", 40);
    let mut show = open(vec![folder.0.clone()]);
    folder.picture("a.png", 10);
    folder.picture("c.png", 30);
    touch(&folder.0);
    assert!(look(&mut show));
    assert_eq!((names(&show).len(), show.current), (4, 1));
    assert!(show.caption().starts_with("b.png (2/4)"));
    // What is shown stays while it is, though its file is gone.
    std::fs::remove_file(&second).unwrap();
    look(&mut show);
    assert_eq!((names(&show).len(), show.picture.pixels.width()), (4, 20));
    press(&mut show, "n");
    assert_eq!(names(&show), ["a.png", "c.png", "d.png"]);
    assert_eq!(show.picture.name, "c.png");
    assert!(show.caption().starts_with("c.png (2/3)"));
}

#[test]
fn what_could_not_be_read_is_back_when_it_changed() {
    let folder = Folder::new("back-again");
    folder.picture("a.png", 10);
    folder.rubbish("b.png");
    let mut show = open(vec![folder.0.clone()]);
    press(&mut show, "n");
    assert_eq!(names(&show), ["a.png"]);
    press(&mut show, "n");
    assert_eq!(names(&show), ["a.png"], "it would fail again");
    folder.picture("b.png", 20);
    press(&mut show, "n");
    assert_eq!(show.picture.name, "b.png");
}

#[test]
fn thousands_of_files_that_cannot_be_shown_give_one_notice() {
    let folder = Folder::new("thousands");
    let good = folder.picture("a.png", 10);
    for number in 0..3000 {
        folder.rubbish(&format!("b{number}.png"));
    }
    folder.picture("z.png", 20);
    // A press of a key does not try all of them.
    let mut show = open(vec![folder.0.clone()]);
    let refusals = show.step(true);
    assert_eq!((refusals.count, show.files.len()), (TRIES, 3002 - TRIES));
    let notice = refusals.notice().unwrap();
    assert!(notice.contains("b0.png") && notice.contains("b2.png"), "{notice}");
    assert!(notice.ends_with("; and 97 more cannot be shown"), "{notice}");
    assert_eq!(show.picture.name, "a.png");
    // The next ones go on from there.
    let presses = (0..99).take_while(|_| show.step(true).count == TRIES).count();
    assert_eq!((presses, show.picture.name.as_str()), (29, "z.png"));
    // Before the first picture all are tried, and told at once.
    std::fs::remove_file(good).unwrap();
    let mut files = Files::new(vec![folder.0.clone()]).unwrap();
    let (opened, refusals) = first(&mut files, &[], &Budget::default());
    assert_eq!(opened.unwrap().0.name, "z.png");
    assert_eq!((refusals.count, files.len()), (3000, 1));
    assert!(refusals.notice().unwrap().ends_with("; and 2997 more cannot be shown"));
    assert_eq!(Refusals::default().notice(), None);
}

#[test]
fn a_folder_is_listed_again_only_when_it_changed() {
    let folder = Folder::new("listed");
    for name in ["a.png", "b.png", "d.png"] {
        folder.picture(name, 10);
    }
    folder.rubbish("c.png");
    // What changed just now may change again and look the same.
    touch(&folder.0);
    let mut show = open(vec![folder.0.clone()]);
    for _ in 0..9 {
        press(&mut show, "n");
    }
    assert_eq!((show.files.listings, names(&show).len()), (1, 3));
    folder.picture("e.png", 10);
    touch(&folder.0);
    press(&mut show, "n");
    assert_eq!((show.files.listings, names(&show).len()), (2, 4));
    folder.picture("c.png", 10);
    touch(&folder.0);
    press(&mut show, "n");
    press(&mut show, "n");
    assert_eq!((show.files.listings, names(&show).len()), (3, 5));
}

#[test]
fn a_picture_that_becomes_whole_while_it_is_read_is_not_refused_for_good() {
    let folder = Folder::new("becomes-whole");
    let path = folder.rubbish("a.png");
    let whole = std::fs::read(folder.picture("b.png", 20)).unwrap();
    let (item, budget) = (Item::File(path.clone()), Budget::default());
    // It is written anew once it was opened, and what was read is no picture.
    let begun = |path: &Path| {
        let file = File::open(path)?;
        let read = folder.0.join("read");
        std::fs::rename(path, &read)?;
        std::fs::write(path, &whole)?;
        Ok(file)
    };
    let mut files = Files::new(vec![path.clone()]).unwrap();
    let (read, stamp) = load(&item, &[], &budget, begun);
    assert!(read.is_err());
    files.refuse(0, stamp);
    files.refresh(0);
    assert_eq!(files.get(0), Some(&item));
    // The same of one that cannot be opened at first.
    std::fs::remove_file(&path).unwrap();
    let late = |path: &Path| {
        let file = File::open(path);
        std::fs::write(path, &whole)?;
        file
    };
    let (read, stamp) = load(&item, &[], &budget, late);
    assert!(read.is_err());
    files.refuse_first(vec![stamp]);
    files.refresh(0);
    assert_eq!(files.get(0), Some(&item));
}

#[cfg(unix)]
#[test]
fn what_becomes_a_pipe_after_it_was_looked_at_is_not_waited_for() {
    let folder = Folder::new("becomes-pipe");
    let pipe = folder.0.join("pipe.png");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    let (sender, receiver) = std::sync::mpsc::channel();
    let opener = std::thread::spawn({
        let pipe = pipe.clone();
        move || sender.send(open_at_once(&pipe).map(|_| ()).map_err(|error| error.to_string()))
    });
    let opened = receiver.recv_timeout(Duration::from_secs(20));
    if opened.is_err() {
        // Somebody who writes lets it end.
        drop(File::options().write(true).open(&pipe));
    }
    opener.join().unwrap().unwrap();
    assert!(opened.expect("it waits").unwrap_err().contains("a pipe or device"));
}
