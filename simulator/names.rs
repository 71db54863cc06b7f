//! Ids in the shapes of AWS that follow from what they stand for, so that every run has the same.

use crate::digest::Digest;

/// An id such as `i-0123456789abcdef0`: a prefix and 17 hexadecimal digits.
pub(crate) fn id(prefix: &str, of: &str, number: usize) -> String {
    let digest = Digest::new().add(prefix).add(of).add(number.to_le_bytes());
    format!("{prefix}-0{:016x}", digest.finish())
}

/// An id in the shape of a UUID.
pub(crate) fn uuid(of: &str, number: usize) -> String {
    uuid_of(Digest::new().add("uuid").add(of).add(number.to_le_bytes()))
}

/// An id in the shape of a UUID that follows from a digest.
pub(crate) fn uuid_of(digest: Digest) -> String {
    let (high, low) = (digest.finish(), digest.add("low").finish());
    let (first, second, third) = (high >> 32, high >> 16 & 0xffff, high & 0xfff);
    let (fourth, fifth) = (low >> 48 & 0x3fff | 0x8000, low & 0xffff_ffff_ffff);
    format!("{first:08x}-{second:04x}-4{third:03x}-{fourth:04x}-{fifth:012x}")
}
