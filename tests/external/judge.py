#!/usr/bin/env python3
"""Runs the real binary against MiniStack, an AWS that we did not write, and says what came of it.

    judge.py target/debug/reconcile [--only NAME] [--list]

Prints a line per scenario: PASS, FAIL, or what the emulator cannot judge and why. Exit code 1 if any failed.
"""

from __future__ import annotations

import argparse
import inspect
import sys
import time
from pathlib import Path

from emulators import MiniStack
from relay import Relay
from scenarios import CannotJudge, Scenario, changing, drifting, failing, guarding, planning
from workspace import Workspace

MODULES = (planning, changing, guarding, drifting, failing)


def scenarios() -> list[Scenario]:
    """Every scenario, in the order in which they are written."""
    found: list[Scenario] = []
    for module in MODULES:
        functions = vars(module).values()
        found += [
            one
            for one in functions
            if inspect.isfunction(one)
            and one.__module__ == module.__name__
            and one.__doc__
            and list(inspect.signature(one).parameters) == ["space"]
        ]
    return found


def judge(scenario: Scenario, emulator: MiniStack, binary: Path) -> tuple[str, str]:
    """How it went, and why."""
    relay = Relay(emulator.url, emulator.adapt)
    space = Workspace(emulator, binary, relay)
    try:
        scenario(space)
    except CannotJudge as reason:
        return "cannot judge", str(reason)
    except AssertionError as failure:
        return "FAIL", str(failure)
    except Exception as error:  # a scenario that breaks has not passed
        return "FAIL", f"{type(error).__name__}: {error}"
    finally:
        space.close()
        relay.close()
    return "PASS", ""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("binary", type=Path, help="the `reconcile` to judge")
    arguments.add_argument("--only", default="", help="scenarios whose name contains this")
    arguments.add_argument("--list", action="store_true", help="only name the scenarios")
    chosen = arguments.parse_args()
    selected = [one for one in scenarios() if chosen.only in one.__name__]
    if chosen.list:
        for scenario in selected:
            print(f"{scenario.__name__:42} {scenario.__doc__}")
        return 0
    counts = {"PASS": 0, "FAIL": 0, "cannot judge": 0}
    with MiniStack() as emulator:
        for scenario in selected:
            begun = time.monotonic()
            verdict, why = judge(scenario, emulator, chosen.binary.resolve())
            counts[verdict] += 1
            print(f"{verdict:12} {time.monotonic() - begun:5.1f} s  {scenario.__doc__}", flush=True)
            for line in why.splitlines():
                print(f"             {line}")
    print(f"{counts['PASS']} passed, {counts['FAIL']} failed, {counts['cannot judge']} skipped")
    return 1 if counts["FAIL"] or not counts["PASS"] else 0


if __name__ == "__main__":
    sys.exit(main())
