//! CloudWatch: metrics that hold a level, sampled every five minutes up to now.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value as Json;

use crate::call::Call;
use crate::failure::Failure;
use crate::organization::Metric;
use crate::page::Paging;
use crate::value::Value;

/// The most queries in a request.
const MOST_QUERIES: usize = 500;
/// The most datapoints in an answer.
const MOST_POINTS: i64 = 100_800;
/// Seconds between two samples of a metric.
const SAMPLING: i64 = 300;

const LIST_PAGING: Paging =
    Paging { limit: "MaxResults", token: "NextToken", next: "NextToken", default: 500, least: 1, most: 500 };

pub(crate) fn answer(call: &Call<'_>) -> Result<Value, Failure> {
    match call.action {
        "GetMetricData" => get_metric_data(call),
        "ListMetrics" => list_metrics(call),
        other => Err(Failure::unknown_action(other)),
    }
}

/// Answers as many whole queries as the datapoints of one answer allow, one at least.
fn get_metric_data(call: &Call<'_>) -> Result<Value, Failure> {
    let queries = call.parameters.document("MetricDataQueries").and_then(Json::as_array);
    let queries = queries.map(Vec::as_slice).unwrap_or_default();
    if queries.is_empty() || queries.len() > MOST_QUERIES {
        return Err(Failure::invalid(format!("The number of queries is not within 1 to {MOST_QUERIES}.")));
    }
    let window = Window::of(call)?;
    let most = call.parameters.number("MaxDatapoints")?.unwrap_or(MOST_POINTS).clamp(1, MOST_POINTS);
    let most = usize::try_from(most).unwrap_or_default();
    let paging = Paging { default: whole_queries(call, queries, &window, most)?, limit: "", ..LIST_PAGING };
    let page = paging.page(call, queries)?;
    let results = page.items.into_iter().map(|query| result(call, query, &window));
    let results = results.collect::<Result<Vec<Value>, Failure>>()?;
    Ok(Value::record()
        .with("MetricDataResults", Value::List(results))
        .with("Messages", Value::List(Vec::new()))
        .with_some("NextToken", page.next))
}

/// How many queries fit into one answer if each has as many datapoints as the largest.
fn whole_queries(call: &Call<'_>, queries: &[Json], window: &Window, most: usize) -> Result<usize, Failure> {
    let mut largest = 1;
    for query in queries {
        let query = Query::read(query)?;
        if query.metric_of(call).is_some() {
            largest = largest.max(window.starts(query.period).count());
        }
    }
    Ok((most / largest).max(1))
}

/// The time that is asked for.
struct Window {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    ascending: bool,
}

impl Window {
    fn of(call: &Call<'_>) -> Result<Self, Failure> {
        let start = instant(call, "StartTime")?;
        let end = instant(call, "EndTime")?;
        if start >= end {
            return Err(Failure::invalid("The parameter StartTime must be less than the parameter EndTime."));
        }
        let ascending = call.parameters.text("ScanBy") == Some("TimestampAscending");
        Ok(Self { start, end: end.min(call.now), ascending })
    }

    /// The starts of the periods within the window, newest first unless asked otherwise.
    fn starts(&self, period: i64) -> Box<dyn Iterator<Item = DateTime<Utc>>> {
        let first = self.start.timestamp().div_euclid(period);
        let last = (self.end.timestamp() - 1).div_euclid(period);
        let at = move |number: i64| DateTime::from_timestamp(number.saturating_mul(period), 0);
        if self.ascending {
            Box::new((first..=last).filter_map(at))
        } else {
            Box::new((first..=last).rev().filter_map(at))
        }
    }
}

#[allow(clippy::cast_possible_truncation)] // seconds
fn instant(call: &Call<'_>, name: &str) -> Result<DateTime<Utc>, Failure> {
    let seconds = call.parameters.document(name).and_then(Json::as_f64);
    let instant = seconds.and_then(|seconds| DateTime::from_timestamp(seconds as i64, 0));
    instant.ok_or_else(|| Failure::invalid(format!("The parameter {name} is required.")))
}

