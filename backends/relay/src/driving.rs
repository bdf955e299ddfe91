//! Those who drive at an edge, as the edge sees them: what is passed on to the origin, and what the origin wants. Pure: `now`
//! is passed in.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use bytes::Bytes;
use framecast_api::{
    BackendCommand, BackendEvent, ClientId, ControlRequest, ControlState, EventKind, Member, Role,
    TextInput,
};
use framecast_stream::{Identity, LinkKey};
use serde_json::json;

use crate::driver_message::{self, DriverHello, DriverPosition, MAX_TEXT, SessionId, SessionName};
use crate::drivers_state::{DriversState, SessionTold};

/// The origin is told this often that a client is still there.
const ALIVE: Duration = Duration::from_secs(1);
/// What the origin has not heard is sent again after this time.
const RESEND: Duration = Duration::from_millis(500);
/// A client of which the origin says nothing for this long begins anew.
const UNTOLD: Duration = Duration::from_secs(3);
/// What waits until the origin has heard it, for each client. Beyond that it begins anew, so that nothing old is done late.
const MAX_UNHEARD: usize = 1024;
const MAX_UNHEARD_BYTES: usize = 512 * 1024;

/// Everybody who has one of the origin's links to drive, among the clients of one backend at this edge.
#[derive(Debug)]
pub(crate) struct Driving {
    canvas: String,
    /// The edge's name.
    edge: String,
    /// Random, another for each run; and where the origin answers. `None` before the bus was reached.
    run: Option<(u64, String)>,
    /// Which origin it is that hears; `None` before it was heard.
    started: Option<u64>,
    connected: bool,
    clients: BTreeMap<ClientId, Client>,
    last_session: u64,
    told: Option<DriversState>,
    /// Who drives, as everybody knows.
    presenter: Option<String>,
    /// What the backend is to do: a few for each client.
    commands: VecDeque<BackendCommand>,
    /// Who drives is to be told anew.
    control_changed: bool,
    /// The backend is closed.
    closed: bool,
}

#[derive(Debug)]
struct Client {
    who: Identity,
    key: LinkKey,
    /// What says which link it is.
    check: [u8; 32],
    address: String,
    session: u64,
    /// The session before, if it began anew.
    replaces: Option<u64>,
    /// The number of the next message.
    next: u64,
    /// What the origin has not heard, the oldest first.
    unheard: VecDeque<String>,
    unheard_bytes: usize,
    /// The number of the first message that was not sent, or is to be sent again.
    unsent: u64,
    /// So many of the first that were not heard are sent again at once: the origin says that they are missing.
    missing: u64,
    /// When something was sent last.
    sent: Instant,
    /// Since when the oldest message waits to be heard: it was sent then, or the one before it was heard.
    oldest: Instant,
    /// When the origin spoke of it last, or when it began.
    told: Instant,
    /// What holds of its view, for when it begins anew.
    view: Option<String>,
    info: Option<String>,
    hidden: bool,
    /// What it was told.
    text_input: Option<TextInput>,
    clipboard: u64,
    url: u64,
    sent_away: bool,
    /// It left; the origin has not heard it yet.
    is_gone: bool,
}

impl Client {
    fn push(&mut self, text: String) {
        self.next += 1;
        self.unheard_bytes += text.len();
        self.unheard.push_back(text);
    }

    fn session(&self) -> SessionName {
        SessionName::new(self.session, &self.check)
    }

    /// Whether it begins anew, or is forgotten if it left, while the origin says nothing of it.
    fn waits_for_word(&self) -> bool {
        self.is_gone || !self.sent_away
    }

    /// The number of the oldest message that the origin has not heard.
    fn first(&self) -> u64 {
        self.next - self.unheard.len() as u64
    }

    fn heard(&mut self, up_to: u64, now: Instant) {
        if self.first() < up_to {
            self.oldest = now;
        }
        while self.first() < up_to.min(self.next)
            && let Some(text) = self.unheard.pop_front()
        {
            self.unheard_bytes -= text.len();
        }
        self.unsent = self.unsent.max(self.first());
    }

    fn send_again(&mut self) {
        self.unsent = self.first();
    }

    /// When something is sent, unless something happens before.
    fn send_at(&self, now: Instant) -> Instant {
        if self.unsent < self.next || self.missing > 0 {
            now
        } else if self.unheard.is_empty() {
            self.sent + ALIVE
        } else {
            self.oldest + RESEND
        }
    }
}

