//! Stands in front of every call: lets only reads pass, and counts what really goes out.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use super::traffic::Meter;

/// How operations that change nothing are named, and the one that takes a role.
const READS: [&str; 6] = ["Get", "List", "Describe", "Search", "BatchGet", "AssumeRole"];
/// What only reads as well, however it is named.
const READ: [&str; 1] = ["ExportClientVpnClientCertificateRevocationList"];

/// The interceptor that every client carries.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) meter: Meter,
    /// The service of the client as IAM spells it.
    pub(super) service: &'static str,
}

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
        match READS.iter().any(|verb| operation.starts_with(verb)) || READ.contains(&operation) {
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
        self.meter.sent(self.service);
        Ok(())
    }
}
