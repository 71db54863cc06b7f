//! AWS Global Accelerator: accelerators and their listeners.

use aws_sdk_globalaccelerator::config::{Builder, Region};
use aws_sdk_globalaccelerator::types::{Accelerator, Listener};
use howler_model::Unseen;

use super::of_each::{Of, of_each};
use crate::aws::AccountRegion;
use crate::aws::access::{Listing, Page, listing};

/// The most that one page holds.
const PAGE: i32 = 100;

/// The only region that answers for accelerators, which are in none.
fn in_oregon() -> Builder {
    Builder::new().region(Region::from_static("us-west-2"))
}

listing! {
    /// Standard accelerators.
    ListAccelerators: Accelerator = "globalaccelerator:ListAccelerators",
    globalaccelerator(token) => globalaccelerator
        .list_accelerators()
        .max_results(PAGE)
        .set_next_token(token)
        .customize()
        .config_override(in_oregon()),
    page => Page::of(page.accelerators, page.next_token),
}

/// The listeners of each accelerator that is switched on.
pub(crate) struct ListListeners;

impl Listing for ListListeners {
    type Item = Of<Accelerator, Vec<Listener>>;
    const ACTION: &'static str = "globalaccelerator:ListListeners";

    async fn ask(at: &AccountRegion) -> Result<Vec<Self::Item>, Unseen> {
        let accelerators = at.list::<ListAccelerators>().await?;
        let enabled = accelerators.iter().filter(|accelerator| accelerator.enabled() != Some(false));
        of_each(enabled, |accelerator| listeners(at, accelerator)).await
    }
}

async fn listeners(at: &AccountRegion, accelerator: &Accelerator) -> Result<Vec<Listener>, Unseen> {
    let client = at.globalaccelerator();
    let arn = accelerator.accelerator_arn();
    at.pages(ListListeners::ACTION, |token| {
        let request = client.list_listeners().set_accelerator_arn(arn.map(str::to_owned));
        let request = request.max_results(PAGE).set_next_token(token);
        let sent = request.customize().config_override(in_oregon()).send();
        async move { sent.await.map(|page| Page::of(page.listeners, page.next_token)) }
    })
    .await
}
