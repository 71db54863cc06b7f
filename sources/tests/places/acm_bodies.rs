//! The bodies of ACM's certificates, where they are wanted.

use chrono::TimeDelta;
use howler_model::{Facts, Reason, Validity};
use howler_simulator::acm::Certificate;
use howler_simulator::{Account, Fault, Faults, Organization, Plain, Region, Rule, Simulator, elbv2};
use howler_sources::{Session, Settings};

use crate::gaps::gaps;
use crate::simulated::{ACCOUNT, gather, now, settings};

const HERE: &str = "eu-west-1";
const GET: &str = "acm:GetCertificate";

fn certificates() -> Vec<Certificate> {
    let days = |count| now() + TimeDelta::days(count);
    let used = |id: &str| {
        let name = format!("{id}.example");
        Certificate::issued(id, &name, days(-10), days(300))
            .used_by(elbv2::load_balancer_arn("lb", "application"))
    };
    vec![
        used("one"),
        used("two"),
        Certificate::issued("unused", "unused.example", days(-10), days(300)),
        Certificate::pending("pending", "pending.example", days(-1)),
    ]
}

async fn gathered(bodies: bool, answers: Vec<Plain>, faults: Faults) -> (Facts, usize) {
    let region = Region { certificates: certificates(), answers, ..Region::default() };
    let organization = Organization::of(Account::new(ACCOUNT, "test").region(HERE, region));
    let simulator = Simulator::start(organization, faults, now()).unwrap();
    let settings = Settings { bodies, ..settings(&simulator) };
    let account = Session::start(&settings).await.unwrap().caller().await.unwrap();
    let facts = gather(&account, HERE, &["acm-certificates"]).await;
    (facts, simulator.requests().iter().filter(|request| request.action == GET).count())
}

/// The names of the certificates whose bodies were read.
fn read(facts: &Facts) -> Vec<&str> {
    let read = facts.certificates.iter().filter(|one| one.sha256.is_some());
    read.map(|one| one.resource.name.as_str()).collect()
}

#[tokio::test]
async fn bodies_are_read_of_what_may_be_served_and_only_where_they_are_wanted() {
    let (facts, asked) = gathered(false, vec![], vec![]).await;
    assert_eq!((read(&facts), asked), (vec![], 0));
    let (facts, asked) = gathered(true, vec![], vec![]).await;
    assert_eq!((read(&facts), asked, gaps(&facts)), (vec!["one.example", "two.example"], 2, vec![]));
    let one = &facts.certificates[0];
    assert_eq!(one.names, ["one.example"]);
    assert_eq!(one.subject.as_deref(), Some("CN=one.example"));
    assert!(one.serial.is_some() && one.issuer.is_some() && one.signature.is_some());
    let not_after = now() + TimeDelta::days(300);
    assert!(matches!(one.validity, Validity::Until { not_after: end, .. } if end == not_after));
}

#[tokio::test]
async fn a_body_that_is_not_there_yet_is_no_gap_and_any_other_failure_is_one() {
    let refused = |code| Plain::refused(GET, 400, code, "no").about("certificate/one");
    let (facts, _) = gathered(true, vec![refused("RequestInProgressException")], vec![]).await;
    assert_eq!((read(&facts), gaps(&facts)), (vec!["two.example"], vec![]));

    let arn = format!("arn:aws:acm:{HERE}:{ACCOUNT}:certificate/one");
    let (facts, _) = gathered(true, vec![refused("InvalidArnException")], vec![]).await;
    assert_eq!(
        (read(&facts), gaps(&facts)),
        (vec!["two.example"], vec![(Some(arn.as_str()), Reason::Failed, GET)])
    );

    let odd = Plain::new(GET, "{\"Certificate\":\"odd\"}").about("certificate/one");
    let (facts, _) = gathered(true, vec![odd], vec![]).await;
    assert_eq!(
        (read(&facts), gaps(&facts)),
        (vec!["two.example"], vec![(Some(arn.as_str()), Reason::Malformed, GET)])
    );
    assert!(matches!(facts.certificates[0].validity, Validity::Until { .. }), "ACM's own dates stay");

    let denied = vec![Rule::new(Fault::Deny { by_scp: false }).action(GET)];
    let (facts, _) = gathered(true, vec![], denied).await;
    assert_eq!((read(&facts), gaps(&facts)), (vec![], vec![(None, Reason::Denied, GET)]));
    assert_eq!(facts.certificates.len(), 4);
}
