//! Secrets of configuration, environment and credentials: they go where they are meant to, and nowhere else.

use std::fs;
use std::path::Path;

use howler_simulator::{Fault, Rule};
use tempfile::TempDir;

use crate::harness::{Howler, Memory, Ran, Receiver, Simulated, Trouble, howler, program};

/// Every secret that is put somewhere, and where.
const SECRETS: [(&str, &str); 10] = [
    ("AWS_SECRET_ACCESS_KEY", "m4rk3dSecretAccessKey0123456789abcdefghi"),
    ("AWS_SESSION_TOKEN", "m4rk3dSessionToken0123456789"),
    ("ALERTMANAGER_PASSWORD", "m4rk3dPassw0rd"),
    ("ALERTMANAGER_BEARER", "m4rk3dBearer0123456789"),
    ("WEBHOOK_BEARER", "m4rk3dWebhookBearer0123456789"),
    ("WEBHOOK_SIGNING", "m4rk3dSigningKey0123456789"),
    ("PAGERDUTY_KEY", "m4rk3dRoutingKey0123456789abcdef"),
    ("SLACK_PATH", "services/m4rk3dT/m4rk3dB/m4rk3dSlackToken"),
    ("PROFILE_SECRET", "m4rk3dProfileSecret0123456789abcdefghijk"),
    ("EXTERNAL_ID", EXTERNAL_ID),
];
/// No secret to AWS: who asks for the configuration is shown it, and nobody else.
const EXTERNAL_ID: &str = "ext3rn4l-m4rk";
/// What all of them begin with, as it is, in Base64 at each of its offsets, and in hexadecimal digits.
const MARKS: [&str; 5] = ["m4rk3d", "bTRyazNk", "00cmszZ", "NHJrM2", "6d34726b3364"];

fn secret(name: &str) -> &'static str {
    SECRETS.iter().find(|(known, _)| *known == name).unwrap().1
}

/// Gateways, each with all secrets that it can have.
struct Marked {
    receivers: [Receiver; 4],
    simulated: Simulated,
    memory: Memory,
    /// Files with secrets in them, which nobody looks through.
    kept: TempDir,
}

