//! IoT Core: authorities of devices, domains that devices connect to, and the devices themselves.

use std::collections::BTreeMap;

use howler_model::{Certificate, CertificateUsage, CoverageStatus, Facts, Reason, Role, Validity};
use howler_simulator::{Fault, Plain, Region, Rule};

use crate::bodies::{days, json, pem};
use crate::gaps::gaps;
use crate::simulated::{ACCOUNT, Simulated};

/// The places that are shown here.
pub(crate) const PLACES: &[&str] = &["iot_ca_certificate", "iot_certificate", "iot_domain"];

const HERE: &str = "eu-west-1";
const DENIED: Fault = Fault::Deny { by_scp: false };

async fn simulated(answers: Vec<Plain>, faults: Vec<Rule>) -> Simulated {
    let region = answers.into_iter().fold(Region::default(), Region::answer);
    Simulated::start([(HERE, region)], faults).await
}

fn arn(path: &str) -> String {
    format!("arn:aws:iot:{HERE}:{ACCOUNT}:{path}")
}

fn by_id(facts: &Facts) -> BTreeMap<&str, &Certificate> {
    facts.certificates.iter().map(|one| (one.resource.id.as_str(), one)).collect()
}

fn ends(one: &Certificate, end: i64) -> bool {
    matches!(one.validity, Validity::Until { not_after, .. } if not_after == days(end))
}

