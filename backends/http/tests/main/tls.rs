//! The same server over TLS, and what comes to its port that is not.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_tungstenite::tungstenite::client;
use async_tungstenite::tungstenite::client::IntoClientRequest;
use framecast_api::{Backend, BackendEvent, EventKind};
use framecast_http::{HttpServer, Reporter, ServerConfig, Tls};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
};
use serde_json::json;

use crate::support::{Client, Engine, Heard, body, exchange, server_like, status, tcp};

type Stream = StreamOwned<ClientConnection, TcpStream>;

/// A server with a certificate, and who trusts it.
struct Encrypted {
    server: HttpServer,
    engine: Engine,
    roots: RootCertStore,
}

fn encrypted() -> Encrypted {
    encrypted_with(|_| {})
}

fn encrypted_with(change: impl FnOnce(&mut ServerConfig)) -> Encrypted {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let mut config = ServerConfig::default();
    config.no_auth = true;
    config.tls = Some(Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap());
    change(&mut config);
    let server = server_like(config);
    let engine = Engine::at(&server, None);
    Encrypted { server, engine, roots }
}

impl Encrypted {
    fn address(&self) -> SocketAddr {
        self.server.local_addr()
    }

    fn connect_by(&self, versions: &[&'static SupportedProtocolVersion]) -> Stream {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(self.roots.clone())
            .with_no_client_auth();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let session = ClientConnection::new(Arc::new(config), name).unwrap();
        StreamOwned::new(session, tcp(self.address()))
    }

    fn connect(&self) -> Stream {
        self.connect_by(rustls::DEFAULT_VERSIONS)
    }

    fn get(&self, headers: &str) -> String {
        answer(self.connect(), self.address(), headers)
    }

    /// A client that has joined.
    fn join(&mut self) -> Client<Stream> {
        let mut request = format!("wss://{}/", self.address()).into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", "framecast.v1".parse().unwrap());
        headers.insert("origin", format!("https://{}", self.address()).parse().unwrap());
        let (socket, _) = client(request, self.connect()).unwrap();
        let mut client = Client::on(socket);
        client.hello(true);
        client.hear_text("welcome");
        client
    }
}

fn answer(mut stream: Stream, address: SocketAddr, headers: &str) -> String {
    write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n").unwrap();
    let mut answer = String::new();
    // To the end, which must have been said: a cut connection is an error here.
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_page_comes_by_both_versions_and_links_say_https() {
    let encrypted = encrypted();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let answer = answer(encrypted.connect_by(&[version]), encrypted.address(), "");
        assert_eq!(status(&answer), 200, "{version:?}: {answer}");
        assert!(body(&answer).contains("<!doctype html>"), "{answer}");
    }
    let links = encrypted.server.links(None);
    assert_eq!(links[0].url, format!("https://{}/", encrypted.address()));
}

#[test]
fn pictures_go_out_and_input_comes_in() {
    let mut encrypted = encrypted();
    let mut client = encrypted.join();
    let id = encrypted.engine.until_joined();
    encrypted.engine.backend.apply(&crate::support::driven_by(Some(id))).unwrap();
    // Far more than a session's buffer: noise hardly gets smaller.
    let noise = |x: u32, y: u32| {
        let n =
            (x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0xc2b2_ae35);
        [n as u8, (n >> 8) as u8, (n >> 16) as u8]
    };
    let frame = encrypted.engine.draw(640, 480, noise);
    encrypted.engine.backend.present(&frame).unwrap();
    assert!(client.until_exact().shows(&frame));
    client.say(&json!({"type": "focus_in"}));
    encrypted.engine.inputs_until(|input| {
        matches!(input, BackendEvent::Event { kind: EventKind::FocusIn, client, .. } if *client == id)
    });
    drop(client);
    encrypted.engine.until_left();
}

#[test]
fn the_page_of_the_same_address_without_tls_is_another_site() {
    let encrypted = encrypted();
    let with = |scheme: &str| format!("Origin: {scheme}://{}\r\n", encrypted.address());
    assert_eq!(status(&encrypted.get(&with("https"))), 200);
    assert_eq!(status(&encrypted.get(&with("http"))), 403);
}

#[test]
fn who_speaks_plain_http_is_told_so() {
    let encrypted = encrypted();
    let answer = exchange(encrypted.address(), b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(status(&answer), 400, "{answer}");
    assert!(body(&answer).contains("https://"), "{answer}");
    assert!(answer.contains("content-security-policy: "), "{answer}");
    assert_eq!(status(&encrypted.get("")), 200);
}

#[test]
fn what_is_almost_tls_ends_its_connection_and_no_other() {
    let mut encrypted = encrypted();
    let mut client = encrypted.join();
    let mut hello = Vec::new();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(encrypted.roots.clone())
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    ClientConnection::new(Arc::new(config), name).unwrap().write_tls(&mut hello).unwrap();
    let mut attempts: Vec<Vec<u8>> = vec![
        vec![22; 20_000],
        vec![22, 3, 1, 0, 0],
        [&[22, 3, 1, 0xff, 0xff][..], &[0; 65_535]].concat(),
        // An alert, application data, and a second hello where none may be.
        [&hello[..], &[21, 3, 3, 0, 2, 2, 40]].concat(),
        [&hello[..], &[23, 3, 3, 0, 1, 0]].concat(),
        [&hello[..], &hello].concat(),
    ];
    for at in (0..hello.len()).step_by(7).skip(1) {
        let mut broken = hello.clone();
        broken[at] ^= 0x55;
        attempts.push(broken);
    }
    for attempt in attempts {
        let mut stream = tcp(encrypted.address());
        stream.write_all(&attempt).unwrap();
        // It may have ended already.
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut told = Vec::new();
        // Whatever it says, it ends.
        let _ = stream.read_to_end(&mut told);
        assert!(!String::from_utf8_lossy(&told).contains("HTTP"), "{attempt:?}");
    }
    assert_eq!(status(&encrypted.get("")), 200);
    encrypted.engine.present([9, 9, 9]);
    assert!(client.picture().is([9, 9, 9]));
}

#[test]
fn who_does_not_finish_the_handshake_in_time_is_dropped() {
    let encrypted = encrypted_with(|config| config.limits.head_time = Duration::from_millis(300));
    for start in [&[][..], &[22], &[22, 3, 1, 2, 0, 1]] {
        let mut stream = tcp(encrypted.address());
        stream.write_all(start).unwrap();
        let mut told = Vec::new();
        // A time-out of the test's own would be an error of another kind.
        match stream.read_to_end(&mut told) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
        }
        assert!(told.is_empty(), "{start:?}: {told:?}");
    }
}

#[test]
fn the_end_of_the_application_is_told_and_the_connection_closed_in_order() {
    let mut encrypted = encrypted();
    let mut client = encrypted.join();
    encrypted.engine.backend.close();
    client.hear_text("closed");
    assert!(matches!(client.hear(), Heard::Closed(Some(_))));
}

/// Writes a new certificate for this machine and its key; gives it.
fn renew(folder: &Path) -> CertificateDer<'static> {
    let names = vec!["127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    made.cert.der().clone()
}

#[test]
fn a_certificate_that_changes_is_taken_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let [certificate, key] = ["cert.pem", "key.pem"].map(|name| folder.path().join(name));
    let first = renew(folder.path());
    let (tell, told) = std::sync::mpsc::channel();
    let mut encrypted = encrypted_with(|config| {
        config.tls = Some(Tls::from_files(&certificate, &key).unwrap());
        config.reporter = Reporter::new(move |_, message| drop(tell.send(message.to_owned())));
    });
    let until_told = |part: &str| {
        let wait = || told.recv_timeout(Duration::from_secs(60)).unwrap();
        std::iter::repeat_with(wait).find(|message| message.contains(part)).unwrap()
    };
    let mut trust = |certificate| {
        encrypted.roots = RootCertStore::empty();
        encrypted.roots.add(certificate).unwrap();
        assert_eq!(status(&encrypted.get("")), 200);
    };
    trust(first.clone());
    std::fs::write(&key, "nothing").unwrap();
    let message = until_told("stays as it was");
    assert!(message.contains("key.pem") && message.contains("no private key"), "{message}");
    trust(first);
    let second = renew(folder.path());
    let message = until_told("the certificate changed");
    assert!(message.contains(Tls::from_files(&certificate, &key).unwrap().fingerprint()));
    trust(second);
}

