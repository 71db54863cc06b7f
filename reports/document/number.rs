//! Numbers of a document: whole ones without a fraction, so that 46 reads 46 and not 46.0.

use serde::Serializer;

/// The largest range in which each whole number has its own float.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The number to nine decimals: more would be noise, and short decimals read back as the same number.
pub(super) fn short(value: f64) -> f64 {
    const NINE: f64 = 1e9;
    let scaled = (value * NINE).round();
    if scaled.is_finite() && scaled.abs() < EXACT { scaled / NINE } else { value }
}

/// Writes a number; one that is not finite is null, which says that it is not known.
pub(super) fn plain<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    match value.fract() == 0.0 && value.abs() < EXACT {
        true => to.serialize_i64(*value as i64),
        false => to.serialize_f64(*value),
    }
}

/// [`plain`] for a number that may not be known.
pub(super) fn known<S: Serializer>(value: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => plain(value, to),
        None => to.serialize_none(),
    }
}
