//! The authorities of a region that sign certificates of database servers.

use std::collections::BTreeMap;

use aws_sdk_rds::types::Certificate as Listed;
use howler_model::{Certificate, CertificateUsage, Origin, Resource, Role, Scope, Validity};

use crate::aws::certificate::validity;

/// The authorities that are listed, and those that servers name and nobody lists. Of a region whose servers are not
/// all known, only those that are known to be used: RDS keeps old ones listed long after nobody needs them.
pub(super) fn certificates(
    scope: &Scope,
    listed: &[Listed],
    users: &BTreeMap<&str, Vec<String>>,
    complete: bool,
) -> Vec<Certificate> {
    let known = listed.iter().filter_map(|one| {
        let usage = usage(one, users).or(complete.then_some(CertificateUsage::Unused))?;
        let words = "RDS does not tell when it ends";
        let name = one.certificate_identifier().unwrap_or_default();
        let validity = validity(one.valid_from(), one.valid_till(), words);
        Some(certificate(resource(scope, one.certificate_arn(), name), validity, usage))
    });
    let names: Vec<&str> = listed.iter().filter_map(|one| one.certificate_identifier()).collect();
    let unlisted = users.iter().filter(|(name, _)| !names.contains(*name)).map(|(name, arns)| {
        let validity = Validity::Unknown("RDS does not list this authority".to_owned());
        certificate(resource(scope, None, name), validity, CertificateUsage::By(arns.clone()))
    });
    known.chain(unlisted).collect()
}

/// What uses it: the servers that name it, or those that will be created where it was made the default.
fn usage(one: &Listed, users: &BTreeMap<&str, Vec<String>>) -> Option<CertificateUsage> {
    let named = one.certificate_identifier().and_then(|name| users.get(name)).cloned();
    let default = (one.customer_override() == Some(true)).then(Vec::new);
    named.or(default).map(CertificateUsage::By)
}

fn certificate(resource: Resource, validity: Validity, usage: CertificateUsage) -> Certificate {
    Certificate { usage, ..Certificate::dated(resource, Role::Database, Origin::Service, validity) }
}

/// Its ARN, or the ARN that RDS would give it: authorities belong to no account.
fn resource(scope: &Scope, arn: Option<&str>, name: &str) -> Resource {
    let partition = scope.partition().map_or("aws", |partition| partition.as_str());
    let region = scope.region().map_or("", |region| region.as_str());
    let id = arn.map_or_else(|| format!("arn:{partition}:rds:{region}::cert:{name}"), str::to_owned);
    Resource { scope: scope.clone(), kind: "rds-authority", id, name: name.to_owned() }
}

#[cfg(test)]
mod tests {
    use aws_sdk_rds::primitives::DateTime as SdkTime;

    use super::*;
    use crate::aws::certificate::{somewhere, time};

    fn listed(name: &str, replaced: bool) -> Listed {
        Listed::builder()
            .certificate_identifier(name)
            .certificate_arn(format!("arn:aws:rds:eu-west-1::cert:{name}"))
            .valid_from(SdkTime::from_secs(1))
            .valid_till(SdkTime::from_secs(2))
            .customer_override(replaced)
            .build()
    }

    fn by(arns: &[&str]) -> CertificateUsage {
        CertificateUsage::By(arns.iter().map(|&arn| arn.to_owned()).collect())
    }

    fn usages(complete: bool) -> Vec<(String, CertificateUsage)> {
        let listed = [listed("used", false), listed("old", false), listed("default", true)];
        let users = BTreeMap::from([("used", vec!["arn:db".to_owned()]), ("gone", vec!["arn:n".to_owned()])]);
        let found = certificates(&somewhere("rds"), &listed, &users, complete);
        found.into_iter().map(|one| (one.resource.name, one.usage)).collect()
    }

    #[test]
    fn an_authority_is_unused_only_where_all_servers_are_known() {
        let named = |name: &str, usage| (name.to_owned(), usage);
        let (used, default) = (named("used", by(&["arn:db"])), named("default", by(&[])));
        let gone = named("gone", by(&["arn:n"]));
        let old = named("old", CertificateUsage::Unused);
        assert_eq!(usages(true), [used.clone(), old, default.clone(), gone.clone()]);
        assert_eq!(usages(false), [used, default, gone]);
    }

    #[test]
    fn an_authority_has_its_own_dates_and_one_that_is_not_listed_has_none() {
        let users = BTreeMap::from([("gone", vec!["arn:n".to_owned()])]);
        let found = certificates(&somewhere("rds"), &[listed("a", false)], &users, true);
        let dates = Validity::between(time(&SdkTime::from_secs(1)), time(&SdkTime::from_secs(2)).unwrap());
        let told: Vec<_> = found.iter().map(|one| (one.resource.id.as_str(), &one.validity)).collect();
        let unknown = Validity::Unknown("RDS does not list this authority".to_owned());
        assert_eq!(
            told,
            [("arn:aws:rds:eu-west-1::cert:a", &dates), ("arn:aws:rds:eu-west-1::cert:gone", &unknown)]
        );
        assert!(found.iter().all(|one| one.role == Role::Database && one.resource.kind == "rds-authority"));
        let undated = Listed::builder().certificate_identifier("a").build();
        let found = certificates(&somewhere("rds"), &[undated], &BTreeMap::new(), true);
        assert!(matches!(&found[..], [one] if matches!(one.validity, Validity::Unknown(_))));
    }
}
