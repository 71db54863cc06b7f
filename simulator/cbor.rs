//! CloudWatch's protocol: CBOR read into JSON values, answers written as CBOR.

use minicbor::data::{Tag, Type};
use minicbor::{Decoder, Encoder, decode, encode};
use serde_json::{Map, Value as Json};

use crate::value::{Place, Value};

/// Requests nest a few levels; more is an attack or a fault.
const DEEPEST: usize = 32;

/// The CBOR document as a JSON value; instants become numbers of seconds.
pub(crate) fn read(bytes: &[u8]) -> Result<Json, decode::Error> {
    read_value(&mut Decoder::new(bytes), DEEPEST)
}

fn read_value(input: &mut Decoder<'_>, depth: usize) -> Result<Json, decode::Error> {
    let depth = depth.checked_sub(1).ok_or_else(|| decode::Error::message("nested too deeply"))?;
    Ok(match input.datatype()? {
        Type::String | Type::StringIndef => Json::from(read_text(input)?),
        Type::Array | Type::ArrayIndef => read_list(input, depth)?,
        Type::Map | Type::MapIndef => read_map(input, depth)?,
        Type::Tag => {
            input.tag()?;
            read_value(input, depth)?
        }
        Type::Bool => Json::from(input.bool()?),
        Type::Null | Type::Undefined => {
            input.skip()?;
            Json::Null
        }
        Type::F16 => Json::from(f64::from(input.f16()?)),
        Type::F32 => Json::from(f64::from(input.f32()?)),
        Type::F64 => Json::from(input.f64()?),
        _ => Json::from(input.i64()?),
    })
}

fn read_text(input: &mut Decoder<'_>) -> Result<String, decode::Error> {
    input.str_iter()?.collect()
}

fn read_list(input: &mut Decoder<'_>, depth: usize) -> Result<Json, decode::Error> {
    let mut list = Vec::new();
    let mut left = input.array()?;
    while more(input, &mut left)? {
        list.push(read_value(input, depth)?);
    }
    Ok(Json::from(list))
}

fn read_map(input: &mut Decoder<'_>, depth: usize) -> Result<Json, decode::Error> {
    let mut map = Map::new();
    let mut left = input.map()?;
    while more(input, &mut left)? {
        let name = read_text(input)?;
        map.insert(name, read_value(input, depth)?);
    }
    Ok(Json::Object(map))
}

/// Whether a list or map goes on: by its count, or until its break where it has none.
fn more(input: &mut Decoder<'_>, left: &mut Option<u64>) -> Result<bool, decode::Error> {
    match left {
        Some(0) => Ok(false),
        Some(count) => {
            *count -= 1;
            Ok(true)
        }
        None if input.datatype()? == Type::Break => input.skip().map(|()| false),
        None => Ok(true),
    }
}

/// The value as a CBOR document.
pub(crate) fn write(value: &Value, place: Place<'_>) -> Vec<u8> {
    let mut output = Encoder::new(Vec::with_capacity(1024));
    let written: Result<(), encode::Error<std::convert::Infallible>> = append(&mut output, value, place);
    match written {
        Ok(()) => output.into_writer(),
        Err(_) => Vec::new(), // a Vec takes everything
    }
}

type Output = Encoder<Vec<u8>>;
type Written = Result<(), encode::Error<std::convert::Infallible>>;

fn append(output: &mut Output, value: &Value, place: Place<'_>) -> Written {
    match value {
        Value::Shared(value) => append(output, value, place)?,
        Value::Integer(number) => _ = output.i64(*number)?,
        Value::Real(number) => _ = output.f64(*number)?,
        Value::Flag(flag) => _ = output.bool(*flag)?,
        Value::Time(time) => _ = output.tag(Tag::new(1))?.i64(time.timestamp())?,
        Value::List(values) => {
            output.array(values.len() as u64)?;
            values.iter().try_for_each(|value| append(output, value, place))?;
        }
        Value::Record(fields) => {
            output.map(fields.len() as u64)?;
            for (name, value) in fields {
                output.str(name)?;
                append(output, value, place)?;
            }
        }
        text => _ = output.str(&text.text(place).unwrap_or_default())?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let value = Value::record().with("Id", "m1").with("Values", vec![1.5, 2.0]).with("Ok", true);
        let bytes = write(&value, Place { account: "1", region: "r" });
        let expected = serde_json::json!({"Id": "m1", "Values": [1.5, 2.0], "Ok": true});
        assert_eq!(read(&bytes).unwrap(), expected);
    }

    #[test]
    fn cut_and_deep_input_is_refused() {
        assert!(read(&[0xa1, 0x61]).is_err());
        assert!(read(&[0x81; 100]).is_err());
    }
}
