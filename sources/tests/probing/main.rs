//! The prober against as many kinds of servers as there are: `openssl s_server` with each protocol and key, dialogues
//! before TLS, and servers that mean harm. Each has its certificate, by OpenSSL's own fingerprint, or its class of error.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

mod dialogues;
mod hostile;
mod identity;
mod openssl;
mod server;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use howler_model::{Endpoint, Facts};
use howler_sources::{Gather, Limits, Prober, SOURCES, TrustAnchors};

use identity::Identities;

/// What an endpoint has; servers that answer at all do so far sooner, also on a busy machine.
const TOTAL: Duration = Duration::from_secs(5);

/// What a server is known to show.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Expected {
    /// The fingerprints of its leaves, its protocol, and whether it is old.
    Served(BTreeSet<String>, Option<&'static str>, bool),
    /// The code of the one gap.
    Gap(String),
}

/// One server of the suite.
struct Row {
    name: String,
    endpoint: Endpoint,
    expected: Expected,
    /// How many connections it had, where it counts.
    clients: Arc<AtomicUsize>,
    /// What keeps it alive.
    _server: Option<openssl::Server>,
}

async fn ask(endpoint: &Endpoint) -> Facts {
    let source = SOURCES.iter().find(|source| source.id == "endpoints").unwrap();
    let Gather::Endpoint(gather) = source.gather else { panic!("{} asks no endpoints", source.id) };
    let limits = Limits { total: TOTAL, ..Limits::default() };
    gather(&Prober::new(TrustAnchors::mozilla(), limits), endpoint, "2026-11-01T00:00:00Z".parse().unwrap())
        .await
}

/// What was seen, in the words of what is expected; anything else that is in the facts is wrong.
fn seen(facts: &Facts) -> Expected {
    let [scope] = facts.scopes.as_slice() else { panic!("{:?}", facts.scopes) };
    match (facts.served.as_slice(), scope.gaps.as_slice()) {
        ([], [gap]) => Expected::Gap(gap.unseen.code.clone().unwrap()),
        ([first, ..], []) => {
            assert!(facts.served.iter().all(|it| (it.protocol, it.legacy) == (first.protocol, first.legacy)));
            let leaves = facts.served.iter().map(|served| served.chain[0].sha256.unwrap().to_string());
            Expected::Served(leaves.collect(), first.protocol, first.legacy)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_server_shows_what_it_has() {
    let identities = Identities::make();
    let mut rows = openssl::rows(&identities);
    rows.extend(dialogues::rows(&identities).await);
    rows.extend(hostile::rows().await);
    let names: BTreeSet<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert!(names.len() == rows.len() && rows.len() >= 60, "{} servers", rows.len());
    let wrong: Vec<String> =
        stream::iter(&rows).map(judge).buffer_unordered(16).collect::<Vec<_>>().await.concat();
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

async fn judge(row: &Row) -> Vec<String> {
    let begun = Instant::now();
    let facts = ask(&row.endpoint).await;
    let mut wrong = Vec::new();
    if begun.elapsed() > TOTAL + Duration::from_secs(1) {
        wrong.push(format!("{}: it took {:?}", row.name, begun.elapsed()));
    }
    let texts = facts.scopes.iter().flat_map(|scope| &scope.gaps).map(|gap| &gap.unseen.message);
    if let Some(raw) = texts.into_iter().find(|text| text.contains(|c: char| c.is_control())) {
        wrong.push(format!("{}: {raw:?} is not harmless", row.name));
    }
    if row.clients.load(Ordering::Relaxed) > 2 {
        wrong.push(format!("{}: it had {:?} connections", row.name, row.clients));
    }
    let seen = seen(&facts);
    if seen != row.expected {
        wrong
            .push(format!("{}: {:?} was expected, not {seen:?}: {:?}", row.name, row.expected, facts.scopes));
    }
    wrong
}
