//! Where one bad notice makes a server refuse a whole post, or break: the bad ones are found, and the others are
//! delivered.

use super::{Answer, Http, Post, Repeat};
use crate::gateway::Sent;

/// After so many bad ones a server is not asked about the parts of a post any more.
const MOST_CULPRITS: usize = 20;

impl Http {
    /// Sends so many notices, by their places: all in one post, and those of a post that is not acceptable in halves.
    ///
    /// Among very many bad ones not all are found: the rest is for the next time.
    pub(in crate::gateway) async fn send_in_halves(
        &self,
        notices: usize,
        post: impl Fn(&[usize]) -> Post,
        repeat: Repeat,
    ) -> Sent {
        let all: Vec<usize> = (0..notices).collect();
        let mut progress = self.progress();
        let (mut parts, mut culprits) = (vec![all.as_slice()], 0);
        while let Some(part) = parts.pop() {
            let answer = self.send_after(&progress, &post(part), repeat).await;
            match answer {
                Answer::Refused(_) | Answer::Broken(_) if part.len() > 1 && culprits < MOST_CULPRITS => {
                    progress.split(&answer);
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                    continue;
                }
                Answer::Refused(why) if culprits >= MOST_CULPRITS => {
                    if !progress.has_taken() {
                        let why = format!("all of the first {culprits} and more are refused: {why}");
                        return Sent { lost: Some((why, Vec::new())), ..Sent::default() };
                    }
                    progress.leave(part, why);
                    continue;
                }
                _ => {}
            }
            culprits += usize::from(matches!(answer, Answer::Refused(_)));
            if progress.note(part, answer).is_break() {
                break;
            }
        }
        progress.sent()
    }
}
