//! The built command, asked as its users ask it: on a simulated organisation, on a third-party AWS server, on real
//! TLS servers and on a real Alertmanager. `scripts/test` brings the servers; a missing one fails, none is skipped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]
#![allow(clippy::print_stdout, reason = "what was expected and what came is shown")]

mod harness;

mod alerts;
mod aws_gateways;
mod bad_input;
mod configuration;
mod credentials;
mod demo;
mod endpoints;
mod faults;
mod issued_and_served;
mod killed;
mod memory;
mod moto;
mod moto_certificates;
mod moto_organization;
mod nights;
mod organization;
mod outage;
mod owners;
mod pages;
mod paging;
mod parts;
mod policy;
mod probing;
mod requests;
mod retold;
mod secrets;
mod shards;
mod signals;
mod storm;
mod suppress;
mod together;
mod trouble;
mod words;
