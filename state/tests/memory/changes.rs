//! What changes from scan to scan, and what only seems to.

use howler_reports::document::{Change, Finding, Place};
use howler_reports::{Severity, Status};
use howler_state::{Of, State};

use crate::world::{World, changed, day, finding, passed, place, rated, scan, scope, seen, suppressed, used};

#[test]
fn each_change_is_noticed_once() {
    let world = World::new(Vec::new());
    let first = world.remember(&scan(day(0), vec![finding("a"), finding("b"), passed("c")]));
    assert_eq!(first.since, None);
    assert_eq!(changed(&first), [], "all of the first is new");
    let second = scan(day(1), vec![rated("a", Severity::High), suppressed("b"), passed("c")]);
    let second = world.remember(&second);
    assert_eq!(second.since.as_deref(), Some(scan(day(0), vec![]).run.id.as_str()));
    assert_eq!(changed(&second), [("a", Change::Worse), ("b", Change::Suppressed)]);
    let third = world.remember(&scan(day(2), vec![passed("a"), suppressed("b")]));
    assert_eq!(changed(&third), [("a", Change::Resolved)]);
    assert_eq!(third.findings[0].before, Some(Severity::High));
    let fourth = world.remember(&scan(day(3), vec![finding("a"), finding("b")]));
    assert_eq!(changed(&fourth), [("a", Change::Reopened), ("b", Change::Reopened)]);
    assert_eq!(fourth.findings[0].first_seen, day(0));
    assert_eq!(
        changed(&world.remember(&scan(day(4), vec![]))),
        [("a", Change::Resolved), ("b", Change::Resolved)]
    );
    assert_eq!(changed(&world.remember(&scan(day(5), vec![]))), []);
    let history = world.history();
    let changes: Vec<_> = history[0].events.iter().map(|event| event.change).collect();
    use Change::{Opened, Reopened, Resolved, Worse};
    assert_eq!(changes, [Opened, Worse, Resolved, Reopened, Resolved]);
    assert_eq!(
        (history[0].state, history[0].since, history[0].confirmed_at),
        (State::Resolved, day(3), day(3))
    );
    world.check_integrity();
}

#[test]
fn what_is_said_anew_of_a_finding_is_the_same_finding() {
    let world = World::new(Vec::new());
    world.remember(&scan(day(0), vec![finding("a")]));
    let other = Finding {
        summary: "in other words".into(),
        severity: Severity::Low,
        owner: Some("db".into()),
        ..finding("a")
    };
    let changes = world.remember(&scan(day(1), vec![other]));
    assert_eq!(changed(&changes), [("a", Change::Better), ("a", Change::Moved)]);
    let story = &world.open().history(&Of::Finding("a")).unwrap()[0];
    assert_eq!((story.first_seen, story.since, story.owner.as_deref()), (day(0), day(0), Some("db")));
}

#[test]
fn what_was_not_seen_is_not_over() {
    let world = World::new(Vec::new());
    world.remember(&scan(day(0), vec![finding("a"), finding("b")]));
    let vpc = || place("111111111111", "vpc");
    let denied = || seen(day(1), vec![], vec![scope(vpc(), "denied")]);
    let mut other_check = scan(day(2), vec![]);
    other_check.run.checks = vec!["certificate-expiry".into()];
    let mut narrowed = scan(day(3), vec![]);
    narrowed.run.narrowed = true;
    let unknown = Finding { status: Status::Unknown, severity: Severity::Info, ..finding("b") };
    for scan in [denied(), other_check, narrowed, seen(day(4), vec![unknown], vec![scope(vpc(), "partial")])]
    {
        let changes = world.remember(&scan);
        assert_eq!(changed(&changes), [], "{}", scan.run.now);
        let unconfirmed: Vec<_> =
            changes.unconfirmed.iter().map(|it| (it.id.as_str(), it.confirmed_at)).collect();
        assert_eq!(unconfirmed, [("a", day(0)), ("b", day(0))], "{}", scan.run.now);
    }
    let changes = world.remember(&scan(day(5), vec![finding("b")]));
    assert_eq!((changed(&changes), changes.unconfirmed.len()), (vec![("a", Change::Resolved)], 0));
    assert_eq!(world.history()[0].confirmed_at, day(0), "it was not seen after that");
    assert_eq!(world.history()[1].confirmed_at, day(5));
}

