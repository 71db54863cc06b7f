//! The verifier that accepts every certificate and writes down what it saw, one for each connection.
//!
//! Nothing is sent over these connections, so accepting costs nothing; refusing would lose the chain that we want.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, ResolvesClientCert};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

use super::offer::{Keys, Offer};

/// What one server showed of itself.
#[derive(Debug)]
pub(super) struct Recorder {
    chain: OnceLock<Vec<CertificateDer<'static>>>,
    asked_for_certificate: AtomicBool,
    offer: &'static Offer,
}

impl Recorder {
    /// A recorder and the configuration of the one connection that it records.
    pub(super) fn new(keys: Keys) -> Result<(Arc<Self>, Arc<ClientConfig>), Error> {
        let offer = Offer::of(keys)?;
        let recorder =
            Arc::new(Self { chain: OnceLock::new(), asked_for_certificate: AtomicBool::new(false), offer });
        let mut config = offer.config.clone();
        config.dangerous().set_certificate_verifier(recorder.clone());
        config.client_auth_cert_resolver = recorder.clone();
        Ok((recorder, Arc::new(config)))
    }

    /// The chain as it was served, leaf first, if the server came to that.
    pub(super) fn chain(&self) -> Option<Vec<CertificateDer<'static>>> {
        self.chain.get().cloned()
    }

    /// Whether the server asked for a certificate of ours.
    pub(super) fn asked_for_certificate(&self) -> bool {
        self.asked_for_certificate.load(Ordering::Relaxed)
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = std::iter::once(end_entity).chain(intermediates);
        self.chain.get_or_init(|| chain.map(|certificate| certificate.clone().into_owned()).collect());
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.offer.schemes.clone()
    }
}

impl ResolvesClientCert for Recorder {
    /// We have none, and it is worth knowing that one was asked for.
    fn resolve(&self, _roots: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked_for_certificate.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}
