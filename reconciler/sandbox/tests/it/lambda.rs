//! Lambda over the wire, as the SDK reads it.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::error::ProvideErrorMetadata as _;
use aws_sdk_lambda::operation::create_function::builders::CreateFunctionFluentBuilder;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    AllowedPublishers, Architecture, CodeSigningPolicy, Environment, FunctionCode, FunctionVersion,
    Runtime,
};
use serde_json::{Value, json};

use crate::signed_zips::{package, profile, upload};
use crate::support::{BUCKET, REGION, lambda, refusal, s3_in, sandbox};

pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/function";

/// Code that stands in the call.
pub(crate) fn given(code: &str) -> FunctionCode {
    FunctionCode::builder().zip_file(Blob::new(package(code))).build()
}

/// The creation of a function that a test goes on with.
pub(crate) fn create(
    client: &Client,
    name: &str,
    code: FunctionCode,
) -> CreateFunctionFluentBuilder {
    let create = client.create_function().function_name(name).role(ROLE).code(code);
    create.runtime(Runtime::Providedal2023).handler("bootstrap")
}

pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:000000000000:function:{name}")
}

#[tokio::test]
async fn a_function_is_made_shown_changed_and_deleted() {
    let sandbox = sandbox();
    let client = lambda(&sandbox);
    let environment = Environment::builder().variables("STAGE", "test").build();
    let made = create(&client, "api", given("1")).architectures(Architecture::Arm64);
    let made = made.environment(environment).tags("system", "backup").send().await;
    let made = made.expect("is made");
    assert_eq!(made.function_arn(), Some(&*arn("api")));
    assert_eq!(
        (made.version(), made.memory_size(), made.timeout()),
        (Some("$LATEST"), Some(128), Some(3))
    );
    assert_eq!(made.architectures(), [Architecture::Arm64]);
    assert_eq!(made.last_modified(), Some("2026-01-01T00:00:00.000+0000"));
    assert_eq!(usize::try_from(made.code_size()).expect("fits"), package("1").len());
    let logging = made.logging_config().expect("has a log group");
    assert_eq!(logging.log_group(), Some("/aws/lambda/api"));

    let twice = create(&client, "api", given("1")).send().await.expect_err("is there already");
    assert_eq!(refusal(&twice), ("ResourceConflictException".to_owned(), 409));
    assert_eq!(twice.message(), Some("Function already exist: api"));

    let update = client.update_function_configuration().function_name(arn("api")).memory_size(256);
    let updated = update.revision_id(made.revision_id().expect("has one")).send().await;
    let updated = updated.expect("is updated");
    assert_eq!((updated.memory_size(), updated.code_sha256()), (Some(256), made.code_sha256()));
    let update =
        client.update_function_code().function_name("api").zip_file(Blob::new(package("2")));
    let stale = update.clone().revision_id(made.revision_id().expect("has one")).send().await;
    let stale = stale.expect_err("has been changed since");
    assert_eq!(refusal(&stale), ("PreconditionFailedException".to_owned(), 412));
    let deployed = update.send().await.expect("is deployed");
    assert_ne!(deployed.code_sha256(), made.code_sha256());

    let shown = client.get_function().function_name("api").send().await.expect("is there");
    assert_eq!(shown.tags().expect("has tags")["system"], "backup");
    let configuration = shown.configuration().expect("is shown");
    assert_eq!(configuration.code_sha256(), deployed.code_sha256());
    let variables = configuration.environment().and_then(|it| it.variables()).expect("has some");
    assert_eq!(variables["STAGE"], "test");

    let call = &sandbox.call_log()[0];
    assert_eq!(call.operation, "CreateFunction");
    assert_eq!(call.parameters["Environment"], json!({ "Variables": "****" }));
    assert!(call.parameters["Code"]["ZipFile"].to_string().starts_with("\"sha256:"));

    client.delete_function().function_name("api").send().await.expect("is deleted");
    let gone = client.get_function().function_name("api").send().await.expect_err("is gone");
    assert_eq!(refusal(&gone), ("ResourceNotFoundException".to_owned(), 404));
    assert_eq!(gone.message(), Some(&*format!("Function not found: {}", arn("api"))));
    let listed = client.list_functions().send().await.expect("lists");
    assert_eq!(listed.functions().len(), 0);
}

