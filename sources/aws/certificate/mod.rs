//! What services have in common that tell of certificates: dates as the SDK gives them, and bodies in PEM.

mod dates;
mod kept;

pub(crate) use dates::{time, validity};
pub(crate) use kept::Kept;

/// A scope of a service, for tests.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) fn somewhere(service: &'static str) -> howler_model::Scope {
    let (account, region) = ("123456789012".parse().unwrap(), "eu-west-1".parse().unwrap());
    let service = howler_model::Service::named(service);
    howler_model::Scope::aws(howler_model::Partition::Aws, account, region, service)
}
