//! Files at pre-signed addresses, where AWS gives no content but says where it lies.
//!
//! Such an address is a credential as long as it lives: it is used at once, and stands in no error.

use std::error::Error as StdError;
use std::sync::{Arc, OnceLock};

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::TlsContext;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::error::ErrorMetadata;

use super::http::connector;

/// The most bytes of a file. A revocation list of half a million entries, which is what a trust store of a load
/// balancer takes at most, has about 25 MB as text.
const MOST: usize = 32 << 20;

/// What keeps a file away.
pub(super) type NoFile = SdkError<ErrorMetadata, HttpResponse>;

/// Where files are asked for.
#[derive(Debug, Clone)]
pub(super) struct Files {
    trust: TlsContext,
    /// Most scans never need it, and it parses all trust anchors.
    connector: Arc<OnceLock<Connector>>,
    /// The server that answers instead of AWS, if there is one: files may lie there, without TLS.
    instead: Option<String>,
}

impl Files {
    pub(super) fn new(trust: TlsContext, endpoint: Option<&str>) -> Self {
        Self { trust, connector: Arc::default(), instead: endpoint.map(origin).map(str::to_owned) }
    }

    /// Whether an address is one of HTTPS, or of the server that answers instead of AWS.
    pub(super) fn may_be_asked(&self, address: &str) -> bool {
        HttpRequest::get(address).is_ok()
            && (origin(address).starts_with("https://") || self.instead.as_deref() == Some(origin(address)))
    }

    /// The whole file. Redirects are not followed.
    pub(super) async fn get(&self, address: &str) -> Result<Vec<u8>, NoFile> {
        let request = HttpRequest::get(address).map_err(SdkError::construction_failure)?;
        let connector = self.connector.get_or_init(|| connector(self.trust.clone()));
        let mut response = connector.call(request).await.map_err(SdkError::dispatch_failure)?;
        let status = response.status();
        if !status.is_success() {
            return Err(refused(response, format!("HTTP {}", status.as_u16()), "the file was not given"));
        }
        let mut body = ByteStream::new(response.take_body());
        let mut file = Vec::new();
        while let Some(bytes) = body.try_next().await.map_err(broken)? {
            if file.len() + bytes.len() > MOST {
                let words = format!("the file has more than {} MiB", MOST >> 20);
                return Err(refused(response, "TooLarge".to_owned(), words));
            }
            file.extend_from_slice(&bytes);
        }
        Ok(file)
    }
}

/// Scheme, host and port: all before the path.
fn origin(address: &str) -> &str {
    let after = address.find("://").map_or(0, |scheme| scheme + 3);
    let end = address
        .get(after..)
        .and_then(|rest| rest.find(['/', '?', '#']))
        .map_or(address.len(), |at| after + at);
    address.get(..end).unwrap_or(address)
}

fn refused(response: HttpResponse, code: String, words: impl Into<String>) -> NoFile {
    SdkError::service_error(ErrorMetadata::builder().code(code).message(words).build(), response)
}

/// The connection ended before the file did.
fn broken(error: impl StdError + Send + Sync + 'static) -> NoFile {
    SdkError::dispatch_failure(ConnectorError::io(Box::new(error)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc as Shared;

    use howler_model::Reason;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::super::call::classify;
    use super::super::http::trust;
    use super::*;

    /// A server that answers every request with these bytes, and its files.
    async fn serving(answer: Vec<u8>) -> (Files, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = format!("http://{}", listener.local_addr().unwrap());
        let answer = Shared::new(answer);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let answer = Shared::clone(&answer);
                tokio::spawn(async move {
                    let mut request = [0; 4096];
                    let _read = client.read(&mut request).await;
                    // Who has read enough hangs up.
                    let _written = client.write_all(&answer).await;
                });
            }
        });
        (Files::new(trust(None).unwrap(), Some(&server)), server)
    }

    fn whole(status: &str, body: &[u8]) -> Vec<u8> {
        let head =
            format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    }

    #[tokio::test]
    async fn a_file_comes_whole() {
        let body = vec![b'x'; 3 << 20];
        let (files, server) = serving(whole("200 OK", &body)).await;
        assert_eq!(files.get(&format!("{server}/bundle?X-Amz-Signature=s")).await.unwrap(), body);
    }

    #[tokio::test]
    async fn what_keeps_a_file_away_is_told_without_its_address() {
        let endless =
            [b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec(), vec![b'x'; MOST + 1]].concat();
        let cut = whole("200 OK", b"whole").split_last().unwrap().1.to_vec();
        for (answer, code, reason, may_pass) in [
            (
                whole("403 Forbidden", b"<Signature>secret</Signature>"),
                Some("HTTP 403"),
                Reason::Failed,
                false,
            ),
            (whole("503 Slow Down", b""), Some("HTTP 503"), Reason::Failed, true),
            (whole("301 Moved", b""), Some("HTTP 301"), Reason::Failed, false),
            (endless, Some("TooLarge"), Reason::Failed, false),
            (cut, None, Reason::Network, true),
        ] {
            let (files, server) = serving(answer).await;
            let address = format!("{server}/bundle?X-Amz-Signature=secret");
            let failed = classify("a:B", &files.get(&address).await.unwrap_err());
            let unseen = &failed.unseen;
            assert_eq!((unseen.code.as_deref(), unseen.reason, failed.may_pass), (code, reason, may_pass));
            assert!(
                !format!("{unseen:?}").contains("secret") && !unseen.message.contains(&server),
                "{unseen:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_told_without_the_address() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let files = Files::new(trust(None).unwrap(), Some(&server));
        let error = files.get(&format!("{server}/bundle?X-Amz-Signature=secret")).await.unwrap_err();
        let unseen = classify("a:B", &error).unseen;
        assert_eq!(unseen.reason, Reason::Network);
        assert!(!format!("{unseen:?}").contains("secret"), "{unseen:?}");
    }

    #[test]
    fn without_tls_only_the_server_is_asked_that_answers_instead_of_aws() {
        let aws = Files::new(trust(None).unwrap(), None);
        let instead = Files::new(trust(None).unwrap(), Some("http://127.0.0.1:4566/aws"));
        for (address, by_aws, by_other) in [
            ("https://b.s3.eu-west-1.amazonaws.com/o?X-Amz-Signature=s", true, true),
            ("http://b.s3.eu-west-1.amazonaws.com/o", false, false),
            ("http://127.0.0.1:4566/o", false, true),
            ("http://127.0.0.1:45660/o", false, false),
            ("http://127.0.0.1:4566@evil.example/o", false, false),
            ("file:///etc/passwd", false, false),
            ("https://", false, false),
            ("", false, false),
        ] {
            assert_eq!(aws.may_be_asked(address), by_aws, "{address}");
            assert_eq!(instead.may_be_asked(address), by_other, "{address}");
        }
    }
}
