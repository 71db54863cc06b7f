//! Brings the rows of a service, its limits and its usage metrics together into quota facts.

use std::collections::BTreeSet;

use futures::future::join_all;
use howler_model::{Limit, LimitSource, Quota, Reason, Service, Unseen, Usage, UsageSource};

use super::limits::{self, Known, Limits, limits};
use super::metrics::{self, Metered};
use super::row::{Counted, Row};
use crate::aws::AccountRegion;
use crate::source::Gathered;

/// Every action that the quotas of a service need.
pub(crate) fn actions(rows: &[Row]) -> Vec<&'static str> {
    let counting = rows.iter().flat_map(|row| row.actions).copied();
    let shared = limits::ACTIONS.into_iter().chain([metrics::ACTION]);
    counting.chain(shared).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The quotas of a service here: those with a row as it counts them, the others that AWS meters as it meters them.
/// A row goes before a metric: it is exact, of this minute, and can name the resource.
pub(crate) async fn gather(at: &AccountRegion, service: Service, rows: &'static [Row]) -> Gathered {
    let counting = join_all(rows.iter().map(|row| (row.count)(at)));
    // Which quotas are metered follows from the limits: no count has to be waited for.
    let metering = async {
        let limits = limits(at, &service).await;
        let metered = metered(at, &service, &limits, rows).await;
        (limits, metered)
    };
    let ((limits, metered), counts) = futures::join!(metering, counting);
    let mut gathered = Gathered::default();
    for (row, counted) in rows.iter().zip(counts) {
        tell(&mut gathered, &counted);
        gathered.facts.quotas.extend(Subject { at, service: &service, row, limits: &limits }.facts(counted));
    }
    metered.iter().for_each(|quota| note(&mut gathered, &quota.usage));
    gathered.facts.quotas.extend(metered);
    for unseen in limits.unseen {
        gathered.miss(None, unseen);
    }
    unlimited(&mut gathered);
    gathered
}

/// The limits that could not be read of single quotas; of a list that failed there is a gap already.
fn unlimited(gathered: &mut Gathered) {
    let told: BTreeSet<Unseen> = gathered.gaps.iter().map(|(_, unseen)| unseen.clone()).collect();
    let mut missed = BTreeSet::new();
    for quota in &gathered.facts.quotas {
        if let Limit::Unknown(unseen) = &quota.limit
            && unseen.reason != Reason::NoData
            && !told.contains(unseen)
        {
            missed.insert((quota.code.clone().unwrap_or_default(), unseen.clone()));
        }
    }
    missed.into_iter().for_each(|(code, unseen)| gathered.miss(Some(&code), unseen));
}

/// What could not be counted: the row, or single resources of it.
fn tell(gathered: &mut Gathered, counted: &Result<Counted, Unseen>) {
    match counted {
        Ok(Counted::Each(counts)) => {
            gathered.answered += 1;
            let uncounted =
                counts.iter().filter_map(|(resource, count)| Some((resource, count.as_ref().err()?)));
            uncounted.for_each(|(resource, unseen)| gathered.miss(Some(resource), unseen.clone()));
        }
        Ok(_) => gathered.answered += 1,
        Err(unseen) => gathered.miss(None, unseen.clone()),
    }
}

/// A metric without points is unknown, but CloudWatch did answer.
fn note(gathered: &mut Gathered, usage: &Usage) {
    match usage {
        Usage::Unknown(unseen) if unseen.reason != Reason::NoData => gathered.miss(None, unseen.clone()),
        _ => gathered.answered += 1,
    }
}

/// A row with all that its facts are made of.
struct Subject<'a> {
    at: &'a AccountRegion,
    service: &'a Service,
    row: &'a Row,
    limits: &'a Limits,
}

