use std::fmt;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use framecast_api::{Backend, Capabilities, Context, Error, Frame, Input, Result, Setting};

use crate::server::Running;
use crate::stream::canvas::Canvas;
use crate::stream::encoder;

/// Presents one canvas through an [`HttpServer`](crate::HttpServer).
///
/// `present` stores the newest frame and returns; it is encoded on the thread "framecast-encode"
/// when a client has room for it. Every client is paced by its own acknowledgements, so none
/// delays another.
pub struct HttpBackend {
    /// Ends when the canvas is closed.
    encoder: Option<JoinHandle<()>>,
    name: String,
    canvas: Arc<Canvas>,
    /// Last, so that dropping it finds the canvas closed.
    server: Arc<Running>,
}

impl HttpBackend {
    pub(crate) fn new(server: Arc<Running>, name: String, canvas: Arc<Canvas>) -> Self {
        Self { encoder: None, name, canvas, server }
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
        self.encoder = Some(encoder::start(Arc::clone(&self.canvas))?);
        Ok(())
    }

    fn link(&self) -> Option<String> {
        Some(self.server.url(&self.name))
    }

    fn poll(&mut self, sink: &mut dyn FnMut(Input)) {
        self.canvas.take_inputs().into_iter().for_each(sink);
    }

    fn wants_frame(&self) -> bool {
        self.canvas.wants_frame()
    }

    fn present(&mut self, frame: &Frame) -> Result<()> {
        self.canvas.present(frame, Instant::now());
        Ok(())
    }

    /// A browser's size is the user's affair: asking for one changes nothing and is no error.
    fn apply(&mut self, setting: &Setting) -> Result<()> {
        match setting {
            Setting::Title(_)
            | Setting::Cursor(_)
            | Setting::LogicalSize(_)
            | Setting::Control { .. } => {
                self.canvas.apply(setting);
                Ok(())
            }
            other => Err(Error::not_supported(other.describe())),
        }
    }

    /// Tells every client that the application ended. Waits for none of them.
    fn close(&mut self) {
        self.canvas.close();
        self.server.remove(&self.name, &self.canvas);
    }
}

impl Drop for HttpBackend {
    fn drop(&mut self) {
        self.close();
        if let Some(encoder) = self.encoder.take()
            && encoder.thread().id() != std::thread::current().id()
        {
            // It gives up what it is doing; its panics were caught.
            let _ = encoder.join();
        }
    }
}

impl fmt::Debug for HttpBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpBackend at {}", self.server.url(&self.name))
    }
}
