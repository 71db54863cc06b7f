//! People who are called and people who read a channel, through stand-ins that keep to the documented limits; and,
//! where somebody asks for it, through the real ones.

use std::env;

use serde_json::{Value, json};

use crate::harness::pagerduty::{A_MINUTE, BODY, Became, PagerDuty};
use crate::harness::slack::{Slack, TOTAL};
use crate::harness::{Authority, Memory, Ran, Simulated, howler, post};

const ROUTING_KEY: &str = "0123456789abcdef0123456789abcdef";

/// A certificate in a file, scanned night after night.
struct Nights {
    authority: Authority,
    memory: Memory,
    config: String,
    secret: String,
}

impl Nights {
    fn new(config: &str, secret: &str) -> Self {
        let (authority, memory) = (Authority::new(), Memory::new());
        Self { authority, memory, config: config.to_owned(), secret: secret.to_owned() }
    }

    /// The scan of a night at which the certificate ends in so many days.
    #[track_caller]
    fn ends_in(&self, days: i64) -> Ran {
        let path = self.authority.sign("www.example.com", days).certificate;
        let args = ["scan", "--quiet", "--format", "json", "--file", path.to_str().unwrap()];
        let howler = howler(&args).args(&["--state", &self.memory.text()]);
        let ran = howler.file("howler.toml", &self.config).env("SECRET", &self.secret).run();
        assert!([0, 1].contains(&ran.code), "{}", ran.stderr);
        let deliveries = &ran.document().0["deliveries"];
        assert_eq!(
            (deliveries.as_array().unwrap().len(), &deliveries[0]["error"]),
            (1, &Value::Null),
            "{deliveries:#}"
        );
        assert!(!ran.stdout.contains(&self.secret) && !ran.stderr.contains(&self.secret));
        ran
    }

    /// It has expired, stays so for a night, is renewed, and stays well.
    fn expired_and_renewed(&self, after: impl Fn(usize)) {
        for (night, days) in [-1, -1, 80, 80].into_iter().enumerate() {
            self.ends_in(days);
            after(night);
        }
    }
}

#[test]
fn an_expired_certificate_calls_somebody_once_and_is_resolved_when_it_is_renewed() {
    let pagerduty = PagerDuty::start();
    let config = format!(
        "[notify]\npagerduty = {{ urls = [{{ env = \"SECRET\" }}, \"{}\"], at_least = \"low\" }}\n",
        pagerduty.url()
    );
    let nights = Nights::new(&config, ROUTING_KEY);
    nights.expired_and_renewed(|night| {
        let wanted = [Became::Opened, Became::Resolved];
        assert_eq!(pagerduty.became(), wanted[..=night.div_euclid(2).min(1)], "night {night}");
        assert_eq!(pagerduty.open().len(), usize::from(night < 2), "night {night}");
    });
    assert_eq!(pagerduty.refused(), [""; 0]);
    let heard = pagerduty.heard();
    assert_eq!(heard[0].event["dedup_key"], heard[1].event["dedup_key"]);
    assert!(heard[0].event["payload"]["summary"].as_str().unwrap().contains("expired"));
}

#[test]
fn a_channel_reads_what_changed_and_nothing_on_other_nights() {
    let slack = Slack::start();
    let nights = Nights::new("[notify]\nslack = { env = \"SECRET\", at_least = \"low\" }\n", &slack.url());
    nights.expired_and_renewed(|night| {
        assert_eq!(slack.messages().len(), [1, 1, 2, 2][night], "night {night}")
    });
    // The nights pass in less than the second that Slack wants between messages: one that came too early came again.
    assert_eq!(slack.refused(), [""; 0]);
    let texts = slack.texts();
    assert!(texts[0].contains(": 1 finding to look at\n") && texts[0].contains("\nnew, "), "{}", texts[0]);
    assert!(texts[1].contains(": 1 over\n") && texts[1].contains("\nresolved, "), "{}", texts[1]);
}

