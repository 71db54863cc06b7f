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

/// Three active devices on the second page, behind one that is not.
fn fleet() -> Vec<Plain> {
    let (list, describe) = ("iot:ListCertificates", "iot:DescribeCertificate");
    let active = ["d1", "d2", "d3"].map(|id| (id.to_owned(), "ACTIVE"));
    vec![
        listed(list, "cert", &[("off".to_owned(), "INACTIVE")], r#","nextMarker":"m2""#),
        listed(list, "cert", &active, "").about("marker=m2"),
        described(describe, &pem("device.example", 40), 40),
    ]
}

#[tokio::test]
async fn active_devices_are_described() {
    let simulated = simulated(fleet(), vec![]).await;
    let facts = simulated.gather(HERE, &["iot-devices"]).await;
    assert_eq!((facts.certificates.len(), simulated.asked("iot:DescribeCertificate")), (3, 3));
    assert!(facts.certificates.iter().all(|one| ends(one, 40) && one.role == Role::Leaf));
    assert!(by_id(&facts).contains_key(arn("cert/d1").as_str()));
    assert_eq!(gaps(&facts), []);

    let denied = Rule::new(DENIED).action("iot:DescribeCertificate").first(1);
    let facts = self::simulated(fleet(), vec![denied]).await.gather(HERE, &["iot-devices"]).await;
    assert!(matches!(gaps(&facts)[..], [(Some(device), Reason::Denied, _)] if device.contains(":cert/d")));
    assert_eq!(facts.certificates.iter().filter(|one| ends(one, 40)).count(), 2);
}

#[tokio::test]
async fn a_listing_without_end_is_left_and_told() {
    let endless =
        listed("iot:ListCertificates", "cert", &[("off".to_owned(), "INACTIVE")], r#","nextMarker":"m""#);
    let simulated = simulated(vec![endless], vec![]).await;
    let facts = simulated.gather(HERE, &["iot-devices"]).await;
    assert_eq!((facts.certificates.len(), simulated.asked("iot:ListCertificates")), (0, 40));
    assert_eq!(gaps(&facts), [(None, Reason::Skipped, "iot:ListCertificates")]);
}
