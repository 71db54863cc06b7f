//! Usage that AWS publishes itself, in the CloudWatch namespace `AWS/Usage`, asked for in bulk.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::primitives::DateTime as SdkTime;
use aws_sdk_cloudwatch::types::{
    Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, StatusCode,
};
use aws_sdk_servicequotas::types::MetricInfo;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use howler_model::{Reason, Unseen, Usage, UsageSource};

use super::limits::Known;
use crate::aws::AccountRegion;
use crate::aws::access::Page;

/// The action that usage metrics need.
pub(super) const ACTION: &str = "cloudwatch:GetMetricData";
/// The most queries that one call takes.
const QUERIES_PER_CALL: usize = 500;
/// The window whose peak counts.
const WINDOW: TimeDelta = TimeDelta::hours(24);
/// The newest points are not there yet: the window ends before them.
const SETTLING: TimeDelta = TimeDelta::minutes(5);
/// Seconds that one point of a gauge stands for.
const GAUGE_PERIOD: i32 = 3_600;
/// Seconds that one point of a rate stands for, the finest that AWS/Usage has.
const RATE_PERIOD: i32 = 60;

/// One quota whose usage AWS publishes.
pub(super) struct Metered<'a> {
    pub(super) code: &'a str,
    pub(super) metric: &'a MetricInfo,
    /// For a quota on a rate, the seconds that the limit is for.
    pub(super) per_seconds: Option<f64>,
}

impl<'a> Metered<'a> {
    /// The quota with its metric, if it has one.
    pub(super) fn of(code: &'a str, known: &'a Known) -> Option<Self> {
        let metric = known.metric.as_ref()?;
        Some(Self { code, metric, per_seconds: known.per_seconds })
    }

    /// The statistic and period to ask for: the peak of a gauge, whatever AWS recommends (it recommends the sum of
    /// some gauges, which is many times the usage); the calls of one minute of a rate.
    fn statistic(&self) -> (&'static str, i32) {
        match self.per_seconds {
            None => ("Maximum", GAUGE_PERIOD),
            Some(_) => ("Sum", RATE_PERIOD),
        }
    }

    /// A point in the unit of the limit.
    fn scaled(&self, point: f64) -> f64 {
        self.per_seconds.map_or(point, |seconds| point * seconds / f64::from(RATE_PERIOD))
    }
}

