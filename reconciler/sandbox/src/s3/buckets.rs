//! Buckets and their settings.

use aws_smithy_types::base64;
use s3s::dto::{
    Bucket, BucketLocationConstraint, BucketVersioningStatus, CreateBucketInput,
    CreateBucketOutput, DeleteBucketInput, DeleteBucketOutput, DeleteBucketPolicyInput,
    DeleteBucketPolicyOutput, GetBucketLocationInput, GetBucketLocationOutput,
    GetBucketPolicyInput, GetBucketPolicyOutput, GetBucketTaggingInput, GetBucketTaggingOutput,
    GetBucketVersioningInput, GetBucketVersioningOutput, HeadBucketInput, HeadBucketOutput,
    ListBucketsInput, ListBucketsOutput, Owner, PutBucketPolicyInput, PutBucketPolicyOutput,
    PutBucketVersioningInput, PutBucketVersioningOutput, Tag,
};
use s3s::{S3ErrorCode, S3Result, s3_error};
use serde_json::{Map, Value, json};

use super::bucket::{self, BUCKET, Versioning};
use super::is_empty;
use super::listing::decode_token;
use super::operations::{Context, timestamp};
use super::upload;
use crate::resource::Resource;
use crate::world::{ACCOUNT, World};

const POLICY: &str = "AWS::S3::BucketPolicy";

/// The one region whose endpoint takes, and whose buckets have, no location constraint.
const CLASSIC: &str = "us-east-1";

pub(super) fn create(
    world: &mut World,
    context: &Context,
    input: &CreateBucketInput,
) -> S3Result<CreateBucketOutput> {
    let configuration = input.create_bucket_configuration.as_ref();
    let constraint = configuration.and_then(|it| it.location_constraint.as_ref());
    let region = match constraint.map(BucketLocationConstraint::as_str) {
        None if context.region == CLASSIC => CLASSIC,
        Some(region) if context.region == CLASSIC || context.region == region => region,
        unfit => {
            let unfit = unfit.unwrap_or("unspecified");
            return Err(s3_error!(
                IllegalLocationConstraintException,
                "The {unfit} location constraint is incompatible for the region specific endpoint this request was sent to."
            ));
        }
    };
    if bucket::anywhere(world, &input.bucket).is_some() {
        return Err(s3_error!(
            BucketAlreadyOwnedByYou,
            "Your previous request to create the named bucket succeeded and you already own it."
        ));
    }
    let key = Resource::key(region, BUCKET, &input.bucket);
    world.resources.insert(key, bucket::new_bucket(region, &input.bucket, context.now));
    Ok(CreateBucketOutput { location: Some(format!("/{}", input.bucket)) })
}

pub(super) fn head(
    world: &World,
    context: &Context,
    input: &HeadBucketInput,
) -> S3Result<HeadBucketOutput> {
    let bucket = bucket::reached(world, &context.region, &input.bucket)?;
    Ok(HeadBucketOutput { bucket_region: Some(bucket.region.clone()), ..Default::default() })
}

pub(super) fn delete(
    world: &mut World,
    context: &Context,
    input: &DeleteBucketInput,
) -> S3Result<DeleteBucketOutput> {
    bucket::reached(world, &context.region, &input.bucket)?;
    if !is_empty(world, &input.bucket) {
        return Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"));
    }
    let unfinished: Vec<_> = upload::of_bucket(world, &input.bucket).cloned().collect();
    for one in &unfinished {
        upload::forget(world, one);
    }
    world.resources.remove(&Resource::key(&context.region, BUCKET, &input.bucket));
    world.resources.remove(&Resource::key(&context.region, POLICY, &input.bucket));
    Ok(DeleteBucketOutput::default())
}

pub(super) fn list(
    world: &World,
    _context: &Context,
    input: &ListBucketsInput,
) -> S3Result<ListBucketsOutput> {
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let region = input.bucket_region.as_deref();
    let after = input.continuation_token.as_deref().map(decode_token).transpose()?;
    let mut found: Vec<&Resource> = world
        .resources
        .iter()
        .map(|(_, resource)| resource)
        .filter(|resource| resource.type_name == BUCKET && resource.identifier.starts_with(prefix))
        .filter(|bucket| region.is_none_or(|region| bucket.region == region))
        .filter(|bucket| after.as_ref().is_none_or(|after| bucket.identifier > *after))
        .collect();
    found.sort_unstable_by_key(|bucket| &bucket.identifier);
    let page = input.max_buckets.and_then(|max| usize::try_from(max).ok()).unwrap_or(usize::MAX);
    let last = found.get(page.saturating_sub(1)).filter(|_| found.len() > page);
    let continuation_token = last.map(|bucket| base64::encode(&bucket.identifier));
    let buckets = found.into_iter().take(page).map(|bucket| Bucket {
        name: Some(bucket.identifier.clone()),
        bucket_region: Some(bucket.region.clone()),
        creation_date: Some(timestamp(bucket.created)),
    });
    Ok(ListBucketsOutput {
        buckets: Some(buckets.collect()),
        continuation_token,
        owner: Some(Owner { id: Some(ACCOUNT.to_owned()), display_name: None }),
        prefix: input.prefix.clone(),
    })
}

