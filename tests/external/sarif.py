"""What `reconcile` writes for code scanning is SARIF, by the schema that OASIS publishes.

    python tests/external/sarif.py PROGRAM SCHEMA
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, FormatChecker

GIT = ["git", "-c", "user.name=sarif", "-c", "user.email=sarif@example.com"]

ENVIRONMENT = "kind: Environment\nname: test\ntarget: sandbox\nstateBucket: sarif-state\ndefault: true\n"
STACK = "kind: Stack\nname: data\ntemplate: infra/data.yaml\n"
TEMPLATE = "Resources:\n  Data: { Type: AWS::S3::Bucket, Properties: { BucketName: sarif-one } }\n"


class Repository:
    """A scratch repository, and the program run in it."""

    def __init__(self, program: Path, folder: str):
        self.program = program
        self.root = Path(folder)
        subprocess.run([*GIT, "init", "-q", "-b", "main"], cwd=self.root, check=True)
        self.write("desired/environments/test.yaml", ENVIRONMENT)
        self.write("desired/stacks/data.yaml", STACK)
        self.write("infra/data.yaml", TEMPLATE)
        self.write(".gitignore", ".reconcile/\n*.sarif\n")

    def write(self, path: str, text: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)

    def commit(self) -> None:
        subprocess.run([*GIT, "add", "-A"], cwd=self.root, check=True)
        subprocess.run([*GIT, "commit", "-q", "-m", "change"], cwd=self.root, check=True)

    def run(self, *arguments: str) -> dict[str, Any]:
        """Runs a command, and reads the SARIF that it saves."""
        saved = self.root / "saved.sarif"
        saved.unlink(missing_ok=True)
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.root)}
        command = [self.program, *arguments, "--no-progress", "--save", saved]
        subprocess.run(command, cwd=self.root, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        return json.loads(saved.read_text())


def logs(repository: Repository) -> dict[str, dict[str, Any]]:
    """One log of each sort. All but the first have results."""
    written = {"nothing is wrong": repository.run("validate")}
    repository.commit()
    subprocess.run([repository.program, "apply", "--no-progress"], cwd=repository.root, check=True, capture_output=True)
    repository.write("infra/data.yaml", TEMPLATE.replace("sarif-one", "sarif-two"))
    repository.commit()
    written["a plan holds something back"] = repository.run("plan")
    written["a difference does"] = repository.run("diff", "HEAD~1..HEAD")
    written["no environment has that name"] = repository.run("plan", "-e", "nowhere")
    repository.write("desired/stacks/data.yaml", STACK + "terminationProtecton: true\n")
    repository.write("desired/stacks/医院 1.yaml", "kind: Stack\nname: x\n")
    # "監査", as an editor on Windows saves it.
    repository.write("desired/stacks/audit.yaml", b"kind: Stack\nname: audit # \x8a\xc4\x8d\xb8\n")
    repository.write("infra/rules/broken.guard", "rule {")
    written["files are wrong"] = repository.run("validate")
    repository.commit()
    repository.write("desired/stacks/data.yaml", STACK)
    for path in ("desired/stacks/医院 1.yaml", "desired/stacks/audit.yaml", "infra/rules/broken.guard"):
        (repository.root / path).unlink()
    written["the revision before is wrong"] = repository.run("diff", "HEAD")
    return written


def main() -> int:
    program, schema = Path(sys.argv[1]).resolve(), json.loads(Path(sys.argv[2]).read_text())
    validator = Draft7Validator(schema, format_checker=FormatChecker())
    with tempfile.TemporaryDirectory(prefix="sarif-") as folder:
        written = logs(Repository(program, folder))
    failed = 0
    for what, log in written.items():
        count = len(log["runs"][0]["results"])
        errors = [f"{'/'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(log)]
        if (count == 0) != (what == "nothing is wrong"):
            errors.append(f"it has {count} results")
        failed += bool(errors)
        print(f"{'FAIL' if errors else 'PASS'} {what}: {count} results", *errors, sep="\n     ")
    # What the schema does not take shows that it is asked.
    spoilt = copy.deepcopy(written["files are wrong"])
    del spoilt["runs"][0]["results"][0]["message"]
    if validator.is_valid(spoilt):
        print("FAIL a result without a message is taken")
        failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
