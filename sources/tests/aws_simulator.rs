//! Certificates, listeners and quotas of ACM, IAM, load balancing and Auto Scaling: the real SDK against a simulated
//! AWS whose contents are known, with every page size crossed and every failure of one call kept to itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod simulated;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{
    Certificate, CertificateUsage, CoverageStatus, Facts, Origin, Reason, Region as RegionName, Role,
    Validity,
};
use howler_simulator::acm::Certificate as InAcm;
use howler_simulator::iam::{self, ServerCertificate};
use howler_simulator::{Account, Fault, Region, Resource, Rule, Value, autoscaling, elbv2, estate};
use simulated::{ACCOUNT, Simulated, now, numbers, source};

const HERE: &str = "eu-west-1";
const DENIED: Fault = Fault::Deny { by_scp: false };

fn days(count: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(count)
}

fn acm_arn(id: &str) -> String {
    format!("arn:aws:acm:{HERE}:{ACCOUNT}:certificate/{id}")
}

fn elb_arn(path: &str) -> String {
    format!("arn:aws:elasticloadbalancing:{HERE}:{ACCOUNT}:{path}")
}

fn region(certificates: Vec<InAcm>, resources: impl IntoIterator<Item = Resource>) -> Region {
    let mut region = Region { certificates, ..Region::default() };
    resources.into_iter().for_each(|resource| region.resources.add(resource));
    region
}

fn by_id(facts: &Facts) -> BTreeMap<&str, &Certificate> {
    facts.certificates.iter().map(|certificate| (certificate.resource.id.as_str(), certificate)).collect()
}

/// The gaps of the only scope: the item, the class and the action.
fn gaps(facts: &Facts) -> Vec<(Option<&str>, Reason, &str)> {
    let gaps = facts.scopes.iter().flat_map(|scope| &scope.gaps);
    gaps.map(|gap| (gap.item.as_deref(), gap.unseen.reason, gap.unseen.action.as_str())).collect()
}

#[tokio::test]
async fn acm_certificates_of_every_page_and_key_type_have_their_own_dates() {
    let simulated = Simulated::start([(HERE, region(estate::certificates(2_350, now()), []))], vec![]).await;
    let facts = simulated.gather(HERE, &["acm-certificates", "acm-quotas"]).await;
    assert_eq!(facts.certificates.len(), 2_350);
    for certificate in &facts.certificates {
        let number = certificate.names[0].strip_prefix('c').unwrap().split('.').next().unwrap();
        let not_after = days(number.parse::<i64>().unwrap() + 1);
        let not_before = Some(not_after - TimeDelta::days(365));
        assert_eq!(certificate.validity, Validity::Until { not_before, not_after });
        assert_eq!(certificate.usage, CertificateUsage::Unused);
    }
    let keys: BTreeSet<_> = facts.certificates.iter().filter_map(|one| one.key.as_deref()).collect();
    let all = ["EC-P-256", "EC-P-384", "EC-P-521", "RSA-1024", "RSA-2048", "RSA-3072", "RSA-4096"];
    assert_eq!(keys, BTreeSet::from(all));
    // Three pages, once for both sources; nothing is used, so that nothing is described.
    assert_eq!(simulated.asked("acm:ListCertificates"), 3);
    assert_eq!(simulated.asked("acm:DescribeCertificate"), 0);
    assert_eq!(numbers(&facts, "L-F141DD1D", ""), (Some(2_350.0), Some(2_500.0)));
    assert_eq!(gaps(&facts), []);
}

/// Certificates in every state that matters, two of them worth a description for their end.
fn acm_zoo() -> Vec<InAcm> {
    let user = || elbv2::load_balancer_arn("shop", "application");
    let many = (0..130).fold(InAcm::issued("many", "many.example", days(-10), days(300)), |one, number| {
        one.name(&format!("n{number}.many.example"))
    });
    let acme = InAcm::issued("acme", "acme.example", days(-10), days(80));
    vec![
        InAcm::issued("far", "far.example", days(-10), days(300)).used_by(user()),
        InAcm::issued("near", "near.example", days(-300), days(20))
            .used_by(user())
            .renewal("PENDING_VALIDATION"),
        InAcm::imported("old", "old.example", days(-400), days(-3)).used_by(user()),
        InAcm::imported("unused", "unused.example", days(-300), days(5)),
        InAcm::pending("pending", "pending.example", days(-1)),
        InAcm { key_pair_origin: "ACME", ..acme },
        many,
    ]
}