#[test]
fn a_certificate_that_is_kept_is_watched_and_the_one_in_use_stays_when_its_file_is_broken_or_gone()
{
    let folder = tempfile::tempdir().unwrap();
    let [here, other] = ["here.pem", "other.pem"].map(|name| folder.path().join(name));
    let address = "127.0.0.1:0".parse().unwrap();
    let make = |file: &Path| Tls::self_signed_in(file, address, &[]).unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    let mut encrypted = encrypted_with(|config| {
        config.tls = Some(make(&here));
        config.reporter = Reporter::new(move |_, message| drop(tell.send(message.to_owned())));
    });
    let until_told = |part: &str| {
        let wait = || told.recv_timeout(Duration::from_secs(60)).unwrap();
        std::iter::repeat_with(wait).find(|message| message.contains(part)).unwrap()
    };
    assert!(until_told("made a certificate").contains("here.pem"));
    let mut trust = |file: &Path| {
        let text = std::fs::read(file).unwrap();
        encrypted.roots = RootCertStore::empty();
        encrypted.roots.add(CertificateDer::from_pem_slice(&text).unwrap()).unwrap();
        assert_eq!(status(&encrypted.get("")), 200);
    };
    trust(&here);
    let first = folder.path().join("first.pem");
    std::fs::copy(&here, &first).unwrap();
    std::fs::write(&here, "nothing").unwrap();
    assert!(until_told("stays as it was").contains("no file that framecast made"));
    trust(&first);
    std::fs::remove_file(&here).unwrap();
    assert!(until_told("stays as it was").contains("is gone"));
    trust(&first);
    let second = make(&other);
    std::fs::rename(&other, &here).unwrap();
    assert!(until_told("the certificate changed").contains(second.fingerprint()));
    trust(&here);
}
