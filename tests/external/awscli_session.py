"""The AWS CLI and boto3 against `reconcile sandbox serve`: programs that we did not write are the judge.

    python tests/external/awscli_session.py target/debug/reconcile

needs the packages of `awscli.txt` in the same environment. Starts the sandbox in a folder of its own, on a
free port, and stops it at the end. Exits with 0 when every step went as it does at AWS.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

AWS = Path(sys.executable).parent / "aws"

TEMPLATE = """
Parameters:
  Versioning: { Type: String, Default: Enabled }
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: session-files
      VersioningConfiguration: { Status: !Ref Versioning }
  Key:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
      KeyPolicy: { Version: "2012-10-17", Statement: [] }
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: session-role
      AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [] }
Outputs:
  Key: { Value: !Ref Key }
"""


def aws(*arguments, stdin=None, fails_with=None):
    """Runs the CLI; answers what it prints, as JSON where it is JSON."""
    run = subprocess.run([AWS, *arguments], input=stdin, capture_output=True, text=True, timeout=120)
    if fails_with is not None:
        assert run.returncode != 0 and fails_with in run.stderr, (arguments, run.stdout, run.stderr)
        return run.stderr
    assert run.returncode == 0, (arguments, run.stdout, run.stderr)
    try:
        return json.loads(run.stdout)
    except ValueError:
        return run.stdout


def http(url, method="GET", body=None):
    """Status and text of an answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, method=method)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return error.response
    raise AssertionError(f"{code} was expected")


def who_calls(_):
    assert aws("sts", "get-caller-identity")["Account"] == "000000000000"


def files_through_the_cli(folder):
    text = folder / "a b.txt"
    text.write_text("hello\n")
    aws("s3", "mb", "s3://session")
    aws("s3", "cp", str(text), "s3://session/a b.txt")
    # What has no length beforehand is sent in chunks, with its checksum behind it.
    aws("s3", "cp", "-", "s3://session/from/stdin", stdin="streamed\n")
    assert aws("s3", "cp", "s3://session/a b.txt", "-") == "hello\n"
    assert aws("s3", "cp", "s3://session/from/stdin", "-") == "streamed\n"
    (folder / "tree").mkdir()
    for name in ("one", "two"):
        (folder / "tree" / name).write_text(name)
    aws("s3", "sync", str(folder / "tree"), "s3://session/tree")
    assert aws("s3", "sync", str(folder / "tree"), "s3://session/tree") == ""
    listed = aws("s3", "ls", "s3://session", "--recursive").split("\n")
    assert len(listed) == 5, listed
    assert "session" in aws("s3", "ls")
    # What is larger than 8 MB goes in parts, and comes back in ranges.
    large = folder / "large"
    large.write_bytes(os.urandom(17 * 1024 * 1024))
    aws("s3", "cp", str(large), "s3://session/large")
    aws("s3", "cp", "s3://session/large", str(folder / "again"))
    assert (folder / "again").read_bytes() == large.read_bytes()
    head = aws("s3api", "head-object", "--bucket", "session", "--key", "large")
    assert head["ETag"].endswith('-3"'), head
    url = aws("s3", "presign", "s3://session/a b.txt").strip()
    assert http(url) == (200, "hello\n")
    assert aws("s3api", "head-object", "--bucket", "session", "--key", "a b.txt")["ContentLength"] == 6
    aws("s3api", "head-object", "--bucket", "session", "--key", "no", fails_with="(404)")
    aws("s3", "rm", "s3://session", "--recursive")
    aws("s3", "rb", "s3://session")