impl Marked {
    fn start() -> Self {
        let denied = Rule::new(Fault::Deny { by_scp: false }).account("333333333333").action("acm:*");
        let pagerduty = Receiver::answering((202, r#"{"status":"success","message":"Event processed"}"#));
        let receivers = [Receiver::answering((200, "")), Receiver::start(), Receiver::start(), pagerduty];
        let (memory, kept) = (Memory::new(), TempDir::new().unwrap());
        fs::write(kept.path().join("bearer"), secret("ALERTMANAGER_BEARER")).unwrap();
        let profile = format!(
            "[marked]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            howler_simulator::ACCESS_KEY_ID,
            secret("PROFILE_SECRET")
        );
        fs::write(kept.path().join("credentials"), profile).unwrap();
        Self { receivers, simulated: Simulated::demo(vec![denied]), memory, kept }
    }

    fn config(&self) -> String {
        let [_, webhook, _, pagerduty] = self.receivers.each_ref().map(Receiver::url);
        let bearer = self.kept.path().join("bearer");
        format!(
            "[notify]\n\
             alertmanager = [{{ env = \"ALERTMANAGER\", at_least = \"low\" }}, \
             {{ url = \"{}\", bearer = {{ file = \"{}\" }} }}]\n\
             webhook = {{ url = \"{webhook}hook\", bearer = {{ env = \"WEBHOOK_BEARER\" }}, \
             signing = {{ env = \"WEBHOOK_SIGNING\" }} }}\n\
             slack = {{ env = \"SLACK\", at_least = \"low\" }}\n\
             pagerduty = {{ urls = [{{ env = \"PAGERDUTY_KEY\" }}, \"{pagerduty}\"], at_least = \"low\" }}\n\
             [delivery]\ntimeout_seconds = 2\nattempts = 2\npause_seconds = 0.01\n",
            self.receivers[0].url(),
            bearer.display()
        )
    }

    /// A command with all secrets around it, and everything that might make it talkative.
    fn command(&self, args: &[&str]) -> Howler {
        let mut howler = howler(args).file("howler.toml", &self.config());
        let password = format!("http://{}:{}@", "user", secret("ALERTMANAGER_PASSWORD"));
        let alertmanager = self.receivers[0].url().replace("http://", &password);
        let slack = format!("{}{}", self.receivers[2].url(), secret("SLACK_PATH"));
        let credentials = self.kept.path().join("credentials").display().to_string();
        for (name, value) in SECRETS {
            howler = howler.env(name, value);
        }
        for (name, value) in [
            ("AWS_ENDPOINT_URL", self.simulated.simulator.endpoint().as_str()),
            ("AWS_ACCESS_KEY_ID", howler_simulator::ACCESS_KEY_ID),
            ("AWS_SHARED_CREDENTIALS_FILE", &credentials),
            ("HOWLER_ACCOUNTS__EXTERNAL_ID", secret("EXTERNAL_ID")),
            ("ALERTMANAGER", &alertmanager),
            ("SLACK", &slack),
            ("RUST_LOG", "trace"),
            ("RUST_BACKTRACE", "full"),
            ("HOWLER_LOG", "trace"),
            ("AWS_LOG_LEVEL", "trace"),
            ("SMITHY_LOG", "trace"),
        ] {
            howler = howler.env(name, value);
        }
        howler
    }

    fn run(&self, args: &[&str]) -> Ran {
        let ran = self.command(args).args(&["--state", &self.memory.text()]).run();
        self.assert_unmarked(&ran, args);
        ran
    }

    /// No mark in what was said, in what was left where it ran, and in what is remembered.
    #[track_caller]
    fn assert_unmarked(&self, ran: &Ran, args: &[&str]) {
        assert_clean(&ran.stdout, args, "standard output");
        assert_clean(&ran.stderr, args, "standard error");
        let mut files = 0;
        for folder in [ran.home.path(), &self.memory.path()] {
            files += look_through(folder, args);
        }
        assert!(files > 0, "{args:?}: no file was looked through");
    }
}

#[track_caller]
fn assert_clean(text: &str, args: &[&str], place: &str) {
    let is_configuration = args.starts_with(&["config"]);
    for mark in MARKS.into_iter().chain((!is_configuration).then_some(EXTERNAL_ID)) {
        if let Some(at) = text.find(mark) {
            let around: String =
                text[..at].chars().rev().take(200).collect::<String>().chars().rev().collect();
            panic!("{args:?}: a secret in {place}: {around}>>>{:.80}", &text[at..]);
        }
    }
}

/// Every file under a folder, unpacked where it is compressed; how many there are.
#[track_caller]
fn look_through(folder: &Path, args: &[&str]) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let mut files = 0;
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files += look_through(&path, args);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        assert_clean(&String::from_utf8_lossy(&bytes), args, &path.display().to_string());
        if path.extension().is_some_and(|it| it == "zst") {
            let output = program("zstd").arg("-dcq").arg(&path).output().expect("run scripts/test");
            assert!(output.status.success() && !output.stdout.is_empty(), "{}", path.display());
            assert_clean(&String::from_utf8_lossy(&output.stdout), args, &path.display().to_string());
        }
        files += 1;
    }
    files
}

const SCAN: [&str; 12] = [
    "scan",
    "--org",
    "-r",
    "eu-west-1",
    "--check",
    "certificate-expiry",
    "--check",
    "scan-coverage",
    "-o",
    "json=report.json",
    "-o",
    "table=report.txt",
];

