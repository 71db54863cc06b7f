//! The one HTTP client of the process, and whom it trusts.

use aws_smithy_http_client::tls::{self, TlsContext};
use aws_smithy_http_client::{Builder as HttpBuilder, Connector};
use aws_smithy_runtime_api::client::http::{HttpClient, SharedHttpClient, http_client_fn};

use crate::Error;
use crate::tls::TrustAnchors;

/// Whom the process trusts: the machine's own anchors, and those of a bundle.
pub(super) fn trust(ca_bundle: Option<&[u8]>) -> Result<TlsContext, Error> {
    let mut trust = tls::TrustStore::empty().with_native_roots(true);
    if let Some(pem) = ca_bundle {
        // The pool would leave out what it cannot read, without a word.
        TrustAnchors::from_pem(pem, "AWS_CA_BUNDLE")?;
        trust.add_pem_certificate(pem);
    }
    TlsContext::builder()
        .with_trust_store(trust)
        .build()
        .map_err(|error| Error::Settings(format!("the certificate bundle cannot be used: {error}")))
}

/// One client with one pool; every `SdkConfig` of the process carries it.
pub(super) fn http_client(trust: TlsContext) -> SharedHttpClient {
    let pool = HttpBuilder::new().tls_provider(PROVIDER).tls_context(trust).build_https();
    // Behind a function, because every new client would have the pool parse all trust anchors again.
    http_client_fn(move |settings, components| pool.http_connector(settings, components))
}

/// Connections outside the pool, for what is no call of an operation: the pool is reached through one alone.
pub(super) fn connector(trust: TlsContext) -> Connector {
    Connector::builder().tls_provider(PROVIDER).tls_context(trust).build()
}

const PROVIDER: tls::Provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
