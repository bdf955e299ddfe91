//! The owner's files, over a socket: what is served, what never is.

use std::net::SocketAddr;
use std::path::Path;

use framecast_http::{HttpServer, Limits, Resources, ServerConfig};

use crate::support::{Engine, body, get, request, server_like, status};

const SECRET: &str = "nobody may see this";

struct Site {
    /// Holds `web`, which is served, and `secret.txt`, which is not.
    around: tempfile::TempDir,
    server: HttpServer,
    engine: Engine,
}

impl Site {
    /// A server with a directory; `files` are put into memory.
    fn new(files: &Resources) -> Self {
        let around = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(around.path().join("web/sub")).unwrap();
        std::fs::write(around.path().join("secret.txt"), SECRET).unwrap();
        let mut config = ServerConfig::default();
        config.no_auth = true;
        config.resources = files.clone().with_directory(around.path().join("web")).unwrap();
        let server = server_like(config);
        let engine = Engine::at(&server, None);
        Self { around, server, engine }
    }

    fn address(&self) -> SocketAddr {
        self.server.local_addr()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.around.path().join("web").join(name), bytes).unwrap();
    }

    fn get(&self, path: &str) -> String {
        get(self.address(), path, "")
    }
}

fn header<'a>(answer: &'a str, name: &str) -> &'a str {
    let line = answer.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap_or_else(|| panic!("no {name} in {answer}"))
}

fn is_viewers(answer: &str, path: &str) {
    let bytes = framecast_viewer::file(path).unwrap().bytes;
    // The page names what it loads by its hash.
    let mut parts = body(answer).split("?v=");
    let first = parts.next().unwrap().to_owned();
    let without =
        |text, part: &str| text + part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    assert_eq!(parts.fold(first, without).as_bytes(), bytes, "{path} of the viewer");
}

#[test]
fn a_directory_overrides_and_adds_and_memory_comes_after_it() {
    let files = Resources::new();
    let site = Site::new(&files);
    files.insert("style.css", "from memory").unwrap();
    files.insert("added.txt", "from memory").unwrap();
    site.write("index.html", "<!doctype html><title>mine</title>");
    site.write("style.css", "from disk");
    site.write("sub/my über.PNG", b"\x89PNG");
    for path in ["/", "/index.html", "/?x=1", "/%69ndex.html"] {
        let page = site.get(path);
        assert_eq!((status(&page), body(&page)), (200, "<!doctype html><title>mine</title>"));
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&page, "x-content-type-options"), "nosniff");
        assert_eq!(header(&page, "cache-control"), "no-cache");
        assert!(header(&page, "content-security-policy").contains("font-src 'self';"));
    }
    assert_eq!(body(&site.get("/style.css")), "from disk");
    assert_eq!(body(&site.get("/added.txt")), "from memory");
    let picture = site.get("/sub/my%20%C3%BCber.PNG");
    assert_eq!((status(&picture), header(&picture, "content-type")), (200, "image/png"));
    is_viewers(&site.get("/main.js"), "main.js");
    // What is edited, added and removed is seen by the next request.
    site.write("index.html", "edited");
    assert_eq!(body(&site.get("/")), "edited");
    std::fs::remove_file(site.around.path().join("web/index.html")).unwrap();
    is_viewers(&site.get("/"), "index.html");
    files.insert("index.html", "in memory").unwrap();
    assert_eq!(body(&site.get("/")), "in memory");
    assert!(files.remove("added.txt"));
    assert_eq!(status(&site.get("/added.txt")), 404);
}

