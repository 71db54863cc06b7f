//! Who is told what, when, and how often.

use chrono::TimeDelta;
use howler_reports::Severity;
use howler_reports::document::{Change, Finding};
use howler_reports::gateway::{Keeps, News};
use howler_state::{Audience, Owners};

use crate::world::{
    World, all_kinds, audience, day, finding, news, passed, place, rated, scan, scope, seen, suppressed,
};

const fn change(change: Change) -> News {
    News::Change(change)
}

#[test]
fn each_kind_of_gateway_is_told_what_it_needs() {
    let world = World::new(all_kinds());
    let (_, told) = world.night(&scan(day(0), vec![finding("a"), finding("b")]));
    for told in &told {
        assert_eq!(news(told), [("a", change(Change::Opened)), ("b", change(Change::Opened))]);
    }
    let (_, told) = world.night(&scan(day(1), vec![finding("a"), rated("b", Severity::High)]));
    let [webhook, pagerduty, alertmanager] = &told[..] else { panic!() };
    assert_eq!(news(webhook), [("b", change(Change::Worse))]);
    assert_eq!(news(pagerduty), [("b", change(Change::Worse))]);
    assert_eq!(news(alertmanager), [("b", change(Change::Worse)), ("a", News::Standing)]);
    assert_eq!(pagerduty[0].before.as_ref().unwrap().severity, Severity::Medium);
    let (_, told) = world.night(&scan(day(2), vec![suppressed("a"), passed("b")]));
    for told in &told {
        assert_eq!(news(told), [("a", change(Change::Suppressed)), ("b", change(Change::Resolved))]);
        assert_eq!(told[1].before.as_ref().unwrap().severity, Severity::High);
    }
    let (_, told) = world.night(&scan(day(3), vec![suppressed("a"), passed("b")]));
    assert!(told.iter().all(Vec::is_empty), "{told:?}");
}

#[test]
fn an_outage_is_made_up_for() {
    let world = World::new(all_kinds());
    world.night(&scan(day(0), vec![finding("a"), finding("b"), finding("c")]));
    world.remember(&scan(day(1), vec![rated("a", Severity::High), finding("c")]));
    world.remember(&scan(day(2), vec![rated("a", Severity::Critical), finding("b"), finding("d")]));
    world.remember(&scan(day(3), vec![rated("a", Severity::Critical), finding("b")]));
    let now = scan(day(3), vec![rated("a", Severity::Critical), finding("b")]);
    let [webhook, pagerduty, alertmanager] =
        [0, 1, 2].map(|n| world.tell(&world.audiences[n], &now, usize::MAX));
    let mut webhook = news(&webhook);
    let of_a: Vec<_> = webhook.iter().filter(|(id, _)| *id == "a").collect();
    assert_eq!(of_a, [&("a", change(Change::Worse)), &("a", change(Change::Worse))], "in order");
    let of_d: Vec<_> = webhook.iter().filter(|(id, _)| *id == "d").collect();
    assert_eq!(of_d, [&("d", change(Change::Opened)), &("d", change(Change::Resolved))]);
    webhook.retain(|(id, _)| *id == "b" || *id == "c");
    assert_eq!(webhook.len(), 3, "{webhook:?}");
    // Only what is so now. d came and went.
    let mut pagerduty = news(&pagerduty);
    pagerduty.sort_by_key(|(id, _)| *id);
    assert_eq!(pagerduty, [("a", change(Change::Worse)), ("c", change(Change::Resolved))]);
    assert_eq!(news(&alertmanager).len(), 3, "b stands");
    assert!(world.audiences.iter().take(2).all(|audience| world.due(audience, &now).is_empty()));
    assert_eq!(world.open().waiting().unwrap(), []);
}

