//! The unit of work: one account, one endpoint, or one path. Its facts are judged when it is done, then freed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::iter;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use futures::future::join_all;
use howler_model::{Endpoint, Facts, Reason, Region, Scope, ScopeCoverage, Service, Unseen};
use howler_sources::{Account, AccountRegion, Gather, Prober, Source};
use tokio::task::{JoinError, JoinSet};

use crate::plan::{Plan, missed};

/// What is scanned in one go.
pub enum Unit {
    Account(Box<AccountUnit>),
    Endpoint(Endpoint),
    Path(PathBuf),
}

/// An account and the regions of it that are scanned.
pub struct AccountUnit {
    pub account: Account,
    pub regions: Vec<Region>,
}

impl Unit {
    /// Asks every source of the plan that has to do with this unit.
    pub async fn facts(&self, plan: &Plan, prober: &Prober, now: DateTime<Utc>) -> Facts {
        match self {
            Self::Account(unit) => unit.facts(plan).await,
            Self::Endpoint(endpoint) => {
                let ask = |source: &&'static Source| match source.gather {
                    Gather::Endpoint(gather) => Some(gather(prober, endpoint, now)),
                    _ => None,
                };
                merge(join_all(plan.sources.iter().filter_map(ask)).await)
            }
            Self::Path(path) => {
                let (sources, there) = (plan.sources.clone(), path.clone());
                let read = tokio::task::spawn_blocking(move || read(&sources, &there));
                read.await.unwrap_or_else(|error| self.lost(plan, &error.to_string()))
            }
        }
    }

    /// The scopes of this unit as they stand when a signal ends the scan before it was done.
    pub fn skipped(&self, plan: &Plan) -> Vec<ScopeCoverage> {
        let unseen =
            Unseen::new(Reason::Skipped, "scan", "the scan was ended by a signal before this was seen");
        self.missing(plan, &unseen)
    }

    /// The facts of a unit that broke off: nothing but gaps.
    fn lost(&self, plan: &Plan, why: &str) -> Facts {
        let unseen = Unseen::new(Reason::Failed, "scan", why);
        Facts { scopes: self.missing(plan, &unseen), ..Facts::default() }
    }

    fn missing(&self, plan: &Plan, unseen: &Unseen) -> Vec<ScopeCoverage> {
        let mut scopes = match self {
            Self::Account(unit) => unit.scopes(plan),
            Self::Endpoint(endpoint) => vec![Scope::outside(endpoint.to_string(), Service::TLS)],
            Self::Path(path) => vec![Scope::outside(path.display().to_string(), Service::FILE)],
        };
        scopes.sort();
        scopes.dedup();
        scopes.into_iter().map(|scope| missed(scope, unseen.clone())).collect()
    }
}

impl AccountUnit {
    /// All places and sources of the account at once; the session bounds how many places and calls are under way.
    /// What failed in a way that may have passed by then is asked once more: a storm is shorter than a night.
    async fn facts(&self, plan: &Plan) -> Facts {
        let mut answers = self.ask(plan, |_| true).await;
        let failed = answers.iter().filter(|(_, facts)| may_pass(facts)).map(|(asked, _)| asked.clone());
        let failed: BTreeSet<Asked> = failed.collect();
        for (asked, again) in self.ask(plan, |asked| failed.contains(asked)).await {
            // What the first pass saw and the second did not stays seen.
            let better = answers.get(&asked).is_none_or(|first| gaps(&again) <= gaps(first));
            if better {
                answers.insert(asked, again);
            }
        }
        merge(answers.into_values().collect())
    }

    /// Asks the chosen sources, each place in a task of its own.
    async fn ask(&self, plan: &Plan, chosen: impl Fn(&Asked) -> bool) -> BTreeMap<Asked, Facts> {
        let mut tasks = JoinSet::new();
        let mut places = HashMap::new();
        for place in self.places() {
            let sources = plan.asked_in(place).filter(|source| chosen(&(place.cloned(), source.id)));
            let sources: Vec<&'static Source> = sources.collect();
            if !sources.is_empty() {
                let task = tasks.spawn(gather_all(self.account.clone(), place.cloned(), sources.clone()));
                places.insert(task.id(), (place, sources));
            }
        }
        let mut answers = BTreeMap::new();
        while let Some(done) = tasks.join_next_with_id().await {
            match done {
                Ok((_, facts)) => answers.extend(facts),
                Err(broken) => {
                    let lost = places.remove(&broken.id()).into_iter();
                    answers.extend(lost.flat_map(|(place, sources)| self.lost_in(place, sources, &broken)));
                }
            }
        }
        answers
    }

    /// What a task would have answered that broke off.
    fn lost_in(
        &self,
        place: Option<&Region>,
        sources: Vec<&'static Source>,
        broken: &JoinError,
    ) -> impl Iterator<Item = (Asked, Facts)> {
        let unseen = Unseen::new(Reason::Failed, "scan", broken.to_string());
        sources.into_iter().map(move |source| {
            let scope = self.account.scope(place, source.service.clone());
            let scopes = vec![missed(scope, unseen.clone())];
            ((place.cloned(), source.id), Facts { scopes, ..Facts::default() })
        })
    }

    /// The scopes of the account, some of them once for each source that asks them.
    pub fn scopes(&self, plan: &Plan) -> Vec<Scope> {
        let of_place =
            |place| plan.asked_in(place).map(move |source| self.account.scope(place, source.service.clone()));
        self.places().flat_map(of_place).collect()
    }

    /// Its regions, and none for its global services.
    fn places(&self) -> impl Iterator<Item = Option<&Region>> {
        iter::once(None).chain(self.regions.iter().map(Some))
    }
}

/// A source, by its id, in a region or in none.
type Asked = (Option<Region>, &'static str);

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

/// How much is missing.
fn gaps(facts: &Facts) -> usize {
    facts.scopes.iter().map(|scope| scope.gaps.len()).sum()
}

/// Whether something is missing that may be there when it is asked for again.
fn may_pass(facts: &Facts) -> bool {
    let mut gaps = facts.scopes.iter().flat_map(|scope| &scope.gaps);
    gaps.any(|gap| gap.unseen.reason.may_pass())
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

fn read(sources: &[&'static Source], path: &std::path::Path) -> Facts {
    let read = |source: &&'static Source| match source.gather {
        Gather::Path(gather) => Some(gather(path)),
        _ => None,
    };
    merge(sources.iter().filter_map(read).collect())
}

fn merge(parts: Vec<Facts>) -> Facts {
    let mut whole = Facts::default();
    parts.into_iter().for_each(|part| whole.extend(part));
    whole
}
