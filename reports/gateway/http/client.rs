//! The client below all posts: whom it trusts, how long it waits, and what it does not do by itself.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder};

use crate::gateway::Pace;

/// A client that trusts these certificates (PEM; none if empty) beside the machine's own.
///
/// A redirected POST turns into a GET, whose 200 would pass for a delivery; and proxies are set by the environment,
/// which this room does not read. What is tried again is decided elsewhere.
///
/// # Errors
/// That there is no certificate in what it should trust.
pub(super) fn builder(pace: &Pace, trust: &[u8]) -> Result<ClientBuilder, String> {
    let builder = Client::builder()
        .timeout(pace.timeout)
        .connect_timeout(connecting(pace))
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .user_agent(concat!("howler/", env!("CARGO_PKG_VERSION")));
    if trust.is_empty() {
        return Ok(builder);
    }
    match Certificate::from_pem_bundle(trust) {
        Ok(certificates) if !certificates.is_empty() => Ok(builder.tls_certs_merge(certificates)),
        _ => Err("what it should trust holds no certificate in PEM".to_owned()),
    }
}

/// How long a connection may take: less than the whole, so that a post that was never sent is known as such.
pub(super) fn connecting(pace: &Pace) -> Duration {
    pace.timeout / 2
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::io::{Read, Write};
    use std::process::{Child, Command, Stdio};
    use std::time::Duration;

    use super::super::server::{nowhere, settings};
    use super::super::{Answer, Http, Post, Repeat};
    use crate::gateway::{Pace, Settings};

    const REQUEST: &str = "[req]\nprompt = no\ndistinguished_name = name\nx509_extensions = leaf\n\
        [name]\nCN = leaf\n[leaf]\nsubjectAltName = IP:127.0.0.1\nbasicConstraints = critical, CA:FALSE\n";

    /// `openssl s_server` with a certificate that nobody trusts, which answers the first request.
    struct Server(Child);

    impl Server {
        fn start(folder: &tempfile::TempDir, port: &str) -> Self {
            let at = |name: &str| folder.path().join(name).display().to_string();
            std::fs::write(at("request"), REQUEST).unwrap();
            let made = Command::new("openssl")
                .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
                .args(["-days", "2", "-config", &at("request"), "-keyout", &at("key"), "-out", &at("leaf")])
                .output();
            assert!(made.expect("openssl is missing").status.success());
            let mut server = Command::new("openssl");
            server.args(["s_server", "-quiet", "-accept", port, "-cert", &at("leaf"), "-key", &at("key")]);
            let server = server.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
            let mut child = server.spawn().unwrap();
            let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
            std::thread::spawn(move || {
                // The body is the last that comes, and it comes once the client trusts the server.
                let mut asked = Vec::new();
                while !asked.ends_with(b"{}") {
                    let mut byte = [0];
                    stdout.read_exact(&mut byte).unwrap();
                    asked.extend(byte);
                }
                stdin.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
                std::thread::park(); // the server goes when its input ends
            });
            Self(child)
        }
    }

    impl Drop for Server {
        fn drop(&mut self) {
            self.0.kill().unwrap();
            self.0.wait().unwrap();
        }
    }

    async fn send(settings: &Settings) -> Answer {
        let http = Http::open("test", &settings.addresses[0], settings).unwrap();
        let (body, headers) = ("{}".to_owned(), Vec::new());
        http.send(
            settings.pace.attempts,
            &Post { body, content_type: "application/json", headers, notices: Vec::new() },
            Repeat::Unsafe,
        )
        .await
    }

    #[tokio::test]
    async fn a_server_is_trusted_by_the_certificate_that_is_named_and_by_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let address = nowhere().await;
        let _server = Server::start(&folder, &address);
        // The server takes a moment to listen; what finds nobody is sent again.
        let settings = Settings {
            pace: Pace { attempts: 8, timeout: Duration::from_secs(10), ..settings(&[]).pace },
            ..settings(&[&format!("https://{address}")])
        };
        let trust = std::fs::read(folder.path().join("leaf")).unwrap();
        assert_eq!(send(&Settings { trust, ..settings.clone() }).await, Answer::Taken);
        let stranger = send(&settings).await;
        assert!(matches!(&stranger, Answer::Lost(why) if why.contains("certificate")), "{stranger:?}");
    }
}
