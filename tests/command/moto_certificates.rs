//! Certificates elsewhere than in ACM and IAM, on a server that is not ours: what boto3 reads back is what is found.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;

use crate::harness::{Document, MotoServer, howler};

/// The rows of the catalog of places that these tests prove.
const PLACES: [&str; 15] = [
    "acm_certificate",
    "acm_pca_ca",
    "apigateway_domain",
    "apigatewayv2_domain",
    "cloudfront_viewer",
    "cognito_saml",
    "elb_classic_listener",
    "elbv2_listener",
    "iam_saml_provider",
    "iam_signing_certificate",
    "iot_certificate",
    "iot_domain",
    "opensearch_endpoint",
    "transfer_server",
    "vpc_lattice_service",
];

/// The rows of which moto keeps no date: nobody may invent one.
const UNDATED: [&str; 2] = ["eks_cluster_ca", "rds_instance"];

/// What is asked.
const SOURCES: [&str; 17] = [
    "acm-certificates",
    "apigateway-domains",
    "apigatewayv2-domains",
    "cloudfront",
    "cognito-domains",
    "eks-clusters",
    "elb-classic-listeners",
    "elb-listeners",
    "iam-saml-providers",
    "iam-signing-certificates",
    "iot-devices",
    "iot-domains",
    "opensearch-domains",
    "private-authorities",
    "rds-certificates",
    "transfer",
    "vpc-lattice",
];

/// What the script made, and what one scan says of it.
struct Scanned {
    made: Vec<Value>,
    document: Document,
}

fn scanned() -> &'static Scanned {
    static SCANNED: OnceLock<Scanned> = OnceLock::new();
    SCANNED.get_or_init(|| {
        let server = MotoServer::start();
        let made = server.fill("elsewhere.py");
        let sources = SOURCES.iter().flat_map(|source| ["--source", source]);
        let args: Vec<&str> = ["scan", "-r", "us-east-1", "-r", "eu-west-1", "--format", "json"].into();
        let args: Vec<&str> = args.into_iter().chain(sources).collect();
        let ran = howler(&args).aws(&server.url, "moto").run();
        Scanned { made, document: ran.document() }
    })
}

/// Where a certificate is: its region and its id.
type Place<'a> = (&'a str, &'a str);

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn place_of(made: &Value) -> Place<'_> {
    (text(&made["region"]), text(&made["id"]))
}

/// The findings about ends, with where each certificate is.
fn found(document: &Document) -> impl Iterator<Item = (Place<'_>, &Value)> {
    document.of_check("certificate-expiry").map(|finding| {
        let (region, id) = (&finding["scope"]["region"], &finding["resource"]["id"]);
        ((text(region), text(id)), finding)
    })
}

#[track_caller]
fn finding<'a>(scanned: &'a Scanned, made: &Value) -> &'a Value {
    let place = place_of(made);
    let one = found(&scanned.document).find(|(at, _)| *at == place);
    one.unwrap_or_else(|| panic!("{} is not found: {place:?}", made["place"])).1
}

#[test]
fn the_script_fills_every_place_that_is_proven() {
    let made = scanned().made.iter().map(|made| text(&made["place"]));
    assert_eq!(made.collect::<BTreeSet<_>>(), PLACES.into_iter().chain(UNDATED).collect());
}

#[test]
fn every_certificate_is_found_with_its_end_and_there_is_no_other() {
    let scanned = scanned();
    for made in &scanned.made {
        let measure = &finding(scanned, made)["measure"];
        assert_eq!(measure["not_after"], made["not_after"], "{made:#}");
        if made["sha256"].is_string() {
            assert_eq!(measure["certificate"]["sha256"], made["sha256"], "{made:#}");
        }
    }
    let made: BTreeSet<Place<'_>> = scanned.made.iter().map(place_of).collect();
    let found: Vec<Place<'_>> = found(&scanned.document).map(|(place, _)| place).collect();
    assert_eq!(found.len(), made.len(), "a certificate was found twice");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), made);
}

#[test]
fn what_uses_a_certificate_is_named() {
    let scanned = scanned();
    for made in &scanned.made {
        let affects = finding(scanned, made)["affects"].as_array().unwrap();
        for user in made["used_by"].as_array().unwrap() {
            assert!(affects.contains(user), "{user} is not among {affects:?}: {made:#}");
        }
    }
}

#[test]
fn an_end_that_is_not_told_is_unknown_and_no_date() {
    let scanned = scanned();
    for made in scanned.made.iter().filter(|made| UNDATED.contains(&text(&made["place"]))) {
        let finding = finding(scanned, made);
        assert_eq!(finding["status"], "unknown", "{finding:#}");
        assert!(finding["measure"]["not_after"].is_null(), "{finding:#}");
    }
    // Moto does not list the authorities of databases.
    let gaps = scanned.document.scope(Some("eu-west-1"), "rds")["gaps"].as_array().unwrap();
    assert!(gaps.iter().any(|gap| gap["action"] == "rds:DescribeCertificates"), "{gaps:#?}");
}
