use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use async_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use framecast_api::Role;
use framecast_http::{HttpServer, Link, Reporter, ServerConfig};
use serde_json::json;

use crate::support::{Client, Engine, server_like};

const NO_LINK: CloseCode = CloseCode::Library(4001);
const LONG: Duration = Duration::from_secs(60);
const ONE: &str = "vJ8_kQ2-xP7.aZ4~mT9wLb";
const TWO: &str = "9f86d081884c7d659a2feaa0c55ad015";
/// Of the text `TWO`.
const TWO_HASHED: &str = "sha256:67212462231402852f818d095bb0c2bf1f422ede8b9025878ff2a89fc383f6ef";

struct Files {
    folder: tempfile::TempDir,
    told: Receiver<String>,
    config: ServerConfig,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (tell, told) = channel();
        let mut config = ServerConfig::default();
        config.link_file = Some(folder.path().join("links"));
        config.reporter = Reporter::new(move |_, message| drop(tell.send(message.to_owned())));
        Self { folder, told, config }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("links")
    }

    /// Puts a file in the place of the one that is there.
    fn put(&self, text: &str) {
        let new = self.folder.path().join("new");
        std::fs::write(&new, text).unwrap();
        private(&new);
        std::fs::rename(&new, self.path()).unwrap();
    }

    fn server(&self) -> HttpServer {
        server_like(self.config.clone())
    }

    /// Waits for a message with this in it.
    fn until_told(&self, part: &str) -> String {
        loop {
            let message = self.told.recv_timeout(LONG).unwrap();
            if message.contains(part) {
                return message;
            }
        }
    }

    fn error(&self) -> String {
        let address = "127.0.0.1:0".parse().unwrap();
        HttpServer::bind_with(address, self.config.clone()).unwrap_err().to_string()
    }
}

#[cfg(unix)]
fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn private(_: &Path) {}

fn enter(server: &HttpServer, token: &str) -> Client {
    let mut client = Client::connect(server.local_addr(), "/");
    client.say(&json!({
        "type": "hello", "width": 64, "height": 48, "ratio": 1, "visible": true, "token": token
    }));
    client
}

#[test]
fn a_file_that_is_missing_is_made_and_links_stay_the_same_from_then_on() {
    let files = Files::new();
    let server = files.server();
    files.until_told("made the link file");
    let links = |server: &HttpServer| -> Vec<_> {
        let link = |link: framecast_api::ViewLink| {
            let token = link.url.split_once("#token=").unwrap().1.to_owned();
            (link.name, link.role, token)
        };
        server.links(None).into_iter().map(link).collect()
    };
    let first = links(&server);
    let names: Vec<_> = first.iter().map(|(name, role, _)| (&**name, *role)).collect();
    assert_eq!(names, [("drive", Role::Drive), ("watch", Role::Watch)]);
    drop(server);
    assert_eq!(links(&files.server()), first);
    assert!(files.told.try_recv().is_err(), "the second start has nothing to tell");
}