#[test]
fn a_page_may_use_what_its_owner_names_besides() {
    let files = Resources::new().with_sources("font-src https://fonts.example.org").unwrap();
    let site = Site::new(&files);
    let own = Resources::new().with_sources("img-src https://*.tiles.example").unwrap();
    let mut side = Engine::at(&site.server, Some("side"));
    side.backend.set_resources(own);
    let policy = |path: &str| header(&site.get(path), "content-security-policy").to_owned();
    for path in ["/", "/main.js"] {
        assert!(policy(path).contains("font-src 'self' https://fonts.example.org;"), "{path}");
    }
    assert!(policy("/side/").contains("img-src 'self' blob: data: https://*.tiles.example;"));
    // Each page has what was named for it, and what is no page nothing.
    for path in ["/side/", "/stats", "/snapshot.png?x=1"] {
        assert!(!policy(path).contains("fonts.example.org"), "{path}");
    }
    assert!(Resources::new().with_sources("script-src 'unsafe-eval'").is_err());
}

#[test]
fn the_page_of_each_canvas_knows_other_servers_and_may_connect_there() {
    let mut config = ServerConfig::default();
    config.no_auth = true;
    config.also = vec!["https://edge-2.example.org".into(), "http://127.0.0.1:8082/x/".into()];
    let server = server_like(config);
    let _engine = Engine::at(&server, None);
    let mut side = Engine::at(&server, Some("side"));
    let own = Resources::new().with_sources("connect-src https://data.example").unwrap();
    side.backend.set_resources(own);
    let (page, its) = (get(server.local_addr(), "/", ""), get(server.local_addr(), "/side/", ""));
    let policy = "connect-src 'self' wss://edge-2.example.org ws://127.0.0.1:8082";
    assert!(header(&page, "content-security-policy").contains(&format!("{policy};")), "{page}");
    assert!(
        header(&its, "content-security-policy")
            .contains(&format!("{policy} https://data.example;")),
        "{its}"
    );
    assert!(
        page.contains(" data-also=\"https://edge-2.example.org/ http://127.0.0.1:8082/x/\" "),
        "{page}"
    );
    assert!(
        its.contains(
            " data-also=\"https://edge-2.example.org/side/ http://127.0.0.1:8082/x/side/\" "
        ),
        "{its}"
    );
}

#[test]
fn a_directory_that_was_replaced_is_seen() {
    let site = Site::new(&Resources::new());
    site.write("x.txt", "old");
    let web = site.around.path().join("web");
    std::fs::rename(&web, site.around.path().join("before")).unwrap();
    assert_eq!(status(&site.get("/x.txt")), 404);
    is_viewers(&site.get("/"), "index.html");
    std::fs::create_dir(&web).unwrap();
    site.write("x.txt", "new");
    assert_eq!(body(&site.get("/x.txt")), "new");
}

#[test]
fn a_canvas_may_have_a_page_of_its_own() {
    let files = Resources::new();
    let mut site = Site::new(&files);
    site.write("logo.svg", "the server's");
    let own = Resources::new();
    own.insert("index.html", "the side's").unwrap();
    let mut side = Engine::at(&site.server, Some("side"));
    assert_eq!(body(&site.get("/side/logo.svg")), "the server's");
    side.backend.set_resources(own.clone());
    assert_eq!(body(&site.get("/side/")), "the side's");
    assert_eq!(status(&site.get("/side/logo.svg")), 404, "it is instead of the server's");
    is_viewers(&site.get("/side/main.js"), "main.js");
    is_viewers(&site.get("/"), "index.html");
    site.engine.backend.set_resources(own);
    assert_eq!(body(&site.get("/")), "the side's");
}

#[test]
fn a_file_is_sent_again_when_it_was_changed() {
    let site = Site::new(&Resources::new());
    site.write("x.txt", "one");
    let tag = header(&site.get("/x.txt"), "etag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag} is strong");
    let again = || get(site.address(), "/x.txt", &format!("If-None-Match: {tag}\r\n"));
    let known = again();
    assert_eq!((status(&known), body(&known), header(&known, "etag")), (304, "", &*tag));
    site.write("x.txt", "two");
    let edited = again();
    assert_eq!((status(&edited), body(&edited)), (200, "two"));
    assert_ne!(header(&edited, "etag"), tag);
    site.write("x.txt", "one");
    assert_eq!(status(&again()), 304, "by its content, not by its time");
}

