//! The thread "framecast-http", on which all connections of a server or service live, and what
//! keeps it alive.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;

use framecast_api::{Error, Result, Role};
use framecast_stream::limits::for_watchers;
use smol::channel::{Receiver, Sender};
use smol::future::FutureExt;
use smol::{LocalExecutor, Timer};

use crate::connection::{Server, until_closed};
use crate::driver::live::{self, Starter};
use crate::front::connection_table::ConnectionTable;
use crate::front::places::Places;
use crate::site::Site;

/// Connections that were handed over and not taken yet. The thread takes them at once.
const HANDED_OVER: usize = 64;

pub(crate) type Connection = Pin<Box<dyn Future<Output = ()>>>;
/// Makes a connection, on the thread.
type Job = Box<dyn FnOnce(Rc<Server>) -> Connection + Send>;

/// What handles and backends keep alive.
pub(crate) struct Running {
    pub(crate) site: Arc<Site>,
    jobs: Sender<Job>,
    /// Closed to end the thread; nothing is ever sent.
    stop: Sender<Infallible>,
    /// Present until dropped.
    thread: Option<JoinHandle<()>>,
}

/// Starts connections, on the thread.
pub(crate) struct Spawner {
    executor: Rc<LocalExecutor<'static>>,
    /// Every connection holds one: there are none left when the other side fails.
    connected: Sender<Infallible>,
}

impl Spawner {
    pub(crate) fn spawn(&self, connection: impl Future<Output = ()> + 'static) {
        let token = self.connected.clone();
        let guarded = async move {
            // A panic ends this connection and no other; the hook has reported it.
            let _ = AssertUnwindSafe(connection).catch_unwind().await;
            drop(token);
        };
        self.executor.spawn(guarded).detach();
    }
}

impl Running {
    /// Starts the thread. `accept` makes connections, until it is dropped.
    ///
    /// # Errors
    /// "Failed" if the system gives no thread.
    pub(crate) fn start<A>(
        site: Arc<Site>,
        accept: impl FnOnce(Rc<Server>, Rc<Spawner>) -> A + Send + 'static,
    ) -> Result<Self>
    where
        A: Future<Output = Infallible>,
    {
        let (stop, stopped) = smol::channel::bounded(1);
        let (jobs, waiting) = smol::channel::bounded(HANDED_OVER);
        let thread = std::thread::Builder::new()
            .name("framecast-http".into())
            .spawn({
                let site = Arc::clone(&site);
                move || run(site, &stopped, waiting, accept)
            })
            .map_err(|error| {
                Error::failed(format!(
                    "cannot start a thread that serves {}: {error}",
                    site.url("")
                ))
                .with_source(error)
            })?;
        Ok(Self { site, jobs, stop, thread: Some(thread) })
    }

    /// Hands a connection of somebody with `role`, or who has shown none, over to the thread; false if
    /// that has too many to take already.
    pub(crate) fn hand_over(
        &self,
        role: Option<Role>,
        job: impl FnOnce(Rc<Server>) -> Connection + Send + 'static,
    ) -> bool {
        let full = role != Some(Role::Drive) && self.jobs.len() >= for_watchers(HANDED_OVER);
        !full && self.jobs.try_send(Box::new(job)).is_ok()
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("site", &self.site).finish_non_exhaustive()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.close();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // It panicked only if there is nothing left to wait for.
            let _ = thread.join();
        }
    }
}

/// The thread's life.
fn run<A: Future<Output = Infallible>>(
    site: Arc<Site>,
    stopped: &Receiver<Infallible>,
    waiting: Receiver<Job>,
    accept: impl FnOnce(Rc<Server>, Rc<Spawner>) -> A,
) {
    let executor = Rc::new(LocalExecutor::new());
    let farewell = site.limits.close_timeout;
    let server = Rc::new(Server {
        places: Places::new(site.limits.clients),
        connections: Rc::new(ConnectionTable::new(&site.limits).into()),
        site,
        stopped: stopped.clone(),
    });
    // Every connection holds a sender: `gone` fails once they are all over.
    let (connected, gone) = smol::channel::bounded::<Infallible>(1);
    let spawner = Rc::new(Spawner { executor: Rc::clone(&executor), connected });
    let site = Arc::clone(&server.site);
    let watching = site.watch_links();
    let cutting = cut_segments(&site, Rc::clone(&spawner), stopped);
    let taking = take_over(Rc::clone(&server), Rc::clone(&spawner), waiting);
    let accepting = accept(server, spawner);
    let main = async {
        let work = async {
            accepting.or(taking).or(watching).or(cutting).await;
        };
        work.or(until_closed(stopped)).await;
        let timeout = async {
            Timer::after(farewell).await;
        };
        until_closed(&gone).or(timeout).await;
    };
    smol::block_on(executor.run(main));
}

/// Starts the connections that are handed over.
async fn take_over(server: Rc<Server>, spawner: Rc<Spawner>, waiting: Receiver<Job>) -> Infallible {
    while let Ok(job) = waiting.recv().await {
        spawner.spawn(job(Rc::clone(&server)));
    }
    // There is nobody left to hand anything over.
    smol::future::pending().await
}

/// Cuts canvases into segments for which somebody asks.
async fn cut_segments(
    site: &Site,
    spawner: Rc<Spawner>,
    stopped: &Receiver<Infallible>,
) -> Infallible {
    let started = site.live.as_ref().and_then(Starter::started);
    while let Some(started) = &started
        && let Ok(start) = started.recv().await
    {
        let stopped = stopped.clone();
        spawner.spawn(async move { live::run(start).or(until_closed(&stopped)).await });
    }
    smol::future::pending().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ServerConfig;

    #[test]
    fn of_connections_that_are_handed_over_only_so_many_wait() {
        let site = Arc::new(Site::new("./".into(), ServerConfig::default()).unwrap());
        let running = Running::start(site, |_, _| smol::future::pending()).unwrap();
        let (release, released) = std::sync::mpsc::channel::<()>();
        let (busy, is_busy) = std::sync::mpsc::channel();
        assert!(running.hand_over(None, move |_| {
            busy.send(()).unwrap();
            // Until the sender is dropped.
            let _ = released.recv();
            Box::pin(async {})
        }));
        is_busy.recv().unwrap();
        let nothing = |role| running.hand_over(role, |_| Box::pin(async {}));
        assert!((0..for_watchers(HANDED_OVER)).all(|_| nothing(Some(Role::Watch))));
        assert!(!nothing(Some(Role::Watch)) && !nothing(None), "some are kept");
        let kept = HANDED_OVER - for_watchers(HANDED_OVER);
        assert!((0..kept).all(|_| nothing(Some(Role::Drive))));
        assert!(!nothing(Some(Role::Drive)), "one too many");
        drop(release);
    }
}
