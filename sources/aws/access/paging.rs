//! Guards a listing against page tokens that lead nowhere: the SDK's own paginators end at a repeated token as if all
//! were read, and never end where two tokens name each other.

use std::collections::HashSet;

use howler_model::{Reason, Unseen};

/// More pages than any listing has; past it, something is wrong with the tokens.
const MOST_PAGES: usize = 10_000;

/// How often a listing is begun before its tokens are taken at their word: a proxy may have mixed up pages.
const ROUNDS: u32 = 3;

/// Where a listing stands.
#[derive(Debug, Default)]
pub(super) struct Paging {
    /// The token of the page to ask for; none for the first.
    pub(super) token: Option<String>,
    seen: HashSet<String>,
    /// Rounds that led nowhere.
    lost: u32,
}

/// Where a page leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// To the page that its token names.
    Next,
    /// Nowhere: the listing begins anew, and what it has told so far comes again.
    Anew,
    /// It was the last one.
    End,
}

impl Paging {
    /// Turns to the page that the last one named.
    ///
    /// # Errors
    /// [`Reason::PagingLoop`] if one round after the other came to a token that came before, or to no end.
    pub(super) fn turn(&mut self, action: &str, next: Option<String>) -> Result<Turn, Unseen> {
        self.token = next.filter(|next| !next.is_empty());
        let Some(token) = &self.token else { return Ok(Turn::End) };
        if self.seen.len() < MOST_PAGES && self.seen.insert(token.clone()) {
            return Ok(Turn::Next);
        }
        let page = self.seen.len() + 1;
        *self = Self { lost: self.lost + 1, ..Self::default() };
        if self.lost < ROUNDS {
            return Ok(Turn::Anew);
        }
        let message = match page > MOST_PAGES {
            true => format!("more than {MOST_PAGES} pages"),
            false => format!("page {page} repeats an earlier token"),
        };
        Err(Unseen { attempts: ROUNDS, ..Unseen::new(Reason::PagingLoop, action, message) })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Turns through pages of these tokens, again and again, to the end.
    fn turns(tokens: &[&str]) -> Vec<Result<Turn, Unseen>> {
        let mut paging = Paging::default();
        let mut turns = Vec::new();
        while !matches!(turns.last(), Some(Ok(Turn::End) | Err(_))) {
            let page = paging.seen.len();
            turns.push(paging.turn("a:B", tokens.get(page).map(|token| (*token).to_owned())));
        }
        turns
    }

    #[test]
    fn an_empty_token_ends_a_listing_as_a_missing_one_does() {
        for tokens in [&["1", "2"][..], &["1", "2", ""]] {
            assert_eq!(turns(tokens), [Ok(Turn::Next), Ok(Turn::Next), Ok(Turn::End)]);
        }
    }

    #[test]
    fn a_loop_is_followed_three_times_before_it_is_one() {
        for (tokens, page) in [(&["1", "1"][..], 2), (&["1", "2", "1"], 3)] {
            let mut turns = turns(tokens);
            let unseen = turns.pop().unwrap().unwrap_err();
            assert_eq!((unseen.reason, unseen.attempts), (Reason::PagingLoop, 3));
            assert_eq!(unseen.message, format!("page {page} repeats an earlier token"));
            assert_eq!(turns.iter().filter(|turn| **turn == Ok(Turn::Anew)).count(), 2);
        }
    }

    #[test]
    fn a_new_round_starts_at_the_first_page() {
        let mut paging = Paging::default();
        paging.turn("a:B", Some("1".into())).unwrap();
        assert_eq!(paging.turn("a:B", Some("1".into())), Ok(Turn::Anew));
        assert_eq!(paging.token, None);
        assert_eq!(paging.turn("a:B", Some("1".into())), Ok(Turn::Next));
    }

    #[test]
    fn pages_without_end_are_a_loop() {
        let mut paging = Paging::default();
        let turned = (0..).map(|page: u32| paging.turn("a:B", Some(page.to_string()))).find(Result::is_err);
        assert_eq!(turned.unwrap().unwrap_err().message, "more than 10000 pages");
    }
}
