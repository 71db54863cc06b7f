//! What holds for every source, so that a new file cannot be forgotten in the list that everything is made from.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::Path;

use howler_sources::{Gather, SOURCES, Source};

fn asks_aws(source: &Source) -> bool {
    matches!(source.gather, Gather::Account(_) | Gather::Region(_))
}

#[test]
fn every_file_of_an_aws_source_has_its_line_in_the_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("aws");
    let names =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> = names.filter(|name| name.ends_with(".rs") && name != "mod.rs").collect();
    assert!(files.len() >= 10, "the folder was found: {files:?}");
    for file in &files {
        let id = file.trim_end_matches(".rs").replace('_', "-");
        let listed = SOURCES.iter().any(|source| source.id == id && asks_aws(source));
        assert!(listed, "aws/{file} needs a source of the id {id} with a line in SOURCES");
    }
    for source in SOURCES.iter().filter(|source| asks_aws(source)) {
        let file = format!("{}.rs", source.id.replace('-', "_"));
        assert!(files.contains(&file), "the source {} belongs into aws/{file}", source.id);
    }
}

#[test]
fn every_source_has_an_id_of_its_own_and_says_what_it_reads() {
    let ids: BTreeSet<&str> = SOURCES.iter().map(|source| source.id).collect();
    assert_eq!(ids.len(), SOURCES.len(), "an id is used twice");
    for source in SOURCES {
        assert!(!source.title.is_empty() && !source.kinds.is_empty(), "{}", source.id);
    }
}

#[test]
fn aws_sources_name_actions_that_read_and_the_others_none() {
    for source in SOURCES {
        let actions = (source.actions)();
        assert_eq!(!actions.is_empty(), asks_aws(source), "{}: {actions:?}", source.id);
        for action in &actions {
            assert!(reads(action), "{}: {action} is no reading action of IAM", source.id);
        }
        let distinct: BTreeSet<_> = actions.iter().collect();
        assert_eq!(distinct.len(), actions.len(), "{}: an action is named twice", source.id);
    }
}

/// `service:Operation`, where the operation changes nothing.
fn reads(action: &str) -> bool {
    let Some((service, operation)) = action.split_once(':') else { return false };
    // API Gateway is permitted by the methods of HTTP, and one operation exports what others would get.
    if ["apigateway:GET", "ec2:ExportClientVpnClientCertificateRevocationList"].contains(&action) {
        return true;
    }
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let verb = ["BatchGet", "Describe", "Get", "List", "Search"]
        .iter()
        .find_map(|verb| operation.strip_prefix(verb));
    !service.is_empty()
        && service.bytes().all(word)
        && verb.is_some_and(|noun| noun.starts_with(|c: char| c.is_ascii_uppercase()))
        && operation.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[test]
fn actions_are_told_from_what_only_looks_like_them() {
    assert!(reads("acm:ListCertificates") && reads("iam:GetAccountSummary"));
    for other in
        ["acm", "acm:", ":List", "acm:List", "acm:Listen", "ACM:ListX", "acm:DeleteCertificate", "acm:List*"]
    {
        assert!(!reads(other), "{other}");
    }
}
