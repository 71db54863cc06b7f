//! Directories, file transfer, mail and firewalls.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{Certificate, CertificateUsage, Facts, Reason, Role, Validity};
use howler_simulator::{Fault, Plain, Region, Rule, certificate};

use crate::gaps::gaps;
use crate::simulated::{ACCOUNT, Simulated, now};

/// The places that are shown here.
pub(crate) const PLACES: &[&str] =
    &["directory_ldaps", "network_firewall_tls", "ses_smime", "transfer_certificate", "transfer_server"];

const HERE: &str = "eu-west-1";
const DENIED: Fault = Fault::Deny { by_scp: false };

fn days(count: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(count)
}

fn arn(service: &str, of: &str) -> String {
    format!("arn:aws:{service}:{HERE}:{ACCOUNT}:{of}")
}

async fn gathered(answers: Vec<Plain>, faults: Vec<Rule>, source: &str) -> Facts {
    let region = answers.into_iter().fold(Region::default(), Region::answer);
    Simulated::start([(HERE, region)], faults).await.gather(HERE, &[source]).await
}

fn by_id(facts: &Facts) -> BTreeMap<&str, &Certificate> {
    facts.certificates.iter().map(|one| (one.resource.id.as_str(), one)).collect()
}

fn end(one: &Certificate) -> Option<DateTime<Utc>> {
    match one.validity {
        Validity::Until { not_after, .. } => Some(not_after),
        _ => None,
    }
}

/// A connector on the first page with certificates on two pages, and on the second page a directory without any and
/// one that can have none.
fn directories() -> Vec<Plain> {
    let directory = |id: &str, kind: &str| {
        format!(
            "{{\"DirectoryId\":\"{id}\",\"Name\":\"{id}.example\",\"Type\":\"{kind}\",\"Stage\":\"Active\"}}"
        )
    };
    let page = |directories: &[String], rest: &str| {
        let text = format!("{{\"DirectoryDescriptions\":[{}]{rest}}}", directories.join(","));
        Plain::new("ds:DescribeDirectories", text)
    };
    let certificate = |id: &str, state: &str, end: DateTime<Utc>| {
        format!(
            "{{\"CertificateId\":\"{id}\",\"CommonName\":\"{id}-ca\",\"State\":\"{state}\",\"Type\":\"ClientLDAPS\",\
             \"ExpiryDateTime\":{}}}",
            end.timestamp()
        )
    };
    let certificates = |certificates: &str, rest: &str| {
        Plain::new("ds:ListCertificates", format!("{{\"CertificatesInfo\":[{certificates}]{rest}}}"))
    };
    vec![
        page(&[directory("d-1", "ADConnector")], ",\"NextToken\":\"two\""),
        page(&[directory("d-2", "MicrosoftAD"), directory("d-3", "SimpleAD")], "").about("\"two\""),
        certificates(&certificate("c-1", "Registered", days(20)), ",\"NextToken\":\"more\"").about("\"d-1\""),
        certificates(&certificate("c-2", "Deregistered", days(-5)), "").about("\"more\""),
    ]
}

#[tokio::test]
async fn directories_tell_what_they_trust() {
    let facts = gathered(directories(), vec![], "directory-certificates").await;
    assert_eq!(gaps(&facts), []);
    let found = by_id(&facts);
    let directory = arn("ds", "directory/d-1");
    let (one, two) = (found[format!("{directory}#c-1").as_str()], found[format!("{directory}#c-2").as_str()]);
    assert_eq!((found.len(), end(one), end(two)), (2, Some(days(20)), Some(days(-5))));
    assert_eq!((one.role, &one.usage), (Role::Federation, &CertificateUsage::By(vec![directory])));
    assert_eq!(two.usage, CertificateUsage::Unused);
    let found: Vec<_> = facts.discovered.iter().map(|one| (one.endpoint.to_string(), one.private)).collect();
    assert_eq!(found, [("d-1.example:636".to_owned(), true)]);
}

#[tokio::test]
async fn a_directory_that_does_not_answer_is_a_gap_and_one_that_is_gone_is_none() {
    let refused = |id: &str, code| Plain::refused("ds:ListCertificates", 400, code, "no").about(id);
    let mut answers = directories();
    answers.push(refused("\"DirectoryId\":\"d-1\"", "ClientException"));
    answers.push(refused("\"DirectoryId\":\"d-2\"", "DirectoryDoesNotExistException"));
    let facts = gathered(answers, vec![], "directory-certificates").await;
    let directory = arn("ds", "directory/d-1");
    assert_eq!(gaps(&facts), [(Some(directory.as_str()), Reason::Failed, "ds:ListCertificates")]);
    assert!(facts.is_empty());

    let faults = vec![Rule::new(DENIED).action("ds:DescribeDirectories")];
    let facts = gathered(directories(), faults, "directory-certificates").await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "ds:DescribeDirectories")]);
}

/// A certificate in PEM as JSON has it.
fn pem(name: &str, end: DateTime<Utc>) -> String {
    certificate::pem(name, &[name], days(-30), end).unwrap().body.replace('\n', "\\n")
}

