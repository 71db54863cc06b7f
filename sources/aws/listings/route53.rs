//! Route 53: public zones and the records in them.

use aws_sdk_route53::types::{HostedZone, ResourceRecordSet, RrType};
use howler_model::Unseen;

use super::of_each::{Of, of_each};
use crate::aws::AccountRegion;
use crate::aws::access::{Listing, Page, listing};

/// The most that one page of records holds.
const PAGE: i32 = 300;

listing! {
    /// Hosted zones, private ones too.
    ListHostedZones: HostedZone = "route53:ListHostedZones",
    route53(token) => route53.list_hosted_zones().set_marker(token),
    page => Page::of(Some(page.hosted_zones), page.next_marker),
}

/// The records of each public zone. Names in a private one mean something only inside of its networks.
pub(crate) struct ListResourceRecordSets;

impl Listing for ListResourceRecordSets {
    type Item = Of<HostedZone, Vec<ResourceRecordSet>>;
    const ACTION: &'static str = "route53:ListResourceRecordSets";

    async fn ask(at: &AccountRegion) -> Result<Vec<Self::Item>, Unseen> {
        let zones = at.list::<ListHostedZones>().await?;
        of_each(zones.iter().filter(|zone| is_public(zone)), |zone| records(at, zone)).await
    }
}

fn is_public(zone: &HostedZone) -> bool {
    !zone.config().is_some_and(|config| config.private_zone())
}

async fn records(at: &AccountRegion, zone: &HostedZone) -> Result<Vec<ResourceRecordSet>, Unseen> {
    let client = at.route53();
    at.pages(ListResourceRecordSets::ACTION, |token| {
        let Start { name, kind, identifier } = token.map(|token| Start::of(&token)).unwrap_or_default();
        let request = client.list_resource_record_sets().hosted_zone_id(zone.id()).max_items(PAGE);
        let request = request.set_start_record_name(name).set_start_record_type(kind);
        let sent = request.set_start_record_identifier(identifier).send();
        async move {
            sent.await.map(|page| {
                let next = Start {
                    name: page.next_record_name,
                    kind: page.next_record_type,
                    identifier: page.next_record_identifier,
                };
                Page::of(Some(page.resource_record_sets), next.token())
            })
        }
    })
    .await
}

/// Where a page of records begins: a token in three parts.
#[derive(Debug, Default, PartialEq, Eq)]
struct Start {
    name: Option<String>,
    kind: Option<RrType>,
    identifier: Option<String>,
}

impl Start {
    /// As one token; a record name has no line break, Route 53 escapes it.
    fn token(&self) -> Option<String> {
        let kind = self.kind.as_ref().map(RrType::as_str).unwrap_or_default();
        let name = self.name.as_ref()?;
        Some(format!("{name}\n{kind}\n{}", self.identifier.as_deref().unwrap_or_default()))
    }

    fn of(token: &str) -> Self {
        let mut parts = token.splitn(3, '\n').map(|part| (!part.is_empty()).then(|| part.to_owned()));
        let mut part = || parts.next().flatten();
        let (name, kind, identifier) = (part(), part(), part());
        Self { name, kind: kind.as_deref().map(RrType::from), identifier }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_three_parts_and_any_but_the_first_may_be_missing() {
        let start = |name: Option<&str>, kind: Option<RrType>, identifier: Option<&str>| Start {
            name: name.map(str::to_owned),
            kind,
            identifier: identifier.map(str::to_owned),
        };
        for there in [
            start(Some("a.example."), Some(RrType::A), Some("weight 1")),
            start(Some("a.example."), Some(RrType::Aaaa), None),
            start(Some("\\052.example."), None, None),
        ] {
            assert_eq!(Start::of(&there.token().unwrap()), there);
        }
        assert_eq!(start(None, Some(RrType::A), None).token(), None, "the last page");
    }
}