/// The usage of each quota, by code: the peak of the window, or why there is none. A metric without points is
/// not a zero.
pub(super) async fn usage(at: &AccountRegion, quotas: &[Metered<'_>]) -> BTreeMap<String, Usage> {
    let end = at.now() - SETTLING;
    // Whole minutes, so that the same question gives the same points.
    let end = end.duration_trunc(TimeDelta::minutes(1)).unwrap_or(end);
    let mut usages = BTreeMap::new();
    for batch in quotas.chunks(QUERIES_PER_CALL) {
        match ask(at, batch, end).await {
            Ok(results) => usages.extend(
                batch
                    .iter()
                    .zip(0..)
                    .map(|(quota, index)| (quota.code.to_owned(), peak(quota, index, &results))),
            ),
            Err(unseen) => usages
                .extend(batch.iter().map(|quota| (quota.code.to_owned(), Usage::Unknown(unseen.clone())))),
        }
    }
    usages
}

async fn ask(
    at: &AccountRegion,
    batch: &[Metered<'_>],
    end: DateTime<Utc>,
) -> Result<Vec<MetricDataResult>, Unseen> {
    let queries: Vec<_> = batch.iter().zip(0..).map(|(quota, index)| query(quota, index)).collect();
    let client = at.cloudwatch();
    at.pages(ACTION, |token| {
        let request = client.get_metric_data().set_metric_data_queries(Some(queries.clone()));
        let request = request.start_time(sdk_time(end - WINDOW)).end_time(sdk_time(end));
        let sent = request.set_next_token(token).send();
        async move { sent.await.map(|page| Page::of(page.metric_data_results, page.next_token)) }
    })
    .await
}

/// The id of a query: a letter, then its place in the batch.
fn id(index: usize) -> String {
    format!("q{index}")
}

fn query(quota: &Metered<'_>, index: usize) -> MetricDataQuery {
    let (statistic, period) = quota.statistic();
    let dimensions = quota.metric.metric_dimensions.iter().flatten();
    let dimension = |(name, value)| Dimension::builder().name(name).value(value).build();
    let metric = Metric::builder()
        .set_namespace(quota.metric.metric_namespace.clone())
        .set_metric_name(quota.metric.metric_name.clone())
        .set_dimensions(Some(dimensions.map(dimension).collect()));
    let stat = MetricStat::builder().metric(metric.build()).period(period).stat(statistic);
    MetricDataQuery::builder().id(id(index)).metric_stat(stat.build()).return_data(true).build()
}

/// The highest point over all pages of the answer, and when it was.
fn peak(quota: &Metered<'_>, index: usize, results: &[MetricDataResult]) -> Usage {
    let id = id(index);
    let of_quota = results.iter().filter(|result| result.id() == Some(&id));
    if let Some(unseen) = of_quota.clone().find_map(refused) {
        return Usage::Unknown(unseen);
    }
    if let Some(unseen) = of_quota.clone().next_back().and_then(unfinished) {
        return Usage::Unknown(unseen);
    }
    let points = of_quota.flat_map(|result| result.values().iter().zip(result.timestamps()));
    // A point of no time is no point.
    let points = points.filter_map(|(value, time)| Some((*value, DateTime::from_timestamp(time.secs(), 0)?)));
    match points.max_by(|(a, _), (b, _)| a.total_cmp(b)) {
        Some((value, at)) => Usage::Measured { value: quota.scaled(value), at, by: UsageSource::Metric },
        None => Usage::Unknown(Unseen::new(
            Reason::NoData,
            ACTION,
            "the usage metric has no points in the last 24 hours",
        )),
    }
}

/// CloudWatch refuses single queries inside an answer that is otherwise fine.
fn refused(result: &MetricDataResult) -> Option<Unseen> {
    let reason = match result.status_code()? {
        StatusCode::Forbidden => Reason::Denied,
        StatusCode::InternalError => Reason::Failed,
        _ => return None,
    };
    let message =
        result.messages().iter().filter_map(|message| message.value()).collect::<Vec<_>>().join("; ");
    Some(coded(result, Unseen::new(reason, ACTION, message)))
}

/// An answer whose last page says that points are missing; on the pages before it, that is why there are more.
fn unfinished(last: &MetricDataResult) -> Option<Unseen> {
    let partial = last.status_code()? == &StatusCode::PartialData;
    partial.then(|| coded(last, Unseen::new(Reason::Failed, ACTION, "the answer ends before the points do")))
}

fn coded(result: &MetricDataResult, unseen: Unseen) -> Unseen {
    Unseen { code: result.status_code().map(|code| code.as_str().to_owned()), ..unseen }
}

fn sdk_time(time: DateTime<Utc>) -> SdkTime {
    SdkTime::from_secs(time.timestamp())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// A page of results of the first query: its points as value and time.
    fn page(status: StatusCode, points: &[(f64, i64)]) -> MetricDataResult {
        let times = points.iter().map(|(_, time)| SdkTime::from_secs(*time)).collect();
        MetricDataResult::builder()
            .id(id(0))
            .status_code(status)
            .set_values(Some(points.iter().map(|(value, _)| *value).collect()))
            .set_timestamps(Some(times))
            .build()
    }

    fn gauge(pages: &[MetricDataResult]) -> Usage {
        let metric = MetricInfo::builder().build();
        peak(&Metered { code: "L-1", metric: &metric, per_seconds: None }, 0, pages)
    }

    fn measured(value: f64, time: i64) -> Usage {
        let at = DateTime::from_timestamp(time, 0).unwrap();
        Usage::Measured { value, at, by: UsageSource::Metric }
    }

    #[test]
    fn the_peak_is_over_all_pages_and_the_last_one_has_to_be_the_end() {
        let (first, last) = (&[(7.0, 60)], &[(3.0, 120)]);
        let pages = [page(StatusCode::PartialData, first), page(StatusCode::Complete, last)];
        assert_eq!(gauge(&pages), measured(7.0, 60));
        let pages = [page(StatusCode::PartialData, first), page(StatusCode::PartialData, last)];
        let Usage::Unknown(unseen) = gauge(&pages) else { panic!("part of the points was taken for all") };
        assert_eq!((unseen.reason, unseen.code.as_deref()), (Reason::Failed, Some("PartialData")));
    }

    #[test]
    fn a_point_of_no_time_is_not_of_1970() {
        let pages = [page(StatusCode::Complete, &[(9.0, i64::MAX), (3.0, 120)])];
        assert_eq!(gauge(&pages), measured(3.0, 120));
    }
}
