//! The limits that checks compare with: time left and share of a quota.

use chrono::TimeDelta;

use crate::{Exception, Judged, Origin, Role};

/// When the end of a certificate is near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateTier {
    /// Mention it at or below this time left, where a replacement has to be prepared long before.
    pub notice: Option<TimeDelta>,
    /// Warn at or below this time left.
    pub warn: TimeDelta,
    /// Critical at or below this time left.
    pub critical: TimeDelta,
}

impl CertificateTier {
    /// Whole days; no notice before the warning.
    #[must_use]
    pub const fn days(warn: i64, critical: i64) -> Self {
        Self { notice: None, warn: TimeDelta::days(warn), critical: TimeDelta::days(critical) }
    }

    /// The same with a notice so many days before the end.
    #[must_use]
    pub const fn noticed(self, days: i64) -> Self {
        Self { notice: Some(TimeDelta::days(days)), ..self }
    }
}

/// When a quota is nearly used up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuotaTier {
    /// Warn at or above this many percent.
    pub warn_percent: f64,
    /// Critical at or above this many percent.
    pub critical_percent: f64,
}

/// All limits of one scan. Those of certificates are the earliest: a short life brings them nearer to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    /// Time between two scans; a certificate must be warned of in more than one of them.
    pub scan_interval: TimeDelta,
    /// For a leaf.
    pub leaf: CertificateTier,
    /// For a leaf that somebody renews by hand, if it lives longer than [`MANUAL_LIFETIME`]; never later than for another
    /// leaf.
    pub manual: CertificateTier,
    /// For certificates that sign others, and those in lists of whom to trust: replacing them takes longer.
    pub authority: CertificateTier,
    /// For databases, where every client has to follow.
    pub database: CertificateTier,
    /// For what another directory signs with.
    pub federation: CertificateTier,
    /// For all quotas.
    pub quota: QuotaTier,
    /// Other limits for some certificates, in the order of their file: the last one that matches holds.
    pub exceptions: Vec<Exception>,
}

/// Nobody renews by hand what lives no longer than this.
pub const MANUAL_LIFETIME: TimeDelta = TimeDelta::days(100);

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            scan_interval: TimeDelta::days(1),
            leaf: CertificateTier::days(30, 7),
            manual: CertificateTier::days(30, 14),
            authority: CertificateTier::days(180, 60).noticed(365),
            database: CertificateTier::days(90, 30).noticed(180),
            federation: CertificateTier::days(30, 7).noticed(90),
            quota: QuotaTier { warn_percent: 80.0, critical_percent: 95.0 },
            exceptions: Vec::new(),
        }
    }
}

impl Thresholds {
    /// The tier of a certificate: of its role and lifetime, unless an exception says otherwise.
    #[must_use]
    pub fn certificate(&self, judged: &Judged<'_>) -> CertificateTier {
        let lifetime = judged.certificate.validity.lifetime();
        let usual = self.tier(judged.role, judged.certificate.origin, lifetime);
        let exception = self.exceptions.iter().rev().find(|exception| exception.matches(judged));
        exception.map_or(usual, |exception| exception.apply(usual, lifetime))
    }

    /// The tier of a role, for what came from there and lives so long.
    ///
    /// What lives L is noticed at L/2 left, warned of at L/4 and critical at L/10, so that a certificate of 47 days
    /// that renews itself at a third of its life never fires; never later than two scans ahead, never earlier
    /// than the days of its role. Without a lifetime those days hold.
    #[must_use]
    pub fn tier(&self, role: Role, origin: Origin, lifetime: Option<TimeDelta>) -> CertificateTier {
        match role {
            Role::Leaf if is_manual(origin, lifetime) => self.within(self.by_hand(), lifetime),
            Role::Leaf => self.within(self.leaf, lifetime),
            Role::Authority if is_of_others(origin) => {
                self.within(CertificateTier { notice: None, ..self.authority }, lifetime)
            }
            Role::Authority | Role::TrustStore => self.within(self.authority, lifetime),
            Role::Database => self.within(self.database, lifetime),
            Role::Federation => self.within(self.federation, lifetime),
            Role::RevocationList => self.list(lifetime),
        }
    }

    fn by_hand(&self) -> CertificateTier {
        let (warn, critical) =
            (self.manual.warn.max(self.leaf.warn), self.manual.critical.max(self.leaf.critical));
        CertificateTier { warn, critical, ..self.manual }
    }

    fn within(&self, most: CertificateTier, lifetime: Option<TimeDelta>) -> CertificateTier {
        let Some(lifetime) = lifetime else { return most };
        let twice = self.scan_interval * 2;
        CertificateTier {
            notice: most.notice.map(|notice| clamp(lifetime / 2, twice, notice)),
            // However seldom a scan comes, most of a life is not an alarm.
            warn: clamp(lifetime / 4, twice, most.warn).min(lifetime / 3),
            critical: clamp(lifetime / 10, self.before_next_scan(), most.critical).min(lifetime / 4),
        }
    }

    /// A list of revoked certificates is replaced at half of its period by most who publish one, and ends nothing before
    /// it is overdue: critical is only what will be so before the next scan.
    fn list(&self, period: Option<TimeDelta>) -> CertificateTier {
        let soon = self.before_next_scan();
        CertificateTier {
            notice: period.map(|period| period / 2),
            critical: period.map_or(soon, |period| soon.min(period / 10)),
            ..self.within(self.leaf, period)
        }
    }

