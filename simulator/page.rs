//! Paging as AWS does it: a limit within bounds, an opaque token that only fits the listing it came from.

use crate::call::Call;
use crate::digest::Digest;
use crate::failure::Failure;
use crate::fault::Paging as PagingFault;
use crate::value::Value;

/// How one listing is paged: the wire names and the bounds of AWS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paging {
    /// The parameter that limits a page.
    pub(crate) limit: &'static str,
    /// The parameter that asks for a further page.
    pub(crate) token: &'static str,
    /// The field of the answer that names the next page.
    pub(crate) next: &'static str,
    /// Entries a page when no limit is given.
    pub(crate) default: usize,
    /// The least that may be asked.
    pub(crate) least: usize,
    /// The most that may be asked.
    pub(crate) most: usize,
}

/// One page of a listing.
pub(crate) struct Page<T> {
    /// The entries.
    pub(crate) items: Vec<T>,
    /// The token of the next page, if there is one.
    pub(crate) next: Option<String>,
}

impl Paging {
    /// The page that the call asks for.
    pub(crate) fn page<T>(
        &self,
        call: &Call<'_>,
        items: impl IntoIterator<Item = T>,
    ) -> Result<Page<T>, Failure> {
        let limit = self.limit(call)?;
        let start = self.start(call)?;
        let mut items = items.into_iter().skip(start);
        let page: Vec<T> = items.by_ref().take(limit).collect();
        let next = items.next().is_some().then_some(start + limit);
        Ok(Page {
            items: page,
            next: next_start(call, self, start, limit, next).map(|next| token(call, next)),
        })
    }

    fn limit(&self, call: &Call<'_>) -> Result<usize, Failure> {
        let Some(limit) = call.parameters.number(self.limit)? else { return Ok(self.default) };
        match usize::try_from(limit) {
            Ok(limit) if (self.least..=self.most).contains(&limit) => Ok(limit),
            _ => Err(Failure::invalid(format!(
                "Value ( {limit} ) for parameter {} is invalid. Expecting {} to {}.",
                self.limit, self.least, self.most
            ))),
        }
    }

    fn start(&self, call: &Call<'_>) -> Result<usize, Failure> {
        let Some(given) = call.parameters.text(self.token) else { return Ok(0) };
        let start = given.split_once('-').and_then(|(start, _)| usize::from_str_radix(start, 16).ok());
        match start {
            Some(start) if token(call, start) == given => Ok(start),
            _ => Err(Failure::bad_token()),
        }
    }
}

impl<T> Page<T> {
    /// The answer of a listing: its entries under a name, and the token of the next page.
    pub(crate) fn into_record(self, name: &'static str, paging: &Paging) -> Value
    where
        T: Into<Value>,
    {
        Value::record().with(name, Value::list(self.items)).with_some(paging.next, self.next)
    }
}

/// Where the next page starts; a paging fault sends a caller that follows tokens round in circles.
fn next_start(
    call: &Call<'_>,
    paging: &Paging,
    start: usize,
    limit: usize,
    next: Option<usize>,
) -> Option<usize> {
    let follows = call.parameters.text(paging.token).is_some();
    match call.paging_fault {
        Some(PagingFault::Repeat) if follows => Some(start),
        Some(PagingFault::Loop) if follows => Some(if start == 0 { limit } else { 0 }),
        _ => next,
    }
}

fn token(call: &Call<'_>, start: usize) -> String {
    let digest = Digest::new().add(&call.account.id).add(call.region_name).add(call.action).finish();
    format!("{start:x}-{digest:016x}")
}
