"""Builds a function for Lambda as a machine would that has Zig and cargo-zigbuild: the real tools, no account.

    cross_build.py RECONCILE

A program that was linked here needs this machine's C library, which may be newer than Lambda's. Linked by Zig it
needs none newer than Amazon Linux 2023 has. For the other architecture the compiler's standard library has to be
installed; where it is not, that is what `reconcile build` has to say.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

# Of `provided.al2023`.
LAMBDA_GLIBC = (2, 34)
# `e_machine` of the System V ABI.
MACHINES = {"x86_64": 62, "arm64": 183}
TARGETS = {"x86_64": "x86_64-unknown-linux-gnu", "arm64": "aarch64-unknown-linux-gnu"}

# Opening a file and starting a thread need the C library, and not only its oldest part.
MAIN = """\
fn main() {
    let file = std::thread::spawn(|| std::fs::metadata("/proc/self/exe")).join();
    println!("{:?}", file.map(|metadata| metadata.map(|metadata| metadata.len())));
}
"""

FILES = {
    "Cargo.toml": """\
[workspace]
resolver = "3"
members = ["hello"]
[profile.lambda]
inherits = "release"
strip = true
""",
    "Cargo.lock": 'version = 4\n\n[[package]]\nname = "hello"\nversion = "0.1.0"\n',
    "hello/Cargo.toml": '[package]\nname = "hello"\nversion = "0.1.0"\nedition = "2024"\n',
    "hello/src/main.rs": MAIN,
    "desired/environments/test.yaml": """\
kind: Environment
name: test
target: { aws: { account: "111122223333", region: ap-northeast-1 } }
stateBucket: state-test
""",
}

ARTIFACT = """\
kind: Artifact
name: {name}
crate: hello
architecture: {architecture}
bucket: code
signingProfile: profile
"""


def main(binary: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="cross-") as folder:
        root = Path(folder)
        for path, text in FILES.items():
            write(root / path, text)
        for architecture in MACHINES:
            name = architecture.replace("_", "-")
            artifact = ARTIFACT.format(name=name, architecture=architecture)
            write(root / f"desired/artifacts/{name}.yaml", artifact)
            print(check(binary, root, name, architecture))
    return 0


def check(binary: Path, root: Path, name: str, architecture: str) -> str:
    command = [binary, "build", name, "--output", "json", "--no-progress"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    target = TARGETS[architecture]
    if not has_library(target):
        expected = f"the standard library for `{target}` is not installed: `rustup target add {target}`"
        assert run.returncode == 1 and expected in run.stdout + run.stderr, run
        return f"{architecture}: refused, as {expected}"
    assert run.returncode == 0, run
    [package] = json.loads(run.stdout)["packages"]
    with zipfile.ZipFile(root / package["path"]) as archive:
        program = archive.read("bootstrap")
    assert program[:4] == b"\x7fELF" and program[18] == MACHINES[architecture], program[:20]
    needed = max(glibc(program))
    assert needed <= LAMBDA_GLIBC, f"it needs glibc {needed}"
    return f"{architecture}: built by Zig, needs glibc {needed[0]}.{needed[1]} at least"


def has_library(target: str) -> bool:
    command = ["rustc", "--print", "sysroot"]
    sysroot = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return (Path(sysroot) / "lib/rustlib" / target).is_dir()


def glibc(program: bytes) -> list[tuple[int, int]]:
    found = re.findall(rb"GLIBC_(\d+)\.(\d+)", program)
    return [(int(major), int(minor)) for major, minor in found]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    # Cargo finds its subcommand there, and that finds Zig.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    sys.exit(main(Path(sys.argv[1]).resolve()))
