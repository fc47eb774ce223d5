//! What an error of an SDK call says to people: one description for every service.
//!
//! What a code *means* (a missing stack, an empty change set) is for whoever made the call.

use std::error::Error;
use std::fmt;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

/// An error of an AWS call, described. Displays as `message (code, request id): hint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsError {
    /// AWS's code, such as `ValidationError`; none if no answer came.
    pub code: Option<String>,
    /// What AWS said, or why no answer came.
    pub message: String,
    /// What AWS's support asks for.
    pub request_id: Option<String>,
    /// What a person does about it, where that is known.
    pub hint: Option<String>,
    /// Whether the same call may still have been carried out, or may work later.
    pub nature: Nature,
}

/// What is known about a failed call, after the SDK's retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// AWS answered that it did nothing, and would say so again.
    Refused,
    /// AWS answered that it is busy or broken.
    Unavailable,
    /// No answer came: it may or may not have been carried out.
    Unanswered,
    /// Nothing was sent.
    NotSent,
}

/// An answer, or its error described.
pub fn answer<T, E>(result: Result<T, SdkError<E, HttpResponse>>) -> Result<T, AwsError>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    result.map_err(|error| AwsError::of(&error))
}

impl AwsError {
    /// Describes an error.
    pub fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let code = error.code().map(str::to_owned);
        let message = match (error.message(), error.as_service_error()) {
            (Some(message), _) => message.trim_end_matches('.').to_owned(),
            (None, Some(_)) => unexplained(error),
            (None, None) => causes(innermost(error)),
        };
        let hint = hint(code.as_deref(), &message, error);
        Self {
            hint,
            nature: nature(error),
            request_id: error.request_id().map(str::to_owned),
            code,
            message,
        }
    }

    /// An error that is known in words only, such as the state bucket's.
    pub fn told(message: impl Into<String>) -> Self {
        Self {
            code: None,
            message: message.into(),
            request_id: None,
            hint: None,
            nature: Nature::Unanswered,
        }
    }

    /// Whether AWS answered with this code.
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

impl fmt::Display for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match (&self.code, &self.request_id) {
            (Some(code), Some(id)) => write!(f, " ({code}, request {id})")?,
            (Some(code), None) => write!(f, " ({code})")?,
            (None, Some(id)) => write!(f, " (request {id})")?,
            (None, None) => {}
        }
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, ": {hint}"))
    }
}

impl Error for AwsError {}

/// For answers without a message: those to HEAD, and what is not AWS's (a proxy's).
fn unexplained<E>(error: &SdkError<E, HttpResponse>) -> String {
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    format!("the answer has status {status} and says nothing that AWS would")
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "`SdkError` is non-exhaustive; what is unknown may have been carried out"
)]
fn nature<E>(error: &SdkError<E, HttpResponse>) -> Nature {
    match error {
        SdkError::ConstructionFailure(_) => Nature::NotSent,
        SdkError::ServiceError(answered) => match answered.raw().status().as_u16() {
            ..400 => Nature::Unanswered,
            429 | 500.. => Nature::Unavailable,
            _ => Nature::Refused,
        },
        // Credentials that could not be had come as a failed dispatch, too.
        SdkError::DispatchFailure(failure) if failure.is_user() || failure.is_other() => {
            Nature::NotSent
        }
        _ => Nature::Unanswered,
    }
}

/// The errors behind an error, from the outermost, each said once.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// What lies under the SDK's own wording of "nothing came back".
fn innermost<E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> &(dyn Error + 'static) {
    if let SdkError::DispatchFailure(failure) = error
        && let Some(cause) = failure.as_connector_error().and_then(Error::source)
    {
        return cause;
    }
    error
}

/// The errors behind an error in one line. Of one that lists what was tried, the first line says enough.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in chain(error) {
        let text = cause.to_string();
        let text = first_line(&text).to_owned();
        if !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
    }
    said.join(": ")
}

/// The first line, without the words that lead over to a list below it.
fn first_line(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default().trim_end();
    let Some(leading) = line.strip_suffix(':') else { return line.trim_end_matches('.') };
    leading.rsplit_once(". ").map_or(leading, |(said, _)| said)
}

fn hint(code: Option<&str>, message: &str, error: &(dyn Error + 'static)) -> Option<String> {
    let hint = match code {
        Some("ExpiredToken" | "ExpiredTokenException" | "RequestExpired") => {
            "sign in again, for example with `aws sso login`"
        }
        Some("InvalidClientTokenId" | "UnrecognizedClientException" | "InvalidAccessKeyId") => {
            "AWS does not know these credentials: look at the profile and the AWS_* variables"
        }
        Some("SignatureDoesNotMatch" | "RequestTimeTooSkewed" | "InvalidSignatureException") => {
            "look at the secret key and at this machine's clock"
        }
        Some("AccessDenied" | "AccessDeniedException") => {
            return denied_action(message)
                .map(|action| format!("the role needs `{action}`, and no policy may deny it"));
        }
        Some(_) => return None,
        None => return hint_without_answer(error).map(str::to_owned),
    };
    Some(hint.to_owned())
}

/// The action in "... is not authorized to perform: s3:GetObject on resource ...".
fn denied_action(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("not authorized to perform: ")?;
    rest.split_whitespace().next()
}

fn hint_without_answer(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let credentials = chain(error).find_map(|cause| cause.downcast_ref::<CredentialsError>());
    let text = causes(error);
    let says = |what: &str| text.contains(what);
    if let Some(CredentialsError::CredentialsNotLoaded(_)) = credentials {
        Some("look at the name of the profile, or sign in, for example with `aws sso login`")
    } else if credentials.is_some() && (says("expired") || says("refresh") || says("sso/cache")) {
        Some("sign in again, for example with `aws sso login`")
    } else if credentials.is_some() {
        Some("the credentials could not be loaded: look at the profile and the AWS_* variables")
    } else if says("egion must be") || says("Missing Region") {
        Some("set `region` in the environment's target")
    } else if says("Connection refused") {
        Some("nothing listens there: look at AWS_ENDPOINT_URL and the proxy variables")
    } else if says("dns error") || says("failed to lookup address") {
        Some("the name was not found: look at the network and at the region's spelling")
    } else {
        None
    }
}
