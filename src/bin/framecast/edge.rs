//! `framecast edge`: serves a canvas that is published elsewhere, on any backend.

use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use framecast::relay::{Edge, EdgePosition, EdgeState, RelaySettings};
use framecast::{
    Canvas, CanvasHandle, ControlPolicy, Cursor, Drawing, Error, Options, Result, Role, Step,
    UpdateMode, print_notice,
};
use framecast_record::Picture;

use crate::command::Edge as Arguments;

/// How often it looks who is there, besides browsers, which tell.
const LOOK: Duration = Duration::from_millis(250);

/// Serves the canvas until it is closed here.
pub(crate) fn run(options: &Options, args: &Arguments) -> Result<()> {
    if options.publish.is_some() || options.publish_key.is_some() {
        return Err(Error::invalid_input(
            "an edge serves what another program publishes; --publish is for that program",
        ));
    }
    let address: framecast::relay::RelayAddress = args.address.parse()?;
    if address.is_exposed() && !options.insecure {
        return Err(Error::invalid_input(format!(
            "{address}: who listens to the network sees the picture, and the password of the bus; write tls://, or add --insecure"
        )));
    }
    let name = args.name.clone().unwrap_or_else(host_name);
    let mut settings = RelaySettings::new(address.clone())
        .with_edge_name(&name)?
        .with_reporter(|_, message| print_notice(&format!("relay   {message}")));
    if let Some(key) = &args.origin_key {
        settings = settings.with_origin_key(key.parse()?);
    }
    if let Some(file) = &options.nats_creds {
        settings = settings.with_credentials(file);
    }
    if let Some(file) = &options.nats_ca {
        settings = settings.with_ca(file);
    }
    let options = watching(options)?;
    let edge = Edge::connect(settings)?;
    let canvas = Canvas::builder(address.name())
        .options(&options)
        .edge(&edge)
        .edge_drivers(args.drive)
        .close_on_interrupt()
        .update_mode(UpdateMode::OnDemand)
        .open()?;
    edge.notify(Waker::from(Arc::new(Draw(canvas.handle()))));
    let served = Served {
        titled: options.title.is_some(),
        edge,
        state: EdgeState::default(),
        position: EdgePosition::default(),
        picture: Picture::new(),
        told_links: false,
        drive: args.drive,
    };
    served.run(&canvas)
}

/// The flags, for viewers who only watch here: who drives is decided elsewhere.
fn watching(options: &Options) -> Result<Options> {
    let mut options = options.clone();
    if let Some(link) = options.link.iter().find(|link| link.role != Role::Watch) {
        return Err(Error::invalid_input(format!(
            "--link {}: an edge's own links are to watch; write {}=watch",
            link.name, link.name
        )));
    }
    options.control = Some(ControlPolicy::None);
    // The canvas here is not published.
    (options.nats_creds, options.nats_ca) = (None, None);
    Ok(options)
}

/// A canvas that is drawn when something newer arrived.
struct Draw(CanvasHandle);

impl Wake for Draw {
    fn wake(self: Arc<Self>) {
        self.0.request_draw();
    }
}

/// What is served here.
struct Served {
    /// A title of the user's own stays.
    titled: bool,
    edge: Edge,
    /// What was last told to viewers.
    state: EdgeState,
    /// Up to where the picture is decoded.
    position: EdgePosition,
    /// For views that need pixels.
    picture: Picture,
    /// That the origin's links work here was told.
    told_links: bool,
    /// The origin's links to drive work here.
    drive: bool,
}

impl Served {
    fn run(mut self, canvas: &Canvas) -> Result<()> {
        while !canvas.is_closed() {
            self.edge.check()?;
            self.look(canvas);
            match canvas.next_before(Instant::now() + LOOK).ok() {
                Some(Step::Draw(frame)) => self.draw(frame),
                Some(Step::Event(_)) | None => {}
            }
        }
        canvas.finish()
    }

    /// Tells the origin who looks, and viewers what the origin says.
    fn look(&mut self, canvas: &Canvas) {
        // Those of the web mirror are counted there.
        let is_local = |label: &str| label == "window" || label == "terminal";
        let audience = canvas.audience();
        let others = audience.iter().filter(|viewer| is_local(&viewer.label));
        let (all, visible) = others.fold((0, 0), |(all, visible), viewer| {
            (all + 1, visible + usize::from(viewer.visible))
        });
        self.edge.set_viewers(all, visible);
        self.tell_links(canvas);
        let state = self.edge.state();
        if state == self.state {
            return;
        }
        if state.title != self.state.title && !self.titled {
            canvas.set_title(&state.title.replace('$', "$$"));
        }
        if state.cursor != self.state.cursor {
            canvas.set_cursor(state.cursor.parse().unwrap_or(Cursor::Default));
        }
        if let Some(size) = state.size.filter(|_| state.size != self.state.size)
            && let Err(error) = canvas.set_fixed_size(size)
        {
            print_notice(&format!("relay   the picture's size: {error}"));
        }
        if (state.live, state.closed) != (self.state.live, self.state.closed) {
            canvas.notice(match (state.live, state.closed) {
                (true, false) => "the presenter is there",
                (_, true) => "the presenter has closed the canvas; waiting for the next one",
                (false, false) => "waiting for the presenter; the last picture stays",
            });
        }
        self.state = state;
    }

    /// Tells once how links of the origin are used here.
    fn tell_links(&mut self, canvas: &Canvas) {
        if self.told_links || self.edge.links().is_empty() {
            return;
        }
        self.told_links = true;
        let backends = canvas.stats().backends;
        let mut links = backends.iter().filter(|it| it.name == "http").flat_map(|it| &it.links);
        if let Some(link) = links.next() {
            let address = link.url.split('#').next().unwrap_or_default();
            let which = if self.drive { "" } else { " to watch" };
            print_notice(&format!(
                "relay   the origin's links{which} work here: put their part after # behind {address}#"
            ));
        }
    }

    /// Draws the newest picture for views that need pixels.
    fn draw(&mut self, mut frame: Drawing) {
        if let Some(update) = self.edge.newer_than(&mut self.position)
            && let Err(error) = self.picture.draw_update(update)
        {
            print_notice(&format!("relay   a part of the picture is left out: {error}"));
        }
        if self.picture.size() == Some(frame.size()) {
            frame.pixels_mut().copy_from_slice(self.picture.pixels());
        }
        frame.present();
    }
}

/// What the origin's host sees this edge called.
fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let is_fine = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let name: String = name.chars().filter(is_fine).take(64).collect();
    if name.is_empty() { "edge".to_owned() } else { name }
}
