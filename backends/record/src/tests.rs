use std::io::Cursor;
use std::time::Duration;

use crate::format::{Item, Reader};
use crate::playback::Playback;
use crate::scene::{Scene, Shown, minute, noise};

fn playback(bytes: &[u8]) -> Playback<Cursor<&[u8]>> {
    Playback::new(Reader::open(Cursor::new(bytes)).unwrap())
}

/// How far the picture is from what was shown, as PSNR in dB over the colors.
fn psnr(got: &[[u8; 4]], shown: &[[u8; 4]]) -> f64 {
    assert_eq!(got.len(), shown.len());
    let pairs = got.iter().flatten().zip(shown.iter().flatten());
    let sum: f64 = pairs.map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
    10.0 * (255.0 * 255.0 * (shown.len() * 4) as f64 / sum.max(1e-9)).log10()
}

/// What was shown at `time`.
fn shown_at(shown: &[Shown], time: u64) -> &Shown {
    let after = shown.partition_point(|it| it.time <= time);
    &shown[after - 1]
}

#[test]
fn a_lossless_recording_shows_every_picture_exactly() {
    let (bytes, shown) = minute(true).finish();
    let mut playback = playback(&bytes);
    assert!(playback.reader().damage().is_none());
    assert!(playback.reader().head().lossless);
    for shown in &shown {
        playback.seek(shown.time).unwrap();
        assert_eq!(playback.picture().size(), Some(shown.size));
        assert!(playback.picture().pixels() == shown.pixels, "at {}", shown.time);
    }
    assert_eq!(playback.broken(), 0);
    playback.seek(u64::MAX).unwrap();
    assert_eq!(playback.next_time().unwrap(), None);
}

#[test]
fn what_rests_is_exact_and_what_moves_is_close() {
    let mut scene = Scene::new(false);
    for step in 0..20 {
        scene.show((300, 120), |x, y| [(x / 2 + step * 3) as u8, (y + step) as u8, 200]);
        scene.pass(Duration::from_millis(40));
    }
    scene.show((300, 120), |x, y| noise(3, x / 16, y / 16));
    scene.pass(Duration::from_secs(3));
    let (bytes, shown) = scene.finish();
    let mut playback = playback(&bytes);
    for shown in &shown {
        playback.seek(shown.time).unwrap();
        let psnr = psnr(playback.picture().pixels(), &shown.pixels);
        assert!(psnr > 35.0, "{psnr:.1} dB at {}", shown.time);
    }
    playback.seek(u64::MAX).unwrap();
    assert!(playback.picture().pixels() == shown.last().unwrap().pixels);
}

#[test]
fn the_last_picture_is_exact_also_if_it_had_no_time_to_rest() {
    let mut scene = Scene::new(false);
    scene.show((300, 120), |x, y| noise(1, x / 9, y / 7));
    let (bytes, shown) = scene.finish();
    let mut playback = playback(&bytes);
    playback.seek(0).unwrap();
    assert!(playback.picture().pixels() == shown[0].pixels);
}

#[test]
fn any_time_can_be_sought_from_any_other() {
    let (bytes, shown) = minute(true).finish();
    let mut sought = playback(&bytes);
    assert!(sought.reader().places().len() > 10, "{}", sought.reader().places().len());
    let duration = sought.reader().duration();
    assert_eq!(duration, 60_000_000);
    for n in 0..40_u64 {
        let time = n * 7_919_111 % duration;
        sought.seek(time).unwrap();
        let mut straight = playback(&bytes);
        straight.seek(0).unwrap();
        // Never so far that it would enter at a place.
        for at in (0..=time).step_by(1_000_000) {
            straight.seek(at).unwrap();
        }
        straight.seek(time).unwrap();
        let shown = shown_at(&shown, time);
        assert!(sought.picture().pixels() == shown.pixels, "at {time}");
        assert!(straight.picture().pixels() == shown.pixels, "at {time}, straight");
        assert_eq!(sought.title(), straight.title(), "at {time}");
        assert_eq!(sought.cursor(), straight.cursor(), "at {time}");
    }
}

#[test]
fn every_change_can_be_stepped_to_from_the_one_after() {
    let (bytes, shown) = minute(true).finish();
    let mut playback = playback(&bytes);
    let mut time = playback.reader().duration();
    let mut steps: Vec<u64> = std::iter::from_fn(|| {
        let before = playback.time_before(time).unwrap();
        (before < time).then(|| {
            time = before;
            before
        })
    })
    .collect();
    steps.reverse();
    let changes = |two: &[Shown]| two[0].pixels != two[1].pixels;
    let changed = shown.windows(2).filter(|two| changes(two)).map(|two| two[1].time);
    assert_eq!(steps, std::iter::once(0).chain(changed).collect::<Vec<_>>());
    assert_eq!(playback.time_before(0).unwrap(), 0);
}

