//! Filter patterns, as far as they are terms: `ERROR`, `"Task timed out"`, `?this ?that`, `-not`.

use crate::error::AwsError;

/// Which lines are wanted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    /// Reads a pattern. Those over fields of JSON or of columns are not played.
    pub(super) fn parse(text: &str) -> Result<Self, AwsError> {
        let mut pattern = Self::default();
        let mut rest = text.trim_start();
        if rest.starts_with(['{', '[', '%']) {
            let message = "The sandbox plays filter patterns of terms only";
            return Err(AwsError::new("InvalidParameterException", message));
        }
        while !rest.is_empty() {
            let (terms, after) = if let Some(after) = rest.strip_prefix('?') {
                (&mut pattern.any, after)
            } else if let Some(after) = rest.strip_prefix('-') {
                (&mut pattern.none, after)
            } else {
                (&mut pattern.all, rest)
            };
            let (term, after) = match after.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').ok_or_else(invalid)?,
                None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
            };
            terms.push(term.to_owned());
            rest = after.trim_start();
        }
        Ok(pattern)
    }

    pub(super) fn fits(&self, line: &str) -> bool {
        self.all.iter().all(|term| line.contains(term))
            && (self.any.is_empty() || self.any.iter().any(|term| line.contains(term)))
            && !self.none.iter().any(|term| line.contains(term))
    }
}

fn invalid() -> AwsError {
    AwsError::new("InvalidParameterException", "Invalid filter pattern")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_looked_for_in_lines() {
        let fits = |pattern: &str, line: &str| Pattern::parse(pattern).expect("is read").fits(line);
        assert!(fits("", "anything"));
        assert!(fits("ERROR sent", "an ERROR was sent"));
        assert!(!fits("ERROR lost", "an ERROR was sent"));
        assert!(fits("\"Task timed out\"", "x Task timed out after 3.00 seconds"));
        assert!(fits("?this ?that", "that one") && !fits("?this ?that", "the other"));
        assert!(fits("ERROR -sent", "an ERROR") && !fits("ERROR -sent", "an ERROR was sent"));
    }

    #[test]
    fn what_is_not_a_list_of_terms_is_refused() {
        for pattern in ["{ $.level = \"ERROR\" }", "[ip, user]", "\"open"] {
            let refused = Pattern::parse(pattern).map_err(|error| error.code);
            assert_eq!(refused, Err("InvalidParameterException".to_owned()), "{pattern}");
        }
    }
}
