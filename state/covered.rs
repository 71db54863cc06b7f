//! Whether a scan would have seen what it did not find: pure, scope by scope.

use std::collections::{HashMap, HashSet};

use howler_reports::CoverageStatus;
use howler_reports::document::{Place, Resource};

use crate::seen::{Extent, Spot, Text};

/// The service of live endpoints.
const ENDPOINTS: &str = "tls";
/// How kinds of resources begin that are endpoints, or what these served.
const OF_ENDPOINT: &str = "tls-";

/// The places that are asked about, and what the scan saw of them.
#[derive(Debug, Default)]
pub(crate) struct Covered {
    /// None where no scope is that place.
    places: HashMap<String, Option<Sight>>,
    /// Accounts in which something answered.
    answered: HashMap<String, bool>,
    any_answered: bool,
    /// Accounts with a region that the scan was to see.
    wanted: HashSet<(String, String)>,
    /// Accounts of which nobody knows what there was to see.
    blind: HashSet<String>,
    /// Whether nobody knows which accounts there are.
    all_blind: bool,
}

/// How much of a scope was seen.
#[derive(Debug)]
struct Sight {
    status: CoverageStatus,
    /// The endpoints that are missing, each of which was asked for itself; none for other scopes.
    endpoints: Option<Vec<String>>,
    /// Some of it should have been seen and was not, those aside that were left out on purpose.
    has_gaps: bool,
    /// More may be missing than the endpoints that are named.
    and_others: bool,
}

impl Sight {
    fn of(spot: &Spot<'_>, extent: &Extent<'_>) -> Self {
        let of_endpoints = spot.account.is_some() && spot.service.as_str() == ENDPOINTS;
        let missing = || extent.gaps.iter().map(|gap| gap.item.as_ref());
        let endpoints =
            of_endpoints.then(|| missing().flatten().map(|item| item.as_str().to_owned()).collect());
        let gaps = || extent.gaps.iter().filter(|gap| gap.reason.is_gap());
        Self {
            status: extent.status,
            endpoints,
            has_gaps: gaps().next().is_some(),
            and_others: gaps().any(|gap| gap.item.is_none()),
        }
    }

    /// Whether a resource there would have been seen.
    fn covers(&self, resource: &Resource) -> bool {
        match &self.endpoints {
            None => self.status == CoverageStatus::Ok,
            Some(_) if self.and_others => false,
            Some(missing) if resource.kind.starts_with(OF_ENDPOINT) => {
                !missing.iter().any(|endpoint| is_of(&resource.id, endpoint))
            }
            Some(_) => !self.has_gaps,
        }
    }
}

/// Whether a resource is an endpoint, the same by another server name, or something that it served.
fn is_of(id: &str, endpoint: &str) -> bool {
    id.strip_prefix(endpoint).is_some_and(|rest| rest.is_empty() || rest.starts_with(['#', '/']))
}

impl Covered {
    /// Asks about a place, before scopes are taken.
    pub(crate) fn ask(&mut self, place: &Place) {
        self.places.entry(key(place.into())).or_default();
        if let Some(account) = &place.account {
            self.answered.entry(account.clone()).or_default();
        }
    }

    /// Takes what was seen of a scope.
    pub(crate) fn take(&mut self, spot: &Spot<'_>, extent: &Extent<'_>) {
        let account = spot.account.as_ref().map(Text::as_str);
        // Organizations answers for an account without anybody having been in it.
        let inside = spot.service.as_str() != "organizations";
        if extent.answered > 0 && account.is_some() && inside {
            self.any_answered = true;
            if let Some(answered) = account.and_then(|account| self.answered.get_mut(account)) {
                *answered = true;
            }
        }
        self.want(spot, extent);
        if let Some(sight) = self.places.get_mut(&key(spot.into())) {
            // Were it told twice, all of it would have to be seen.
            let before = sight.take().filter(|before| before.status != CoverageStatus::Ok);
            *sight = Some(before.unwrap_or_else(|| Sight::of(spot, extent)));
        }
    }

    /// Whether a resource that was not found there is not there.
    pub(crate) fn covers(&self, place: &Place, resource: &Resource) -> bool {
        match self.places.get(&key(place.into())) {
            Some(Some(sight)) => sight.covers(resource),
            Some(None) => is_entrance(place) && self.was_entered(place),
            None => false,
        }
    }