#[test]
fn all_of_an_organisation_keeps_to_the_limits_of_both() {
    const OWNERS: &str = "default = \"platform\"\n[[owner]]\ncheck = \"certificate-expiry\"\nowner = \"@here\"\n\
                          [[owner]]\naccount = \"111111111111\"\nowner = \"team-a\"\n";
    let (pagerduty, slack, memory) = (PagerDuty::start(), Slack::start(), Memory::new());
    let config = format!(
        "[notify]\npagerduty = {{ urls = [{{ env = \"KEY\" }}, \"{}\"], at_least = \"low\" }}\n\
         slack = {{ env = \"HOOK\" }}\n",
        pagerduty.url()
    );
    let simulated = Simulated::demo(Vec::new());
    let scan = simulated.scan(&["--org", "--quiet", "--format", "json", "--state", &memory.text()]);
    let scan = scan.file("howler.toml", &config).file("owners.toml", OWNERS);
    let document = scan.env("KEY", ROUTING_KEY).env("HOOK", &slack.url()).run().exits(1).document();
    let accepted = |place: usize| document.0["deliveries"][place]["accepted"].as_u64().unwrap();
    assert_eq!(accepted(0), accepted(1), "{:#}", document.0["deliveries"]);
    assert!(accepted(0) > 5, "{}", accepted(0));
    assert_eq!(pagerduty.became(), vec![Became::Opened; accepted(0) as usize]);
    assert_eq!((pagerduty.refused(), slack.refused(), slack.limited()), (Vec::new(), Vec::new(), 0));
    let texts = slack.texts();
    let owners: Vec<&str> = texts.iter().filter_map(|text| text.split(": ").next()).collect();
    assert_eq!(owners, ["@here", "platform", "team-a"]);
    let number = |text: &String| text.split(": ").nth(1)?.split(' ').next()?.parse::<u64>().ok();
    assert_eq!(texts.iter().filter_map(number).sum::<u64>(), accepted(1), "{texts:#?}");
}

fn trigger() -> Value {
    json!({
        "routing_key": ROUTING_KEY,
        "event_action": "trigger",
        "dedup_key": "a",
        "payload": { "summary": "s", "source": "s", "severity": "critical" },
    })
}

#[test]
fn the_stand_in_of_pagerduty_keeps_to_the_limits() {
    let pagerduty = PagerDuty::start();
    let enqueue = |event: &Value| post(&format!("{}/v2/enqueue", pagerduty.url()), &event.to_string()).0;
    let with = |pointer: &str, value: Value| {
        let mut event = trigger();
        *event.pointer_mut(pointer).unwrap() = value;
        event
    };
    let long = |length: usize| json!("x".repeat(length));
    for (pointer, value, status) in [
        ("/routing_key", long(31), 400),
        ("/routing_key", long(32), 202),
        ("/routing_key", long(33), 400),
        ("/dedup_key", long(255), 202),
        ("/dedup_key", long(256), 400),
        ("/event_action", json!("open"), 400),
        ("/payload/summary", long(1024), 202),
        ("/payload/summary", long(1025), 400),
        ("/payload/summary", json!(""), 400),
        ("/payload/source", Value::Null, 400),
        ("/payload/severity", json!("high"), 400),
    ] {
        assert_eq!(
            enqueue(&with(pointer, value.clone())),
            status,
            "{pointer} of {}",
            value.to_string().len()
        );
    }
    let room = BODY - trigger().to_string().len() - r#","x":"""#.len();
    for (length, status) in [(room, 202), (room + 1, 400)] {
        let mut event = trigger();
        event["x"] = long(length);
        assert_eq!(enqueue(&event), status, "{}", event.to_string().len());
    }
    assert_eq!(post(&format!("{}/v1/enqueue", pagerduty.url()), "{}").0, 404);
}