#[tokio::test]
async fn acm_is_asked_for_a_description_where_it_matters() {
    let simulated = Simulated::start([(HERE, region(acm_zoo(), []))], vec![]).await;
    let facts = simulated.gather(HERE, &["acm-certificates"]).await;
    let found = by_id(&facts);
    let of = |id: &str| found[acm_arn(id).as_str()];
    assert_eq!(found.len(), 7);
    assert_eq!(simulated.asked("acm:DescribeCertificate"), 4);

    let user = elb_arn("loadbalancer/app/shop/50dc6c495c0c9188");
    assert_eq!(of("far").usage, CertificateUsage::By(vec![]));
    assert_eq!(of("near").usage, CertificateUsage::By(vec![user.clone()]));
    let renewal = of("near").renewal.clone().unwrap();
    assert_eq!((renewal.eligible, renewal.status.as_deref()), (true, Some("PENDING_VALIDATION")));
    let [validation] = &renewal.validations[..] else { panic!("{renewal:?}") };
    assert_eq!((validation.domain.as_str(), validation.method.as_deref()), ("near.example", Some("DNS")));
    assert_eq!(of("old").usage, CertificateUsage::By(vec![user]));
    assert_eq!(of("old").origin, Origin::AcmImported);
    assert_eq!(
        of("old").validity,
        Validity::Until { not_before: Some(days(-400)), not_after: days(-3) },
        "an expired certificate keeps its date"
    );
    assert_eq!(of("unused").usage, CertificateUsage::Unused);
    assert_eq!(of("pending").validity, Validity::NotIssued);
    assert_eq!((of("acme").origin, &of("acme").usage), (Origin::AcmAcme, &CertificateUsage::Unknown));
    assert_eq!(of("many").names.len(), 131);
    assert_eq!(gaps(&facts), []);
}

#[tokio::test]
async fn a_description_that_fails_is_one_gap_and_the_dates_stay() {
    let faults = vec![Rule::new(DENIED).action("acm:DescribeCertificate").first(1)];
    let simulated = Simulated::start([(HERE, region(acm_zoo(), []))], faults).await;
    let facts = simulated.gather(HERE, &["acm-certificates"]).await;
    assert_eq!(facts.certificates.len(), 7);
    let gaps = gaps(&facts);
    let [(Some(arn), Reason::Denied, "acm:DescribeCertificate")] = gaps[..] else { panic!("{gaps:?}") };
    assert!(by_id(&facts).contains_key(arn), "the gap names the certificate");
    assert_eq!(facts.scopes[0].status(), CoverageStatus::Partial);
}

#[tokio::test]
async fn descriptions_that_are_not_permitted_at_all_are_one_gap() {
    let faults = vec![Rule::new(DENIED).action("acm:DescribeCertificate")];
    let simulated = Simulated::start([(HERE, region(acm_zoo(), []))], faults).await;
    let facts = simulated.gather(HERE, &["acm-certificates"]).await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "acm:DescribeCertificate")]);
    assert_eq!(
        facts.certificates.iter().filter(|one| matches!(one.validity, Validity::Until { .. })).count(),
        6
    );
}

#[tokio::test]
async fn a_denied_service_in_one_region_leaves_all_else_complete() {
    let certificates = || region(estate::certificates(3, now()), [elbv2::trust_store("clients", 4)]);
    let faults = vec![Rule::new(DENIED).action("acm:*").region("us-west-2")];
    let simulated = Simulated::start([(HERE, certificates()), ("us-west-2", certificates())], faults).await;

    let denied = simulated.gather("us-west-2", &["acm-certificates", "acm-quotas"]).await;
    assert_eq!(denied.certificates, []);
    assert_eq!(numbers(&denied, "L-F141DD1D", "").0, None, "not zero");
    assert_eq!(denied.scopes[0].status(), CoverageStatus::Denied);
    let gap = &denied.scopes[0].gaps[0].unseen;
    assert_eq!(
        (gap.action.as_str(), gap.code.as_deref()),
        ("acm:ListCertificates", Some("AccessDeniedException"))
    );

    assert_eq!(numbers(&simulated.gather("us-west-2", &["elb-quotas"]).await, "L-A8F7060B", "").0, Some(1.0));
    let here = simulated.gather(HERE, &["acm-certificates", "acm-quotas"]).await;
    assert_eq!((here.certificates.len(), gaps(&here)), (3, vec![]));
}