/// One query for one metric. Expressions are not computed here.
struct Query<'a> {
    id: &'a str,
    namespace: &'a str,
    name: &'a str,
    dimensions: BTreeMap<&'a str, &'a str>,
    period: i64,
    statistic: &'a str,
}

impl<'a> Query<'a> {
    fn read(query: &'a Json) -> Result<Self, Failure> {
        let text = |value: &'a Json, path: &str| value.pointer(path).and_then(Json::as_str);
        let missing =
            || Failure::invalid("Every query needs an Id and a MetricStat of Metric, Period and Stat.");
        let dimensions = query.pointer("/MetricStat/Metric/Dimensions").and_then(Json::as_array);
        let pairs = dimensions
            .into_iter()
            .flatten()
            .filter_map(|pair| Some((text(pair, "/Name")?, text(pair, "/Value")?)));
        let period = query.pointer("/MetricStat/Period").and_then(Json::as_i64).filter(|period| *period > 0);
        Ok(Self {
            id: text(query, "/Id").ok_or_else(missing)?,
            namespace: text(query, "/MetricStat/Metric/Namespace").ok_or_else(missing)?,
            name: text(query, "/MetricStat/Metric/MetricName").ok_or_else(missing)?,
            dimensions: pairs.collect(),
            period: period.ok_or_else(missing)?,
            statistic: text(query, "/MetricStat/Stat").ok_or_else(missing)?,
        })
    }

    /// The metric of exactly these dimensions, as in CloudWatch.
    fn metric_of<'m>(&self, call: &Call<'m>) -> Option<&'m Metric> {
        let same = |metric: &&Metric| {
            let dimensions = metric.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            metric.namespace == self.namespace
                && metric.name == self.name
                && dimensions.eq(self.dimensions.iter().map(|(name, value)| (*name, *value)))
        };
        call.region.metrics.iter().find(same)
    }

    /// The value of the statistic for the period that starts at an instant.
    #[allow(clippy::cast_precision_loss)] // sample counts are small
    fn value(&self, metric: &Metric, start: DateTime<Utc>) -> f64 {
        let end = start + TimeDelta::seconds(self.period);
        let peaks = metric.peaks.iter().filter(|(at, _)| (start..end).contains(at)).map(|(_, value)| *value);
        let samples = (self.period / SAMPLING).max(1) as f64;
        match self.statistic {
            "Maximum" => peaks.fold(metric.level, f64::max),
            "Minimum" => peaks.fold(metric.level, f64::min),
            "SampleCount" => samples,
            "Sum" => metric.level * samples,
            _ => metric.level,
        }
    }
}

/// The answer to one query; a metric without data answers no datapoints and is complete.
fn result(call: &Call<'_>, query: &Json, window: &Window) -> Result<Value, Failure> {
    let query = Query::read(query)?;
    let points: Vec<(DateTime<Utc>, f64)> = match query.metric_of(call) {
        Some(metric) => {
            window.starts(query.period).map(|start| (start, query.value(metric, start))).collect()
        }
        None => Vec::new(),
    };
    Ok(Value::record()
        .with("Id", query.id)
        .with("Label", query.name)
        .with("Timestamps", Value::list(points.iter().map(|(start, _)| *start)))
        .with("Values", Value::list(points.iter().map(|(_, value)| *value)))
        .with("StatusCode", "Complete"))
}

fn list_metrics(call: &Call<'_>) -> Result<Value, Failure> {
    let (namespace, name) = (call.parameters.text("Namespace"), call.parameters.text("MetricName"));
    let asked = call.region.metrics.iter().filter(|metric| {
        namespace.is_none_or(|namespace| metric.namespace == namespace)
            && name.is_none_or(|name| metric.name == name)
    });
    let metrics = asked.map(|metric| {
        let dimension = |(name, value): (&String, &String)| {
            Value::record().with("Name", name.as_str()).with("Value", value.as_str())
        };
        Value::record()
            .with("Namespace", metric.namespace.as_str())
            .with("MetricName", metric.name.as_str())
            .with("Dimensions", Value::list(metric.dimensions.iter().map(dimension)))
    });
    Ok(LIST_PAGING.page(call, metrics)?.into_record("Metrics", &LIST_PAGING))
}
