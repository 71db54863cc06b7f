//! How many requests a scan makes, counted where they pass and not by whoever makes or answers them.

use crate::harness::moto_organization::{MotoOrganization, REGIONS, found};
use crate::harness::{Proxy, howler};

/// Requests of a scan of the certificates of four accounts in four regions, but for those that get single
/// certificates of IAM. The least is 16 ListCertificates, 4 ListServerCertificates and 3 AssumeRole.
const AT_MOST: usize = 40;
const GET: &str = "GetServerCertificate";

#[test]
fn the_certificates_of_four_accounts_in_four_regions_take_forty_requests() {
    let organization = MotoOrganization::start();
    let proxy = Proxy::before(&organization.url);
    let ran = howler(&["scan", "--org", "--check", "certificate-expiry", "--format", "json"])
        .args(&["--source", "acm-certificates", "--source", "iam-certificates"])
        .args(&REGIONS)
        .aws(&proxy.url(), "moto")
        .run();
    let document = ran.document();
    assert_eq!(document.0["complete"], true);
    let made = organization.made(|_| true);
    assert_eq!((made.len(), &found(&document)), (20, &made));

    let counts = proxy.counts();
    println!("{counts:#?}");
    let count = |action: &str| counts.get(action).copied().unwrap_or_default();
    let in_iam = made.keys().filter(|[_, region, _]| region == "global").count();
    assert_eq!((count(GET), in_iam), (4, 4), "each certificate of IAM once");
    assert_eq!(count("ListCertificates"), 16);
    assert_eq!((count("ListServerCertificates"), count("AssumeRole")), (4, 3));
    let all: usize = counts.values().sum();
    assert!(all - count(GET) <= AT_MOST, "{} requests beside {GET}: {counts:#?}", all - count(GET));
    assert_eq!(document.0["run"]["api_calls"], all, "what the scan says of itself");
}
