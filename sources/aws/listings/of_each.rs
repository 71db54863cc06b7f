//! What is asked once for each resource of another listing, and can fail for one of them alone.

use std::future::Future;

use futures::stream::{self, StreamExt};
use howler_model::{Reason, Unseen};

use crate::source::Gathered;

/// Codes by which services say that a resource is not there (any more).
const GONE: &[&str] = &[
    "AcceleratorNotFoundException",
    "DirectoryDoesNotExistException",
    "InvalidClientVpnEndpointId.NotFound",
    "ListenerNotFound",
    "LoadBalancerNotFound",
    "NoSuchEntity",
    "NotFoundException",
    "ResourceNotFoundException",
    "RevocationIdNotFound",
    "TrustStoreNotFound",
];

/// How many resources of one scope are asked about at once.
const AT_ONCE: usize = 8;

/// The answer about one resource.
#[derive(Debug, Clone)]
pub(crate) struct Of<P, T> {
    /// The resource.
    pub(crate) parent: P,
    /// What was answered about it, or why nothing was.
    pub(crate) answer: Result<T, Unseen>,
}

/// Asks about each resource, a few at once, in their order. What was deleted since it was listed is left out.
///
/// # Errors
/// The first refusal if every question was refused: then the action is not permitted at all, which is one gap and
/// not one for each resource.
pub(crate) async fn of_each<'a, P, T, F>(
    parents: impl IntoIterator<Item = &'a P>,
    ask: impl Fn(&'a P) -> F,
) -> Result<Vec<Of<P, T>>, Unseen>
where
    P: Clone + 'a,
    F: Future<Output = Result<T, Unseen>>,
{
    let (parents, asked): (Vec<&P>, Vec<F>) = parents.into_iter().map(|parent| (parent, ask(parent))).unzip();
    let answers: Vec<Result<T, Unseen>> = stream::iter(asked).buffered(AT_ONCE).collect().await;
    let refusals: Vec<&Unseen> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    if let [first, ..] = refusals.as_slice()
        && refusals.len() == answers.len()
        && refusals.iter().all(|unseen| matches!(unseen.reason, Reason::Denied | Reason::DeniedByScp))
    {
        return Err((*first).clone());
    }
    let there = parents.into_iter().zip(answers).filter(|(_, answer)| !answer.as_ref().is_err_and(is_gone));
    Ok(there.map(|(parent, answer)| Of { parent: parent.clone(), answer }).collect())
}

/// Each resource with what was answered about it, as far as anything was: one failure is a gap of its resource, a
/// refusal of all of them is one gap.
pub(crate) fn noted<P: Clone, T>(
    parents: &[P],
    asked: Result<Vec<Of<P, T>>, Unseen>,
    id: impl Fn(&P) -> Option<&str>,
    gathered: &mut Gathered,
) -> Vec<(P, Option<T>)> {
    match asked {
        Ok(asked) => {
            let note = |of: Of<P, T>| (of.parent.clone(), gathered.note(id(&of.parent), of.answer));
            asked.into_iter().map(note).collect()
        }
        Err(unseen) => {
            gathered.miss(None, unseen);
            parents.iter().map(|parent| (parent.clone(), None)).collect()
        }
    }
}

fn is_gone(unseen: &Unseen) -> bool {
    unseen.code.as_deref().is_some_and(|code| GONE.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn asked(answers: &[Result<u8, Reason>]) -> Result<Vec<Of<Result<u8, Reason>, u8>>, Unseen> {
        let ask = |answer: &Result<u8, Reason>| {
            let answer = answer.map_err(|reason| Unseen::new(reason, "a:B", "no"));
            async move { answer }
        };
        of_each(answers, ask).await
    }

    #[tokio::test]
    async fn one_failure_stays_with_its_resource() {
        let answers = asked(&[Ok(1), Err(Reason::Denied), Err(Reason::Throttled), Ok(4)]).await.unwrap();
        let seen: Vec<_> =
            answers.iter().map(|of| of.answer.as_ref().map_err(|unseen| unseen.reason).copied()).collect();
        assert_eq!(seen, [Ok(1), Err(Reason::Denied), Err(Reason::Throttled), Ok(4)]);
        assert!(answers.iter().zip(&seen).all(|(of, seen)| of.parent == *seen));
    }

    #[tokio::test]
    async fn what_is_gone_is_left_out() {
        let ask = |code: &&str| {
            let unseen = Unseen { code: Some((*code).to_owned()), ..Unseen::new(Reason::Failed, "a:B", "") };
            async move { Err::<(), _>(unseen) }
        };
        let answers = of_each(&["LoadBalancerNotFound", "InternalFailure"], ask).await.unwrap();
        assert!(matches!(answers[..], [Of { parent: "InternalFailure", .. }]));
    }

    #[tokio::test]
    async fn only_refusals_everywhere_are_one_refusal() {
        assert_eq!(
            asked(&[Err(Reason::Denied), Err(Reason::Denied)]).await.unwrap_err().reason,
            Reason::Denied
        );
        assert_eq!(asked(&[Err(Reason::Throttled), Err(Reason::Denied)]).await.unwrap().len(), 2);
        assert!(asked(&[]).await.unwrap().is_empty());
    }

    #[test]
    fn a_failure_is_a_gap_of_its_resource_and_a_refusal_of_all_is_one() {
        let unseen = || Unseen::new(Reason::Denied, "a:B", "no");
        let asked = Ok(vec![Of { parent: "a", answer: Ok(1) }, Of { parent: "b", answer: Err(unseen()) }]);
        let mut gathered = Gathered::default();
        assert_eq!(noted(&["a", "b"], asked, |id| Some(id), &mut gathered), [("a", Some(1)), ("b", None)]);
        assert_eq!((gathered.answered, &gathered.gaps[..]), (1, &[(Some("b".to_owned()), unseen())][..]));

        let mut gathered = Gathered::default();
        let all = noted::<_, u8>(&["a", "b"], Err(unseen()), |id| Some(id), &mut gathered);
        assert_eq!(all, [("a", None), ("b", None)]);
        assert_eq!((gathered.answered, &gathered.gaps[..]), (0, &[(None, unseen())][..]));
    }
}
