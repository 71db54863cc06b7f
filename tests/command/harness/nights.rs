//! Ten nights of an organisation: what is there each night, and what somebody should hear of it.
//!
//! Night n lies n days after the beginning. Certificates end in the middle of a day, so that no night is a boundary.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use chrono::{DateTime, TimeDelta, Utc};
use howler_simulator::acm::Certificate;
use howler_simulator::{Account, Organization, Region, ec2, elbv2};

use super::Simulated;

pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const PLATFORM: &str = "111111111111";
pub(crate) const PAYMENTS: &str = "222222222222";
pub(crate) const DATA: &str = "333333333333";
/// Its role is missing in two nights.
pub(crate) const SHOP: &str = "444444444444";

pub(crate) const NIGHTS: RangeInclusive<i64> = 1..=10;
/// The nights in which nothing of one account can be seen.
pub(crate) const BLIND: RangeInclusive<i64> = 5..=6;

/// A certificate: its account, its name, and the days that it has left before night 0; in use if it says so.
struct Leaf {
    account: &'static str,
    name: &'static str,
    days: fn(i64) -> Option<i64>,
}

/// Of 365 days; told at 30 (medium) and 7 (high), critical when over.
const LEAVES: &[Leaf] = &[
    Leaf { account: PLATFORM, name: "quiet", days: |_| Some(300) },
    Leaf { account: PLATFORM, name: "renewed", days: |night| Some(if night < 4 { 20 } else { 365 }) },
    Leaf { account: PLATFORM, name: "edge", days: |_| Some(25) },
    Leaf { account: PAYMENTS, name: "urgent", days: |_| Some(9) },
    Leaf { account: PAYMENTS, name: "soon", days: |_| Some(34) },
    Leaf { account: DATA, name: "known", days: |_| Some(22) },
    Leaf { account: SHOP, name: "shop", days: |_| Some(24) },
    Leaf { account: SHOP, name: "till", days: |night| Some(if night < 6 { 23 } else { 365 }) },
    Leaf { account: SHOP, name: "kiosk", days: |night| (night >= 6).then_some(20) },
    Leaf { account: SHOP, name: "vault", days: |_| Some(13) },
];

/// Elastic IP addresses of 20, by night.
const ADDRESSES: [usize; 10] = [10, 16, 16, 19, 19, 20, 17, 17, 10, 10];

/// Somebody should hear of this: the night, what it is about, what happened, how bad it is then, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Heard {
    pub(crate) night: i64,
    pub(crate) what: String,
    pub(crate) change: String,
    pub(crate) severity: String,
    pub(crate) owner: String,
}

type Row = (i64, &'static str, &'static str, &'static str, &'static str);

const EXPECTED: &[Row] = &[
    (1, "renewed", "opened", "medium", "platform"),
    (1, "edge", "opened", "medium", "platform"),
    (1, "urgent", "opened", "medium", "payments"),
    (1, "known", "opened", "medium", "data"),
    (1, "shop", "opened", "medium", "platform"),
    (1, "till", "opened", "medium", "platform"),
    (1, "vault", "opened", "medium", "platform"),
    (2, "addresses", "opened", "medium", "data"),
    (3, "urgent", "worse", "high", "payments"),
    (3, "known", "suppressed", "medium", "data"),
    (4, "renewed", "resolved", "medium", "platform"),
    (4, "addresses", "worse", "high", "data"),
    (5, "soon", "opened", "medium", "payments"),
    (5, "role", "opened", "high", "platform"),
    (6, "addresses", "worse", "critical", "data"),
    (7, "addresses", "better", "medium", "data"),
    (7, "role", "resolved", "high", "platform"),
    (7, "till", "resolved", "medium", "platform"),
    (7, "kiosk", "opened", "medium", "platform"),
    (7, "vault", "worse", "high", "platform"),
    (8, "edge", "moved", "medium", "edge"),
    (8, "shop", "reminder", "medium", "platform"),
    (9, "addresses", "resolved", "medium", "data"),
    (9, "known", "reopened", "medium", "data"),
    (10, "urgent", "worse", "critical", "payments"),
];

/// What is told of the suppression itself, where it ends by the clock: that it will soon, and that it did.
const OF_SUPPRESSION: &[Row] =
    &[(3, "suppression", "opened", "low", "data"), (9, "suppression", "worse", "medium", "data")];

/// Everything that changes in ten nights.
pub(crate) fn expected(suppression_ends: bool) -> Vec<Heard> {
    let more = if suppression_ends { OF_SUPPRESSION } else { &[] };
    let heard = |&(night, what, change, severity, owner): &Row| Heard {
        night,
        what: what.to_owned(),
        change: change.to_owned(),
        severity: severity.to_owned(),
        owner: owner.to_owned(),
    };
    let mut all: Vec<_> = EXPECTED.iter().chain(more).map(heard).collect();
    all.sort();
    all
}

