//! What the tests run and what they run against.

mod alertmanager;
mod authority;
mod child;
mod document;
mod howler;
mod moto;
pub(crate) mod moto_organization;
mod proxy;
mod simulated;
mod tls_server;
mod webhook;

pub(crate) use alertmanager::Alertmanager;
pub(crate) use authority::{Authority, Leaf};
pub(crate) use child::{Child, free_port, program, until};
pub(crate) use document::{Document, assert_sums, assert_valid, validate, without_run};
pub(crate) use howler::{Howler, NOW, Ran, howler, now};
pub(crate) use moto::moto;
pub(crate) use proxy::Proxy;
pub(crate) use simulated::Simulated;
pub(crate) use tls_server::TlsServer;
pub(crate) use webhook::Webhook;
