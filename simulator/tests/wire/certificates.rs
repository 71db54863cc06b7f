//! Certificates are listed by AWS's rules, and their PEM says what the listing says.

use crate::client::{Caller, now, start};
use howler_simulator::acm::Certificate;
use howler_simulator::certificate::Key;
use howler_simulator::{Organization, Region, Simulator, demo, estate};
use x509_parser::pem::Pem;

fn not_after(pem: &str) -> i64 {
    let pem = Pem::iter_from_buffer(pem.as_bytes()).next().unwrap().unwrap();
    pem.parse_x509().unwrap().validity().not_after.timestamp()
}

async fn list(caller: &Caller, body: &str) -> Vec<serde_json::Value> {
    caller.json("acm", "ListCertificates", body).await.json()["CertificateSummaryList"]
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn without_key_types_only_small_rsa_is_listed() {
    let simulator =
        start(Region { certificates: estate::certificates(7, now()), ..Region::default() }, Vec::new());
    let caller = Caller::new(&simulator);
    let keys = |summaries: &[serde_json::Value]| -> Vec<String> {
        summaries.iter().map(|summary| summary["KeyAlgorithm"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys(&list(&caller, "{}").await), ["RSA_1024", "RSA_2048"]);
    for key in Key::ACM {
        let body = format!(r#"{{"Includes":{{"keyTypes":["{}"]}}}}"#, key.name());
        assert_eq!(keys(&list(&caller, &body).await), [key.name()]);
    }
    let refused = caller.json("acm", "ListCertificates", r#"{"Includes":{"keyTypes":["RSA_512"]}}"#).await;
    assert_eq!(refused.json()["__type"], "ValidationException");
}

#[tokio::test]
async fn statuses_and_origins_are_honoured() {
    let day = chrono::TimeDelta::days(1);
    let expired = Certificate::issued("a", "old.example.com", now() - day * 9, now() - day);
    let mut acme = Certificate::issued("b", "acme.example.com", now() - day, now() + day);
    acme.key_pair_origin = "ACME";
    let pending = Certificate::pending("c", "new.example.com", now());
    let simulator =
        start(Region { certificates: vec![expired, acme, pending], ..Region::default() }, Vec::new());
    let caller = Caller::new(&simulator);
    let domains = async |body: &str| -> Vec<String> {
        list(&caller, body)
            .await
            .iter()
            .map(|summary| summary["DomainName"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(domains("{}").await, ["old.example.com", "new.example.com"]);
    assert_eq!(domains(r#"{"CertificateStatuses":["EXPIRED"]}"#).await, ["old.example.com"]);
    assert_eq!(domains(r#"{"CertificateKeyPairOrigins":["ACME"]}"#).await, ["acme.example.com"]);
    let pending = list(&caller, r#"{"CertificateStatuses":["PENDING_VALIDATION"]}"#).await;
    assert!(pending[0].get("NotAfter").is_none());
}

#[tokio::test]
async fn the_pem_of_every_key_type_holds_the_listed_date() {
    let simulator =
        start(Region { certificates: estate::certificates(7, now()), ..Region::default() }, Vec::new());
    let caller = Caller::new(&simulator);
    let keys = serde_json::json!({"Includes": {"keyTypes": Key::ACM.map(Key::name)}});
    let summaries = list(&caller, &keys.to_string()).await;
    assert_eq!(summaries.len(), 7);
    for summary in summaries {
        let body = serde_json::json!({"CertificateArn": summary["CertificateArn"]}).to_string();
        let exported = caller.json("acm", "GetCertificate", &body).await.json();
        let listed = summary["NotAfter"].as_f64().unwrap();
        assert_eq!(not_after(exported["Certificate"].as_str().unwrap()) as f64, listed);
    }
}

#[tokio::test]
async fn server_certificates_carry_their_chain() {
    let (organization, faults) = demo(now());
    let simulator = Simulator::start(organization, faults, now()).unwrap();
    let caller = Caller::new(&simulator).region("us-east-1");
    let answer = caller.query("iam", "Action=GetServerCertificate&ServerCertificateName=vpn-gateway").await;
    let expected = now() + chrono::TimeDelta::days(12);
    assert_eq!(not_after(&answer.element("CertificateBody").unwrap()), expected.timestamp());
    assert_eq!(answer.element("CertificateChain").unwrap().matches("BEGIN CERTIFICATE").count(), 2);
    let missing = caller.query("iam", "Action=GetServerCertificate&ServerCertificateName=none").await;
    assert_eq!((missing.status, missing.element("Code").as_deref()), (404, Some("NoSuchEntity")));
}

#[tokio::test]
async fn the_same_seed_and_now_give_the_same_bytes() {
    let simulators = [(); 2].map(|()| {
        let (organization, faults): (Organization, _) = demo(now());
        Simulator::start(organization, faults, now()).unwrap()
    });
    for form in
        ["Action=DescribeInstances", "Action=DescribeSecurityGroups", "Action=DescribeImages&Owner.1=self"]
    {
        let [first, second] = &simulators;
        let (first, second) =
            (Caller::new(first).query("ec2", form).await, Caller::new(second).query("ec2", form).await);
        assert_eq!(first, second);
        assert_eq!(first.status, 200);
    }
}

#[tokio::test]
async fn the_metadata_of_a_saml_provider_holds_a_certificate_that_ends_with_it() {
    let (organization, faults) = demo(now());
    let simulator = Simulator::start(organization, faults, now()).unwrap();
    let caller = Caller::new(&simulator).region("us-east-1");
    let arn = "arn:aws:iam::111111111111:saml-provider/partner-login";
    let answer = caller.query("iam", &format!("Action=GetSAMLProvider&SAMLProviderArn={arn}")).await;
    let metadata = answer.element("SAMLMetadataDocument").unwrap();
    let body = metadata.split("X509Certificate&gt;").nth(1).unwrap().split("&lt;/").next().unwrap();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    assert_eq!(not_after(&pem), (now() + chrono::TimeDelta::days(20)).timestamp());
    let missing = caller.query("iam", &format!("Action=GetSAMLProvider&SAMLProviderArn={arn}s")).await;
    assert_eq!((missing.status, missing.element("Code").as_deref()), (404, Some("NoSuchEntity")));
    let users = caller.query("iam", "Action=ListUsers").await;
    assert_eq!(
        (users.elements("UserName"), users.element("IsTruncated").as_deref()),
        (vec!["break-glass".to_owned()], Some("false"))
    );
    let provider = "Action=GetOpenIDConnectProvider&OpenIDConnectProviderArn=arn:aws:iam::111111111111:oidc-provider/ci.example.com";
    assert_eq!(caller.query("iam", provider).await.element("Url").as_deref(), Some("ci.example.com"));
}

#[tokio::test]
async fn the_demo_keeps_certificates_beyond_acm_and_iam() {
    let (organization, faults) = demo(now());
    let simulator = Simulator::start(organization, faults, now()).unwrap();
    let of = |account: &str, region: &str| Caller::new(&simulator).account(account).region(region);
    let end = |days| now() + chrono::TimeDelta::days(days);
    let [platform, payments, data] = ["111111111111", "222222222222", "333333333333"];

    let instances = of(payments, "eu-west-1").query("rds", "Action=DescribeDBInstances").await;
    assert_eq!(
        instances.element("ValidTill").unwrap(),
        end(20).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
    );
    assert!(instances.element("DBInstanceArn").unwrap().starts_with("arn:aws:rds:eu-west-1:222222222222:"));
    let classic = "Action=DescribeLoadBalancers&Version=2012-06-01";
    let balancers = of(data, "eu-west-1").query("elasticloadbalancing", classic).await;
    assert_eq!(balancers.element("SSLCertificateId").as_deref(), Some("Invalid-Certificate"));
    let distributions = of(platform, "us-east-1").get("cloudfront", "/2020-05-31/distribution").await;
    assert_eq!(distributions.elements("CNAME").len(), 2);

    let edge = of(platform, "us-east-1");
    let listed =
        edge.json("acm-pca", "ListCertificateAuthorities", r#"{"ResourceOwner":"SELF"}"#).await.json();
    let authority = &listed["CertificateAuthorities"][0];
    assert_eq!(authority["NotAfter"], end(150).timestamp());
    let shared =
        edge.json("acm-pca", "ListCertificateAuthorities", r#"{"ResourceOwner":"OTHER_ACCOUNTS"}"#).await;
    assert_eq!(shared.json(), serde_json::json!({}));
    let get = serde_json::json!({ "CertificateAuthorityArn": authority["Arn"] }).to_string();
    let got = edge.json("acm-pca", "GetCertificateAuthorityCertificate", &get).await.json();
    assert_eq!(not_after(got["Certificate"].as_str().unwrap()), end(150).timestamp());

    let stores = edge.query("elasticloadbalancing", "Action=DescribeTrustStores").await;
    let arn = stores.element("TrustStoreArn").unwrap();
    let form = format!("Action=GetTrustStoreCaCertificatesBundle&TrustStoreArn={arn}");
    let location = edge.query("elasticloadbalancing", &form).await.element("Location").unwrap();
    let path = location.strip_prefix(&simulator.endpoint()).unwrap();
    let bundle = edge.request("GET", path, "", b"").await.unwrap();
    assert_eq!(bundle.text().matches("BEGIN CERTIFICATE").count(), 2);
    assert_eq!(not_after(&bundle.text()), end(90).timestamp());
}

#[tokio::test]
async fn a_renewal_that_waits_says_for_which_names() {
    let certificate =
        Certificate::issued("a", "shop.example.com", now(), now() + chrono::TimeDelta::days(30));
    let certificate = certificate.renewal("PENDING_VALIDATION");
    let simulator = start(Region { certificates: vec![certificate], ..Region::default() }, Vec::new());
    let caller = Caller::new(&simulator);
    let arn = list(&caller, "{}").await[0]["CertificateArn"].clone();
    let body = serde_json::json!({ "CertificateArn": arn }).to_string();
    let described = caller.json("acm", "DescribeCertificate", &body).await.json();
    let status = |path: &str| described.pointer(path).unwrap()["ValidationStatus"].clone();
    assert_eq!(status("/Certificate/DomainValidationOptions/0"), "SUCCESS");
    assert_eq!(status("/Certificate/RenewalSummary/DomainValidationOptions/0"), "PENDING_VALIDATION");
}
