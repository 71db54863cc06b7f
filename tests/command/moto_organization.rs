//! An organisation on a server that is not ours: what is seeded in each account and region is what is found there.

use std::collections::BTreeSet;

use crate::harness::moto_organization::{MotoOrganization, REGIONS, found, text};
use crate::harness::{Ran, howler};

/// What has certificates there. Moto lacks many of the other services, and their gaps are not looked at here.
const SOURCES: [&str; 4] = ["--source", "acm-certificates", "--source", "iam-certificates"];

/// A scan of certificates in all regions that have some.
fn scan(organization: &MotoOrganization, args: &[&str]) -> Ran {
    let scan = howler(&["scan", "--check", "certificate-expiry", "--format", "json"]).args(args);
    scan.args(&REGIONS).args(&SOURCES).aws(&organization.url, "moto").run()
}

#[test]
fn every_certificate_of_every_account_and_region_is_found_once() {
    let organization = MotoOrganization::start();
    let document = scan(&organization, &["--org"]).document();
    let made = organization.made(|_| true);
    assert_eq!(made.len(), 20);
    assert_eq!(found(&document), made);
    assert_eq!(document.0["complete"], true);
    let closed = document.scopes().iter().find(|scope| scope["account"] == organization.made["closed"]);
    assert_eq!(closed.unwrap()["status"], "disabled");
    let unit = text(&organization.made["unit"]);
    let in_unit: BTreeSet<String> =
        organization.made["in_unit"].as_array().unwrap().iter().map(text).collect();
    let document = scan(&organization, &["--ou", &unit]).document();
    assert_eq!(found(&document), organization.made(|account| in_unit.contains(account)));
}
