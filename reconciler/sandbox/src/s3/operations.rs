//! The operations of S3 that the sandbox has; the others answer `NotImplemented`.

use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use jiff::Timestamp;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CopyObjectInput, CopyObjectOutput, CreateBucketInput,
    CreateBucketOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput, DeleteBucketInput,
    DeleteBucketOutput, DeleteBucketPolicyInput, DeleteBucketPolicyOutput, DeleteObjectInput,
    DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, GetBucketLocationInput,
    GetBucketLocationOutput, GetBucketPolicyInput, GetBucketPolicyOutput, GetBucketTaggingInput,
    GetBucketTaggingOutput, GetBucketVersioningInput, GetBucketVersioningOutput, GetObjectInput,
    GetObjectOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput,
    ListBucketsInput, ListBucketsOutput, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    ListObjectVersionsInput, ListObjectVersionsOutput, ListObjectsInput, ListObjectsOutput,
    ListObjectsV2Input, ListObjectsV2Output, ListPartsInput, ListPartsOutput, PutBucketPolicyInput,
    PutBucketPolicyOutput, PutBucketVersioningInput, PutBucketVersioningOutput, PutObjectInput,
    PutObjectOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Error, S3Request, S3Response, S3Result};

use super::{buckets, deleting, listing, multipart, payload, reading, uploads, writing};
use crate::account::Account;
use crate::world::World;

/// What a call is made with, beside its input.
pub(super) struct Context {
    /// The region that the request was signed for.
    pub(super) region: String,
    pub(super) now: Timestamp,
}

/// What the door says of a request's signature.
#[derive(Debug, Clone, Default)]
pub(super) struct SignedFor {
    pub(super) region: String,
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
        request: &S3Request<I>,
        operation: impl FnOnce(&mut World, &Context, &I) -> S3Result<O>,
    ) -> S3Result<S3Response<O>> {
        let SignedFor { region } = request.extensions.get().cloned().unwrap_or_default();
        let output = self
            .account
            .transact(|world, now| operation(world, &Context { region, now }, &request.input));
        output.map_err(S3Error::internal_error)?.map(S3Response::new)
    }
}

/// A time in S3's type.
pub(super) fn timestamp(time: Timestamp) -> s3s::dto::Timestamp {
    SystemTime::from(time).into()
}

/// Implements operations by the function that does each of them.
macro_rules! operations {
    ($($name:ident: $input:ident => $output:ident, $function:path;)+) => {
        #[async_trait]
        impl S3 for Operations {
            $(
                async fn $name(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                    self.call(&request, |world, context, input| $function(world, context, input))
                }
            )+

            async fn put_object(
                &self,
                mut request: S3Request<PutObjectInput>,
            ) -> S3Result<S3Response<PutObjectOutput>> {
                // The body comes over the wire and is awaited before the account is locked.
                let received = payload::receive(&mut request).await?;
                let put = |world: &mut World, context: &Context, input: &PutObjectInput| {
                    writing::put(world, context, input, received)
                };
                self.call(&request, put)
            }

            async fn upload_part(
                &self,
                mut request: S3Request<UploadPartInput>,
            ) -> S3Result<S3Response<UploadPartOutput>> {
                let received = payload::receive(&mut request).await?;
                let upload = |world: &mut World, context: &Context, input: &UploadPartInput| {
                    multipart::upload_part(world, context, input, received)
                };
                self.call(&request, upload)
            }
        }
    };
}

operations! {
    create_bucket: CreateBucketInput => CreateBucketOutput, buckets::create;
    head_bucket: HeadBucketInput => HeadBucketOutput, buckets::head;
    delete_bucket: DeleteBucketInput => DeleteBucketOutput, buckets::delete;
    list_buckets: ListBucketsInput => ListBucketsOutput, buckets::list;
    get_bucket_location: GetBucketLocationInput => GetBucketLocationOutput, buckets::location;
    get_bucket_versioning: GetBucketVersioningInput => GetBucketVersioningOutput, buckets::versioning;
    put_bucket_versioning: PutBucketVersioningInput => PutBucketVersioningOutput, buckets::put_versioning;
    get_bucket_policy: GetBucketPolicyInput => GetBucketPolicyOutput, buckets::policy;
    put_bucket_policy: PutBucketPolicyInput => PutBucketPolicyOutput, buckets::put_policy;
    delete_bucket_policy: DeleteBucketPolicyInput => DeleteBucketPolicyOutput, buckets::delete_policy;
    get_bucket_tagging: GetBucketTaggingInput => GetBucketTaggingOutput, buckets::tagging;
    get_object: GetObjectInput => GetObjectOutput, reading::get;
    head_object: HeadObjectInput => HeadObjectOutput, reading::head;
    copy_object: CopyObjectInput => CopyObjectOutput, writing::copy;
    delete_object: DeleteObjectInput => DeleteObjectOutput, deleting::delete;
    delete_objects: DeleteObjectsInput => DeleteObjectsOutput, deleting::delete_many;
    create_multipart_upload: CreateMultipartUploadInput => CreateMultipartUploadOutput, multipart::create;
    complete_multipart_upload: CompleteMultipartUploadInput => CompleteMultipartUploadOutput, multipart::complete;
    abort_multipart_upload: AbortMultipartUploadInput => AbortMultipartUploadOutput, multipart::abort;
    list_parts: ListPartsInput => ListPartsOutput, uploads::parts;
    list_multipart_uploads: ListMultipartUploadsInput => ListMultipartUploadsOutput, uploads::all;
    list_objects: ListObjectsInput => ListObjectsOutput, listing::objects_by_marker;
    list_objects_v2: ListObjectsV2Input => ListObjectsV2Output, listing::objects;
    list_object_versions: ListObjectVersionsInput => ListObjectVersionsOutput, listing::versions;
}
