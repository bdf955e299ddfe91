//! Receives messages for the operator of a server. By default they go to the `log` facade, with the target
//! `framecast_http`; [`Reporter::new`] sends them to a function. No message contains a token.

use std::fmt;
use std::sync::Arc;

use log::Level;

/// The target of log records.
const TARGET: &str = "framecast_http";

type Report = dyn Fn(Level, &str) + Send + Sync;

/// Receives messages for the operator of a server. By default they go to the `log` facade, with the target
/// `framecast_http`; [`Reporter::new`] sends them to a function. No message contains a token.
///
/// ```
/// use framecast_http::{Reporter, ServerConfig};
///
/// let mut config = ServerConfig::default();
/// config.reporter = Reporter::new(|level, message| eprintln!("{level}: {message}"));
/// ```
#[derive(Clone, Default)]
pub struct Reporter(Option<Arc<Report>>);

impl Reporter {
    /// Sends messages to a function. It is called on the server's thread and must not block.
    pub fn new(report: impl Fn(Level, &str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(report)))
    }

    pub(crate) fn report(&self, level: Level, message: &str) {
        match &self.0 {
            Some(report) => report(level, message),
            None => log::log!(target: TARGET, level, "{message}"),
        }
    }
}

impl fmt::Debug for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Reporter(function)" } else { "Reporter(log)" })
    }
}
