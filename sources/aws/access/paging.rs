//! Guards a listing against page tokens that lead nowhere: the SDK's own paginators end at a repeated token as if all
//! were read, and never end where two tokens name each other.

use std::collections::HashSet;

use howler_model::{Reason, Unseen};

/// More pages than any listing has; past it, something is wrong with the tokens.
const MOST_PAGES: usize = 10_000;

/// Where a listing stands.
#[derive(Debug, Default)]
pub(super) struct Paging {
    /// The token of the page to ask for; none for the first.
    pub(super) token: Option<String>,
    seen: HashSet<String>,
}

impl Paging {
    /// Turns to the page that the last one named; false if that was the last one.
    ///
    /// # Errors
    /// [`Reason::PagingLoop`] if the token came before, or if the pages never end.
    pub(super) fn turn(&mut self, action: &str, next: Option<String>) -> Result<bool, Unseen> {
        self.token = next.filter(|next| !next.is_empty());
        let Some(token) = &self.token else { return Ok(false) };
        match self.seen.len() < MOST_PAGES && self.seen.insert(token.clone()) {
            true => Ok(true),
            false => {
                let message = format!("page {} repeats an earlier token", self.seen.len() + 1);
                Err(Unseen::new(Reason::PagingLoop, action, message))
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_token_ends_a_listing_and_one_that_came_before_is_a_loop() {
        let mut paging = Paging::default();
        assert!(paging.turn("a:B", Some("1".into())).unwrap());
        assert_eq!(paging.token.as_deref(), Some("1"));
        assert!(paging.turn("a:B", Some("2".into())).unwrap());
        assert_eq!(paging.turn("a:B", Some("1".into())).unwrap_err().reason, Reason::PagingLoop);
        assert!(!Paging::default().turn("a:B", None).unwrap());
        assert!(!Paging::default().turn("a:B", Some(String::new())).unwrap());
    }

    #[test]
    fn pages_without_end_are_a_loop() {
        let mut paging = Paging::default();
        let turned =
            (0..=MOST_PAGES).map(|page| paging.turn("a:B", Some(page.to_string()))).find(Result::is_err);
        assert_eq!(turned.unwrap().unwrap_err().reason, Reason::PagingLoop);
    }
}
