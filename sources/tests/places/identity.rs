//! What signs for others and who is trusted: ACM Private CA, identity providers of IAM, Roles Anywhere.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use howler_model::{Certificate, CertificateUsage, CoverageStatus, Facts, Origin, Reason, Role, Validity};
use howler_simulator::{Account, Fault, Plain, Region, Rule, iam};

use crate::bodies::{base64, crl, days, json, pem};
use crate::gaps::gaps;
use crate::simulated::{ACCOUNT, Simulated};

/// The places that are shown here.
pub(crate) const PLACES: &[&str] = &[
    "acm_pca_ca",
    "iam_saml_provider",
    "iam_oidc_provider",
    "iam_signing_certificate",
    "rolesanywhere_trust_anchor",
    "rolesanywhere_crl",
    "rolesanywhere_subject",
];

const HERE: &str = "eu-west-1";
const DENIED: Fault = Fault::Deny { by_scp: false };

async fn regional(answers: Vec<Plain>, faults: Vec<Rule>) -> Simulated {
    let region = answers.into_iter().fold(Region::default(), Region::answer);
    Simulated::start([(HERE, region)], faults).await
}

/// An account with these answers of IAM.
fn account(answers: Vec<Plain>) -> Account {
    let account = Account::new(ACCOUNT, "test").region("us-east-1", Region::default());
    answers.into_iter().fold(account, Account::answer)
}

fn by_id(facts: &Facts) -> BTreeMap<&str, &Certificate> {
    let certificates = facts.certificates.iter();
    let found: BTreeMap<_, _> = certificates.map(|one| (one.resource.id.as_str(), one)).collect();
    assert_eq!(found.len(), facts.certificates.len(), "every id is its own");
    found
}

fn end(certificate: &Certificate) -> Option<DateTime<Utc>> {
    match certificate.validity {
        Validity::Until { not_after, .. } => Some(not_after),
        _ => None,
    }
}

const LIST: &str = "acm-pca:ListCertificateAuthorities";
const GET: &str = "acm-pca:GetCertificateAuthorityCertificate";

fn authority(id: &str, status: &str, dated: bool) -> String {
    let dates = format!(r#","NotBefore":{},"NotAfter":{}"#, days(-30).timestamp(), days(900).timestamp());
    let dates = if dated { dates.as_str() } else { "" };
    format!(
        r#"{{"Arn":"arn:aws:acm-pca:{{region}}:{{account}}:certificate-authority/{id}","Status":"{status}",
        "CertificateAuthorityConfiguration":{{"KeyAlgorithm":"EC_prime256v1","SigningAlgorithm":"SHA256WITHECDSA",
        "Subject":{{"CommonName":"{id} of Example"}}}}{dates}}}"#
    )
}

