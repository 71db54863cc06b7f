//! Faults: what goes wrong, where, and how often. Everything is seeded, nothing is left to chance.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::digest::Digest;
use crate::pattern;

/// The faults of one simulation; the first rule that matches a request strikes.
pub type Faults = Vec<Rule>;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Refused, by a service control policy or for want of a permission, in the shape of the service.
    Deny {
        /// Whether the message names a service control policy.
        by_scp: bool,
    },
    /// Told to slow down, in the shape of the service.
    Throttle,
    /// This HTTP status, with an internal error of the service.
    Fail(u16),
    /// Answered as a region is that the account has not enabled.
    NotOptedIn,
    /// The session has expired.
    ExpiredToken,
    /// Never answered; the connection stays open.
    Hang,
    /// The connection is reset before any byte of the answer.
    Reset,
    /// The connection ends in the middle of the body.
    TruncatedBody,
    /// A whole answer of status 200 whose body is no document of the protocol.
    Garbage,
    /// Every page names itself as the next one. Strikes only requests for a further page.
    RepeatToken,
    /// Two pages name each other as the next one. Strikes only requests for a further page.
    LoopTokens,
    /// Answered well, but only after this time. Later rules still apply.
    Delay(Duration),
}

impl Fault {
    /// Whether it can go wrong in that way at all.
    fn fits(self, target: &Target<'_>) -> bool {
        target.further_page || !matches!(self, Self::RepeatToken | Self::LoopTokens)
    }
}

/// The faults of [`Fault`] that a listing has to commit itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paging {
    Repeat,
    Loop,
}

/// How often a rule strikes the requests that it matches.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    Always,
    First(u64),
    Fraction { share: f64, seed: u64 },
}

/// A fault and the requests that it strikes. In patterns `*` stands for anything.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    fault: Fault,
    account: String,
    region: String,
    action: String,
    sessions: bool,
    when: When,
}

impl Rule {
    /// A fault that strikes every request.
    pub fn new(fault: Fault) -> Self {
        let any = || "*".to_owned();
        Self { fault, account: any(), region: any(), action: any(), sessions: false, when: When::Always }
    }

    /// Only requests to accounts whose id matches.
    #[must_use]
    pub fn account(mut self, pattern: impl Into<String>) -> Self {
        self.account = pattern.into();
        self
    }

    /// Only requests to regions whose name matches.
    #[must_use]
    pub fn region(mut self, pattern: impl Into<String>) -> Self {
        self.region = pattern.into();
        self
    }

    /// Only actions that match, in the form of IAM (`acm:*`, `ec2:Describe*`), or operations: `apigateway:GetStages`.
    #[must_use]
    pub fn action(mut self, pattern: impl Into<String>) -> Self {
        self.action = pattern.into();
        self
    }

    /// Only requests in the session of an assumed role.
    #[must_use]
    pub fn sessions(mut self) -> Self {
        self.sessions = true;
        self
    }

    /// Only the first `count` requests that match.
    #[must_use]
    pub fn first(mut self, count: u64) -> Self {
        self.when = When::First(count);
        self
    }

    /// Only this share (0 to 1) of the requests that match. Which ones follows from the seed, the request, the
    /// number of its attempt and how often it was asked before, not from the order of requests.
    #[must_use]
    pub fn share(mut self, share: f64, seed: u64) -> Self {
        self.when = When::Fraction { share, seed };
        self
    }
}

/// What a fault rule looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) action: &'a str,
    pub(crate) operation: &'a str,
    /// The digest of the request, the number of its attempt and how often it was asked.
    pub(crate) digest: Digest,
    /// Whether it asks for a further page of a listing.
    pub(crate) further_page: bool,
    /// Whether it is made in the session of an assumed role.
    pub(crate) session: bool,
}

/// What strikes one request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stroke {
    pub(crate) fault: Option<Fault>,
    pub(crate) delay: Duration,
}

/// A rule and how many requests it has matched so far.
#[derive(Debug)]
pub(crate) struct Armed {
    rule: Rule,
    matched: AtomicU64,
}

