//! PKCS #7 bundles (`.p7b`, `.p7c`): the certificates beside a signature (RFC 2315 section 9), which is mostly empty.

use super::der::Element;

/// 1.2.840.113549.1.7.2
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];

/// The DER encodings of the certificates in a bundle; none if the bytes are no bundle.
pub(super) fn certificates(der: &[u8]) -> Option<Vec<&[u8]>> {
    let (bundle, _) = Element::first(der)?;
    let mut fields = bundle.sequence()?;
    if fields.next()?.identifier()? != SIGNED_DATA {
        return None;
    }
    let signed = fields.next()?.inside(0)?;
    let certificates = signed.sequence()?.find(|field| field.is_context(0));
    let certificates = certificates.map(|field| field.elements()).unwrap_or_default();
    Some(certificates.into_iter().map(|certificate| certificate.whole).collect())
}