#[test]
fn a_recording_that_was_interrupted_plays_up_to_there() {
    let scene = minute(true);
    let whole = scene.so_far();
    let (complete, shown) = scene.finish();
    for (bytes, is_whole) in [(&whole, true), (&complete, false)] {
        let reader = Reader::open(Cursor::new(&**bytes)).unwrap();
        assert_eq!(reader.damage().is_some_and(|damage| damage.is_cut), is_whole);
        assert_eq!(reader.duration(), 60_000_000);
        assert!(reader.places().len() > 10);
    }
    let head = playback(&complete).reader().offset() as usize;
    for n in 0..60 {
        let end = head + n * (whole.len() - head) / 60;
        let mut playback = playback(&whole[..end]);
        let duration = playback.reader().duration();
        assert!(playback.reader().damage().unwrap().is_cut);
        playback.seek(duration).unwrap();
        if let Some(before) = duration.checked_sub(200_000) {
            playback.seek(before).unwrap();
            let shown = shown_at(&shown, before);
            assert!(playback.picture().pixels() == shown.pixels, "cut at {end}");
        }
    }
}

/// Plays all of it: the times at which something changed, and what was shown then.
fn play_through(playback: &mut Playback<Cursor<&[u8]>>) -> Vec<(u64, Vec<[u8; 4]>)> {
    let mut played = Vec::new();
    while let Some(time) = playback.next_time().unwrap() {
        let before = (playback.time(), playback.reader().offset());
        playback.seek(time).unwrap();
        assert_ne!((playback.time(), playback.reader().offset()), before, "it stays where it is");
        played.push((time, playback.picture().pixels().to_vec()));
    }
    played
}

#[test]
fn a_damaged_recording_plays_up_to_the_damage_and_goes_on_at_the_next_place() {
    let (whole, shown) = minute(true).finish();
    let places = playback(&whole).reader().places().to_vec();
    // In a payload, and in a head, which is then no chunk: shortly after a place, so that much is lost.
    let place = places[places.len() / 2];
    let mut reader = Reader::open(Cursor::new(&*whole)).unwrap();
    reader.enter(place.time).unwrap();
    let mut parts = 0;
    let at = loop {
        let at = reader.offset() as usize;
        parts += usize::from(matches!(reader.next_item().unwrap(), Some((_, Item::Part(_)))));
        if parts == 2 {
            break at;
        }
    };
    for (damage, mask) in [(at + 40, 0x10_u8), (at, 0x80)] {
        let mut bytes = whole.clone();
        bytes[damage] ^= mask;
        let mut playback = playback(&bytes);
        assert!(playback.reader().damage().is_none(), "nobody has looked");
        let played = play_through(&mut playback);
        let to = places[places.len() / 2 + 1].time;
        let damage = playback.reader().damage().unwrap().clone();
        assert_eq!((damage.offset, damage.is_cut, damage.to), (at as u64, false, Some(to)));
        assert!(damage.from >= place.time && damage.from < to, "{damage:?}");
        let lost = format!(
            "byte {at}; what changed from {:.1} s to {:.1} s is lost",
            damage.from as f64 / 1e6,
            to as f64 / 1e6
        );
        assert!(damage.to_string().contains(&lost), "{damage}");
        // What is lost has the time of the chunk before it.
        let last = damage.from - 1;
        let (kept, gone): (Vec<_>, Vec<_>) =
            played.iter().partition(|(time, _)| *time <= last || *time >= to);
        assert!(gone.iter().all(|(_, pixels)| *pixels == shown_at(&shown, last).pixels));
        for (time, pixels) in &kept {
            assert!(*pixels == shown_at(&shown, *time).pixels, "at {time}");
        }
        assert!(kept.iter().any(|(time, _)| *time == to) && kept.len() > 500, "{}", kept.len());
        // The same from anywhere, also where the next place is near.
        for time in [to - 1, to, 55_000_000, damage.from, 1_000_000, to + 100_000] {
            playback.seek(time).unwrap();
            let time = if time < to { time.min(last) } else { time };
            assert!(playback.picture().pixels() == shown_at(&shown, time).pixels, "at {time}");
        }
    }
}

