//! Keys from passwords as PKCS #12 makes them (RFC 7292 appendix B), with SHA-1.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY as SHA1, digest};

/// SHA-1 reads blocks of so many bytes.
const BLOCK: usize = 64;

/// What the bytes are for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Key = 1,
    InitialValue = 2,
}

/// The first `length` bytes for a purpose.
pub(super) fn derive(
    purpose: Purpose,
    password: Option<&str>,
    salt: &[u8],
    iterations: u32,
    length: usize,
) -> Vec<u8> {
    let mut blocks = [filled(salt), filled(&spelt(password))].concat();
    let mut derived = Vec::new();
    while derived.len() < length {
        let mut hash = digest(&SHA1, &[[purpose as u8; BLOCK].as_slice(), &blocks].concat());
        for _ in 1..iterations {
            hash = digest(&SHA1, hash.as_ref());
        }
        derived.extend(hash.as_ref());
        let addend: Vec<u8> = hash.as_ref().iter().copied().cycle().take(BLOCK).collect();
        blocks.chunks_mut(BLOCK).for_each(|block| add_with_one(block, &addend));
    }
    derived.truncate(length);
    derived
}

/// UTF-16 with a zero at its end, if there is one; some tools write the empty password so, others as no password.
fn spelt(password: Option<&str>) -> Vec<u8> {
    let units = password.map(|password| password.encode_utf16().chain([0]));
    units.into_iter().flatten().flat_map(u16::to_be_bytes).collect()
}

/// Repeated until the blocks are full.
fn filled(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().cycle().take(bytes.len().next_multiple_of(BLOCK)).collect()
}

/// `block + addend + 1`, as one big number without its carry.
fn add_with_one(block: &mut [u8], addend: &[u8]) {
    let mut carry = 1;
    for (byte, add) in block.iter_mut().zip(addend).rev() {
        carry += u16::from(*byte) + u16::from(*add);
        [_, *byte] = carry.to_be_bytes();
        carry >>= 8;
    }
}