#[tokio::test]
async fn iam_certificates_and_their_chains_say_what_their_bodies_say() {
    const COUNT: usize = 30;
    let mut account = Account::new(ACCOUNT, "test").region("us-east-1", Region::default());
    account.iam.certificates = (0..COUNT)
        .map(|number| {
            let (name, end) = (format!("s{number}"), days(number as i64 + 1));
            ServerCertificate::new(&name, &format!("{name}.example"), days(-30), end)
        })
        .collect();
    account.iam.certificates[7].order.issuer_not_after = Some(days(50));
    let simulated = Simulated::of(account, vec![]).await;
    let facts = simulated.gather(HERE, &["iam-certificates"]).await;

    let (leaves, chain): (Vec<_>, Vec<_>) =
        facts.certificates.iter().partition(|one| one.resource.kind == "iam-server-certificate");
    assert_eq!((leaves.len(), chain.len()), (COUNT, 2 * COUNT));
    for leaf in &leaves {
        let not_after = days(leaf.resource.name[1..].parse::<i64>().unwrap() + 1);
        assert_eq!(leaf.validity, Validity::Until { not_before: Some(days(-30)), not_after });
        assert_eq!(leaf.names, [format!("{}.example", leaf.resource.name)]);
        assert!(leaf.alias.as_deref().is_some_and(|id| id.starts_with("ASCA")), "{:?}", leaf.alias);
        assert_eq!(leaf.resource.scope.region(), Some(&RegionName::GLOBAL));
    }
    assert!(
        chain.iter().all(|one| one.role == Role::Authority && one.resource.kind == "iam-certificate-chain")
    );
    let ends = |one: &&&Certificate| matches!(one.validity, Validity::Until { not_after, .. } if not_after == days(50));
    let ending: Vec<_> = chain.iter().filter(ends).collect();
    assert!(matches!(ending[..], [one] if one.resource.id.contains("server-certificate/s7#")), "{ending:?}");
    let ids: BTreeSet<_> = facts.certificates.iter().map(|one| &one.resource.id).collect();
    assert_eq!(ids.len(), facts.certificates.len(), "every id is its own");
    assert_eq!(gaps(&facts), []);
}

#[tokio::test]
async fn an_iam_body_that_is_not_answered_is_unknown_and_no_metadata_stands_in() {
    let denied = || Rule::new(DENIED).action("iam:GetServerCertificate");
    for (rule, unread) in [(denied().first(1), 1), (denied(), 2)] {
        let mut account = Account::new(ACCOUNT, "test").region("us-east-1", Region::default());
        let certificate = |name| ServerCertificate::new(name, "one.example", days(-1), days(9));
        account.iam.certificates = vec![certificate("one"), certificate("two")];
        let simulated = Simulated::of(account, vec![rule]).await;
        let facts = simulated.gather(HERE, &["iam-certificates"]).await;

        let unknown = facts.certificates.iter().filter(|one| matches!(one.validity, Validity::Unknown(_)));
        let unknown: Vec<_> = unknown.map(|one| one.resource.id.as_str()).collect();
        assert_eq!(unknown.len(), unread);
        // A single refusal names its certificate; refused altogether is one gap.
        let item = (unread == 1).then(|| unknown[0]);
        assert_eq!(gaps(&facts), [(item, Reason::Denied, "iam:GetServerCertificate")]);
    }
}