#[test]
fn what_is_not_confirmed_for_long_is_not_followed_any_more() {
    let world = World::new(Vec::new());
    world.remember(&scan(day(0), vec![finding("a"), suppressed("b")]));
    let blind = |days| seen(day(days), vec![], vec![scope(place("111111111111", "vpc"), "error")]);
    assert_eq!(changed(&world.remember(&blind(30))), []);
    assert_eq!(changed(&world.remember(&blind(31))), [("a", Change::Lapsed), ("b", Change::Lapsed)]);
    assert_eq!(changed(&world.remember(&scan(day(32), vec![finding("a")]))), [("a", Change::Reopened)]);
}

#[test]
fn an_account_that_is_entered_again_is_no_gap_any_more() {
    let world = World::new(Vec::new());
    let gap = Finding {
        check: "scan-coverage".into(),
        status: Status::Unknown,
        scope: place("111111111111", "sts"),
        ..finding("gap")
    };
    let blind = |days, gaps| seen(day(days), gaps, vec![scope(place("111111111111", "sts"), "denied")]);
    world.remember(&scan(day(0), vec![]));
    assert_eq!(changed(&world.remember(&blind(0, vec![gap.clone()]))), [("gap", Change::Opened)]);
    assert_eq!(changed(&world.remember(&blind(1, vec![gap]))), []);
    assert_eq!(changed(&world.remember(&scan(day(2), vec![]))), [("gap", Change::Resolved)]);
}

#[test]
fn a_gap_is_gone_only_if_whoever_met_it_was_asked_again() {
    let gap = |id: &str, place| Finding {
        check: "scan-coverage".into(),
        status: Status::Unknown,
        scope: place,
        ..finding(id)
    };
    let regions = || Place { region: Some("global".into()), ..place("111111111111", "ec2") };
    let night = |days, findings, sources: &[&str]| {
        let scopes =
            vec![scope(place("111111111111", "vpc"), "ok"), scope(place("111111111111", "ec2"), "ok")];
        let mut scan = seen(day(days), findings, scopes);
        scan.run.sources = sources.iter().map(|&source| source.to_owned()).collect();
        scan
    };
    let world = World::new(Vec::new());
    let both = || vec![gap("quotas", place("111111111111", "vpc")), gap("regions", regions())];
    world.remember(&night(0, both(), &["vpc-quotas", "acm-certificates", "regions"]));
    assert_eq!(changed(&world.remember(&night(1, vec![], &["acm-certificates", "regions"]))), []);
    let one_region = world.remember(&night(2, vec![], &["vpc-quotas", "acm-certificates"]));
    assert_eq!(changed(&one_region), [("quotas", Change::Resolved)], "that one does not go by regions");
    let all = world.remember(&night(3, vec![], &["vpc-quotas", "acm-certificates", "regions"]));
    assert_eq!(changed(&all), [("regions", Change::Resolved)]);
}

#[test]
fn what_a_quota_came_to_is_in_its_history() {
    let world = World::new(Vec::new());
    for (days, usage) in [(0, 8), (1, 8), (2, 9), (4, 9)] {
        world.remember(&scan(
            day(days),
            vec![used("a", usage), Finding { status: Status::Pass, ..used("b", 1) }],
        ));
    }
    let spans: Vec<_> =
        world.history()[0].measures.iter().map(|it| (it.from.to_string(), it.usage)).collect();
    let expected = [("2026-11-01", 8.0), ("2026-11-03", 9.0), ("2026-11-05", 9.0)];
    assert_eq!(spans, expected.map(|(day, usage)| (day.to_owned(), usage)));
    assert_eq!(world.open().measures("b").unwrap().len(), 2, "one that was never worth telling too");
    assert_eq!(world.open().history(&Of::Account("111111111111")).unwrap().len(), 1);
    assert_eq!(world.open().history(&Of::Resource("Quota a")).unwrap().len(), 1);
    assert_eq!(world.open().history(&Of::Resource("vpc/a")).unwrap().len(), 1);
    assert!(world.open().history(&Of::Account("222222222222")).unwrap().is_empty());
}
