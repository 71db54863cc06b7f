//! Certificates that have ended or will end soon, wherever they are.

use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{
    CertificateTier, Check, FactKind, Facts, Grain, Measure, Role, Severity, Status, Thresholds, Validity,
    Verdict,
};

use crate::shared::{Placed, by_address, placed, until, worst_of_each};

pub(crate) static CHECK: Check = Check {
    id: "certificate-expiry",
    title: "Certificate expired or about to expire",
    why: "Clients refuse an expired certificate from one second to the next, and everything behind it is down. \
          How early the end is told depends on the lifetime: at a quarter of it, at most 30 days before, so that \
          short-lived certificates that renew themselves stay quiet; what many have to trust, authorities and \
          databases above all, is mentioned up to a year before.",
    fix: "Replace the certificate before its deadline. Issued by ACM: put back the CNAME record of each domain in \
          the ACM console (or answer the validation e-mail) and ACM renews it by itself as long as it is in use. \
          Imported into ACM: get a new one from its issuer and run `aws acm import-certificate` with the same \
          `--certificate-arn`, which keeps every listener attached. In IAM: upload the new one with \
          `aws iam upload-server-certificate` and point the listeners to it, or move to ACM. Served from a host or \
          a file: renew it with its ACME client or issuer, then reload the server. Delete what nothing uses.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Certificate, FactKind::Binding, FactKind::Served],
    verdicts,
};

fn verdicts(facts: &Facts, thresholds: &Thresholds, now: DateTime<Utc>) -> Vec<Verdict> {
    let bare = facts.served.iter().filter(|served| served.chain.is_empty());
    let unread =
        by_address(bare, |_| (Status::Unknown, Severity::Medium, Measure::ExpiryUnknown(String::new())));
    let tier = |place: &Placed<'_>| thresholds.certificate(&place.judged(&facts.tags));
    let judged = placed(facts).into_iter().map(|place| {
        let tier = tier(&place);
        judge(place, &tier, thresholds.scan_interval, now)
    });
    worst_of_each(judged.chain(unread))
}

fn judge(place: Placed<'_>, tier: &CertificateTier, interval: TimeDelta, now: DateTime<Utc>) -> Verdict {
    let (graded, measure, deadline) = match &place.certificate.validity {
        Validity::Until { not_before, not_after } => {
            let left = until(*not_after, now);
            let measure = expiry(&place, *not_before, *not_after, left, interval);
            (grade(&place, left, tier), measure, Some(*not_after))
        }
        Validity::NoExpiry => ((Status::Pass, Severity::Info), Measure::NoExpiry, None),
        Validity::NotIssued => ((Status::Unknown, Severity::Info), Measure::NotIssued, None),
        Validity::Unknown(words) => {
            ((Status::Unknown, Severity::Medium), Measure::ExpiryUnknown(words.clone()), None)
        }
    };
    place.verdict(graded, measure, deadline)
}

/// Expired is a state of its own; before that, each threshold belongs to its tier.
fn grade(place: &Placed<'_>, left: TimeDelta, tier: &CertificateTier) -> (Status, Severity) {
    if left < TimeDelta::zero() {
        place.out_of_date(Severity::Critical)
    } else if place.outlives {
        (Status::Pass, Severity::Info)
    } else if left <= tier.critical {
        (Status::Fail, Severity::High)
    } else if left <= tier.warn {
        (Status::Warn, Severity::Medium)
    } else if tier.notice.is_some_and(|notice| left <= notice) {
        (Status::Warn, Severity::Low)
    } else {
        (Status::Pass, Severity::Info)
    }
}

/// A life is scanned too seldom if fewer than four scans see it.
fn expiry(
    place: &Placed<'_>,
    not_before: Option<DateTime<Utc>>,
    not_after: DateTime<Utc>,
    left: TimeDelta,
    interval: TimeDelta,
) -> Measure {
    let lifetime = place.certificate.validity.lifetime();
    let share = |lifetime: TimeDelta| (left.as_seconds_f64() / lifetime.as_seconds_f64()).clamp(0.0, 1.0);
    Measure::Expiry {
        not_before,
        not_after,
        seconds_left: left.num_seconds(),
        lifetime_left: lifetime.map(share),
        seldom: place.role == Role::Leaf && lifetime.is_some_and(|lifetime| interval > lifetime / 4),
        certificate: Box::new(place.certificate.identity()),
    }
}

#[cfg(test)]
mod tests {
    use howler_model::{
        Certificate, CertificateUsage, Exception, Finding, FindingId, Lines, Origin, Served, Sha256, Trust,
    };

