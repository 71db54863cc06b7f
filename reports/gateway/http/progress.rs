//! What became of notices so far, answer by answer.

use std::ops::ControlFlow;

use super::Answer;
use crate::gateway::Sent;

/// A server that breaks so often, and takes nothing between, is not broken by what it is sent.
const MOST_BROKEN: usize = 3;

/// What became of the notices of some posts.
#[derive(Debug, Default)]
pub(in crate::gateway) struct Progress {
    /// Whether the server took anything before all of these.
    has_taken: bool,
    arrived: Vec<usize>,
    refused: Vec<(usize, String)>,
    /// Not taken, though what comes after it may be.
    left: Vec<(Vec<usize>, String)>,
    lost: Option<String>,
    /// Whether the server broke, and took nothing since.
    is_broken: bool,
    /// How many posts it left since then that could not be split.
    broken: usize,
}

impl Progress {
    /// Nothing was sent yet, to a server that took something else before or did not.
    pub(in crate::gateway) fn new(has_taken: bool) -> Self {
        Self { has_taken, ..Self::default() }
    }

    /// Takes note of the answer to a post with these notices; after a break nothing more should be sent.
    pub(in crate::gateway) fn note(&mut self, notices: &[usize], answer: Answer) -> ControlFlow<()> {
        match answer {
            Answer::Taken => {
                (self.is_broken, self.broken) = (false, 0);
                self.arrived.extend(notices);
            }
            Answer::Refused(why) => self.refused.extend(notices.iter().map(|place| (*place, why.clone()))),
            Answer::Broken(why) if self.broken + 1 < MOST_BROKEN => {
                (self.is_broken, self.broken) = (true, self.broken + 1);
                self.leave(notices, why);
            }
            Answer::Broken(why) | Answer::Lost(why) => {
                self.lost = Some(why);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    /// A post was answered so, and its parts come next.
    pub(super) fn split(&mut self, answer: &Answer) {
        self.is_broken |= matches!(answer, Answer::Broken(_));
    }

    /// These are for the next time, whatever becomes of the others.
    pub(super) fn leave(&mut self, notices: &[usize], why: String) {
        self.left.push((notices.to_vec(), why));
    }

    /// Whether the server took anything.
    pub(super) fn has_taken(&self) -> bool {
        self.has_taken || !self.arrived.is_empty()
    }

    /// Whether the server broke, and took nothing since.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// What became of all of them.
    ///
    /// A server that takes nothing refuses something else than notices: its key was taken back, its channel is
    /// archived, it knows another signature. Then they are lost and not refused, and may be sent another time. So is
    /// what it breaks by, if it takes nothing else.
    pub(in crate::gateway) fn sent(self) -> Sent {
        let has_taken = self.has_taken();
        let Self { arrived, refused, left, lost, .. } = self;
        let first = refused.first().map(|(_, why)| why).or(left.first().map(|(_, why)| why));
        match first.filter(|_| !has_taken) {
            Some(first) => {
                let why = lost.unwrap_or_else(|| first.clone());
                Sent { lost: Some((why, Vec::new())), ..Sent::default() }
            }
            None => Sent { refused, left, lost: lost.map(|why| (why, arrived)), ..Sent::default() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no() -> Answer {
        Answer::Refused("no".into())
    }

    fn down() -> Answer {
        Answer::Lost("down".into())
    }

    fn broken() -> Answer {
        Answer::Broken("broken".into())
    }

    /// What becomes of a notice for each answer.
    fn sent(has_taken: bool, answers: Vec<Answer>) -> Sent {
        let mut progress = Progress::new(has_taken);
        for (place, answer) in answers.into_iter().enumerate() {
            if progress.note(&[place], answer).is_break() {
                break;
            }
        }
        progress.sent()
    }

    #[test]
    fn what_is_refused_without_exception_is_lost() {
        let refused = |places: &[usize]| places.iter().map(|place| (*place, "no".to_owned())).collect();
        let lost = |why: &str, arrived: &[usize]| Some((why.to_owned(), arrived.to_vec()));
        for (answers, refused, lost) in [
            (vec![Answer::Taken, Answer::Taken], refused(&[]), None),
            (vec![Answer::Taken, no()], refused(&[1]), None),
            (vec![no(), no()], refused(&[]), lost("no", &[])),
            (vec![no(), down()], refused(&[]), lost("down", &[])),
            (vec![no(), Answer::Taken, down()], refused(&[0]), lost("down", &[1])),
            (vec![down()], refused(&[]), lost("down", &[])),
        ] {
            assert_eq!(
                sent(false, answers.clone()),
                Sent { refused, lost, ..Sent::default() },
                "{answers:?}"
            );
        }
        assert_eq!(sent(true, vec![no()]), Sent { refused: refused(&[0]), ..Sent::default() });
    }

    #[test]
    fn what_breaks_a_server_is_left_unless_everything_does() {
        let left = vec![(vec![1], "broken".to_owned())];
        assert_eq!(
            sent(false, vec![Answer::Taken, broken(), Answer::Taken]),
            Sent { left, ..Sent::default() }
        );
        let lost = Some(("broken".to_owned(), Vec::new()));
        for answers in [vec![broken()], vec![broken(), broken(), broken(), Answer::Taken]] {
            assert_eq!(sent(false, answers), Sent { lost: lost.clone(), ..Sent::default() });
        }
    }
}
