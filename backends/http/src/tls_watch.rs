//! A certificate's files on the disk: read again when they change.

use std::convert::Infallible;

use log::Level;
use smol::Timer;

use crate::Tls;
use crate::looks::{LOOK_EVERY, Looks};
use crate::site::Site;

/// Looks at the files of `tls` again and again, if it is of files, and takes the new certificate when they change.
pub(crate) async fn run(tls: Option<&Tls>, site: &Site) -> Infallible {
    let Some((tls, files)) = tls.and_then(|tls| Some((tls, tls.files()?))) else {
        return smol::future::pending().await;
    };
    let mut fingerprint = tls.fingerprint().to_owned();
    let mut looks = Looks::started(files.stamps);
    loop {
        Timer::after(LOOK_EVERY).await;
        let look = files.clone();
        if !looks.changed(smol::unblock(move || look.stamps()).await) {
            continue;
        }
        let look = files.clone();
        match smol::unblock(move || Tls::from_files(&look.certificate, &look.key)).await {
            Ok(new) => {
                if let Some(stamps) = new.files().and_then(|files| files.stamps) {
                    looks.read(stamps);
                }
                tls.exchange(&new);
                if new.fingerprint() != fingerprint {
                    new.fingerprint().clone_into(&mut fingerprint);
                    let message = format!("the certificate changed; SHA-256: {fingerprint}");
                    site.report(Level::Info, &message);
                }
            }
            Err(error) => {
                let message = format!("{error}; the certificate stays as it was");
                site.report(Level::Warn, &message);
            }
        }
    }
}
