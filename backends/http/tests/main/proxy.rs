use framecast_http::{HttpServer, HttpService, ServerConfig, Visitor};

use crate::service::{answer, handshake, hello, joined};
use crate::support::{Client, Engine, get, server_like, server_with, status};

fn behind_a_proxy(change: impl FnOnce(&mut ServerConfig)) -> (HttpServer, Engine) {
    let mut config = ServerConfig::default();
    config.trusted_proxies = vec!["127.0.0.1".into()];
    change(&mut config);
    let server = server_like(config);
    let engine = Engine::at(&server, None);
    (server, engine)
}

#[test]
fn a_trusted_proxy_says_whose_request_it_is() {
    let (server, mut engine) = behind_a_proxy(|_| {});
    let links = server.links(None);
    let token = links[1].url.split_once("#token=").unwrap().1;
    let (name, value) = ("x-forwarded-for", "10.9.9.9, 192.0.2.7");
    let mut client = Client::connect_with(server.local_addr(), "/", &[(name, value)]);
    client.say(&hello(token));
    assert_eq!(joined(&mut engine).0, "watch 192.0.2.7");
    // The page is one of https there.
    let origin = format!("Origin: https://{}\r\n", server.local_addr());
    assert_eq!(status(&get(server.local_addr(), "/", &origin)), 403);
    let https = format!("{origin}X-Forwarded-Proto: https\r\n");
    assert_eq!(status(&get(server.local_addr(), "/", &https)), 200);
}

#[test]
fn nobody_becomes_local_by_way_of_a_proxy() {
    type Change = fn(&mut ServerConfig);
    let proxied: [Change; 2] = [
        |config| config.trusted_proxies = vec!["127.0.0.1".into()],
        |config| config.public_url = Some("https://example.org/".into()),
    ];
    for change in proxied {
        let mut config = ServerConfig::default();
        config.no_auth = true;
        change(&mut config);
        let error = HttpServer::bind_with("127.0.0.1:0".parse().unwrap(), config).unwrap_err();
        assert!(error.to_string().contains("--no-auth"), "{error}");
    }
    // Nor by way of an application.
    let server = server_with(|_| {});
    let _engine = Engine::at(&server, None);
    let handshake = handshake("https://app.example.org");
    let refused = answer(server.service(), handshake, &Visitor::anonymous());
    assert_eq!(refused.status(), 401);
}

#[test]
fn those_behind_a_proxy_are_counted_by_their_own_addresses() {
    let (server, _engine) = behind_a_proxy(|config| {
        config.limits.connections_per_address = 2;
    });
    let link = server.links(None).remove(1).url;
    let token = link.split_once("#token=").unwrap().1.to_owned();
    let join = |address: &str| {
        let mut client =
            Client::connect_with(server.local_addr(), "/", &[("x-forwarded-for", address)]);
        client.say(&hello(&token));
        client.hear_text("control");
        client
    };
    let _clients = ["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2"].map(join);
    let one_more = |address: &str| {
        status(&get(server.local_addr(), "/", &format!("X-Forwarded-For: {address}\r\n")))
    };
    assert_eq!(one_more("192.0.2.1"), 503);
    assert_eq!(one_more("192.0.2.3"), 200);
}

#[test]
fn what_makes_no_sense_is_told_at_start() {
    type Change = fn(&mut ServerConfig);
    let wrong: [(&str, Change); 4] = [
        ("no_auth", |config| config.no_auth = true),
        ("a proxy", |config| config.trusted_proxies = vec!["proxy.example.org".into()]),
        ("https://example.org/canvas/", |config| config.public_url = Some("example.org".into())),
        ("/canvas/", |config| config.path = "canvas".into()),
    ];
    for (hint, change) in wrong {
        let mut config = ServerConfig::default();
        change(&mut config);
        let error = HttpService::with(config).unwrap_err().to_string();
        assert!(error.contains(hint), "{error}");
    }
    let mut config = ServerConfig::default();
    config.public_url = Some("https://example.org/canvas".into());
    let server = server_like(config);
    assert!(server.links(None)[0].url.starts_with("https://example.org/canvas/#token="));
}