/// A listing of certificates, and the marker of the next page.
fn listed(operation: &str, kind: &str, ids: &[(String, &str)], next: &str) -> Plain {
    let one = |(id, status): &(String, &str)| {
        format!(
            r#"{{"certificateArn":"arn:aws:iot:{{region}}:{{account}}:{kind}/{id}","certificateId":"{id}","status":"{status}"}}"#
        )
    };
    let certificates: Vec<String> = ids.iter().map(one).collect();
    Plain::new(operation, format!(r#"{{"certificates":[{}]{next}}}"#, certificates.join(",")))
}

fn described(operation: &str, body: &str, end: i64) -> Plain {
    let dates = format!(r#"{{"notBefore":{},"notAfter":{}}}"#, days(-30).timestamp(), days(end).timestamp());
    let text =
        format!(r#"{{"certificateDescription":{{"certificatePem":"{}","validity":{dates}}}}}"#, json(body));
    Plain::new(operation, text)
}

fn authorities() -> Vec<Plain> {
    let (list, describe) = ("iot:ListCACertificates", "iot:DescribeCACertificate");
    let of = |id: &str, status: &'static str| (id.to_owned(), status);
    vec![
        listed(list, "cacert", &[of("one", "ACTIVE"), of("odd", "ACTIVE")], r#","nextMarker":"m2""#),
        listed(list, "cacert", &[of("off", "INACTIVE")], "").about("marker=m2"),
        described(describe, &pem("one.example", 500), 500).about("/cacertificate/one"),
        described(describe, "nonsense", 70).about("/cacertificate/odd"),
        described(describe, &pem("off.example", 3), 3).about("/cacertificate/off"),
    ]
}

#[tokio::test]
async fn authorities_of_devices_are_read_on_every_page() {
    let facts = simulated(authorities(), vec![]).await.gather(HERE, &["iot-authorities"]).await;
    let found = by_id(&facts);
    let of = |id: &str| found[arn(&format!("cacert/{id}")).as_str()];
    assert!(ends(of("one"), 500) && ends(of("odd"), 70) && ends(of("off"), 3), "{found:?}");
    assert_eq!((of("one").role, &of("one").names[..]), (Role::TrustStore, &["one.example".to_owned()][..]));
    assert_eq!((&of("one").usage, &of("off").usage), (&CertificateUsage::Unknown, &CertificateUsage::Unused));
    let odd = arn("cacert/odd");
    assert_eq!(gaps(&facts), [(Some(odd.as_str()), Reason::Malformed, "iot:DescribeCACertificate")]);
}

#[tokio::test]
async fn an_authority_that_is_not_described_is_unknown() {
    let denied = Rule::new(DENIED).action("iot:DescribeCACertificate");
    let facts = simulated(authorities(), vec![denied]).await.gather(HERE, &["iot-authorities"]).await;
    assert_eq!(facts.certificates.len(), 3);
    assert!(facts.certificates.iter().all(|one| matches!(one.validity, Validity::Unknown(_))));
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "iot:DescribeCACertificate")]);

    let denied = Rule::new(DENIED).action("iot:ListCACertificates");
    let facts = simulated(authorities(), vec![denied]).await.gather(HERE, &["iot-authorities"]).await;
    assert_eq!((facts.certificates.len(), facts.scopes[0].status()), (0, CoverageStatus::Denied));
}

fn domains() -> Vec<Plain> {
    let (list, describe) = ("iot:ListDomainConfigurations", "iot:DescribeDomainConfiguration");
    let domain = |name: &str| {
        format!(
            r#"{{"domainConfigurationName":"{name}","domainConfigurationArn":"arn:aws:iot:{{region}}:{{account}}:domainconfiguration/{name}","serviceType":"DATA"}}"#
        )
    };
    let page = |names: &[&str], rest: &str| {
        let domains: Vec<String> = names.iter().map(|name| domain(name)).collect();
        Plain::new(list, format!(r#"{{"domainConfigurations":[{}]{rest}}}"#, domains.join(",")))
    };
    let detail = |name: &str, status: &str, rest: &str| {
        let text = format!(
            r#"{{"domainName":"{name}.example","serviceType":"DATA","domainConfigurationStatus":"{status}"{rest}}}"#
        );
        Plain::new(describe, text).about(format!("/domainConfigurations/{name}"))
    };
    let certificate = r#","serverCertificates":[{"serverCertificateArn":"arn:c","serverCertificateStatus":"VALID"}],
        "tlsConfig":{"securityPolicy":"IoTSecurityPolicy_TLS12_1_2_2022_10"}"#;
    vec![
        page(&["own"], r#","nextMarker":"m2""#),
        page(&["aws", "off"], "").about("marker=m2"),
        detail("own", "ENABLED", certificate),
        detail("aws", "ENABLED", r#","serverCertificates":[]"#),
        detail("off", "DISABLED", certificate),
    ]
}

#[tokio::test]
async fn domains_use_their_certificates_and_those_of_aws_are_found() {
    let facts = simulated(domains(), vec![]).await.gather(HERE, &["iot-domains"]).await;
    let [own] = &facts.bindings[..] else { panic!("{:?}", facts.bindings) };
    assert_eq!((own.certificate.as_str(), &own.user.id), ("arn:c", &arn("domainconfiguration/own")));
    assert_eq!((&own.names[..], own.oldest), (&["own.example".to_owned()][..], Some("TLSv1.2")));
    let text = |endpoint: &howler_model::Endpoint| endpoint.to_string();
    let reached: Vec<String> = own.endpoints.iter().map(text).collect();
    assert_eq!(reached, ["own.example:443", "own.example:8883"]);
    let found: Vec<String> = facts.discovered.iter().map(|found| text(&found.endpoint)).collect();
    assert_eq!(found, ["aws.example:443", "aws.example:8883"]);
    assert_eq!(gaps(&facts), []);

    let denied = Rule::new(DENIED).action("iot:DescribeDomainConfiguration").first(1);
    let facts = simulated(domains(), vec![denied]).await.gather(HERE, &["iot-domains"]).await;
    assert!(
        matches!(gaps(&facts)[..], [(Some(domain), Reason::Denied, _)] if domain.contains("domainconfiguration/"))
    );
}

/// Active devices in pages of 250 behind one that is not; the last page has this many.
fn fleet(full_pages: usize, last: usize) -> Vec<Plain> {
    let list = "iot:ListCertificates";
    let page = |page: usize, count: usize, next: &str| {
        let ids: Vec<_> = (0..count).map(|number| (format!("d{page}-{number}"), "ACTIVE")).collect();
        listed(list, "cert", &ids, next).about(format!("marker=p{page}"))
    };
    let next = |number: usize| format!(r#","nextMarker":"p{number}""#);
    let first = listed(list, "cert", &[("off".to_owned(), "INACTIVE")], &next(0));
    let full = (0..full_pages).map(|number| page(number, 250, &next(number + 1)));
    let describe = described("iot:DescribeCertificate", &pem("device.example", 40), 40);
    [first, describe].into_iter().chain(full).chain([page(full_pages, last, "")]).collect()
}

#[tokio::test]
async fn active_devices_are_described() {
    let simulated = simulated(fleet(0, 3), vec![]).await;
    let facts = simulated.gather(HERE, &["iot-devices"]).await;
    assert_eq!((facts.certificates.len(), simulated.asked("iot:DescribeCertificate")), (3, 3));
    assert!(facts.certificates.iter().all(|one| ends(one, 40) && one.role == Role::Leaf));
    assert!(by_id(&facts).contains_key(arn("cert/d0-0").as_str()));
    assert_eq!(gaps(&facts), []);

    let denied = Rule::new(DENIED).action("iot:DescribeCertificate").first(1);
    let facts = self::simulated(fleet(0, 3), vec![denied]).await.gather(HERE, &["iot-devices"]).await;
    assert!(matches!(gaps(&facts)[..], [(Some(device), Reason::Denied, _)] if device.contains(":cert/d0-")));
    assert_eq!(facts.certificates.iter().filter(|one| ends(one, 40)).count(), 2);
}

#[tokio::test]
async fn devices_beyond_the_most_are_counted_and_not_described() {
    // Each costs a call at the pace of the service, so that all are refused: what counts is which are asked for.
    let denied = Rule::new(DENIED).action("iot:DescribeCertificate");
    let simulated = simulated(fleet(5, 7), vec![denied]).await;
    let facts = simulated.gather(HERE, &["iot-devices"]).await;
    assert_eq!((facts.certificates.len(), simulated.asked("iot:ListCertificates")), (1_000, 6));
    let words: Vec<&str> = facts.scopes[0].gaps.iter().map(|gap| gap.unseen.message.as_str()).collect();
    assert_eq!(words[0], "the certificates of at least 250 more active devices were not read");
    let reasons: Vec<_> = gaps(&facts).into_iter().map(|gap| (gap.0, gap.1)).collect();
    assert_eq!(reasons, [(None, Reason::Skipped), (None, Reason::Denied)]);
}