#[tokio::test]
async fn code_comes_from_an_object_of_the_same_region() {
    let sandbox = sandbox();
    let client = lambda(&sandbox);
    sandbox.ensure_bucket("far", "us-east-1").expect("is made");
    let first = upload(&sandbox, "a.zip", package("first")).await;
    upload(&sandbox, "a.zip", package("second")).await;
    upload(&sandbox, "text", b"no zip".to_vec()).await;
    let object = |bucket: &str, key: &str, version: Option<&str>| {
        let code = FunctionCode::builder().s3_bucket(bucket).s3_key(key);
        code.set_s3_object_version(version.map(str::to_owned)).build()
    };
    let made = create(&client, "f", object(BUCKET, "a.zip", Some(&first))).send().await;
    let same = create(&client, "g", given("first")).send().await.expect("is made");
    assert_eq!(made.expect("is made").code_sha256(), same.code_sha256());

    let far = s3_in(&sandbox, "us-east-1").put_object().bucket("far").key("a.zip");
    far.body(package("far").into()).send().await.expect("is put");
    for (code, message) in [
        (
            object(BUCKET, "none", None),
            "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.",
        ),
        (
            object("far", "a.zip", None),
            "Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this region: us-east-1. Please use this region to retry the request",
        ),
        (
            object(BUCKET, "text", None),
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        ),
    ] {
        let refused = create(&client, "h", code).send().await.expect_err("is refused");
        assert_eq!(refused.code(), Some("InvalidParameterValueException"));
        assert_eq!(refused.message(), Some(message));
    }
}

#[tokio::test]
async fn versions_keep_what_was_published_and_aliases_point_to_them() {
    let sandbox = sandbox();
    let client = lambda(&sandbox);
    create(&client, "f", given("1")).send().await.expect("is made");
    let publish = || client.publish_version().function_name("f").send();
    let one = publish().await.expect("is published");
    assert_eq!(one.function_arn(), Some(&*arn("f:1")));
    assert_eq!(publish().await.expect("is the same").version(), Some("1"));
    let update = client.update_function_code().function_name("f").zip_file(Blob::new(package("2")));
    let two = update.publish(true).send().await.expect("is deployed and published");
    assert_eq!(two.version(), Some("2"));
    let listed = client.list_functions().send().await.expect("lists");
    assert_eq!(listed.functions()[0].function_arn(), Some(&*arn("f")));
    let all = client.list_functions().function_version(FunctionVersion::All);
    assert_eq!(all.send().await.expect("lists").functions().len(), 3);
    let listed = client.list_versions_by_function().function_name("f").send().await.expect("lists");
    let versions: Vec<_> = listed.versions().iter().filter_map(|one| one.version()).collect();
    assert_eq!(versions, ["$LATEST", "1", "2"]);

    let alias = client.create_alias().function_name("f").name("live");
    alias.function_version("1").send().await.expect("is made");
    let live = client.get_function_configuration().function_name("f").qualifier("live");
    let live = live.send().await.expect("is there");
    assert_eq!((live.function_arn(), live.version()), (Some(&*arn("f:live")), Some("1")));
    assert_eq!(live.code_sha256(), one.code_sha256());
    let kept = client.delete_function().function_name("f").qualifier("1").send().await;
    let kept = kept.expect_err("is pointed to");
    assert_eq!(
        kept.message(),
        Some("Unable to delete version because the following aliases reference it: [live]")
    );
    let moved = client.update_alias().function_name("f").name("live").function_version("2");
    moved.send().await.expect("is moved");
    let shown = client.get_alias().function_name("f").name("live").send().await.expect("is there");
    assert_eq!(shown.function_version(), Some("2"));
    client.delete_function().function_name("f:1").send().await.expect("is pointed to no more");
    let gone = client.get_function().function_name("f").qualifier("1").send().await;
    gone.expect_err("is gone");

    client.delete_alias().function_name("f").name("live").send().await.expect("is deleted");
    let aliases = client.list_aliases().function_name("f").send().await.expect("lists");
    assert_eq!(aliases.aliases().len(), 0);
    client.delete_function().function_name("f").send().await.expect("is deleted");
    create(&client, "f", given("1")).send().await.expect("is made again");
    let number = publish().await.expect("is published").version;
    assert_eq!(number.as_deref(), Some("3"), "no number is given twice");
}

#[tokio::test]
async fn permissions_make_a_policy() {
    let sandbox = sandbox();
    let client = lambda(&sandbox);
    create(&client, "f", given("1")).send().await.expect("is made");
    let add = || {
        let add = client.add_permission().function_name("f").statement_id("api");
        let add = add.action("lambda:InvokeFunction").principal("apigateway.amazonaws.com");
        add.source_arn("arn:aws:execute-api:ap-northeast-1:000000000000:api/*").send()
    };
    let none = client.get_policy().function_name("f").send().await.expect_err("has none");
    assert_eq!(refusal(&none), ("ResourceNotFoundException".to_owned(), 404));
    add().await.expect("is added");
    add().await.expect_err("is there already");
    let policy = client.get_policy().function_name("f").send().await.expect("has one");
    let policy: Value = serde_json::from_str(policy.policy().expect("is shown")).expect("is JSON");
    let statement = json!({
        "Sid": "api",
        "Effect": "Allow",
        "Principal": { "Service": "apigateway.amazonaws.com" },
        "Action": "lambda:InvokeFunction",
        "Resource": arn("f"),
        "Condition": { "ArnLike": {
            "AWS:SourceArn": "arn:aws:execute-api:ap-northeast-1:000000000000:api/*",
        } },
    });
    assert_eq!(policy["Statement"], json!([statement]));
    let remove = client.remove_permission().function_name("f").statement_id("api");
    remove.send().await.expect("is removed");
    client.get_policy().function_name("f").send().await.expect_err("has none");
}

