//! Batches of which AWS takes some entries and some not: the rest is sent again, and one bad entry is found.

use std::collections::VecDeque;

use tokio::time::sleep;

use super::Failure;
use crate::gateway::{Pace, Sent};

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gateway) enum Answer {
    /// What became of each entry, in their order.
    Each(Vec<Entry>),
    /// What became of all of it.
    All(Failure),
}

/// What became of one entry.
pub(in crate::gateway) type Entry = Result<(), Failure>;

/// A batch under way.
struct Part {
    places: Vec<usize>,
    attempt: u32,
}

/// What a denial is to a gateway. In any case it may be permitted another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gateway) enum Denial {
    /// That of all it would be told.
    Whole,
    /// That of these notices: others go elsewhere.
    Local,
}

/// Sends batches of notices, by their places, one after the other, each until it is taken, refused or given up.
pub(in crate::gateway) async fn send_all<F, A>(
    batches: Vec<Vec<usize>>,
    pace: &Pace,
    denial: Denial,
    ask: F,
) -> Sent
where
    F: Fn(Vec<usize>) -> A,
    A: Future<Output = Answer>,
{
    let count = batches.iter().map(Vec::len).sum();
    let mut parts: VecDeque<Part> = batches.into_iter().map(|places| Part { places, attempt: 1 }).collect();
    let mut course = Course::default();
    while let Some(part) = parts.pop_front() {
        let answer = ask(part.places.clone()).await;
        let Some(mut next) = course.note(part, answer, pace) else { break };
        if let Some(again) = next.first().filter(|part| part.attempt > 1) {
            sleep(pace.after(again.attempt - 1, None, &again.places)).await;
        }
        while let Some(part) = next.pop() {
            parts.push_front(part);
        }
    }
    course.sent(count, denial)
}

/// What became of notices so far.
#[derive(Default)]
struct Course {
    arrived: Vec<usize>,
    refused: Vec<(usize, String)>,
    /// How many of these were refused as a whole request, by nobody who had looked at entries.
    unread: usize,
    lost: Option<String>,
    is_denied: bool,
}

impl Course {
    /// What is to be sent next of a part; none if nothing more can be sent now.
    fn note(&mut self, part: Part, answer: Answer, pace: &Pace) -> Option<Vec<Part>> {
        let Part { places, attempt } = part;
        match answer {
            Answer::Each(entries) => self.each(places, &entries, attempt, pace),
            Answer::All(Failure::Refused(_)) if places.len() > 1 => {
                let (first, second) = places.split_at(places.len() / 2);
                Some([first, second].map(|half| Part { places: half.to_vec(), attempt: 1 }).into())
            }
            Answer::All(failure) => {
                self.unread += usize::from(matches!(failure, Failure::Refused(_)));
                let entries = vec![Err(failure); places.len()];
                self.each(places, &entries, attempt, pace)
            }
        }
    }

    fn each(
        &mut self,
        places: Vec<usize>,
        entries: &[Entry],
        attempt: u32,
        pace: &Pace,
    ) -> Option<Vec<Part>> {
        let mut again = (Vec::new(), String::new());
        for (number, place) in places.into_iter().enumerate() {
            match entries.get(number) {
                Some(Ok(())) => self.arrived.push(place),
                Some(Err(Failure::Refused(why))) => self.refused.push((place, why.clone())),
                Some(Err(Failure::Again(why))) => {
                    again.0.push(place);
                    again.1.clone_from(why);
                }
                Some(Err(Failure::Denied(why))) => {
                    self.is_denied = true;
                    self.lost = Some(why.clone());
                }
                Some(Err(Failure::Lost(why))) => self.lost = Some(why.clone()),
                None => self.lost = Some("AWS does not say what became of it".to_owned()),
            }
        }
        let (places, why) = again;
        if !places.is_empty() && attempt >= pace.attempts {
            self.lost = Some(format!("{why} ({attempt} attempts)"));
        }
        let next = (!places.is_empty()).then(|| Part { places, attempt: attempt + 1 });
        self.lost.is_none().then(|| next.into_iter().collect())
    }

    fn sent(self, count: usize, denial: Denial) -> Sent {
        let Self { arrived, mut refused, unread, mut lost, is_denied } = self;
        // Whoever takes none of several requests refuses something else than what is in them.
        if lost.is_none() && arrived.is_empty() && unread > 1 && unread == refused.len() {
            lost = refused.pop().map(|(_, why)| why);
            refused.clear();
        }
        let is_settled = |at: &usize| arrived.contains(at) || refused.iter().any(|(place, _)| place == at);
        match lost {
            Some(why) if is_denied && denial == Denial::Local => {
                let left = (0..count).filter(|at| !is_settled(at)).collect();
                Sent { left: vec![(left, why)], refused, ..Sent::default() }
            }
            lost => Sent { refused, lost: lost.map(|why| (why, arrived)), ..Sent::default() },
        }
    }
}