    /// Notes where the scan was to see something.
    fn want(&mut self, spot: &Spot<'_>, extent: &Extent<'_>) {
        let (Some(account), Some(region)) = (&spot.account, &spot.region) else { return };
        let (account, region, service) = (account.as_str(), region.as_str(), spot.service.as_str());
        self.wanted.insert((account.to_owned(), region.to_owned()));
        if extent.status.is_gap() {
            let entrance = service == "sts" || (service == "ec2" && region == "global");
            self.blind.extend(entrance.then(|| account.to_owned()));
            self.all_blind |= service == "organizations";
        }
    }

    /// Whether the scan was to see that place, or nobody knows. One of a single region says nothing about others.
    pub(crate) fn concerns(&self, place: &Place) -> bool {
        match (&place.account, &place.region) {
            (Some(account), Some(region)) => {
                let wanted = self.wanted.contains(&(account.clone(), region.clone()));
                wanted || self.all_blind || self.blind.contains(account)
            }
            _ => matches!(self.places.get(&key(place.into())), Some(Some(_))),
        }
    }

    fn was_entered(&self, place: &Place) -> bool {
        match &place.account {
            Some(account) => self.answered.get(account).copied().unwrap_or_default(),
            None => self.any_answered,
        }
    }
}

/// A scope that is named only where it fails: whether a role is taken, whether regions are listed.
fn is_entrance(place: &Place) -> bool {
    let global = place.region.as_deref() == Some("global");
    place.service == "sts" || (place.service == "ec2" && global)
}

/// What makes a place the same place.
struct Parts<'a> {
    partition: Option<&'static str>,
    account: Option<&'a str>,
    region: Option<&'a str>,
    service: &'a str,
    target: Option<&'a str>,
}

impl<'a> From<&'a Place> for Parts<'a> {
    fn from(place: &'a Place) -> Self {
        Self {
            partition: place.partition.map(|partition| partition.as_str()),
            account: place.account.as_deref(),
            region: place.region.as_deref(),
            service: &place.service,
            target: place.target.as_deref(),
        }
    }
}

impl<'a> From<&'a Spot<'_>> for Parts<'a> {
    fn from(spot: &'a Spot<'_>) -> Self {
        Self {
            partition: spot.partition.map(|partition| partition.as_str()),
            account: spot.account.as_ref().map(Text::as_str),
            region: spot.region.as_ref().map(Text::as_str),
            service: spot.service.as_str(),
            target: spot.target.as_ref().map(Text::as_str),
        }
    }
}

