//! The operations of an upload in parts.

use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, ChecksumAlgorithm, ChecksumType,
    CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, ServerSideEncryption,
    UploadPartInput, UploadPartOutput,
};
use s3s::{S3Error, S3Result, s3_error};

use super::bucket::{self, Encryption};
use super::checksum::{self, Algorithm, Checksum};
use super::condition::Conditions;
use super::object::{self, Body, Content, Description, hex};
use super::operations::Context;
use super::payload::Received;
use super::upload::{self, Upload, UploadedPart};
use super::versions::{self, Place};
use crate::world::World;

/// The least that every part but the last must have.
const SMALLEST: usize = 5 * 1024 * 1024;

const LAST_NUMBER: i32 = 10_000;

pub(super) fn create(
    world: &mut World,
    context: &Context,
    input: &CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    let bucket = bucket::reached(world, &context.region, &input.bucket)?;
    let asked = input.server_side_encryption.as_ref().map(|algorithm| Encryption {
        algorithm: algorithm.as_str().to_owned(),
        key_id: input.ssekms_key_id.clone(),
        bucket_key: input.bucket_key_enabled,
    });
    let encryption = asked.unwrap_or_else(|| bucket::default_encryption(bucket));
    let algorithm = input.checksum_algorithm.as_ref().map(|it| Algorithm::of_name(it.as_str()));
    let algorithm = algorithm.transpose()?;
    let asked = input.checksum_type.as_ref().map(ChecksumType::as_str);
    let is_composite = is_composite(algorithm, asked)?;
    let order = world.next("uploads");
    let upload = Upload {
        id: hex(Md5::checksum(format!("{}/{order}", input.bucket).as_bytes())),
        bucket: input.bucket.clone(),
        key: input.key.clone(),
        initiated: context.now,
        encryption: encryption.clone(),
        description: Description {
            content_type: input.content_type.clone(),
            content_encoding: input.content_encoding.clone(),
            content_disposition: input.content_disposition.clone(),
            content_language: input.content_language.clone(),
            cache_control: input.cache_control.clone(),
            metadata: input.metadata.clone().unwrap_or_default().into_iter().collect(),
        },
        algorithm,
        is_composite,
    };
    let output = CreateMultipartUploadOutput {
        bucket: Some(upload.bucket.clone()),
        key: Some(upload.key.clone()),
        upload_id: Some(upload.id.clone()),
        bucket_key_enabled: encryption.uses_bucket_key(),
        checksum_algorithm: algorithm.map(|it| ChecksumAlgorithm::from_static(it.name())),
        checksum_type: algorithm.map(|_| checksum::kind(is_composite)),
        server_side_encryption: Some(ServerSideEncryption::from(encryption.algorithm)),
        ssekms_key_id: encryption.key_id,
        ..Default::default()
    };
    world.uploads.insert(upload.row_key(), upload);
    Ok(output)
}

/// Which algorithms have a checksum of checksums: all but the one that S3 prefers, which has none.
fn is_composite(algorithm: Option<Algorithm>, asked: Option<&str>) -> S3Result<bool> {
    let sha = matches!(algorithm, Some(Algorithm::Sha1 | Algorithm::Sha256));
    match (algorithm, asked) {
        (Some(Algorithm::Crc64Nvme), Some(ChecksumType::COMPOSITE)) => Err(s3_error!(
            InvalidRequest,
            "The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm."
        )),
        (Some(algorithm), Some(ChecksumType::FULL_OBJECT)) if sha => {
            let name = algorithm.name().to_lowercase();
            Err(s3_error!(
                InvalidRequest,
                "The FULL_OBJECT checksum type cannot be used with the {name} checksum algorithm."
            ))
        }
        (None | Some(Algorithm::Crc64Nvme), _) | (_, Some(ChecksumType::FULL_OBJECT)) => Ok(false),
        (Some(_), _) => Ok(true),
    }
}

