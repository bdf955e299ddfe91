//! A certificate's files on the disk: read again when they change, and one of ours renewed when that is due.

use std::convert::Infallible;
use std::time::SystemTime;

use log::Level;
use smol::Timer;

use crate::Tls;
use crate::looks::{LOOK_EVERY, Looks};
use crate::site::Site;
use crate::tls::Source;

/// Looks, one of which asks whether a certificate of ours is to be renewed: an hour.
const RENEWAL: u64 = 60 * 60 / LOOK_EVERY.as_secs();

/// Looks at the files of `tls` again and again, if it is of files, and takes the new certificate when they change or
/// it is renewed.
pub(crate) async fn run(tls: Option<&Tls>, site: &Site) -> Infallible {
    let Some((tls, (source, stamps))) = tls.and_then(|tls| Some((tls, tls.source()?))) else {
        return smol::future::pending().await;
    };
    let mut fingerprint = tls.fingerprint().to_owned();
    let mut looks = Looks::started(stamps);
    let mut count = 0_u64;
    loop {
        Timer::after(LOOK_EVERY).await;
        count += 1;
        let look = source.clone();
        let stamps = smol::unblock(move || look.stamps()).await;
        let renewal =
            matches!(source, Source::Kept(_)) && stamps.is_some() && count.is_multiple_of(RENEWAL);
        if !looks.changed(stamps) && !renewal {
            continue;
        }
        let look = source.clone();
        match smol::unblock(move || look.read_again(SystemTime::now())).await {
            Ok(new) => {
                if let Some((_, Some(stamps))) = new.source() {
                    looks.read(stamps);
                }
                tls.exchange(&new);
                if let Some((level, message)) = new.notice() {
                    site.report(level, message);
                }
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
