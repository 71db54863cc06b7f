//! Where findings are delivered: one file for each gateway, one line in the list.

mod alertmanager;
mod alone;
#[cfg(feature = "aws")]
mod aws;
mod deliver;
mod event;
#[cfg(feature = "aws")]
mod eventbridge;
mod http;
mod notice;
mod pace;
mod pagerduty;
#[cfg(feature = "aws")]
mod security_hub;
mod settings;
mod slack;
#[cfg(feature = "aws")]
mod sns;
mod spacing;
mod webhook;

use std::pin::Pin;

pub use alone::{Notices, alone};
#[cfg(feature = "aws")]
pub use aws::{Asked, Aws, Barred, Caller, SdkConfig};
pub use deliver::{Settle, bodies, deliver};
pub use notice::{Envelope, News, Notice, Told, lease};
pub use pace::Pace;
pub use settings::{Secret, Settings};

use crate::Error;

/// What a gateway makes of what it is told, which decides what it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// Forgets after a while what it is not told again: it is told every open finding each time, and what ended.
    Leases,
    /// Keeps what it is told until it hears that it is over: it is told what is not as it was told last.
    State,
    /// Passes on what it is told: it is told what changed, and is reminded of what stays.
    Nothing,
}

/// What became of some notices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// Notices that it does not want, by their place among those that were sent, and why. Sending them again is of no use.
    pub refused: Vec<(usize, String)>,
    /// Why these and all later ones could not be sent now. By their place among those that were sent, the ones that
    /// arrived all the same.
    pub lost: Option<(String, Vec<usize>)>,
    /// What could not be sent now though later ones may be, as one account of many did not let it in: the places among
    /// those that were sent, and why.
    pub left: Vec<(Vec<usize>, String)>,
    /// What went wrong though nothing was lost by it: one of several servers was down.
    pub warning: Option<String>,
}

/// Notices under way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Sent> + Send + 'a>>;

/// A place where findings are delivered.
pub trait Gateway: Send + Sync {
    /// Its name, for `--notify`.
    fn name(&self) -> &'static str;

    /// Where it delivers, without credentials.
    fn target(&self) -> &str;

    /// What it makes of what it is told.
    fn keeps(&self) -> Keeps;

    /// The most notices that it takes at once.
    fn most(&self) -> usize;

    /// What would be sent, request by request, as it would go over the wire, and without credentials.
    fn bodies(&self, notices: &[Notice], envelope: &Envelope<'_>) -> Vec<String>;

    /// Sends notices (at most [`Gateway::most`]), with its own retries. No message holds a credential.
    fn send<'a>(&'a self, notices: &'a [Notice], envelope: &'a Envelope<'a>) -> Sending<'a>;

    /// Sends a sign of life with the coverage of the scan; none where that is not wanted.
    fn heartbeat<'a>(&'a self, _: &'a Envelope<'a>) -> Option<Sending<'a>> {
        None
    }
}

/// A gateway that can be used, or why it cannot.
pub type Opened = Result<Box<dyn Gateway>, Error>;

/// A kind of gateway and how one is opened.
pub struct Opener {
    /// Its name, for `--notify`.
    pub name: &'static str,
    /// What its address looks like.
    pub address: &'static str,
    /// Whether its address is a secret as a whole.
    pub is_secret: bool,
    /// Whether several addresses are members of one cluster; otherwise each is a gateway of its own.
    pub is_cluster: bool,
    /// Whether it is a service of AWS, and needs a way into it.
    pub is_in_aws: bool,
    /// The least severity that it is told of where nobody says otherwise.
    pub at_least: crate::Severity,
    /// Opens it, without connecting.
    pub open: fn(&Settings) -> Opened,
}

/// All gateways, one line for each file of this folder that is one.
pub static GATEWAYS: &[Opener] = &[
    alertmanager::OPENER,
    #[cfg(feature = "aws")]
    eventbridge::OPENER,
    pagerduty::OPENER,
    #[cfg(feature = "aws")]
    security_hub::OPENER,
    slack::OPENER,
    #[cfg(feature = "aws")]
    sns::OPENER,
    webhook::OPENER,
];

/// The gateway of that name.
///
/// # Errors
/// [`Error::Gateway`] for an unknown name, [`Error::Address`] for settings that it cannot be opened with.
pub fn open(name: &str, settings: &Settings) -> Opened {
    let opener = GATEWAYS.iter().find(|opener| opener.name == name);
    let opener = opener.ok_or_else(|| Error::Gateway(crate::escape::terminal(name, 40)))?;
    (opener.open)(settings)
}

pub(crate) fn names() -> String {
    GATEWAYS.iter().map(|opener| opener.name).collect::<Vec<_>>().join(", ")
}