#[test]
fn what_was_not_accepted_is_told_again_with_the_same_key() {
    let world = World::new(all_kinds());
    let first = scan(day(0), vec![finding("a"), finding("b"), finding("c")]);
    world.remember(&first);
    for audience in &world.audiences {
        let before = world.due(audience, &first);
        let taken = world.tell(audience, &first, 1);
        assert_eq!(taken, before[..1]);
        let mut left = world.due(audience, &first);
        left.retain(|notice| notice.news != News::Standing);
        assert_eq!(left, before[1..], "{}", audience.gateway);
    }
    let waiting = world.open().waiting().unwrap();
    assert_eq!((waiting.len(), waiting[0].notices, waiting[0].oldest), (1, 2, Some(day(0))));
}

#[test]
fn what_is_blind_stands_and_is_not_told_as_over() {
    let world = World::new(all_kinds());
    world.night(&scan(day(0), vec![finding("a")]));
    let blind = seen(day(1), vec![], vec![scope(place("111111111111", "vpc"), "denied")]);
    let (_, told) = world.night(&blind);
    assert_eq!([&told[0], &told[1]].map(|told| told.len()), [0, 0]);
    assert_eq!(news(&told[2]), [("a", News::Standing)]);
    assert_eq!((told[2][0].confirmed_at, told[2][0].since), (day(0), day(0)));
    assert_eq!(told[2][0].finding, finding("a"));
    let (_, told) = world.night(&scan(day(2), vec![]));
    assert!(told.iter().all(|told| news(told) == [("a", change(Change::Resolved))]), "{told:?}");
}

#[test]
fn who_comes_late_is_told_what_is_open_and_no_history() {
    let mut world = World::new(Vec::new());
    world.remember(&scan(day(0), vec![finding("a"), finding("b"), finding("c")]));
    world.remember(&scan(day(1), vec![rated("a", Severity::High), finding("c")]));
    world.audiences = all_kinds();
    let blind = seen(day(2), vec![finding("c")], vec![scope(place("111111111111", "vpc"), "denied")]);
    let (_, told) = world.night(&blind);
    for told in &told {
        let mut told = news(told);
        told.sort_by_key(|(id, _)| *id);
        assert_eq!(told, [("a", change(Change::Opened)), ("c", change(Change::Opened))]);
    }
    let late = audience("slack", Keeps::Nothing);
    assert_eq!(world.tell(&late, &blind, usize::MAX).len(), 2, "between two scans too");
    assert!(world.due(&late, &blind).is_empty());
}

#[test]
fn a_scan_that_names_no_gateway_makes_none_miss_anything() {
    let mut world = World::new(all_kinds());
    world.night(&scan(day(0), vec![finding("a")]));
    let audiences = std::mem::take(&mut world.audiences);
    world.remember(&scan(day(1), vec![finding("a"), finding("b")]));
    world.audiences = audiences;
    let (_, told) = world.night(&scan(day(2), vec![finding("a"), finding("b")]));
    assert_eq!(news(&told[0]), [("b", change(Change::Opened))]);
    assert_eq!(news(&told[1]), [("b", change(Change::Opened))]);
}

fn only(owner: &str) -> Audience {
    let owners = Owners::Only(owner.into());
    Audience { key: format!("pagerduty {owner}"), owners, ..audience("pagerduty", Keeps::State) }
}

#[test]
fn a_finding_that_moves_ends_at_the_old_owner_and_begins_at_the_new() {
    let moved = Finding { owner: Some("db".into()), ..finding("a") };
    let slack =
        |owner: &str| Audience { key: format!("slack {owner}"), keeps: Keeps::Nothing, ..only(owner) };
    let world = World::new(vec![only("web"), only("db"), slack("web"), slack("db")]);
    let (_, told) = world.night(&scan(day(0), vec![finding("a")]));
    assert_eq!(told.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0, 1, 0]);
    let (_, told) = world.night(&scan(day(1), vec![moved]));
    let [web, db, slack_web, slack_db] = &told[..] else { panic!() };
    assert_eq!(news(web), [("a", change(Change::Resolved))]);
    assert_eq!(web[0].before.as_ref().unwrap().owner.as_deref(), Some("web"));
    assert_eq!(news(db), [("a", change(Change::Opened))]);
    assert_eq!(news(slack_db), [("a", change(Change::Moved))]);
    assert!(slack_web.is_empty());
}