pub(super) fn upload_part(
    world: &mut World,
    context: &Context,
    input: &UploadPartInput,
    received: Received,
) -> S3Result<UploadPartOutput> {
    bucket::reached(world, &context.region, &input.bucket)?;
    let place = (input.bucket.as_str(), input.key.as_str());
    let upload = upload::find(world, place, &input.upload_id)?.clone();
    if !(1..=LAST_NUMBER).contains(&input.part_number) {
        return Err(s3_error!(
            InvalidArgument,
            "Part number must be an integer between 1 and {LAST_NUMBER}, inclusive"
        ));
    }
    let Received { body, checksum } = received;
    let sent = checksum.as_ref().map(|checksum| checksum.algorithm);
    if let Some(expected) = upload.algorithm
        && (sent != Some(expected) && (upload.is_composite || sent.is_some()))
    {
        let expected = expected.name().to_lowercase();
        let actual = sent.map_or_else(|| "null".to_owned(), |it| it.name().to_lowercase());
        return Err(s3_error!(
            InvalidRequest,
            "Checksum Type mismatch occurred, expected checksum Type: {expected}, actual checksum Type: {actual}"
        ));
    }
    let algorithm = upload.algorithm.or(sent).unwrap_or(Algorithm::DEFAULT);
    let checksum = algorithm.of(&body);
    let part = UploadedPart {
        number: input.part_number,
        etag: object::etag(&body, &upload.encryption),
        body: Body(body),
        checksum,
        last_modified: context.now,
    };
    let mut output = UploadPartOutput {
        e_tag: Some(ETag::Strong(part.etag.clone())),
        bucket_key_enabled: upload.encryption.uses_bucket_key(),
        server_side_encryption: Some(ServerSideEncryption::from(
            upload.encryption.algorithm.clone(),
        )),
        ssekms_key_id: upload.encryption.key_id.clone(),
        ..Default::default()
    };
    checksum::tell!(output, &part.checksum);
    world.parts.insert(upload.part_key(part.number), part);
    Ok(output)
}

pub(super) fn complete(
    world: &mut World,
    context: &Context,
    input: &CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let bucket = bucket::reached(world, &context.region, &input.bucket)?;
    let versioning = bucket::versioning(bucket);
    let place = (input.bucket.as_str(), input.key.as_str());
    let upload = upload::find(world, place, &input.upload_id)?.clone();
    let wanted = input.multipart_upload.as_ref().and_then(|it| it.parts.as_ref());
    let parts = chosen(world, &upload, wanted.map_or(&[][..], Vec::as_slice))?;
    let conditions = Conditions {
        if_match: input.if_match.as_ref(),
        if_none_match: input.if_none_match.as_ref(),
    };
    conditions.check_write(object::current(world, &input.bucket, &input.key))?;
    let body: Vec<u8> = parts.iter().flat_map(|part| part.body.0.iter().copied()).collect();
    check_size(input.mpu_object_size, body.len())?;
    let checksum = whole(&upload, &parts, &body);
    let told = checksum::told!(input, checksum.algorithm);
    if told.is_some_and(|told| told != checksum.value) {
        return Err(checksum::mismatch(checksum.algorithm));
    }
    let etag = etag(&parts);
    let mut output = CompleteMultipartUploadOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        location: Some(format!(
            "https://{}.s3.{}.amazonaws.com/{}",
            input.bucket, context.region, input.key
        )),
        e_tag: Some(ETag::Strong(etag.clone())),
        checksum_type: Some(checksum.kind()),
        bucket_key_enabled: upload.encryption.uses_bucket_key(),
        server_side_encryption: Some(ServerSideEncryption::from(
            upload.encryption.algorithm.clone(),
        )),
        ssekms_key_id: upload.encryption.key_id.clone(),
        ..Default::default()
    };
    checksum::tell!(output, &checksum);
    let object = Content {
        parts: parts.iter().map(|part| part.body.0.len()).collect(),
        body: Body(body.into()),
        etag,
        encryption: upload.encryption.clone(),
        description: upload.description.clone(),
        checksum: Some(checksum),
    };
    upload::forget(world, &upload);
    let place = Place { bucket: input.bucket.clone(), key: input.key.clone(), versioning };
    output.version_id = versions::add(world, context, place, Some(object));
    Ok(output)
}

