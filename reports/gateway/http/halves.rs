//! Where one bad notice makes a server refuse a whole post: the bad ones are found, and the others are delivered.

use super::{Answer, Http, Post, Progress, Repeat};
use crate::gateway::Sent;

/// After so many bad ones a server is not asked about the parts of a refused post any more.
const MOST_CULPRITS: usize = 20;

impl Http {
    /// Sends so many notices, by their places: all in one post, and those of a refused post in halves.
    ///
    /// A server that takes none of them refuses something else than notices: then they are lost and not refused, and
    /// may be sent another time.
    pub(in crate::gateway) async fn send_in_halves(
        &self,
        notices: usize,
        post: impl Fn(&[usize]) -> Post,
        repeat: Repeat,
    ) -> Sent {
        let all: Vec<usize> = (0..notices).collect();
        let mut progress = Progress::default();
        let (mut parts, mut culprits) = (vec![all.as_slice()], 0);
        while let Some(part) = parts.pop() {
            let answer = match self.send(&post(part), repeat).await {
                Answer::Refused(_) if part.len() > 1 && culprits < MOST_CULPRITS => {
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                    continue;
                }
                Answer::Refused(why) if culprits == MOST_CULPRITS && !progress.has_arrived() => {
                    let why = format!("all of the first {culprits} and more are refused: {why}");
                    return Sent { lost: Some((why, Vec::new())), ..Sent::default() };
                }
                answer => answer,
            };
            culprits += usize::from(matches!(answer, Answer::Refused(_)));
            if progress.note(part, answer).is_break() {
                break;
            }
        }
        progress.sent()
    }
}
