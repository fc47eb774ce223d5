"""What stops a run before it does harm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from scenarios import SETTINGS, apply, check, in_sync, storage, two_stacks
from workspace import Workspace, finish

LEASE = "lease/judge.json"


def asks_before_it_applies(space: Workspace) -> None:
    """without `--yes` and without a terminal, AWS is not changed"""
    two_stacks(space)
    run = space.run("apply")
    check(run.exit == 4 and not run.writes, "it is refused", run)
    run = space.run()
    check(run.exit == 4 and not run.writes, "so is the bare command", run)


def refuses_what_is_not_committed(space: Workspace) -> None:
    """files that are not committed are not applied, unless that is meant"""
    two_stacks(space)
    storage(space, title="Bells")
    run = space.run("apply", "--yes")
    check(run.exit == 4 and not run.writes, "it is refused", run)
    apply(space, "--allow-dirty")


def refuses_another_account(space: Workspace) -> None:
    """with another account's credentials, STS is the only call"""
    space.environment(account="111122223333")
    two_stacks(space)
    run = space.run("apply", "--yes")
    check(run.exit != 0 and "111122223333" in run.said, "it is refused", run)
    names = [call.name for call in run.calls]
    check(names == ["sts:GetCallerIdentity"], "nothing else was called", names)


def leaves_others_stacks_alone(space: Workspace) -> None:
    """a stack of the same name that somebody else made is not taken over without consent"""
    space.cfn.create_stack(
        StackName="storage", TemplateBody='{"Resources": {"Mine": {"Type": "AWS::SNS::Topic"}}}'
    )
    before = space.stacks()
    storage(space)
    space.commit()
    run = space.run("apply", "--yes")
    check(run.exit == 4 and not run.writes, "it is refused", run)
    check(space.stacks() == before, "the stack is as it was")
    storage(space, settings="allow: { adopt: true }\n")
    space.commit()
    apply(space)
    check("Data" in space.resources("storage"), "with consent it is taken over")
    in_sync(space)


def waits_for_the_lease(space: Workspace) -> None:
    """another run's lease is respected, one that ran out is taken over"""
    two_stacks(space)
    now = datetime.now(UTC)
    holder = {
        "run": "20261121T000000000Z-aaaaaaaaaaaa",
        "actor": "somebody",
        "commit": None,
        "acquiredAt": now.isoformat().replace("+00:00", "Z"),
        "expiresAt": (now + timedelta(minutes=1)).isoformat().replace("+00:00", "Z"),
        "fence": 7,
    }
    space.put_state(LEASE, holder)
    run = space.run("apply", "--yes", "--lease-wait", "0")
    check(run.exit == 4 and "somebody" in run.said, "it is refused, and says who", run)
    check(not space.stacks(), "nothing was made", space.stacks())
    ended = (now - timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    space.put_state(LEASE, {**holder, "expiresAt": ended})
    apply(space)
    in_sync(space)


def works_beside_another_run(space: Workspace) -> None:
    """two applies at once make each stack once, and both end well"""
    two_stacks(space)
    both = [space.start("apply", "--yes") for _ in range(2)]
    said = ["".join(finish(process)) for process in both]
    check([process.returncode for process in both] == [0, 0], "both end well", "\n".join(said))
    calls = [call.name for call in space.relay.calls]
    made = calls.count("cloudformation:ExecuteChangeSet")
    check(made == 2, "each stack was made once", made)
    in_sync(space)


def keeps_secrets_out_of_git(space: Workspace) -> None:
    """a value for a NoEcho parameter is refused where it stands in git, and not shown"""
    template = SETTINGS.replace("Topic: { Type: String }", "Topic: { Type: String, NoEcho: true }")
    space.stack("settings", template, "parameters: { Topic: hush-4711 }\n")
    space.commit()
    run = space.run("apply", "--yes", "--output", "json")
    check(run.exit == 1 and not run.calls, "it is refused before any call", run)
    # The source line of the message is the reader's own file; the JSON goes to logs.
    check("hush-4711" not in run.stdout, "the result does not show it", run)
    check(not space.state_keys(), "nothing was recorded", space.state_keys())