#[test]
fn a_night_without_tags_moves_nobodys_findings() {
    let world = World::new(all_kinds());
    world.night(&scan(day(0), vec![finding("a")]));
    let platform = Some("platform".to_owned());
    let unsure = |id| Finding { owner: platform.clone(), owner_unsure: true, ..finding(id) };
    let (changes, told) = world.night(&scan(day(1), vec![unsure("a"), unsure("b")]));
    assert_eq!(
        changes.findings.iter().map(|it| &*it.id).collect::<Vec<_>>(),
        ["b"],
        "nobody knows better of it"
    );
    let [nothing, state, leases] = &told[..] else { panic!() };
    for told in [nothing, state] {
        assert_eq!(news(told), [("b", change(Change::Opened))]);
        assert_eq!(told[0].finding.owner, platform);
    }
    let standing = leases.iter().find(|notice| notice.finding.id == "a").unwrap();
    assert_eq!((standing.news, standing.finding.owner.as_deref()), (News::Standing, Some("web")));
    let (changes, _) = world.night(&scan(day(2), vec![finding("a"), unsure("b")]));
    assert_eq!(changes.findings, []);
    let (changes, _) = world.night(&scan(day(3), vec![finding("a"), finding("b")]));
    assert_eq!(changes.findings[0].change, Change::Moved);
}

#[test]
fn a_night_without_tags_neither_scores_nor_hides_anew() {
    let world = World::new(all_kinds());
    world.night(&scan(day(0), vec![rated("a", Severity::High), suppressed("b"), rated("c", Severity::High)]));
    let unsure =
        |id, severity| Finding { severity_unsure: true, suppression_unsure: true, ..rated(id, severity) };
    // c is nothing by itself.
    let blind =
        [("a", Severity::Low), ("b", Severity::Critical), ("c", Severity::Info), ("d", Severity::Low)];
    let (changes, told) = world.night(&scan(day(1), blind.map(|(id, severity)| unsure(id, severity)).into()));
    assert_eq!(changes.findings.iter().map(|it| &*it.id).collect::<Vec<_>>(), ["d"]);
    for told in &told[..2] {
        assert_eq!(news(told), [("d", change(Change::Opened))]);
    }
    let severities = told[2].iter().map(|notice| (&*notice.finding.id, notice.finding.severity));
    let mut severities: Vec<_> = severities.collect();
    severities.sort_unstable();
    assert_eq!(severities, [("a", Severity::High), ("c", Severity::High), ("d", Severity::Low)]);
    let (changes, _) = world
        .night(&scan(day(2), vec![rated("a", Severity::High), finding("b"), rated("c", Severity::High)]));
    assert_eq!(
        changes.findings.iter().map(|it| (&*it.id, it.change)).collect::<Vec<_>>(),
        [("b", Change::Reopened), ("d", Change::Resolved),]
    );
}

#[test]
fn only_what_is_bad_enough_is_told_and_its_end_too() {
    let high =
        |keeps| Audience { key: format!("{keeps:?}"), at_least: Severity::High, ..audience("x", keeps) };
    let world = World::new(vec![high(Keeps::Nothing), high(Keeps::State)]);
    let of = |severity| vec![rated("a", severity)];
    for (days, findings, nothing, state) in [
        (0, of(Severity::Medium), None, None),
        (1, of(Severity::Critical), Some(Change::Worse), Some(Change::Opened)),
        (2, of(Severity::High), Some(Change::Better), Some(Change::Better)),
        (3, of(Severity::Low), Some(Change::Better), Some(Change::Resolved)),
        (4, vec![], None, None),
        (5, of(Severity::High), Some(Change::Reopened), Some(Change::Reopened)),
        (6, vec![], Some(Change::Resolved), Some(Change::Resolved)),
    ] {
        let (_, told) = world.night(&scan(day(days), findings));
        let heard: Vec<_> = told.iter().map(|told| told.first().map(|it| it.news)).collect();
        assert_eq!(heard, [nothing.map(change), state.map(change)], "day {days}");
    }
}