#[test]
fn a_damaged_recording_without_an_index_goes_on_as_far_as_chunks_follow_each_other() {
    let scene = minute(true);
    let mut bytes = scene.so_far();
    let (whole, shown) = scene.finish();
    let places = playback(&whole).reader().places().to_vec();
    let place = places[places.len() / 2];
    // The payload of the chunk before a place.
    bytes[place.offset as usize - 1] ^= 1;
    let mut played = playback(&bytes);
    assert!(played.reader().damage().unwrap().is_cut);
    let last = play_through(&mut played).pop().unwrap();
    assert!(last.1 == shown.last().unwrap().pixels);
    let damage = played.reader().damage().unwrap();
    assert_eq!((damage.to, damage.is_cut), (Some(place.time), false));
    // A length that is wrong hides what follows.
    let mut reader = Reader::open(Cursor::new(&*whole)).unwrap();
    reader.enter(place.time).unwrap();
    let mut bytes = whole[..whole.len() - 36].to_vec();
    bytes[reader.offset() as usize] = 0;
    let mut played = playback(&bytes);
    let last = play_through(&mut played).pop().unwrap();
    assert!(last.0 <= place.time);
    let damage = played.reader().damage().unwrap();
    assert_eq!((damage.offset, damage.to), (place.offset, None));
    assert!(damage.to_string().contains("what changed after"), "{damage}");
}

#[test]
fn where_a_place_is_damaged_the_one_before_is_entered() {
    let (whole, shown) = minute(true).finish();
    let places = playback(&whole).reader().places().to_vec();
    let at = places.len() / 2;
    // Its head, its time, its payload.
    for offset in [0, 9, 22] {
        let mut bytes = whole.clone();
        bytes[places[at].offset as usize + offset] ^= 0x80;
        let mut played = playback(&bytes);
        played.seek(places[at + 1].time - 1).unwrap();
        // It follows what is shown there.
        let before = shown_at(&shown, places[at].time);
        assert!(played.picture().pixels() == before.pixels, "{offset}");
        for time in [places[at + 1].time, places[at - 1].time, 59_000_000] {
            played.seek(time).unwrap();
            assert!(played.picture().pixels() == shown_at(&shown, time).pixels, "at {time}");
        }
        assert_eq!(played.reader().places().len(), places.len() - 1);
        let activity = |reader: &Reader<_>| reader.activity().map(|(_, bytes)| bytes).sum::<u64>();
        let all = activity(playback(&whole).reader());
        assert_eq!(activity(played.reader()), all, "what changed counts to another place");
    }
}

#[test]
fn a_length_that_is_damaged_in_a_complete_recording_is_damage_and_no_missing_end() {
    let (mut bytes, _) = minute(true).finish();
    let mut reader = playback(&bytes);
    reader.seek(30_000_000).unwrap();
    let at = reader.reader().offset() as usize;
    // More bytes than the file has left, and no more than a chunk may have.
    bytes[at + 4..at + 8].copy_from_slice(&(15 * 1024 * 1024_u32).to_le_bytes());
    let mut damaged = playback(&bytes);
    assert!(damaged.reader().damage().is_none(), "nobody has read so far");
    damaged.seek(31_000_000).unwrap();
    let damage = damaged.reader().damage().expect("it cannot be read on");
    assert_eq!((damage.offset, damage.is_cut), (at as u64, false));
}

#[test]
fn what_is_no_recording_or_of_a_later_version_is_told_apart() {
    let (bytes, _) = {
        let mut scene = Scene::new(false);
        scene.show((10, 10), |_, _| [1, 2, 3]);
        scene.finish()
    };
    let error = |bytes: &[u8]| Reader::open(Cursor::new(bytes.to_vec())).unwrap_err().to_string();
    assert!(error(b"").contains("no recording"));
    assert!(error(b"GIF89a and more bytes").contains("no recording"));
    let mut later = bytes.clone();
    later[8] = 9;
    assert!(error(&later).contains("version 9"), "{}", error(&later));
    assert!(error(&bytes[..12]).contains("no head"));
    let mut headless = bytes.clone();
    headless[12 + 20] ^= 1;
    assert!(error(&headless).contains("no head"));
}

#[test]
fn an_index_that_lies_is_not_believed() {
    let (bytes, shown) = minute(true).finish();
    let places = playback(&bytes).reader().places().to_vec();
    // The last chunk says where the index is.
    let mut lies = bytes.clone();
    let end = lies.len() - 16;
    lies[end..end + 8].copy_from_slice(&u64::MAX.to_le_bytes());
    let mut lied = playback(&lies);
    assert_eq!(lied.reader().places().len(), places.len());
    lied.seek(30_000_000).unwrap();
    assert!(lied.picture().pixels() == shown_at(&shown, 30_000_000).pixels);
}

