"""What the judge tries: every function of these modules that takes a `space` is one scenario.

A scenario is told by its doc comment, and starts from an empty AWS with a state bucket, and a repository
without stacks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workspace import Run, Workspace

Scenario = Callable[[Workspace], None]

STORAGE = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Prefix: { Type: String }
  Title: { Type: String, Default: Alarms }
Resources:
  Data:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BucketName: !Sub "${Prefix}-data"
      VersioningConfiguration: { Status: Enabled }
  Alarms:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: !Sub "${Prefix}-alarms"
      DisplayName: !Ref Title
Outputs:
  AlarmsArn: { Value: !Ref Alarms }
"""

# Holds nothing that is lost with it: a queue would, and so would a parameter.
SETTINGS = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Topic: { Type: String }
Resources:
  Setting:
    Type: AWS::SNS::Topic
    Properties: { TopicName: judge-setting, DisplayName: !Ref Topic }
"""

POLICY = """\
{"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}
"""


class CannotJudge(Exception):
    """The emulator does not do as AWS documents; the message says in what, and where AWS says it."""


def check(holds: object, what: str, seen: object = "") -> None:
    """Fails the scenario unless `holds`."""
    if not holds:
        raise AssertionError(f"not true: {what}{f': {text(seen)}' if seen != '' else ''}")


def text(seen: object) -> str:
    if isinstance(seen, Run):
        return f"exit {seen.exit}, writes {seen.writes}\n{seen.said}"
    return str(seen)


def storage(space: Workspace, template: str = STORAGE, settings: str = "", title: str = "") -> None:
    """Declares the stack that holds data."""
    title = f", Title: {title}" if title else ""
    parameters = f'parameters: {{ Prefix: "${{env.prefix}}"{title} }}\n'
    space.stack("storage", template, parameters + settings)


def settings(space: Workspace) -> None:
    """Declares the stack that takes the other one's output."""
    space.stack("settings", SETTINGS, 'parameters: { Topic: "${stacks.storage.AlarmsArn}" }\n')


def two_stacks(space: Workspace) -> str:
    """Declares both, and gives the commit."""
    storage(space)
    settings(space)
    return space.commit("two stacks")


def apply(space: Workspace, *arguments: str) -> Run:
    """Applies, and fails the scenario unless it ends well."""
    run = space.run("apply", "--yes", *arguments)
    check(run.exit == 0, "apply ends well", run)
    return run


def in_sync(space: Workspace) -> None:
    """Fails the scenario unless another apply finds nothing to do and writes nothing."""
    run = apply(space, "--output", "json")
    check(run.json["status"] == "in_sync", "another apply finds nothing to do", run)
    check(not run.writes, "another apply writes nothing", run.writes)


def title_of(space: Workspace, stack: str, logical_id: str) -> str:
    """The name that a topic of a stack has in SNS."""
    topic = space.resources(stack)[logical_id]
    return space.sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"]


def pairs(items: list[dict[str, Any]], key: str, value: str) -> dict[str, str]:
    return {item[key]: item[value] for item in items}
