"""A scratch git repository with a `desired/`, and the real binary run in it."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from emulators import REGION, MiniStack
from relay import Call, Fault, Relay

STATE_BUCKET = "judge-state"
RUN_SECONDS = 120
GIT = ["git", "-c", "user.name=judge", "-c", "user.email=judge@example.com"]


@dataclass
class Run:
    """One run of the binary: how it ended, what it said, and what it asked of AWS."""

    exit: int
    stdout: str
    stderr: str
    calls: list[Call]

    @property
    def said(self) -> str:
        return self.stdout + self.stderr

    @property
    def writes(self) -> list[str]:
        return [call.name for call in self.calls if call.writes]

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.stdout)

    def unit(self, address: str) -> dict[str, Any]:
        return next(unit for unit in self.json["units"] if unit["address"] == address)


class Workspace:
    """What a scenario is given: a repository, an empty AWS with a state bucket, and clients to look with."""

    def __init__(self, emulator: MiniStack, binary: Path, relay: Relay):
        self.emulator = emulator
        self.binary = binary
        self.relay = relay
        self.account = emulator.account
        self.credentials = emulator.credentials()
        self.folder = tempfile.TemporaryDirectory(prefix="judge-")
        self.root = Path(self.folder.name)
        self.cfn = emulator.client("cloudformation")
        self.s3 = emulator.client("s3")
        self.sns = emulator.client("sns")
        self.ssm = emulator.client("ssm")
        subprocess.run([*GIT, "init", "-q", "-b", "main"], cwd=self.root, check=True)
        self.environment()
        self.empty_aws()

    def close(self) -> None:
        self.folder.cleanup()

    def empty_aws(self) -> None:
        """Takes everything away, and makes a new state bucket."""
        self.emulator.reset()
        self.make_bucket(STATE_BUCKET)

    def make_bucket(self, name: str) -> None:
        location = {"LocationConstraint": REGION}
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration=location)

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text))

    def environment(self, account: str | None = None, more: str = "") -> None:
        self.write(
            "desired/environments/judge.yaml",
            f"""\
            kind: Environment
            name: judge
            default: true
            target: {{ aws: {{ account: "{account or self.account}", region: {REGION} }} }}
            stateBucket: {STATE_BUCKET}
            variables: {{ prefix: judge }}
            tags: {{ system: judge }}
            {more}
            """,
        )

    def stack(self, name: str, template: str, settings: str = "") -> None:
        """Declares a stack; `settings` are further lines of its file."""
        self.write(f"infra/{name}.yaml", template)
        head = f"kind: Stack\nname: {name}\ntemplate: infra/{name}.yaml\n"
        self.write(f"desired/stacks/{name}.yaml", head + dedent(settings))

    def forget(self, name: str) -> None:
        """Takes a stack out of `desired/`."""
        (self.root / f"desired/stacks/{name}.yaml").unlink()

    def commit(self, message: str = "change") -> str:
        subprocess.run([*GIT, "add", "-A"], cwd=self.root, check=True)
        subprocess.run([*GIT, "commit", "-q", "--allow-empty", "-m", message], cwd=self.root, check=True)
        head = subprocess.run([*GIT, "rev-parse", "HEAD"], cwd=self.root, capture_output=True, text=True)
        return head.stdout.strip()

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.root), **self.credentials}
        return subprocess.Popen(
            [self.binary, *arguments],
            env={**environment, "AWS_ENDPOINT_URL": self.relay.url, "GITHUB_ACTOR": "judge"},
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> Run:
        self.relay.calls = []
        process = self.start(*arguments)
        stdout, stderr = finish(process)
        return Run(process.returncode, stdout, stderr, self.relay.calls)

    def run_disturbed(self, at: int, when: str, kill: bool) -> Fault:
        """Runs `apply`; the answer to its write number `at` is lost, and it is killed or not."""
        self.relay.calls = []
        started: list[subprocess.Popen[str]] = []
        act = (lambda: started[0].kill()) if kill else (lambda: None)
        fault = self.relay.fault = Fault(at, when, act)
        started.append(self.start("apply", "--yes"))
        finish(started[0])
        self.relay.fault = None
        return fault

    # What AWS holds, as boto3 sees it.

    def stacks(self) -> dict[str, dict[str, Any]]:
        pages = self.cfn.get_paginator("describe_stacks").paginate()
        return {stack["StackName"]: stack for page in pages for stack in page["Stacks"]}

    def resources(self, stack: str) -> dict[str, str]:
        pages = self.cfn.get_paginator("list_stack_resources").paginate(StackName=stack)
        summaries = [one for page in pages for one in page["StackResourceSummaries"]]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in summaries}

    def state_keys(self, prefix: str = "") -> list[str]:
        listing = self.s3.list_objects_v2(Bucket=STATE_BUCKET, Prefix=prefix)
        return [one["Key"] for one in listing.get("Contents", [])]

    def state(self, key: str) -> Any:
        return json.load(self.s3.get_object(Bucket=STATE_BUCKET, Key=key)["Body"])

    def put_state(self, key: str, value: Any) -> None:
        self.s3.put_object(Bucket=STATE_BUCKET, Key=key, Body=json.dumps(value).encode())


def finish(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What a run said, once it has ended; one that hangs is ended."""
    try:
        return process.communicate(timeout=RUN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