/// Two pages of servers, of which one speaks FTPS, and two pages of certificates.
fn transfer() -> Vec<Plain> {
    let server = |id: &str| {
        format!("{{\"Arn\":\"arn:aws:transfer:{{region}}:{{account}}:server/{id}\",\"ServerId\":\"{id}\"}}")
    };
    let servers = |id: &str, rest: &str| {
        Plain::new("transfer:ListServers", format!("{{\"Servers\":[{}]{rest}}}", server(id)))
    };
    let described = |id: &str, rest: &str| {
        let text = format!(
            "{{\"Server\":{{\"Arn\":\"arn:aws:transfer:{{region}}:{{account}}:server/{id}\",\"ServerId\":\"{id}\",\
             \"State\":\"ONLINE\",{rest}}}}}"
        );
        Plain::new("transfer:DescribeServer", text).about(format!("\"{id}\""))
    };
    let listed = |id: &str| {
        format!(
            "{{\"Arn\":\"arn:aws:transfer:{{region}}:{{account}}:certificate/{id}\",\"CertificateId\":\"{id}\",\
             \"Status\":\"ACTIVE\"}}"
        )
    };
    let certificates = |id: &str, rest: &str| {
        Plain::new("transfer:ListCertificates", format!("{{\"Certificates\":[{}]{rest}}}", listed(id)))
    };
    let body = |id: &str, end: DateTime<Utc>, rest: &str| {
        let text = format!(
            "{{\"Certificate\":{{\"Arn\":\"arn:aws:transfer:{{region}}:{{account}}:certificate/{id}\",\
             \"CertificateId\":\"{id}\",\"Certificate\":\"{}\"{rest}}}}}",
            pem(id, end)
        );
        Plain::new("transfer:DescribeCertificate", text).about(format!("\"{id}\""))
    };
    let inactive = format!(",\"InactiveDate\":{}", days(9).timestamp());
    let more = ",\"NextToken\":\"two\"";
    vec![
        servers("s-1", more),
        servers("s-2", "").about("\"two\""),
        described(
            "s-1",
            "\"Certificate\":\"arn:acm\",\"Protocols\":[\"FTPS\"],\"EndpointType\":\"VPC\",\
             \"EndpointDetails\":{\"AddressAllocationIds\":[\"eipalloc-1\"]}",
        ),
        described("s-2", "\"Protocols\":[\"SFTP\"],\"EndpointType\":\"PUBLIC\""),
        certificates("cert-1", more),
        certificates("cert-2", "").about("\"two\""),
        body("cert-1", days(40), ""),
        body("cert-2", days(40), &inactive),
    ]
}

#[tokio::test]
async fn transfer_servers_bind_and_certificates_end_when_they_become_inactive() {
    let facts = gathered(transfer(), vec![], "transfer").await;
    assert_eq!(gaps(&facts), []);
    let [bound] = &facts.bindings[..] else { panic!("{:?}", facts.bindings) };
    assert_eq!((bound.certificate.as_str(), bound.private), ("arn:acm", false));
    assert_eq!(bound.user.id, arn("transfer", "server/s-1"));
    let host = format!("s-1.server.transfer.{HERE}.amazonaws.com:21");
    assert_eq!(bound.endpoints, [host.parse().unwrap()]);
    let found = by_id(&facts);
    let of = |id: &str| found[arn("transfer", &format!("certificate/{id}")).as_str()];
    assert_eq!((end(of("cert-1")), end(of("cert-2"))), (Some(days(40)), Some(days(9))));
    assert_eq!(of("cert-1").names, ["cert-1"]);
    assert!(of("cert-1").sha256.is_some());
}

#[tokio::test]
async fn transfer_certificates_that_are_not_described_are_there_all_the_same() {
    let faults = vec![Rule::new(DENIED).action("transfer:Describe*").first(1)];
    let facts = gathered(transfer(), faults, "transfer").await;
    let [(Some(item), Reason::Denied, "transfer:DescribeServer")] = gaps(&facts)[..] else {
        panic!("{:?}", gaps(&facts))
    };
    assert!(item.contains("server/") && facts.certificates.len() == 2);

    let faults = vec![Rule::new(DENIED).action("transfer:DescribeCertificate")];
    let facts = gathered(transfer(), faults, "transfer").await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "transfer:DescribeCertificate")]);
    assert_eq!((facts.certificates.len(), facts.bindings.len()), (2, 1));
    assert!(facts.certificates.iter().all(|one| matches!(one.validity, Validity::Unknown(_))));

    let faults = vec![Rule::new(DENIED).action("transfer:ListServers")];
    let facts = gathered(transfer(), faults, "transfer").await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "transfer:ListServers")]);
    assert_eq!(facts.certificates.len(), 2);
}