def a_stack_is_created_drifts_and_is_deleted(folder):
    template = folder / "template.yaml"
    template.write_text(TEMPLATE)
    deploy = ["cloudformation", "deploy", "--stack-name", "session", "--template-file", str(template)]
    aws(*deploy, fails_with="InsufficientCapabilities")
    deploy += ["--capabilities", "CAPABILITY_NAMED_IAM"]
    assert "Successfully created/updated stack" in aws(*deploy)
    time.sleep(1.1)  # the CLI names change sets by the second, and a name is taken once
    assert "No changes to deploy" in aws(*deploy, "--no-fail-on-empty-changeset")
    stack = aws("cloudformation", "describe-stacks", "--stack-name", "session")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    key = stack["Outputs"][0]["OutputValue"]
    assert aws("kms", "get-key-rotation-status", "--key-id", key)["KeyRotationEnabled"] is True
    assert aws("kms", "describe-key", "--key-id", key)["KeyMetadata"]["KeyState"] == "Enabled"

    versioning = ["s3api", "put-bucket-versioning", "--bucket", "session-files"]
    aws(*versioning, "--versioning-configuration", "Status=Suspended")
    detection = aws("cloudformation", "detect-stack-drift", "--stack-name", "session")
    detection = detection["StackDriftDetectionId"]
    told = ["cloudformation", "describe-stack-drift-detection-status"]
    told += ["--stack-drift-detection-id", detection]
    while (status := aws(*told))["DetectionStatus"] == "DETECTION_IN_PROGRESS":
        pass
    assert status["StackDriftStatus"] == "DRIFTED", status
    drifts = aws("cloudformation", "describe-stack-resource-drifts", "--stack-name", "session")
    modified = [it for it in drifts["StackResourceDrifts"] if it["StackResourceDriftStatus"] == "MODIFIED"]
    difference = modified[0]["PropertyDifferences"][0]
    assert (difference["PropertyPath"], difference["ActualValue"]) == (
        "/VersioningConfiguration/Status",
        "Suspended",
    ), difference

    time.sleep(1.1)
    deploy += ["--parameter-overrides", "Versioning=Suspended"]
    assert "Successfully created/updated stack" in aws(*deploy)
    stack = aws("cloudformation", "describe-stacks", "--stack-name", "session")["Stacks"][0]
    assert stack["StackStatus"] == "UPDATE_COMPLETE", stack
    assert len(aws("cloudformation", "list-stack-resources", "--stack-name", "session")["StackResourceSummaries"]) == 3


def openssl(folder, *arguments, fails_with=None):
    """Runs openssl in a folder; answers what it says."""
    run = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, timeout=60)
    said = run.stdout + run.stderr
    assert (run.returncode == 0) == (fails_with is None), (arguments, said)
    assert fails_with is None or fails_with in said, (arguments, said)
    return said


