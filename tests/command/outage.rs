//! Gateways that are down, slow, overwhelmed, broken or forgetful: what they missed reaches them later, once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use howler_simulator::acm::Certificate;
use howler_simulator::{Account, Organization, Region};
use serde_json::Value;

use crate::harness::nights::{self, Heard, assert_heard};
use crate::harness::{Memory, Post, Ran, Receiver, Simulated, Trouble, events, now};
use crate::nights::{digest, scan};

const ROUTING_KEY: &str = "0123456789abcdef0123456789abcdef";
const REGION: &str = "eu-west-1";
/// The names of the certificates that are about to end, night after night.
const NIGHTS: [&[&str]; 4] = [&["old"], &["old", "stays", "passes"], &["stays", "new"], &["stays", "new"]];

/// All gateways that speak plain HTTP, each at a receiver of its own.
struct Gateways {
    webhook: Receiver,
    slack: Receiver,
    pagerduty: Receiver,
    alertmanager: Receiver,
    memory: Memory,
}

impl Gateways {
    fn start() -> Self {
        Self {
            webhook: Receiver::start(),
            slack: Receiver::answering((200, "ok")),
            pagerduty: Receiver::answering((202, r#"{"status":"success","message":"Event processed"}"#)),
            alertmanager: Receiver::answering((200, "")),
            memory: Memory::new(),
        }
    }

    fn all(&self) -> [(&'static str, &Receiver); 4] {
        [
            ("webhook", &self.webhook),
            ("slack", &self.slack),
            ("pagerduty", &self.pagerduty),
            ("alertmanager", &self.alertmanager),
        ]
    }

    fn suffer(&self, trouble: Trouble) {
        self.all().into_iter().for_each(|(_, receiver)| receiver.suffer(trouble));
    }

    fn config(&self) -> String {
        format!(
            "[notify]\nwebhook = {{ url = \"{}\", at_least = \"low\" }}\nalertmanager = \"{}\"\n\
             slack = {{ env = \"SLACK\", at_least = \"low\" }}\n\
             pagerduty = {{ urls = [{{ env = \"PAGERDUTY\" }}, \"{}\"], at_least = \"low\" }}\n\
             [delivery]\ntimeout_seconds = 1\nattempts = 2\npause_seconds = 0.05\n",
            self.webhook.url(),
            self.alertmanager.url(),
            self.pagerduty.url(),
        )
    }

    /// The scan of a night, counted from 0.
    fn night(&self, night: usize) -> Ran {
        let at = now() + TimeDelta::days(night as i64);
        let simulated = Simulated::of(howler_simulator::Simulation::new(organization(night), at));
        let args = ["scan", "--quiet", "-r", REGION, "--check", "certificate-expiry", "--format", "json"];
        let howler =
            simulated.howler(&args).args(&["--now", &at.to_rfc3339(), "--state", &self.memory.text()]);
        let howler = howler.file("howler.toml", &self.config()).env("SLACK", &self.slack.url());
        howler.env("PAGERDUTY", ROUTING_KEY).run()
    }
}

fn organization(night: usize) -> Organization {
    let certificate = |name: &&str| {
        let end = now() + TimeDelta::days(20);
        Certificate::imported(name, &format!("{name}.example.com"), end - TimeDelta::days(365), end)
    };
    let certificates = NIGHTS[night].iter().map(certificate).collect();
    let region = Region { certificates, ..Region::default() };
    Organization::of(Account::new("111111111111", "platform").region(REGION, region))
}

fn name(resource: &str) -> &str {
    resource.rsplit('/').next().unwrap()
}

/// What a webhook heard: how often each change of each certificate.
fn heard(posts: &[Post]) -> BTreeMap<String, usize> {
    let mut heard = BTreeMap::new();
    for event in events(posts) {
        *heard.entry(format!("{} {}", event.change, name(&event.resource))).or_default() += 1;
    }
    heard
}

/// How often the digests that people read name a certificate.
fn named(posts: &[Post]) -> BTreeMap<&'static str, usize> {
    let times = |name| posts.iter().filter(|post| post.body.contains(&format!("{name}.example.com"))).count();
    ["old", "stays", "passes", "new"].into_iter().map(|name| (name, times(name))).collect()
}

/// What PagerDuty was asked for: trigger or resolve, by certificate, in order.
fn asked(posts: &[Post]) -> Vec<String> {
    let one = |post: &Post| {
        let event = post.json();
        assert_eq!(event["routing_key"], ROUTING_KEY);
        format!("{} {}", event["event_action"].as_str().unwrap(), event["dedup_key"].as_str().unwrap())
    };
    posts.iter().map(one).collect()
}

/// The certificates whose alerts are alive after all posts.
fn alive(posts: &[Post]) -> BTreeSet<String> {
    let resources = alive_at(posts, now() + TimeDelta::days(3));
    resources.iter().map(|resource| name(resource).to_owned()).collect()
}

/// The resources whose alerts are alive after all posts, at that time. An alert is known by all its labels.
fn alive_at(posts: &[Post], at: DateTime<Utc>) -> BTreeSet<String> {
    let alerts: Vec<Value> = posts.iter().flat_map(|post| post.json().as_array().unwrap().clone()).collect();
    let mut last = BTreeMap::new();
    for alert in &alerts {
        let end: DateTime<Utc> = alert["endsAt"].as_str().unwrap().parse().unwrap();
        last.insert(alert["labels"].to_string(), (end > at, alert["labels"]["resource"].as_str().unwrap()));
    }
    last.into_values().filter(|(alive, _)| *alive).map(|(_, resource)| resource.to_owned()).collect()
}

/// How each gateway took it, as the document says.
fn errors(ran: &Ran) -> BTreeMap<String, bool> {
    let document = ran.document();
    let deliveries = document.0["deliveries"].as_array().unwrap().clone();
    deliveries.iter().map(|it| (it["gateway"].as_str().unwrap().to_owned(), !it["error"].is_null())).collect()
}

/// In three of four nights nothing goes wrong but in the gateways.
#[track_caller]
fn survives(trouble: Trouble) {
    let gateways = Gateways::start();
    gateways.night(0).exits(0);
    assert_eq!(gateways.memory.look().waiting, 0);
    let before = gateways.all().map(|(_, receiver)| receiver.taken().len());
    gateways.suffer(trouble);
    for night in [1, 2] {
        let ran = gateways.night(night).exits(4);
        let failed = errors(&ran);
        assert!(failed.len() == 4 && failed.values().all(|failed| *failed), "night {night}: {failed:?}");
        assert!(gateways.memory.look().waiting > 0, "night {night}: nothing waits");
    }
    assert_eq!(gateways.all().map(|(_, receiver)| receiver.taken().len()), before);
    gateways.suffer(Trouble::None);
    let ran = gateways.night(3).exits(0);
    assert!(errors(&ran).values().all(|failed| !failed), "{:?}", errors(&ran));
    assert_eq!(gateways.memory.look().waiting, 0);
    gateways.assert_all_told();
    // All is told: another scan of the same has nothing to add.
    let posts = [&gateways.slack, &gateways.pagerduty].map(|receiver| receiver.taken().len());
    gateways.night(3).exits(0);
    assert_eq!([&gateways.slack, &gateways.pagerduty].map(|receiver| receiver.taken().len()), posts);
    assert!(heard(&gateways.webhook.taken()).values().all(|times| *times == 1));
}

impl Gateways {
    /// Everybody knows everything, and heard of it once.
    #[track_caller]
    fn assert_all_told(&self) {
        let expected =
            ["opened old", "opened stays", "opened passes", "opened new", "resolved old", "resolved passes"];
        let expected: BTreeMap<String, usize> = expected.map(|it| (it.to_owned(), 1)).into();
        assert_eq!(heard(&self.webhook.taken()), expected);
        let keys: Vec<String> = events(&self.webhook.taken()).into_iter().map(|event| event.key).collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());

        let digests = self.slack.taken();
        assert_eq!(digests.len(), 2, "{digests:#?}");
        assert_eq!(named(&digests[..1]), [("new", 0), ("old", 1), ("passes", 0), ("stays", 0)].into());
        assert_eq!(named(&digests[1..]), [("new", 1), ("old", 1), ("passes", 1), ("stays", 1)].into());

        // Of what came and went meanwhile, nobody is paged.
        let asked = asked(&self.pagerduty.taken());
        assert!(asked.len() == 4 && asked[0].starts_with("trigger"), "{asked:#?}");
        let resolved = asked[0].replace("trigger", "resolve");
        assert_eq!(asked.iter().filter(|it| **it == resolved).count(), 1, "{asked:#?}");
        assert_eq!(asked.iter().filter(|it| it.starts_with("trigger")).collect::<BTreeSet<_>>().len(), 3);

        let alive = alive(&self.alertmanager.taken());
        assert_eq!(alive, ["new", "stays"].map(str::to_owned).into());
    }
}

#[test]
fn a_gateway_that_is_down_misses_nothing() {
    survives(Trouble::Down);
}

#[test]
fn a_gateway_that_is_slow_misses_nothing() {
    survives(Trouble::Slow(Duration::from_secs(3)));
}

#[test]
fn a_gateway_that_asks_for_patience_misses_nothing() {
    survives(Trouble::TooMany(1));
}

#[test]
fn a_gateway_that_fails_misses_nothing() {
    survives(Trouble::Fail(500));
}

#[test]
fn a_gateway_that_hangs_up_before_reading_misses_nothing() {
    survives(Trouble::ResetBefore);
}

#[test]
fn a_gateway_that_hangs_up_after_reading_misses_nothing() {
    survives(Trouble::ResetAfter);
}

#[test]
fn an_answer_that_is_lost_costs_one_repetition_at_most() {
    let gateways = Gateways::start();
    gateways.night(0).exits(0);
    let digests = gateways.slack.taken().len();
    gateways.suffer(Trouble::LoseAnswer);
    let ran = gateways.night(1).exits(4);
    // Who can be told twice is told twice at once; the others may have heard of it, and are not asked again today.
    assert_eq!(
        errors(&ran),
        [("alertmanager", false), ("pagerduty", false), ("slack", true), ("webhook", true)]
            .map(|(name, failed)| (name.to_owned(), failed))
            .into()
    );
    assert!(gateways.memory.look().waiting > 0);
    gateways.night(2).exits(0);
    assert_eq!(gateways.memory.look().waiting, 0);

    let told = events(&gateways.webhook.taken());
    let mut times = BTreeMap::<_, usize>::new();
    told.iter().for_each(|event| *times.entry((event.key.clone(), event.finding.clone())).or_default() += 1);
    assert_eq!(times.len(), 6, "{times:#?}");
    assert!(times.values().all(|times| *times <= 2), "{times:#?}");
    assert_eq!(heard(&gateways.webhook.taken()).len(), 6);
    assert!(gateways.slack.taken().len() - digests <= 3, "{:#?}", gateways.slack.taken());
    let resolves = asked(&gateways.pagerduty.taken()).iter().filter(|it| it.starts_with("resolve")).count();
    assert_eq!(resolves, 2, "passes and old: both were told before");
    assert_eq!(alive(&gateways.alertmanager.taken()), BTreeSet::from(["new", "stays"].map(str::to_owned)));
}

/// What is wrong with the gateways, night after night; the last one is a good one.
const TROUBLES: [Trouble; 6] = [
    Trouble::Down,
    Trouble::None,
    Trouble::Fail(503),
    Trouble::ResetAfter,
    Trouble::None,
    Trouble::TooMany(1),
];

/// The same ten nights as for gateways that are always well: what is heard in the end is the same.
#[test]
fn ten_nights_of_trouble_come_out_as_ten_good_ones() {
    let gateways = Gateways::start();
    let begin = now();
    let mut failed = 0;
    for night in nights::NIGHTS {
        for (place, (_, receiver)) in gateways.all().into_iter().enumerate() {
            let trouble = TROUBLES[(night as usize * 5 + place * 2) % TROUBLES.len()];
            receiver.suffer(if night == 10 { Trouble::None } else { trouble });
        }
        let at = begin + TimeDelta::days(night);
        let simulated = nights::simulated(night, at);
        let howler = simulated
            .howler(&["scan", "--format", "json", "--now", &at.to_rfc3339()])
            .env(nights::MANUAL.0, nights::MANUAL.1);
        let howler = howler.env("SLACK", &gateways.slack.url()).env("PAGERDUTY", ROUTING_KEY);
        failed +=
            usize::from(scan(night, howler, &gateways.memory, &gateways.config(), true, begin).code == 4);
    }
    assert!(failed > 4, "{failed} nights of trouble");
    assert_eq!(gateways.memory.look().waiting, 0);

    let any_night = |heard: Heard| Heard { night: 0, ..heard };
    let expected: Vec<Heard> = nights::expected(true).into_iter().map(any_night).collect();
    let events = events(&gateways.webhook.taken());
    let heard: Vec<Heard> = events.iter().map(|event| event.heard(0)).collect();
    assert_heard("webhook", &expected, &heard);
    for one in &expected {
        let of = |list: &[Heard]| -> Vec<String> {
            list.iter().filter(|it| it.what == one.what).map(|it| it.change.clone()).collect()
        };
        assert_eq!(of(&heard), of(&expected), "{}: the order in which it happened", one.what);
    }
    let digests = gateways.slack.taken();
    let heard: Vec<Heard> = digests.iter().flat_map(|post| digest(0, &post.json())).collect();
    assert_heard("slack", &expected, &heard);

    // PagerDuty and Alertmanager know in the end what is open, and no more.
    let names: BTreeMap<String, String> =
        events.iter().map(|event| (event.finding.clone(), nights::about(&event.resource))).collect();
    let mut open = BTreeSet::new();
    for event in gateways.pagerduty.taken().iter().map(Post::json) {
        let what = names[event["dedup_key"].as_str().unwrap()].as_str();
        let changed = match event["event_action"] == "trigger" {
            true => open.insert(what.to_owned()) || event["payload"].is_object(),
            false => open.remove(what),
        };
        assert!(changed, "{what} was resolved and not open");
    }
    let expected = ["edge", "kiosk", "known", "shop", "soon", "suppression", "urgent", "vault"];
    assert_eq!(open, expected.map(str::to_owned).into());
    let end = begin + TimeDelta::days(10);
    let alive = alive_at(&gateways.alertmanager.taken(), end);
    let alive: BTreeSet<String> = alive.iter().map(|resource| nights::about(resource)).collect();
    assert_eq!(alive, expected.map(str::to_owned).into());
}
