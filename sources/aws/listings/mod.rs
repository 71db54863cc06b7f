//! What AWS lists: one file per API, each listing a type that says its item, its action and how it is paged.
//! Whatever reads a listing in a scope shares one asking of it.

pub(crate) mod acm;
pub(crate) mod autoscaling;
pub(crate) mod elbv2;
pub(crate) mod iam;
pub(crate) mod of_each;
pub(crate) mod volumes;
