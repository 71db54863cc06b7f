//! A local AWS organisation that answers over real HTTP, for the demo, tests, faults and benchmarks.
//!
//! ```no_run
//! # async fn example() -> Result<(), howler_simulator::Error> {
//! use howler_simulator::{Simulator, demo};
//!
//! let now = chrono::DateTime::UNIX_EPOCH;
//! let (organization, faults) = demo(now);
//! let simulator = Simulator::start(organization, faults, now)?;
//! println!("AWS_ENDPOINT_URL={}", simulator.endpoint());
//! # Ok(())
//! # }
//! ```

pub mod acm;
mod answer;
mod asked;
pub mod autoscaling;
mod call;
mod cbor;
pub mod certificate;
mod chain;
mod cloudwatch;
mod counters;
mod credentials;
mod demo;
mod digest;
mod document;
pub mod ec2;
pub mod elbv2;
pub mod estate;
mod failure;
mod fault;
mod http;
pub mod iam;
mod interned;
mod json;
mod latency;
mod ledger;
mod log;
mod names;
mod objects;
mod organization;
mod organizations;
mod page;
mod parameters;
mod pattern;
mod plain;
mod quota_rows;
mod rates;
mod resource;
mod rest;
mod service;
mod servicequotas;
mod session;
mod simulation;
mod simulator;
mod storm;
mod sts;
mod tagging;
mod value;
mod xml;

pub use counters::{Counters, Floor, Machine, Slowest, Tally};
pub use credentials::{ACCESS_KEY_ID, SECRET_ACCESS_KEY, access_key_id};
pub use demo::demo;
pub use fault::{Fault, Faults, Rule};
pub use latency::Latency;
pub use log::{Outcome, Request};
pub use organization::{Account, Iam, Metric, Organization, Region, Tagged};
pub use plain::Plain;
pub use resource::{Kind, Resource, Resources};
pub use simulation::Simulation;
pub use simulator::{Error, Simulator};
pub use storm::storm;
pub use value::{Place, Value};
