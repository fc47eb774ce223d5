//! What `sandbox serve` says: where everything answers, for a shell or for a program.

use std::net::SocketAddr;
use std::path::PathBuf;

use reconcile_core::problem::Problem;
use reconcile_sandbox::{LiveApi, LiveDomain, Sandbox};
use serde_json::{Map, Value, json};

/// The open doors.
#[derive(Debug)]
pub(super) struct Doors {
    /// Of AWS, and of APIs by their own hosts.
    pub(super) plain: SocketAddr,
    /// Of custom domain names.
    pub(super) tls: SocketAddr,
    /// The file with the authority of their certificates.
    pub(super) authority: PathBuf,
}

/// Something that answers at one of the doors.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Served {
    /// An HTTP API by its own host.
    Api { name: String, url: String },
    /// A custom domain name.
    Domain { name: String, url: String, is_mutual: bool, warnings: Vec<String> },
    /// A distribution by its alias.
    Alias { name: String, url: String },
}

impl Doors {
    /// What answers now.
    pub(super) fn served(&self, sandbox: &Sandbox) -> Result<Vec<Served>, Problem> {
        let failed = |error: &dyn std::error::Error| Problem::whole(error.to_string());
        let apis = sandbox.http_apis().map_err(|error| failed(&error))?;
        let urls = |api: &LiveApi| -> Vec<Served> {
            let urls = api.urls(self.plain.port());
            urls.map(|url| Served::Api { name: api.name.clone(), url }).collect()
        };
        let domains = sandbox.custom_domains().map_err(|error| failed(&error))?;
        let domain = |LiveDomain { name, is_mutual, warnings }: LiveDomain| {
            let url = format!("https://{name}:{}/", self.tls.port());
            Served::Domain { name, url, is_mutual, warnings }
        };
        let aliases = sandbox.aliases().map_err(|error| failed(&error))?;
        let alias = |name: String| {
            let url = format!("https://{name}:{}/", self.tls.port());
            Served::Alias { name, url }
        };
        let served = apis.iter().flat_map(urls).chain(domains.into_iter().map(domain));
        Ok(served.chain(aliases.into_iter().map(alias)).collect())
    }

    /// The line that tells of what answers, with what to tell `curl` of a custom domain name.
    pub(super) fn line(&self, served: &Served) -> String {
        match served {
            Served::Api { name, url } => format!("the API `{name}` answers at {url}"),
            Served::Domain { name, url, is_mutual, warnings } => {
                let how = if *is_mutual { ", by mutual TLS" } else { "" };
                let warnings =
                    warnings.iter().map(|warning| format!("; its truststore: {warning}"));
                let warnings = warnings.collect::<Vec<_>>().concat();
                let curl = self.curl(name);
                format!("the domain `{name}` answers at {url}{how} ({curl}){warnings}")
            }
            Served::Alias { name, url } => {
                format!("CloudFront answers for `{name}` at {url} ({})", self.curl(name))
            }
        }
    }

    /// What to tell `curl` of a name that is answered for by TLS.
    fn curl(&self, name: &str) -> String {
        let (address, port, authority) = (self.tls.ip(), self.tls.port(), self.authority.display());
        format!("curl --resolve {name}:{port}:{address} --cacert {authority}")
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.plain)
    }

    /// For a shell to read.
    pub(super) fn as_shell(&self, variables: &[(&str, String)], served: &[Served]) -> String {
        let exports = variables.iter().map(|(name, value)| format!("export {name}={value}"));
        let unset = "unset AWS_PROFILE AWS_SESSION_TOKEN".to_owned();
        let served = served.iter().map(|served| format!("# {}", capitalised(&self.line(served))));
        let lines: Vec<_> = exports.chain([unset]).chain(served).collect();
        format!(
            "# The sandbox answers until Ctrl-C. In another shell:\n\
             export AWS_ENDPOINT_URL={}\n\
             {}",
            self.endpoint(),
            lines.join("\n")
        )
    }

    /// For a program to read.
    pub(super) fn as_json(&self, variables: &[(&str, String)], served: &[Served]) -> String {
        let mut environment = Map::new();
        environment.insert("AWS_ENDPOINT_URL".to_owned(), self.endpoint().into());
        for (name, value) in variables {
            environment.insert((*name).to_owned(), Value::from(value.clone()));
        }
        let (mut apis, mut domains, mut aliases) = (Vec::new(), Vec::new(), Vec::new());
        for served in served {
            match served {
                Served::Api { name, url } => apis.push(json!({ "name": name, "url": url })),
                Served::Domain { name, url, is_mutual, warnings } => domains.push(json!({
                    "name": name,
                    "url": url,
                    "mutualTls": is_mutual,
                    "truststoreWarnings": warnings,
                })),
                Served::Alias { name, url } => aliases.push(json!({ "name": name, "url": url })),
            }
        }
        json!({
            "formatVersion": "1.0",
            "endpoint": self.endpoint(),
            "environment": environment,
            "apis": apis,
            "domains": domains,
            "distributions": aliases,
            "tls": { "address": self.tls.to_string(), "authority": self.authority },
        })
        .to_string()
    }
}

fn capitalised(line: &str) -> String {
    let mut letters = line.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn doors() -> Doors {
        let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let authority = PathBuf::from(".reconcile/sandbox/server-authority.pem");
        Doors { plain: at(4599), tls: at(4600), authority }
    }

    fn served() -> Vec<Served> {
        let url = "http://a.execute-api.eu-west-1.localhost:4599/".to_owned();
        let domain = "https://devices.example.jp:4600/".to_owned();
        vec![
            Served::Api { name: "health".to_owned(), url },
            Served::Domain {
                name: "devices.example.jp".to_owned(),
                url: domain,
                is_mutual: true,
                warnings: vec!["Certificate \"CN=root\" is expired or not yet valid".to_owned()],
            },
        ]
    }

    #[test]
    fn a_shell_reads_what_is_shown() {
        let variables = [("AWS_REGION", "eu-west-1".to_owned())];
        insta::assert_snapshot!(doors().as_shell(&variables, &served()), @r#"
        # The sandbox answers until Ctrl-C. In another shell:
        export AWS_ENDPOINT_URL=http://127.0.0.1:4599
        export AWS_REGION=eu-west-1
        unset AWS_PROFILE AWS_SESSION_TOKEN
        # The API `health` answers at http://a.execute-api.eu-west-1.localhost:4599/
        # The domain `devices.example.jp` answers at https://devices.example.jp:4600/, by mutual TLS (curl --resolve devices.example.jp:4600:127.0.0.1 --cacert .reconcile/sandbox/server-authority.pem); its truststore: Certificate "CN=root" is expired or not yet valid
        "#);
    }

    #[test]
    fn a_program_finds_what_answers_by_name() {
        let shown: Value =
            serde_json::from_str(&doors().as_json(&[], &served())).unwrap_or_default();
        assert_eq!(shown["apis"][0]["name"], "health");
        assert_eq!(shown["apis"][0]["url"], "http://a.execute-api.eu-west-1.localhost:4599/");
        assert_eq!(shown["domains"][0]["url"], "https://devices.example.jp:4600/");
        assert_eq!(shown["tls"]["address"], "127.0.0.1:4600");
    }
}
