//! `howler notify`: what waits is delivered, what a gateway forgot is told again, and each owner has a channel.

use serde_json::Value;

use crate::harness::nights::{self, NIGHTS, about};
use crate::harness::{Howler, Memory, Parts, Receiver, Trouble, events, howler, now};

/// Gateways, as arguments.
fn notify(args: &[&str], memory: &Memory, gateways: &[(&str, &Receiver)]) -> Howler {
    let howler = howler(args).args(&["--state", &memory.text()]);
    gateways.iter().fold(howler, |howler, (name, receiver)| {
        howler.args(&["--notify", &format!("{name}={}", receiver.url())])
    })
}

#[test]
fn what_waits_is_delivered_without_a_scan_and_only_once() {
    let (parts, memory, webhook) = (Parts::of(30), Memory::new(), Receiver::start());
    parts.tell(0, &memory, &webhook).run().exits(0);
    webhook.suffer(Trouble::Down);
    parts.tell(1, &memory, &webhook).run().exits(4);
    assert_eq!(memory.look().waiting, 60);
    let gateways = [("webhook", &webhook)];
    notify(&["notify"], &memory, &gateways).run().exits(4);
    assert_eq!((memory.look().waiting, events(&webhook.taken()).len()), (60, 30));

    // Said in full before it is sent.
    let dry = notify(&["notify", "--dry-run"], &memory, &gateways).run().exits(0);
    assert_eq!(memory.look().waiting, 60);
    webhook.suffer(Trouble::None);
    let before = webhook.taken().len();
    notify(&["notify"], &memory, &gateways).run().exits(0);
    assert_eq!((memory.look().waiting, events(&webhook.taken()).len()), (0, 90));
    let sent: Vec<String> = webhook.taken()[before..].iter().map(|post| post.body.clone()).collect();
    assert_eq!(dry.stdout.lines().collect::<Vec<_>>(), sent, "what was said and what was sent");

    notify(&["notify"], &memory, &gateways).run().exits(0);
    assert_eq!(events(&webhook.taken()).len(), 90);
    let keys: std::collections::BTreeSet<_> = events(&webhook.taken()).into_iter().map(|it| it.key).collect();
    assert_eq!(keys.len(), 90);
}

/// Receivers refuse what was signed long ago; the parts of a scan may lie for a while before they are told.
#[test]
fn a_request_is_signed_at_the_time_at_which_it_is_sent() {
    let (parts, memory, webhook) = (Parts::of(30), Memory::new(), Receiver::start());
    let config =
        format!("[notify]\nwebhook = {{ url = \"{}\", signing = {{ env = \"KEY\" }} }}\n", webhook.url());
    let signed = |howler: Howler| howler.file("howler.toml", &config).env("KEY", "key").run().exits(0);
    signed(parts.remember(0, &memory));
    signed(howler(&["notify", "--state", &memory.text()]));
    signed(parts.remember(1, &memory));
    let posts = webhook.taken();
    assert!(posts.len() > 3, "{}", posts.len());
    for post in posts {
        let header = &post.headers["howler-signature"];
        let at: i64 = header.strip_prefix("t=").unwrap().split_once(',').unwrap().0.parse().unwrap();
        assert!((chrono::Utc::now().timestamp() - at).abs() < 300, "{header}");
    }
}

/// The names of all alerts that were posted from here on.
fn alerts(alertmanager: &Receiver, from: usize) -> Vec<String> {
    let posts = alertmanager.taken().split_off(from);
    let alerts = posts.iter().flat_map(|post| post.json().as_array().unwrap().clone());
    let mut ids: Vec<String> =
        alerts.map(|alert: Value| alert["labels"]["howler_id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[test]
fn an_alertmanager_that_forgot_everything_is_told_again() {
    let (parts, memory) = (Parts::of(30), Memory::new());
    let (webhook, alertmanager) = (Receiver::start(), Receiver::answering((200, "")));
    let both = format!("alertmanager={}", alertmanager.url());
    parts.tell(0, &memory, &webhook).args(&["--notify", &both]).run().exits(0);
    let told = alerts(&alertmanager, 0);
    assert_eq!(told.len(), 30);
    let posts = alertmanager.taken().len();
    notify(&["notify"], &memory, &[("alertmanager", &alertmanager)]).run().exits(0);
    assert_eq!(alerts(&alertmanager, posts), told);
    assert_eq!(memory.look().scans, 1, "nothing was scanned");
}

/// A channel for all, and one for an owner who gets what moves there.
#[test]
fn each_owner_hears_of_what_is_its_own_and_of_what_comes_and_goes() {
    let memory = Memory::new();
    let [rest, edge, data] = [(); 3].map(|()| Receiver::start());
    let config = format!(
        "[notify]\nwebhook = {{ url = \"{}\", owners = {{ edge = \"{}\", data = \"{}\" }} }}\n",
        rest.url(),
        edge.url(),
        data.url()
    );
    for night in NIGHTS.take(9) {
        let at = now() + chrono::TimeDelta::days(night);
        let simulated = nights::simulated(night, at);
        let scan = simulated.howler(&["scan", "--quiet", "--org", "-r", nights::REGION, "--allow-gaps"]);
        let scan = scan.env(nights::MANUAL.0, nights::MANUAL.1);
        let scan = scan.args(&["--check", "certificate-expiry", "--check", "quota-utilization"]);
        let scan =
            scan.args(&["--now", &at.to_rfc3339(), "--state", &memory.text(), "--fail-on", "critical"]);
        let ran = scan.file("howler.toml", &config).file("owners.toml", &nights::owners(night)).run();
        assert!(ran.code < 2, "night {night}: {}", ran.stderr);
    }
    let heard = |receiver: &Receiver| {
        let events = events(&receiver.taken());
        events.iter().map(|it| format!("{} {}", it.change, about(&it.resource))).collect::<Vec<_>>()
    };
    assert_eq!(heard(&edge), ["moved edge"]);
    let expected = ["opened known", "opened addresses", "worse addresses", "worse addresses"];
    let rest_of_it = ["better addresses", "reminder known", "resolved addresses"];
    assert_eq!(heard(&data), [&expected[..], &rest_of_it].concat());
    let others = heard(&rest);
    let of_others = |it: &&String| it.ends_with("known") || it.ends_with("addresses");
    assert_eq!(others.iter().filter(of_others).count(), 0, "{others:#?}");
    assert!(others.contains(&"opened edge".to_owned()) && others.contains(&"resolved till".to_owned()));
}