def a_private_ca_issues_and_revokes(folder):
    """From the user guide of Private CA, command by command; openssl makes the requests and judges the rest."""
    pca = ["acm-pca", "--output", "json"]
    service = {"Service": "acm-pca.amazonaws.com"}
    actions = ["s3:PutObject", "s3:PutObjectAcl", "s3:GetBucketAcl", "s3:GetBucketLocation"]
    where = ["arn:aws:s3:::session-crl", "arn:aws:s3:::session-crl/*"]
    statement = {"Effect": "Allow", "Principal": service, "Action": actions, "Resource": where}
    aws("s3", "mb", "s3://session-crl")
    aws("s3api", "put-bucket-policy", "--bucket", "session-crl", "--policy", json.dumps({"Statement": [statement]}))
    configuration = {
        "KeyAlgorithm": "RSA_2048",
        "SigningAlgorithm": "SHA256WITHRSA",
        "Subject": {"Country": "JP", "Organization": "Session", "CommonName": "session"},
    }
    crl = {"Enabled": True, "S3BucketName": "session-crl"}
    create = [*pca, "create-certificate-authority", "--certificate-authority-type", "ROOT"]
    create += ["--certificate-authority-configuration", json.dumps(configuration), "--revocation-configuration"]
    # Everybody may read a CRL unless told otherwise, which a new bucket refuses.
    aws(*create, json.dumps({"CrlConfiguration": crl}), fails_with="Permission error with your S3 bucket")
    crl["S3ObjectAcl"] = "BUCKET_OWNER_FULL_CONTROL"
    arn = aws(*create, json.dumps({"CrlConfiguration": crl}))["CertificateAuthorityArn"]
    authority = ["--certificate-authority-arn", arn]
    aws(*pca, "wait", "certificate-authority-csr-created", *authority)
    csr = aws(*pca, "get-certificate-authority-csr", *authority, "--output", "text")
    (folder / "root.csr").write_text(csr)

    def issue(request, template, days):
        issue = [*pca, "issue-certificate", *authority, "--csr", f"fileb://{folder / request}"]
        issue += ["--signing-algorithm", "SHA256WITHRSA", "--validity", f"Value={days},Type=DAYS"]
        issued = aws(*issue, "--template-arn", f"arn:aws:acm-pca:::template/{template}/V1")["CertificateArn"]
        aws(*pca, "wait", "certificate-issued", *authority, "--certificate-arn", issued)
        return aws(*pca, "get-certificate", *authority, "--certificate-arn", issued)

    (folder / "root.pem").write_text(issue("root.csr", "RootCACertificate", 3650)["Certificate"])
    certificate = f"fileb://{folder / 'root.pem'}"
    aws(*pca, "import-certificate-authority-certificate", *authority, "--certificate", certificate)
    described = aws(*pca, "describe-certificate-authority", *authority)["CertificateAuthority"]
    assert described["Status"] == "ACTIVE", described

    for name in ("kept", "revoked"):
        request = ["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr"]
        openssl(folder, *request, "-subj", f"/CN={name}")
        issued = issue(f"{name}.csr", "EndEntityClientAuthCertificate", 30)
        (folder / f"{name}.pem").write_text(issued["Certificate"])
        assert issued["CertificateChain"] == (folder / "root.pem").read_text(), issued
    verify = ["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", "root.pem"]
    openssl(folder, *verify, "kept.pem", "revoked.pem")
    openssl(folder, *[it.replace("sslclient", "sslserver") for it in verify], "kept.pem", fails_with="purpose")

    serial = openssl(folder, "x509", "-in", "revoked.pem", "-noout", "-serial").strip().removeprefix("serial=")
    revoke = [*pca, "revoke-certificate", *authority, "--certificate-serial", serial]
    aws(*revoke, "--revocation-reason", "SUPERSEDED")
    aws(*revoke, "--revocation-reason", "SUPERSEDED", fails_with="RequestAlreadyProcessedException")
    report = [*pca, "create-certificate-authority-audit-report", *authority, "--s3-bucket-name", "session-crl"]
    report = aws(*report, "--audit-report-response-format", "JSON")
    told = ["--audit-report-id", report["AuditReportId"]]
    aws(*pca, "wait", "audit-report-created", *authority, *told)
    entries = aws("s3", "cp", f"s3://session-crl/{report['S3Key']}", "-")
    reasons = {entry["subject"]: entry.get("revocationReason") for entry in entries}
    expected = {"CN=session,O=Session,C=JP": None, "CN=kept": None, "CN=revoked": "SUPERSEDED"}
    assert reasons == expected, entries
    aws(*pca, "update-certificate-authority", *authority, "--status", "DISABLED")
    aws(*pca, "delete-certificate-authority", *authority)
    assert aws(*pca, "describe-certificate-authority", *authority)["CertificateAuthority"]["Status"] == "DELETED"
    aws("s3", "rb", "--force", "s3://session-crl")


def checksums_of_every_algorithm(_):
    s3 = boto3.client("s3")
    for algorithm in ("CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"):
        try:
            s3.put_object(Bucket="session-files", Key=algorithm, Body=b"x", ChecksumAlgorithm=algorithm)
        except Exception as error:  # Some need a package that is not everywhere.
            assert "awscrt" in str(error).lower() or "crt" in str(error).lower(), error
            continue
        assert s3.get_object(Bucket="session-files", Key=algorithm)["Body"].read() == b"x"
    refused("BadDigest", s3.put_object, Bucket="session-files", Key="x", Body=b"x", ChecksumSHA256="A" * 43 + "=")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="session-files", PaginationConfig={"PageSize": 1}):
        assert page["KeyCount"] <= 1


