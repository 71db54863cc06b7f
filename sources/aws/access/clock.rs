//! How far this machine's clock is from AWS's: signatures are refused from five minutes on.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::Session;

impl Session {
    /// What has to be added to this machine's clock to have AWS's, to the second, from the `Date` header of an
    /// answer of STS (a refusal has one too). None if nothing answered, or without a date.
    pub async fn clock_offset(&self) -> Option<TimeDelta> {
        let heard = Heard::default();
        let request = self
            .sts(&self.config, &self.wire.meter)
            .get_caller_identity()
            .customize()
            .interceptor(heard.clone());
        // What it says is of no interest here: whoever needs the identity asks for it.
        let _answer = request.send().await;
        let date = heard.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let here: DateTime<Utc> = self.config.time_source()?.now().into();
        Some(date - here.trunc_subsecs(0))
    }
}

/// The date of an answer.
#[derive(Debug, Clone, Default)]
struct Heard(Arc<Mutex<Option<DateTime<Utc>>>>);

impl Intercept for Heard {
    fn name(&self) -> &'static str {
        "Heard"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").and_then(date);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}

/// An HTTP date (RFC 9110 section 5.6.7); the two obsolete forms are not read.
fn date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_http_date_is_read_and_nothing_else() {
        let read = date("Mon, 23 Nov 2026 09:30:00 GMT").map(|date| date.to_rfc3339());
        assert_eq!(read.as_deref(), Some("2026-11-23T09:30:00+00:00"));
        assert_eq!(date("yesterday"), None);
    }
}
