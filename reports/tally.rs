//! All that is counted of a scan, so that nobody has to hold it.

use std::collections::BTreeMap;

use howler_model as model;
use serde::{Deserialize, Serialize};

use crate::document::{Coverage, CoverageStatus, Finding, Measure, Reason, Scope, Severity, Status, Summary};

/// Findings and scopes counted; the tallies of the parts of a scan add up to that of the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Scopes by how they came out.
    scopes: BTreeMap<CoverageStatus, usize>,
    /// What could not be seen, but for what is not enabled or was left out.
    gaps: BTreeMap<Reason, usize>,
    /// What was found and left out.
    #[serde(default, skip_serializing_if = "is_nothing")]
    left_out: usize,
    /// All findings.
    findings: BTreeMap<Status, BTreeMap<Severity, usize>>,
    /// Findings worth telling, but for those about gaps.
    told: BTreeMap<Severity, usize>,
    /// Findings worth telling about gaps.
    gaps_told: usize,
}

impl Tally {
    /// Counts a finding.
    pub fn add_finding(&mut self, finding: &Finding) {
        add(self.findings.entry(finding.status).or_default(), finding.severity, 1);
        match (finding.is_worth_telling(), &finding.measure) {
            (false, _) => {}
            (true, Measure::Gap { .. }) => self.gaps_told += 1,
            (true, _) => add(&mut self.told, finding.severity, 1),
        }
    }

    /// Counts a scope and its gaps.
    pub fn add_scope(&mut self, scope: &Scope) {
        add(&mut self.scopes, scope.status, 1);
        scope.missed().for_each(|gap| add(&mut self.gaps, gap.unseen.reason, 1));
        self.left_out += scope.left_out();
    }

    /// Adds what was counted of another part of the scan.
    pub fn merge(&mut self, other: &Self) {
        add_all(&mut self.scopes, &other.scopes);
        add_all(&mut self.gaps, &other.gaps);
        add_all(&mut self.told, &other.told);
        self.gaps_told += other.gaps_told;
        self.left_out += other.left_out;
        for (&status, findings) in &other.findings {
            add_all(self.findings.entry(status).or_default(), findings);
        }
    }

    /// How many scopes came out how.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        use CoverageStatus as S;
        let of = |status| self.scopes.get(&status).copied().unwrap_or_default();
        Coverage {
            requested: self.scopes.values().sum(),
            ok: of(S::Ok),
            partial: of(S::Partial),
            denied: of(S::Denied),
            disabled: of(S::Disabled),
            throttled: of(S::Throttled),
            error: of(S::Error),
            skipped: of(S::Skipped),
        }
    }

    /// Findings by status, and the open ones by severity, with those of which there are none.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let severities = model::Severity::ALL.map(Severity::from);
        Summary {
            by_status: model::Status::ALL.map(|word| (word.into(), self.with(word.into()))).into(),
            open_by_severity: severities.map(|severity| (severity, self.open(severity))).into(),
        }
    }

    /// Whether everything that should have been seen was seen. Nothing asked for is not complete.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.scopes.is_empty() && self.gaps() == 0
    }

    /// The worst severity among failed and warned findings.
    #[must_use]
    pub fn worst(&self) -> Option<model::Severity> {
        let judged = [Status::Fail, Status::Warn].into_iter().filter_map(|status| self.findings.get(&status));
        judged.flat_map(BTreeMap::keys).map(|&severity| severity.into()).max()
    }

    /// Scopes of which something that should have been seen was not.
    #[must_use]
    pub fn gaps(&self) -> usize {
        let gaps = self.scopes.iter().filter(|(status, _)| status.is_gap());
        gaps.map(|(_, number)| number).sum()
    }

    /// What was found and nobody wants asked; no gaps.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// What could not be seen, by reason, without what is not enabled; a scope may have more than one.
    #[must_use]
    pub fn gaps_by_reason(&self) -> &BTreeMap<Reason, usize> {
        &self.gaps
    }

    /// Findings with that status.
    #[must_use]
    pub fn with(&self, status: Status) -> usize {
        self.findings.get(&status).map_or(0, |findings| findings.values().sum())
    }

    /// Findings worth telling, worst first, without those about gaps: [`Self::gaps_by_reason`] tells of these.
    #[must_use]
    pub fn told_by_severity(&self) -> &BTreeMap<Severity, usize> {
        &self.told
    }

    /// The sum of [`Self::told_by_severity`].
    #[must_use]
    pub fn told(&self) -> usize {
        self.told.values().sum()
    }

    /// Findings worth telling, those about gaps included.
    #[must_use]
    pub fn worth_telling(&self) -> usize {
        self.told() + self.gaps_told
    }

    /// Findings that are open and not worth telling: hundreds of quotas in a quiet account.
    #[must_use]
    pub fn minor(&self) -> usize {
        let open: usize = self.summary().open_by_severity.values().sum();
        open.saturating_sub(self.worth_telling())
    }

    fn open(&self, severity: Severity) -> usize {
        let open = self.findings.iter().filter(|(status, _)| status.is_open());
        open.filter_map(|(_, findings)| findings.get(&severity)).sum()
    }
}

