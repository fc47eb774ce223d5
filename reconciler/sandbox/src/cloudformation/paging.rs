//! Pages of a list.

use crate::call::Call;
use crate::error::AwsError;

/// The page that the call's `NextToken` asks for, and the token of the page after it.
pub(crate) fn page<T>(
    items: Vec<T>,
    call: &Call,
    size: usize,
) -> Result<(Vec<T>, Option<String>), AwsError> {
    let start = match call.text("NextToken") {
        Some(token) => token
            .strip_prefix("page-")
            .and_then(|number| number.parse::<usize>().ok())
            .ok_or_else(|| AwsError::validation("Invalid NextToken"))?,
        None => 0,
    };
    let size = call.number("MaxResults").map_or(size, |most| most.clamp(1, size));
    let end = start.saturating_add(size);
    let next = (end < items.len()).then(|| format!("page-{end}"));
    Ok((items.into_iter().skip(start).take(size).collect(), next))
}
