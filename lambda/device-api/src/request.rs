//! Reading what a request brings.

use std::borrow::Cow;

use gateway::Event;
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;

/// Holds the 10,000 parts of the largest upload that is completed.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// Reads a body of JSON.
pub(crate) fn body<T: DeserializeOwned>(event: &Event) -> Result<T, Refusal> {
    let malformed =
        |why: String| Refusal::Malformed(format!("the body is not as it should be: {why}"));
    let body = event.body().ok_or_else(|| malformed("it is not base64".to_owned()))?;
    if body.len() > MAX_BODY {
        return Err(Refusal::BodyTooLarge(MAX_BODY));
    }
    serde_json::from_slice(&body).map_err(|error| malformed(error.to_string()))
}

/// Reads the query: these parameters, each at most once.
pub(crate) fn query<'a, const N: usize>(
    event: &'a Event,
    names: [&str; N],
) -> Result<[Option<Cow<'a, str>>; N], Refusal> {
    let mut values = [const { None }; N];
    for (name, value) in event.query() {
        let at = names.iter().position(|it| *it == name);
        let slot = at.and_then(|at| values.get_mut(at));
        let malformed = |why: &str| Refusal::Malformed(format!("the parameter `{name}` {why}"));
        let slot = slot.ok_or_else(|| malformed("is unknown"))?;
        if slot.replace(value).is_some() {
            return Err(malformed("is there twice"));
        }
    }
    Ok(values)
}
