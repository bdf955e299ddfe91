//! A copy of `examples/edge` that runs on this machine.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use framecast_test_nats::{Client, Login, NatsServer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;

/// The name in the certificate.
pub(super) const BUS: &str = "bus.example.org";

/// A copy of the folder, with the certificates that its configurations name and the passwords that its README makes.
pub(super) struct Stage {
    pub(super) folder: TempDir,
    pub(super) tls: Arc<ClientConfig>,
}

/// The folder in the repository.
pub(super) fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/edge")
}

pub(super) fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Replaces what must be there.
pub(super) fn replace(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "nothing says {from:?}");
    text.replace(from, to)
}

/// A client of TLS that trusts `roots` and has no certificate.
pub(super) fn trusting(roots: RootCertStore) -> Arc<ClientConfig> {
    let config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().expect("versions of TLS");
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

/// Runs a command, which must succeed.
pub(super) fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .concat();
    assert!(output.status.success(), "{command:?}: {said}");
}

/// Runs the commands in README.md that contain `word`, as `change` returns them.
fn run_block(folder: &Path, word: &str, change: impl FnOnce(&str) -> String) {
    let readme = read(&source().join("README.md"));
    let mut blocks =
        readme.split("```sh\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0));
    let block = blocks
        .find(|block| block.contains(word))
        .unwrap_or_else(|| panic!("no commands with {word}"));
    run(Command::new("sh").args(["-ec", &change(block)]).current_dir(folder));
}

impl Stage {
    pub(super) fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let tls = folder.path().join("tls");
        fs::create_dir_all(folder.path().join("cluster")).expect("a folder");
        fs::create_dir(&tls).expect("a folder");
        for name in ["nats.conf", "common.conf", "accounts.conf", "cluster/cluster.conf"] {
            fs::copy(source().join(name), folder.path().join(name)).expect("a file");
        }
        let common = folder.path().join("common.conf");
        let text = replace(&read(&common), "/etc/nats", &folder.path().to_string_lossy());
        fs::write(&common, replace(&text, "127.0.0.1:8222", "127.0.0.1:-1")).expect("a file");
        let request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=bus -addext \
             basicConstraints=critical,CA:FALSE -keyout privkey.pem -out fullchain.pem -addext";
        run(Command::new("openssl")
            .args(request.split_whitespace())
            .arg(format!("subjectAltName=DNS:{BUS}"))
            .current_dir(&tls));
        run_block(folder.path(), "mkpasswd", str::to_owned);

        let mut roots = RootCertStore::empty();
        let own = CertificateDer::from_pem_file(tls.join("fullchain.pem")).expect("PEM");
        roots.add(own).expect("a certificate");
        Self { folder, tls: trusting(roots) }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Logs in with the file that README.md makes for `user`.
    pub(super) fn log_in(&self, server: &NatsServer, user: &str) -> Client {
        let credentials = read(&self.path(&format!("{user}.creds")));
        let login = Login {
            user: credentials.trim_end().split_once(':'),
            tls: Some((BUS, self.tls.clone())),
        };
        Client::log_in(server.address(), &login)
            .unwrap_or_else(|error| panic!("{user}: {error}:\n{}", server.log()))
    }

    /// The three servers' files, with certificates and ports for this machine.
    pub(super) fn cluster(&self) -> Vec<PathBuf> {
        run_block(self.folder.path(), "cluster-ca-key", |block| {
            replace(block, "DNS:bus-$n.example.org", "IP:127.0.0.1")
        });
        // All of them at once, so that they differ.
        let listeners = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
        let ports =
            listeners.map(|listener| listener.local_addr().expect("an address").port().to_string());
        let mut cluster = read(&self.path("cluster/cluster.conf"));
        for (n, port) in (1..).zip(&ports) {
            cluster = replace(
                &cluster,
                &format!("bus-{n}.example.org:6222"),
                &format!("127.0.0.1:{port}"),
            );
        }
        cluster = replace(
            &cluster,
            "/etc/nats/tls/cluster-ca.pem",
            &self.path("cluster-ca.pem").to_string_lossy(),
        );
        let mut files = Vec::new();
        for (n, port) in (1..).zip(&ports) {
            let own = |suffix: &str| {
                self.path(&format!("bus-{n}{suffix}.pem")).to_string_lossy().into_owned()
            };
            let mut text = replace(&cluster, "/etc/nats/tls/cluster.pem", &own(""));
            text = replace(&text, "/etc/nats/tls/cluster-key.pem", &own("-key"));
            text = replace(&text, "0.0.0.0:6222", &format!("127.0.0.1:{port}"));
            fs::write(self.path(&format!("cluster/cluster-{n}.conf")), text).expect("a file");
            let name = format!("cluster/bus-{n}.conf");
            let mut text = replace(
                &read(&source().join(&name)),
                "include cluster.conf",
                &format!("include cluster-{n}.conf"),
            );
            text =
                replace(&text, &format!("bus-{n}.example.org:6222"), &format!("127.0.0.1:{port}"));
            fs::write(self.path(&name), text).expect("a file");
            files.push(self.path(&name));
        }
        files
    }
}