#[test]
fn people_are_reminded_of_what_stays() {
    let reminded = Audience { remind_after: Some(TimeDelta::days(3)), ..audience("slack", Keeps::Nothing) };
    let world = World::new(vec![reminded]);
    let heard: Vec<_> = (0..9)
        .map(|days| {
            let severity = if days < 4 { Severity::Medium } else { Severity::High };
            let (_, told) = world.night(&scan(day(days), vec![rated("a", severity)]));
            told[0].first().map(|notice| notice.news)
        })
        .collect();
    let reminder = Some(News::Reminder);
    let worse = Some(change(Change::Worse));
    let opened = Some(change(Change::Opened));
    assert_eq!(heard, [opened, None, None, reminder, worse, None, None, reminder, None]);
}

#[test]
fn the_outbox_has_its_limits_and_what_is_lost_is_told() {
    let mut world = World::new(vec![audience("webhook", Keeps::Nothing)]);
    world.keep.spool_bytes = 2 * 200;
    let first = scan(day(0), vec![finding("a"), finding("b"), finding("c")]);
    world.remember(&first);
    world.remember(&scan(day(1), vec![finding("a"), finding("b"), finding("c"), finding("d")]));
    let waiting = world.open().waiting().unwrap();
    assert_eq!((waiting[0].notices, waiting[0].lost), (2, 2));
    world.remember(&scan(day(16), vec![finding("a"), finding("b"), finding("c"), finding("d")]));
    let waiting = world.open().waiting().unwrap();
    assert_eq!((waiting[0].notices, waiting[0].lost, waiting[0].oldest), (0, 4, None));
}

#[test]
fn who_was_left_out_for_long_is_told_what_opened_meanwhile_and_nothing_twice() {
    let mut world = World::new(vec![audience("webhook", Keeps::Nothing)]);
    world.night(&scan(day(0), vec![finding("a")]));
    let audiences = std::mem::take(&mut world.audiences);
    world.remember(&scan(day(1), vec![finding("a"), finding("b")]));
    world.remember(&scan(day(20), vec![finding("a"), finding("b"), finding("c")]));
    world.audiences = audiences;
    let (_, told) = world.night(&scan(day(30), ["a", "b", "c", "d"].map(finding).into()));
    let mut told = news(&told[0]);
    told.sort_by_key(|(id, _)| *id);
    assert_eq!(told, ["b", "c", "d"].map(|id| (id, change(Change::Opened))));
}

#[test]
fn who_wants_to_hear_of_more_is_told_what_of_that_is_open() {
    let narrow = Audience { at_least: Severity::High, ..only("web") };
    let narrow = Audience { keeps: Keeps::Nothing, ..narrow };
    let mut world = World::new(vec![narrow.clone()]);
    let of_db = |id| Finding { owner: Some("db".into()), ..finding(id) };
    let all = |last| vec![rated("a", Severity::High), finding("b"), of_db("c"), rated("d", last)];
    let (_, told) = world.night(&scan(day(0), all(Severity::Low)));
    assert_eq!(news(&told[0]), [("a", change(Change::Opened))]);
    world.audiences = vec![Audience { at_least: Severity::Low, ..narrow.clone() }];
    let (_, told) = world.night(&scan(day(1), all(Severity::Critical)));
    let mut heard = news(&told[0]);
    heard.sort_by_key(|(id, _)| *id);
    assert_eq!(heard, [("b", change(Change::Opened)), ("d", change(Change::Worse))]);
    world.audiences = vec![Audience { at_least: Severity::Low, owners: Owners::All, ..narrow }];
    let (_, told) = world.night(&scan(day(2), all(Severity::Critical)));
    assert_eq!(news(&told[0]), [("c", change(Change::Opened))]);
    let (_, told) = world.night(&scan(day(3), all(Severity::Critical)));
    assert!(told[0].is_empty());
}