/// Places of entries of these sizes in batches of at most so many, and of at most so many bytes together.
pub(in crate::gateway) fn fill(sizes: &[usize], most: usize, bytes: usize) -> Vec<Vec<usize>> {
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut used = 0;
    for (place, size) in sizes.iter().enumerate() {
        match batches.last_mut().filter(|batch| batch.len() < most && used + size <= bytes) {
            Some(batch) => batch.push(place),
            None => {
                batches.push(vec![place]);
                used = 0;
            }
        }
        used += size;
    }
    batches
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use super::*;

    fn pace() -> Pace {
        Pace { attempts: 3, pause: Duration::from_millis(1), ..Pace::default() }
    }

    /// Sends so many notices to somebody who answers so; what was asked, and what came of it.
    async fn sent(notices: usize, answer: impl Fn(&[usize], usize) -> Answer) -> (Vec<Vec<usize>>, Sent) {
        let asked = Mutex::new(Vec::new());
        let ask = async |places: Vec<usize>| {
            let mut asked = asked.lock().unwrap();
            asked.push(places.clone());
            answer(&places, asked.len())
        };
        let sent = send_all(fill(&vec![1; notices], 4, 100), &pace(), Denial::Whole, ask).await;
        (asked.into_inner().unwrap(), sent)
    }

    fn each(places: &[usize], entry: impl Fn(usize) -> Entry) -> Answer {
        Answer::Each(places.iter().map(|place| entry(*place)).collect())
    }

    #[tokio::test]
    async fn entries_that_failed_are_sent_again_and_no_others() {
        let again = |place| if place == 1 { Err(Failure::Again("busy".into())) } else { Ok(()) };
        let (asked, result) =
            sent(6, |places, call| each(places, |it| if call == 1 { again(it) } else { Ok(()) })).await;
        assert_eq!(asked, [vec![0, 1, 2, 3], vec![1], vec![4, 5]]);
        assert_eq!(result, Sent::default());
        let (asked, result) = sent(6, |places, _| each(places, again)).await;
        assert_eq!(asked, [vec![0, 1, 2, 3], vec![1], vec![1]]);
        assert_eq!(result.lost, Some(("busy (3 attempts)".into(), vec![0, 2, 3])));
    }

    #[tokio::test]
    async fn one_bad_entry_is_found_and_the_others_arrive() {
        let (asked, result) = sent(6, |places, _| match places.contains(&2) {
            true => Answer::All(Failure::Refused("bad".into())),
            false => each(places, |_| Ok(())),
        })
        .await;
        assert_eq!(asked, [vec![0, 1, 2, 3], vec![0, 1], vec![2, 3], vec![2], vec![3], vec![4, 5]]);
        assert_eq!(result, Sent { refused: vec![(2, "bad".into())], ..Sent::default() });
    }

    #[tokio::test]
    async fn what_is_denied_is_not_tried_again_and_not_forgotten() {
        let (asked, result) = sent(6, |places, call| match call {
            1 => each(places, |_| Ok(())),
            _ => Answer::All(Failure::Denied("no".into())),
        })
        .await;
        assert_eq!(asked.len(), 2);
        assert_eq!(result.lost, Some(("no".into(), vec![0, 1, 2, 3])));
    }

    #[tokio::test]
    async fn a_denial_may_be_of_these_notices_alone() {
        let ask = async |_: Vec<usize>| Answer::Each(vec![Ok(()), Err(Failure::Denied("no".into()))]);
        let sent = send_all(vec![vec![0, 1], vec![2]], &pace(), Denial::Local, ask).await;
        assert_eq!(sent, Sent { left: vec![(vec![1, 2], "no".into())], ..Sent::default() });
    }

    #[tokio::test]
    async fn whoever_refuses_everything_is_asked_another_time() {
        let no = || Answer::All(Failure::Refused("no such topic".into()));
        let (asked, result) = sent(4, |_, _| no()).await;
        assert_eq!(asked.len(), 7);
        assert_eq!(result, Sent { lost: Some(("no such topic".into(), vec![])), ..Sent::default() });
        let (_, result) = sent(1, |_, _| no()).await;
        assert_eq!(result.refused, [(0, "no such topic".into())], "of one nobody knows");
    }

    #[tokio::test]
    async fn an_answer_that_names_too_few_entries_is_no_delivery() {
        let (_, result) = sent(2, |_, _| Answer::Each(vec![Ok(())])).await;
        assert_eq!(result.lost.unwrap().1, [0]);
    }

    #[test]
    fn batches_are_filled_to_the_brim_and_no_further() {
        assert_eq!(fill(&[5, 5, 1], 10, 10), [vec![0, 1], vec![2]]);
        assert_eq!(fill(&[5, 4, 1], 10, 10), [vec![0, 1, 2]]);
        assert_eq!(fill(&[1, 1, 1], 2, 10), [vec![0, 1], vec![2]]);
        assert!(fill(&[], 2, 10).is_empty());
    }
}
