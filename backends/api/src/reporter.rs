//! Where a backend's messages for the operator go.

use std::fmt;
use std::sync::Arc;

use log::Level;

type Report = dyn Fn(Level, &str) + Send + Sync;

/// Receives messages for the operator of a program: what a server, a recorder or a relay does on threads of its own. They
/// go to the `log` facade or to a function. No message contains a token.
///
/// ```
/// use framecast_api::Reporter;
/// use log::Level;
///
/// let reporter = Reporter::new(|level, message| eprintln!("{level}: {message}"));
/// reporter.report(Level::Info, "it is done");
/// ```
#[derive(Clone)]
pub struct Reporter(To);

#[derive(Clone)]
enum To {
    /// The `log` facade, with this target.
    Log(&'static str),
    Function(Arc<Report>),
}

impl Reporter {
    /// Sends messages to a function. It is called on the thread that has something to say and must not block.
    pub fn new(report: impl Fn(Level, &str) + Send + Sync + 'static) -> Self {
        Self(To::Function(Arc::new(report)))
    }

    /// Sends messages to the `log` facade, with this target.
    #[must_use]
    pub const fn to_log(target: &'static str) -> Self {
        Self(To::Log(target))
    }

    /// Sends a message.
    pub fn report(&self, level: Level, message: &str) {
        match &self.0 {
            To::Log(target) => log::log!(target: *target, level, "{message}"),
            To::Function(report) => report(level, message),
        }
    }
}

impl fmt::Debug for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            To::Log(_) => "Reporter(log)",
            To::Function(_) => "Reporter(function)",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_message_goes_to_the_function_and_to_that_of_every_clone() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hear = Arc::clone(&heard);
        let reporter = Reporter::new(move |level, message| {
            hear.lock().unwrap().push((level, message.to_owned()));
        });
        reporter.report(Level::Info, "one");
        reporter.clone().report(Level::Warn, "two");
        let expected = [(Level::Info, "one".to_owned()), (Level::Warn, "two".to_owned())];
        assert_eq!(*heard.lock().unwrap(), expected);
    }
}
