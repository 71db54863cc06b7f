//! What the tests run and what they run against.

mod alertmanager;
mod authority;
mod child;
mod document;
mod events;
mod howler;
mod kept;
mod limits;
mod memory;
mod moto;
pub(crate) mod moto_organization;
pub(crate) mod nights;
pub(crate) mod pagerduty;
mod proxy;
mod receiver;
mod simulated;
pub(crate) mod slack;
mod tls_server;
mod webhook;

pub(crate) use alertmanager::Alertmanager;
pub(crate) use authority::{Authority, Leaf};
pub(crate) use child::{Child, free_port, program, until};
pub(crate) use document::{Document, assert_sums, assert_valid, validate, without_run};
pub(crate) use events::{Event, events};
pub(crate) use howler::{Howler, NOW, Ran, howler, now};
pub(crate) use kept::Parts;
pub(crate) use limits::post;
pub(crate) use memory::Memory;
pub(crate) use moto::moto;
pub(crate) use proxy::Proxy;
pub(crate) use receiver::{Post, Receiver, Trouble};
pub(crate) use simulated::Simulated;
pub(crate) use tls_server::TlsServer;
pub(crate) use webhook::Webhook;
