//! Whether the CNAME records are published by which ACM sees that domains are ours: without them a certificate is not
//! issued, or not renewed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;
use futures::stream;
use howler_model::{Certificate, Facts, Validation, Validity};

use crate::dns::{Cname, Resolver, is_same};

/// Records of a certificate that ends within this time are looked for, whatever ACM says of them: it renews from 60
/// days before the end on.
const NEAR: TimeDelta = TimeDelta::days(60);
/// Names of one account that are looked for; of those beyond, nobody knows.
const MOST: usize = 500;
/// Of these, at once.
const AT_ONCE: usize = 16;

/// What the names of an account are that matter now.
pub(super) async fn look_up(
    facts: &Facts,
    resolver: &Resolver,
    now: DateTime<Utc>,
) -> BTreeMap<String, Cname> {
    let records =
        facts.certificates.iter().flat_map(|it| wanted(it, now)).filter_map(|it| it.record.as_ref());
    let names: BTreeSet<String> = records.map(|record| record.name.clone()).collect();
    let asked = stream::iter(names.into_iter().take(MOST));
    asked.map(|name| one(resolver, name)).buffer_unordered(AT_ONCE).collect().await
}

async fn one(resolver: &Resolver, name: String) -> (String, Cname) {
    let cname = resolver.cname(&name).await;
    (name, cname)
}

/// Writes down whether the records are there.
pub(super) fn write_down(facts: &mut Facts, known: &BTreeMap<String, Cname>) {
    let renewals = facts.certificates.iter_mut().filter_map(|certificate| certificate.renewal.as_mut());
    for validation in renewals.flat_map(|renewal| &mut renewal.validations) {
        let cname = validation.record.as_ref().and_then(|record| Some((record, known.get(&record.name)?)));
        validation.published = cname.and_then(|(record, cname)| match cname {
            Cname::Of(target) => Some(is_same(target, &record.value)),
            Cname::Absent => Some(false),
            Cname::Unknown => None,
        });
    }
}

/// The validations of a certificate that somebody may have to act on: those that are not over, or all if it ends soon.
fn wanted(certificate: &Certificate, now: DateTime<Utc>) -> impl Iterator<Item = &Validation> {
    let near = match &certificate.validity {
        Validity::Until { not_after, .. } => *not_after - now <= NEAR,
        Validity::NoExpiry | Validity::NotIssued | Validity::Unknown(_) => false,
    };
    let open = |validation: &Validation| validation.status.as_deref().is_some_and(|it| it != "SUCCESS");
    let validations = certificate.renewal.iter().flat_map(|renewal| &renewal.validations);
    validations.filter(move |validation| near || open(validation))
}

#[cfg(test)]
mod tests {
    use howler_model::{Cname as Record, Origin, Renewal, Resource, Role, Scope, Service};

    use super::*;
    use crate::dns::tests::server;

    fn now() -> DateTime<Utc> {
        "2026-11-01T00:00:00Z".parse().unwrap()
    }

    /// A certificate with one record of that name, which ends in so many days.
    fn certificate(name: &str, status: &str, left: i64) -> Certificate {
        let scope = Scope::outside("x", Service::named("acm"));
        let resource = Resource { scope, kind: "acm-certificate", id: name.into(), name: name.into() };
        let validation = Validation {
            domain: "a.example".into(),
            method: Some("DNS".into()),
            status: Some(status.into()),
            record: Some(Record { name: name.into(), value: "_Y.acm-validations.aws.".into() }),
            published: None,
        };
        let renewal = Renewal {
            eligible: true,
            status: None,
            failure: None,
            updated: None,
            validations: vec![validation],
        };
        let validity = Validity::between(None, now() + TimeDelta::days(left));
        Certificate {
            renewal: Some(renewal),
            ..Certificate::dated(resource, Role::Leaf, Origin::AcmIssued, validity)
        }
    }

    #[tokio::test]
    async fn records_are_there_or_not_or_nobody_knows() {
        const KNOWN: &[(&str, &str)] = &[
            ("_x.good.example", "_y.acm-validations.aws"),
            ("_x.other.example", "else.example"),
            ("_x.gone.example", ""),
        ];
        let names =
            ["_x.good.example.", "_x.other.example.", "_x.gone.example.", "_x.broken.example.", "no name"];
        let certificates = names.map(|name| certificate(name, "PENDING_VALIDATION", 300)).into();
        let mut facts = Facts { certificates, ..Facts::default() };
        let known = look_up(&facts, &server(KNOWN).await, now()).await;
        write_down(&mut facts, &known);
        let published =
            facts.certificates.iter().map(|it| it.renewal.as_ref().unwrap().validations[0].published);
        let published: Vec<_> = published.collect();
        assert_eq!(published, [Some(true), Some(false), Some(false), None, None]);
    }

    #[test]
    fn only_what_somebody_may_have_to_act_on_is_looked_for() {
        for (status, left, is_wanted) in [
            ("SUCCESS", 61, false),
            ("SUCCESS", 60, true),
            ("FAILED", 300, true),
            ("PENDING_VALIDATION", 300, true),
        ] {
            let certificate = certificate("_x.a.example", status, left);
            assert_eq!(wanted(&certificate, now()).count(), usize::from(is_wanted), "{status} {left}");
        }
    }
}