    use super::*;
    use crate::shared::examples::{
        at, authority, binding, certificate, judge, lasting, now, served, served_there,
    };

    type Grade = (Status, Severity);
    const EXPIRED: Grade = (Status::Fail, Severity::Critical);
    const CRITICAL: Grade = (Status::Fail, Severity::High);
    const WARN: Grade = (Status::Warn, Severity::Medium);
    const NOTICE: Grade = (Status::Warn, Severity::Low);
    const PASS: Grade = (Status::Pass, Severity::Info);

    fn grade_of(finding: &Finding) -> Grade {
        (finding.verdict.status, finding.verdict.severity)
    }

    fn of_certificates(certificates: Vec<Certificate>) -> Vec<Finding> {
        judge(&CHECK, &Facts { certificates, ..Facts::default() })
    }

    fn of_served(served: Vec<Served>) -> Vec<Finding> {
        judge(&CHECK, &Facts { served, ..Facts::default() })
    }

    fn one(certificate: Certificate) -> Finding {
        let findings = of_certificates(vec![certificate]);
        let [finding] = <[Finding; 1]>::try_from(findings).unwrap();
        finding
    }

    /// A certificate in use with so many seconds of its lifetime left.
    fn left(lifetime: i64, left: i64) -> Grade {
        let validity = lasting(TimeDelta::seconds(lifetime), TimeDelta::seconds(left));
        grade_of(&one(Certificate { validity, origin: Origin::AcmIssued, ..certificate("c") }))
    }

    const DAY: i64 = 86_400;

    #[test]
    fn each_lifetime_has_its_thresholds_and_they_are_inside() {
        for (lifetime, warn, critical) in [
            (398 * DAY, 30 * DAY, 7 * DAY),
            (200 * DAY, 30 * DAY, 7 * DAY),
            (90 * DAY, 1_944_000, 7 * DAY), // 22.5 d
            (47 * DAY, 1_015_200, 406_080), // 11.75 d, 4.7 d
            (576_288, 2 * DAY, 108_000),    // 6.67 d: two scans, one and a quarter
        ] {
            for (seconds, expected) in [
                (lifetime, PASS),
                (warn + 1, PASS),
                (warn, WARN),
                (warn - 1, WARN),
                (critical + 1, WARN),
                (critical, CRITICAL),
                (critical - 1, CRITICAL),
                (1, CRITICAL),
                (0, CRITICAL),
                (-1, EXPIRED),
                (-lifetime, EXPIRED),
            ] {
                assert_eq!(left(lifetime, seconds), expected, "lifetime {lifetime} s, left {seconds} s");
            }
        }
    }

    #[test]
    fn without_a_lifetime_the_fixed_days_hold() {
        for (seconds, expected) in [
            (30 * DAY + 1, PASS),
            (30 * DAY, WARN),
            (7 * DAY + 1, WARN),
            (7 * DAY, CRITICAL),
            (0, CRITICAL),
            (-1, EXPIRED),
        ] {
            let not_after = now() + TimeDelta::seconds(seconds);
            let validity = Validity::Until { not_before: None, not_after };
            assert_eq!(grade_of(&one(Certificate { validity, ..certificate("c") })), expected, "{seconds}");
        }
        assert_eq!(left(-DAY, 40 * DAY), PASS, "dates in the wrong order have no lifetime");
    }

    #[test]
    fn it_is_valid_in_all_of_its_last_second() {
        let certificates = vec![Certificate {
            validity: lasting(TimeDelta::days(90), TimeDelta::zero()),
            ..certificate("c")
        }];
        let facts = Facts { certificates, ..Facts::default() };
        let later = |milliseconds| {
            let now = now() + TimeDelta::milliseconds(milliseconds);
            grade_of(&CHECK.judge(&facts, &Thresholds::default(), now)[0])
        };
        assert_eq!(later(0), CRITICAL);
        assert_eq!(later(999), CRITICAL);
        assert_eq!(later(1_000), EXPIRED);
    }

    #[test]
    fn the_measure_has_both_dates_and_what_is_left() {
        let validity = lasting(TimeDelta::days(90), TimeDelta::days(9));
        let finding = one(Certificate { validity, sha256: Some(Sha256::of(b"x")), ..certificate("c") });
        let not_after = at("2026-08-10T12:00:00Z");
        assert_eq!(finding.verdict.deadline, Some(not_after));
        let Measure::Expiry {
            not_before,
            not_after: told,
            seconds_left,
            lifetime_left,
            seldom: false,
            certificate,
        } = finding.verdict.measure
        else {
            panic!("no dates")
        };
        assert_eq!((not_before, told), (Some(at("2026-05-12T12:00:00Z")), not_after));
        assert_eq!((seconds_left, lifetime_left), (9 * DAY, Some(0.1)));
        assert_eq!(certificate.sha256, Some(Sha256::of(b"x")));
    }

