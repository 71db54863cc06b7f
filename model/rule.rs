//! What people say about findings: who owns them, and that they need not be told until some day.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{Severity, Status};

/// Tags of resources: keys and values by ARN. Untrusted text.
pub type Tags = BTreeMap<String, Vec<(String, String)>>;

/// The tags of a resource, as people set them: they tag load balancers, not their listeners, so that a listener without
/// tags has those of its load balancer.
#[must_use]
pub fn tags_of<'a>(tags: &'a Tags, arn: &str) -> &'a [(String, String)] {
    let of = |arn: &str| tags.get(arn).filter(|tags| !tags.is_empty());
    let found = of(arn).or_else(|| of(&load_balancer(arn)?));
    found.map(Vec::as_slice).unwrap_or_default()
}

/// The ARN of the load balancer that a listener belongs to.
fn load_balancer(listener: &str) -> Option<String> {
    let (head, path) = listener.split_once(":listener/")?;
    let (path, _listener) = path.rsplit_once('/')?;
    Some(format!("{head}:loadbalancer/{path}"))
}

/// Who should hear of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The name, as gateways route by it.
    pub name: String,
    /// How it was found, for people: `owners.toml:12`, `tag team of arn:...`, `default`.
    pub via: String,
    /// Whether somebody else might own it, were all tags known.
    pub unsure: bool,
}

/// What a rule might say of a finding, were all tags and the accounts of all organisational units known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unsure {
    /// Another severity.
    pub severity: bool,
    /// That it need not be told.
    pub suppression: bool,
}

/// That a finding need not be told, with what has to be said for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// Why.
    pub reason: String,
    /// Who says so.
    pub owner: String,
    /// The last day of it.
    pub until: NaiveDate,
    /// What it would be otherwise.
    pub status: Status,
}

/// An entry of a suppression file: findings that match it need not be told until it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The file that it stands in, as it was named.
    pub file: String,
    /// What it matches, in one line, the same as long as nobody changes that.
    pub selector: String,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub owner: String,
    /// The last day of it.
    pub until: NaiveDate,
}

/// That a finding counts for more or less than its check said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescored {
    /// What the check said.
    pub from: Severity,
    /// The rule, for people: `severities.toml:7`.
    pub via: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTENER: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/web/50dc/0467";
    const BALANCER: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc";

    #[test]
    fn a_listener_belongs_to_a_load_balancer() {
        assert_eq!(load_balancer(LISTENER).as_deref(), Some(BALANCER));
        assert_eq!(load_balancer(BALANCER), None);
        assert_eq!(load_balancer("arn:aws:acm:eu-west-1:1:certificate/1"), None);
    }

    #[test]
    fn a_listener_has_its_own_tags_or_those_of_its_load_balancer() {
        let tag = |value: &str| vec![("team".to_owned(), value.to_owned())];
        let mut tags = Tags::from([(BALANCER.to_owned(), tag("a")), (LISTENER.to_owned(), Vec::new())]);
        assert_eq!(tags_of(&tags, LISTENER), tag("a"));
        tags.insert(LISTENER.to_owned(), tag("b"));
        assert_eq!(tags_of(&tags, LISTENER), tag("b"));
        assert!(tags_of(&tags, "arn:other").is_empty());
    }
}