/// The parts with their lengths, so that no two places run together.
fn key(parts: Parts<'_>) -> String {
    let Parts { partition, account, region, service, target } = parts;
    let mut key = String::with_capacity(64);
    for part in [partition, account, region, Some(service), target] {
        let part = part.unwrap_or_default();
        key.push_str(&part.len().to_string());
        key.push(' ');
        key.push_str(part);
    }
    key
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::seen::read;

    fn place(account: &str, region: &str, service: &str) -> Place {
        let json = format!(
            r#"{{"partition":"aws","account":"{account}","region":"{region}","service":"{service}","target":null}}"#
        );
        serde_json::from_str(&json).unwrap()
    }

    fn outside(service: &str, target: &str) -> Place {
        let target = Some(target.to_owned());
        Place { partition: None, account: None, region: None, service: service.into(), target }
    }

    /// Whether each place is covered by these scopes, each with its status and how much answered.
    fn covers(scopes: &[(&Place, &str, usize)], place: &Place) -> bool {
        let mut covered = Covered::default();
        covered.ask(place);
        for (place, status, answered) in scopes {
            let mut json = serde_json::to_value(place).unwrap();
            json["status"] = (*status).into();
            json["answered"] = (*answered).into();
            let json = json.to_string();
            covered.take(&read(&json).unwrap(), &read(&json).unwrap());
        }
        covered.covers(place, &resource("acm-certificate", "arn:c"))
    }

    fn resource(kind: &str, id: &str) -> Resource {
        Resource { kind: kind.into(), id: id.into(), name: id.into() }
    }

    #[test]
    fn one_endpoint_that_is_missing_hides_no_other() {
        let tls = place("1", "eu-west-1", "tls");
        let covers = |status: &str, items: &[Option<&str>], thing: &Resource| {
            let mut covered = Covered::default();
            covered.ask(&tls);
            let mut json = serde_json::to_value(&tls).unwrap();
            json["status"] = status.into();
            json["answered"] = 1.into();
            // What is left out on purpose is no gap.
            let reason = if status == "ok" { "left-out" } else { "network" };
            let gap = |item: &Option<&str>| serde_json::json!({ "item": item, "reason": reason });
            json["gaps"] = items.iter().map(gap).collect();
            let json = json.to_string();
            covered.take(&read(&json).unwrap(), &read(&json).unwrap());
            covered.covers(&tls, thing)
        };
        let [one, named, other] =
            ["a.example:443", "a.example:443#x", "a.example:4433"].map(|id| resource("tls-endpoint", id));
        let (member, anywhere) = (resource("tls-chain-member", "a.example:443/00"), resource("served", "00"));
        let missing = [Some("a.example:443")];
        for status in ["ok", "partial"] {
            assert!(covers(status, &missing, &other), "{status}");
            for hidden in [&one, &named, &member] {
                assert!(!covers(status, &missing, hidden), "{status} {hidden:?}");
            }
            assert_eq!(covers(status, &missing, &anywhere), status == "ok");
            let others = [Some("b.example:443"), None];
            assert_eq!(covers(status, &others, &one), status == "ok", "a gap may be any endpoint");
        }
        for thing in [&one, &anywhere] {
            assert!(covers("ok", &[], thing));
        }
    }

    #[test]
    fn only_exactly_that_place_and_all_of_it() {
        let acm = place("1", "eu-west-1", "acm");
        assert!(covers(&[(&acm, "ok", 1)], &acm));
        for status in ["partial", "denied", "disabled", "throttled", "error", "skipped"] {
            assert!(!covers(&[(&acm, status, 1)], &acm), "{status}");
        }
        for other in
            [place("2", "eu-west-1", "acm"), place("1", "eu-west-2", "acm"), place("1", "eu-west-1", "iam")]
        {
            assert!(!covers(&[(&other, "ok", 1)], &acm), "{other}");
        }
        assert!(!covers(&[], &acm));
        let [one, two] = ["a:443", "b:443"].map(|target| outside("tls", target));
        assert!(covers(&[(&one, "ok", 1)], &one) && !covers(&[(&two, "ok", 1)], &one));
    }

    #[test]
    fn a_scan_of_one_region_does_not_concern_the_others() {
        let concerns = |scope: &Place, status: &str, place: &Place| {
            let mut covered = Covered::default();
            covered.ask(place);
            let mut json = serde_json::to_value(scope).unwrap();
            json["status"] = status.into();
            json["answered"] = 0.into();
            covered.take(&read(&json.to_string()).unwrap(), &read(&json.to_string()).unwrap());
            covered.concerns(place)
        };
        let here = place("1", "eu-west-1", "acm");
        assert!(concerns(&here, "denied", &here));
        assert!(concerns(&place("1", "eu-west-1", "iam"), "ok", &here), "it was not even asked");
        for other in [place("1", "eu-west-2", "acm"), place("2", "eu-west-1", "acm")] {
            assert!(!concerns(&here, "denied", &other), "{other}");
        }
        let blind =
            [place("1", "global", "sts"), place("1", "global", "ec2"), place("9", "global", "organizations")];
        for scope in &blind {
            assert!(concerns(scope, "denied", &here), "{scope}");
            assert!(!concerns(scope, "ok", &here), "{scope}");
        }
        let [one, two] = ["a:443", "b:443"].map(|target| outside("tls", target));
        assert!(concerns(&one, "error", &one) && !concerns(&one, "error", &two));
    }

    #[test]
    fn an_account_was_entered_when_something_in_it_answered() {
        let [role, regions] = [place("1", "global", "sts"), place("1", "global", "ec2")];
        let acm = place("1", "eu-west-1", "acm");
        for entrance in [&role, &regions] {
            assert!(covers(&[(&acm, "ok", 1)], entrance));
            assert!(covers(&[(&acm, "partial", 1)], entrance));
            assert!(!covers(&[(&acm, "denied", 0)], entrance));
            assert!(!covers(&[(&place("2", "eu-west-1", "acm"), "ok", 1)], entrance));
            assert!(!covers(&[(&acm, "ok", 1), (entrance, "denied", 0)], entrance), "it is a gap still");
        }
        assert!(!covers(&[(&acm, "ok", 1)], &place("1", "eu-west-1", "ec2")), "a region is no entrance");
        assert!(!covers(&[(&place("1", "global", "organizations"), "ok", 1)], &role), "nobody was in it");
        let nobody = outside("sts", "AWS");
        assert!(covers(&[(&acm, "ok", 1)], &nobody));
        assert!(!covers(&[(&outside("tls", "a:443"), "ok", 1)], &nobody));
    }
}
