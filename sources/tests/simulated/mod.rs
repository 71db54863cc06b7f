//! Sources asked over HTTP for what a simulated AWS organisation holds.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::join_all;
use howler_model::{Facts, Limit, Quota, Usage};
use howler_simulator::{ACCESS_KEY_ID, Account, Faults, Organization, Region, Simulator};
use howler_sources::{Gather, SOURCES, Session, Settings, Source, StandIn};

/// The account that everything is in.
pub(crate) const ACCOUNT: &str = "111111111111";

/// The time at which everything here is judged.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

/// The source of that id.
pub(crate) fn source(id: &str) -> &'static Source {
    SOURCES.iter().find(|source| source.id == id).unwrap()
}

/// How a simulator is reached.
pub(crate) fn settings(simulator: &Simulator) -> Settings {
    Settings {
        profile: None,
        region: "us-east-1".parse().unwrap(),
        session_name: "howler-test".to_owned(),
        attempt_timeout: Duration::from_secs(20),
        throttled_for: Duration::from_secs(60),
        concurrency: 16,
        places: 16,
        bodies: false,
        ports: vec![443, 8443],
        ca_bundle: None,
        stand_in: Some(StandIn { url: simulator.endpoint(), access_key: ACCESS_KEY_ID.to_owned() }),
        now: now(),
    }
}

/// The caller of a simulator.
pub(crate) async fn session(simulator: &Simulator) -> Session {
    Session::start(&settings(simulator)).await.unwrap()
}

/// A running simulator, and the account in it that is scanned.
pub(crate) struct Simulated {
    simulator: Simulator,
    account: howler_sources::Account,
}

impl Simulated {
    /// One account with these regions.
    pub(crate) async fn start(
        regions: impl IntoIterator<Item = (&'static str, Region)>,
        faults: Faults,
    ) -> Self {
        let account = Account::new(ACCOUNT, "test");
        let account =
            regions.into_iter().fold(account, |account, (name, region)| account.region(name, region));
        Self::of(account, faults).await
    }

    /// This account, which needs [`ACCOUNT`] as its id.
    pub(crate) async fn of(account: Account, faults: Faults) -> Self {
        let simulator = Simulator::start(Organization::of(account), faults, now()).unwrap();
        let account = session(&simulator).await.caller().await.unwrap();
        Self { simulator, account }
    }

    /// What sources say about a region (or about the account, for those that ask once an account), asked together
    /// as a scan does.
    pub(crate) async fn gather(&self, region: &str, ids: &[&str]) -> Facts {
        gather(&self.account, region, ids).await
    }

    /// How often an action was asked.
    pub(crate) fn asked(&self, action: &str) -> usize {
        self.simulator.requests().iter().filter(|request| request.action == action).count()
    }

    /// The regions in which a service was asked.
    pub(crate) fn regions(&self, service: &str) -> BTreeSet<String> {
        let requests = self.simulator.requests();
        requests.into_iter().filter(|one| one.service == service).map(|one| one.region).collect()
    }

    /// Every action that was asked, but for the one that tells who we are.
    pub(crate) fn actions(&self) -> BTreeSet<String> {
        let mut actions = self.simulator.actions();
        actions.remove("sts:GetCallerIdentity");
        actions
    }
}

/// What sources say about a region of an account (or about the account, for those that ask once an account), asked
/// together as a scan does.
pub(crate) async fn gather(account: &howler_sources::Account, region: &str, ids: &[&str]) -> Facts {
    let region = region.parse().unwrap();
    let (local, global) = (account.enter(Some(&region)).await, account.enter(None).await);
    let mut facts = Facts::default();
    for source in ids.iter().map(|id| source(id)) {
        let (at, ask) = match source.gather {
            Gather::Region(ask) => (&local, ask),
            Gather::Account(ask) => (&global, ask),
            Gather::Endpoint(_) | Gather::Path(_) => panic!("{} does not ask AWS", source.id),
        };
        facts.extend(ask(at).await.into_facts(at.scope(source.service.clone())));
    }
    facts
}

/// What all sources say about a region of an account and about the account itself, asked at the same time.
pub(crate) async fn gather_all(account: &howler_sources::Account, region: &str) -> Facts {
    let region = region.parse().unwrap();
    let (local, global) = (account.enter(Some(&region)).await, account.enter(None).await);
    let asked = SOURCES.iter().filter_map(|source| match source.gather {
        Gather::Region(ask) => Some((source, &local, ask)),
        Gather::Account(ask) => Some((source, &global, ask)),
        Gather::Endpoint(_) | Gather::Path(_) => None,
    });
    let answers =
        join_all(asked.map(|(source, at, ask)| async move {
            ask(at).await.into_facts(at.scope(source.service.clone()))
        }));
    let mut facts = Facts::default();
    answers.await.into_iter().for_each(|answer| facts.extend(answer));
    facts
}

/// Usage and limit of a quota, of the resource whose id ends so; none for what is unknown.
pub(crate) fn numbers(facts: &Facts, code: &str, context: &str) -> (Option<f64>, Option<f64>) {
    let is_it = |quota: &&Quota| {
        let id = quota.resource.id.split('/').nth(1);
        id == Some(code) && quota.context.as_deref().unwrap_or_default().ends_with(context)
    };
    let found: Vec<&Quota> = facts.quotas.iter().filter(is_it).collect();
    let [quota] = found.as_slice() else { panic!("{} facts for {code} of {context:?}", found.len()) };
    let usage = match &quota.usage {
        Usage::Measured { value, .. } => Some(*value),
        Usage::Unknown(_) => None,
    };
    let limit = match &quota.limit {
        Limit::Known { value, .. } => Some(*value),
        Limit::Unknown(_) => None,
    };
    (usage, limit)
}
