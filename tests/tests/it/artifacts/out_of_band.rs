//! Code that git did not deploy: whatever it is, it is told, and put back.

use std::io::{Cursor, Read as _, Write as _};

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{AllowedPublishers, CodeSigningPolicies, CodeSigningPolicy};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_signer::primitives::DateTime;
use aws_sdk_signer::types::{
    Destination, S3Destination, S3Source, SignatureValidityPeriod, Source, ValidityType,
};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::*;

const OUTSIDERS: &str = "outsiders";
const DAY: Duration = Duration::from_hours(24);

impl Place {
    /// Everything was applied, and what is changed by hand is to be put back.
    fn guarded() -> Self {
        let revert = "onDrift: revert\n";
        let repository = signed_function().append("desired/stacks/code.yaml", revert);
        let repository = repository.append("desired/stacks/hello.yaml", revert);
        let place = Self::of(Account::new(), repository, "guarded");
        assert_eq!(place.apply().status(), Status::Applied);
        place
    }

    /// The package as it was compiled, without a signature.
    fn unsigned(&self) -> Vec<u8> {
        std::fs::read(packages(&self.folder).remove(0)).expect("a package")
    }

    /// The package that was signed, with other code beside the signature.
    fn tampered(&self) -> Vec<u8> {
        let key = self.record()["key"].as_str().expect("it has a key").to_owned();
        let signed = self.account.process(self.account.object(BUCKET, &key));
        let mut archive = ZipArchive::new(Cursor::new(signed)).expect("it is a zip");
        let mut changed = ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).expect("an entry");
            let name = entry.name().expect("it has a name").into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("it is read");
            if name == "bootstrap" {
                bytes.push(0);
            }
            let options = SimpleFileOptions::default().unix_permissions(0o755);
            changed.start_file(name, options).expect("it is begun");
            changed.write_all(&bytes).expect("it is written");
        }
        changed.finish().expect("it is a zip").into_inner()
    }

    /// The package, signed by a profile that git does not know and whose signatures last a day.
    fn signed_by_outsiders(&self) -> Vec<u8> {
        let (account, unsigned) = (&self.account, self.unsigned());
        let job = account.process(async {
            let (signer, s3) = (account.signer(), account.s3());
            let day =
                SignatureValidityPeriod::builder().value(1).r#type(ValidityType::Days).build();
            let profile = signer.put_signing_profile().profile_name(OUTSIDERS);
            let profile =
                profile.platform_id("AWSLambda-SHA384-ECDSA").signature_validity_period(day);
            profile.send().await.expect("there is a profile");
            let put =
                s3.put_object().bucket(BUCKET).key("outside").body(ByteStream::from(unsigned));
            let version = put.send().await.expect("it is there").version_id.expect("a version");
            let from = S3Source::builder().bucket_name(BUCKET).key("outside").version(version);
            let from = Source::builder().s3(from.build().expect("it is whole")).build();
            let to = S3Destination::builder().bucket_name(BUCKET).prefix("outside/").build();
            let start = signer.start_signing_job().profile_name(OUTSIDERS).source(from);
            let start = start.destination(Destination::builder().s3(to).build());
            start.client_request_token("outside").send().await.expect("it is begun")
        });
        account.wait(ENOUGH);
        let describe = account.signer().describe_signing_job().set_job_id(job.job_id);
        let job = account.process(describe.send()).expect("it is known");
        let signed = job.signed_object.and_then(|object| object.s3).expect("it is signed");
        account.process(account.object(BUCKET, &signed.key.expect("it has a key")))
    }

    /// Deploys code to the function, and answers Lambda's error if it is refused.
    fn deploy(&self, code: &[u8]) -> Option<String> {
        let deploy = self.account.lambda().update_function_code().function_name("hello");
        let deployed = self.account.process(deploy.zip_file(Blob::new(code)).send());
        deployed.err().and_then(|error| error.into_service_error().meta().code().map(str::to_owned))
    }

    /// Lets code in that is not trusted.
    fn warn_only(&self) {
        let config = self.account.live("AWS::Lambda::CodeSigningConfig").remove(0);
        let warn = CodeSigningPolicy::Warn;
        let policies = CodeSigningPolicies::builder().untrusted_artifact_on_deployment(warn);
        let update = self.account.lambda().update_code_signing_config();
        let update = update.code_signing_config_arn(config).code_signing_policies(policies.build());
        self.account.process(update.send()).expect("it only warns");
    }

    /// Trusts the outsiders beside nobody else.
    fn trust_outsiders(&self) {
        let profile = self.account.signer().get_signing_profile().profile_name(OUTSIDERS);
        let profile = self.account.process(profile.send()).expect("it is known");
        let publishers = AllowedPublishers::builder();
        let publishers = publishers
            .signing_profile_version_arns(profile.profile_version_arn.expect("a version"))
            .build();
        let config = self.account.live("AWS::Lambda::CodeSigningConfig").remove(0);
        let update = self.account.lambda().update_code_signing_config();
        let update = update.code_signing_config_arn(config);
        let update = update.allowed_publishers(publishers.expect("it is whole"));
        self.account.process(update.send()).expect("they are trusted");
    }

    /// Code that is not verified at all.
    fn untrust(&self) {
        let untrust = self.account.lambda().delete_function_code_signing_config();
        self.account.process(untrust.function_name("hello").send()).expect("it is taken away");
    }

    /// Tells what drift says of the function, puts it back, and tells that it stays so.
    #[track_caller]
    fn is_put_back(&self, ran: &str, reason: &str) {
        assert_ne!(self.runs(), ran, "other code runs");
        assert_eq!(change(&self.drift(), FUNCTION), (Action::Revert, reason.to_owned()));
        assert_eq!(self.apply_detecting().status(), Status::Applied);
        assert_eq!(self.runs(), ran);
        assert_eq!(verdict(&self.drift(), FUNCTION), Verdict::InSync);
    }
}