/// What a finding is about, in the words of [`EXPECTED`], from the canonical name of its resource.
pub(crate) fn about(resource: &str) -> String {
    match resource.rsplit_once("certificate/") {
        // What a suppression is about is its own name.
        Some((before, _)) if before.ends_with('*') => "suppression".to_owned(),
        Some((_, name)) => name.to_owned(),
        None if resource == "ec2/L-0263D0A3" => "addresses".to_owned(),
        None if resource.ends_with(" sts:AssumeRole") => "role".to_owned(),
        None => resource.to_owned(),
    }
}

/// Both lists beside one another, for whoever runs the tests.
#[track_caller]
pub(crate) fn assert_heard(title: &str, expected: &[Heard], received: &[Heard]) {
    let mut told = format!("{title}: {} expected, {} received\n", expected.len(), received.len());
    let mut all: Vec<&Heard> = expected.iter().chain(received).collect();
    all.sort();
    all.dedup();
    let times = |list: &[Heard], one: &Heard| list.iter().filter(|it| *it == one).count();
    for one in all {
        let Heard { night, what, change, severity, owner } = one;
        let (wanted, came) = (times(expected, one), times(received, one));
        let mark = if wanted == came { "  " } else { "!!" };
        let _ = writeln!(
            told,
            "{mark} night {night:2} {what:12} {change:10} {severity:9} {owner:9} expected {wanted} received {came}"
        );
    }
    println!("{told}");
    let sorted = |list: &[Heard]| {
        let mut list = list.to_vec();
        list.sort();
        list
    };
    assert!(sorted(expected) == sorted(received), "{told}");
}

/// The organisation as it is on a night, at that time.
pub(crate) fn simulated(night: i64, now: DateTime<Utc>) -> Simulated {
    Simulated::of(howler_simulator::Simulation::new(organization(night, now), now))
}

/// Certificates of the nights are told as late as those that renew themselves.
pub(crate) const MANUAL: (&str, &str) = ("HOWLER_THRESHOLDS__MANUAL_CRITICAL_DAYS", "7");

fn organization(night: i64, now: DateTime<Utc>) -> Organization {
    let account = |id: &str, name| {
        // What has no region of its own is asked in us-east-1.
        Account::new(id, name).region(REGION, region(id, night, now)).region("us-east-1", Region::default())
    };
    let mut shop = account(SHOP, "shop");
    if BLIND.contains(&night) {
        shop.roles.clear();
    }
    Organization::of(account(PLATFORM, "platform"))
        .with(account(PAYMENTS, "payments"))
        .with(account(DATA, "data"))
        .with(shop)
}

fn region(account: &str, night: i64, now: DateTime<Utc>) -> Region {
    let mut region = Region::default();
    region.resources.add(ec2::vpc("vpc-1", "10.0.0.0/16"));
    region.resources.add(elbv2::load_balancer("web", "application", "vpc-1", &["a", "b"]));
    for leaf in LEAVES.iter().filter(|leaf| leaf.account == account) {
        let Some(days) = (leaf.days)(night) else { continue };
        let not_after = now + TimeDelta::days(days - night) + TimeDelta::hours(12);
        let (domain, before) = (format!("{}.example.com", leaf.name), not_after - TimeDelta::days(365));
        let balancer = elbv2::load_balancer_arn("web", "application");
        let leaf = Certificate::imported(leaf.name, &domain, before, not_after).used_by(balancer);
        region.certificates.push(leaf);
    }
    if account == DATA {
        region.set_quota("ec2", "L-0263D0A3", 20.0);
        let count = usize::try_from(night).ok().and_then(|night| ADDRESSES.get(night - 1)).copied();
        for number in 0..count.unwrap_or(0) {
            let address = ec2::address(&format!("eipalloc-{number}"), &format!("198.51.100.{number}"));
            region.resources.add(address);
        }
    }
    region
}

/// Whose findings are whose on a night.
pub(crate) fn owners(night: i64) -> String {
    let mut text = "default = \"platform\"\ntags = []\n".to_owned();
    for (account, owner) in [(PAYMENTS, "payments"), (DATA, "data")] {
        let _ = write!(text, "\n[[owner]]\naccount = \"{account}\"\nowner = \"{owner}\"\n");
    }
    if night >= 8 {
        text.push_str("\n[[owner]]\ndomain = \"edge.example.com\"\nowner = \"edge\"\n");
    }
    text
}

/// What need not be told on a night. If it ends by the clock it stands there to the end, else it is taken away.
pub(crate) fn suppressions(night: i64, begin: DateTime<Utc>, ends: bool) -> String {
    let until = begin + TimeDelta::days(if ends { 8 } else { 60 });
    if night < 3 || (night >= 9 && !ends) {
        return String::new();
    }
    format!(
        "[[suppress]]\ncheck = \"certificate-expiry\"\naccount = \"{DATA}\"\nresource = \"*certificate/known\"\n\
         reason = \"moves to another host\"\nowner = \"data\"\nuntil = {}\n",
        until.date_naive()
    )
}