#[test]
fn no_secret_is_said_written_or_remembered() {
    let marked = Marked::start();
    let scanned = marked.run(&SCAN);
    assert_eq!(scanned.code, 3, "{}", scanned.stderr);
    // They did go where they are meant to.
    let [alertmanager, webhook, slack, pagerduty] = marked.receivers.each_ref().map(Receiver::taken);
    let header = |posts: &[crate::harness::Post], name: &str, text: &str| {
        posts.iter().any(|post| post.headers.get(name).is_some_and(|value| value.contains(text)))
    };
    assert!(header(&alertmanager, "authorization", "Basic "), "no password was sent");
    assert!(header(&alertmanager, "authorization", secret("ALERTMANAGER_BEARER")));
    assert!(header(&webhook, "authorization", secret("WEBHOOK_BEARER")));
    assert!(header(&webhook, "howler-signature", "v1="));
    assert!(slack.iter().any(|post| post.line.contains(secret("SLACK_PATH"))));
    assert!(pagerduty.iter().any(|post| post.body.contains(secret("PAGERDUTY_KEY"))));

    let report = scanned.home.path().join("report.json").display().to_string();
    for trouble in [
        Trouble::Echo,
        Trouble::Fail(401),
        Trouble::Fail(500),
        Trouble::TooMany(1),
        Trouble::ResetAfter,
        Trouble::Slow(std::time::Duration::from_secs(3)),
        Trouble::Down,
    ] {
        marked.receivers.iter().for_each(|receiver| receiver.suffer(trouble));
        let ran = marked.run(&["notify"]);
        assert_eq!(ran.code, 4, "{trouble:?}: {}", ran.stderr);
        if matches!(trouble, Trouble::Echo | Trouble::Down) {
            assert_eq!(marked.run(&SCAN).code, 4, "{trouble:?}");
        }
    }
    // Services of AWS that are not there.
    let of_aws =
        ["sns=arn:aws:sns:eu-west-1:111111111111:howler", "eventbridge=default", "security-hub=regions"];
    let args: Vec<&str> =
        SCAN.into_iter().chain(of_aws.into_iter().flat_map(|it| ["--notify", it])).collect();
    assert_eq!(marked.run(&args).code, 4);
    for args in [
        &["notify", "--dry-run"][..],
        &["history"],
        &["history", "--format", "json"],
        &["history", "rebuild"],
    ] {
        let ran = marked.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    }
    marked.run(&["notify", "--dry-run", "--from", &report]);
    for args in [&["config", "show"][..], &["doctor"], &["plan", "--org"], &["plan", "--profile", "marked"]] {
        let ran = marked.command(args).run();
        marked.assert_unmarked(&ran, args);
    }
    marked.run(&["scan", "--profile", "marked", "-r", "eu-west-1", "--check", "certificate-expiry"]);
}

#[test]
fn addresses_that_are_no_addresses_are_not_repeated() {
    let marked = Marked::start();
    for (name, address) in [
        ("ALERTMANAGER", "htp:/user:m4rk3d@nowhere"),
        ("ALERTMANAGER", "http://user:m4rk3d@"),
        ("SLACK", "m4rk3d"),
        ("SLACK", "https://m4rk3d.example.com:99999/m4rk3d"),
        ("PAGERDUTY_KEY", "m4rk3d"),
        ("WEBHOOK_BEARER", "m4rk3d\nX: y"),
        ("WEBHOOK_BEARER", "m4rk3d\u{7f}"),
    ] {
        for args in [&SCAN[..], &["notify"], &["config", "show"]] {
            let ran = marked.command(args).env(name, address).run();
            marked.assert_unmarked(&ran, args);
            assert!(args[0] == "config" || ran.code == 2, "{name} {args:?}: {} {}", ran.code, ran.stderr);
        }
    }
    for gateway in
        ["slack=https://hooks.slack.com/services/m4rk3d", "pagerduty=m4rk3d", "webhook=http://a:m4rk3d@h"]
    {
        let ran = marked.command(&SCAN).args(&["--no-config", "--no-state", "--notify", gateway]).run();
        marked.assert_unmarked(&ran, &[gateway]);
    }
}