    #[test]
    fn what_is_left_of_a_lifetime_stays_between_nothing_and_all() {
        for (left, share) in [(-10, 0.0), (0, 0.0), (45, 0.5), (90, 1.0), (100, 1.0)] {
            let validity = lasting(TimeDelta::days(90), TimeDelta::days(left));
            let Measure::Expiry { lifetime_left, .. } =
                one(Certificate { validity, ..certificate("c") }).verdict.measure
            else {
                panic!("no dates")
            };
            assert_eq!(lifetime_left, Some(share), "{left} days left");
        }
    }

    #[test]
    fn what_nothing_uses_is_low_at_most() {
        for (left, expected) in [
            (-1, (Status::Fail, Severity::Low)),
            (3, (Status::Fail, Severity::Low)),
            (20, (Status::Warn, Severity::Low)),
            (80, PASS),
        ] {
            let validity = lasting(TimeDelta::days(90), TimeDelta::days(left));
            let usage = CertificateUsage::Unused;
            assert_eq!(
                grade_of(&one(Certificate { validity, usage, ..certificate("c") })),
                expected,
                "{left}"
            );
        }
        let blind = Certificate {
            validity: Validity::Unknown("?".into()),
            usage: CertificateUsage::Unused,
            ..certificate("c")
        };
        assert_eq!(grade_of(&one(blind)), (Status::Unknown, Severity::Low));
    }

    #[test]
    fn a_binding_is_use_and_its_listener_is_affected() {
        let expired = Certificate {
            validity: lasting(TimeDelta::days(90), TimeDelta::days(-1)),
            usage: CertificateUsage::By(vec!["arn:lb/z".into(), "arn:lb/a".into()]),
            ..certificate("arn:c")
        };
        let unused = Certificate { usage: CertificateUsage::Unused, ..expired.clone() };
        let bindings = vec![binding("arn:c", "arn:listener"), binding("arn:c", "arn:lb/a")];
        for (certificate, affects) in [
            (expired, vec!["arn:lb/a", "arn:lb/z", "arn:listener"]),
            (unused, vec!["arn:lb/a", "arn:listener"]),
        ] {
            let facts =
                Facts { certificates: vec![certificate], bindings: bindings.clone(), ..Facts::default() };
            let findings = judge(&CHECK, &facts);
            assert_eq!(grade_of(&findings[0]), EXPIRED);
            assert_eq!(findings[0].verdict.affects, affects);
        }
    }

    #[test]
    fn an_authority_is_told_early_and_is_never_critical() {
        for (left, expected) in [
            (366, PASS),
            (365, NOTICE),
            (181, NOTICE),
            (180, WARN),
            (61, WARN),
            (60, CRITICAL),
            (0, CRITICAL),
            (-1, (Status::Fail, Severity::High)),
        ] {
            let validity = lasting(TimeDelta::days(3650), TimeDelta::days(left));
            assert_eq!(grade_of(&one(Certificate { validity, ..authority("ca") })), expected, "{left} days");
        }
    }

    #[test]
    fn a_life_that_fewer_than_four_scans_see_is_scanned_too_seldom() {
        let seldom = |hours| {
            let validity = lasting(TimeDelta::hours(hours), TimeDelta::hours(hours));
            let measure = one(Certificate { validity, ..certificate("c") }).verdict.measure;
            matches!(measure, Measure::Expiry { seldom: true, .. })
        };
        assert!(seldom(95) && !seldom(96) && !seldom(24 * 90));
    }

