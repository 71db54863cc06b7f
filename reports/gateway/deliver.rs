//! Delivers notices batch by batch, and says what became of each.

use std::io;

use chrono::TimeDelta;

use super::{Envelope, Gateway, Notice, Sent};
use crate::Delivery;
use crate::escape::terminal;

/// How long one gateway is told: a slow one must not hold up the reports, nor the next scan.
const LONGEST: TimeDelta = TimeDelta::minutes(30);
/// How many errors are told.
const MOST_ERRORS: usize = 3;

/// Takes note of what became of notices: those that were taken, and those that never will be.
pub trait Settle {
    /// Some notices need not be sent again.
    ///
    /// # Errors
    /// Those of where that is kept; nothing more is sent then.
    fn settle(&mut self, taken: &[&Notice], refused: &[&Notice]) -> io::Result<()>;
}

/// What was sent without a memory needs no note.
impl Settle for () {
    fn settle(&mut self, _: &[&Notice], _: &[&Notice]) -> io::Result<()> {
        Ok(())
    }
}

/// Sends all notices while they are read, then the heartbeat if it is `due`. What could not be sent is for the next
/// time.
pub async fn deliver(
    gateway: &dyn Gateway,
    notices: &mut (dyn Iterator<Item = io::Result<Notice>> + Send),
    envelope: &Envelope<'_>,
    note: &mut (dyn Settle + Send),
    due: bool,
) -> Delivery {
    let mut course = Course::default();
    let ended = course.all(gateway, notices, envelope, note).await;
    if let Err(why) = ended {
        course.errors.push(why);
        // Nobody knows how many more there are but by reading them.
        course.rejected += notices.count();
    } else if let Some(beat) = gateway.heartbeat(envelope).filter(|_| due) {
        let Sent { refused, lost, left, warning } = beat.await;
        course.warning = course.warning.or(warning);
        let why = lost.map(|(why, _)| why).or(refused.into_iter().next().map(|(_, why)| why));
        let why = why.or(left.into_iter().next().map(|(_, why)| why));
        course.errors.extend(why.map(|why| format!("heartbeat: {why}")));
    }
    course.delivery(gateway)
}

/// What would be sent.
///
/// # Errors
/// Those of reading the notices.
pub fn bodies(
    gateway: &dyn Gateway,
    notices: &mut dyn Iterator<Item = io::Result<Notice>>,
    envelope: &Envelope<'_>,
) -> io::Result<Vec<String>> {
    let mut bodies = Vec::new();
    loop {
        let part: Vec<Notice> = (&mut *notices).take(gateway.most()).collect::<io::Result<_>>()?;
        if part.is_empty() {
            return Ok(bodies);
        }
        bodies.extend(gateway.bodies(&part, envelope));
    }
}

/// Some notices, and what keeps the next one from being read: it keeps none of these from being told.
fn next(
    notices: &mut (dyn Iterator<Item = io::Result<Notice>> + Send),
    most: usize,
) -> (Vec<Notice>, Option<io::Error>) {
    let mut trouble = None;
    let read = notices.take(most).map_while(|notice| notice.map_err(|error| trouble = Some(error)).ok());
    (read.collect(), trouble)
}

/// How a delivery goes.
#[derive(Default)]
struct Course {
    accepted: usize,
    rejected: usize,
    errors: Vec<String>,
    /// The first one: the others are of the same server.
    warning: Option<String>,
}

impl Course {
    async fn all(
        &mut self,
        gateway: &dyn Gateway,
        notices: &mut (dyn Iterator<Item = io::Result<Notice>> + Send),
        envelope: &Envelope<'_>,
        note: &mut (dyn Settle + Send),
    ) -> Result<(), String> {
        let unread = |error: io::Error| format!("findings could not be read: {error}");
        loop {
            let (part, trouble) = next(notices, gateway.most());
            if part.is_empty() {
                return trouble.map_or(Ok(()), |error| Err(unread(error)));
            }
            if envelope.now() - envelope.sent_at >= LONGEST {
                self.rejected += part.len();
                let minutes = LONGEST.num_minutes();
                return Err(format!(
                    "{minutes} minutes were not enough; what is left is sent by the next run"
                ));
            }
            let sent = gateway.send(&part, envelope).await;
            self.note(&part, sent, note)?;
            trouble.map_or(Ok(()), |error| Err(unread(error)))?;
        }
    }

    fn note(&mut self, part: &[Notice], sent: Sent, note: &mut (dyn Settle + Send)) -> Result<(), String> {
        let Sent { refused, lost, left, warning } = sent;
        self.warning = self.warning.take().or(warning);
        let is_refused = |place: usize| refused.iter().any(|(at, _)| *at == place);
        let is_left = |place: usize| left.iter().any(|(places, _)| places.contains(&place));
        let arrived = |place: usize| {
            !is_left(place) && lost.as_ref().is_none_or(|(_, arrived)| arrived.contains(&place))
        };
        let (mut taken, mut never) = (Vec::new(), Vec::new());
        for (place, notice) in part.iter().enumerate() {
            match (is_refused(place), arrived(place)) {
                (true, _) => never.push(notice),
                (false, true) => taken.push(notice),
                (false, false) => {}
            }
        }
        self.accepted += taken.len();
        self.rejected += part.len() - taken.len();
        self.errors.extend(refused.iter().map(|(_, why)| why.clone()));
        self.errors.extend(left.iter().map(|(_, why)| why.clone()));
        note.settle(&taken, &never)
            .map_err(|error| format!("what was delivered could not be noted: {error}"))?;
        lost.map_or(Ok(()), |(why, _)| Err(why))
    }

    fn delivery(self, gateway: &dyn Gateway) -> Delivery {
        let told = self.errors.iter().take(MOST_ERRORS).map(|why| terminal(why, 300));
        let told = told.collect::<Vec<_>>().join("; ");
        let more = self.errors.len().saturating_sub(MOST_ERRORS);
        let told = if more > 0 { format!("{told}; and {more} more errors") } else { told };
        Delivery {
            gateway: gateway.name().to_owned(),
            target: gateway.target().to_owned(),
            accepted: self.accepted,
            rejected: self.rejected,
            error: (!told.is_empty()).then_some(told),
            warning: self.warning.map(|why| terminal(&why, 300)),
        }
    }
}
