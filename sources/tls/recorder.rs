//! The verifier that accepts every certificate and writes down what it saw, one for each connection.
//!
//! Nothing is sent over these connections, so accepting costs nothing; refusing would lose the chain that we want.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, ResolvesClientCert, Resumption};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, Error, SignatureScheme, SupportedCipherSuite};

/// Of keys that are for PSS alone.
const PSS: [SignatureScheme; 3] =
    [SignatureScheme::Unknown(0x0809), SignatureScheme::Unknown(0x080a), SignatureScheme::Unknown(0x080b)];

/// Schemes that cannot be verified here, offered so that servers with such keys answer: SHA-1, Ed448, RSA-PSS keys,
/// ML-DSA.
const EXTRA_SCHEMES: [SignatureScheme; 9] = [
    SignatureScheme::ED448,
    PSS[0],
    PSS[1],
    PSS[2],
    SignatureScheme::ML_DSA_44,
    SignatureScheme::ML_DSA_65,
    SignatureScheme::ML_DSA_87,
    SignatureScheme::RSA_PKCS1_SHA1,
    SignatureScheme::ECDSA_SHA1_Legacy,
];

/// Which keys a server may prove itself with: one that has several shows one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// Whatever it prefers.
    Any,
    /// RSA alone.
    Rsa,
    /// ECDSA alone.
    Ecdsa,
}

impl Keys {
    fn of_scheme(self, scheme: SignatureScheme) -> bool {
        let name = scheme.as_str().unwrap_or_default();
        match self {
            Self::Any => true,
            Self::Rsa => name.starts_with("RSA") || PSS.contains(&scheme),
            Self::Ecdsa => name.starts_with("ECDSA"),
        }
    }

    /// In TLS 1.3 the suite says nothing of the key.
    fn of_suite(self, suite: &SupportedCipherSuite) -> bool {
        match suite {
            SupportedCipherSuite::Tls13(_) => true,
            SupportedCipherSuite::Tls12(suite) => suite.sign.iter().any(|scheme| self.of_scheme(*scheme)),
        }
    }
}

/// What one server showed of itself.
#[derive(Debug)]
pub(super) struct Recorder {
    chain: OnceLock<Vec<CertificateDer<'static>>>,
    asked_for_certificate: AtomicBool,
    schemes: Vec<SignatureScheme>,
}

impl Recorder {
    /// A recorder and the configuration of the one connection that it records.
    pub(super) fn new(keys: Keys) -> Result<(Arc<Self>, Arc<ClientConfig>), Error> {
        let mut provider = aws_lc_rs::default_provider();
        provider.cipher_suites.retain(|suite| keys.of_suite(suite));
        let recorder = Arc::new(Self {
            chain: OnceLock::new(),
            asked_for_certificate: AtomicBool::new(false),
            schemes: schemes(&provider, keys),
        });
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(recorder.clone())
            .with_client_cert_resolver(recorder.clone());
        config.resumption = Resumption::disabled();
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

fn schemes(provider: &CryptoProvider, keys: Keys) -> Vec<SignatureScheme> {
    let mut schemes = provider.signature_verification_algorithms.supported_schemes();
    for extra in EXTRA_SCHEMES {
        if !schemes.contains(&extra) {
            schemes.push(extra);
        }
    }
    schemes.retain(|scheme| keys.of_scheme(*scheme));
    schemes
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
        self.schemes.clone()
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