/// Two pages of own authorities and one that somebody shares.
fn authorities() -> Vec<Plain> {
    let page = |authorities: &[String], token: &str| {
        format!(r#"{{"CertificateAuthorities":[{}]{token}}}"#, authorities.join(","))
    };
    let first = [authority("root", "ACTIVE", true), authority("gone", "DELETED", true)];
    let second = [authority("new", "PENDING_CERTIFICATE", false), authority("old", "DISABLED", true)];
    let chain = json(&(pem("middle", 700) + &pem("top", 3_000)));
    let certificate = |body: &str| format!(r#"{{"Certificate":"{}"}}"#, json(body));
    let shared = format!(r#"{{"Certificate":"{}","CertificateChain":"{chain}"}}"#, json(&pem("shared", 300)));
    vec![
        Plain::new(LIST, page(&first, r#","NextToken":"two""#)).about("SELF"),
        Plain::new(LIST, page(&second, "")).about(r#""NextToken":"two""#),
        Plain::new(LIST, page(&[authority("shared", "ACTIVE", true)], "")).about("OTHER_ACCOUNTS"),
        Plain::new(GET, certificate(&pem("root", 2_000))).about("certificate-authority/root"),
        Plain::new(GET, certificate("nonsense")).about("certificate-authority/old"),
        Plain::new(GET, shared).about("certificate-authority/shared"),
    ]
}

fn authority_arn(id: &str) -> String {
    format!("arn:aws:acm-pca:{HERE}:{ACCOUNT}:certificate-authority/{id}")
}

#[tokio::test]
async fn private_authorities_of_every_page_and_owner_say_what_their_certificates_say() {
    let simulated = regional(authorities(), vec![]).await;
    let facts = simulated.gather(HERE, &["private-authorities"]).await;
    let found = by_id(&facts);
    let of = |id: &str| found[authority_arn(id).as_str()];
    assert_eq!(found.len(), 6);
    assert_eq!((end(of("root")), &of("root").names[..]), (Some(days(2_000)), &["root".to_owned()][..]));
    assert_eq!((of("root").role, of("root").origin), (Role::Authority, Origin::AcmPca));
    assert_eq!(of("root").resource.name, "root of Example");
    assert_eq!(of("new").validity, Validity::NotIssued);
    assert_eq!(end(of("old")), Some(days(900)), "as listed, since its certificate cannot be read");
    assert_eq!(end(of("shared")), Some(days(300)));
    let above = format!("{}#chain#", authority_arn("shared"));
    let chain: Vec<_> =
        found.iter().filter(|(id, _)| id.starts_with(&above)).map(|(_, one)| end(one)).collect();
    assert!(chain.len() == 2 && chain.contains(&Some(days(700))) && chain.contains(&Some(days(3_000))));
    let old = authority_arn("old");
    assert_eq!(gaps(&facts), [(Some(old.as_str()), Reason::Malformed, GET)]);
    assert_eq!((simulated.asked(LIST), simulated.asked(GET)), (3, 3));
}

#[tokio::test]
async fn authorities_keep_their_dates_when_their_certificates_are_not_answered() {
    let denied = Rule::new(DENIED).action(GET);
    let facts = regional(authorities(), vec![denied]).await.gather(HERE, &["private-authorities"]).await;
    let ends: Vec<_> = facts.certificates.iter().filter_map(end).collect();
    assert_eq!((facts.certificates.len(), ends), (4, vec![days(900); 3]));
    assert_eq!(gaps(&facts), [(None, Reason::Denied, GET)]);

    let one = Rule::new(DENIED).action(GET).first(1);
    let facts = regional(authorities(), vec![one]).await.gather(HERE, &["private-authorities"]).await;
    let denied: Vec<_> = gaps(&facts).into_iter().filter(|gap| gap.1 == Reason::Denied).collect();
    assert!(matches!(denied[..], [(Some(arn), ..)] if by_id(&facts).contains_key(arn)), "{denied:?}");
}

#[tokio::test]
async fn authorities_that_may_not_be_listed_are_a_gap() {
    let denied = Rule::new(DENIED).action(LIST);
    let facts = regional(authorities(), vec![denied]).await.gather(HERE, &["private-authorities"]).await;
    assert_eq!(facts.certificates, []);
    assert_eq!(facts.scopes[0].status(), CoverageStatus::Denied);
}

fn saml_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:saml-provider/{name}")
}

fn metadata(certificates: &[String]) -> Plain {
    let key = |base64: &String| {
        format!(
            "<md:KeyDescriptor use=\"signing\"><ds:X509Certificate>{base64}</ds:X509Certificate></md:KeyDescriptor>"
        )
    };
    let keys: String = certificates.iter().map(key).collect();
    let document = format!(
        "<md:EntityDescriptor><md:IDPSSODescriptor>{keys}</md:IDPSSODescriptor></md:EntityDescriptor>"
    );
    let document = document.replace('<', "&lt;").replace('>', "&gt;");
    Plain::new(
        "iam:GetSAMLProvider",
        format!(
            "<GetSAMLProviderResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetSAMLProviderResult>\
             <SAMLMetadataDocument>{document}</SAMLMetadataDocument></GetSAMLProviderResult></GetSAMLProviderResponse>"
        ),
    )
}

/// One provider with two certificates, and one whose metadata has none.
fn federated() -> Account {
    let okta = metadata(&[base64("old.example", 20), base64("new.example", 800)]).about("saml-provider/okta");
    let mut account = account(vec![okta, metadata(&[]).about("saml-provider/bare")]);
    account.iam.resources.add(iam::saml_provider("okta", days(36_500)));
    account.iam.resources.add(iam::saml_provider("bare", days(90)));
    account.iam.resources.add(iam::open_id_connect_provider("oidc.eks.eu-west-1.amazonaws.com/id/1"));
    account.iam.resources.add(iam::open_id_connect_provider("token.example"));
    account
}

#[tokio::test]
async fn saml_providers_end_and_so_do_the_certificates_that_they_sign_with() {
    let simulated = Simulated::of(federated(), vec![]).await;
    let facts = simulated.gather(HERE, &["iam-saml-providers"]).await;
    let found = by_id(&facts);
    assert_eq!(end(found[saml_arn("okta").as_str()]), Some(days(36_500)));
    assert_eq!(end(found[saml_arn("bare").as_str()]), Some(days(90)));
    let signing = format!("{}#signing#", saml_arn("okta"));
    let mut signers: Vec<_> =
        found.iter().filter(|(id, _)| id.starts_with(&signing)).map(|(_, one)| end(one)).collect();
    signers.sort();
    assert_eq!(signers, [Some(days(20)), Some(days(800))]);
    assert!(facts.certificates.iter().all(|one| (one.role, one.origin) == (Role::Federation, Origin::Iam)));
    let bare = format!("{}#signing", saml_arn("bare"));
    assert_eq!(gaps(&facts), [(Some(bare.as_str()), Reason::Malformed, "iam:GetSAMLProvider")]);
}

#[tokio::test]
async fn a_provider_whose_metadata_is_denied_keeps_its_end() {
    let denied = Rule::new(DENIED).action("iam:GetSAMLProvider").first(1);
    let facts = Simulated::of(federated(), vec![denied]).await.gather(HERE, &["iam-saml-providers"]).await;
    let providers = facts.certificates.iter().filter(|one| one.resource.kind == "saml-provider");
    assert_eq!(providers.filter_map(end).count(), 2);
    let denied: Vec<_> = gaps(&facts).into_iter().filter(|gap| gap.1 == Reason::Denied).collect();
    assert!(matches!(denied[..], [(Some(arn), ..)] if arn.contains(":saml-provider/")), "{denied:?}");
}

#[tokio::test]
async fn openid_providers_are_endpoints() {
    let simulated = Simulated::of(federated(), vec![]).await;
    let facts = simulated.gather(HERE, &["iam-oidc-providers"]).await;
    let mut found: Vec<String> = facts.discovered.iter().map(|found| found.endpoint.to_string()).collect();
    found.sort();
    assert_eq!(found, ["oidc.eks.eu-west-1.amazonaws.com:443", "token.example:443"]);
    assert!(facts.discovered.iter().all(|found| !found.private && found.user.id.contains(":oidc-provider/")));
    let denied = Rule::new(DENIED).action("iam:ListOpenIDConnectProviders");
    let facts = Simulated::of(federated(), vec![denied]).await.gather(HERE, &["iam-oidc-providers"]).await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "iam:ListOpenIDConnectProviders")]);
}

/// Two pages of users, the first of whom has two certificates and the last has none.
fn signing() -> Account {
    let users = |names: &[&str], rest: &str| {
        let user = |name: &&str| {
            format!(
                "<member><Path>/</Path><UserName>{name}</UserName><UserId>AIDA0000000000000{name}</UserId>\
                 <Arn>arn:aws:iam::{{account}}:user/{name}</Arn><CreateDate>2020-01-01T00:00:00Z</CreateDate></member>"
            )
        };
        let users: String = names.iter().map(user).collect();
        format!(
            "<ListUsersResponse><ListUsersResult><Users>{users}</Users>{rest}</ListUsersResult></ListUsersResponse>"
        )
    };
    let certificate = |id: &str, status: &str, end: i64| {
        let body = pem(&format!("{id}.example"), end);
        format!(
            "<member><UserName>ann</UserName><CertificateId>{id}</CertificateId><CertificateBody>{body}</CertificateBody>\
             <Status>{status}</Status></member>"
        )
    };
    let certificates = certificate("ONE", "Active", 9) + &certificate("TWO", "Inactive", -9);
    let listed = |certificates: &str| {
        format!(
            "<ListSigningCertificatesResponse><ListSigningCertificatesResult><Certificates>{certificates}</Certificates>\
             <IsTruncated>false</IsTruncated></ListSigningCertificatesResult></ListSigningCertificatesResponse>"
        )
    };
    let more = "<IsTruncated>true</IsTruncated><Marker>more</Marker>";
    account(vec![
        Plain::new("iam:ListUsers", users(&["ann"], more)),
        Plain::new("iam:ListUsers", users(&["bob"], "<IsTruncated>false</IsTruncated>")).about("Marker=more"),
        Plain::new("iam:ListSigningCertificates", listed(&certificates)).about("UserName=ann"),
        Plain::new("iam:ListSigningCertificates", listed("")).about("UserName=bob"),
    ])
}

#[tokio::test]
async fn signing_certificates_of_every_user_are_read() {
    let simulated = Simulated::of(signing(), vec![]).await;
    let facts = simulated.gather(HERE, &["iam-signing-certificates"]).await;
    let found = by_id(&facts);
    let of = |id: &str| found[format!("arn:aws:iam::{ACCOUNT}:user/ann#{id}").as_str()];
    assert_eq!((end(of("ONE")), &of("ONE").usage), (Some(days(9)), &CertificateUsage::Unknown));
    assert_eq!((end(of("TWO")), &of("TWO").usage), (Some(days(-9)), &CertificateUsage::Unused));
    assert_eq!((found.len(), simulated.asked("iam:ListSigningCertificates")), (2, 2));
    assert_eq!(gaps(&facts), []);

    let denied = Rule::new(DENIED).action("iam:ListSigningCertificates").first(1);
    let facts =
        Simulated::of(signing(), vec![denied]).await.gather(HERE, &["iam-signing-certificates"]).await;
    assert!(matches!(gaps(&facts)[..], [(Some(user), Reason::Denied, _)] if user.contains(":user/")));
}

fn anywhere_arn(path: &str) -> String {
    format!("arn:aws:rolesanywhere:{HERE}:{ACCOUNT}:{path}")
}

fn anchors() -> Vec<Plain> {
    let anchor = |id: &str, data: &str, enabled: bool| {
        format!(
            r#"{{"trustAnchorArn":"arn:aws:rolesanywhere:{{region}}:{{account}}:trust-anchor/{id}","name":"{id}",
            "enabled":{enabled},"source":{{"sourceType":"X","sourceData":{{{data}}}}}}}"#
        )
    };
    let bundle = json(&(pem("one.example", 40) + &pem("two.example", 400)));
    let bundle = anchor("bundle", &format!(r#""x509CertificateData":"{bundle}""#), true);
    let private = anchor("private", r#""acmPcaArn":"arn:aws:acm-pca:x""#, true);
    let single = json(&pem("off.example", 4));
    let off = anchor("off", &format!(r#""x509CertificateData":"{single}""#), false);
    let crl = |id: &str, data: &str| {
        let data = data_encoding::BASE64.encode(data.as_bytes());
        format!(
            r#"{{"crls":[{{"crlArn":"arn:aws:rolesanywhere:{{region}}:{{account}}:crl/{id}","name":"{id}",
            "enabled":true,"crlData":"{data}"}}]"#
        )
    };
    let list = "rolesanywhere:ListTrustAnchors";
    vec![
        Plain::new(list, format!(r#"{{"trustAnchors":[{bundle},{private}],"nextToken":"n2"}}"#)),
        Plain::new(list, format!(r#"{{"trustAnchors":[{off}]}}"#)).about("nextToken=n2"),
        Plain::new("rolesanywhere:ListCrls", crl("good", &self::crl()) + r#","nextToken":"n3"}"#),
        Plain::new("rolesanywhere:ListCrls", crl("bad", "?") + "}").about("nextToken=n3"),
    ]
}

#[tokio::test]
async fn trust_anchors_and_revocation_lists_of_every_page_are_read() {
    let facts = regional(anchors(), vec![]).await.gather(HERE, &["roles-anywhere"]).await;
    let found = by_id(&facts);
    let ends_of = |start: String| -> Vec<_> {
        let mut ends: Vec<_> =
            found.iter().filter(|(id, _)| id.starts_with(&start)).map(|(_, one)| end(one)).collect();
        ends.sort();
        ends
    };
    assert_eq!(ends_of(anywhere_arn("trust-anchor/bundle#")), [Some(days(40)), Some(days(400))]);
    assert_eq!(ends_of(anywhere_arn("trust-anchor/off#")), [Some(days(4))]);
    let list = found[anywhere_arn("crl/good").as_str()];
    assert_eq!((list.role, end(list)), (Role::RevocationList, Some(days(19))));
    assert_eq!(end(found[anywhere_arn("crl/bad").as_str()]), None);
    let [bound] = &facts.bindings[..] else { panic!("{:?}", facts.bindings) };
    assert_eq!(
        (bound.certificate.as_str(), &bound.user.id),
        ("arn:aws:acm-pca:x", &anywhere_arn("trust-anchor/private"))
    );
    assert_eq!(
        gaps(&facts),
        [(Some(anywhere_arn("crl/bad").as_str()), Reason::Malformed, "rolesanywhere:ListCrls")]
    );
}

#[tokio::test]
async fn revocation_lists_that_are_denied_leave_the_anchors() {
    let denied = Rule::new(DENIED).action("rolesanywhere:ListCrls");
    let facts = regional(anchors(), vec![denied]).await.gather(HERE, &["roles-anywhere"]).await;
    assert_eq!(facts.certificates.len(), 3);
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "rolesanywhere:ListCrls")]);
}

/// One client that came yesterday with a new certificate and long ago with an old one, and one that is gone.
fn subjects() -> Vec<Plain> {
    let subject = |id: &str, seen: i64| {
        format!(
            r#"{{"subjectArn":"arn:aws:rolesanywhere:{{region}}:{{account}}:subject/{id}","subjectId":"{id}",
            "x509Subject":"CN={id}","lastSeenAt":"{}""#,
            days(seen).format("%Y-%m-%dT%H:%M:%SZ")
        )
    };
    let credential = |serial: &str, seen: i64, end: i64| {
        let (body, seen) = (json(&pem("client.example", end)), days(seen).format("%Y-%m-%dT%H:%M:%SZ"));
        format!(
            r#"{{"serialNumber":"{serial}","seenAt":"{seen}","enabled":true,"x509CertificateData":"{body}"}}"#
        )
    };
    let credentials = credential("2", -1, 60) + "," + &credential("1", -50, -20);
    let detail = format!(r#"{{"subject":{},"credentials":[{credentials}]}}}}"#, subject("client", -1));
    let list = "rolesanywhere:ListSubjects";
    vec![
        Plain::new(list, format!(r#"{{"subjects":[{}}}],"nextToken":"n2"}}"#, subject("gone", -40))),
        Plain::new(list, format!(r#"{{"subjects":[{}}}]}}"#, subject("client", -1))).about("nextToken=n2"),
        Plain::new("rolesanywhere:GetSubject", detail).about("/subject/client"),
    ]
}

#[tokio::test]
async fn clients_of_roles_anywhere_are_known_by_what_they_came_with_lately() {
    let simulated = regional(subjects(), vec![]).await;
    let facts = simulated.gather(HERE, &["roles-anywhere-subjects"]).await;
    let [one] = &facts.certificates[..] else { panic!("{:?}", facts.certificates) };
    assert_eq!((&one.resource.id, end(one)), (&anywhere_arn("subject/client#2"), Some(days(60))));
    assert_eq!((one.role, one.resource.name.as_str()), (Role::Leaf, "CN=client"));
    assert_eq!((simulated.asked("rolesanywhere:GetSubject"), gaps(&facts)), (1, vec![]));

    let denied = Rule::new(DENIED).action("rolesanywhere:GetSubject");
    let facts = regional(subjects(), vec![denied]).await.gather(HERE, &["roles-anywhere-subjects"]).await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "rolesanywhere:GetSubject")]);
}
