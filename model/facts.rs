//! Everything that was gathered for one unit of judgement.

use crate::{Binding, Certificate, Discovered, Quota, ScopeCoverage, Served, Suppression, Tags};

/// The kinds of fact; a check says which it reads, and the plan asks only the sources that yield them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// [`Certificate`].
    Certificate,
    /// [`Binding`].
    Binding,
    /// [`Discovered`], which is asked for only where endpoints are probed.
    Discovered,
    /// [`Served`].
    Served,
    /// [`Quota`].
    Quota,
    /// [`Tags`], which name owners.
    Tag,
    /// [`Suppression`], which no source yields: people write them.
    Suppression,
    /// [`ScopeCoverage`]: every source yields it.
    Coverage,
}

/// The facts of one account (or of what lies outside AWS), as the checks read them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// Certificates in AWS and in files. What endpoints served is in `served`.
    pub certificates: Vec<Certificate>,
    /// Which certificate is used where.
    pub bindings: Vec<Binding>,
    /// Endpoints that are known, with no certificate of their own.
    pub discovered: Vec<Discovered>,
    /// What endpoints served.
    pub served: Vec<Served>,
    /// Limits and usage.
    pub quotas: Vec<Quota>,
    /// Tags of resources. Nothing is judged by them.
    pub tags: Tags,
    /// What people said need not be told.
    pub suppressions: Vec<Suppression>,
    /// What was seen and what was not.
    pub scopes: Vec<ScopeCoverage>,
}

impl Facts {
    /// How many facts there are, coverage aside.
    #[must_use]
    pub fn len(&self) -> usize {
        self.certificates.len()
            + self.bindings.len()
            + self.discovered.len()
            + self.served.len()
            + self.quotas.len()
            + self.tags.len()
            + self.suppressions.len()
    }

    /// Whether there are no facts, coverage aside.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the facts of another source in. A scope that two sources asked is one scope.
    pub fn extend(&mut self, other: Self) {
        self.certificates.extend(other.certificates);
        self.bindings.extend(other.bindings);
        self.discovered.extend(other.discovered);
        self.served.extend(other.served);
        self.quotas.extend(other.quotas);
        self.tags.extend(other.tags);
        self.suppressions.extend(other.suppressions);
        for coverage in other.scopes {
            match self.scopes.iter_mut().find(|known| known.scope == coverage.scope) {
                Some(known) => known.merge(coverage),
                None => self.scopes.push(coverage),
            }
        }
    }
}