#[test]
fn head_gets_the_head_of_a_file_and_other_methods_nothing() {
    let site = Site::new(&Resources::new());
    site.write("x.txt", "twelve bytes");
    let head = request(site.address(), "HEAD", "/x.txt", "");
    assert_eq!((status(&head), body(&head)), (200, ""));
    assert_eq!(header(&head, "content-length"), "12");
    assert_eq!(header(&head, "etag"), header(&site.get("/x.txt"), "etag"));
    for method in ["POST", "PUT", "DELETE", "PROPFIND"] {
        let answer = request(site.address(), method, "/x.txt", "");
        assert_eq!((status(&answer), header(&answer, "allow")), (405, "GET, HEAD"), "{method}");
    }
    assert_eq!(body(&get(site.address(), "/x.txt", "Range: bytes=0-2\r\n")), "twelve bytes");
}

/// Each names the file beside the directory, or something that is not given out, in somebody's notation.
#[test]
fn no_path_leads_out_of_the_directory() {
    let site = Site::new(&Resources::new());
    for name in [".env", "sub/.hidden", "sub/x.txt"] {
        site.write(name, SECRET);
    }
    #[cfg(unix)]
    for name in ["..\\secret.txt", "index.html~", "C:", "a:b", "con", "x ", "x\u{85}y"] {
        site.write(name, SECRET);
    }
    assert_eq!(body(&site.get("/sub/x.txt")), SECRET, "the files are where the paths lead");
    let absolute = site.around.path().join("secret.txt");
    let absolute = absolute.to_str().unwrap();
    let hostile = [
        "/../secret.txt",
        "//../secret.txt",
        "/./../secret.txt",
        "/sub/../../secret.txt",
        "/sub/../sub/x.txt",
        "/sub/./x.txt",
        "/sub//x.txt",
        "/sub/x.txt/",
        "/sub/x.txt/..",
        "/sub",
        "/sub/",
        "/.",
        "/..",
        "/../",
        "/...",
        "/..;/secret.txt",
        "/%2e%2e/secret.txt",
        "/%2E%2E/secret.txt",
        "/.%2e/secret.txt",
        "/%2e./secret.txt",
        "/..%2fsecret.txt",
        "/..%2Fsecret.txt",
        "/sub%2fx.txt",
        "/sub%2f..%2f..%2fsecret.txt",
        "/%2fetc/passwd",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/..%5Csecret.txt",
        "/sub\\x.txt",
        "/%252e%252e/secret.txt",
        "/..%252fsecret.txt",
        "/%252e%252e%252fsecret.txt",
        "/%25%32%65%25%32%65/secret.txt",
        "/sub/x.txt%00",
        "/sub/x.txt%00.png",
        "/%00",
        "/sub/x.txt%20",
        "/sub/x.txt.",
        "/x%20",
        "/sub/x.txt::$DATA",
        "/sub:x.txt",
        "/C:/Windows/win.ini",
        "/C:",
        "/a:b",
        "/a%3ab",
        "/con",
        "/index.html~",
        "/INDEX~1.HTM",
        "/.env",
        "/%2eenv",
        "/sub/.hidden",
        "/sub/%2ehidden",
        "/x%C2%85y",
        "//evil.example/secret.txt",
        "/%EF%BC%8E%EF%BC%8E/secret.txt",
        "/%E2%80%A5/secret.txt",
        "/..%e2%88%95secret.txt",
        "/..%EF%BC%8Fsecret.txt",
    ];
    let long = [
        format!("/{absolute}"),
        format!("/{}", absolute.replace('/', "%2f")),
        format!("/{}", "x".repeat(3000)),
        format!("/{}", "y/".repeat(1500)),
        format!("/{}secret.txt", "../".repeat(1000)),
        format!("/{}secret.txt", "%2e%2e/".repeat(500)),
    ];
    for path in hostile.into_iter().chain(long.iter().map(String::as_str)) {
        let answer = site.get(path);
        assert!(!answer.contains(SECRET), "{path}: {answer}");
        // Some are no request target at all.
        assert!(matches!(status(&answer), 400 | 404), "{path}: {answer}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
    }
    // As they are written, a backslash and the like never reach us by a browser; by others they do.
    for path in ["/%", "/%2", "/%zz", "/%2%65", "/sub/%u002e", "/%C0%AE%C0%AE/secret.txt", "/%ff"] {
        assert_eq!(status(&site.get(path)), 400, "{path}");
    }
    assert_eq!(status(&site.get("/sub/x.txt")), 200, "it lives on");
}

#[test]
fn a_file_that_is_too_large_is_not_given_out() {
    let site = Site::new(&Resources::new());
    let path = site.around.path().join("web/index.html");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(Limits::FILE_BYTES as u64).unwrap();
    let answer = site.get("/");
    assert_eq!((status(&answer), body(&answer).len()), (200, Limits::FILE_BYTES));
    file.set_len(Limits::FILE_BYTES as u64 + 1).unwrap();
    let answer = site.get("/");
    assert_eq!(status(&answer), 403, "and the viewer's does not hide that");
    assert!(body(&answer).contains("not given out"), "{answer}");
    assert_eq!(header(&answer, "cache-control"), "no-store");
}

#[test]
fn more_requests_than_files_are_read_at_once_are_all_answered() {
    let site = Site::new(&Resources::new());
    let bytes = "x".repeat(1024 * 1024);
    site.write("x.txt", &bytes);
    std::thread::scope(|scope| {
        let clients: Vec<_> =
            (0..4 * Limits::FILES_AT_ONCE).map(|_| scope.spawn(|| site.get("/x.txt"))).collect();
        for client in clients {
            assert_eq!(body(&client.join().unwrap()), bytes);
        }
    });
}

#[test]
fn what_is_no_directory_is_told_at_once() {
    let around = tempfile::tempdir().unwrap();
    let file = around.path().join("file");
    std::fs::write(&file, "").unwrap();
    for path in [&file, &around.path().join("nothing"), Path::new("")] {
        let error = Resources::new().with_directory(path).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("cannot serve files from {}: ", path.display())),
            "{error}"
        );
        assert!(error.contains("give a directory"), "{error}");
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn links_are_followed_inside_and_never_outside() {
        let site = Site::new(&Resources::new());
        let web = site.around.path().join("web");
        site.write("sub/real.txt", "inside");
        symlink("sub/real.txt", web.join("file.txt")).unwrap();
        symlink("sub", web.join("folder")).unwrap();
        symlink("../sub/real.txt", web.join("sub/up.txt")).unwrap();
        symlink("../web/sub/real.txt", web.join("out-and-in.txt")).unwrap();
        symlink(web.join("sub/real.txt"), web.join("absolute.txt")).unwrap();
        for path in
            ["/file.txt", "/folder/real.txt", "/folder/up.txt", "/out-and-in.txt", "/absolute.txt"]
        {
            assert_eq!(body(&site.get(path)), "inside", "{path}");
        }
        symlink("../secret.txt", web.join("out.txt")).unwrap();
        symlink("..", web.join("around")).unwrap();
        symlink(site.around.path(), web.join("absolute")).unwrap();
        symlink("/", web.join("everything")).unwrap();
        symlink("out.txt", web.join("twice.txt")).unwrap();
        for path in [
            "/out.txt",
            "/twice.txt",
            "/around/secret.txt",
            "/absolute/secret.txt",
            "/everything/etc/passwd",
            // Nobody learns what is there and what is not.
            "/everything/nothing",
        ] {
            let answer = site.get(path);
            assert_eq!(status(&answer), 404, "{path}: {answer}");
            assert!(!answer.contains(SECRET), "{path}");
        }
        symlink("loop.txt", web.join("loop.txt")).unwrap();
        assert_eq!(status(&site.get("/loop.txt")), 404);
        symlink("nowhere", web.join("dangling.txt")).unwrap();
        assert_eq!(status(&site.get("/dangling.txt")), 404);
    }

    #[test]
    fn the_rules_for_names_hold_for_what_a_link_leads_to() {
        let site = Site::new(&Resources::new());
        let web = site.around.path().join("web");
        for folder in [".git", ".hidden/deep", "fine"] {
            std::fs::create_dir_all(web.join(folder)).unwrap();
        }
        site.write(".git/config", SECRET);
        site.write(".env", SECRET);
        site.write("fine/real.txt", "inside");
        site.write(".hidden/deep/x.txt", SECRET);
        site.write("backup.txt~", SECRET);
        for (to, from) in [
            (".git/config", "config.txt"),
            (".git", "repository"),
            (".env", "environment.txt"),
            ("../.env", "fine/up.txt"),
            (".hidden", "shown"),
            (".hidden/deep", "deep"),
            ("shown", "again"),
            ("backup.txt~", "backup.txt"),
            ("fine", "good"),
            ("good/real.txt", "good.txt"),
        ] {
            symlink(to, web.join(from)).unwrap();
        }
        for path in [
            "/config.txt",
            "/repository/config",
            "/environment.txt",
            "/fine/up.txt",
            "/shown/deep/x.txt",
            "/deep/x.txt",
            "/again/deep/x.txt",
            "/backup.txt",
        ] {
            let answer = site.get(path);
            assert_eq!(status(&answer), 404, "{path}: {answer}");
            assert!(!answer.contains(SECRET), "{path}");
        }
        for path in ["/good/real.txt", "/good.txt", "/fine/real.txt"] {
            assert_eq!(body(&site.get(path)), "inside", "{path}");
        }
    }

    #[test]
    fn a_directory_may_itself_be_called_or_reached_by_a_hidden_name() {
        let around = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(around.path().join(".config/web")).unwrap();
        std::fs::write(around.path().join(".config/web/x.txt"), "inside").unwrap();
        symlink(".config/web", around.path().join("web")).unwrap();
        for root in [".config/web", "web"] {
            let mut config = ServerConfig::default();
            config.no_auth = true;
            config.resources = Resources::new().with_directory(around.path().join(root)).unwrap();
            let server = server_like(config);
            let _engine = Engine::at(&server, None);
            let answer = get(server.local_addr(), "/x.txt", "");
            assert_eq!(body(&answer), "inside", "{root}");
        }
    }

    #[test]
    fn what_is_no_regular_file_is_not_waited_for() {
        let site = Site::new(&Resources::new());
        let web = site.around.path().join("web");
        // As a program, because rustix cannot make one on macOS.
        let made = std::process::Command::new("mkfifo").arg(web.join("pipe")).status();
        assert!(made.unwrap().success());
        let _socket = std::os::unix::net::UnixListener::bind(web.join("socket")).unwrap();
        assert_eq!(status(&site.get("/pipe")), 404);
        assert_eq!(status(&site.get("/socket")), 404);
        std::fs::create_dir(web.join("main.js")).unwrap();
        is_viewers(&site.get("/main.js"), "main.js");
    }

    #[test]
    fn what_this_program_may_not_read_is_not_given_out() {
        let site = Site::new(&Resources::new());
        site.write("index.html", SECRET);
        let path = site.around.path().join("web/index.html");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o0)).unwrap();
        let answer = site.get("/");
        // Who is root may read everything.
        if std::fs::read(&path).is_err() {
            assert_eq!(status(&answer), 403);
            assert!(!answer.contains(SECRET));
        } else {
            assert_eq!(body(&answer), SECRET);
        }
    }
}
