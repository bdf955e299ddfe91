//! Titles with placeholders: `$fps`, `$ms` and `$backend`. Pure.

/// The title as the view of `backend` shows it, at `fps` frames a second.
///
/// `$fps` and `$ms` are the rate and the time between two frames, `$backend` is what shows it, and `$$`
/// is a dollar sign. Other dollar signs stay as they are.
pub(crate) fn expand(title: &str, backend: &str, fps: f64) -> String {
    replace(title, |name| match name {
        "fps" => format!("{fps:.1}"),
        "ms" if fps > 0.0 => format!("{:.1}", 1000.0 / fps),
        "ms" => "–".to_owned(),
        _ => backend.to_owned(),
    })
}

/// Whether the title changes with the frame rate.
pub(crate) fn is_measured(title: &str) -> bool {
    let mut found = false;
    replace(title, |name| {
        found |= name != "backend";
        String::new()
    });
    found
}

/// The title without placeholders, for names.
pub(crate) fn plain(title: &str) -> String {
    replace(title, |_| String::new())
}

fn replace(title: &str, mut value: impl FnMut(&str) -> String) -> String {
    const NAMES: [&str; 3] = ["fps", "ms", "backend"];
    let mut text = String::with_capacity(title.len());
    let mut rest = title;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        let name = NAMES.into_iter().find(|name| {
            let next = after.strip_prefix(name).map(|rest| rest.chars().next());
            // `$message` is not `$ms` and an `essage`.
            next.is_some_and(|next| !next.is_some_and(|char| char.is_alphanumeric() || char == '_'))
        });
        rest = if let Some(name) = name {
            text.push_str(&value(name));
            &after[name.len()..]
        } else {
            text.push('$');
            after.strip_prefix('$').unwrap_or(after)
        };
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_and_everything_else_stays() {
        for (title, caption) in [
            ("plasma", "plasma"),
            ("plasma $fps fps, $ms ms ($backend)", "plasma 40.0 fps, 25.0 ms (window)"),
            ("$fps$fps", "40.040.0"),
            ("$fpsx $msg $backends $fps_max", "$fpsx $msg $backends $fps_max"),
            ("costs 5$", "costs 5$"),
            ("$5 and $", "$5 and $"),
            ("$$fps", "$fps"),
            ("$$$fps", "$40.0"),
            ("$$$$", "$$"),
            ("ü$fps€", "ü40.0€"),
            ("", ""),
        ] {
            assert_eq!(expand(title, "window", 40.0), caption, "{title}");
        }
        assert_eq!(expand("$ms", "window", 0.0), "–", "before the first frame");
    }

    #[test]
    fn a_title_is_measured_if_it_tells_the_rate() {
        assert!(is_measured("at $fps") && is_measured("$ms"));
        assert!(!is_measured("in $backend") && !is_measured("$$fps") && !is_measured("$ fps"));
    }

    #[test]
    fn names_are_made_without_them() {
        assert_eq!(plain("plasma $fps in $$"), "plasma  in $");
    }
}