#[tokio::test]
async fn other_settings_of_a_function_are_set_shown_and_removed() {
    let sandbox = sandbox();
    let client = lambda(&sandbox);
    create(&client, "f", given("1")).send().await.expect("is made");
    let put = client.put_function_concurrency().function_name("f");
    put.reserved_concurrent_executions(5).send().await.expect("is set");
    let reserved = || client.get_function_concurrency().function_name("f").send();
    let shown = reserved().await.expect("is shown").reserved_concurrent_executions();
    assert_eq!(shown, Some(5));
    client.delete_function_concurrency().function_name("f").send().await.expect("is removed");
    let shown = reserved().await.expect("is shown").reserved_concurrent_executions();
    assert_eq!(shown, None);

    let put = client.put_function_event_invoke_config().function_name("f");
    put.maximum_retry_attempts(0).send().await.expect("is set");
    let update = client.update_function_event_invoke_config().function_name("f");
    update.maximum_event_age_in_seconds(60).send().await.expect("is set");
    let get = || client.get_function_event_invoke_config().function_name("f").send();
    let shown = get().await.expect("is shown");
    assert_eq!(shown.function_arn(), Some(&*arn("f:$LATEST")));
    assert_eq!(
        (shown.maximum_retry_attempts(), shown.maximum_event_age_in_seconds()),
        (Some(0), Some(60))
    );
    let delete = client.delete_function_event_invoke_config().function_name("f");
    delete.send().await.expect("is removed");
    get().await.expect_err("has none");

    let tag = client.tag_resource().resource(arn("f")).tags("a", "1").tags("b", "2");
    tag.send().await.expect("is tagged");
    client.untag_resource().resource(arn("f")).tag_keys("a").send().await.expect("is untagged");
    let tags = client.list_tags().resource(arn("f")).send().await.expect("is tagged").tags;
    assert_eq!(tags.expect("has tags").into_keys().collect::<Vec<_>>(), ["b"]);
}

#[tokio::test]
async fn settings_that_lambda_refuses_are_refused_in_its_words() {
    let sandbox = sandbox();
    let client = lambda(&sandbox);
    let message = |builder: CreateFunctionFluentBuilder| async move {
        let refused = builder.send().await.expect_err("is refused");
        refused.message().map(str::to_owned).unwrap_or_default()
    };
    let new = || create(&client, "f", given("1"));
    assert_eq!(
        message(new().set_runtime(None)).await,
        "Runtime and Handler are mandatory parameters for functions created with deployment packages."
    );
    assert_eq!(
        message(new().memory_size(64)).await,
        "1 validation error detected: Value '64' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128"
    );
    let environment = Environment::builder().variables("AWS_REGION", "mine").build();
    let reserved = message(new().environment(environment)).await;
    assert!(reserved.ends_with("Reserved keys used in this request: AWS_REGION"), "{reserved}");
    let environment = Environment::builder().variables("LONG", "x".repeat(5000)).build();
    let long = message(new().environment(environment)).await;
    assert!(long.ends_with("exceeded the 4KB limit."), "{long}");
    let missing =
        "arn:aws:lambda:ap-northeast-1:000000000000:code-signing-config:csc-00000000000000000";
    let missing = new().code_signing_config_arn(missing).send().await.expect_err("is missing");
    assert_eq!(refusal(&missing), ("CodeSigningConfigNotFoundException".to_owned(), 404));
}

#[tokio::test]
async fn a_configuration_goes_when_no_function_follows_it() {
    let sandbox = sandbox();
    let client = lambda(&sandbox);
    let publishers = AllowedPublishers::builder()
        .signing_profile_version_arns(profile(&sandbox, "release", None).await)
        .build()
        .expect("is complete");
    let made = client.create_code_signing_config().allowed_publishers(publishers).send().await;
    let made = made.expect("is made").code_signing_config.expect("is shown");
    let policy = made.code_signing_policies().and_then(|it| it.untrusted_artifact_on_deployment());
    assert_eq!(policy.map(CodeSigningPolicy::as_str), Some("Warn"));
    let config = made.code_signing_config_arn();
    create(&client, "f", given("1")).code_signing_config_arn(config).send().await.expect("is made");
    let followers = client.list_functions_by_code_signing_config().code_signing_config_arn(config);
    assert_eq!(followers.send().await.expect("lists").function_arns(), [arn("f")]);
    let delete = || client.delete_code_signing_config().code_signing_config_arn(config).send();
    let kept = delete().await.expect_err("is followed");
    assert_eq!(refusal(&kept), ("ResourceConflictException".to_owned(), 409));
    let followed = client.get_function_code_signing_config().function_name("f").send().await;
    assert_eq!(followed.expect("is shown").code_signing_config_arn(), config);
    let unfollow = client.delete_function_code_signing_config().function_name("f");
    unfollow.send().await.expect("is removed");
    delete().await.expect("is followed no more");
    let listed = client.list_code_signing_configs().send().await.expect("lists");
    assert_eq!(listed.code_signing_configs().len(), 0);
}
