//! The limits that checks compare with: time left and share of a quota.

use chrono::TimeDelta;

use crate::Role;

/// When the end of a certificate is near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateTier {
    /// Warn at or below this time left.
    pub warn: TimeDelta,
    /// Critical at or below this time left.
    pub critical: TimeDelta,
}

/// When a quota is nearly used up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuotaTier {
    /// Warn at or above this many percent.
    pub warn_percent: f64,
    /// Critical at or above this many percent.
    pub critical_percent: f64,
}

/// All limits of one scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    /// Time between two scans; a certificate must be warned of in more than one of them.
    pub scan_interval: TimeDelta,
    /// The latest that a leaf of long life is warned of.
    pub leaf: CertificateTier,
    /// For certificates that sign others: replacing them takes longer.
    pub authority: CertificateTier,
    /// For all quotas.
    pub quota: QuotaTier,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            scan_interval: TimeDelta::days(1),
            leaf: CertificateTier { warn: TimeDelta::days(30), critical: TimeDelta::days(7) },
            authority: CertificateTier { warn: TimeDelta::days(180), critical: TimeDelta::days(60) },
            quota: QuotaTier { warn_percent: 80.0, critical_percent: 95.0 },
        }
    }
}

impl Thresholds {
    /// The tier of a certificate.
    ///
    /// A leaf that lives L is warned of at L/4 left and is critical at L/10, so that a certificate of 47 days
    /// that renews itself at a third of its life never fires; never later than two scans ahead, never
    /// earlier than the fixed days. Without a lifetime the fixed days hold.
    #[must_use]
    pub fn certificate(&self, role: Role, lifetime: Option<TimeDelta>) -> CertificateTier {
        match (role, lifetime) {
            (Role::Leaf, None) => self.leaf,
            (Role::Leaf, Some(lifetime)) => CertificateTier {
                warn: clamp(lifetime / 4, self.scan_interval * 2, self.leaf.warn),
                critical: clamp(lifetime / 10, self.scan_interval * 5 / 4, self.leaf.critical),
            },
            _ => self.authority,
        }
    }
}

/// Between the two bounds; the upper bound wins where they cross.
fn clamp(value: TimeDelta, least: TimeDelta, most: TimeDelta) -> TimeDelta {
    value.max(least).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_is_judged_by_its_lifetime() {
        let hours = |days: f64| {
            let tier = Thresholds::default()
                .certificate(Role::Leaf, Some(TimeDelta::seconds((days * 86_400.0) as i64)));
            (tier.warn.num_hours(), tier.critical.num_hours())
        };
        assert_eq!(hours(398.0), (30 * 24, 7 * 24));
        assert_eq!(hours(198.0), (30 * 24, 7 * 24));
        assert_eq!(hours(90.0), (540, 7 * 24));
        assert_eq!(hours(47.0), (282, 112));
        assert_eq!(hours(6.67), (48, 30));
    }

    #[test]
    fn an_authority_and_an_unknown_lifetime_have_fixed_days() {
        let thresholds = Thresholds::default();
        assert_eq!(
            thresholds.certificate(Role::Authority, Some(TimeDelta::days(3650))),
            thresholds.authority
        );
        assert_eq!(thresholds.certificate(Role::Leaf, None), thresholds.leaf);
    }
}