impl Armed {
    pub(crate) fn new(rule: Rule) -> Self {
        Self { rule, matched: AtomicU64::new(0) }
    }

    fn strikes(&self, target: &Target<'_>) -> bool {
        let rule = &self.rule;
        pattern::matches(&rule.account, target.account)
            && pattern::matches(&rule.region, target.region)
            && [target.action, target.operation].iter().any(|name| pattern::matches(&rule.action, name))
            && (target.session || !rule.sessions)
            && rule.fault.fits(target)
            && self.is_due(target.digest)
    }

    fn is_due(&self, digest: Digest) -> bool {
        match self.rule.when {
            When::Always => true,
            When::First(count) => self.matched.fetch_add(1, Ordering::Relaxed) < count,
            When::Fraction { share, seed } => digest.add(seed.to_le_bytes()).fraction() < share,
        }
    }
}

/// What the rules do to a request: the first fault, and every delay before it.
pub(crate) fn stroke(rules: &[Armed], target: &Target<'_>) -> Stroke {
    let mut stroke = Stroke::default();
    for armed in rules.iter().filter(|armed| armed.strikes(target)) {
        match armed.rule.fault {
            Fault::Delay(delay) => stroke.delay += delay,
            fault => {
                stroke.fault = Some(fault);
                break;
            }
        }
    }
    stroke
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(action: &str, attempt: u64) -> Target<'_> {
        let digest = Digest::new().add(attempt.to_le_bytes());
        let (account, region) = ("111111111111", "eu-west-1");
        Target { account, region, action, operation: action, digest, further_page: false, session: false }
    }

    fn strikes(rule: Rule, requests: u64) -> usize {
        let rules = [Armed::new(rule)];
        (0..requests)
            .filter(|attempt| stroke(&rules, &target("acm:ListCertificates", *attempt)).fault.is_some())
            .count()
    }

    #[test]
    fn patterns_choose_the_requests() {
        assert_eq!(strikes(Rule::new(Fault::Throttle).action("acm:*"), 3), 3);
        assert_eq!(strikes(Rule::new(Fault::Throttle).action("ec2:*"), 3), 0);
        assert_eq!(strikes(Rule::new(Fault::Throttle).region("us-*"), 3), 0);
        assert_eq!(strikes(Rule::new(Fault::Throttle).account("222222222222"), 3), 0);
    }

    #[test]
    fn what_cannot_go_wrong_is_left_to_the_next_rule() {
        let [repeat, expired] = [Fault::RepeatToken, Fault::ExpiredToken].map(Rule::new);
        let rules: Vec<Armed> = [repeat.first(1), expired.sessions()].map(Armed::new).into();
        let first = target("acm:ListCertificates", 1);
        assert_eq!(stroke(&rules, &first).fault, None);
        let session = Target { session: true, ..first };
        assert_eq!(stroke(&rules, &session).fault, Some(Fault::ExpiredToken));
        let further = Target { further_page: true, ..session };
        assert_eq!(stroke(&rules, &further).fault, Some(Fault::RepeatToken), "its first is not used up");
    }

    #[test]
    fn counts_and_shares_are_kept() {
        assert_eq!(strikes(Rule::new(Fault::Hang).first(2), 5), 2);
        let struck = strikes(Rule::new(Fault::Hang).share(0.3, 7), 10_000);
        assert!((2_800..3_200).contains(&struck), "{struck} of 10000");
        assert_eq!(strikes(Rule::new(Fault::Hang).share(0.3, 7), 10_000), struck);
    }

    #[test]
    fn delays_add_up_before_a_fault() {
        let delay = Fault::Delay(Duration::from_millis(5));
        let rules: Vec<Armed> = [delay, delay, Fault::Throttle, delay].map(Rule::new).map(Armed::new).into();
        let stroke = stroke(&rules, &target("acm:ListCertificates", 1));
        assert_eq!((stroke.fault, stroke.delay), (Some(Fault::Throttle), Duration::from_millis(10)));
    }
}