fn add<Word: Ord>(counts: &mut BTreeMap<Word, usize>, word: Word, number: usize) {
    *counts.entry(word).or_default() += number;
}

fn add_all<Word: Ord + Copy>(counts: &mut BTreeMap<Word, usize>, others: &BTreeMap<Word, usize>) {
    others.iter().for_each(|(&word, &number)| add(counts, word, number));
}

fn is_nothing(number: &usize) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Gap, Unseen};
    use crate::samples::{self, Sample};

    fn tally(findings: &[Finding], scopes: &[Scope]) -> Tally {
        let mut tally = Tally::default();
        findings.iter().for_each(|finding| tally.add_finding(finding));
        scopes.iter().for_each(|scope| tally.add_scope(scope));
        tally
    }

    fn all() -> [Sample; 3] {
        [samples::scan(), samples::hostile(), samples::healthy()]
    }

    #[test]
    fn a_tally_is_what_counting_gives() {
        for Sample { findings, scopes, .. } in all() {
            let tally = tally(&findings, &scopes);
            let count = |is: &dyn Fn(&Finding) -> bool| findings.iter().filter(|it| is(it)).count();
            for (status, number) in tally.summary().by_status {
                assert_eq!(number, count(&|it| it.status == status));
                assert_eq!(number, tally.with(status));
            }
            let is_gap = |it: &Finding| matches!(it.measure, Measure::Gap { .. });
            for (severity, number) in tally.summary().open_by_severity {
                assert_eq!(number, count(&|it| it.is_open() && it.severity == severity));
                let told = count(&|it| it.is_worth_telling() && !is_gap(it) && it.severity == severity);
                assert_eq!(tally.told_by_severity().get(&severity).copied().unwrap_or_default(), told);
            }
            assert_eq!(tally.told(), count(&|it| it.is_worth_telling() && !is_gap(it)));
            assert_eq!(tally.worth_telling(), count(&Finding::is_worth_telling));
            assert_eq!(tally.minor(), count(&|it| it.is_open() && !it.is_worth_telling()));
            assert_eq!(tally.gaps(), scopes.iter().filter(|scope| scope.status.is_gap()).count());
            let missed = scopes.iter().flat_map(Scope::missed).count();
            assert_eq!(tally.gaps_by_reason().values().sum::<usize>(), missed);
        }
    }

    #[test]
    fn the_parts_add_up_to_the_whole() {
        for Sample { findings, scopes, .. } in all() {
            let whole = tally(&findings, &scopes);
            let mut parts = Tally::default();
            for number in 0..findings.len().max(scopes.len()) {
                let finding = findings.get(number..=number).unwrap_or_default();
                parts.merge(&tally(finding, scopes.get(number..=number).unwrap_or_default()));
            }
            assert_eq!(parts, whole);
            let written = serde_json::to_string(&whole).unwrap();
            assert_eq!(serde_json::from_str::<Tally>(&written).unwrap(), whole);
        }
    }

    #[test]
    fn a_gap_makes_a_scan_incomplete_and_so_does_nothing_asked_for() {
        assert!(tally(&[], &samples::healthy().scopes).is_complete());
        assert!(!tally(&[], &samples::scan().scopes).is_complete());
        assert!(!Tally::default().is_complete());
        let scopes = samples::scan().scopes;
        let disabled: Vec<_> =
            scopes.into_iter().filter(|it| it.status == CoverageStatus::Disabled).collect();
        assert!(!disabled.is_empty() && tally(&[], &disabled).is_complete());
        assert!(tally(&[], &disabled).gaps_by_reason().is_empty());
    }

    #[test]
    fn what_was_left_out_is_counted_and_is_no_gap() {
        let mut scope = samples::healthy().scopes.remove(0);
        let gap = samples::scan().scopes.into_iter().flat_map(|scope| scope.gaps).next().unwrap();
        let unseen = Unseen { reason: Reason::LeftOut, ..gap.unseen };
        let one = Gap { item: Some("10.0.0.1:443".to_owned()), unseen };
        scope.gaps = vec![Gap { item: None, ..one.clone() }, one];
        let mut tally = tally(&[], &[scope]);
        assert!(tally.is_complete());
        tally.merge(&tally.clone());
        assert_eq!((tally.left_out(), tally.gaps()), (2, 0));
    }

    #[test]
    fn the_worst_is_of_what_failed_or_warned() {
        let mut findings = samples::scan().findings;
        assert_eq!(tally(&findings, &[]).worst(), Some(model::Severity::Critical));
        findings.retain(|it| it.severity != Severity::Critical && it.status != Status::Fail);
        assert_eq!(
            tally(&findings, &[]).worst(),
            Some(model::Severity::Medium),
            "a warning, not a high unknown"
        );
        findings.retain(|it| it.status == Status::Unknown);
        assert_eq!(tally(&findings, &[]).worst(), None);
        assert_eq!(Tally::default().worst(), None);
    }
}
