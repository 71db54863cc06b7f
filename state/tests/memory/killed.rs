//! A process that is killed while it remembers, two at once, and files that are damaged.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use howler_reports::document::Finding;
use howler_reports::gateway::{Keeps, Settle};
use howler_reports::{Reading, Record, Records, Scan, Severity};
use howler_state::{Error, Memory};

use crate::world::{World, all_kinds, audience, changed, day, finding, news, passed, rated, scan};

/// Where the killed process works, if this is it.
const FOLDER: &str = "HOWLER_STATE_TEST_FOLDER";

fn findings(night: i64) -> Vec<Finding> {
    let one = |number: i64| {
        let id = format!("f{number}");
        match (number + night) % 5 {
            0 => passed(&id),
            1 => rated(&id, Severity::High),
            _ => finding(&id),
        }
    };
    (0..150).map(one).collect()
}

fn night(number: i64) -> Scan {
    scan(day(number), findings(number))
}

/// What the killed process does: it remembers and tells, one night after the other.
#[test]
#[ignore = "run by the test below, in a process of its own"]
#[allow(clippy::disallowed_methods, reason = "how the test below tells it where to work")]
fn nights_until_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    for number in 0.. {
        let scan = night(number);
        let mut memory = Memory::open(Path::new(&folder), "the killed one", Duration::from_secs(10)).unwrap();
        memory.remember(&scan, &all_kinds(), &howler_state::Keep::default()).unwrap();
        for audience in all_kinds() {
            let mut ledger = memory.ledger(&audience).unwrap();
            for notice in memory.notices(&audience, &scan).unwrap() {
                ledger.settle(&[&notice.unwrap()], &[]).unwrap();
            }
        }
    }
}

/// Lets the process run for so long.
fn killed_after(world: &World, pause: Duration) {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "killed::nights_until_killed"])
        .env(FOLDER, world.folder())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    sleep(pause);
    process.kill().unwrap();
    process.wait().unwrap();
}

#[test]
fn whatever_the_moment_the_next_process_goes_on() {
    for moment in 0..25u64 {
        let world = World::new(all_kinds());
        killed_after(&world, Duration::from_millis(25 + moment * 37 % 400));
        // The folder may not even be there yet.
        let documents = || std::fs::read_dir(world.folder().join("scans")).unwrap().count() as i64;
        drop(world.open());
        world.check_integrity();
        let undisturbed = World::new(all_kinds());
        let known = world.open().history(&howler_state::Of::Resource("")).unwrap();
        let nights = documents() / 2;
        for number in 0..nights {
            undisturbed.night(&night(number));
        }
        assert_eq!(known, undisturbed.history(), "after {nights} nights");
        // Told the rest of the last night, everybody knows all that is so.
        let next = night(nights);
        let (changes, told) = world.night(&next);
        assert_eq!(changed(&changes), changed(&undisturbed.remember(&next)));
        assert!(told.iter().zip(&world.audiences).all(|(told, _)| told.len() <= 300));
        for audience in &world.audiences[..2] {
            assert!(world.due(audience, &next).is_empty());
        }
        world.check_integrity();
    }
}

#[test]
fn a_document_that_is_kept_and_not_indexed_is_caught_up_with() {
    let world = World::new(all_kinds());
    world.night(&scan(day(0), vec![finding("a")]));
    // As if the process had ended right before the transaction: the index of the night before.
    let names = ["howler.db", "howler.db-wal", "howler.db-shm"];
    let saved = world.temp.path().join("saved");
    std::fs::create_dir(&saved).unwrap();
    for name in names {
        let _ = std::fs::copy(world.folder().join(name), saved.join(name));
    }
    let second = scan(day(1), vec![finding("a"), finding("b")]);
    world.remember(&second);
    for name in names {
        let _ = std::fs::remove_file(world.folder().join(name));
        let _ = std::fs::copy(saved.join(name), world.folder().join(name));
    }
    std::fs::write(world.folder().join("scans/00000003-x.ndjson.zst.tmp"), "half").unwrap();
    for audience in &world.audiences[..2] {
        let told = world.due(audience, &second);
        assert_eq!(news(&told).len(), 1, "{}: {told:?}", audience.gateway);
        assert_eq!(told[0].finding.id, "b");
    }
    assert_eq!(world.history().len(), 2);
    assert_eq!(std::fs::read_dir(world.folder().join("scans")).unwrap().count(), 4);
}

#[test]
fn two_at_once_both_finish_or_the_second_hears_who_is_first() {
    let world = World::new(Vec::new());
    let first = world.open();
    let second = Memory::open(&world.folder(), "scan b", Duration::ZERO).unwrap_err();
    assert!(matches!(&second, Error::Busy { who, .. } if who.contains("a test by process")), "{second}");
    drop(first);
    std::thread::scope(|threads| {
        for number in 0..4 {
            let folder = world.folder();
            threads.spawn(move || {
                let mut memory = Memory::open(&folder, "one of four", Duration::from_secs(20)).unwrap();
                memory.remember(&night(number), &[], &howler_state::Keep::default()).unwrap();
            });
        }
    });
    world.check_integrity();
    assert_eq!(world.rebuild(), 4);
}

