//! Making, showing and canceling signing profiles, by the API and as a resource.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::paging::page;
use super::profile::{self, PROFILE, SigningProfile};
use super::refusal::{invalid, not_found};
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::resources::{Failure, Origin, Provider, tags};
use crate::world::World;

/// Answers `PutSigningProfile`.
pub(super) fn put_signing_profile(world: &mut World, call: &Call) -> Answer {
    let name = call.required("profileName")?;
    let mut properties = Map::new();
    properties.insert("ProfileName".to_owned(), json!(name));
    properties.insert("PlatformId".to_owned(), json!(call.required("platformId")?));
    if let Some(period) = call.parameters.get("signatureValidityPeriod") {
        let period = json!({ "Type": period.get("type"), "Value": period.get("value") });
        properties.insert("SignatureValidityPeriod".to_owned(), period);
    }
    if let Some(given) = call.parameters.get("tags") {
        properties.insert("Tags".to_owned(), tags::property(given));
    }
    let mut resource = Resource {
        type_name: PROFILE.to_owned(),
        region: call.region.clone(),
        identifier: profile::arn(&call.region, name),
        properties,
        attributes: Map::new(),
        created: call.now,
    };
    profile::register(world, &mut resource)?;
    let answer = json!({
        "arn": resource.attribute("Arn"),
        "profileVersion": resource.attribute("ProfileVersion"),
        "profileVersionArn": resource.attribute("ProfileVersionArn"),
    });
    world.resources.insert(resource.row_key(), resource);
    Ok(answer)
}

/// Answers `GetSigningProfile`.
pub(super) fn get_signing_profile(world: &World, call: &Call) -> Answer {
    Ok(find(world, call)?.description(world))
}

/// Answers `ListSigningProfiles`.
pub(super) fn list_signing_profiles(world: &World, call: &Call) -> Answer {
    let statuses = call.texts("statuses");
    let canceled = call.flag("includeCanceled").unwrap_or_default();
    let admits = |profile: &SigningProfile| match profile.status() {
        status if !statuses.is_empty() => statuses.contains(&status),
        status => status != "Canceled" || canceled,
    };
    let profiles = world
        .signing_profiles
        .iter()
        .map(|(_, profile)| profile)
        .filter(|profile| profile.region == call.region && admits(profile))
        .map(|profile| profile.description(world));
    let (profiles, next) = page(profiles.collect(), call)?;
    Ok(json!({ "profiles": profiles, "nextToken": next }))
}

/// Answers `CancelSigningProfile`.
pub(super) fn cancel_signing_profile(world: &mut World, call: &Call) -> Answer {
    let arn = find(world, call)?.arn();
    cancel(world, &call.region, &arn);
    Ok(Value::Null)
}

/// The profile that a call names.
pub(super) fn find<'a>(world: &'a World, call: &Call) -> Result<&'a SigningProfile, AwsError> {
    let name = call.required("profileName")?;
    let profile = world.signing_profiles.get(&profile::arn(&call.region, name));
    profile.ok_or_else(|| not_found(format!("Signing profile {name} not found")))
}

/// The profile signs no more; what it signed stays valid.
fn cancel(world: &mut World, region: &str, arn: &str) {
    if let Some(profile) = world.signing_profiles.get_mut(arn) {
        profile.canceled = true;
    }
    world.resources.remove(&Resource::key(region, PROFILE, arn));
}

/// Refuses a profile that does not sign any more.
pub(super) fn check_active(profile: &SigningProfile) -> Result<(), AwsError> {
    match profile.status() {
        "Active" => Ok(()),
        status => Err(invalid(format!("Signing profile {} is {status}", profile.name))),
    }
}

/// `AWS::Signer::SigningProfile`
pub(crate) struct SigningProfileProvider;

impl Provider for SigningProfileProvider {
    fn create(
        &self,
        world: &mut World,
        resource: &mut Resource,
        _origin: Origin<'_>,
    ) -> Result<(), Failure> {
        // The resource of a canceled profile is gone, but its name is not free.
        if world.signing_profiles.contains(&resource.identifier) {
            let key = resource.row_key();
            return Err(Failure::already_exists(PROFILE, &resource.identifier, key));
        }
        profile::register(world, resource).map_err(|error| {
            Failure::handler(
                "InvalidRequest",
                format!("{} (Service: Signer, Status Code: {})", error.message, error.status),
            )
        })
    }

    fn delete(
        &self,
        world: &mut World,
        resource: &Resource,
        _at: Timestamp,
    ) -> Result<(), Failure> {
        cancel(world, &resource.region, &resource.identifier);
        Ok(())
    }
}
