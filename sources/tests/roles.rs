//! Roles whose credentials end in the middle of a scan: they are renewed once, and nothing waits for itself.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use howler_simulator::{ACCESS_KEY_ID, Account, Fault, Organization, Region, Rule, Simulator};
use howler_sources::{Gather, Role, SOURCES, Session, Settings, StandIn};

#[tokio::test]
async fn a_renewal_needs_no_permit_that_a_waiting_call_holds() {
    let now = "2026-11-23T09:30:00Z".parse().unwrap();
    let member = Account::new("222222222222", "member").region("eu-west-1", Region::default());
    let organization = Organization::of(Account::new("111111111111", "management")).with(member);
    let expired = Rule::new(Fault::ExpiredToken).action("acm:ListCertificates").first(1);
    let simulator = Simulator::start(organization, vec![expired], now).unwrap();
    let settings = Settings {
        profile: None,
        region: "us-east-1".parse().unwrap(),
        session_name: "howler-test".to_owned(),
        attempt_timeout: Duration::from_secs(20),
        concurrency: 1,
        places: 1,
        ca_bundle: None,
        stand_in: Some(StandIn { url: simulator.endpoint(), access_key: ACCESS_KEY_ID.to_owned() }),
        now,
    };
    let scan = async {
        let session = Session::start(&settings).await.unwrap();
        let arn = "arn:aws:iam::222222222222:role/howler".parse().unwrap();
        let role = Role { arn, external_id: None };
        let account = session.assume(&role).await.unwrap();
        let at = account.enter(Some(&"eu-west-1".parse().unwrap())).await;
        let source = SOURCES.iter().find(|source| source.id == "acm-certificates").unwrap();
        let Gather::Region(gather) = source.gather else { panic!("asked in regions") };
        gather(&at).await
    };
    let gathered = tokio::time::timeout(Duration::from_secs(15), scan).await.unwrap();
    assert!(gathered.gaps.is_empty(), "{:?}", gathered.gaps);
    let taken = simulator.requests().iter().filter(|request| request.action == "sts:AssumeRole").count();
    assert_eq!(taken, 2, "at the beginning, and when AWS called the credentials expired");
}