/// A few application load balancers of one listener each, a network one, and more gateway ones than one page holds:
/// those have no listeners, and each question about listeners takes its time at AWS's pace.
fn balancers() -> Vec<Resource> {
    let arn = |id: &str| InAcm::issued(id, "x.example", days(-1), days(99)).arn();
    let certificate = InAcm::issued("default", "x.example", days(-1), days(99));
    let mut resources = estate::load_balancers(4, &certificate, 2);
    let network = |port, protocol, certificate, further: &[Value]| {
        elbv2::listener("tcp", "network", protocol, port, certificate, further)
    };
    resources.push(elbv2::load_balancer("tcp", "network", "vpc-1", &["a"]));
    resources.extend(network(443, "TLS", Some(arn("default")), &[arn("sni-1"), arn("sni-2")]));
    resources.extend(network(80, "TCP", None, &[]));
    let gateway = |number| elbv2::load_balancer(&format!("gate-{number}"), "gateway", "vpc-1", &["a"]);
    resources.extend((0..401).map(gateway));
    resources.push(elbv2::trust_store("clients", 4));
    let shop = elbv2::load_balancer_arn("lb-0", "application");
    for number in 0..401 {
        let of = if number < 3 { vec![shop.clone()] } else { vec![] };
        resources.extend(elbv2::target_group(&format!("tg-{number}"), "vpc-1", &of, 0));
    }
    resources
}

#[tokio::test]
async fn listeners_bind_their_certificates_and_feed_the_quotas() {
    let simulated = Simulated::start([(HERE, region(vec![], balancers()))], vec![]).await;
    let facts = simulated.gather(HERE, &["elb-listeners", "elb-quotas"]).await;
    assert_eq!(gaps(&facts), []);
    assert_eq!(facts.bindings.len(), 4 + 3);

    let of_network: Vec<_> =
        facts.bindings.iter().filter(|binding| binding.user.name == "tcp:443").cloned().collect();
    let certificates: Vec<_> = of_network.iter().map(|binding| binding.certificate.as_str()).collect();
    assert_eq!(certificates, [acm_arn("default"), acm_arn("sni-1"), acm_arn("sni-2")]);
    assert_eq!(of_network[0].endpoints, ["tcp-1234567890.elb.amazonaws.com:443".parse().unwrap()]);
    assert_eq!(of_network[0].user.kind, "elb-listener");
    assert!(of_network[0].user.id.starts_with(&elb_arn("listener/net/tcp/")));

    let alb = "loadbalancer/app/lb-0/50dc6c495c0c9188";
    let nlb = "loadbalancer/net/tcp/50dc6c495c0c9188";
    for (code, context, usage) in [
        ("L-53DA6B97", "", 4.0),
        ("L-69A177A2", "", 1.0),
        ("L-B22855CB", "", 401.0),
        ("L-A8F7060B", "", 1.0),
        ("L-B6DF7632", alb, 1.0),
        ("L-57A373D6", nlb, 2.0),
        ("L-7EED9B64", alb, 2.0),
        ("L-822D1B1B", alb, 3.0),
        ("L-822D1B1B", "loadbalancer/app/lb-1/50dc6c495c0c9188", 0.0),
        ("L-9365A611", alb, 0.0),
        ("L-52964454", nlb, 2.0),
        ("L-43FE5A42", "truststore/clients/73e2d6bc24d8a063", 4.0),
    ] {
        assert_eq!(numbers(&facts, code, context).0, Some(usage), "{code} {context}");
    }
    // Two sources, one asking: no gateway, no plain TCP.
    assert_eq!(simulated.asked("elasticloadbalancing:DescribeLoadBalancers"), 2);
    assert_eq!(simulated.asked("elasticloadbalancing:DescribeListeners"), 5);
    assert_eq!(simulated.asked("elasticloadbalancing:DescribeListenerCertificates"), 5);
    assert_eq!(simulated.asked("elasticloadbalancing:DescribeRules"), 4);
}

/// Three load balancers of which one refuses to show its listeners; its ARN after what a source says.
async fn one_unseen_load_balancer(id: &str) -> (Facts, String) {
    let certificate = InAcm::issued("default", "x.example", days(-1), days(99));
    let resources = estate::load_balancers(3, &certificate, 2);
    let faults = vec![Rule::new(DENIED).action("elasticloadbalancing:DescribeListeners").first(1)];
    let simulated = Simulated::start([(HERE, region(vec![], resources))], faults).await;
    let facts = simulated.gather(HERE, &[id]).await;
    let unseen = gaps(&facts);
    let [(Some(missing), Reason::Denied, "elasticloadbalancing:DescribeListeners")] = unseen[..] else {
        panic!("{id}: {unseen:?}")
    };
    let missing = missing.to_owned();
    (facts, missing)
}

