//! Limits as Service Quotas tells them: the applied value where there is one, AWS's default where none is listed.

use std::collections::BTreeMap;

use aws_sdk_servicequotas::types::{
    ErrorCode, ErrorReason, MetricInfo, PeriodUnit, QuotaPeriod, ServiceQuota,
};
use howler_model::{Limit, LimitSource, Reason, Service, Unseen};

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
    /// The applied values over the defaults. An applied value may be lower than the default, so where the applied
    /// list is not known to the end no default stands in for it.
    fn of(defaults: Result<Vec<ServiceQuota>, Unseen>, applied: Result<Vec<ServiceQuota>, Unseen>) -> Self {
        let mut limits = Self::default();
        limits.take(defaults, LimitSource::Default);
        let defaults = limits.unseen.len();
        limits.take(applied, LimitSource::Applied);
        if let Some(unseen) = limits.unseen.get(defaults) {
            limits.known.values_mut().for_each(|known| known.limit = Limit::Unknown(unseen.clone()));
        }
        limits
    }

    fn take(&mut self, list: Result<Vec<ServiceQuota>, Unseen>, by: LimitSource) {
        match list {
            Ok(quotas) => self.known.extend(quotas.into_iter().filter_map(|quota| known(quota, by))),
            Err(unseen) => self.unseen.push(unseen),
        }
    }

    /// The limit of a quota, or why it is not known.
    pub(super) fn limit(&self, code: &str) -> Limit {
        let unseen = || match self.unseen.last() {
            Some(unseen) => unseen.clone(),
            None => Unseen::new(Reason::NoData, APPLIED, "Service Quotas does not list this quota here"),
        };
        self.known.get(code).map_or_else(|| Limit::Unknown(unseen()), |known| known.limit.clone())
    }
}

/// Reads both lists. Where the list of defaults fails the applied values still count; either failure is a gap.
pub(super) async fn limits(at: &AccountRegion, service: &Service) -> Limits {
    let (defaults, applied) = futures::join!(listed_defaults(at, service), listed_applied(at, service));
    Limits::of(defaults, applied)
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

/// A quota that has a code; without one there is nothing to compare with.
fn known(quota: ServiceQuota, by: LimitSource) -> Option<(String, Known)> {
    let limit = match quota.value {
        Some(value) => Limit::Known { value, by },
        None => Limit::Unknown(valueless(quota.error_reason.as_ref(), by)),
    };
    let per_seconds = quota.period.as_ref().map(seconds);
    let known = Known {
        name: quota.quota_name.unwrap_or_default(),
        unit: quota.unit.filter(|unit| unit != "None").unwrap_or_else(|| "count".to_owned()),
        adjustable: quota.adjustable,
        limit,
        // A rate over an unknown time is not measured: taken for a gauge it would be wrong by any factor.
        metric: quota.usage_metric.filter(|_| per_seconds != Some(None)),
        per_seconds: per_seconds.flatten(),
    };
    Some((quota.quota_code?, known))
}

/// The seconds of a period, if it is one that we know.
fn seconds(period: &QuotaPeriod) -> Option<f64> {
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
    let number = period.period_value.filter(|number| *number > 0)?;
    Some(unit * f64::from(number))
}

/// Why a listed quota has no value: Service Quotas asks the service, which may refuse or fail.
fn valueless(error: Option<&ErrorReason>, by: LimitSource) -> Unseen {
    let action = if by == LimitSource::Default { DEFAULT } else { APPLIED };
    let Some(error) = error else {
        return Unseen::new(Reason::NoData, action, "Service Quotas lists this quota without a value");
    };
    let reason = match error.error_code() {
        Some(ErrorCode::DependencyAccessDeniedError) => Reason::Denied,
        Some(ErrorCode::DependencyThrottlingError) => Reason::Throttled,
        _ => Reason::Failed,
    };
    let code = error.error_code().map(|code| code.as_str().to_owned());
    Unseen { code, ..Unseen::new(reason, action, error.error_message().unwrap_or_default()) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use aws_sdk_servicequotas::types::builders::ServiceQuotaBuilder;

    use super::*;

    const CODE: &str = "L-F678F1CE";

    fn quota() -> ServiceQuotaBuilder {
        ServiceQuota::builder().quota_code(CODE).quota_name("VPCs per Region")
    }

    fn listed(value: f64) -> Result<Vec<ServiceQuota>, Unseen> {
        Ok(vec![quota().value(value).build()])
    }

    fn failed(action: &'static str) -> Unseen {
        Unseen::new(Reason::Throttled, action, "slow down")
    }

    #[test]
    fn the_applied_value_goes_before_the_default_which_stands_where_none_is_listed() {
        let limit = Limits::of(listed(5.0), listed(3.0)).limit(CODE);
        assert_eq!(limit, Limit::Known { value: 3.0, by: LimitSource::Applied });
        let limit = Limits::of(listed(5.0), Ok(vec![])).limit(CODE);
        assert_eq!(limit, Limit::Known { value: 5.0, by: LimitSource::Default });
        let limit = Limits::of(Err(failed(DEFAULT)), listed(3.0)).limit(CODE);
        assert_eq!(limit, Limit::Known { value: 3.0, by: LimitSource::Applied });
    }

    #[test]
    fn no_default_stands_for_an_applied_list_that_failed() {
        for defaults in [listed(5.0), Ok(vec![]), Err(failed(DEFAULT))] {
            let limits = Limits::of(defaults, Err(failed(APPLIED)));
            assert_eq!(limits.limit(CODE), Limit::Unknown(failed(APPLIED)));
            assert!(limits.unseen.contains(&failed(APPLIED)));
        }
    }

    #[test]
    fn no_default_stands_for_an_applied_value_that_could_not_be_read() {
        for (code, reason) in [
            ("DEPENDENCY_ACCESS_DENIED_ERROR", Reason::Denied),
            ("DEPENDENCY_THROTTLING_ERROR", Reason::Throttled),
            ("DEPENDENCY_SERVICE_ERROR", Reason::Failed),
            ("SERVICE_QUOTA_NOT_AVAILABLE_ERROR", Reason::Failed),
            ("AN_ERROR_OF_TOMORROW", Reason::Failed),
        ] {
            let error = ErrorReason::builder().error_code(code.into()).error_message("no role").build();
            let limits = Limits::of(listed(5.0), Ok(vec![quota().error_reason(error).build()]));
            let Limit::Unknown(unseen) = limits.limit(CODE) else { panic!("{code}: the default stands") };
            let told = (unseen.reason, unseen.code.as_deref(), unseen.message.as_str());
            assert_eq!(told, (reason, Some(code), "no role"));
        }
    }

    #[test]
    fn a_rate_over_an_unknown_time_is_not_measured_as_a_gauge() {
        let metered = |period: Option<QuotaPeriod>| {
            let quota = quota().value(5.0).usage_metric(MetricInfo::builder().build()).set_period(period);
            let (_, known) = known(quota.build(), LimitSource::Applied).unwrap();
            (known.metric.is_some(), known.per_seconds)
        };
        let period =
            |unit: &str, number| QuotaPeriod::builder().period_unit(unit.into()).period_value(number).build();
        assert_eq!(metered(None), (true, None));
        assert_eq!(metered(Some(period("MINUTE", 5))), (true, Some(300.0)));
        for unknown in [period("FORTNIGHT", 1), period("SECOND", 0), QuotaPeriod::builder().build()] {
            assert_eq!(metered(Some(unknown)), (false, None));
        }
    }
}
