//! Other servers of the same canvases: the page connects to them when this one does not answer. Pure.

use framecast_api::Result;

use super::Sources;

/// Where they are, and that the page may connect there.
#[derive(Debug, Clone, Default)]
pub(crate) struct OtherServers {
    /// Each ends with a slash.
    bases: Vec<String>,
    sources: Sources,
}

impl OtherServers {
    /// Those at `urls`, which were checked as public addresses are.
    pub(crate) fn new(urls: &[String]) -> Result<Self> {
        let mut others = Self::default();
        for url in urls {
            others.bases.push(format!("{}/", url.trim_end_matches('/')));
            if let Some((scheme, rest)) = url.split_once("://") {
                let scheme = if scheme.eq_ignore_ascii_case("https") { "wss" } else { "ws" };
                let host = rest.split('/').next().unwrap_or_default();
                others.sources.add(&format!("connect-src {scheme}://{host}"))?;
            }
        }
        Ok(others)
    }

    /// The addresses of the canvas `name` there, with spaces between them.
    pub(crate) fn addresses(&self, name: &str) -> String {
        let slash = if name.is_empty() { "" } else { "/" };
        let addresses = self.bases.iter().map(|base| format!("{base}{name}{slash}"));
        addresses.collect::<Vec<_>>().join(" ")
    }

    /// What the page may connect to.
    pub(crate) fn sources(&self) -> &Sources {
        &self.sources
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_connect_to_the_sockets_of_other_servers() {
        let urls = ["https://b.example", "HTTPS://c.example:8443/a/b/", "http://127.0.0.1:8082/"];
        let others = OtherServers::new(&urls.map(str::to_owned)).unwrap();
        assert_eq!(
            others.sources().to_string(),
            "connect-src wss://b.example wss://c.example:8443 ws://127.0.0.1:8082"
        );
        assert_eq!(
            others.addresses(""),
            "https://b.example/ HTTPS://c.example:8443/a/b/ http://127.0.0.1:8082/"
        );
        assert_eq!(
            others.addresses("side"),
            "https://b.example/side/ HTTPS://c.example:8443/a/b/side/ http://127.0.0.1:8082/side/"
        );
        let none = OtherServers::new(&[]).unwrap();
        assert!(none.addresses("side").is_empty() && none.sources().is_empty());
    }
}