def a_presigned_url_is_for_one_request(_):
    s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
    where = {"Bucket": "session-files", "Key": "presigned"}
    put = s3.generate_presigned_url("put_object", Params=where)
    assert http(put, "PUT", b"presigned")[0] == 200
    get = s3.generate_presigned_url("get_object", Params=where)
    assert http(get) == (200, "presigned")
    for url, method in ((get, "DELETE"), (get.replace("/presigned?", "/other?"), "GET")):
        status, text = http(url, method)
        assert status == 403 and "<Code>SignatureDoesNotMatch</Code>" in text, text
    older = boto3.client("s3", config=Config(signature_version="s3"))
    status, text = http(older.generate_presigned_url("get_object", Params=where))
    assert status == 400 and "Please use AWS4-HMAC-SHA256" in text, text


def temporary_credentials_are_of_their_role(_):
    role = "arn:aws:iam::000000000000:role/session-role"
    sts = boto3.client("sts")
    given = sts.assume_role(RoleArn=role, RoleSessionName="night")["Credentials"]
    keys = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
    }
    borrowed = boto3.client("sts", aws_session_token=given["SessionToken"], **keys)
    assert borrowed.get_caller_identity()["Arn"].endswith(":assumed-role/session-role/night")
    refused("InvalidClientTokenId", boto3.client("sts", **keys).get_caller_identity)
    refused("AccessDenied", sts.assume_role, RoleArn=role + "x", RoleSessionName="night")


def refusals_have_their_shapes(_):
    wrong = {"aws_access_key_id": "sandbox", "aws_secret_access_key": "guessed"}
    refused("SignatureDoesNotMatch", boto3.client("sts", **wrong).get_caller_identity)
    refused("SignatureDoesNotMatch", boto3.client("s3", **wrong).list_buckets)
    refused("InvalidSignatureException", boto3.client("kms", **wrong).describe_key, KeyId="x")
    refused("InvalidAction", boto3.client("cloudformation").list_types)
    refused("UnknownOperationException", boto3.client("kms").list_keys)
    refused("NotImplemented", boto3.client("s3").get_bucket_acl, Bucket="session-files")
    for service, call in (("ec2", "describe_instances"), ("dynamodb", "list_tables"), ("backup", "list_backup_vaults")):
        refused("UnknownService", getattr(boto3.client(service), call))
    refused("ResourceNotFoundException", boto3.client("lambda").get_function, FunctionName="no")
    refused("ResourceNotFoundException", boto3.client("signer").get_signing_profile, profileName="no_such")
    does_not_exist = refused("ValidationError", boto3.client("cloudformation").describe_stacks, StackName="no")
    assert does_not_exist["Error"]["Message"] == "Stack with id no does not exist"


def everything_is_deleted(_):
    aws("cloudformation", "delete-stack", "--stack-name", "session")
    aws("cloudformation", "wait", "stack-delete-complete", "--stack-name", "session", fails_with="DELETE_FAILED")
    bucket = boto3.resource("s3").Bucket("session-files")
    bucket.object_versions.delete()
    aws("cloudformation", "delete-stack", "--stack-name", "session")
    aws("cloudformation", "wait", "stack-delete-complete", "--stack-name", "session")
    assert aws("cloudformation", "describe-stacks")["Stacks"] == []


STEPS = [
    who_calls,
    files_through_the_cli,
    a_stack_is_created_drifts_and_is_deleted,
    a_private_ca_issues_and_revokes,
    checksums_of_every_algorithm,
    a_presigned_url_is_for_one_request,
    temporary_credentials_are_of_their_role,
    refusals_have_their_shapes,
    everything_is_deleted,
]


def main():
    reconcile = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        command = [reconcile, "-C", folder, "--output", "json", "sandbox", "serve", "--port", "0"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            settings = folder / "aws.cfg"
            settings.write_text("[default]\ns3 =\n  signature_version = s3v4\n")
            for name in [name for name in os.environ if name.startswith("AWS_")]:
                del os.environ[name]
            os.environ.update(json.loads(server.stdout.readline())["environment"])
            os.environ.update(AWS_CONFIG_FILE=str(settings), AWS_PAGER="")
            for step in STEPS:
                step(folder)
                print("ok", step.__name__.replace("_", " "), flush=True)
        finally:
            server.send_signal(signal.SIGTERM)
            status = server.wait(timeout=30)
        assert status == 0, f"the sandbox ended with {status}"
        print("ok the sandbox ends when it is told to")


if __name__ == "__main__":
    main()
