//! Pages of Signer's lists.

use super::refusal::invalid;
use crate::call::Call;
use crate::cloudformation::paging::Wanted;
use crate::error::AwsError;

/// How many items stand on a page at most.
const PAGE: usize = 25;

/// The page that a call asks for, and the token of the page after it.
pub(super) fn page<T>(items: Vec<T>, call: &Call) -> Result<(Vec<T>, Option<String>), AwsError> {
    let wanted = Wanted { token: call.text("nextToken"), most: call.number("maxResults") };
    wanted.of(items, PAGE).ok_or_else(|| invalid("Invalid nextToken"))
}
