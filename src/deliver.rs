//! Delivering a scan: each gateway is told what its audience is to know, and the memory takes note of it.

use chrono::TimeDelta;
use futures::{Stream, StreamExt, stream};
use howler_reports::gateway::{Envelope, Gateway, Keeps, Notices, Settle, alone, deliver, lease};
use howler_reports::{Delivery, Scan};
use howler_state::{Audience, Memory};

use crate::config::Config;
use crate::environment;
use crate::gateways::Recipient;
use crate::write::say;

/// Gateways that are told at the same time.
const AT_ONCE: usize = 8;

/// Whether a scan has just ended, or is told once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    Scan,
    Again,
}

impl Occasion {
    /// Whether a sign of life is due: what forgets it needs it again.
    fn beats(self, keeps: Keeps) -> bool {
        self == Self::Scan || keeps == Keeps::Leases
    }
}

/// How long an alert lives in a gateway that forgets.
pub fn lease_of(config: &Config) -> TimeDelta {
    config.delivery.lease.unwrap_or_else(|| lease(config.thresholds.scan_interval))
}

/// Tells all gateways, and gives what became of it in their order.
pub async fn tell_all(
    recipients: &[Recipient],
    scan: &Scan,
    memory: Option<&Memory>,
    lease: TimeDelta,
    occasion: Occasion,
) -> Vec<Delivery> {
    let mut all: Vec<_> = tell_each(recipients, scan, memory, lease, occasion).collect().await;
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, delivery)| delivery).collect()
}

/// Tells all gateways, and gives the place of each with what became of it, as soon as that is known: a slow one keeps
/// no other waiting.
pub fn tell_each<'a>(
    recipients: &'a [Recipient],
    scan: &'a Scan,
    memory: Option<&'a Memory>,
    lease: TimeDelta,
    occasion: Occasion,
) -> impl Stream<Item = (usize, Delivery)> + 'a {
    let tell = move |(place, recipient): (usize, &'a Recipient)| async move {
        let delivery = tell(recipient, scan, memory, lease, occasion).await;
        for trouble in delivery.error.iter().chain(&delivery.warning) {
            say(&format!("{} at {}: {trouble}", delivery.gateway, delivery.target));
        }
        (place, delivery)
    };
    stream::iter(recipients).enumerate().map(tell).buffer_unordered(AT_ONCE)
}

async fn tell(
    recipient: &Recipient,
    scan: &Scan,
    memory: Option<&Memory>,
    lease: TimeDelta,
    occasion: Occasion,
) -> Delivery {
    let Recipient { gateway, audience } = recipient;
    // The scan may be one of long ago, or judged by another time.
    let clock = environment::now;
    let envelope = Envelope { sent_at: clock(), clock: Some(clock), ..Envelope::of(scan, lease) };
    let due = occasion.beats(gateway.keeps());
    let ready = match notices(audience, scan, memory) {
        Ok(notices) => note(audience, memory).map(|note| (notices, note)),
        Err(error) => Err(error),
    };
    match ready {
        Ok((mut notices, mut note)) => {
            deliver(gateway.as_ref(), &mut *notices, &envelope, note.as_mut(), due).await
        }
        Err(error) => untold(gateway.as_ref(), &error.to_string()),
    }
}

/// What a gateway is to be told: what the memory says, or all that is open where there is none.
///
/// # Errors
/// What cannot be read.
pub fn notices<'a>(
    audience: &'a Audience,
    scan: &'a Scan,
    memory: Option<&Memory>,
) -> anyhow::Result<Notices<'a>> {
    if let Some(memory) = memory {
        return Ok(memory.notices(audience, scan)?);
    }
    let all = alone(scan, audience.keeps)?;
    let all = all.ok_or_else(|| anyhow::anyhow!("only --state knows what changed"))?;
    Ok(Box::new(all.filter(|notice| match notice {
        Ok(notice) => audience.is_for(notice.finding.severity, notice.finding.owner.as_deref()),
        Err(_) => true,
    })))
}

fn note(audience: &Audience, memory: Option<&Memory>) -> anyhow::Result<Box<dyn Settle + Send>> {
    Ok(match memory {
        Some(memory) => Box::new(memory.ledger(audience)?),
        None => Box::new(()),
    })
}

/// A delivery that did not take place.
pub fn untold(gateway: &dyn Gateway, why: &str) -> Delivery {
    Delivery {
        gateway: gateway.name().to_owned(),
        target: gateway.target().to_owned(),
        accepted: 0,
        rejected: 0,
        error: Some(why.to_owned()),
        warning: None,
    }
}