const REFUSED: Option<&str> = Some("CodeVerificationFailedException");
const OTHERS: &str = "it runs code that another profile or version signed";
const NOBODYS: &str = "it runs code that nobody signed";

#[test]
fn a_package_that_nobody_signed() {
    let place = Place::guarded();
    let (ran, code) = (place.runs(), place.unsigned());
    assert_eq!(place.deploy(&code).as_deref(), REFUSED);
    place.warn_only();
    assert_eq!(place.deploy(&code), None);
    place.is_put_back(&ran, NOBODYS);
}

#[test]
fn a_package_that_was_tampered_with() {
    let place = Place::guarded();
    let (ran, code) = (place.runs(), place.tampered());
    assert_eq!(place.deploy(&code).as_deref(), Some("InvalidCodeSignatureException"));
    place.warn_only();
    // What is not what was signed never gets in, as long as anybody looks.
    assert_eq!(place.deploy(&code).as_deref(), Some("InvalidCodeSignatureException"));
    place.untrust();
    assert_eq!(place.deploy(&code), None);
    assert_eq!(change(&place.plan(), FUNCTION).1, NOBODYS);
    place.is_put_back(
        &ran,
        &format!("{NOBODYS}, and its code-signing configuration is another one"),
    );
}

#[test]
fn a_package_that_somebody_else_signed() {
    let place = Place::guarded();
    let (ran, code) = (place.runs(), place.signed_by_outsiders());
    assert_eq!(place.deploy(&code).as_deref(), REFUSED);
    place.warn_only();
    assert_eq!(place.deploy(&code), None);
    place.is_put_back(&ran, OTHERS);
}

#[test]
fn a_package_whose_profile_was_revoked() {
    let place = Place::guarded();
    let (ran, code) = (place.runs(), place.signed_by_outsiders());
    let profile = place.account.signer().get_signing_profile().profile_name(OUTSIDERS);
    let version = place.account.process(profile.send()).expect("it is known").profile_version;
    let revoke = place.account.signer().revoke_signing_profile().profile_name(OUTSIDERS);
    let revoke = revoke.set_profile_version(version).reason("leaked");
    let revoke = revoke.effective_time(DateTime::from_secs(0));
    place.account.process(revoke.send()).expect("it is revoked");
    place.trust_outsiders();
    assert_eq!(place.deploy(&code).as_deref(), REFUSED);
    place.warn_only();
    assert_eq!(place.deploy(&code), None);
    place.is_put_back(&ran, OTHERS);
}

#[test]
fn a_package_whose_signature_has_ended() {
    let place = Place::guarded();
    let (ran, code) = (place.runs(), place.signed_by_outsiders());
    place.trust_outsiders();
    place.account.wait(DAY);
    assert_eq!(place.deploy(&code).as_deref(), REFUSED);
    place.warn_only();
    assert_eq!(place.deploy(&code), None);
    place.is_put_back(&ran, OTHERS);
}
