//! One account, entered: all places and sources of it at once, and what failed once more.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures::future::join_all;
use howler_model::{Facts, Reason, Region, Scope, Unseen};
use howler_sources::{Account, AccountRegion, Gather, Source};
use tokio::task::{AbortHandle, JoinError, JoinSet};

use crate::plan::{Plan, missed};
use crate::scanner::Stop;

/// An account and what of it is scanned.
pub struct Entered {
    pub account: Account,
    pub regions: Vec<Region>,
    /// Whether its global services are scanned too.
    pub global: bool,
}

/// A source, by its id, in a region or in none.
type Asked = (Option<Region>, &'static str);

impl Entered {
    /// All places and sources of the account at once; the session bounds how many places and calls are under way.
    /// What failed in a way that may have passed by then is asked once more: a storm is shorter than a night.
    pub async fn facts(&self, plan: &Plan, stop: &Stop) -> Facts {
        let mut answers = self.ask(plan, stop, |_| true).await;
        let failed = answers.iter().filter(|(_, facts)| may_pass(facts)).map(|(asked, _)| asked.clone());
        let failed: BTreeSet<Asked> = failed.collect();
        for (asked, again) in self.ask(plan, stop, |asked| failed.contains(asked)).await {
            // What the first pass saw and the second did not stays seen.
            let better = answers.get(&asked).is_none_or(|first| seen(first) < seen(&again));
            if better {
                answers.insert(asked, again);
            }
        }
        merge(answers.into_values())
    }

    /// Asks the chosen sources, each place in a task of its own, until all have answered or the scan is stopped.
    async fn ask(&self, plan: &Plan, stop: &Stop, chosen: impl Fn(&Asked) -> bool) -> BTreeMap<Asked, Facts> {
        let mut tasks = JoinSet::new();
        let mut places = HashMap::new();
        for place in self.places() {
            let sources = plan.asked_in(place).filter(|source| chosen(&(place.cloned(), source.id)));
            let sources: Vec<&'static Source> = sources.collect();
            if !sources.is_empty() {
                let task: AbortHandle =
                    tasks.spawn(gather_all(self.account.clone(), place.cloned(), sources.clone()));
                places.insert(task.id(), (place, sources));
            }
        }
        let mut answers = BTreeMap::new();
        let mut stopped = std::pin::pin!(stop.wait());
        let mut aborted = false;
        loop {
            let done = tokio::select! {
                done = tasks.join_next_with_id() => done,
                () = &mut stopped, if !aborted => {
                    aborted = true;
                    tasks.abort_all();
                    continue;
                }
            };
            match done {
                None => return answers,
                Some(Ok((_, facts))) => answers.extend(facts),
                Some(Err(broken)) => {
                    let lost = places.remove(&broken.id()).into_iter();
                    answers.extend(lost.flat_map(|(place, sources)| self.lost_in(place, sources, &broken)));
                }
            }
        }
    }

    /// What a task would have answered that broke off.
    fn lost_in(
        &self,
        place: Option<&Region>,
        sources: Vec<&'static Source>,
        broken: &JoinError,
    ) -> impl Iterator<Item = (Asked, Facts)> {
        let unseen = match broken.is_cancelled() {
            true => Stop::unseen(),
            false => Unseen::new(Reason::Failed, "scan", broken.to_string()),
        };
        sources.into_iter().map(move |source| {
            let scope = self.account.scope(place, source.service.clone());
            let scopes = vec![missed(scope, unseen.clone())];
            ((place.cloned(), source.id), Facts { scopes, ..Facts::default() })
        })
    }

    /// The scopes of the account, each once.
    pub fn scopes(&self, plan: &Plan) -> BTreeSet<Scope> {
        let of_place =
            |place| plan.asked_in(place).map(move |source| self.account.scope(place, source.service.clone()));
        self.places().flat_map(of_place).collect()
    }

    /// The calls that asking it takes where every listing has one page: one for each action, and for each source
    /// that asks about quotas, which name their service.
    pub fn least_calls(&self, plan: &Plan) -> u64 {
        let actions = |place| {
            let each = plan.asked_in(place).flat_map(|source| {
                (source.actions)().into_iter().map(move |action| match action.starts_with("servicequotas:") {
                    true => (action, Some(source.id)),
                    false => (action, None),
                })
            });
            each.collect::<BTreeSet<_>>().len() as u64
        };
        self.places().map(actions).sum()
    }

    /// Its regions, and none for its global services.
    fn places(&self) -> impl Iterator<Item = Option<&Region>> {
        self.global.then_some(None).into_iter().chain(self.regions.iter().map(Some))
    }
}

/// Asks all sources in one place, which is entered anew, so that no failed listing is remembered.
async fn gather_all(
    account: Account,
    region: Option<Region>,
    sources: Vec<&'static Source>,
) -> Vec<(Asked, Facts)> {
    let at = account.enter(region.as_ref()).await;
    let answers =
        sources.into_iter().map(async |source| ((region.clone(), source.id), gather(&at, source).await));
    join_all(answers).await
}

/// Asks one source in one place; what it could not see is in the coverage of its scope.
async fn gather(at: &AccountRegion, source: &'static Source) -> Facts {
    match source.gather {
        Gather::Account(gather) | Gather::Region(gather) => {
            gather(at).await.into_facts(at.scope(source.service.clone()))
        }
        Gather::Endpoint(_) | Gather::Path(_) => Facts::default(),
    }
}

/// How much was seen: all of it is most, else what was answered counts. One gap may hide as much as many do.
fn seen(facts: &Facts) -> (bool, usize) {
    let complete = facts.scopes.iter().all(|scope| !scope.status().is_gap());
    (complete, facts.scopes.iter().map(|scope| scope.answered).sum())
}

/// Whether something is missing that may be there when it is asked for again.
fn may_pass(facts: &Facts) -> bool {
    let mut gaps = facts.scopes.iter().flat_map(|scope| &scope.gaps);
    gaps.any(|gap| gap.unseen.reason.may_pass())
}

/// The facts of many sources as those of one unit.
pub fn merge(parts: impl IntoIterator<Item = Facts>) -> Facts {
    let mut whole = Facts::default();
    parts.into_iter().for_each(|part| whole.extend(part));
    whole
}

#[cfg(test)]
mod tests {
    use howler_model::{Gap, Partition, ScopeCoverage, Service};

    use super::*;

    fn facts(answered: usize, gaps: &[Reason]) -> Facts {
        let account = "111111111111".parse().unwrap();
        let scope = Scope::aws(Partition::Aws, account, Region::GLOBAL, Service::named("ec2"));
        let gap = |&reason: &Reason| Gap {
            scope: scope.clone(),
            item: None,
            unseen: Unseen::new(reason, "ec2:DescribeVpcs", ""),
        };
        let gaps = gaps.iter().map(gap).collect();
        Facts { scopes: vec![ScopeCoverage { scope, facts: 0, answered, gaps }], ..Facts::default() }
    }

    #[test]
    fn one_gap_that_hides_all_is_less_than_many_that_hide_little() {
        let (some, none) = (facts(20, &[Reason::Timeout; 3]), facts(0, &[Reason::Timeout]));
        assert!(seen(&none) < seen(&some));
        assert!(seen(&some) < seen(&facts(22, &[Reason::Timeout])));
        assert!(seen(&some) < seen(&facts(19, &[])), "some of it is gone by now, and all else is seen");
        assert!(seen(&facts(0, &[Reason::Skipped])) == seen(&none), "what a signal ended says no more");
    }
}
