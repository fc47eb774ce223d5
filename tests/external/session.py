"""A conversation with AWS, the same for every emulator: what `compare.py` compares the answers of.

Each step is one call; its answer may be an error, where that is what is asked about. The parts here are what
MiniStack is asked, those of `authorities.py` what moto is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.model import Shape

from emulators import REGION, Emulator

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Description: What the comparison is about
Parameters:
  Prefix: { Type: String, Default: compare, Description: Of every name }
  Title: { Type: String }
  Secret: { Type: String, NoEcho: true, Default: hush }
Resources:
  Data:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "${Prefix}-data"
      VersioningConfiguration: { Status: Enabled }
  Alarms:
    Type: AWS::SNS::Topic
    Properties: { TopicName: !Sub "${Prefix}-alarms", DisplayName: !Ref Title }
  Setting:
    Type: AWS::SSM::Parameter
    Properties: { Name: /compare/topic, Type: String, Value: !Ref Alarms }
Outputs:
  Topic: { Value: !Ref Alarms, Description: The topic, Export: { Name: compare-topic } }
"""

ROLE = """\
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: { AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [] } }
"""

PLAIN = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'

DANGLING = """\
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref Nothing } }
"""

POLICY = '{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}'
TAGS = [{"Key": "owner", "Value": "compare"}]
ENDS = ("_COMPLETE", "FAILED")
WAIT_SECONDS = 30


@dataclass
class Answer:
    """What came back from a step.

    `output` is the model by which it is to be read; `judged` is what somebody else says of it, as `openssl` does.
    """

    step: str
    status: int
    code: str
    message: str
    body: dict[str, Any]
    output: Shape | None
    judged: dict[str, str] = field(default_factory=dict)


class Session:
    """Asks one emulator, and keeps the answers."""

    def __init__(self, emulator: Emulator):
        self.emulator = emulator
        self.answers: list[Answer] = []

    def ask(self, step: str, client: BaseClient, method: str, **arguments: Any) -> dict[str, Any]:
        """Makes a call and keeps its answer; an error's is empty."""
        operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
        try:
            body = getattr(client, method)(**arguments)
        except ClientError as error:
            said, meta = error.response["Error"], error.response["ResponseMetadata"]
            message = said.get("Message", "")
            self.answers.append(Answer(step, meta["HTTPStatusCode"], said["Code"], message, {}, None))
            return {}
        meta = body.pop("ResponseMetadata")
        if hasattr(body.get("Body"), "read"):
            body["Body"] = body["Body"].read().decode()
        found = Answer(step, meta["HTTPStatusCode"], "", "", body, operation.output_shape)
        self.answers.append(found)
        return body

    def run(self, parts: Iterable[Callable[[Session], None]]) -> list[Answer]:
        """The whole conversation."""
        for part in parts:
            part(self)
        return self.answers


def who(session: Session) -> None:
    session.ask("sts: who am I", session.emulator.client("sts"), "get_caller_identity")