#[test]
fn what_is_read_meanwhile_is_what_was_there_before() {
    let world = World::new(Vec::new());
    assert!(matches!(Memory::read(&world.folder()), Err(Error::Absent(_))));
    let first = world.open();
    drop(first);
    world.remember(&scan(day(0), vec![finding("a")]));
    let _writer = world.open();
    let mut reader = Memory::read(&world.folder()).unwrap();
    assert_eq!(reader.history(&howler_state::Of::Finding("a")).unwrap().len(), 1);
    let keep = howler_state::Keep::default();
    assert!(matches!(reader.remember(&scan(day(1), vec![]), &[], &keep), Err(Error::ReadOnly)));
    let unknown = audience("webhook", Keeps::Nothing);
    assert_eq!(reader.notices(&unknown, &scan(day(1), vec![])).unwrap().count(), 0);
}

#[test]
fn a_document_that_is_gone_keeps_nothing_else_from_being_told() {
    let world = World::new(all_kinds());
    world.remember(&scan(day(0), vec![finding("a"), finding("b")]));
    let second = scan(day(1), vec![finding("b"), finding("c")]);
    world.remember(&second);
    let first =
        world.open().last().unwrap().unwrap().parent().unwrap().join("00000001-run-1793498400000.ndjson.zst");
    std::fs::remove_file(first).unwrap();
    let memory = world.open();
    let told: Vec<_> = memory.notices(&world.audiences[0], &second).unwrap().collect();
    assert!(told[0].is_ok() && told.len() == 2, "{told:?}");
    assert!(told[1].as_ref().unwrap_err().to_string().contains("00000001"), "{told:?}");
}

/// Records that cannot be read to the end.
struct Broken(Vec<Finding>);

impl Records for Broken {
    fn findings(&self) -> io::Result<Reading<'_>> {
        let found = self.0.iter().map(|finding| Ok(Record::of_finding(finding)));
        Ok(Box::new(found.chain([Err(io::Error::other("the disk is gone"))])))
    }

    fn scopes(&self) -> io::Result<Reading<'_>> {
        Ok(Box::new(std::iter::empty()))
    }
}

#[test]
fn a_scan_that_cannot_be_read_is_not_remembered_at_all() {
    let world = World::new(all_kinds());
    world.night(&scan(day(0), vec![finding("a")]));
    let before = world.history();
    let broken = Scan { records: Box::new(Broken(vec![finding("b")])), ..scan(day(1), vec![]) };
    let mut memory = world.open();
    let error = memory.remember(&broken, &world.audiences, &world.keep).unwrap_err();
    assert!(error.to_string().contains("the disk is gone"), "{error}");
    let changes = memory.remember(&scan(day(2), vec![finding("a")]), &world.audiences, &world.keep).unwrap();
    assert_eq!((changed(&changes), &changes.since), (vec![], &Some(scan(day(0), vec![]).run.id)));
    drop(memory);
    assert_eq!((world.history(), world.rebuild()), (before_confirmed(before), 2));
}

/// The same, seen again on the third day.
fn before_confirmed(mut stories: Vec<howler_state::Story>) -> Vec<howler_state::Story> {
    stories.iter_mut().for_each(|story| story.confirmed_at = day(2));
    stories
}

#[test]
fn an_old_document_that_is_damaged_costs_no_scan() {
    let mut world = World::new(all_kinds());
    world.keep.documents_for = chrono::TimeDelta::days(5);
    world.night(&scan(day(0), vec![finding("a")]));
    let first = world.open().last().unwrap().unwrap();
    world.night(&scan(day(1), vec![finding("a")]));
    std::fs::write(&first, "nothing that was ever kept").unwrap();
    let later = scan(day(9), vec![finding("a"), finding("b")]);
    let mut memory = world.open();
    let changes = memory.remember(&later, &world.audiences, &world.keep).unwrap();
    assert_eq!(changed(&changes).len(), 1);
    assert!(memory.prune(&world.keep, day(9)).is_err(), "and that is told");
    assert!(first.exists());
}

#[test]
fn a_process_that_ended_before_it_had_made_the_index_is_no_newer_one() {
    let world = World::new(Vec::new());
    std::fs::create_dir_all(world.folder().join("scans")).unwrap();
    std::fs::write(world.folder().join("howler.db"), "").unwrap();
    let error = Memory::read(&world.folder()).unwrap_err();
    assert!(matches!(error, Error::Absent(_)), "{error}");
    world.remember(&scan(day(0), vec![finding("a")]));
}
