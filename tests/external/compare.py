#!/usr/bin/env python3
"""Asks emulators of others and our sandbox the same, and compares the shapes of what they answer.

    compare.py target/debug/reconcile [--answers]

Compared are HTTP status, error code and message, and which members an answer has, of which type; of an
enumeration, which values. MiniStack is asked about stacks and objects, moto about Private CA, and OpenSSL
reads the certificates. Every difference must be listed in `decisions.yaml` with who is right and how that
is known; one that is not listed fails, and so does an entry that nothing differs in any more.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml
from botocore.model import ListShape, MapShape, Shape, StructureShape

import authorities
import session
from emulators import Emulator, MiniStack, Moto, Sandbox
from session import Answer, Session

# Who is compared with, and about what.
COMPARISONS: tuple[tuple[type[Emulator], tuple[Callable[[Session], None], ...]], ...] = (
    (MiniStack, session.PARTS),
    (Moto, authorities.PARTS),
)
DECISIONS = Path(__file__).with_name("decisions.yaml")
# What may differ between any two runs, in the order in which it is recognised.
VARYING = (
    (re.compile(r"arn:aws[^\s\"\]]*"), "ARN"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"\b[0-9A-F]{20,}\b"), "serial number"),
    (re.compile(r"Request ID: \S+?(?=[,;)])"), "Request ID"),
)


@dataclass(frozen=True, order=True)
class Difference:
    """At a place of a step's answer, what an emulator of others has and what our sandbox has."""

    step: str
    path: str
    theirs: str
    ours: str

    def __str__(self) -> str:
        return f"{self.step}\n    {self.path}\n      theirs: {self.theirs}\n      ours:   {self.ours}"


def facts(answer: Answer) -> dict[str, str]:
    """An answer as comparable places and what stands there; an error is one fact."""
    if answer.code:
        return {"answer": f"{answer.status} {answer.code}: {normal(answer.message)}"}
    if answer.judged:
        return answer.judged
    seen = {"answer": {str(answer.status)}}
    if answer.output is not None:
        for path, value in members(answer.body, answer.output):
            seen.setdefault(path, set()).add(value)
    return {path: " | ".join(sorted(values)) for path, values in seen.items()}


def members(value: Any, shape: Shape, path: str = "") -> Iterator[tuple[str, str]]:
    """The members that an answer has, with their type, or an enumeration's value."""
    if isinstance(shape, StructureShape):
        if path:
            yield path, "structure"
        for name, member in value.items():
            if name in shape.members:
                yield from members(member, shape.members[name], f"{path}.{name}" if path else name)
    elif isinstance(shape, ListShape):
        yield path, "empty list" if not value else "list"
        for member in value:
            yield from members(member, shape.member, f"{path}[]")
    elif isinstance(shape, MapShape):
        yield path, "map"
    else:
        yield path, value if getattr(shape, "enum", None) else shape.type_name


def normal(message: str) -> str:
    for pattern, name in VARYING:
        message = pattern.sub(name, message)
    return message


def differences(theirs: list[Answer], ours: list[Answer]) -> Iterator[Difference]:
    for their, our in zip(theirs, ours, strict=True):
        left, right = facts(their), facts(our)
        different = {path for path in left.keys() | right.keys() if left.get(path) != right.get(path)}
        for path in sorted(different):
            # A member that is absent says it for all that is below it, and an error for all of an answer.
            if not different & {"answer", *above(path)} or path == "answer":
                one, other = left.get(path, "absent"), right.get(path, "absent")
                yield Difference(their.step, path, one, other)


def above(path: str) -> Iterator[str]:
    """The places that a place is below."""
    parts = re.split(r"(?=\[\])|(?=\.)", path)
    for end in range(1, len(parts)):
        yield "".join(parts[:end])


def decides(decision: dict[str, Any], difference: Difference) -> bool:
    """Whether an entry of `decisions.yaml` is about a difference."""
    steps = decision["step"] if isinstance(decision["step"], list) else [decision["step"]]
    return any(fnmatchcase(difference.step, step) for step in steps) and (
        decision["path"] == difference.path
        and decision["theirs"] in ("*", difference.theirs)
        and decision["ours"] in ("*", difference.ours)
    )


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("binary", type=Path, help="the `reconcile` whose sandbox is compared")
    arguments.add_argument("--answers", action="store_true", help="print every answer of both")
    chosen = arguments.parse_args()
    theirs: list[Answer] = []
    ours: list[Answer] = []
    for other, parts in COMPARISONS:
        with other() as emulator:
            theirs += Session(emulator).run(parts)
        with Sandbox(chosen.binary.resolve()) as sandbox:
            ours += Session(sandbox).run(parts)
    if chosen.answers:
        for answer in theirs + ours:
            print(answer.step, facts(answer), sep="\n    ")
    found = list(differences(theirs, ours))
    decisions = yaml.safe_load(DECISIONS.read_text())
    open_ones = [one for one in found if not any(decides(each, one) for each in decisions)]
    stale = [each for each in decisions if not any(decides(each, one) for one in found)]
    for one in open_ones:
        print(f"not decided: {one}")
    for each in stale:
        print(f"nothing differs any more: {each['step']}, {each['path']}")
    decided = len(found) - len(open_ones)
    print(
        f"{len(theirs)} answers, {len(found)} differences: {decided} decided, "
        f"{len(open_ones)} open; {len(stale)} decisions out of date"
    )
    return 1 if open_ones or stale else 0


if __name__ == "__main__":
    sys.exit(main())
