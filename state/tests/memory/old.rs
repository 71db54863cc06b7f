//! What is dropped when it is old, and what is not.

use chrono::TimeDelta;
use howler_reports::Severity;
use howler_reports::gateway::Keeps;
use howler_state::Keep;

use crate::world::{World, all_kinds, audience, day, finding, news, place, rated, scan, scope, seen};

fn short() -> Keep {
    let days = TimeDelta::days;
    Keep { documents_for: days(5), follow_for: days(3), spool_for: days(4), ..Keep::default() }
}

fn documents(world: &World) -> Vec<String> {
    let names = std::fs::read_dir(world.folder().join("scans")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> =
        names.filter(|name| name.ends_with(".zst")).map(|name| name[..8].into()).collect();
    names.sort();
    names
}

#[test]
fn old_documents_go_and_what_they_explain_stays() {
    let mut world = World::new(all_kinds());
    world.keep = short();
    for days in 0..12 {
        world.night(&scan(day(days), vec![finding("a"), rated(&format!("b{days}"), Severity::High)]));
    }
    assert_eq!(documents(&world), ["00000007", "00000008", "00000009", "00000010", "00000011", "00000012"]);
    let before = world.history();
    let first = before.iter().find(|story| story.id == "a").unwrap();
    assert_eq!((first.first_seen, first.since), (day(0), day(0)));
    assert!(before.iter().all(|story| story.id != "b3"), "it ended long ago");
    assert_eq!(world.rebuild(), 6);
    assert_eq!(world.history(), before);
    let last = scan(day(11), vec![]);
    assert!(world.audiences[..2].iter().all(|audience| world.due(audience, &last).is_empty()));
}

#[test]
fn a_document_that_somebody_is_still_to_be_told_of_stays() {
    let mut world = World::new(vec![audience("pagerduty", Keeps::State)]);
    world.keep = short();
    world.night(&scan(day(0), vec![finding("a")]));
    for days in 1..5 {
        world.remember(&scan(day(days), vec![]));
    }
    world.remember(&scan(day(8), vec![]));
    assert_eq!(documents(&world)[0], "00000001");
    let last = scan(day(8), vec![]);
    let told = world.tell(&world.audiences[0], &last, usize::MAX);
    assert_eq!((told.len(), &told[0].finding), (1, &finding("a")));
    world.open().prune(&world.keep, day(8)).unwrap();
    assert_eq!(documents(&world), ["00000004", "00000005", "00000006"]);
}

#[test]
fn the_last_document_stays_however_old_it_is() {
    let mut world = World::new(Vec::new());
    world.keep = short();
    world.remember(&scan(day(0), vec![finding("a")]));
    world.open().prune(&world.keep, day(400)).unwrap();
    assert_eq!(documents(&world), ["00000001"]);
}

#[test]
fn what_is_not_confirmed_keeps_its_document_until_it_lapses() {
    let mut world = World::new(all_kinds());
    world.keep = Keep { follow_for: TimeDelta::days(20), ..short() };
    world.night(&scan(day(0), vec![finding("a")]));
    for days in 1..15 {
        let blind = seen(day(days), vec![], vec![scope(place("111111111111", "vpc"), "throttled")]);
        let (_, told) = world.night(&blind);
        assert_eq!(news(&told[2]).len(), 1, "day {days}");
        assert_eq!(told[2][0].finding, finding("a"));
    }
    assert_eq!(documents(&world)[0], "00000001");
}

#[test]
fn a_gateway_that_is_gone_for_long_is_forgotten() {
    let mut world = World::new(vec![audience("webhook", Keeps::Nothing)]);
    world.keep = short();
    world.remember(&scan(day(0), vec![finding("a")]));
    world.audiences.clear();
    world.remember(&scan(day(3), vec![]));
    assert_eq!(world.open().waiting().unwrap()[0].notices, 2, "it may have been left out once");
    world.remember(&scan(day(6), vec![]));
    assert_eq!(world.open().waiting().unwrap(), []);
}