/// The parts that the caller names, each checked against what has arrived.
fn chosen(world: &World, upload: &Upload, wanted: &[CompletedPart]) -> S3Result<Vec<UploadedPart>> {
    if wanted.is_empty() {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema"
        ));
    }
    let mut parts: Vec<UploadedPart> = Vec::new();
    for CompletedPart { e_tag, part_number, .. } in wanted {
        let number = part_number.unwrap_or_default();
        if parts.last().is_some_and(|last| last.number >= number) {
            return Err(s3_error!(
                InvalidPartOrder,
                "The list of parts was not in ascending order. Parts must be ordered by part number."
            ));
        }
        let arrived = world
            .parts
            .get(&upload.part_key(number))
            .filter(|part| e_tag.as_ref().is_some_and(|told| told.value() == part.etag));
        parts.push(arrived.ok_or_else(no_such_part)?.clone());
    }
    for (part, told) in parts.iter().zip(wanted) {
        check_part(upload, part, told)?;
    }
    let all_but_last = parts.split_last().map_or(&[][..], |(_, rest)| rest);
    if all_but_last.iter().any(|part| part.body.0.len() < SMALLEST) {
        return Err(s3_error!(
            EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size"
        ));
    }
    Ok(parts)
}

/// A checksum of checksums can be had only if each is named again.
fn check_part(upload: &Upload, part: &UploadedPart, told: &CompletedPart) -> S3Result<()> {
    let algorithm = part.checksum.algorithm;
    match checksum::told!(told, algorithm) {
        Some(told) if told != part.checksum.value => Err(no_such_part()),
        None if upload.is_composite => {
            let (name, number) = (algorithm.name().to_lowercase(), part.number);
            Err(s3_error!(
                InvalidRequest,
                "The upload was created using a {name} checksum. The complete request must include the checksum for each part. It was missing for part {number} in the request."
            ))
        }
        Some(_) | None => Ok(()),
    }
}

fn no_such_part() -> S3Error {
    s3_error!(
        InvalidPart,
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
    )
}

fn check_size(told: Option<i64>, actual: usize) -> S3Result<()> {
    if told.is_some_and(|told| usize::try_from(told).ok() != Some(actual)) {
        return Err(s3_error!(
            InvalidRequest,
            "The provided 'x-amz-mp-object-size' header does not match what was computed."
        ));
    }
    Ok(())
}

/// The checksum of the whole object.
fn whole(upload: &Upload, parts: &[UploadedPart], body: &[u8]) -> Checksum {
    match upload.algorithm {
        Some(algorithm) if upload.is_composite => {
            let parts: Vec<Checksum> = parts.iter().map(|part| part.checksum.clone()).collect();
            algorithm.of_parts(&parts)
        }
        Some(algorithm) => algorithm.of(body),
        None => Algorithm::DEFAULT.of(body),
    }
}

/// The MD5 of the parts' MD5s, and how many there are.
fn etag(parts: &[UploadedPart]) -> String {
    let mut digest = Md5::new();
    for part in parts {
        digest.update(&u128::from_str_radix(&part.etag, 16).unwrap_or_default().to_be_bytes());
    }
    format!("{}-{}", hex(digest.finalize()), parts.len())
}

pub(super) fn abort(
    world: &mut World,
    context: &Context,
    input: &AbortMultipartUploadInput,
) -> S3Result<AbortMultipartUploadOutput> {
    bucket::reached(world, &context.region, &input.bucket)?;
    let place = (input.bucket.as_str(), input.key.as_str());
    let upload = upload::find(world, place, &input.upload_id)?.clone();
    upload::forget(world, &upload);
    Ok(AbortMultipartUploadOutput::default())
}