def wait(client: BaseClient, stack: str) -> None:
    """Until an operation on a stack has ended."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        try:
            status = client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        except ClientError:
            return
        if status.endswith(ENDS):
            return
        time.sleep(0.2)


def parameters(title: str) -> list[dict[str, str]]:
    return [{"ParameterKey": "Title", "ParameterValue": title}]


def change_set(session: Session, kind: str, name: str, title: str, template: str = TEMPLATE) -> None:
    """Makes one, looks at it, and waits until it is made."""
    cfn = session.emulator.client("cloudformation")
    session.ask(
        f"{name}: create change set",
        cfn,
        "create_change_set",
        StackName="compare",
        ChangeSetName=name,
        ChangeSetType=kind,
        TemplateBody=template,
        Parameters=parameters(title),
        Tags=TAGS,
        Description="a change",
    )
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        found = cfn.describe_change_set(StackName="compare", ChangeSetName=name)
        if found["Status"].endswith(ENDS):
            break
        time.sleep(0.2)
    names = {"StackName": "compare", "ChangeSetName": name}
    session.ask(f"{name}: describe change set", cfn, "describe_change_set", **names)
    values = {**names, "IncludePropertyValues": True}
    session.ask(f"{name}: describe with values", cfn, "describe_change_set", **values)


def execute(session: Session, name: str) -> None:
    cfn = session.emulator.client("cloudformation")
    token = {"ClientRequestToken": f"token-{name}"}
    names = {"StackName": "compare", "ChangeSetName": name}
    session.ask(f"{name}: execute", cfn, "execute_change_set", **names, **token)
    wait(cfn, "compare")
    session.ask(f"{name}: describe stack", cfn, "describe_stacks", StackName="compare")
    session.ask(f"{name}: events", cfn, "describe_stack_events", StackName="compare")


def creating(session: Session) -> None:
    cfn = session.emulator.client("cloudformation")
    change_set(session, "CREATE", "first", "Alarms")
    session.ask("first: stack in review", cfn, "describe_stacks", StackName="compare")
    session.ask("first: list change sets", cfn, "list_change_sets", StackName="compare")
    execute(session, "first")


def looking(session: Session) -> None:
    cfn = session.emulator.client("cloudformation")
    stack = {"StackName": "compare"}
    arn = cfn.describe_stacks(**stack)["Stacks"][0]["StackId"]
    session.ask("look: all stacks", cfn, "describe_stacks")
    session.ask("look: by ARN", cfn, "describe_stacks", StackName=arn)
    session.ask("look: list stacks", cfn, "list_stacks")
    session.ask("look: resources", cfn, "describe_stack_resources", **stack)
    session.ask("look: one resource", cfn, "describe_stack_resource", **stack, LogicalResourceId="Data")
    session.ask("look: list resources", cfn, "list_stack_resources", **stack)
    session.ask("look: template", cfn, "get_template", **stack, TemplateStage="Original")
    session.ask("look: template by ARN", cfn, "get_template", StackName=arn)
    session.ask("look: summary", cfn, "get_template_summary", TemplateBody=TEMPLATE)
    session.ask("look: exports", cfn, "list_exports")
    session.ask("look: no policy", cfn, "get_stack_policy", **stack)
    session.ask("look: validate", cfn, "validate_template", TemplateBody=TEMPLATE)


def updating(session: Session) -> None:
    cfn = session.emulator.client("cloudformation")
    names = {"StackName": "compare"}
    change_set(session, "UPDATE", "second", "Bells")
    execute(session, "second")
    change_set(session, "UPDATE", "nothing", "Bells")
    session.ask("nothing: execute", cfn, "execute_change_set", **names, ChangeSetName="nothing")
    session.ask("nothing: delete", cfn, "delete_change_set", **names, ChangeSetName="nothing")
    session.ask("nothing: delete again", cfn, "delete_change_set", **names, ChangeSetName="nothing")
    session.ask("nothing: describe", cfn, "describe_change_set", **names, ChangeSetName="nothing")
    replaced = TEMPLATE.replace("${Prefix}-alarms", "${Prefix}-bells")
    change_set(session, "UPDATE", "third", "Bells", replaced)
    execute(session, "third")
    request = {**names, "TemplateBody": replaced, "Parameters": parameters("Bells"), "Tags": TAGS}
    session.ask("update stack: no change", cfn, "update_stack", **request)


def drifting(session: Session) -> None:
    cfn, s3 = session.emulator.client("cloudformation"), session.emulator.client("s3")
    detect(session, cfn, "in sync")
    configuration = {"Status": "Suspended"}
    s3.put_bucket_versioning(Bucket="compare-data", VersioningConfiguration=configuration)
    detect(session, cfn, "drifted")
    s3.put_bucket_versioning(Bucket="compare-data", VersioningConfiguration={"Status": "Enabled"})


def detect(session: Session, cfn: BaseClient, name: str) -> None:
    stack = {"StackName": "compare"}
    begun = session.ask(f"{name}: detect drift", cfn, "detect_stack_drift", **stack)
    detection = {"StackDriftDetectionId": begun["StackDriftDetectionId"]}
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        found = cfn.describe_stack_drift_detection_status(**detection)
        if found["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
        time.sleep(0.2)
    session.ask(f"{name}: status", cfn, "describe_stack_drift_detection_status", **detection)
    session.ask(f"{name}: resources", cfn, "describe_stack_resource_drifts", **stack)


def guarding(session: Session) -> None:
    cfn = session.emulator.client("cloudformation")
    stack = {"StackName": "compare"}
    session.ask("guard: set policy", cfn, "set_stack_policy", **stack, StackPolicyBody=POLICY)
    session.ask("guard: get policy", cfn, "get_stack_policy", **stack)
    protect = "update_termination_protection"
    session.ask("guard: protect", cfn, protect, **stack, EnableTerminationProtection=True)
    session.ask("guard: delete", cfn, "delete_stack", **stack)
    session.ask("guard: unprotect", cfn, protect, **stack, EnableTerminationProtection=False)


def refusing(session: Session) -> None:
    """What AWS says no to, and in which words."""
    cfn = session.emulator.client("cloudformation")
    none = {"StackName": "none"}

    def create(step: str, **more: object) -> None:
        # A stack for each: one that is not refused must not stand in the next one's way.
        request = {"StackName": step.replace(" ", "-"), "ChangeSetType": "CREATE", **more}
        session.ask(f"refused: {step}", cfn, "create_change_set", ChangeSetName="refused", **request)

    session.ask("refused: no stack", cfn, "describe_stacks", **none)
    session.ask("refused: events of none", cfn, "describe_stack_events", **none)
    session.ask("refused: template of none", cfn, "get_template", **none)
    session.ask("refused: resources of none", cfn, "list_stack_resources", **none)
    session.ask("refused: change set of none", cfn, "describe_change_set", **none, ChangeSetName="none")
    session.ask("refused: delete none", cfn, "delete_stack", **none)
    create("update of none", ChangeSetType="UPDATE", TemplateBody=PLAIN)
    create("create again", StackName="compare", TemplateBody=TEMPLATE, Parameters=parameters("x"))
    create("no capability", TemplateBody=ROLE)
    create("parameter missing", TemplateBody=TEMPLATE)
    create("parameter unknown", TemplateBody=PLAIN, Parameters=parameters("x"))
    create("not a template", TemplateBody="just text")
    create("no resources", TemplateBody="{}")
    create("unknown type", TemplateBody='{"Resources": {"A": {"Type": "AWS::No::Thing"}}}')
    create("dangling reference", TemplateBody=DANGLING)
    create("name not allowed", StackName="no_such_name", TemplateBody=PLAIN)
    session.ask("refused: nothing is left", cfn, "describe_stacks", StackName="parameter-missing")


def deleting(session: Session) -> None:
    cfn = session.emulator.client("cloudformation")
    arn = cfn.describe_stacks(StackName="compare")["Stacks"][0]["StackId"]
    session.ask("delete: stack", cfn, "delete_stack", StackName="compare", ClientRequestToken="delete")
    wait(cfn, "compare")
    session.ask("delete: describe by name", cfn, "describe_stacks", StackName="compare")
    session.ask("delete: describe by ARN", cfn, "describe_stacks", StackName=arn)
    session.ask("delete: events by ARN", cfn, "describe_stack_events", StackName=arn)
    session.ask("delete: template by ARN", cfn, "get_template", StackName=arn)


def storing(session: Session) -> None:
    """What a ledger and a lease need of S3: conditional writes and deletes, versions."""
    s3 = session.emulator.client("s3")
    bucket, key = {"Bucket": "compare-state"}, {"Bucket": "compare-state", "Key": "lease/one.json"}
    location = {"LocationConstraint": REGION}
    session.ask("s3: get from no bucket", s3, "get_object", **key)
    session.ask("s3: create bucket", s3, "create_bucket", **bucket, CreateBucketConfiguration=location)
    session.ask("s3: head bucket", s3, "head_bucket", **bucket)
    session.ask("s3: location", s3, "get_bucket_location", **bucket)
    session.ask("s3: no object", s3, "get_object", **key)
    session.ask("s3: head no object", s3, "head_object", **key)
    first = session.ask("s3: create object", s3, "put_object", **key, Body=b"1", IfNoneMatch="*")
    etag = first.get("ETag", "")
    session.ask("s3: create again", s3, "put_object", **key, Body=b"2", IfNoneMatch="*")
    session.ask("s3: replace", s3, "put_object", **key, Body=b"2", IfMatch=etag)
    session.ask("s3: replace what changed", s3, "put_object", **key, Body=b"3", IfMatch=etag)
    absent = {**key, "Key": "none"}
    session.ask("s3: replace what is not there", s3, "put_object", **absent, Body=b"3", IfMatch=etag)
    session.ask("s3: get", s3, "get_object", **key)
    session.ask("s3: head", s3, "head_object", **key)
    session.ask("s3: get if changed", s3, "get_object", **key, IfMatch=etag)
    session.ask("s3: list", s3, "list_objects_v2", **bucket, Prefix="lease/")
    session.ask("s3: list nothing", s3, "list_objects_v2", **bucket, Prefix="none/")
    session.ask("s3: another owner", s3, "get_object", **key, ExpectedBucketOwner="999999999999")
    session.ask("s3: delete what changed", s3, "delete_object", **key, IfMatch=etag)
    session.ask("s3: versioning", s3, "get_bucket_versioning", **bucket)
    on = {"VersioningConfiguration": {"Status": "Enabled"}}
    session.ask("s3: version from now on", s3, "put_bucket_versioning", **bucket, **on)
    session.ask("s3: put a version", s3, "put_object", **key, Body=b"4")
    session.ask("s3: list versions", s3, "list_object_versions", **bucket)
    session.ask("s3: delete", s3, "delete_object", **key)
    session.ask("s3: get deleted", s3, "get_object", **key)
    session.ask("s3: delete a full bucket", s3, "delete_bucket", **bucket)


def uploading(session: Session) -> None:
    """An object in parts, as a terminal sends its backup."""
    s3 = session.emulator.client("s3")
    key = {"Bucket": "compare-state", "Key": "backup"}
    begun = session.ask("parts: begin", s3, "create_multipart_upload", **key, ChecksumAlgorithm="SHA256")
    upload = {**key, "UploadId": begun.get("UploadId", "none")}
    parts = []
    for number, size in ((1, 5 * 1024 * 1024), (2, 3)):
        part = {"PartNumber": number, "Body": b"x" * size, "ChecksumAlgorithm": "SHA256"}
        sent = session.ask(f"parts: part {number}", s3, "upload_part", **upload, **part)
        names = ("ETag", "ChecksumSHA256")
        parts.append({"PartNumber": number, **{name: sent.get(name, "") for name in names}})
    session.ask("parts: list", s3, "list_parts", **upload)
    session.ask("parts: uploads", s3, "list_multipart_uploads", Bucket="compare-state")
    whole = {"MultipartUpload": {"Parts": parts}}
    wrong = {"MultipartUpload": {"Parts": parts[::-1]}}
    small = {"MultipartUpload": {"Parts": [{**parts[1], "PartNumber": 1}, parts[1]]}}
    session.ask("parts: in another order", s3, "complete_multipart_upload", **upload, **wrong)
    session.ask("parts: one that is not there", s3, "complete_multipart_upload", **upload, **small)
    session.ask("parts: complete", s3, "complete_multipart_upload", **upload, **whole, IfNoneMatch="*")
    session.ask("parts: complete again", s3, "complete_multipart_upload", **upload, **whole)
    session.ask("parts: head", s3, "head_object", **key, ChecksumMode="ENABLED")
    session.ask("parts: one part", s3, "get_object", **key, PartNumber=2)
    session.ask("parts: abort what is over", s3, "abort_multipart_upload", **upload)
    session.ask("parts: older listing", s3, "list_objects", Bucket="compare-state", MaxKeys=1)


IMPORTED = """
Resources:
  Files:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    Properties: { BucketName: compare-import }
