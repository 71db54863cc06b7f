//! The one HTTP client of the process, and whom it trusts.

use aws_smithy_http_client::{Builder as HttpBuilder, tls};
use aws_smithy_runtime_api::client::http::{HttpClient, SharedHttpClient, http_client_fn};

use crate::Error;
use crate::tls::TrustAnchors;

/// One client with one pool; every `SdkConfig` of the process carries it.
pub(super) fn http_client(ca_bundle: Option<&[u8]>) -> Result<SharedHttpClient, Error> {
    let mut trust = tls::TrustStore::empty().with_native_roots(true);
    if let Some(pem) = ca_bundle {
        // The pool would leave out what it cannot read, without a word.
        TrustAnchors::from_pem(pem, "AWS_CA_BUNDLE")?;
        trust.add_pem_certificate(pem);
    }
    let context = tls::TlsContext::builder().with_trust_store(trust).build();
    let context = context
        .map_err(|error| Error::Settings(format!("the certificate bundle cannot be used: {error}")))?;
    let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
    let pool = HttpBuilder::new().tls_provider(provider).tls_context(context).build_https();
    // Behind a function, because every new client would have the pool parse all trust anchors again.
    Ok(http_client_fn(move |settings, components| pool.http_connector(settings, components)))
}
