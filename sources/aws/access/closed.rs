//! What one place is known not to answer: a service that is not there, and all of a region that a policy closes.
//!
//! After three services have said that a policy of the organisation denies, nobody is asked there again.
//! Such policies close whole regions and name few exceptions. Some forty calls would say the same; one of them that is
//! answered shows that the region is open, and then all are asked.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use howler_model::{Reason, Unseen};

use super::call::UNKNOWN_NAME;
use super::traffic::service;

/// So many services refused are not a policy about one of them.
const SERVICES: usize = 3;
/// AWS's words where a policy of the organisation denies, and does not merely fail to allow.
const EXPLICIT: &str = "explicit deny in a service control policy";

/// What one place said so far.
#[derive(Debug, Default)]
pub(super) struct Closed(Mutex<Said>);

#[derive(Debug, Default)]
struct Said {
    answered: bool,
    denied: BTreeSet<&'static str>,
    /// The refusal that was one too many.
    last: Option<Unseen>,
}

impl Closed {
    /// Learns from what a call came to.
    pub(super) fn learn<T>(&self, action: &'static str, answer: &Result<T, Unseen>) {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Ok(_) => *said = Said { answered: true, ..Said::default() },
            Err(unseen) if !said.answered && is_explicit(unseen) => {
                said.denied.insert(service(action));
                if said.denied.len() >= SERVICES && said.last.is_none() {
                    said.last = Some(unseen.clone());
                }
            }
            Err(_) => {}
        }
    }

    /// A call whose server has a name that nobody knows, where others are answered: the service is not in this region.
    pub(super) fn absent(&self, unseen: Unseen) -> Unseen {
        let said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match said.answered && unseen.code.as_deref() == Some(UNKNOWN_NAME) {
            true => Unseen {
                reason: Reason::Disabled,
                message: format!("the service is not in this region: {}", unseen.message),
                ..unseen
            },
            false => unseen,
        }
    }

    /// The gap that a call would be, if it need not be made.
    pub(super) fn unasked(&self, action: &'static str) -> Option<Unseen> {
        let said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = said.last.as_ref()?;
        let denied: Vec<&str> = said.denied.iter().copied().collect();
        let message =
            format!("not asked, as {} are denied here already: {}", denied.join(", "), last.message);
        let told =
            Unseen { code: last.code.clone(), attempts: 0, ..Unseen::new(last.reason, action, message) };
        Some(told)
    }
}

fn is_explicit(unseen: &Unseen) -> bool {
    unseen.reason == Reason::DeniedByScp && unseen.message.contains(EXPLICIT)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const BY_POLICY: &str = "not authorized: with an explicit deny in a service control policy";

    fn denied(message: &str) -> Result<(), Unseen> {
        let unseen = Unseen::new(Reason::DeniedByScp, "ec2:DescribeVpcs", message);
        Err(Unseen { code: Some("UnauthorizedOperation".into()), ..unseen })
    }

    #[test]
    fn three_services_close_a_region_and_two_do_not() {
        let closed = Closed::default();
        for action in
            ["acm:ListCertificates", "ec2:DescribeVpcs", "ec2:DescribeSubnets", "acm:DescribeCertificate"]
        {
            closed.learn(action, &denied(BY_POLICY));
        }
        assert_eq!(closed.unasked("iam:ListServerCertificates"), None);
        closed.learn("elasticloadbalancing:DescribeRules", &denied(BY_POLICY));
        let unseen = closed.unasked("iam:ListServerCertificates").unwrap();
        assert_eq!((unseen.reason, unseen.attempts), (Reason::DeniedByScp, 0));
        assert_eq!(unseen.action, "iam:ListServerCertificates");
        assert_eq!(unseen.code.as_deref(), Some("UnauthorizedOperation"));
        let words = "not asked, as acm, ec2, elasticloadbalancing are denied here already: ";
        assert_eq!(unseen.message, format!("{words}{BY_POLICY}"));
    }

    #[test]
    fn an_answer_keeps_a_region_open() {
        let four = ["acm:A", "ec2:A", "elasticloadbalancing:A", "servicequotas:A"];
        let closed = Closed::default();
        closed.learn("cloudwatch:GetMetricData", &Ok(()));
        four.iter().for_each(|action| closed.learn(action, &denied(BY_POLICY)));
        assert_eq!(closed.unasked("iam:A"), None);
        let closed = Closed::default();
        four.iter().for_each(|action| closed.learn(action, &denied(BY_POLICY)));
        closed.learn("cloudwatch:GetMetricData", &Ok(()));
        assert_eq!(closed.unasked("iam:A"), None, "it was under way when the others were denied");
    }

    #[test]
    fn a_service_without_a_name_is_absent_only_where_others_answer() {
        let unseen = || Unseen { code: Some(UNKNOWN_NAME.into()), ..Unseen::new(Reason::Network, "a:B", "") };
        let closed = Closed::default();
        assert_eq!(closed.absent(unseen()).reason, Reason::Network, "perhaps no name is known here");
        closed.learn("acm:A", &Ok(()));
        assert_eq!(closed.absent(unseen()).reason, Reason::Disabled);
        assert_eq!(closed.absent(Unseen { code: None, ..unseen() }).reason, Reason::Network);
    }

    #[test]
    fn only_a_policy_that_denies_in_so_many_words_closes_a_region() {
        let closed = Closed::default();
        for action in ["acm:A", "ec2:A", "elasticloadbalancing:A", "servicequotas:A"] {
            closed.learn(action, &denied("because no service control policy allows the action"));
            let other = Unseen { reason: Reason::Denied, ..denied(BY_POLICY).unwrap_err() };
            closed.learn(action, &Err::<(), _>(other));
        }
        assert_eq!(closed.unasked("iam:A"), None);
    }
}
