//! Two scans that remember in one folder at once.

use std::fs::OpenOptions;
use std::thread;
use std::time::Duration;

use crate::harness::{Memory, Parts, Receiver, events};

#[test]
fn two_scans_at_once_are_both_remembered_and_told_once() {
    let (parts, memory, webhook) = (Parts::of(60), Memory::new(), Receiver::start());
    parts.tell(0, &memory, &webhook).run().exits(0);
    let codes = thread::scope(|threads| {
        let runs = [1, 2].map(|night| {
            let run = parts.tell(night, &memory, &webhook);
            threads.spawn(move || run.run())
        });
        runs.map(|run| run.join().unwrap())
    });
    for ran in &codes {
        // Who may not wait says so, with the name of who runs.
        let refused = ran.code != 0 && ran.stderr.contains("is at work here right now");
        assert!(ran.code == 0 || refused, "{} {}", ran.code, ran.stderr);
    }
    let both = codes.iter().filter(|ran| ran.code == 0).count();
    assert!(both >= 1);
    let seen = memory.look();
    assert_eq!((seen.scans, seen.waiting), (1 + both as u64, 0));
    let told = events(&webhook.taken());
    let keys: std::collections::BTreeSet<_> = told.iter().map(|event| &event.key).collect();
    assert_eq!((keys.len(), told.len()), (180, 180), "60 opened, then 60 resolved and 60 opened");
}

#[test]
fn a_scan_waits_for_whoever_is_at_work_and_says_for_whom() {
    let (parts, memory, webhook) = (Parts::of(3), Memory::new(), Receiver::start());
    parts.tell(0, &memory, &webhook).run().exits(0);
    let lock = OpenOptions::new().write(true).open(memory.path().join("lock")).unwrap();
    lock.lock().unwrap();
    // Longer than is waited without a word, both before the scan and after it.
    let ran = parts.tell(1, &memory, &webhook).run_and(|_| {
        thread::sleep(Duration::from_secs(12));
        lock.unlock().unwrap();
    });
    let ran = ran.exits(0);
    assert!(ran.stderr.contains("is at work here right now: this waits for it"), "{}", ran.stderr);
    assert_eq!((memory.look().scans, memory.look().waiting), (2, 0));
}

#[test]
fn the_same_part_told_twice_is_told_once() {
    let (parts, memory, webhook) = (Parts::of(60), Memory::new(), Receiver::start());
    for night in [0, 1, 1, 0] {
        parts.tell(night, &memory, &webhook).run().exits(0);
        assert_eq!(memory.look().waiting, 0);
        if night == 1 {
            assert_eq!(events(&webhook.taken()).len(), 180, "60 opened, then 60 resolved and 60 opened");
        }
    }
    // An older part after a newer one is what is known now: what it has is back, and by keys of its own.
    let told = events(&webhook.taken());
    let keys: std::collections::BTreeSet<_> = told.iter().map(|event| &event.key).collect();
    assert_eq!(keys.len(), told.len());
}
