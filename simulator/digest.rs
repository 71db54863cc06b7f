//! A small stable hash (FNV-1a) for tokens, ids and seeded faults: the same in every run and build.

/// A hash in the making.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digest(u64);

impl Digest {
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// The hash with one more part; parts are kept apart, so that `ab, c` is not `a, bc`.
    pub(crate) fn add(self, part: impl AsRef<[u8]>) -> Self {
        let mixed = part.as_ref().iter().fold(self.0, |hash, byte| mix(hash, *byte));
        Self(mix(mixed, 0xff))
    }

    /// The hash, its bits spread once more so that close inputs end far apart.
    pub(crate) fn finish(self) -> u64 {
        let spread = (self.0 ^ (self.0 >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        spread ^ (spread >> 33)
    }

    /// A number from 0 to 1 (exclusive) that follows from the hash.
    #[allow(clippy::cast_precision_loss)] // 53 bits fit
    pub(crate) fn fraction(self) -> f64 {
        (self.finish() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn mix(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}