impl Subject<'_> {
    fn facts(&self, counted: Result<Counted, Unseen>) -> Vec<Quota> {
        let limit = self.limits.limit(self.row.code);
        match counted {
            Ok(Counted::Whole(value)) => vec![self.quota(None, limit, self.counted(value))],
            Ok(Counted::Each(values)) => {
                let usage =
                    |value: Result<f64, _>| value.map_or_else(Usage::Unknown, |value| self.counted(value));
                let one = |(context, value)| self.quota(Some(context), limit.clone(), usage(value));
                values.into_iter().map(one).collect()
            }
            Ok(Counted::WithLimit { usage, limit }) => {
                let limit = Limit::Known { value: limit, by: LimitSource::AccountApi };
                vec![self.quota(None, limit, self.measured(usage, UsageSource::AccountApi))]
            }
            Err(unseen) => vec![self.quota(None, limit, Usage::Unknown(unseen))],
        }
    }

    fn counted(&self, value: f64) -> Usage {
        self.measured(value, UsageSource::Counted)
    }

    fn measured(&self, value: f64, by: UsageSource) -> Usage {
        Usage::Measured { value, at: self.at.now(), by }
    }

    fn quota(&self, context: Option<String>, limit: Limit, usage: Usage) -> Quota {
        let known = self.limits.known.get(self.row.code);
        let id = match &context {
            Some(context) => format!("{}/{}/{context}", self.service, self.row.code),
            None => format!("{}/{}", self.service, self.row.code),
        };
        Quota {
            resource: self.at.resource(self.service.clone(), "quota", id, self.row.name),
            code: self.row.code.starts_with("L-").then(|| self.row.code.to_owned()),
            context,
            unit: self.row.unit.to_owned(),
            adjustable: known.map(|known| known.adjustable),
            limit,
            usage,
        }
    }
}

/// The quotas without a row whose usage AWS publishes.
async fn metered(at: &AccountRegion, service: &Service, limits: &Limits, rows: &[Row]) -> Vec<Quota> {
    let uncounted = limits.known.iter().filter(|(code, _)| !rows.iter().any(|row| row.code == *code));
    let metered: Vec<_> = uncounted.filter_map(|(code, known)| Metered::of(code, known)).collect();
    let usages = metrics::usage(at, &metered).await;
    let fact = |(code, usage)| Some(metered_fact(at, service, limits.known.get_key_value(&code)?, usage));
    usages.into_iter().filter_map(fact).collect()
}

fn metered_fact(
    at: &AccountRegion,
    service: &Service,
    (code, known): (&String, &Known),
    usage: Usage,
) -> Quota {
    Quota {
        resource: at.resource(service.clone(), "quota", format!("{service}/{code}"), &known.name),
        code: Some(code.clone()),
        context: None,
        unit: known.unit.clone(),
        adjustable: Some(known.adjustable),
        limit: known.limit.clone(),
        usage,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use howler_model::{Partition, Region, Resource, Scope};

    use super::*;

    fn quota(code: &str, unseen: &Unseen) -> Quota {
        let service = Service::named("vpc");
        let account = "111111111111".parse().unwrap();
        let scope = Scope::aws(Partition::Aws, account, Region::GLOBAL, service);
        Quota {
            resource: Resource { scope, kind: "quota", id: code.to_owned(), name: code.to_owned() },
            code: Some(code.to_owned()),
            context: None,
            unit: "count".to_owned(),
            adjustable: None,
            limit: Limit::Unknown(unseen.clone()),
            usage: Usage::Unknown(Unseen::new(Reason::NoData, metrics::ACTION, "")),
        }
    }

    #[test]
    fn a_limit_that_could_not_be_read_is_a_gap_once() {
        let no = |reason| Unseen::new(reason, "servicequotas:ListServiceQuotas", "no");
        let (list, single, unlisted) = (no(Reason::Throttled), no(Reason::Denied), no(Reason::NoData));
        let mut gathered = Gathered::default();
        gathered.miss(None, list.clone());
        let quotas = [("L-1", &list), ("L-2", &single), ("L-2", &single), ("L-3", &unlisted)];
        gathered.facts.quotas.extend(quotas.map(|(code, unseen)| quota(code, unseen)));
        unlimited(&mut gathered);
        assert_eq!(gathered.gaps, [(None, list), (Some("L-2".to_owned()), single)]);
    }
}
