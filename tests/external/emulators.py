"""Starts the emulators that judge and are judged, and makes boto3 clients for them."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

import boto3
from botocore.client import BaseClient
from botocore.config import Config

from relay import Form

REGION = "ap-northeast-1"
START_SECONDS = 30


class Emulator:
    """A program that answers as AWS does, on a free loopback port, for as long as the `with` lasts."""

    account: str
    access_key = "test"
    secret_key = "test"

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.scratch = tempfile.TemporaryDirectory(prefix="judge-")

    def command(self) -> list[str]:
        raise NotImplementedError

    def settings(self) -> dict[str, str]:
        return {}

    def is_up(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def __enter__(self) -> Self:
        self.log = open(Path(self.scratch.name) / "log", "w+")
        environment = {**os.environ, **self.settings()}
        self.process = subprocess.Popen(
            self.command(), env=environment, cwd=self.scratch.name, stdout=self.log, stderr=self.log
        )
        end = time.monotonic() + START_SECONDS
        while not self.is_up():
            if self.process.poll() is not None or time.monotonic() > end:
                self.process.kill()
                self.log.seek(0)
                raise RuntimeError(f"{self.command()} does not answer:\n{self.log.read()}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.log.close()
        self.scratch.cleanup()

    def credentials(self) -> dict[str, str]:
        """What a program's environment must say to be let in."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str) -> BaseClient:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
        )


class MiniStack(Emulator):
    """The emulator that we did not write, as installed from `requirements.txt`."""

    account = "000000000000"

    def command(self) -> list[str]:
        return [sys.executable, "-m", "ministack"]

    def settings(self) -> dict[str, str]:
        return {
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_REGION": REGION,
            "LOG_LEVEL": "WARNING",
        }

    def is_up(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=1) as answer:
                return bool(json.load(answer))
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def reset(self) -> None:
        """Empties it."""
        request = urllib.request.Request(f"{self.url}/_ministack/reset", method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    @staticmethod
    def adapt(form: Form) -> Form:
        """Names a stack where AWS also takes its ARN, but MiniStack finds no change set by it."""
        if form.get("Action") in ("DescribeChangeSet", "ExecuteChangeSet"):
            stack = re.fullmatch(r"arn:[^/]+:stack/([^/]+)/.+", form.get("StackName", ""))
            if stack:
                form["StackName"] = stack[1]
        return form


class Moto(Emulator):
    """Another one that we did not write; it has a Private CA. Installed from `requirements.txt`."""

    account = "123456789012"

    def command(self) -> list[str]:
        return [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(self.port)]


class Sandbox(Emulator):
    """The emulator that we wrote: `reconcile sandbox serve`."""

    account = "000000000000"
    access_key = "sandbox"
    secret_key = "sandbox"

    def __init__(self, binary: Path):
        super().__init__()
        self.binary = binary
        (Path(self.scratch.name) / "desired").mkdir()  # where it keeps its state

    def command(self) -> list[str]:
        return [str(self.binary), "sandbox", "serve", "--port", str(self.port), "--tls-port", "0"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
