//! Stands in front of every call: lets only reads pass, and counts what really goes out.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// How operations that change nothing are named, and the one that takes a role.
const READS: [&str; 6] = ["Get", "List", "Describe", "Search", "BatchGet", "AssumeRole"];

/// Requests sent to AWS by the whole process, retries counted.
#[derive(Debug, Default)]
pub struct Calls(AtomicU64);

impl Calls {
    /// So many until now.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The interceptor that every client carries.
#[derive(Debug)]
pub(super) struct Watch(pub(super) Arc<Calls>);

impl Intercept for Watch {
    fn name(&self) -> &'static str {
        "Watch"
    }

    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = cfg.load::<Metadata>().map_or("", Metadata::name);
        match READS.iter().any(|verb| operation.starts_with(verb)) {
            true => Ok(()),
            false => Err(format!("howler only reads: {operation} was not sent").into()),
        }
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
