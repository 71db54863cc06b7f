//! Many scans as chance wants them, remembered, half told, forgotten and made anew.

use chrono::TimeDelta;
use howler_reports::document::Finding;
use howler_reports::gateway::{Keeps, Notice};
use howler_reports::{Scan, Severity, Status};
use howler_state::{Audience, Keep, Owners, Story};

use crate::world::{World, audience, day, passed, place, rated, scope, seen, suppressed, used};

/// A row of numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn finding(&mut self, number: u64) -> Option<Finding> {
        use Severity::{Critical, High, Low, Medium};
        let id = format!("f{number}");
        let account = format!("{:012}", number % 3);
        let severity = [Critical, High, Medium, Low][self.below(4) as usize];
        let finding = match self.below(8) {
            0 => return None,
            1 => passed(&id),
            2 => suppressed(&id),
            3 => Finding { status: Status::Unknown, ..rated(&id, severity) },
            4 => used(&id, self.below(9) as u32),
            _ => rated(&id, severity),
        };
        let owner = ["web", "db"][self.below(2) as usize].to_owned();
        let owner = (number.is_multiple_of(5) && self.below(3) == 0).then_some(owner).or(finding.owner);
        Some(Finding { owner, scope: place(&account, "vpc"), ..finding })
    }

    fn scan(&mut self, days: i64) -> Scan {
        let at = day(days) + TimeDelta::milliseconds(self.below(1_000) as i64);
        let blind: Vec<bool> = (0..3).map(|_| self.below(4) == 0).collect();
        let findings = (0..30).filter(|number| !blind[(number % 3) as usize]);
        let findings: Vec<Finding> = findings.filter_map(|number| self.finding(number)).collect();
        let scopes = blind.iter().enumerate().map(|(account, blind)| {
            scope(place(&format!("{account:012}"), "vpc"), if *blind { "denied" } else { "ok" })
        });
        let mut scan = seen(at, findings, scopes.collect());
        scan.run.narrowed = self.below(10) == 0;
        scan
    }

    /// Tells each gateway, which takes all or breaks down; some scans are told nobody.
    fn tell(&mut self, world: &World, scan: &Scan) {
        for audience in world.audiences.clone() {
            match self.below(4) {
                0 => {}
                1 => drop(world.tell(&audience, scan, self.below(4) as usize)),
                _ => drop(world.tell(&audience, scan, usize::MAX)),
            }
        }
    }
}

fn audiences() -> Vec<Audience> {
    let keeps = [("webhook", Keeps::Nothing), ("pagerduty", Keeps::State), ("alertmanager", Keeps::Leases)];
    let all = keeps.map(|(name, keeps)| audience(name, keeps));
    let web = keeps.map(|(name, keeps)| Audience {
        key: format!("{name} web"),
        at_least: Severity::High,
        owners: Owners::Only("web".into()),
        remind_after: Some(TimeDelta::days(2)),
        ..audience(name, keeps)
    });
    all.into_iter().chain(web).collect()
}

/// All that anybody could ask. Between telling and noting, a scan may be lost on nobody: that is asked before.
fn answers(world: &World, scan: &Scan) -> (Vec<Story>, Vec<Vec<Notice>>) {
    let due = |audience: &Audience| {
        let mut due = world.due(audience, scan);
        due.sort_by(|one, other| one.key.cmp(&other.key));
        due
    };
    (world.history(), world.audiences.iter().map(due).collect())
}

fn rebuilt_answers_the_same(seed: u64, scans: i64, every: i64, keep: &Keep) -> usize {
    let mut chance = Chance(seed);
    let mut world = World::new(audiences());
    world.keep = keep.clone();
    let mut dropped = 0;
    for number in 0..scans {
        let scan = chance.scan(number * every);
        world.remember(&scan);
        chance.tell(&world, &scan);
        if chance.below(4) == 0 || number + 1 == scans {
            let before = answers(&world, &scan);
            let number_of_documents = world.rebuild();
            dropped = (number + 1) as usize - number_of_documents as usize;
            let after = answers(&world, &scan);
            assert_eq!(before.0, after.0, "history, seed {seed}, scan {number}");
            assert_eq!(before.1, after.1, "notices, seed {seed}, scan {number}");
            world.check_integrity();
        }
    }
    dropped
}

#[test]
fn an_index_that_is_made_anew_gives_the_same_answers() {
    for seed in 0..4 {
        rebuilt_answers_the_same(seed, 20, 1, &Keep::default());
    }
}

#[test]
fn what_is_lapsed_and_dropped_is_so_in_a_new_index_too() {
    let days = TimeDelta::days;
    let keep =
        Keep { documents_for: days(9), follow_for: days(3), spool_for: days(4), spool_bytes: 200 * 20 };
    let dropped: usize = (0..4).map(|seed| rebuilt_answers_the_same(seed, 24, 1, &keep)).sum();
    assert!(dropped > 8, "documents are dropped: {dropped}");
}

#[test]
fn a_database_that_is_gone_is_made_anew_when_it_is_opened() {
    let mut chance = Chance(77);
    let world = World::new(audiences());
    for number in 0..6 {
        let scan = chance.scan(number);
        world.night(&scan);
    }
    let scan = chance.scan(7);
    world.remember(&scan);
    let before = answers(&world, &scan);
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(world.folder().join(format!("howler.db{ending}")));
    }
    assert_eq!(before, answers(&world, &scan));
}