impl Driving {
    pub(crate) fn new(canvas: &str, edge: &str) -> Self {
        Self {
            canvas: canvas.to_owned(),
            edge: edge.to_owned(),
            run: None,
            started: None,
            connected: false,
            clients: BTreeMap::new(),
            last_session: 0,
            told: None,
            presenter: None,
            commands: VecDeque::new(),
            control_changed: true,
            closed: false,
        }
    }

    /// The bus is reached for the first time. `run` is random.
    pub(crate) fn start(&mut self, run: u64, inbox: String) {
        self.run = Some((run, inbox));
    }

    /// Where the origin answers; `None` before the bus was reached.
    pub(crate) fn inbox(&self) -> Option<&str> {
        self.run.as_ref().map(|(_, inbox)| &**inbox)
    }

    /// How many there are.
    pub(crate) fn clients(&self) -> usize {
        self.clients.values().filter(|it| !it.is_gone).count()
    }

    /// Whether there is something to send, or to wait for.
    pub(crate) fn is_empty(&self) -> bool {
        self.clients.is_empty()
    }

    /// Notes what the edge knows of the origin: when it started, and who drives.
    pub(crate) fn set_origin(
        &mut self,
        started: Option<u64>,
        presenter: Option<&str>,
        now: Instant,
    ) {
        if started != self.started {
            let before = std::mem::replace(&mut self.started, started);
            (self.told, self.control_changed) = (None, true);
            if before.is_some() {
                let clients: Vec<ClientId> = self.clients.keys().copied().collect();
                clients.into_iter().for_each(|client| self.begin(client, now));
            }
        }
        if self.presenter.as_deref() != presenter {
            self.presenter = presenter.map(str::to_owned);
            self.control_changed = true;
        }
    }

    /// Notes whether the bus is reached.
    pub(crate) fn set_connected(&mut self, connected: bool) {
        if connected && !self.connected {
            // What was sent may be lost.
            self.clients.values_mut().for_each(Client::send_again);
        }
        self.connected = connected;
    }

    /// Notes what a client at this edge did. `who` says as whom a client came.
    pub(crate) fn happened(
        &mut self,
        event: &BackendEvent,
        who: impl FnOnce(ClientId) -> Option<Identity>,
        now: Instant,
    ) {
        match event {
            BackendEvent::Joined { client, label, role: Role::Drive } => {
                if let Some(who) = who(*client)
                    && let Some(key) = who.grant().key
                {
                    self.join(*client, who, key, label, now);
                }
            }
            BackendEvent::Left { client } => self.leave(*client),
            BackendEvent::Event { client, kind, .. } => {
                if let Some(it) = self.clients.get_mut(client) {
                    match kind {
                        EventKind::Show => it.hidden = false,
                        EventKind::Hide => it.hidden = true,
                        _ => {}
                    }
                    self.say(*client, serde_json::to_string(kind).unwrap_or_default(), now);
                }
            }
            BackendEvent::Control { client, request } => {
                if let Some(text) = request_text(*request) {
                    self.say(*client, text, now);
                }
            }
            BackendEvent::Resize { client, size, ratio } => {
                let text = json!({
                    "type": "resize", "width": size.width, "height": size.height, "ratio": ratio,
                });
                let text = text.to_string();
                if let Some(it) = self.clients.get_mut(client) {
                    it.view = Some(text.clone());
                    self.say(*client, text, now);
                }
            }
            BackendEvent::ViewInfo { client, info } => {
                let mut text = serde_json::to_value(info).unwrap_or_default();
                if let Some(fields) = text.as_object_mut() {
                    fields.insert("type".to_owned(), json!("view_info"));
                }
                let text = text.to_string();
                if let Some(it) = self.clients.get_mut(client) {
                    it.info = Some(text.clone());
                    self.say(*client, text, now);
                }
            }
            _ => {}
        }
    }

    fn join(&mut self, client: ClientId, who: Identity, key: LinkKey, label: &str, now: Instant) {
        // The label is the link's name, which the origin knows, and an address.
        let address = label.split_once(' ').map_or("", |(_, address)| address).to_owned();
        let new = Client {
            who,
            key,
            check: driver_message::check(&key),
            address,
            session: 0,
            replaces: None,
            next: 0,
            unheard: VecDeque::new(),
            unheard_bytes: 0,
            unsent: 0,
            missing: 0,
            sent: now,
            oldest: now,
            told: now,
            view: None,
            info: None,
            hidden: false,
            text_input: None,
            clipboard: 0,
            url: 0,
            sent_away: false,
            is_gone: false,
        };
        self.clients.insert(client, new);
        self.begin(client, now);
    }

