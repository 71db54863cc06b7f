//! A scan that is killed at any moment leaves a whole database, and the next one tells what is left to tell.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::harness::{Event, Howler, Memory, Parts, Receiver, events};

/// Findings that are gone on the second night, and as many that are new.
const CHANGES: usize = 120;
/// Of each kind.
const KILLS: u32 = 25;
/// The most events in one post, which may be under way when the scan dies.
const POST: usize = 50;

/// Numbers from 0 to 1 that follow from a seed (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// What was told, apart from when.
fn changes(events: &[Event]) -> BTreeSet<(String, String)> {
    events.iter().map(|event| (event.finding.clone(), event.change.clone())).collect()
}

/// Everything was told; twice only what was under way, and then by the same key.
#[track_caller]
fn assert_as_if_undisturbed(told: &[Event], expected: &BTreeSet<(String, String)>, moment: &str) {
    assert_eq!(&changes(told), expected, "{moment}");
    let mut times = BTreeMap::<&str, usize>::new();
    told.iter().for_each(|event| *times.entry(&event.key).or_default() += 1);
    assert_eq!(times.len(), expected.len(), "{moment}: one thing by two keys");
    let repeated = times.values().filter(|times| **times > 1).count();
    assert!(repeated <= POST && times.values().all(|times| *times <= 2), "{moment}: {repeated} repeated");
}

/// How a night is begun: scanned, or told from a part.
type Begin = fn(&Parts, usize, &Memory, &Receiver) -> Howler;

/// Kills what is begun so, again and again.
fn killed(begin: Begin, seed: u64) {
    let (parts, first, webhook) = (Parts::of(CHANGES), Memory::new(), Receiver::start());
    parts.tell(0, &first, &webhook).run().exits(0);
    let mut read = events(&webhook.taken()).len();
    assert_eq!(read, CHANGES);
    let mut next = || {
        let all = events(&webhook.taken());
        let told = all[read..].to_vec();
        read = all.len();
        told
    };

    let undisturbed = begin(&parts, 1, &first.copy(), &webhook).run().exits(0).took;
    let expected = changes(&next());
    assert_eq!(expected.len(), 2 * CHANGES);

    let (mut random, mut moments, mut kills) = (Random(seed), BTreeMap::<&str, u32>::new(), 0);
    while kills < KILLS {
        let memory = first.copy();
        let after = undisturbed.mul_f64(random.next()).max(Duration::from_millis(1));
        let ended = begin(&parts, 1, &memory, &webhook).killed_after(after);
        let posts = webhook.taken().len();
        // Looked at in a copy: what looks at it may mend it.
        let seen = memory.copy().look();
        parts.tell(2, &memory, &webhook).run().exits(0);
        assert_eq!(memory.look().waiting, 0);
        let moment = match (ended, seen.scans == 2, seen.waiting > 0) {
            (true, _, _) => "too late: it had ended",
            (_, false, _) => "before it was remembered",
            (_, true, true) => "while it was told",
            (_, true, false) => "when all was told",
        };
        kills += u32::from(!ended);
        *moments.entry(moment).or_default() += 1;
        let told = format!("kill {kills} after {after:?}, {moment}, {posts} posts");
        assert_as_if_undisturbed(&next(), &expected, &told);
    }
    println!("{KILLS} kills within {undisturbed:?}: {moments:#?}");
    for moment in ["before it was remembered", "while it was told"] {
        assert!(moments.contains_key(moment), "{moments:#?}");
    }
}

#[test]
fn a_scan_that_is_killed_at_any_moment_loses_and_repeats_nothing() {
    killed(Parts::scan, 20_261_123);
}

#[test]
fn a_merge_that_is_killed_at_any_moment_loses_and_repeats_nothing() {
    killed(Parts::tell, 20_261_124);
}
