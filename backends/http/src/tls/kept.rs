//! A self-signed certificate that is kept in a file, so that it is the same at every start.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use framecast_api::{Error, ErrorKind as Kind, Result};
use log::Level;

use super::session::{self, Made};
use crate::private_file::{self, Stamp};

/// The first line of such a file. A file without it is somebody else's.
const HEADER: &str =
    "# A self-signed certificate that framecast made and keeps here, with its key.";
/// More than a certificate for any number of names that a command line holds.
const LONGEST: usize = 64 * 1024;

/// Where a certificate is kept, and what it names.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) path: PathBuf,
    pub(crate) names: Vec<String>,
}

/// A certificate that was read.
pub(super) struct Opened {
    pub(super) made: Made,
    pub(super) stamp: Stamp,
    /// What the operator should know: that it was made, or made anew.
    pub(super) notice: Option<(Level, String)>,
}

impl Kept {
    /// Reads the certificate, and makes one if there is none or it does no longer do at `now`.
    ///
    /// # Errors
    /// If the file cannot be used; then it is as it was.
    pub(super) fn open(&self, now: SystemTime) -> Result<Opened> {
        self.open_for(&self.names, now)
    }

    /// As [`open`](Self::open), while a server uses it: what it names is as good as it was, and servers that name
    /// different hosts would make it anew in turn, without an end.
    pub(super) fn open_again(&self, now: SystemTime) -> Result<Opened> {
        self.open_for(&[], now)
    }

    /// Reads it, and makes it anew if it does not name all of `needed`.
    fn open_for(&self, needed: &[String], now: SystemTime) -> Result<Opened> {
        let path = &self.path;
        let mut notice = None;
        match self.read()? {
            None => match private_file::create(path, &self.make(now)?) {
                Ok(()) => {
                    let message = format!("made a certificate, kept in {}", path.display());
                    notice = Some((Level::Info, message));
                }
                // Somebody else was quicker.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(cannot_write(path, error)),
            },
            Some((text, ..)) => {
                if let Some(why) = session::outdated(&text, needed, now)
                    .map_err(|error| self.unusable(&error.to_string()))?
                {
                    private_file::replace(path, &self.make(now)?)
                        .map_err(|error| cannot_write(path, error))?;
                    let message = format!(
                        "the certificate in {} {why}: made a new one, which has another \
                         fingerprint, and of which browsers warn again",
                        path.display()
                    );
                    notice = Some((Level::Warn, message));
                }
            }
        }
        // Of servers that start together, all take what is there in the end.
        let (_, made, stamp) = self.read()?.ok_or_else(|| self.unusable("it is gone"))?;
        Ok(Opened { made, stamp, notice })
    }

    /// The text, what it holds, and of which file it is; `None` if there is no file.
    fn read(&self) -> Result<Option<(Vec<u8>, Made, Stamp)>> {
        let (text, stamp) = match private_file::read(&self.path, LONGEST) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.unusable(&error.to_string())),
        };
        if text.len() > LONGEST {
            return Err(self.unusable("it is too large to be one"));
        }
        if !text.starts_with(HEADER.as_bytes()) {
            return Err(self.unusable(
                "it is no file that framecast made for this; give a certificate of your own with \
                 --tls-cert and --tls-key",
            ));
        }
        let made = session::from_pem(&text, &text).map_err(|error| match error.kind() {
            Kind::InvalidInput => self.unusable(&format!("it is damaged: {error}")),
            _ => error,
        })?;
        Ok(Some((text, made, stamp)))
    }

    fn make(&self, now: SystemTime) -> Result<Vec<u8>> {
        Ok(format!("{HEADER}\n{}", session::self_signed_pem(&self.names, now)?).into_bytes())
    }

    fn unusable(&self, why: &str) -> Error {
        Error::invalid_input(format!(
            "cannot use the certificate that is kept in {}: {why}. It was left as it is; without \
             the file a new one is made",
            self.path.display()
        ))
    }
}

fn cannot_write(path: &Path, error: std::io::Error) -> Error {
    Error::failed(format!(
        "cannot write the certificate file {}: {error}; give a file in a directory that exists and \
         that you may write to",
        path.display()
    ))
    .with_source(error)
}

