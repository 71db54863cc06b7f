//! A storm: every failure that passes, a little of each, upon a share of all requests.

use std::time::Duration;

use crate::fault::{Fault, Faults, Rule};

/// What strikes, and its part of all strokes, in percent. What cannot strike every request comes first, before
/// throttling, so that a request which cannot be struck by it is throttled instead.
const PARTS: [(Fault, u32); 10] = [
    (Fault::RepeatToken, 3),
    (Fault::LoopTokens, 3),
    (Fault::ExpiredToken, 7),
    (Fault::Throttle, 20),
    (Fault::Fail(500), 17),
    (Fault::Fail(503), 17),
    (Fault::Reset, 10),
    (Fault::TruncatedBody, 10),
    (Fault::Garbage, 10),
    (Fault::Hang, 3),
];

/// How late an answer is that comes late.
const LATE: Duration = Duration::from_secs(1);
/// Of all requests, as a part of the share that is struck.
const LATE_PART: f64 = 0.1;

/// Faults that spoil that share (0 to 1) of all requests in every way that passes: throttled, answered with status
/// 500 or 503, reset, cut short, answered with garbage or never, with tokens that lead in circles, or because the
/// session has expired. Beside these, a tenth of that share of requests is answered a second late.
///
/// Denials and regions that are not enabled are answers, and not in it: asking again would not help. Sessions alone
/// expire, not the keys of users; tokens go wrong on further pages alone.
pub fn storm(share: f64, seed: u64) -> Faults {
    let mut below = 0;
    // One draw decides for all rules: each strikes where it is below the sum of the parts so far, unless an earlier
    // one did.
    let strokes = PARTS.map(|(fault, part)| {
        below += part;
        let rule = Rule::new(fault).share(share * f64::from(below) / 100.0, seed);
        if fault == Fault::ExpiredToken { rule.sessions() } else { rule }
    });
    let late = Rule::new(Fault::Delay(LATE)).share(share * LATE_PART, seed.wrapping_add(1));
    std::iter::once(late).chain(strokes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::fault::{Armed, Stroke, Target, stroke};

    const REQUESTS: u32 = 100_000;

    /// What a storm of three in ten does to many requests.
    fn strokes(further_page: bool, session: bool) -> Vec<Stroke> {
        strokes_of(further_page, session, |digest| digest)
    }

    fn strokes_of(further_page: bool, session: bool, end: fn(Digest) -> Digest) -> Vec<Stroke> {
        let rules: Vec<Armed> = storm(0.3, 7).into_iter().map(Armed::new).collect();
        let target = |number: u32| Target {
            account: "111111111111",
            region: "eu-west-1",
            action: "acm:ListCertificates",
            operation: "acm:ListCertificates",
            digest: end(Digest::new().add(number.to_le_bytes())),
            further_page,
            session,
        };
        (0..REQUESTS).map(|number| stroke(&rules, &target(number))).collect()
    }

    /// The share of requests that a fault struck, in thousandths.
    fn thousandths(strokes: &[Stroke], struck: impl Fn(Option<Fault>) -> bool) -> usize {
        strokes.iter().filter(|stroke| struck(stroke.fault)).count() / 100
    }

    #[test]
    fn the_share_is_kept_whatever_is_asked() {
        for (further_page, session) in [(false, false), (false, true), (true, false), (true, true)] {
            let struck = thousandths(&strokes(further_page, session), |fault| fault.is_some());
            assert!((295..=305).contains(&struck), "{struck} of 1000, {further_page} {session}");
        }
    }

    #[test]
    fn each_fault_has_its_part() {
        let strokes = strokes(true, true);
        assert_eq!(PARTS.iter().map(|(_, part)| part).sum::<u32>(), 100);
        for (fault, part) in PARTS {
            let (struck, expected) = (thousandths(&strokes, |it| it == Some(fault)), part as usize * 3);
            assert!(struck.abs_diff(expected) <= 3 + expected / 20, "{fault:?}: {struck} of 1000");
        }
        let late = strokes.iter().filter(|stroke| stroke.delay == LATE).count() / 100;
        assert!((27..=33).contains(&late), "{late} of 1000");
    }

    /// Asking again must be worth it: the second draw knows nothing of the first.
    #[test]
    fn who_was_struck_is_struck_again_no_more_often_than_others() {
        let first = strokes_of(true, true, |request| request.add(1_u32.to_le_bytes()));
        let second = strokes_of(true, true, |request| request.add(2_u32.to_le_bytes()));
        let pairs = first.iter().zip(&second).filter_map(|(first, second)| first.fault.zip(second.fault));
        let (same, other): (Vec<_>, Vec<_>) = pairs.partition(|(first, second)| first == second);
        let both = same.len() + other.len();
        assert!((8_700..=9_300).contains(&both), "{both} and not 9 % of {REQUESTS}");
        assert!((1_120..=1_320).contains(&same.len()), "{} and not 13.6 % of these", same.len());
    }

    #[test]
    fn users_do_not_expire_and_first_pages_do_not_lead_in_circles() {
        let strokes = strokes(false, false);
        let circles = [Some(Fault::RepeatToken), Some(Fault::LoopTokens), Some(Fault::ExpiredToken)];
        assert_eq!(thousandths(&strokes, |fault| circles.contains(&fault)), 0);
        let throttled = thousandths(&strokes, |fault| fault == Some(Fault::Throttle));
        assert!((95..=103).contains(&throttled), "{throttled} of 1000");
    }
}
