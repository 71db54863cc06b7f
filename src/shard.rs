//! A static split of one scan over several processes, for schedulers that start an array of them: which units are
//! whose follows from their names alone, and moves as little as can be when accounts come and go.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// The most shards that a scan is split into: what AWS Batch starts at once.
const MOST: u32 = 10_000;

/// One of several shares of a scan, numbered from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    pub index: u32,
    pub of: u32,
}

impl Shard {
    /// The whole scan.
    pub const WHOLE: Self = Self { index: 0, of: 1 };

    /// Whether a unit is in this share.
    pub fn has(self, unit: &str) -> bool {
        owner(unit, self.of) == self.index
    }
}

/// The share that a unit is in: the one whose hash with it is the highest (rendezvous hashing), so that another
/// number of shards moves no more units than it has to.
pub fn owner(unit: &str, of: u32) -> u32 {
    let weight = |index: &u32| Sha256::new().chain_update(index.to_be_bytes()).chain_update(unit).finalize();
    (0..of).max_by_key(weight).unwrap_or_default()
}

impl fmt::Display for Shard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.index, self.of)
    }
}

/// A share as it is said: `3/16`, or `/16` where the scheduler says which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub index: Option<u32>,
    pub of: u32,
}

impl Share {
    /// The shard, with the index that the scheduler gave if nobody said one.
    ///
    /// # Errors
    /// There is no index, or it is not below the number of shards.
    pub fn shard(self, scheduled: Option<u32>) -> Result<Shard, String> {
        let Some(index) = self.index.or(scheduled) else {
            return Err(format!(
                "--shard /{} needs an index: say it as in 0/{0}, or let an array job of AWS Batch, Kubernetes or \
                 Slurm say it",
                self.of
            ));
        };
        match index < self.of {
            true => Ok(Shard { index, of: self.of }),
            false => Err(format!("there is no shard {index} of {}: they are counted from 0", self.of)),
        }
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("something like 3/16 is expected: 0/16 to 15/16, at most {MOST} shards");
        let number = |text: &str| text.parse::<u32>().map_err(|_| expected());
        let (index, of) = text.split_once('/').ok_or_else(expected)?;
        let index = if index.is_empty() { None } else { Some(number(index)?) };
        let of = number(of).ok().filter(|of| (1..=MOST).contains(of)).ok_or_else(expected)?;
        match index.is_some_and(|index| index >= of) {
            true => Err(expected()),
            false => Ok(Self { index, of }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u32) -> String {
        format!("{number:012}/global/sts")
    }

    #[test]
    fn every_unit_is_in_one_share_and_shares_are_about_as_large() {
        let mut sizes = [0_u32; 16];
        for number in 0..4_000 {
            let unit = account(number);
            let shards: Vec<u32> = (0..16).filter(|&index| Shard { index, of: 16 }.has(&unit)).collect();
            assert_eq!(shards.len(), 1, "{unit}");
            sizes[shards[0] as usize] += 1;
        }
        assert!(sizes.iter().all(|size| (180..320).contains(size)), "{sizes:?}");
        assert!(Shard::WHOLE.has(&account(7)));
    }

    #[test]
    fn one_more_shard_moves_only_what_goes_there() {
        let moved = (0..4_000).map(account).filter(|unit| owner(unit, 16) != owner(unit, 17));
        let moved: Vec<String> = moved.collect();
        assert!(moved.iter().all(|unit| owner(unit, 17) == 16) && (150..350).contains(&moved.len()));
    }

    #[test]
    fn a_share_is_said_with_or_without_its_index() {
        let shard = |text: &str, scheduled| text.parse::<Share>().and_then(|share| share.shard(scheduled));
        assert_eq!(shard("3/16", Some(5)), Ok(Shard { index: 3, of: 16 }));
        assert_eq!(shard("/16", Some(5)), Ok(Shard { index: 5, of: 16 }));
        assert!(shard("/16", None).unwrap_err().contains("0/16"));
        assert!(shard("/16", Some(16)).unwrap_err().contains("counted from 0"));
        for bad in ["", "16", "16/16", "a/16", "3/0", "3/10001", "-1/3", "1/2/3"] {
            assert!(bad.parse::<Share>().unwrap_err().contains("3/16"), "{bad}");
        }
    }
}
