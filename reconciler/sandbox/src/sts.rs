//! Security Token Service: who the caller is, and sessions of roles.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::call::{Answer, Call};
use crate::cloudformation::names;
use crate::credentials::{Caller, Session};
use crate::error::AwsError;
use crate::world::{ACCOUNT, World};

const VERSION: &str = "2011-06-15";

/// Seconds that a session lasts unless the call says otherwise, and what it may say.
const DURATION: i64 = 3_600;
const DURATIONS: std::ops::RangeInclusive<i64> = 900..=43_200;

/// Answers one call.
pub(crate) fn handle(world: &mut World, call: &Call) -> Answer {
    match &*call.operation {
        "AssumeRole" => assume_role(world, call),
        "GetCallerIdentity" => Ok(json!({
            "Arn": call.caller.arn,
            "UserId": call.caller.user_id,
            "Account": ACCOUNT,
        })),
        other => Err(AwsError::unknown_operation(other, VERSION)),
    }
}

/// Hands out credentials of a role that is there. Its trust policy is not asked: every caller may do
/// everything here.
fn assume_role(world: &mut World, call: &Call) -> Answer {
    let (arn, name) = (call.required("RoleArn")?, call.required("RoleSessionName")?);
    let duration = duration(call)?;
    let role = arn.rsplit('/').next().unwrap_or_default();
    let role_id = role_id(world, role).ok_or_else(|| AwsError {
        status: 403,
        code: "AccessDenied".to_owned(),
        message: format!(
            "User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
            call.caller.arn
        ),
    })?;
    let expires = call.now + SignedDuration::from_secs(duration);
    let caller = Caller {
        arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}"),
        user_id: format!("{role_id}:{name}"),
    };
    let (access_key_id, session) = issue(world, caller, expires);
    Ok(json!({
        "Credentials": {
            "AccessKeyId": access_key_id,
            "SecretAccessKey": session.secret_access_key,
            "SessionToken": session.token,
            "Expiration": session.expires.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        },
        "AssumedRoleUser": { "AssumedRoleId": session.caller.user_id, "Arn": session.caller.arn },
    }))
}

/// The credentials with which a service acts as the role that it was given. That the service may is told
/// when it is given the role.
pub(crate) fn session(
    world: &mut World,
    role_arn: &str,
    name: &str,
    expires: Timestamp,
) -> (String, Session) {
    let role = role_arn.rsplit('/').next().unwrap_or_default();
    let role_id = role_id(world, role).unwrap_or_default();
    let caller = Caller {
        arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}"),
        user_id: format!("{role_id}:{name}"),
    };
    issue(world, caller, expires)
}

fn role_id(world: &World, role: &str) -> Option<String> {
    let mut resources = world.resources.iter();
    let found = resources.find(|(_, it)| it.type_name == "AWS::IAM::Role" && it.identifier == role);
    found.and_then(|(_, it)| it.attributes.get("RoleId")?.as_str()).map(str::to_owned)
}

/// Makes credentials that hold until they expire; by their access key ID.
fn issue(world: &mut World, caller: Caller, expires: Timestamp) -> (String, Session) {
    let number = world.next("sessions").to_string();
    let derived = |what: &str, length| names::suffix(&["session", &number, what], length);
    let access_key_id = format!("ASIA{}", derived("id", 16));
    let session = Session {
        secret_access_key: derived("secret", 40),
        token: derived("token", 64),
        expires,
        caller,
    };
    world.sessions.insert(access_key_id.clone(), session.clone());
    (access_key_id, session)
}

fn duration(call: &Call) -> Result<i64, AwsError> {
    let given = call.text("DurationSeconds").map_or(Ok(DURATION), str::parse);
    let seconds =
        given.map_err(|_| AwsError::new("MalformedInput", "DurationSeconds is not a number"))?;
    if DURATIONS.contains(&seconds) {
        return Ok(seconds);
    }
    let (bound, limit) = if seconds < *DURATIONS.start() {
        ("greater", DURATIONS.start())
    } else {
        ("less", DURATIONS.end())
    };
    Err(AwsError::validation(format!(
        "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value {bound} than or equal to {limit}"
    )))
}
