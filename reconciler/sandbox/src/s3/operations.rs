//! The operations of S3 that the sandbox has; the others answer `NotImplemented`.

use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use jiff::Timestamp;
use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CreateBucketInput, CreateBucketOutput, DeleteBucketInput,
    DeleteBucketOutput, DeleteBucketPolicyInput, DeleteBucketPolicyOutput, DeleteObjectInput,
    DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, GetBucketLocationInput,
    GetBucketLocationOutput, GetBucketPolicyInput, GetBucketPolicyOutput, GetBucketTaggingInput,
    GetBucketTaggingOutput, GetBucketVersioningInput, GetBucketVersioningOutput, GetObjectInput,
    GetObjectOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput,
    ListBucketsInput, ListBucketsOutput, ListObjectVersionsInput, ListObjectVersionsOutput,
    ListObjectsV2Input, ListObjectsV2Output, PutBucketPolicyInput, PutBucketPolicyOutput,
    PutBucketVersioningInput, PutBucketVersioningOutput, PutObjectInput, PutObjectOutput,
};
use s3s::{S3, S3Error, S3Request, S3Response, S3Result};

use super::{buckets, listing, payload, reading, writing};
use crate::account::Account;
use crate::world::World;

/// What a call is made with, beside its input.
pub(super) struct Context {
    /// The region that the request was signed for.
    pub(super) region: String,
    pub(super) now: Timestamp,
}

/// S3 on the account's world.
pub(super) struct Operations {
    account: Arc<Account>,
}

impl Operations {
    pub(super) fn new(account: Arc<Account>) -> Self {
        Self { account }
    }

    fn call<I, O>(
        &self,
        request: S3Request<I>,
        operation: impl FnOnce(&mut World, &Context, I) -> S3Result<O>,
    ) -> S3Result<S3Response<O>> {
        let region = request
            .region
            .map_or_else(String::new, |region| region.as_str().to_owned());
        let output = self
            .account
            .transact(|world, now| operation(world, &Context { region, now }, request.input));
        output
            .map_err(S3Error::internal_error)?
            .map(S3Response::new)
    }
}

/// A time in S3's type.
pub(super) fn timestamp(time: Timestamp) -> s3s::dto::Timestamp {
    SystemTime::from(time).into()
}

/// Implements the operations that need nothing but their input.
macro_rules! operations {
    ($($name:ident($input:ident) -> $output:ident = $operation:expr;)+) => {
        #[async_trait]
        impl S3 for Operations {
            $(
                async fn $name(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                    self.call(request, $operation)
                }
            )+

            async fn put_object(
                &self,
                mut request: S3Request<PutObjectInput>,
            ) -> S3Result<S3Response<PutObjectOutput>> {
                // The body comes over the wire and is awaited before the account is locked.
                let body = payload::receive(&mut request).await?;
                self.call(request, |world, context, input| writing::put(world, context, input, body))
            }
        }
    };
}

operations! {
    create_bucket(CreateBucketInput) -> CreateBucketOutput = buckets::create;
    head_bucket(HeadBucketInput) -> HeadBucketOutput = |world, context, input| buckets::head(world, context, &input);
    delete_bucket(DeleteBucketInput) -> DeleteBucketOutput = |world, context, input| buckets::delete(world, context, &input);
    list_buckets(ListBucketsInput) -> ListBucketsOutput = |world, _, input| Ok(buckets::list(world, &input));
    get_bucket_location(GetBucketLocationInput) -> GetBucketLocationOutput = |world, _, input| buckets::location(world, &input);
    get_bucket_versioning(GetBucketVersioningInput) -> GetBucketVersioningOutput = |world, context, input| buckets::versioning(world, context, &input);
    put_bucket_versioning(PutBucketVersioningInput) -> PutBucketVersioningOutput = |world, context, input| buckets::put_versioning(world, context, &input);
    get_bucket_policy(GetBucketPolicyInput) -> GetBucketPolicyOutput = |world, context, input| buckets::policy(world, context, &input);
    put_bucket_policy(PutBucketPolicyInput) -> PutBucketPolicyOutput = |world, context, input| buckets::put_policy(world, context, &input);
    delete_bucket_policy(DeleteBucketPolicyInput) -> DeleteBucketPolicyOutput = |world, context, input| buckets::delete_policy(world, context, &input);
    get_bucket_tagging(GetBucketTaggingInput) -> GetBucketTaggingOutput = |world, context, input| buckets::tagging(world, context, &input);
    get_object(GetObjectInput) -> GetObjectOutput = |world, context, input| reading::get(world, context, &input);
    head_object(HeadObjectInput) -> HeadObjectOutput = |world, context, input| reading::head(world, context, input);
    copy_object(CopyObjectInput) -> CopyObjectOutput = writing::copy;
    delete_object(DeleteObjectInput) -> DeleteObjectOutput = |world, context, input| writing::delete(world, context, &input);
    delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput = writing::delete_many;
    list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output = |world, context, input| listing::objects(world, context, input);
    list_object_versions(ListObjectVersionsInput) -> ListObjectVersionsOutput = |world, context, input| listing::versions(world, context, input);
}
