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

/// Sends batches of notices, by their places, one after the other, each until it is taken, refused or given up. What
/// is denied is lost, as it may be permitted another time.
pub(in crate::gateway) async fn send_all<F, A>(batches: Vec<Vec<usize>>, pace: &Pace, ask: F) -> Sent
where
    F: Fn(Vec<usize>) -> A,
    A: Future<Output = Answer>,
{
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
    course.sent()
}

/// What became of notices so far.
#[derive(Default)]
struct Course {
    arrived: Vec<usize>,
    refused: Vec<(usize, String)>,
    lost: Option<String>,
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
                Some(Err(Failure::Denied(why) | Failure::Lost(why))) => self.lost = Some(why.clone()),
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

    fn sent(self) -> Sent {
        let Self { arrived, refused, lost } = self;
        Sent { refused, lost: lost.map(|why| (why, arrived)), ..Sent::default() }
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
        let sent = send_all(fill(&vec![1; notices], 4, 100), &pace(), ask).await;
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
