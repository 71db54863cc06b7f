//! What a listing is, and the short form in which most of them are written.

use std::future::Future;

use howler_model::Unseen;

use super::AccountRegion;

/// All items that one operation lists in a region of an account.
pub(crate) trait Listing: 'static {
    /// What is listed.
    type Item: Clone + Send + Sync + 'static;
    /// The IAM action that it needs.
    const ACTION: &'static str;
    /// Asks for all of it.
    fn ask(at: &AccountRegion) -> impl Future<Output = Result<Vec<Self::Item>, Unseen>> + Send;
}

/// One page of a listing.
pub(crate) struct Page<I> {
    /// What is on it.
    pub(crate) items: Vec<I>,
    /// The token of the next one, if there is one.
    pub(crate) next: Option<String>,
}

impl<I> Page<I> {
    /// A page as the SDK gives its two fields.
    pub(crate) fn of(items: Option<Vec<I>>, next: Option<String>) -> Self {
        Self { items: items.unwrap_or_default(), next }
    }
}

/// Defines a listing: its item and action, how one page is asked for, how an answer becomes a [`Page`], and,
/// where AWS shows what others own too, what is kept.
macro_rules! listing {
    (
        $(#[$doc:meta])*
        $name:ident: $item:ty = $action:literal,
        $client:ident($token:ident) => $request:expr,
        $page:ident => $split:expr
        $(, keep $kept:ident, $account:ident => $keep:expr)?
        $(,)?
    ) => {
        $(#[$doc])*
        pub(crate) struct $name;

        impl $crate::aws::access::Listing for $name {
            type Item = $item;
            const ACTION: &'static str = $action;

            async fn ask(
                at: &$crate::aws::access::AccountRegion,
            ) -> Result<Vec<$item>, howler_model::Unseen> {
                let $client = at.$client();
                let ask = |$token: Option<String>| {
                    let sent = $request.send();
                    async move { sent.await.map(|$page| $split) }
                };
                #[allow(unused_mut, reason = "only what others own too is filtered")]
                let mut items = at.pages($action, ask).await?;
                $(
                    let $account = at.account().as_str();
                    items.retain(|$kept| $keep);
                )?
                Ok(items)
            }
        }
    };
}
pub(crate) use listing;