#[test]
fn a_place_that_the_index_lies_about_is_not_entered() {
    let (bytes, shown) = minute(true).finish();
    let places = playback(&bytes).reader().places().to_vec();
    // The index is the last chunk but one; its places are of 24 bytes each.
    let index = bytes.len() - 36 - places.len() * 24;
    for (field, value) in [(0, 1_u64), (8, places[3].offset + 7), (8, 12)] {
        let mut lies = bytes.clone();
        let at = index + 3 * 24 + field;
        lies[at..at + 8].copy_from_slice(&value.to_le_bytes());
        let lies = crate::format::repaired(&lies);
        let mut lied = playback(&lies);
        for time in [places[3].time + 100_000, 100_000, 59_000_000] {
            lied.seek(time).unwrap();
            let shown = shown_at(&shown, time);
            assert!(lied.picture().pixels() == shown.pixels, "{field} {value} at {time}");
        }
    }
}

#[test]
fn a_time_that_no_recording_has_ends_it() {
    let mut scene = Scene::new(true);
    scene.show((20, 10), |x, y| noise(1, x, y));
    let mut bytes = scene.so_far();
    let end = bytes.len();
    scene.pass(Duration::from_secs(1));
    bytes = scene.so_far();
    // The time of the chunk after the picture.
    bytes[end + 8..end + 16].copy_from_slice(&(1_u64 << 60).to_le_bytes());
    let bytes = crate::format::repaired(&bytes);
    let reader = Reader::open(Cursor::new(&*bytes)).unwrap();
    assert_eq!(reader.duration(), 0);
    assert_eq!(reader.damage().unwrap().offset, end as u64);
}

#[test]
fn nothing_in_a_file_makes_the_reader_panic() {
    let mut scene = Scene::new(false);
    for step in 0..30 {
        scene.show((140, 50), |x, y| noise(step, x / 4, y / 4));
        scene.say("title", "a title");
        scene.pass(Duration::from_millis(90));
    }
    let (bytes, _) = scene.finish();
    let mut seed = 1_u32;
    let mut random = |most: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % most
    };
    for _ in 0..300 {
        let mut bytes = bytes.clone();
        for _ in 0..1 + random(4) {
            let at = random(bytes.len());
            bytes[at] = random(256) as u8;
        }
        crate::fuzz::recording(&bytes);
    }
}

#[test]
fn items_come_in_the_order_of_time_and_places_repeat_what_texts_said() {
    let (bytes, _) = minute(false).finish();
    let mut reader = Reader::open(Cursor::new(&*bytes)).unwrap();
    let (mut last, mut states, mut parts) = (0, 0, 0);
    while let Some((time, item)) = reader.next_item().unwrap() {
        assert!(time >= last);
        last = time;
        match item {
            Item::State(texts) => {
                states += 1;
                assert_eq!(texts[0]["type"], "title");
            }
            Item::Part(_) => parts += 1,
            _ => {}
        }
    }
    assert_eq!(states, reader.places().len());
    assert!(parts > 600);
}

/// What fixtures show: written by `FRAMECAST_WRITE_FIXTURES=1`, and read by the viewer's tests, too.
#[test]
fn the_fixtures_show_what_they_are_said_to_show() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let list = folder.join("recordings.json");
    if std::env::var_os("FRAMECAST_WRITE_FIXTURES").is_some() {
        write_fixtures(&folder, &list);
        write_seeds(&folder.join("../../../tests/fuzz/corpus/recording"));
    }
    let text = std::fs::read_to_string(&list).unwrap();
    let fixtures: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    for fixture in &fixtures {
        let name = &fixture["name"];
        let bytes = fixture_bytes(&folder, fixture);
        let told = describe(&bytes, fixture["times"].as_array().unwrap());
        assert_eq!(told["duration"], fixture["duration"], "{name}");
        assert_eq!(told["complete"], fixture["complete"], "{name}");
        assert_eq!(told["places"], fixture["places"], "{name}");
        assert_eq!(told["times"], fixture["times"], "{name}");
    }
    assert!(fixtures.len() >= 3);
}

