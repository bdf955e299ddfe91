use std::fmt;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use framecast_api::{
    Backend, BackendCommand, BackendEvent, Capabilities, Context, Error, Frame, Result, Traffic,
    ViewLink,
};

use framecast_stream::{UpdateSink, UpdateSource};
use log::Level;

use crate::Resources;
use crate::driver::canvas::Canvas;
use crate::driver::encoders;
use crate::driver::updates::{CanvasFeed, CanvasUpdates};
use crate::running::Running;

/// Presents one canvas through an [`HttpServer`](crate::HttpServer) or
/// [`HttpService`](crate::HttpService).
///
/// `present` stores the newest frame and returns. Threads named "framecast-encode" find what changed and encode it
/// once for all clients, when a client is ready for it. Each client is paced by its own acknowledgements and gets
/// what changed since its last picture, so no client delays another.
pub struct HttpBackend {
    /// End when the canvas is closed.
    encoders: Vec<JoinHandle<()>>,
    name: String,
    canvas: Arc<Canvas>,
    /// Last, so that dropping it finds the canvas closed.
    server: Arc<Running>,
}

impl HttpBackend {
    pub(crate) fn new(server: Arc<Running>, name: String, canvas: Arc<Canvas>) -> Self {
        Self { encoders: Vec::new(), name, canvas, server }
    }

    /// Sets whether every picture is sent with exact pixels (PNG). Off by default: then pictures are
    /// JPEGs while they change, and exact when they come to rest. Exact pixels need more bandwidth.
    pub fn set_lossless(&mut self, lossless: bool) {
        self.canvas.set_lossless(lossless);
    }

    /// Returns where a recorder or a relay can take what changes, as it is encoded for browsers.
    #[must_use]
    pub fn updates(&self) -> Arc<dyn UpdateSource> {
        Arc::new(CanvasUpdates(Arc::clone(&self.canvas)))
    }

    /// Has this canvas fed with what changes on another one, and returns where that goes. Browsers then get the tiles
    /// as they were encoded there. Frames that the program presents are to be the same picture, decoded; they serve
    /// snapshots, MJPEG streams and clients of the older protocol, and are wanted only for these.
    ///
    /// Call it before the backend is opened. Later it changes nothing: the canvas then takes updates only until the first
    /// frame is presented.
    ///
    /// ```
    /// use framecast_http::HttpServer;
    /// use framecast_stream::UpdateSink;
    ///
    /// let server = HttpServer::bind("127.0.0.1:0".parse()?)?;
    /// let mut backend = server.canvas(None)?;
    /// let feed = backend.feed();
    /// // Open the backend, hand updates to `feed.take`, and carry them only while somebody looks:
    /// assert_eq!(feed.viewers().visible, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn feed(&mut self) -> Arc<dyn UpdateSink> {
        self.canvas.set_fed();
        Arc::new(CanvasFeed(Arc::clone(&self.canvas)))
    }

    /// Sets the files of this canvas' page, instead of those of
    /// [`ServerConfig::resources`](crate::ServerConfig::resources).
    pub fn set_resources(&mut self, resources: Resources) {
        self.canvas.set_resources(resources);
    }
}

impl Backend for HttpBackend {
    fn name(&self) -> &str {
        "http"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::default().with_input().with_sizes().with_cursor()
    }

    fn open(&mut self, context: Context) -> Result<()> {
        self.canvas.open(context.waker, context.clock, context.title);
        self.canvas.set_video(crate::video::settings(self.server.site.video));
        self.encoders = encoders::start(&self.canvas)?;
        if self.server.site.live.is_some() {
            let address = self.server.site.url(&self.name);
            self.server.site.report(
                Level::Info,
                &format!(
                    "anybody who can reach this server may watch, without a link, also through caches: by segments below {address}live/"
                ),
            );
        }
        Ok(())
    }

    fn links(&self) -> Vec<ViewLink> {
        self.server.site.links(&self.name)
    }

    fn traffic(&self) -> Option<Traffic> {
        Some(self.canvas.traffic())
    }

    fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        self.canvas.take_events().into_iter().for_each(sink);
    }

    fn wants_frame(&self) -> bool {
        self.canvas.wants_frame()
    }

    fn present(&mut self, frame: &Frame) -> Result<()> {
        self.canvas.present(frame, Instant::now());
        Ok(())
    }

    /// A browser's size is the user's affair: asking for one changes nothing and is no error.
    fn apply(&mut self, setting: &BackendCommand) -> Result<()> {
        match setting {
            BackendCommand::Title(_)
            | BackendCommand::Cursor(_)
            | BackendCommand::LogicalSize(_)
            | BackendCommand::Control(_)
            | BackendCommand::Disconnect(_)
            | BackendCommand::LetIn(_)
            | BackendCommand::Accessibility(_) => {
                self.canvas.apply(setting);
                Ok(())
            }
            BackendCommand::Clipboard { client, text }
                if self.canvas.set_clipboard(*client, text) =>
            {
                Ok(())
            }
            BackendCommand::TextInput { client, input }
                if self.canvas.set_text_input(*client, *input) =>
            {
                Ok(())
            }
            BackendCommand::OpenUrl { client, url } if self.canvas.open_url(*client, url) => Ok(()),
            other => Err(Error::not_supported(other.describe())),
        }
    }

    /// Tells every client that the application ended. Waits for none of them.
    fn close(&mut self) {
        self.canvas.close();
        self.server.site.remove(&self.name, &self.canvas);
    }
}

impl Drop for HttpBackend {
    fn drop(&mut self) {
        self.close();
        for encoder in self.encoders.drain(..) {
            if encoder.thread().id() != std::thread::current().id() {
                // It gives up what it is doing; its panics were caught.
                let _ = encoder.join();
            }
        }
    }
}

impl fmt::Debug for HttpBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpBackend at {}", self.server.site.url(&self.name))
    }
}
