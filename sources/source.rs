//! What a source is: code that gathers facts, with what it yields and what it needs written beside it.

use std::path::Path;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use howler_model::{Endpoint, FactKind, Facts, Gap, Scope, ScopeCoverage, Service, Unseen};

use crate::aws::{AccountRegion, Row};
use crate::endpoints::Prober;
use crate::passwords::Passwords;

/// One source, documented where it is defined.
pub struct Source {
    /// Its name, as the file that defines it.
    pub id: &'static str,
    /// What it reads, in a few words.
    pub title: &'static str,
    /// The service that its scopes are named after.
    pub service: Service,
    /// The facts that it yields.
    pub kinds: &'static [FactKind],
    /// The IAM actions that it needs.
    pub actions: fn() -> Vec<&'static str>,
    /// The quotas that it counts.
    pub quotas: &'static [Row],
    /// Whether every scan asks it.
    pub asked: Asked,
    /// How it gathers, and over what.
    pub gather: Gather,
}

/// When a source is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// By every scan whose checks read what it yields.
    Always,
    /// Only by a scan that names it: it costs many calls, or reads what nobody expects to be read.
    OnRequest,
}

/// How a source gathers from AWS.
pub type GatherAws = for<'a> fn(&'a AccountRegion) -> BoxFuture<'a, Gathered>;

/// What a source is asked once for.
#[derive(Clone, Copy)]
pub enum Gather {
    /// Each account: global services, in the home region of the partition.
    Account(GatherAws),
    /// Each region of each account.
    Region(GatherAws),
    /// Each endpoint.
    Endpoint(for<'a> fn(&'a Prober, &'a Endpoint, DateTime<Utc>) -> BoxFuture<'a, Facts>),
    /// Each file or folder.
    Path(fn(&Path, &Passwords) -> Facts),
}

/// What came out of one scope.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The facts, without coverage.
    pub facts: Facts,
    /// Listings and calls that were answered in full, even with nothing in them.
    pub answered: usize,
    /// What is missing: the item, or none for a whole listing, and why.
    pub gaps: Vec<(Option<String>, Unseen)>,
}

impl Gathered {
    /// Counts an answer, or notes why there is none; gives what was answered.
    pub fn note<T>(&mut self, item: Option<&str>, answer: Result<T, Unseen>) -> Option<T> {
        match answer {
            Ok(answer) => {
                self.answered += 1;
                Some(answer)
            }
            Err(unseen) => {
                self.miss(item, unseen);
                None
            }
        }
    }

    /// Notes a gap once, however many facts depended on the same call.
    pub fn miss(&mut self, item: Option<&str>, unseen: Unseen) {
        let gap = (item.map(str::to_owned), unseen);
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    /// The facts with the coverage of the scope that they came from.
    #[must_use]
    pub fn into_facts(self, scope: Scope) -> Facts {
        let named = |(item, unseen)| Gap { scope: scope.clone(), item, unseen };
        let gaps = self.gaps.into_iter().map(named).collect();
        let coverage = ScopeCoverage { facts: self.facts.len(), answered: self.answered, gaps, scope };
        Facts { scopes: vec![coverage], ..self.facts }
    }
}
