//! What was asked for and what was seen of it.

use howler_model as model;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CoverageStatus, Place, Reason};

/// How many scopes were asked for, and how each came out: `requested` is the sum of the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Scopes that were asked for.
    pub requested: usize,
    /// All of it was seen.
    pub ok: usize,
    /// Some of it was seen.
    pub partial: usize,
    /// Nothing: not permitted.
    pub denied: usize,
    /// Not enabled in that account or region; not a gap.
    pub disabled: usize,
    /// Nothing: asked too fast.
    pub throttled: usize,
    /// Nothing: any other failure.
    pub error: usize,
    /// Nothing: left out.
    pub skipped: usize,
}

/// What was seen of one scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Scope {
    /// Where, and what answers there.
    #[serde(flatten)]
    pub place: Place,
    /// How much was seen.
    pub status: CoverageStatus,
    /// Facts that came out of it.
    pub facts: usize,
    /// Listings, calls or handshakes that were answered in full.
    pub answered: usize,
    /// What is missing.
    pub gaps: Vec<Gap>,
}

impl Scope {
    /// Its gaps; what is not enabled or was left out is none.
    pub fn missed(&self) -> impl Iterator<Item = &Gap> {
        self.gaps.iter().filter(|gap| gap.unseen.reason.is_gap())
    }

    /// How much was found in it that nobody wants asked.
    #[must_use]
    pub fn left_out(&self) -> usize {
        let items = self.gaps.iter().filter(|gap| gap.item.is_some());
        items.filter(|gap| gap.unseen.reason == Reason::LeftOut).count()
    }
}

impl From<&model::ScopeCoverage> for Scope {
    fn from(scope: &model::ScopeCoverage) -> Self {
        Self {
            place: Place::from(&scope.scope),
            status: scope.status().into(),
            facts: scope.facts,
            answered: scope.answered,
            gaps: scope.gaps.iter().map(Gap::from).collect(),
        }
    }
}

/// One thing of a scope that could not be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// The one item that is missing (an ARN, an address, a path); null if a whole listing is.
    pub item: Option<String>,
    /// Why.
    #[serde(flatten)]
    pub unseen: Unseen,
}

impl From<&model::Gap> for Gap {
    fn from(gap: &model::Gap) -> Self {
        Self { item: gap.item.clone(), unseen: Unseen::from(&gap.unseen) }
    }
}

/// Why something could not be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unseen {
    /// The class.
    pub reason: Reason,
    /// What was asked, as the IAM action that permits it, or `tls:handshake`, `file:read`.
    pub action: String,
    /// The error code of the service; null if it gave none.
    pub code: Option<String>,
    /// What the service or the machine said.
    pub message: String,
    /// AWS's request id; null if there is none.
    pub request_id: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
}

impl From<&model::Unseen> for Unseen {
    fn from(unseen: &model::Unseen) -> Self {
        Self {
            reason: unseen.reason.into(),
            action: unseen.action.clone(),
            code: unseen.code.clone(),
            message: unseen.message.clone(),
            request_id: unseen.request_id.clone(),
            attempts: unseen.attempts,
        }
    }
}