#[test]
fn the_stand_in_of_pagerduty_knows_an_alert_by_both_keys_and_takes_120_events_a_minute() {
    let pagerduty = PagerDuty::start();
    let enqueue = |event: &Value| post(&format!("{}/v2/enqueue", pagerduty.url()), &event.to_string()).0;
    let resolve = |routing_key: &str| json!({ "routing_key": routing_key, "event_action": "resolve", "dedup_key": "a" });
    let other = "x".repeat(32);
    for event in
        [trigger(), trigger(), resolve(&other), resolve(ROUTING_KEY), resolve(ROUTING_KEY), trigger()]
    {
        assert_eq!(enqueue(&event), 202);
    }
    use Became::{Dropped, Noted, Opened, Resolved};
    assert_eq!(pagerduty.became(), [Opened, Noted, Dropped, Resolved, Dropped, Opened]);
    let statuses: Vec<u16> = (5..=A_MINUTE).map(|_| enqueue(&trigger())).collect();
    assert_eq!(statuses.iter().position(|status| *status == 429), Some(A_MINUTE - 5));
    assert_eq!(enqueue(&resolve(&other)), 202, "another key has its own limit");
}

#[test]
fn the_stand_in_of_slack_keeps_to_the_limits() {
    let plain = |length: usize| json!({ "type": "plain_text", "text": "x".repeat(length) });
    let block = |kind: &str, length: usize| json!([{ "type": kind, "text": plain(length) }]);
    let sections = |number: usize| json!(vec![json!({ "type": "section", "text": plain(1) }); number]);
    let total = |length: usize| {
        let part = json!({ "type": "section", "text": plain(2300) });
        let mut all = vec![part; 5];
        let used = json!(all).to_string().len() - 2300;
        all[4]["text"] = plain(length - used);
        json!(all)
    };
    let elements = |number: usize| json!([{ "type": "context", "elements": vec![plain(1); number] }]);
    for (blocks, answer) in [
        (block("header", 150), "ok"),
        (block("header", 151), "invalid_blocks"),
        (block("header", 0), "invalid_blocks"),
        (block("section", 3000), "ok"),
        (block("section", 3001), "invalid_blocks"),
        (block("heading", 1), "invalid_blocks"),
        (elements(10), "ok"),
        (elements(11), "invalid_blocks"),
        (sections(50), "ok"),
        (sections(51), "invalid_blocks"),
        (total(TOTAL), "ok"),
        (total(TOTAL + 1), "msg_blocks_too_long"),
        (json!([]), "no_text"),
    ] {
        // Each has a channel of its own, which has a rate.
        let told = post(&Slack::start().url(), &json!({ "blocks": blocks }).to_string()).1;
        assert_eq!(told, answer, "{}", blocks.to_string().len());
    }
    let slack = Slack::start();
    let statuses = [(); 2].map(|()| post(&slack.url(), r#"{"text":"x"}"#).0);
    assert_eq!((statuses, slack.limited()), ([200, 429], 1));
    assert_eq!(post(&slack.url().replace("XXX", "YYY"), r#"{"text":"x"}"#), (404, "no_service".to_owned()));
}

/// A secret of whoever runs the live tests.
fn live(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

#[test]
#[ignore = "live: set HOWLER_LIVE_PAGERDUTY to the routing key of a service that calls nobody"]
fn live_pagerduty_opens_and_resolves_an_alert() {
    let address =
        env::var("HOWLER_LIVE_PAGERDUTY_URL").unwrap_or_else(|_| "https://events.pagerduty.com".to_owned());
    let config = format!(
        "[notify]\npagerduty = {{ urls = [{{ env = \"SECRET\" }}, \"{address}\"], at_least = \"low\" }}\n"
    );
    Nights::new(&config, &live("HOWLER_LIVE_PAGERDUTY")).expired_and_renewed(|_| ());
}

#[test]
#[ignore = "live: set HOWLER_LIVE_SLACK to the address of an incoming webhook of a channel for tests"]
fn live_slack_takes_two_messages() {
    let config = "[notify]\nslack = { env = \"SECRET\", at_least = \"low\" }\n";
    Nights::new(config, &live("HOWLER_LIVE_SLACK")).expired_and_renewed(|_| ());
}