    #[test]
    fn each_role_has_its_days() {
        let days = |role, origin, lifetime, left| {
            let validity = lasting(TimeDelta::days(lifetime), TimeDelta::days(left));
            grade_of(&one(Certificate { validity, role, origin, ..certificate("c") }))
        };
        for (role, origin, lifetime, expected) in [
            (Role::Leaf, Origin::AcmImported, 398, [(31, PASS), (30, WARN), (15, WARN), (14, CRITICAL)]),
            (Role::Leaf, Origin::Iam, 90, [(23, PASS), (22, WARN), (8, WARN), (7, CRITICAL)]),
            (Role::Database, Origin::Service, 3650, [(181, PASS), (180, NOTICE), (90, WARN), (30, CRITICAL)]),
            (
                Role::TrustStore,
                Origin::Uploaded,
                3650,
                [(366, PASS), (365, NOTICE), (180, WARN), (60, CRITICAL)],
            ),
            (Role::Federation, Origin::Uploaded, 3650, [(91, PASS), (90, NOTICE), (30, WARN), (7, CRITICAL)]),
            (
                Role::RevocationList,
                Origin::Uploaded,
                20,
                [(11, PASS), (10, NOTICE), (5, WARN), (1, CRITICAL)],
            ),
        ] {
            for (left, grade) in expected {
                assert_eq!(days(role, origin, lifetime, left), grade, "{role:?} {left}");
            }
        }
        assert_eq!(
            days(Role::RevocationList, Origin::Uploaded, 20, -1),
            EXPIRED,
            "who checks refuses everybody"
        );
        assert_eq!(days(Role::TrustStore, Origin::Uploaded, 20, -1), (Status::Fail, Severity::High));
    }

    #[test]
    fn an_exception_holds_for_what_has_its_tag_itself_or_by_its_user() {
        let validity = lasting(TimeDelta::days(398), TimeDelta::days(50));
        let mut facts = Facts {
            certificates: vec![Certificate { validity, ..certificate("arn:c") }],
            bindings: vec![binding("arn:c", "arn:lb")],
            ..Facts::default()
        };
        let left = Lines { warn: Some(TimeDelta::days(60)), ..Lines::default() };
        let tags = vec![("stage".to_owned(), Some("prod".to_owned()))];
        let exceptions = vec![Exception { tags, left, ..Exception::default() }];
        let thresholds = Thresholds { exceptions, ..Thresholds::default() };
        let grade = |facts: &Facts| grade_of(&CHECK.judge(facts, &thresholds, now())[0]);
        assert_eq!(grade(&facts), PASS);
        for arn in ["arn:c", "arn:lb"] {
            facts.tags = [(arn.to_owned(), vec![("stage".to_owned(), "prod".to_owned())])].into();
            assert_eq!(grade(&facts), WARN, "{arn}");
        }
    }