    /// Introduces a client to the origin, as if it had just come.
    fn begin(&mut self, client: ClientId, now: Instant) {
        let Some(it) = self.clients.get_mut(&client) else { return };
        if it.is_gone {
            self.clients.remove(&client);
            return;
        }
        self.control_changed = true;
        self.last_session += 1;
        let before = std::mem::replace(&mut it.session, self.last_session);
        it.replaces = (before > 0).then_some(before);
        (it.next, it.unsent, it.unheard_bytes, it.missing) = (0, 0, 0, 0);
        it.unheard.clear();
        (it.clipboard, it.url, it.told) = (0, 0, now);
        let hidden = it.hidden.then(|| r#"{"type":"hide"}"#.to_owned());
        // The hello is printed when it is sent.
        let first = [Some(String::new()), it.view.clone(), it.info.clone(), hidden];
        first.into_iter().flatten().for_each(|text| it.push(text));
    }

    fn leave(&mut self, client: ClientId) {
        let Some(it) = self.clients.get_mut(&client).filter(|it| !it.is_gone) else { return };
        it.push(r#"{"type":"close"}"#.to_owned());
        it.is_gone = true;
        self.control_changed = true;
        if it.sent_away {
            // Whether it may come back is for the origin to say, wherever it comes.
            self.commands.push_back(BackendCommand::LetIn(client));
        }
    }

    /// The backend is closed: all have left.
    pub(crate) fn close(&mut self) {
        let clients: Vec<ClientId> = self.clients.keys().copied().collect();
        clients.into_iter().for_each(|client| self.leave(client));
        self.closed = true;
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    fn say(&mut self, client: ClientId, text: String, now: Instant) {
        let Some(it) = self.clients.get_mut(&client) else { return };
        if it.is_gone || text.is_empty() || text.len() > MAX_TEXT {
            return;
        }
        it.push(text);
        if it.unheard.len() > MAX_UNHEARD || it.unheard_bytes > MAX_UNHEARD_BYTES {
            self.begin(client, now);
        }
    }

    /// Takes what the origin says.
    pub(crate) fn told(&mut self, state: DriversState, now: Instant) {
        let clients = &mut self.clients;
        for session in &state.sessions {
            let found = clients.iter_mut().find(|(_, it)| it.session() == session.session);
            if let Some((client, it)) = found {
                it.told = now;
                it.heard(session.heard, now);
                it.missing = session.missing;
                it.take(*client, session, &mut self.commands);
            }
        }
        let is_listed =
            |it: &Client| state.sessions.iter().any(|told| told.session == it.session());
        let is_over = |it: &Client| it.is_gone && !is_listed(it);
        clients.retain(|_, it| !is_over(it));
        let control = self.told.as_ref().map(|it| &it.control);
        let sessions = |it: &DriversState| it.sessions.iter().map(|it| it.session).collect();
        let before: Option<Vec<SessionName>> = self.told.as_ref().map(sessions);
        self.control_changed |= control != Some(&state.control) || before != Some(sessions(&state));
        self.told = Some(state);
    }

    /// What the backend is to do, since this was asked last.
    pub(crate) fn take_commands(&mut self) -> Vec<BackendCommand> {
        let control = std::mem::take(&mut self.control_changed);
        let control = control.then(|| BackendCommand::Control(self.control()));
        control.into_iter().chain(std::mem::take(&mut self.commands)).collect()
    }

    pub(crate) fn has_commands(&self) -> bool {
        self.control_changed || !self.commands.is_empty()
    }

    /// Who holds control, as the clients here are told.
    pub(crate) fn control(&self) -> ControlState {
        let is_told = |told: &&DriversState| {
            let mut here = self.clients.values().filter(|it| !it.is_gone);
            here.any(|it| told.sessions.iter().any(|told| told.session == it.session()))
        };
        if let Some(told) = self.told.as_ref().filter(is_told) {
            let with_session = |session: SessionName| {
                let found = self.clients.iter().find(|(_, it)| it.session() == session);
                found.map(|(client, _)| *client)
            };
            return told.control.state(with_session);
        }
        // What everybody knows.
        let presenter = self.presenter.as_ref();
        let member = presenter.map(|name| Member::new(1, None, name.clone(), Role::Drive));
        let number = member.as_ref().map(|it| it.number);
        ControlState::new(number, None, false, member.into_iter().collect())
    }

    /// What is to be sent to the origin now. Call it until there is nothing.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<Bytes> {
        let untold = |it: &Client| it.waits_for_word() && it.told + UNTOLD <= now;
        let untold: Vec<ClientId> =
            self.clients.iter().filter(|(_, it)| untold(it)).map(|(client, _)| *client).collect();
        for client in untold {
            self.begin(client, now);
        }
        let (Some((run, inbox)), Some(started), true) = (&self.run, self.started, self.connected)
        else {
            return None;
        };
        let due = self.clients.values_mut().find(|it| it.send_at(now) <= now)?;
        due.missing = due.missing.min(due.unsent - due.first());
        let missing = due.missing.checked_sub(1);
        if missing.is_none() && due.unsent >= due.next {
            if due.unheard.is_empty() {
                // That it is still there.
                due.push(String::new());
            } else {
                due.send_again();
            }
        }
        let number = missing.map_or(due.unsent, |missing| due.first() + missing);
        let hello = (number == 0).then(|| {
            let hello = DriverHello {
                edge: self.edge.clone(),
                inbox: inbox.clone(),
                address: due.address.clone(),
                network: due.who.network(),
                browser: due.who.browser().map(str::to_owned),
                replaces: due.replaces,
            };
            hello.print()
        });
        let text = due.unheard.get(usize::try_from(number - due.first()).ok()?)?;
        let text = hello.as_ref().unwrap_or(text);
        let session = SessionId { edge: *run, number: due.session };
        let position = DriverPosition { started, session, number };
        let bytes = driver_message::print(&self.canvas, &due.check, &due.key, position, text);
        if number == due.first() {
            due.oldest = now;
        }
        due.sent = now;
        match missing {
            Some(missing) => due.missing = missing,
            None => due.unsent += 1,
        }
        Some(bytes)
    }

    /// When to poll again, if nothing happens before.
    pub(crate) fn wait_until(&self, now: Instant) -> Option<Instant> {
        let clients = self.clients.values();
        let may_send = self.run.is_some() && self.started.is_some() && self.connected;
        clients
            .flat_map(|it| {
                let untold = it.waits_for_word().then(|| it.told + UNTOLD);
                [untold, may_send.then(|| it.send_at(now))]
            })
            .flatten()
            .min()
    }
}

impl Client {
    /// Notes what is said of it for the backend.
    fn take(
        &mut self,
        client: ClientId,
        told: &SessionTold,
        commands: &mut VecDeque<BackendCommand>,
    ) {
        if self.is_gone {
            return;
        }
        if told.sent_away && !std::mem::replace(&mut self.sent_away, true) {
            commands.push_back(BackendCommand::Disconnect(client));
        }
        if told.text_input != self.text_input {
            self.text_input = told.text_input;
            commands.push_back(BackendCommand::TextInput { client, input: told.text_input });
        }
        if let Some((number, text)) = &told.clipboard
            && *number > self.clipboard
            && BackendCommand::check_clipboard(text).is_ok()
        {
            self.clipboard = *number;
            commands.push_back(BackendCommand::Clipboard { client, text: text.clone() });
        }
        if let Some((number, url)) = &told.url
            && *number > self.url
            && BackendCommand::check_url(url).is_ok()
        {
            self.url = *number;
            commands.push_back(BackendCommand::OpenUrl { client, url: url.clone() });
        }
    }
}

/// A request as a page says it; `None` if pages do not say it.
fn request_text(request: ControlRequest) -> Option<String> {
    let (name, number) = match request {
        ControlRequest::Ask => ("request_control", None),
        ControlRequest::Release => ("release_control", None),
        ControlRequest::TakeBack => ("take_control", None),
        ControlRequest::Grant(number) => ("grant_control", Some(number)),
        ControlRequest::Disconnect(number) => ("disconnect", Some(number)),
        ControlRequest::LetIn(number) => ("let_in", Some(number)),
        ControlRequest::Record(false) => ("pause_recording", None),
        ControlRequest::Record(true) => ("resume_recording", None),
        _ => return None,
    };
    let text = match number {
        Some(number) => json!({ "type": name, "number": number }),
        None => json!({ "type": name }),
    };
    Some(text.to_string())
}
