use framecast::{BackendCommand, Canvas, ControlPolicy, EventKind, NullBackend, NullRemote, Step};

use crate::drain;

fn canvas() -> (Canvas, NullRemote, NullRemote) {
    let (window, window_remote) = NullBackend::local();
    let (web, web_remote) = NullBackend::new();
    let canvas = Canvas::builder("test").backend(window).backend(web).open().unwrap();
    (canvas, window_remote, web_remote)
}

fn copied(remote: &NullRemote) -> Vec<(u64, String)> {
    let copied = |setting| match setting {
        BackendCommand::Clipboard { client, text } => Some((client.0, text)),
        _ => None,
    };
    remote.commands().into_iter().filter_map(copied).collect()
}

#[test]
fn text_goes_to_the_clipboard_of_whoever_drives_and_of_nobody_else() {
    let (canvas, window, web) = canvas();
    let error = canvas.set_clipboard("nobody is here").unwrap_err();
    assert!(error.is_not_supported(), "{error}");
    web.join(1);
    web.join(2);
    drain(&canvas);
    canvas.set_clipboard("for the first").unwrap();
    web.leave(1);
    drain(&canvas);
    canvas.set_clipboard("for the second").unwrap();
    assert_eq!(copied(&web), [(1, "for the first".into()), (2, "for the second".into())]);
    window.join(0);
    drain(&canvas);
    canvas.set_control(ControlPolicy::Local);
    drain(&canvas);
    canvas.set_clipboard("for the window").unwrap();
    assert_eq!(copied(&window), [(0, "for the window".into())]);
    assert_eq!(copied(&web).len(), 2);
}

#[test]
fn a_text_that_is_too_long_is_refused_from_any_thread() {
    let (canvas, window, _web) = canvas();
    window.join(0);
    drain(&canvas);
    let handle = canvas.handle();
    let long = "x".repeat(BackendCommand::MAX_CLIPBOARD + 1);
    for error in
        [canvas.set_clipboard(&long).unwrap_err(), handle.set_clipboard(&long[..]).unwrap_err()]
    {
        assert!(error.to_string().contains("65537 bytes"), "{error}");
    }
    handle.set_clipboard(&long[1..]).unwrap();
    drain(&canvas);
    assert_eq!(copied(&window).len(), 1);
}

#[test]
fn what_the_presenter_pastes_arrives_and_what_others_paste_does_not() {
    let (canvas, _window, web) = canvas();
    web.join(1);
    web.join(2);
    web.event(2, EventKind::Paste { data: "of an observer".into() });
    web.event(1, EventKind::Paste { data: "two\nlines".into() });
    web.event(1, EventKind::Paste { data: "x".repeat(EventKind::MAX_PASTE + 1) });
    let mut pasted = Vec::new();
    while let Some(step) = canvas.poll() {
        if let Step::Event(event) = step
            && let EventKind::Paste { data } = event.kind
        {
            pasted.push(data);
        }
    }
    assert_eq!(pasted, ["two\nlines"]);
    assert_eq!((canvas.stats().ignored, canvas.stats().rejected), (1, 1));
}

#[cfg(feature = "http")]
mod over_a_websocket {
    use std::net::{SocketAddr, TcpStream};

    use async_tungstenite::tungstenite::client::IntoClientRequest;
    use async_tungstenite::tungstenite::{Message, WebSocket, client};
    use framecast::{Canvas, CanvasHandle, EventKind, Step};
    use framecast_http::{HttpServer, ServerConfig};
    use serde_json::{Value, json};

    use crate::PATIENCE;

    struct Page(WebSocket<TcpStream>);

    impl Page {
        fn open(address: SocketAddr) -> Self {
            let mut request = format!("ws://{address}/").into_client_request().unwrap();
            for (name, value) in [
                ("origin", format!("http://{address}")),
                ("sec-websocket-protocol", "framecast.v1".into()),
            ] {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
            let stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let mut page = Self(client(request, stream).unwrap().0);
            page.say(&json!({
                "type": "hello", "width": 64, "height": 48, "ratio": 1, "visible": true
            }));
            page
        }

        fn say(&mut self, message: &Value) {
            self.0.send(Message::text(message.to_string())).unwrap();
        }

        /// Reads until a text of this type; all the types up to then.
        fn until(&mut self, name: &str) -> (Value, Vec<String>) {
            let mut types = Vec::new();
            loop {
                let Message::Text(text) = self.0.read().unwrap() else { continue };
                let text: Value = serde_json::from_str(&text).unwrap();
                types.push(text["type"].as_str().unwrap().to_owned());
                if text["type"] == name {
                    return (text, types);
                }
            }
        }
    }

    /// Ends the application also when an assertion fails.
    struct Closing(CanvasHandle);

    impl Drop for Closing {
        fn drop(&mut self) {
            self.0.close();
        }
    }

    /// Runs an application that copies what is pasted, backwards.
    #[test]
    fn what_the_presenter_pastes_and_the_application_copies_is_nobody_elses() {
        let mut config = ServerConfig::default();
        config.no_auth = true;
        let server = HttpServer::bind_with("127.0.0.1:0".parse().unwrap(), config).unwrap();
        let canvas = Canvas::builder("test").backend(server.canvas(None).unwrap()).open().unwrap();
        let (address, closing) = (server.local_addr(), Closing(canvas.handle()));
        let pages = std::thread::spawn(move || {
            let _closing = closing;
            let mut presenter = Page::open(address);
            while presenter.until("control").0["presenter"] != true {}
            let mut observer = Page::open(address);
            observer.until("control");
            observer.say(&json!({"type": "paste", "data": "of an observer"}));
            observer.say(&json!({"type": "ping", "id": 1}));
            observer.until("pong");
            presenter.say(&json!({"type": "paste", "data": "two\nlines ü"}));
            let copied = presenter.until("clipboard").0;
            observer.say(&json!({"type": "ping", "id": 2}));
            let (_, types) = observer.until("pong");
            (copied["text"].as_str().unwrap().to_owned(), types)
        });
        let mut pasted = Vec::new();
        canvas
            .run(|canvas, step| match step {
                Step::Event(event) => {
                    if let EventKind::Paste { data } = event.kind {
                        let reversed: String = data.chars().rev().collect();
                        canvas.set_clipboard(&reversed).unwrap();
                        pasted.push(data);
                    }
                }
                Step::Draw(drawing) => drawing.present(),
            })
            .unwrap();
        let (copied, heard) = pages.join().unwrap();
        assert_eq!(pasted, ["two\nlines ü"]);
        assert_eq!(copied, "ü senil\nowt");
        assert!(!heard.contains(&"clipboard".to_owned()), "{heard:?}");
    }
}
