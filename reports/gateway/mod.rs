//! Where findings are delivered: one file for each gateway, one line in the list.

mod alertmanager;
mod pace;

use std::pin::Pin;

use chrono::TimeDelta;

pub use pace::Pace;

use crate::{Delivery, Error, Scan};

/// What is delivered: the open findings of a scan.
#[derive(Clone, Copy)]
pub struct Batch<'a> {
    /// The scan.
    pub scan: &'a Scan,
    /// The time to the next scan, which has to keep the alerts open.
    pub interval: TimeDelta,
}

/// A delivery under way.
pub type Delivering<'a> = Pin<Box<dyn Future<Output = Delivery> + Send + 'a>>;

/// A place where findings are delivered.
pub trait Gateway: Send + Sync {
    /// Its name, for `--notify`.
    fn name(&self) -> &'static str;

    /// Where it delivers, without credentials.
    fn target(&self) -> &str;

    /// Delivers the open findings, with its own retries; what went wrong stands in the delivery, without credentials.
    fn deliver<'a>(&'a self, batch: &'a Batch<'a>) -> Delivering<'a>;
}

/// A gateway that can be used, or why it cannot.
pub type Opened = Result<Box<dyn Gateway>, Error>;

/// A kind of gateway and how one is opened.
pub struct Opener {
    /// Its name, for `--notify`.
    pub name: &'static str,
    /// Opens a gateway to a target, without connecting.
    pub open: fn(&str, Pace) -> Opened,
}

/// All gateways, one line for each file of this folder that is one.
pub static GATEWAYS: &[Opener] = &[Opener { name: "alertmanager", open: alertmanager::open }];

/// Opens `NAME=TARGET`, as in `alertmanager=https://alerts.example.com`.
///
/// # Errors
/// [`Error::Gateway`] for an unknown name, [`Error::Address`] for a target that is not one.
pub fn open(text: &str, pace: Pace) -> Opened {
    let (name, target) = text.split_once('=').unwrap_or((text, ""));
    let opener = GATEWAYS.iter().find(|opener| opener.name == name);
    // Only the name is told: the target may hold a password.
    let opener = opener.ok_or_else(|| Error::Gateway(crate::escape::terminal(name, 40)))?;
    (opener.open)(target, pace)
}

pub(crate) fn names() -> String {
    GATEWAYS.iter().map(|opener| opener.name).collect::<Vec<_>>().join(", ")
}
