//! The members of an organisation, page by page: scanning begins at the first one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod simulated;

use std::time::{Duration, Instant};

use futures::future::join_all;
use futures::{StreamExt, TryStreamExt};
use howler_model::{Reason, Unseen};
use howler_simulator::{Account, Fault, Faults, Latency, Organization, Rule, Simulation, Simulator};
use howler_sources::Member;
use simulated::{ACCOUNT, now, session};

/// The caller's account and so many others, every third of them in a unit within a unit.
fn organization(members: u64) -> Organization {
    let unit = |account: Account, number: u64| match number % 3 {
        0 => Account { units: vec!["ou-root-prod0001".into(), "ou-root-shop0001".into()], ..account },
        _ => account.tag("number", number.to_string()),
    };
    (0..members).fold(Organization::of(Account::new(ACCOUNT, "management")), |organization, number| {
        let id = (222_222_222_222 + number).to_string();
        organization.with(unit(Account::new(id, format!("m{number}")), number))
    })
}

async fn caller(faults: Faults) -> (Simulator, howler_sources::Account) {
    let simulator = Simulator::start(organization(50), faults, now()).unwrap();
    let account = session(&simulator).await.caller().await.unwrap();
    (simulator, account)
}

fn asked(simulator: &Simulator, action: &str) -> usize {
    simulator.requests().iter().filter(|request| request.action == action).count()
}

/// How many members each page had, and how the stream ended.
async fn sizes(
    pages: impl futures::Stream<Item = Result<Vec<Member>, Unseen>>,
) -> (Vec<usize>, Option<Reason>) {
    let pages: Vec<_> = pages.collect().await;
    let sizes = pages.iter().flatten().map(Vec::len).collect();
    (sizes, pages.last().and_then(|page| page.as_ref().err()).map(|unseen| unseen.reason))
}

#[tokio::test]
async fn members_come_page_by_page_and_no_page_before_it_is_wanted() {
    let (simulator, account) = caller(vec![]).await;
    let mut pages = std::pin::pin!(account.members());
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 20);
    assert_eq!(asked(&simulator, "organizations:ListAccounts"), 1);
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 20);
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 11);
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_part_is_walked_with_the_parts_of_it() {
    let (_simulator, account) = caller(vec![]).await;
    let members: Vec<Vec<Member>> =
        account.members_of(&"ou-root-prod0001".parse().unwrap()).try_collect().await.unwrap();
    assert_eq!(members.iter().flatten().count(), 17);
    let root: Vec<Vec<Member>> = account.members_of(&"r-root".parse().unwrap()).try_collect().await.unwrap();
    assert_eq!(root.iter().flatten().count(), 51, "from the root down it is everybody");
}

#[tokio::test]
async fn what_keeps_a_page_away_ends_the_stream() {
    for (fault, reason) in [
        (Fault::Deny { by_scp: false }, Reason::Denied),
        (Fault::LoopTokens, Reason::PagingLoop),
        (Fault::RepeatToken, Reason::PagingLoop),
    ] {
        let (_simulator, account) = caller(vec![Rule::new(fault).action("organizations:*")]).await;
        assert_eq!(sizes(account.members()).await.1, Some(reason), "{fault:?}");
        let part = "r-root".parse().unwrap();
        assert_eq!(sizes(account.members_of(&part)).await.1, Some(reason), "{fault:?}");
    }
}

#[tokio::test]
async fn a_listing_that_was_sent_round_in_circles_is_begun_anew_and_tells_each_member_once() {
    // The first page names the second, which names itself: twice, then all is well.
    let faults = vec![Rule::new(Fault::RepeatToken).action("organizations:ListAccounts").first(2)];
    let (_simulator, account) = caller(faults).await;
    let (sizes, failed) = sizes(account.members()).await;
    assert_eq!((sizes.iter().sum::<usize>(), failed), (51, None), "{sizes:?}");
}

#[tokio::test]
async fn tags_are_read_to_their_last_page() {
    let many = (0..45).fold(Account::new("333333333333", "many"), |account, number| {
        account.tag(format!("key-{number:02}"), format!("value {number}"))
    });
    let simulator = Simulator::start(organization(2).with(many), vec![], now()).unwrap();
    let account = session(&simulator).await.caller().await.unwrap();
    let tags = account.tags_of(&"333333333333".parse().unwrap()).await.unwrap();
    assert_eq!(tags.len(), 45);
    assert!(tags.contains(&("key-44".to_owned(), "value 44".to_owned())));
    let one = account.tags_of(&"222222222223".parse().unwrap()).await.unwrap();
    assert_eq!(one, [("number".to_owned(), "1".to_owned())]);
    assert_eq!(account.tags_of(&ACCOUNT.parse().unwrap()).await.unwrap(), []);
    let unseen = account.tags_of(&"999999999999".parse().unwrap()).await.unwrap_err();
    assert_eq!(unseen.code.as_deref(), Some("TargetNotFoundException"));
}

#[tokio::test]
async fn organizations_is_asked_one_call_after_another_whoever_asks() {
    let latency = Latency::constant(Duration::from_millis(100));
    let simulator = Simulation::new(organization(4), now()).latency(latency).start().unwrap();
    let account = session(&simulator).await.caller().await.unwrap();
    let members = (0..5).map(|number: u64| (222_222_222_222 + number % 4).to_string().parse().unwrap());
    let members: Vec<howler_model::AccountId> = members.collect();
    let began = Instant::now();
    let tags = join_all(members.iter().map(|member| account.tags_of(member))).await;
    assert!(tags.iter().all(Result::is_ok), "{tags:?}");
    assert!(began.elapsed() >= Duration::from_millis(500), "five calls at 100 ms: {:?}", began.elapsed());
}