#[tokio::test]
async fn a_load_balancer_that_is_not_seen_is_unknown_by_itself() {
    let (listeners, missing) = one_unseen_load_balancer("elb-listeners").await;
    let name = missing.split('/').nth(2).unwrap();
    assert_eq!(listeners.bindings.len(), 2);
    assert!(listeners.bindings.iter().all(|binding| binding.user.name != format!("{name}:443")));

    let (quotas, missing) = one_unseen_load_balancer("elb-quotas").await;
    for code in ["L-B6DF7632", "L-7EED9B64", "L-9365A611"] {
        for number in 0..3 {
            let balancer = elb_arn(&format!("loadbalancer/app/lb-{number}/50dc6c495c0c9188"));
            let usage = numbers(&quotas, code, &balancer).0;
            assert_eq!(usage.is_none(), balancer == missing, "{code} of {balancer}: {usage:?}");
        }
    }
}

#[tokio::test]
async fn certificates_that_cannot_be_listed_leave_the_default_one() {
    let certificate = InAcm::issued("default", "x.example", days(-1), days(99));
    let resources = estate::load_balancers(2, &certificate, 0);
    let faults = vec![Rule::new(DENIED).action("elasticloadbalancing:DescribeListenerCertificates")];
    let simulated = Simulated::start([(HERE, region(vec![], resources))], faults).await;
    let facts = simulated.gather(HERE, &["elb-listeners", "elb-quotas"]).await;
    let certificates: Vec<_> = facts.bindings.iter().map(|binding| binding.certificate.as_str()).collect();
    assert_eq!(certificates, [acm_arn("default"), acm_arn("default")]);
    let denied = (None, Reason::Denied, "elasticloadbalancing:DescribeListenerCertificates");
    assert!(!gaps(&facts).is_empty() && gaps(&facts).iter().all(|gap| *gap == denied), "{:?}", gaps(&facts));
    assert_eq!(numbers(&facts, "L-9365A611", "").0, None, "not zero");
}

/// An account with more of everything in IAM than one page holds.
fn iam_account() -> Account {
    let mut account = Account::new(ACCOUNT, "test").region("us-east-1", Region::default());
    let resources = &mut account.iam.resources;
    (0..1_500).for_each(|number| resources.add(iam::role(&format!("role-{number}"), number % 11)));
    (0..300).for_each(|number| resources.add(iam::user(&format!("user-{number}"), &["ops", "dev"], 1)));
    resources.add(iam::group("ops", 4));
    (1..=5).for_each(|versions| {
        resources.add(iam::policy(&format!("policy-{versions}"), "{ \"Version\": \"x\" }", versions));
    });
    resources.add(iam::open_id_connect_provider("oidc.example"));
    resources.add(iam::saml_provider("idp", days(100)));
    account.iam.summary = BTreeMap::from([("ServerCertificates", 19), ("PolicyVersionsInUse", 9_000)]);
    account
}

#[tokio::test]
async fn iam_quotas_are_counted_over_every_page() {
    // The trust policy of every simulated role, which has no white space.
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let simulated = Simulated::of(iam_account(), vec![]).await;
    let facts = simulated.gather(HERE, &["iam-quotas"]).await;
    assert_eq!(gaps(&facts), []);
    for (code, context, usage, limit) in [
        ("L-F55AF5E4", "", 300.0, 5_000.0),
        ("L-F4A5425F", "", 1.0, 300.0),
        ("L-FE177D64", "", 1_500.0, 1_000.0),
        ("L-6E65F664", "", 0.0, 1_000.0),
        ("L-E95E4862", "", 5.0, 1_500.0),
        ("L-BF35879D", "", 19.0, 20.0),
        ("policy-versions-in-use", "", 9_000.0, 10_000.0),
        ("L-0DA4ABF3", "role/role-1495", 10.0, 10.0),
        ("L-0DA4ABF3", "role/role-0", 0.0, 10.0),
        ("L-4019AD8B", "user/user-299", 1.0, 10.0),
        ("L-7A1621EC", "user/user-299", 2.0, 10.0),
        ("L-384571C4", "group/ops", 4.0, 10.0),
        ("L-8E23FFD8", "policy/policy-5", 5.0, 5.0),
        ("L-ED111B8C", "policy/policy-2", 15.0, 6_144.0),
        ("L-C07B4B0D", "role/role-1499", trust.len() as f64, 2_048.0),
        ("L-858F3967", "", 1.0, 100.0),
        ("L-DB618D39", "", 1.0, 100.0),
    ] {
        assert_eq!(numbers(&facts, code, context), (Some(usage), Some(limit)), "{code} {context}");
    }
    assert_eq!(simulated.asked("iam:GetAccountAuthorizationDetails"), 2);
    assert_eq!(simulated.asked("iam:GetAccountSummary"), 1);
    let quota = &facts.quotas[0];
    assert_eq!(quota.resource.scope.region(), Some(&RegionName::GLOBAL));
}