"""


def importing(session: Session) -> None:
    """A bucket that is there already becomes a stack's."""
    cfn = session.emulator.client("cloudformation")
    location = {"LocationConstraint": REGION}
    bucket = {"Bucket": "compare-import", "CreateBucketConfiguration": location}
    session.emulator.client("s3").create_bucket(**bucket)

    def ask(step: str, template: str = IMPORTED, logical_id: str = "Files", **identifier: str) -> None:
        session.ask(
            f"import: {step}",
            cfn,
            "create_change_set",
            StackName="compare-import",
            ChangeSetName=step.replace(" ", "-"),
            ChangeSetType="IMPORT",
            TemplateBody=template,
            ResourcesToImport=[
                {
                    "ResourceType": "AWS::S3::Bucket",
                    "LogicalResourceId": logical_id,
                    "ResourceIdentifier": identifier or {"BucketName": "compare-import"},
                }
            ],
        )

    ask("unprotected", IMPORTED.replace("    DeletionPolicy: Retain\n", ""))
    ask("unknown", logical_id="Others")
    ask("misnamed", Name="compare-import")
    more = "  More: { Type: AWS::SNS::Topic }\n"
    ask("incomplete", IMPORTED + more)
    ask("output", IMPORTED + "Outputs: { Name: { Value: !Ref Files } }\n")
    ask("good")
    names = {"StackName": "compare-import", "ChangeSetName": "good"}
    session.ask("import: describe change set", cfn, "describe_change_set", **names)
    session.ask("import: execute", cfn, "execute_change_set", **names)
    wait(cfn, "compare-import")
    session.ask("import: describe stack", cfn, "describe_stacks", StackName="compare-import")
    session.ask("import: events", cfn, "describe_stack_events", StackName="compare-import")
    session.ask("import: resources", cfn, "list_stack_resources", StackName="compare-import")
    ask("again")


PARTS = (who, creating, looking, updating, drifting, guarding, refusing, deleting, importing, storing, uploading)
