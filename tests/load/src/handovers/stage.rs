//! The application, on a thread of its own, and what it and its engine know of control.

use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use framecast::{
    Canvas, CanvasHandle, ClientId, ControlPolicy, EventKind, Options, Role, Source, Step, ViewLink,
};

use crate::server::Place;

/// Turns of the loop after which it has looked at its input: all but the one that draws do.
const TURNS: usize = 3;

/// A canvas that draws nothing anybody looks at.
pub(super) struct Stage {
    handle: CanvasHandle,
    links: Vec<ViewLink>,
    /// Whom the application heard of last.
    told: Arc<Mutex<Option<u64>>>,
    thread: JoinHandle<framecast::Result<()>>,
}

/// Who has control, as the engine says it.
#[derive(Debug, PartialEq)]
pub(super) struct View {
    pub(super) presenter: Option<u64>,
    /// By client.
    pub(super) members: Vec<Member>,
    /// As the application was told it.
    pub(super) told: Option<u64>,
}

#[derive(Debug, PartialEq)]
pub(super) struct Member {
    pub(super) client: u64,
    pub(super) presenter: bool,
}

impl Stage {
    pub(super) fn open(policy: ControlPolicy, timeout: Duration) -> Result<Self, String> {
        let (sender, opened) = mpsc::channel();
        let told = Arc::new(Mutex::new(None));
        let thread = std::thread::spawn({
            let told = Arc::clone(&told);
            move || {
                let flags = ["--backend", "http", "--listen", "127.0.0.1:0"];
                let options = Options::parse("framecast-load", &flags)?;
                let canvas = Canvas::builder("hand-overs").options(&options).fixed_size((64, 48));
                let canvas = canvas.control(policy).control_timeout(Some(timeout)).open()?;
                let links = canvas.stats().backends.into_iter().flat_map(|it| it.links).collect();
                // Nobody waits for it only if the other side has failed.
                let _ = sender.send((canvas.handle(), links));
                canvas.run(|_, step| match step {
                    Step::Draw(frame) => frame.present(),
                    Step::Event(event) => {
                        if let EventKind::ControlChanged { held } = event.kind {
                            let holder = event.source.filter(|_| held);
                            *lock(&told) = holder.map(|source| source.client.0);
                        }
                    }
                })
            }
        });
        match opened.recv() {
            Ok((handle, links)) => Ok(Self { handle, links, told, thread }),
            Err(_) => Err(ended(thread)),
        }
    }

    /// Where somebody with this role finds it.
    pub(super) fn link(&self, role: Role) -> Result<Place, String> {
        let link = self.links.iter().find(|link| link.role == role);
        link.and_then(|link| Place::of(&link.url)).ok_or_else(|| format!("no link to {role:?}"))
    }

    /// The application's choice of presenter.
    pub(super) fn choose(&self, client: Option<u64>) {
        self.handle.post(move |canvas| {
            canvas.give_control(client.map(|it| Source::new(0, ClientId(it))));
        });
    }

    /// Who has control, now that the engine has looked at all input so far.
    pub(super) async fn view(&self) -> Result<View, String> {
        let mut view = Err("the application ended".to_owned());
        for _ in 0..TURNS {
            let (sender, receiver) = smol::channel::bounded(1);
            let told = Arc::clone(&self.told);
            self.handle.post(move |canvas| {
                // The other side waits.
                let _ = sender.try_send(View::of(canvas, *lock(&told)));
            });
            view = receiver.recv().await.map_err(|_| "the application ended".to_owned());
        }
        view
    }

    /// Ends it.
    pub(super) fn close(self) -> Result<(), String> {
        self.handle.close();
        match self.thread.join() {
            Ok(ended) => ended.map_err(|error| error.to_string()),
            Err(_) => Err("the application panicked".to_owned()),
        }
    }
}

impl View {
    fn of(canvas: &Canvas, told: Option<u64>) -> Self {
        let viewers = canvas.audience().into_iter();
        let member =
            |it: framecast::Viewer| Member { client: it.source.client.0, presenter: it.presenter };
        let mut members: Vec<_> = viewers.map(member).collect();
        members.sort_by_key(|member| member.client);
        Self { presenter: canvas.presenter().map(|it| it.client.0), members, told }
    }
}

fn lock<T>(told: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ended(thread: JoinHandle<framecast::Result<()>>) -> String {
    match thread.join() {
        Ok(Err(error)) => error.to_string(),
        _ => "the application ended".to_owned(),
    }
}