/// Two pages of identities; one certificate of the first is in ACM, and its second page has one that is not.
fn mail() -> Vec<Plain> {
    let identities = |name: &str, rest: &str| {
        let text = format!(
            "{{\"EmailIdentities\":[{{\"IdentityType\":\"DOMAIN\",\"IdentityName\":\"{name}\"}}]{rest}}}"
        );
        Plain::new("ses:ListEmailIdentities", text)
    };
    let certificates = |arn: &str, rest: &str| {
        let text = format!(
            "{{\"Certificates\":[{{\"FromAddress\":\"post@shop.example\",\"Status\":\"ACTIVE\",\
             \"CertificateArn\":\"{arn}\",\"CertificateExpiryTime\":{}}}]{rest}}}",
            days(11).timestamp()
        );
        Plain::new("ses:ListEmailIdentityCertificates", text)
    };
    let acm = "arn:aws:acm:{region}:{account}:certificate/c";
    vec![
        identities("shop.example", ",\"NextToken\":\"two\""),
        identities("other.example", "").about("\"two\""),
        certificates(acm, ",\"NextToken\":\"more\"").about("shop.example"),
        certificates("arn:elsewhere", "").about("\"NextToken\":\"more\""),
    ]
}

#[tokio::test]
async fn ses_identities_bind_what_they_sign_with() {
    let facts = gathered(mail(), vec![], "ses-certificates").await;
    assert_eq!(gaps(&facts), []);
    let identity = arn("ses", "identity/shop.example");
    let bound: Vec<_> = facts.bindings.iter().map(|one| (one.certificate.clone(), &one.user.id)).collect();
    assert_eq!(bound, [(arn("acm", "certificate/c"), &identity), ("arn:elsewhere".to_owned(), &identity)]);
    let [fact] = &facts.certificates[..] else { panic!("{:?}", facts.certificates) };
    assert_eq!((fact.resource.id.as_str(), end(fact)), ("arn:elsewhere", Some(days(11))));

    let mut answers = mail();
    let refused = Plain::refused("ses:ListEmailIdentityCertificates", 400, "BadRequestException", "no");
    answers.push(refused.about("\"EmailIdentity\":\"other.example\""));
    let facts = gathered(answers, vec![], "ses-certificates").await;
    let identity = arn("ses", "identity/other.example");
    assert_eq!(
        gaps(&facts),
        [(Some(identity.as_str()), Reason::Failed, "ses:ListEmailIdentityCertificates")]
    );
    assert_eq!(facts.bindings.len(), 2);
}

/// Two pages of configurations, of which one is used by firewalls.
fn firewalls() -> Vec<Plain> {
    let page = |id: &str, rest: &str| {
        let text =
            format!("{{\"TLSInspectionConfigurations\":[{{\"Name\":\"{id}\",\"Arn\":\"arn:{id}\"}}]{rest}}}");
        Plain::new("network-firewall:ListTLSInspectionConfigurations", text)
    };
    let described = |id: &str, associations: u8| {
        let text = format!(
            "{{\"UpdateToken\":\"t\",\"TLSInspectionConfigurationResponse\":{{\"TLSInspectionConfigurationArn\":\
             \"arn:{id}\",\"TLSInspectionConfigurationName\":\"{id}\",\"TLSInspectionConfigurationId\":\"{id}\",\
             \"NumberOfAssociations\":{associations}}},\"TLSInspectionConfiguration\":\
             {{\"ServerCertificateConfigurations\":[{{\"ServerCertificates\":[{{\"ResourceArn\":\"arn:server\"}}],\
             \"CertificateAuthorityArn\":\"arn:authority\"}}]}}}}"
        );
        Plain::new("network-firewall:DescribeTLSInspectionConfiguration", text).about(format!("\"arn:{id}\""))
    };
    vec![
        page("used", ",\"NextToken\":\"two\""),
        page("idle", "").about("\"two\""),
        described("used", 2),
        described("idle", 0),
    ]
}

#[tokio::test]
async fn firewalls_bind_what_they_show_and_sign_with() {
    let facts = gathered(firewalls(), vec![], "network-firewalls").await;
    assert_eq!(gaps(&facts), []);
    let bound: Vec<_> =
        facts.bindings.iter().map(|one| (one.certificate.as_str(), one.user.name.as_str())).collect();
    assert_eq!(bound, [("arn:authority", "used"), ("arn:server", "used")]);

    let mut answers = firewalls();
    let describe = "network-firewall:DescribeTLSInspectionConfiguration";
    answers.push(
        Plain::refused(describe, 400, "InvalidRequestException", "no")
            .about("ConfigurationArn\":\"arn:used\""),
    );
    let facts = gathered(answers, vec![], "network-firewalls").await;
    assert_eq!(gaps(&facts), [(Some("arn:used"), Reason::Failed, describe)]);
    assert!(facts.is_empty());
}

#[tokio::test]
async fn every_source_here_declares_exactly_the_actions_that_it_asks() {
    for (id, answers) in [
        ("directory-certificates", directories()),
        ("network-firewalls", firewalls()),
        ("ses-certificates", mail()),
        ("transfer", transfer()),
    ] {
        let region = answers.into_iter().fold(Region::default(), Region::answer);
        let simulated = Simulated::start([(HERE, region)], vec![]).await;
        simulated.gather(HERE, &[id]).await;
        let declared = (crate::simulated::source(id).actions)().into_iter().map(str::to_owned).collect();
        assert_eq!(simulated.actions(), declared, "{id}");
    }
}