#[test]
fn servers_that_start_together_have_the_same_links() {
    for _ in 0..10 {
        let files = Files::new();
        let start = std::sync::Barrier::new(6);
        let all: Vec<Vec<String>> = std::thread::scope(|scope| {
            let server = || {
                start.wait();
                let server = files.config.clone();
                let server = HttpServer::bind_with("127.0.0.1:0".parse().unwrap(), server).unwrap();
                let links = server.links(None).into_iter();
                links.map(|link| link.url.split_once('#').unwrap().1.to_owned()).collect()
            };
            let threads: Vec<_> = (0..6).map(|_| scope.spawn(server)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(all[0].len(), 2);
        assert!(all.iter().all(|links| *links == all[0]), "they have different links");
        let left = std::fs::read_dir(files.folder.path()).unwrap().count();
        assert_eq!(left, 1, "only the file itself is left");
    }
}

#[test]
fn a_file_that_is_written_slowly_revokes_nobody() {
    let files = Files::new();
    let (desk, guest) = (format!("desk drive never {ONE}\n"), format!("guest watch never {TWO}\n"));
    files.put(&format!("{desk}{guest}"));
    let server = files.server();
    let _engine = Engine::at(&server, None);
    let mut client = enter(&server, ONE);
    client.hear_text("welcome");
    // Truncated, and then half of a token, each for as long as it takes to be noticed.
    for (part, said) in [("", "it is empty"), (&desk[..desk.len() - 9], "has no end")] {
        std::fs::write(files.path(), part).unwrap();
        let message = files.until_told(said);
        assert!(message.contains("the links stay as they were"), "{message}");
    }
    std::fs::write(files.path(), desk).unwrap();
    files.until_told("links that are gone: 1, new ones: 0");
    client.say(&json!({"type": "ping", "id": 1}));
    client.hear_text("pong");
}

#[test]
fn what_is_gone_from_the_file_is_revoked_and_what_stays_keeps_its_clients() {
    let files = Files::new();
    files.put(&format!("desk drive never {ONE}\nguest watch never {TWO}\n"));
    let server = files.server();
    let _engine = Engine::at(&server, None);
    let mut desk = enter(&server, ONE);
    desk.hear_text("control");
    let mut guest = enter(&server, TWO);
    guest.hear_text("control");
    let fresh = TWO.replace('9', "7");
    files.put(&format!("# without the guest\nnew watch never {fresh}\ndesk drive never {ONE}\n"));
    assert_eq!(guest.until_closed(), Some(NO_LINK));
    let told = files.until_told("changed");
    assert!(told.contains("gone: 1, new ones: 1") && !told.contains(&fresh), "{told}");
    assert_eq!(enter(&server, TWO).until_closed(), Some(NO_LINK));
    enter(&server, &fresh).hear_text("welcome");
    assert!(desk.heard_until_pong().is_empty());
}

#[test]
fn a_change_that_makes_no_sense_changes_nothing_and_is_told() {
    let files = Files::new();
    files.put(&format!("desk drive never {ONE}\nguest watch never {TWO}\n"));
    let server = files.server();
    let _engine = Engine::at(&server, None);
    let mut guest = enter(&server, TWO);
    guest.hear_text("control");
    server.add_link(Link::watch("late")).unwrap();
    let third = TWO.replace('9', "7");
    for (text, why) in [
        (format!("desk drive never {ONE}\nguest watch {TWO}\n"), "line 2: it has 3 fields"),
        (format!("desk drive never {ONE}\nlate watch never {third}\n"), "\"late\" already"),
    ] {
        files.put(&text);
        let told = files.until_told("stay as they were");
        assert!(told.contains(why) && !told.contains(TWO), "{told}");
        let names: Vec<_> = server.list_links().into_iter().map(|link| link.name).collect();
        assert_eq!(names, ["desk", "guest", "late"]);
    }
    std::fs::remove_file(files.path()).unwrap();
    assert!(files.until_told("stay as they were").contains("no such file"));
    assert!(guest.heard_until_pong().is_empty());
    files.put(&format!("desk drive never {ONE}\n"));
    assert_eq!(guest.until_closed(), Some(NO_LINK));
}

#[test]
fn a_server_does_not_start_with_a_broken_file() {
    let mut files = Files::new();
    files.put(&format!("desk drive never {ONE}\nguest watch soon {TWO}\n"));
    let error = files.error();
    assert!(error.contains("line 2: the expiry") && error.contains("links"), "{error}");
    assert!(!error.contains(TWO), "{error}");
    files.put(&format!("desk drive never {ONE}\n"));
    files.config.links = vec![Link::drive("desk")];
    assert!(files.error().contains("\"desk\" already"));
    files.config.links = vec![];
    files.config.no_auth = true;
    assert!(files.error().contains("leave out one of them"));
    files.config.no_auth = false;
    files.config.link_file = Some(files.folder.path().join("no/such/folder"));
    let error = files.error();
    assert!(
        error.contains("cannot make the link file") && error.contains("no/such/folder: "),
        "{error}"
    );
    assert!(error.ends_with("in a directory that exists and that you may write to"), "{error}");
}

#[test]
#[cfg(unix)]
fn a_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let files = Files::new();
    files.put(&format!("desk drive never {ONE}\n"));
    let open = || std::fs::set_permissions(files.path(), PermissionsExt::from_mode(0o640)).unwrap();
    open();
    assert!(files.error().contains("chmod 600"));
    private(&files.path());
    let server = files.server();
    open();
    assert!(files.until_told("stay as they were").contains("chmod 600"));
    assert_eq!(server.list_links().len(), 1);
}

#[test]
fn a_link_with_a_hash_lets_its_token_in_and_its_address_shows_none() {
    let files = Files::new();
    files.put(&format!("guest watch never {TWO_HASHED}\n"));
    let server = files.server();
    let _engine = Engine::at(&server, None);
    let url = format!("http://{}/", server.local_addr());
    let links = server.links(None);
    assert_eq!((&*links[0].name, &*links[0].url), ("guest", &*url));
    assert!(!server.list_links()[0].in_use);
    let mut guest = enter(&server, TWO);
    guest.hear_text("welcome");
    assert!(server.list_links()[0].in_use);
    assert_eq!(enter(&server, TWO_HASHED).until_closed(), Some(NO_LINK));
}

#[test]
fn where_viewers_only_watch_links_to_drive_in_the_file_are_left_out_and_told_by_line() {
    let mut files = Files::new();
    files.config.watch_only = true;
    files.put(&format!("# who\ndesk drive never {ONE}\nguest watch never {TWO}\n"));
    let server = files.server();
    let told = files.until_told("left out");
    assert!(told.contains("line 2") && !told.contains(ONE), "{told}");
    let names = |server: &HttpServer| -> Vec<_> {
        server.list_links().into_iter().map(|link| (link.name, link.role)).collect()
    };
    assert_eq!(names(&server), [("guest".to_owned(), Role::Watch)]);
    files.put(&format!("guest watch never {TWO}\nwall drive never {ONE}\n"));
    let told = files.until_told("changed");
    assert!(told.contains("left out") && told.contains("line 2"), "{told}");
    assert_eq!(names(&server), [("guest".to_owned(), Role::Watch)]);
    // A line that becomes one to drive is gone.
    files.put(&format!("guest drive never {TWO}\nlast watch never {ONE}\n"));
    files.until_told("links that are gone: 1, new ones: 1");
    assert_eq!(names(&server), [("last".to_owned(), Role::Watch)]);
}