    #[test]
    fn what_is_kept_and_served_is_one_finding_with_its_endpoints() {
        let sealed = |id| Certificate { sha256: Some(Sha256::of(b"x")), ..certificate(id) };
        let on = |endpoint| served_there(endpoint, "192.0.2.1:443", vec![sealed("leaf")]);
        let served = vec![on("a.example:443"), on("b.example:443")];
        let facts = Facts { served: served.clone(), ..Facts::default() };
        let findings = judge(&CHECK, &facts);
        let told: Vec<_> =
            findings.iter().map(|it| (it.verdict.resource.kind, it.verdict.affects.join(" "))).collect();
        assert_eq!(told, [("served-certificate", "a.example:443 b.example:443".to_owned())]);
        let facts = Facts { certificates: vec![sealed("arn:c")], served, ..Facts::default() };
        let findings = judge(&CHECK, &facts);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].verdict.resource.id, "arn:c");
        assert_eq!(findings[0].verdict.affects, ["a.example:443", "b.example:443"]);
    }

    #[test]
    fn no_end_passes_and_what_is_not_known_never_does() {
        for (validity, expected, measure) in [
            (Validity::NoExpiry, PASS, Measure::NoExpiry),
            (Validity::NotIssued, (Status::Unknown, Severity::Info), Measure::NotIssued),
            (
                Validity::Unknown("month 13".into()),
                (Status::Unknown, Severity::Medium),
                Measure::ExpiryUnknown("month 13".into()),
            ),
        ] {
            let finding = one(Certificate { validity, ..certificate("c") });
            assert_eq!(grade_of(&finding), expected);
            assert_eq!((finding.verdict.measure, finding.verdict.deadline), (measure, None));
        }
        let silent = of_served(vec![served("a.example:443", "192.0.2.1:443", vec![])]);
        assert_eq!(silent.len(), 1);
        assert_eq!(grade_of(&silent[0]), (Status::Unknown, Severity::Medium), "nothing served is not green");
    }

    #[test]
    fn far_dates_do_not_overflow() {
        use DateTime as D;
        let far = [
            (at("1950-01-01T00:00:00Z"), at("1950-01-02T00:00:00Z"), EXPIRED),
            (at("2020-01-01T00:00:00Z"), at("9999-12-31T23:59:58Z"), PASS),
            (D::<Utc>::MIN_UTC, D::<Utc>::MAX_UTC, PASS),
            (D::<Utc>::MIN_UTC, D::<Utc>::MIN_UTC, EXPIRED),
            (D::<Utc>::MAX_UTC, D::<Utc>::MIN_UTC, EXPIRED),
        ];
        for (not_before, not_after, expected) in far {
            let validity = Validity::Until { not_before: Some(not_before), not_after };
            let certificates = vec![Certificate { validity, ..certificate("c") }];
            let facts = Facts { certificates, ..Facts::default() };
            let mut thresholds = Thresholds::default();
            assert_eq!(grade_of(&CHECK.judge(&facts, &thresholds, now())[0]), expected, "{not_after}");
            thresholds.scan_interval = TimeDelta::MAX;
            assert_eq!(CHECK.judge(&facts, &thresholds, now()).len(), 1);
            for now in [D::<Utc>::MIN_UTC, D::<Utc>::MAX_UTC] {
                assert_eq!(CHECK.judge(&facts, &Thresholds::default(), now).len(), 1);
            }
        }
    }

    #[test]
    fn an_endpoint_is_one_finding_and_the_worst_of_its_addresses() {
        let leaf = |left| Certificate {
            validity: lasting(TimeDelta::days(90), TimeDelta::days(left)),
            ..certificate("a.example:443")
        };
        let findings = of_served(vec![
            served("a.example:443", "192.0.2.1:443", vec![leaf(80)]),
            served("a.example:443", "[2001:db8::1]:443", vec![leaf(-2)]),
            served("a.example:443", "192.0.2.2:443", vec![leaf(-1)]),
            served("b.example:443", "192.0.2.1:443", vec![leaf(80)]),
        ]);
        assert_eq!(findings.iter().map(grade_of).collect::<Vec<_>>(), [EXPIRED, PASS]);
        let worst = &findings[0].verdict;
        assert_eq!(worst.resource.id, "a.example:443");
        assert_eq!(worst.affects, ["192.0.2.2:443", "[2001:db8::1]:443"], "the healthy address is not hit");
        assert_eq!(worst.deadline, Some(now() - TimeDelta::days(2)));
    }

    #[test]
    fn a_chain_member_is_told_once_and_an_expired_one_matters_less_where_a_path_goes_round_it() {
        let expired = || Certificate {
            validity: lasting(TimeDelta::days(3650), TimeDelta::days(-1)),
            ..authority("a.example:443/ca")
        };
        let on = |address, trust| Served {
            trust,
            ..served("a.example:443", address, vec![certificate("leaf"), expired()])
        };
        let member = |findings: Vec<Finding>| {
            assert_eq!(findings.len(), 2);
            let member = findings.into_iter().find(|f| f.verdict.resource.id == "a.example:443/ca").unwrap();
            (grade_of(&member), member.verdict.affects)
        };
        let both = vec![on("192.0.2.1:443", Trust::Trusted), on("192.0.2.2:443", Trust::Trusted)];
        assert_eq!(
            member(of_served(both)),
            ((Status::Warn, Severity::Low), vec!["192.0.2.1:443".into(), "192.0.2.2:443".into()])
        );
        let one_broken = vec![on("192.0.2.1:443", Trust::Trusted), on("192.0.2.2:443", Trust::OutOfDate)];
        assert_eq!(
            member(of_served(one_broken)),
            ((Status::Fail, Severity::High), vec!["192.0.2.2:443".into()])
        );
    }

    #[test]
    fn a_served_authority_in_first_place_is_judged_as_the_leaf_that_it_is_there() {
        let long = |left| Certificate {
            validity: lasting(TimeDelta::days(3650), TimeDelta::days(left)),
            role: Role::Authority,
            ..certificate("self-signed")
        };
        let grade =
            |left| grade_of(&of_served(vec![served("a.example:443", "192.0.2.1:443", vec![long(left)])])[0]);
        assert_eq!((grade(31), grade(30), grade(-1)), (PASS, WARN, EXPIRED));
    }

    #[test]
    fn a_renewed_certificate_at_the_same_endpoint_keeps_the_id() {
        let leaf = |id: &str, left, der: &[u8]| Certificate {
            validity: lasting(TimeDelta::days(90), TimeDelta::days(left)),
            sha256: Some(Sha256::of(der)),
            ..certificate(id)
        };
        let old = of_served(vec![served("a.example:443", "192.0.2.1:443", vec![leaf("old", -1, b"1")])]);
        let new = of_served(vec![served("a.example:443", "192.0.2.9:443", vec![leaf("new", 89, b"2")])]);
        assert_eq!((grade_of(&old[0]), grade_of(&new[0])), (EXPIRED, PASS));
        assert_eq!(old[0].id, new[0].id);
        assert_eq!(old[0].id, FindingId::of("certificate-expiry", &old[0].verdict.resource));
    }
}
