//! Many sorted readings as one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use crate::{Reading, Record};

/// The records of all readings, each of which is sorted, in one order. An error ends it.
pub(super) fn merged(mut readings: Vec<Reading<'_>>) -> Reading<'_> {
    if readings.len() == 1 {
        return readings.pop().unwrap_or_else(|| Box::new(std::iter::empty()));
    }
    let next = BinaryHeap::with_capacity(readings.len());
    let waiting = (0..readings.len()).rev().collect();
    Box::new(Merged { readings, next, waiting })
}

struct Merged<'a> {
    readings: Vec<Reading<'a>>,
    /// The first record of each reading, with the number of that.
    next: BinaryHeap<Reverse<(Record, usize)>>,
    /// Readings of which no record is there.
    waiting: Vec<usize>,
}

impl Iterator for Merged<'_> {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(number) = self.waiting.pop() {
            match self.readings.get_mut(number).and_then(Iterator::next) {
                Some(Ok(record)) => self.next.push(Reverse((record, number))),
                Some(Err(error)) => {
                    self.readings.clear();
                    self.next.clear();
                    self.waiting.clear();
                    return Some(Err(error));
                }
                None => {}
            }
        }
        let Reverse((record, number)) = self.next.pop()?;
        self.waiting.push(number);
        Some(Ok(record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(keys: &[&str]) -> Reading<'static> {
        let record = |key: &&str| Ok(Record { key: (*key).into(), json: "{}".into() });
        Box::new(keys.iter().map(record).collect::<Vec<_>>().into_iter())
    }

    fn keys(readings: Vec<Reading<'_>>) -> String {
        merged(readings).map(|record| record.unwrap().key.to_string()).collect()
    }

    #[test]
    fn sorted_readings_come_out_as_one() {
        let readings = vec![reading(&["a", "d", "e"]), reading(&[]), reading(&["b", "c", "f", "g"])];
        assert_eq!(keys(readings), "abcdefg");
        assert_eq!(keys(vec![reading(&["a", "b"])]), "ab");
        assert_eq!(keys(vec![]), "");
    }

    #[test]
    fn an_error_ends_it() {
        let broken: Reading<'_> = Box::new([Err(io::ErrorKind::UnexpectedEof.into())].into_iter());
        let all: Vec<_> = merged(vec![reading(&["a"]), broken]).collect();
        assert!(all.len() == 1 && all[0].is_err());
    }
}
