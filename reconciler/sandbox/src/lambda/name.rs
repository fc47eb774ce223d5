//! How calls and templates name a function: by its name or ARN, with or without a qualifier.

use crate::world::ACCOUNT;

/// The version that is not published, and the qualifier that asks for it.
pub(crate) const LATEST: &str = "$LATEST";

/// A function's name, with what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionName {
    pub(crate) name: String,
    pub(crate) qualifier: Option<String>,
}

impl FunctionName {
    /// Reads `name`, `name:1`, `000000000000:function:name`, or an ARN with or without a qualifier.
    pub(crate) fn parse(text: &str) -> Self {
        let short = text.split_once(":function:").map_or(text, |(_, name)| name);
        let short = short.strip_prefix("function:").unwrap_or(short);
        match short.split_once(':') {
            Some((name, qualifier)) => {
                Self { name: name.to_owned(), qualifier: Some(qualifier.to_owned()) }
            }
            None => Self { name: short.to_owned(), qualifier: None },
        }
    }

    /// The same with the qualifier that a call gives apart from the name, if it does.
    pub(crate) fn qualified(self, qualifier: Option<&str>) -> Self {
        let qualifier = qualifier.map(str::to_owned).or(self.qualifier);
        Self { name: self.name, qualifier }
    }

    /// The ARN of what is named.
    pub(crate) fn arn(&self, region: &str) -> String {
        match &self.qualifier {
            Some(qualifier) => qualified_arn(region, &self.name, qualifier),
            None => arn(region, &self.name),
        }
    }
}

/// `arn:aws:lambda:ap-northeast-1:000000000000:function:name`
pub(crate) fn arn(region: &str, name: &str) -> String {
    format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{name}")
}

/// The ARN of a version or an alias.
pub(crate) fn qualified_arn(region: &str, name: &str, qualifier: &str) -> String {
    format!("{}:{qualifier}", arn(region, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_names_the_same_function() {
        for (text, qualifier) in [
            ("api", None),
            ("api:live", Some("live")),
            ("000000000000:function:api", None),
            ("function:api:1", Some("1")),
            ("arn:aws:lambda:ap-northeast-1:000000000000:function:api", None),
            ("arn:aws:lambda:ap-northeast-1:000000000000:function:api:$LATEST", Some(LATEST)),
        ] {
            let expected =
                FunctionName { name: "api".to_owned(), qualifier: qualifier.map(str::to_owned) };
            assert_eq!(FunctionName::parse(text), expected, "{text}");
        }
        let named = FunctionName::parse("api:live").qualified(Some("2"));
        assert_eq!(named.arn("eu-west-1"), "arn:aws:lambda:eu-west-1:000000000000:function:api:2");
    }
}
