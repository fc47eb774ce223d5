//! Pages of a list.

use crate::call::Call;
use crate::error::AwsError;

/// Which page a call asks for, and how many items are to be on it at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) token: Option<&'a str>,
    pub(crate) most: Option<usize>,
}

impl Wanted<'_> {
    /// The page of at most `size` items, and the token of the page after it; none for a token that was
    /// never given.
    pub(crate) fn of<T>(self, items: Vec<T>, size: usize) -> Option<(Vec<T>, Option<String>)> {
        let start = match self.token {
            Some(token) => token.strip_prefix("page-")?.parse::<usize>().ok()?,
            None => 0,
        };
        let size = self.most.map_or(size, |most| most.clamp(1, size));
        let end = start.saturating_add(size);
        let next = (end < items.len()).then(|| format!("page-{end}"));
        Some((items.into_iter().skip(start).take(size).collect(), next))
    }
}

/// The page that the call's `NextToken` asks for, and the token of the page after it.
pub(crate) fn page<T>(
    items: Vec<T>,
    call: &Call,
    size: usize,
) -> Result<(Vec<T>, Option<String>), AwsError> {
    let wanted = Wanted { token: call.text("NextToken"), most: call.number("MaxResults") };
    wanted.of(items, size).ok_or_else(|| AwsError::validation("Invalid NextToken"))
}
