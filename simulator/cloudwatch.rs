//! placeholder
use crate::{call::Call, failure::Failure, value::Value};
pub(crate) fn answer(call: &Call<'_>) -> Result<Value, Failure> {
    Err(Failure::unknown_action(call.action))
}