/// So many groups with what belongs to them.
fn groups(count: usize) -> Vec<Resource> {
    let target = Value::arn("elasticloadbalancing", "targetgroup/tg/6d0ecf831eec9f09");
    let mut resources = vec![autoscaling::launch_configuration("old")];
    for number in 0..count {
        let name = format!("g{number}");
        let targets = if number == 0 { vec![target.clone(), target.clone()] } else { vec![] };
        resources.push(autoscaling::group(&name, 1, &["a"], &targets));
        resources.push(autoscaling::step_policy(&name, "out", 3));
        resources.push(autoscaling::step_policy(&name, "in", 1));
        resources.push(autoscaling::scheduled_action(&name, "morning"));
        resources.push(autoscaling::notification(&name, "t0"));
    }
    resources.push(autoscaling::lifecycle_hook("g7", "drain"));
    resources.extend(["t1", "t1", "t2"].map(|topic| autoscaling::notification("g7", topic)));
    resources
}

#[tokio::test]
async fn autoscaling_quotas_are_counted_over_every_page() {
    let simulated = Simulated::start([(HERE, region(vec![], groups(105)))], vec![]).await;
    let facts = simulated.gather(HERE, &["autoscaling-quotas"]).await;
    assert_eq!(gaps(&facts), []);
    for (code, context, usage) in [
        ("L-CDE20ADC", "", 105.0),
        ("L-6B80B8FA", "", 1.0),
        ("L-05CB8B12", "Name/g0", 2.0),
        ("L-05CB8B12", "Name/g1", 0.0),
        ("L-F786B2E5", "Name/g0", 0.0),
        ("L-72753F6F", "Name/g104", 2.0),
        ("L-F0B00D71", "Name/g104", 1.0),
        ("L-1312BBBF", "Name/g7", 1.0),
        ("L-1312BBBF", "Name/g8", 0.0),
        ("L-CEE5E714", "Name/g7", 3.0),
        ("L-CEE5E714", "Name/g104", 1.0),
        ("L-6C2A2F6E", "Name/g104:policyName/out", 3.0),
    ] {
        assert_eq!(numbers(&facts, code, context).0, Some(usage), "{code} {context}");
    }
    assert_eq!(numbers(&facts, "L-CDE20ADC", "").1, Some(500.0));
    assert_eq!(simulated.asked("autoscaling:DescribeAutoScalingGroups"), 2);
    assert_eq!(simulated.asked("autoscaling:DescribePolicies"), 3);
    assert_eq!(simulated.asked("autoscaling:DescribeLifecycleHooks"), 105);
}

#[tokio::test]
async fn every_source_declares_exactly_the_actions_that_it_asks() {
    // CloudWatch is asked only where AWS meters a quota that has no row, and ACM for bodies only where they are wanted.
    const NOT_ALWAYS: [&str; 2] = ["acm:GetCertificate", "cloudwatch:GetMetricData"];
    for id in [
        "acm-certificates",
        "acm-quotas",
        "autoscaling-quotas",
        "elb-listeners",
        "elb-quotas",
        "iam-certificates",
        "iam-quotas",
    ] {
        let mut account = iam_account();
        account.iam.certificates = vec![ServerCertificate::new("one", "one.example", days(-1), days(9))];
        let resources = balancers().into_iter().chain(groups(2));
        let simulated = Simulated::of(account.region(HERE, region(acm_zoo(), resources)), vec![]).await;
        simulated.gather(HERE, &[id]).await;
        let asked = simulated.actions();
        let mut declared: BTreeSet<_> = (source(id).actions)().into_iter().map(str::to_owned).collect();
        declared.retain(|action| asked.contains(action) || !NOT_ALWAYS.contains(&action.as_str()));
        assert_eq!(asked, declared, "{id}");
    }
}