    fn before_next_scan(&self) -> TimeDelta {
        self.scan_interval * 5 / 4
    }
}

fn is_manual(origin: Origin, lifetime: Option<TimeDelta>) -> bool {
    let by_hand = matches!(origin, Origin::AcmImported | Origin::Iam | Origin::Uploaded);
    by_hand && lifetime.is_some_and(|lifetime| lifetime > MANUAL_LIFETIME)
}

/// The intermediate of somebody's leaf is replaced with the leaf: nothing has to be prepared for it.
fn is_of_others(origin: Origin) -> bool {
    matches!(origin, Origin::Served | Origin::Iam)
}

/// Between the two bounds; the upper bound wins where they cross.
fn clamp(value: TimeDelta, least: TimeDelta, most: TimeDelta) -> TimeDelta {
    value.max(least).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    fn lasting(days: f64) -> Option<TimeDelta> {
        Some(TimeDelta::seconds((days * 86_400.0) as i64))
    }

    /// Notice, warn and critical in hours.
    fn hours(role: Role, origin: Origin, days: f64) -> (Option<i64>, i64, i64) {
        let tier = Thresholds::default().tier(role, origin, lasting(days));
        let hours = |left: TimeDelta| left.num_seconds() / HOUR;
        (tier.notice.map(hours), hours(tier.warn), hours(tier.critical))
    }

    #[test]
    fn a_leaf_is_judged_by_its_lifetime() {
        for (days, warn, critical) in [
            (398.0, 30 * 24, 7 * 24),
            (198.0, 30 * 24, 7 * 24),
            (90.0, 540, 7 * 24),
            (47.0, 282, 112),
            (6.67, 48, 30),
        ] {
            assert_eq!(hours(Role::Leaf, Origin::Served, days), (None, warn, critical), "{days}");
        }
    }

    #[test]
    fn what_is_renewed_by_hand_is_critical_earlier_if_it_lives_long() {
        for origin in [Origin::AcmImported, Origin::Iam, Origin::Uploaded] {
            assert_eq!(hours(Role::Leaf, origin, 398.0), (None, 30 * 24, 14 * 24));
            assert_eq!(hours(Role::Leaf, origin, 100.0), (None, 600, 7 * 24), "{origin:?}");
        }
        for origin in [Origin::AcmIssued, Origin::AcmPrivate, Origin::AcmAcme, Origin::Service, Origin::File]
        {
            assert_eq!(hours(Role::Leaf, origin, 398.0), (None, 30 * 24, 7 * 24), "{origin:?}");
        }
    }

    #[test]
    fn an_earlier_limit_for_leaves_is_one_for_those_renewed_by_hand() {
        let thresholds = Thresholds { leaf: CertificateTier::days(60, 20), ..Thresholds::default() };
        let tier = |origin| thresholds.tier(Role::Leaf, origin, lasting(398.0));
        assert_eq!(tier(Origin::AcmImported), tier(Origin::AcmIssued));
    }

    #[test]
    fn each_role_has_days_and_a_short_life_brings_them_nearer() {
        let days = |notice: i64, warn: i64, critical: i64| (Some(notice * 24), warn * 24, critical * 24);
        for (role, lifetime, expected) in [
            (Role::Authority, 3650.0, days(365, 180, 60)),
            (Role::TrustStore, 3650.0, days(365, 180, 60)),
            (Role::Authority, 40.0, days(20, 10, 4)),
            (Role::Database, 365.0, days(180, 90, 30)),
            (Role::Federation, 3650.0, days(90, 30, 7)),
            (Role::Federation, 6.0, days(3, 2, 1)),
        ] {
            let (notice, warn, critical) = hours(role, Origin::AcmPca, lifetime);
            let critical = critical / 24 * 24;
            assert_eq!((notice, warn, critical), expected, "{role:?} {lifetime}");
        }
        let without = Thresholds::default().tier(Role::Authority, Origin::AcmPca, None);
        assert_eq!(without, Thresholds::default().authority);
        assert_eq!(
            hours(Role::Leaf, Origin::Served, 1.0),
            (None, 8, 6),
            "it is not an alarm from its first second"
        );
    }

    #[test]
    fn nobody_prepares_for_the_intermediate_of_a_leaf() {
        assert_eq!(hours(Role::Authority, Origin::Served, 3650.0), (None, 180 * 24, 60 * 24));
        assert_eq!(hours(Role::Authority, Origin::Iam, 3650.0).0, None);
        assert_eq!(hours(Role::Authority, Origin::File, 3650.0).0, Some(365 * 24));
    }

    #[test]
    fn a_list_of_revoked_certificates_is_critical_when_no_scan_comes_before_its_end() {
        assert_eq!(hours(Role::RevocationList, Origin::Uploaded, 7.0), (Some(84), 48, 16));
        assert_eq!(hours(Role::RevocationList, Origin::Uploaded, 180.0), (Some(90 * 24), 30 * 24, 30));
        let without = Thresholds::default().tier(Role::RevocationList, Origin::Uploaded, None);
        assert_eq!((without.notice, without.critical), (None, TimeDelta::hours(30)));
    }
}