pub(super) fn location(
    world: &World,
    _context: &Context,
    input: &GetBucketLocationInput,
) -> S3Result<GetBucketLocationOutput> {
    // Of all bucket operations this one is answered by every region.
    let bucket = bucket::anywhere(world, &input.bucket)
        .ok_or_else(|| s3_error!(NoSuchBucket, "The specified bucket does not exist"))?;
    let constraint = (bucket.region != CLASSIC).then(|| bucket.region.clone().into());
    Ok(GetBucketLocationOutput { location_constraint: constraint })
}

pub(super) fn versioning(
    world: &World,
    context: &Context,
    input: &GetBucketVersioningInput,
) -> S3Result<GetBucketVersioningOutput> {
    let bucket = bucket::reached(world, &context.region, &input.bucket)?;
    let status = match bucket::versioning(bucket) {
        Versioning::Off => None,
        Versioning::Enabled => Some(BucketVersioningStatus::ENABLED),
        Versioning::Suspended => Some(BucketVersioningStatus::SUSPENDED),
    };
    Ok(GetBucketVersioningOutput {
        mfa_delete: None,
        status: status.map(BucketVersioningStatus::from_static),
    })
}

pub(super) fn put_versioning(
    world: &mut World,
    context: &Context,
    input: &PutBucketVersioningInput,
) -> S3Result<PutBucketVersioningOutput> {
    let bucket = bucket::reached_mut(world, &context.region, &input.bucket)?;
    let status = input.versioning_configuration.status.as_ref();
    let Some(status @ (BucketVersioningStatus::ENABLED | BucketVersioningStatus::SUSPENDED)) =
        status.map(BucketVersioningStatus::as_str)
    else {
        return Err(S3ErrorCode::MalformedXML.into());
    };
    bucket.properties.insert("VersioningConfiguration".to_owned(), json!({ "Status": status }));
    Ok(PutBucketVersioningOutput::default())
}

pub(super) fn policy(
    world: &World,
    context: &Context,
    input: &GetBucketPolicyInput,
) -> S3Result<GetBucketPolicyOutput> {
    bucket::reached(world, &context.region, &input.bucket)?;
    let policy = world.resources.get(&Resource::key(&context.region, POLICY, &input.bucket));
    let document = policy
        .and_then(|policy| policy.properties.get("PolicyDocument"))
        .ok_or_else(|| s3_error!(NoSuchBucketPolicy, "The bucket policy does not exist"))?;
    Ok(GetBucketPolicyOutput { policy: Some(document.to_string()) })
}

pub(super) fn put_policy(
    world: &mut World,
    context: &Context,
    input: &PutBucketPolicyInput,
) -> S3Result<PutBucketPolicyOutput> {
    bucket::reached(world, &context.region, &input.bucket)?;
    let document: Map<String, Value> = serde_json::from_str(&input.policy).map_err(|_| {
        s3_error!(MalformedPolicy, "Policies must be valid JSON and the first byte must be '{{'")
    })?;
    let properties = [
        ("Bucket".to_owned(), Value::String(input.bucket.clone())),
        ("PolicyDocument".to_owned(), Value::Object(document)),
    ];
    let row = Resource {
        type_name: POLICY.to_owned(),
        region: context.region.clone(),
        identifier: input.bucket.clone(),
        properties: properties.into_iter().collect(),
        attributes: Map::new(),
        created: context.now,
    };
    world.resources.insert(Resource::key(&context.region, POLICY, &input.bucket), row);
    Ok(PutBucketPolicyOutput::default())
}

pub(super) fn delete_policy(
    world: &mut World,
    context: &Context,
    input: &DeleteBucketPolicyInput,
) -> S3Result<DeleteBucketPolicyOutput> {
    bucket::reached(world, &context.region, &input.bucket)?;
    world.resources.remove(&Resource::key(&context.region, POLICY, &input.bucket));
    Ok(DeleteBucketPolicyOutput::default())
}

pub(super) fn tagging(
    world: &World,
    context: &Context,
    input: &GetBucketTaggingInput,
) -> S3Result<GetBucketTaggingOutput> {
    let bucket = bucket::reached(world, &context.region, &input.bucket)?;
    let tags = bucket.properties.get("Tags").and_then(Value::as_array);
    let text = |tag: &Value, name: &str| tag.get(name).and_then(Value::as_str).map(str::to_owned);
    let tag_set: Vec<Tag> = tags
        .into_iter()
        .flatten()
        .map(|tag| Tag { key: text(tag, "Key"), value: text(tag, "Value") })
        .collect();
    if tag_set.is_empty() {
        return Err(s3_error!(NoSuchTagSet, "The TagSet does not exist"));
    }
    Ok(GetBucketTaggingOutput { tag_set })
}
