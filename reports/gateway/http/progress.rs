//! What became of notices so far, answer by answer.

use std::ops::ControlFlow;

use super::Answer;
use crate::gateway::Sent;

/// What became of the notices of some posts.
#[derive(Debug, Default)]
pub(in crate::gateway) struct Progress {
    arrived: Vec<usize>,
    refused: Vec<(usize, String)>,
    lost: Option<String>,
}

impl Progress {
    /// Takes note of the answer to a post with these notices; after a break nothing more should be sent.
    pub(in crate::gateway) fn note(&mut self, notices: &[usize], answer: Answer) -> ControlFlow<()> {
        match answer {
            Answer::Taken => self.arrived.extend(notices),
            Answer::Refused(why) => self.refused.extend(notices.iter().map(|place| (*place, why.clone()))),
            Answer::Lost(why) => {
                self.lost = Some(why);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    /// Whether anything was taken.
    pub(super) fn has_arrived(&self) -> bool {
        !self.arrived.is_empty()
    }

    /// What became of all of them.
    pub(in crate::gateway) fn sent(self) -> Sent {
        let Self { arrived, refused, lost } = self;
        Sent { refused, lost: lost.map(|why| (why, arrived)), ..Sent::default() }
    }
}
