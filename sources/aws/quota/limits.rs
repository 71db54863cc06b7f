//! Limits as Service Quotas tells them: the applied value where there is one, otherwise AWS's default.

use std::collections::BTreeMap;

use aws_sdk_servicequotas::types::{MetricInfo, PeriodUnit, ServiceQuota};
use howler_model::{Limit, LimitSource, Service, Unseen};

use crate::aws::AccountRegion;
use crate::aws::access::Page;

/// The actions that limits need.
pub(super) const ACTIONS: [&str; 2] = [APPLIED, DEFAULT];
const APPLIED: &str = "servicequotas:ListServiceQuotas";
const DEFAULT: &str = "servicequotas:ListAWSDefaultServiceQuotas";

/// What Service Quotas knows about one quota.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) adjustable: bool,
    pub(super) limit: Limit,
    /// Where AWS publishes the usage itself.
    pub(super) metric: Option<MetricInfo>,
    /// For a quota on a rate, the seconds that the limit is for.
    pub(super) per_seconds: Option<f64>,
}

/// The limits of a service by quota code, and what could not be read of them.
#[derive(Debug, Default)]
pub(super) struct Limits {
    pub(super) known: BTreeMap<String, Known>,
    pub(super) unseen: Vec<Unseen>,
}

impl Limits {
    /// The limit of a quota, or why it is not known.
    pub(super) fn of(&self, code: &str) -> Limit {
        let unseen = || match self.unseen.first() {
            Some(unseen) => unseen.clone(),
            None => Unseen::new(
                howler_model::Reason::NoData,
                APPLIED,
                "Service Quotas does not list this quota here",
            ),
        };
        self.known.get(code).map_or_else(|| Limit::Unknown(unseen()), |known| known.limit.clone())
    }
}

/// Reads both lists, the applied values over the defaults. Where one list fails the other still counts, with its
/// provenance, and the failure is a gap: a default that stands for an unseen applied value may be too low.
pub(super) async fn limits(at: &AccountRegion, service: &Service) -> Limits {
    let (defaults, applied) = futures::join!(listed_defaults(at, service), listed_applied(at, service));
    let mut limits = Limits::default();
    let mut take = |list: Result<Vec<ServiceQuota>, Unseen>, by| match list {
        Ok(quotas) => limits.known.extend(quotas.into_iter().filter_map(|quota| known(quota, by))),
        Err(unseen) => limits.unseen.push(unseen),
    };
    take(defaults, LimitSource::Default);
    take(applied, LimitSource::Applied);
    limits
}

async fn listed_applied(at: &AccountRegion, service: &Service) -> Result<Vec<ServiceQuota>, Unseen> {
    let client = at.servicequotas();
    at.pages(APPLIED, |token| {
        let request = client.list_service_quotas().service_code(service.as_str()).max_results(100);
        let sent = request.set_next_token(token).send();
        async move { sent.await.map(|page| Page::of(page.quotas, page.next_token)) }
    })
    .await
}

async fn listed_defaults(at: &AccountRegion, service: &Service) -> Result<Vec<ServiceQuota>, Unseen> {
    let client = at.servicequotas();
    at.pages(DEFAULT, |token| {
        let request =
            client.list_aws_default_service_quotas().service_code(service.as_str()).max_results(100);
        let sent = request.set_next_token(token).send();
        async move { sent.await.map(|page| Page::of(page.quotas, page.next_token)) }
    })
    .await
}

/// A quota that has a code and a value; without them there is nothing to compare with.
fn known(quota: ServiceQuota, by: LimitSource) -> Option<(String, Known)> {
    let value = quota.value?;
    let per_seconds = quota.period.as_ref().and_then(|period| {
        let unit = match period.period_unit.as_ref()? {
            PeriodUnit::Microsecond => 1e-6,
            PeriodUnit::Millisecond => 1e-3,
            PeriodUnit::Second => 1.0,
            PeriodUnit::Minute => 60.0,
            PeriodUnit::Hour => 3_600.0,
            PeriodUnit::Day => 86_400.0,
            PeriodUnit::Week => 604_800.0,
            _ => return None,
        };
        Some(unit * f64::from(period.period_value?))
    });
    let known = Known {
        name: quota.quota_name.unwrap_or_default(),
        unit: quota.unit.filter(|unit| unit != "None").unwrap_or_else(|| "count".to_owned()),
        adjustable: quota.adjustable,
        limit: Limit::Known { value, by },
        metric: quota.usage_metric,
        per_seconds,
    };
    Some((quota.quota_code?, known))
}