/// What a recording shows at these times.
fn describe(bytes: &[u8], times: &[serde_json::Value]) -> serde_json::Value {
    let mut playback = playback(bytes);
    let times: Vec<_> = times
        .iter()
        .map(|at| {
            let time = at["time"].as_u64().unwrap();
            playback.seek(time).unwrap();
            let mut crc = crc32fast::Hasher::new();
            for [red, green, blue, _] in playback.picture().pixels() {
                crc.update(&[*red, *green, *blue]);
            }
            let size = playback.picture().size().unwrap();
            serde_json::json!({
                "time": time, "width": size.width, "height": size.height,
                "crc": format!("{:08x}", crc.finalize()),
                "title": playback.title(), "cursor": playback.cursor(),
            })
        })
        .collect();
    let mut reader = Reader::open(Cursor::new(bytes)).unwrap();
    while reader.next_item().unwrap().is_some() {}
    serde_json::json!({
        "duration": reader.duration(),
        "complete": reader.damage().is_none(),
        "places": reader.places().len(),
        "times": times,
    })
}

/// The bytes of a fixture: those of its file, cut, or with a bit that flipped.
fn fixture_bytes(folder: &std::path::Path, fixture: &serde_json::Value) -> Vec<u8> {
    let mut bytes = std::fs::read(folder.join(fixture["file"].as_str().unwrap())).unwrap();
    if let Some(cut) = fixture["cut"].as_u64() {
        bytes.truncate(cut as usize);
    }
    if let Some(at) = fixture["flip"].as_u64() {
        bytes[at as usize] ^= 1;
    }
    bytes
}

fn write_fixtures(folder: &std::path::Path, list: &std::path::Path) {
    let mut scene = Scene::new(true);
    for step in 0..30_u32 {
        if step == 12 {
            scene.say("title", "half");
            scene.say("cursor", "crosshair");
        }
        let size = if step < 24 { (160, 60) } else { (130, 50) };
        scene.show(size, |x, y| [(x + step) as u8 & 0xf0, (y * 4) as u8 & 0xe0, (step * 8) as u8]);
        scene.pass(Duration::from_millis(250));
    }
    scene.pass(Duration::from_secs(3));
    let cut = scene.so_far().len();
    let (bytes, _) = scene.finish();
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("scene.fcast"), &bytes).unwrap();
    let times = [0, 50_000, 2_950_000, 3_000_000, 6_050_000, 10_500_000];
    let times = |most: u64| -> Vec<_> {
        let times = times.into_iter().filter(|time| *time <= most);
        times.map(|time| serde_json::json!({ "time": time })).collect()
    };
    let fixtures: Vec<_> = [
        ("complete", None, u64::MAX),
        ("not completed", Some(("cut", cut)), u64::MAX),
        ("cut in the middle", Some(("cut", bytes.len() / 2)), 2_950_000),
        ("damaged", Some(("flip", bytes.len() / 2)), 2_950_000),
    ]
    .into_iter()
    .map(|(name, change, most)| {
        let mut fixture = serde_json::json!({ "name": name, "file": "scene.fcast" });
        if let Some((change, at)) = change {
            fixture[change] = at.into();
        }
        let bytes = fixture_bytes(folder, &fixture);
        let told = describe(&bytes, &times(most));
        fixture.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
        fixture
    })
    .collect();
    let text = serde_json::to_string_pretty(&fixtures).unwrap() + "\n";
    std::fs::write(list, text).unwrap();
}

/// Seeds for the fuzz target, small ones.
fn write_seeds(folder: &std::path::Path) {
    let small = |lossless: bool, steps: u32| {
        let mut scene = Scene::new(lossless);
        for step in 0..steps {
            scene.show((20 + step / 3, 10), |x, y| noise(step, x / 4, y / 4));
            scene.say("title", "a");
            scene.say("cursor", "text");
            scene.pass(Duration::from_millis(400));
        }
        scene
    };
    let whole = small(true, 4).finish().0;
    let mut unknown = whole.clone();
    // The kind of the second chunk.
    let at = playback(&whole).reader().offset() as usize;
    unknown[at..at + 4].copy_from_slice(b"WHAT");
    let mut lies = whole.clone();
    let end = lies.len() - 16;
    lies[end] ^= 0xff;
    let mut late = whole.clone();
    late[at + 12] = 0x7f;
    let mut long = small(true, 12);
    long.pass(Duration::from_secs(5));
    std::fs::create_dir_all(folder).unwrap();
    for (name, bytes) in [
        ("empty", Vec::new()),
        ("signature", whole[..12].to_vec()),
        ("head", whole[..at].to_vec()),
        ("lossless", whole.clone()),
        ("lossy", small(false, 3).finish().0),
        ("no-end", small(true, 3).so_far()),
        ("cut", whole[..whole.len() / 2].to_vec()),
        ("unknown-kind", unknown),
        ("index-lies", lies),
        ("time-jumps", late),
        ("places", long.finish().0),
        ("later-version", [&whole[..8], &[9, 0, 0, 0], &whole[12..]].concat()),
    ] {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}