#[cfg(all(test, feature = "tls"))]
mod tests {
    use std::time::Duration;

    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn kept(folder: &tempfile::TempDir, names: &[&str]) -> Kept {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Kept { path: folder.path().join("mirror.pem"), names }
    }

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + 20_000 * DAY
    }

    /// What is wrong with a file of this content, which is there afterwards.
    fn complaint(kept: &Kept, content: &[u8]) -> String {
        std::fs::write(&kept.path, content).unwrap();
        // Also when another file would be replaced.
        let error = kept.open(now() + 1000 * DAY).err().unwrap().to_string();
        assert_eq!(std::fs::read(&kept.path).unwrap(), content);
        error
    }

    #[test]
    fn a_certificate_is_made_once_and_the_same_at_every_start() {
        let folder = tempfile::tempdir().unwrap();
        let kept = kept(&folder, &["localhost", "127.0.0.1", "::1"]);
        let first = kept.open(now()).unwrap();
        let (level, told) = first.notice.unwrap();
        assert!(level == Level::Info && told.contains("mirror.pem"), "{told}");
        let second = kept.open(now() + DAY).unwrap();
        assert_eq!((second.made.1, second.stamp), (first.made.1, first.stamp));
        assert_eq!(second.notice, None);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left over");
    }

    #[test]
    fn one_that_expires_soon_is_made_anew_and_that_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let kept = kept(&folder, &["localhost"]);
        let first = kept.open(now()).unwrap();
        assert_eq!(kept.open(now() + 334 * DAY).unwrap().made.1, first.made.1);
        for later in [336 * DAY, 1000 * DAY] {
            let next = kept.open(now() + later).unwrap();
            assert_ne!(next.made.1, first.made.1);
            let (level, told) = next.notice.unwrap();
            assert!(level == Level::Warn && told.contains("expire"), "{told}");
            assert_eq!(kept.open(now() + later).unwrap().made.1, next.made.1);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left over");
    }

    #[test]
    fn servers_that_run_with_other_hosts_do_not_make_it_anew_in_turn() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["one.example", "other.example"].map(|name| kept(&folder, &[name]));
        one.open(now()).unwrap();
        let second = other.open(now()).unwrap();
        let again = one.open_again(now()).unwrap();
        assert_eq!((again.made.1, again.notice), (second.made.1, None));
        assert!(one.open_again(now() + 336 * DAY).unwrap().notice.is_some(), "it expires");
    }

    #[test]
    fn names_that_no_client_can_ask_for_do_not_make_it_anew_at_every_start() {
        for name in ["-x", "a..b", "x-", "_x", "plots_1.example", "EXAMPLE.org"] {
            let folder = tempfile::tempdir().unwrap();
            let kept = kept(&folder, &["localhost", name]);
            kept.open(now()).unwrap();
            assert_eq!(kept.open(now()).unwrap().notice, None, "{name}");
        }
    }

    #[test]
    fn a_clock_that_is_behind_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let kept = kept(&folder, &["localhost"]);
        let first = kept.open(now()).unwrap();
        let behind = kept.open(SystemTime::UNIX_EPOCH + DAY).unwrap();
        assert_eq!((behind.made.1, behind.notice), (first.made.1, None));
    }

    #[test]
    fn one_that_does_not_name_every_host_is_made_anew_and_one_that_names_more_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let first = kept(&folder, &["localhost", "192.0.2.1"]).open(now()).unwrap();
        let fewer = kept(&folder, &["localhost"]).open(now()).unwrap();
        assert_eq!(fewer.made.1, first.made.1);
        for names in [["localhost", "plots.example.org"], ["localhost", "2001:db8::1"]] {
            let other = kept(&folder, &names).open(now()).unwrap();
            assert_ne!(other.made.1, first.made.1);
            let told = other.notice.unwrap().1;
            assert!(told.contains(&format!("does not name {}", names[1])), "{told}");
        }
        let before = std::fs::read(folder.path().join("mirror.pem")).unwrap();
        let error = kept(&folder, &["h\u{e4}"]).open(now()).err().unwrap().to_string();
        assert!(error.contains("h\u{e4}"), "{error}");
        assert_eq!(std::fs::read(folder.path().join("mirror.pem")).unwrap(), before);
    }

    #[test]
    fn what_is_broken_or_somebody_elses_is_told_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let kept = kept(&folder, &["localhost"]);
        kept.open(now()).unwrap();
        let text = String::from_utf8(std::fs::read(&kept.path).unwrap()).unwrap();
        let other = session::self_signed_pem(&kept.names, now()).unwrap();
        let key = "-----BEGIN PRIVATE KEY-----";
        let (certificate, own_key) = text.split_once(key).unwrap();
        let (_, other_key) = other.split_once(key).unwrap();
        let foreign = "no file that framecast made";
        for (content, word) in [
            (String::new(), foreign),
            ("a diary".to_owned(), foreign),
            (other.clone(), foreign),
            (format!("{HEADER}\n"), "no certificate"),
            (certificate.to_owned(), "no private key"),
            (text[..text.len() - 60].to_owned(), "damaged"),
            (format!("{certificate}{key}{other_key}"), "does not belong"),
            (format!("{HEADER}\n{key}{own_key}"), "no certificate"),
            (text.clone() + &" ".repeat(LONGEST), "too large"),
        ] {
            let error = complaint(&kept, content.as_bytes());
            assert!(error.contains(word) && error.contains("mirror.pem"), "{error}");
            assert!(!error.contains(own_key.lines().nth(1).unwrap()), "{error}");
        }
        // A certificate of an authority, behind the line of ours.
        let mut params = rcgen::CertificateParams::new(kept.names.clone()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let pair = rcgen::KeyPair::generate().unwrap();
        let authority = params.self_signed(&pair).unwrap().pem() + &pair.serialize_pem();
        let error = complaint(&kept, format!("{HEADER}\n{authority}").as_bytes());
        assert!(error.contains("not self-signed as framecast's are"), "{error}");
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let kept = kept(&folder, &["localhost"]);
        kept.open(now()).unwrap();
        let mode = std::fs::metadata(&kept.path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        kept.open(now() + 1000 * DAY).unwrap();
        let mode = std::fs::metadata(&kept.path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "also when it was made anew");
        std::fs::set_permissions(&kept.path, PermissionsExt::from_mode(0o644)).unwrap();
        let content = std::fs::read(&kept.path).unwrap();
        assert!(complaint(&kept, &content).contains("chmod 600"));
    }

    #[test]
    fn servers_that_start_together_have_the_same_certificate() {
        let folder = tempfile::tempdir().unwrap();
        let kept = kept(&folder, &["localhost"]);
        let open = || kept.open(now()).unwrap().made.1;
        let all: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(all.iter().all(|one| *one == all[0]));
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = kept(&folder, &["localhost"]);
        kept.path = folder.path().join("none/mirror.pem");
        let error = kept.open(now()).err().unwrap().to_string();
        assert!(error.contains("none/mirror.pem") && error.contains("directory"), "{error}");
    }
}
