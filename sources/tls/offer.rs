//! What we offer a server: for each kind of keys one configuration, made once and copied for each connection.

use std::sync::{Arc, LazyLock};

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{
    CipherSuite, ClientConfig, Error, NamedGroup, RootCertStore, SignatureScheme, SupportedCipherSuite,
};

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

/// What is offered to see one kind of keys.
#[derive(Debug)]
pub(super) struct Offer {
    /// It trusts nobody, until a verifier takes the place of its own.
    pub(super) config: ClientConfig,
    /// The signatures that a server may prove itself with.
    pub(super) schemes: Vec<SignatureScheme>,
}

static ANY: LazyLock<Result<Offer, Error>> = LazyLock::new(|| Offer::make(Keys::Any));
static RSA: LazyLock<Result<Offer, Error>> = LazyLock::new(|| Offer::make(Keys::Rsa));
static ECDSA: LazyLock<Result<Offer, Error>> = LazyLock::new(|| Offer::make(Keys::Ecdsa));

impl Offer {
    pub(super) fn of(keys: Keys) -> Result<&'static Self, Error> {
        let offer = match keys {
            Keys::Any => &ANY,
            Keys::Rsa => &RSA,
            Keys::Ecdsa => &ECDSA,
        };
        offer.as_ref().map_err(Clone::clone)
    }

    fn make(keys: Keys) -> Result<Self, Error> {
        let provider = provider(keys);
        let schemes = schemes(&provider, keys);
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        Ok(Self { config, schemes })
    }
}

/// All that is known here, and first what costs both sides least: nothing secret is said over these connections. A
/// server may choose whatever it likes better.
fn provider(keys: Keys) -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    provider.cipher_suites.retain(|suite| keys.of_suite(suite));
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    provider.kx_groups.sort_by_key(|group| group.name() != NamedGroup::X25519);
    provider
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_costs_least_comes_first_and_nothing_is_left_out() {
        let all = aws_lc_rs::default_provider();
        let config = &Offer::of(Keys::Any).unwrap().config;
        let offered = config.crypto_provider();
        assert_eq!(offered.cipher_suites.len(), all.cipher_suites.len());
        assert_eq!(offered.kx_groups.len(), all.kx_groups.len());
        assert_eq!(offered.kx_groups.first().unwrap().name(), NamedGroup::X25519);
        assert_eq!(offered.cipher_suites.first().unwrap().suite(), CipherSuite::TLS13_AES_128_GCM_SHA256);
    }

    #[test]
    fn each_kind_of_keys_leaves_out_the_other() {
        let [rsa, ecdsa] = [Keys::Rsa, Keys::Ecdsa].map(|keys| Offer::of(keys).unwrap());
        assert!(!rsa.schemes.is_empty() && !ecdsa.schemes.is_empty());
        assert!(rsa.schemes.iter().all(|scheme| !ecdsa.schemes.contains(scheme)));
        let old = |offer: &Offer| {
            let suites = &offer.config.crypto_provider().cipher_suites;
            suites
                .iter()
                .filter(|suite| suite.tls13().is_none())
                .map(|suite| suite.suite())
                .collect::<Vec<_>>()
        };
        assert!(old(rsa).iter().all(|suite| !old(ecdsa).contains(suite)));
    }
}
