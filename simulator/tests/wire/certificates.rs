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
