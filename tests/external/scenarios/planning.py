"""What a look promises: it writes nothing, and what it shows is what is done."""

from __future__ import annotations

from scenarios import apply, check, in_sync, storage, two_stacks
from workspace import STATE_BUCKET, Workspace


def plans_without_writing(space: Workspace) -> None:
    """`plan`, `--dry-run` and `drift` write nothing, not even where there is no state bucket"""
    two_stacks(space)
    space.s3.delete_bucket(Bucket=STATE_BUCKET)
    for arguments, exit_code in [
        (["plan"], 0),
        (["plan", "--detailed-exitcode"], 2),
        (["--dry-run"], 0),
        (["plan", "--full", "--detect"], 0),
        (["drift"], 2),
        (["status"], 0),
    ]:
        run = space.run(*arguments)
        check(run.exit == exit_code, f"`{' '.join(arguments)}` ends with {exit_code}", run)
        check(not run.writes, f"`{' '.join(arguments)}` writes nothing", run.writes)
    check(not space.stacks(), "there is no stack, not even one in review", space.stacks())
    check(not space.s3.list_buckets()["Buckets"], "there is no bucket")


def says_the_plan_as_json(space: Workspace) -> None:
    """the JSON of plan, apply and drift is one object with the documented keys"""
    two_stacks(space)
    keys = {"formatVersion", "environment", "commit", "status", "planDigest", "summary", "units"}
    keys |= {"coverage", "calls"}
    unit_keys = {"address", "kind", "verdict", "action", "reason", "danger", "fields"}
    for arguments, status in [
        (["plan"], "changes"),
        (["apply", "--yes"], "applied"),
        (["plan"], "in_sync"),
        (["drift"], "in_sync"),
    ]:
        run = space.run(*arguments, "--output", "json")
        found = run.json
        check(found["formatVersion"] == "1.0", "the format has its version", run)
        check(keys <= set(found), "the keys are there", keys - set(found))
        check(found["status"] == status, f"`{arguments[0]}` says {status}", run)
        for unit in found["units"]:
            check(unit_keys <= set(unit), "a unit's keys are there", unit_keys - set(unit))


def applies_the_reviewed_plan_only(space: Workspace) -> None:
    """`--expect` applies the plan with that digest, and refuses any other without a write"""
    two_stacks(space)
    digest = space.run("plan", "--output", "json").json["planDigest"]
    storage(space, title="Bells")
    space.commit("after the review")
    run = space.run("apply", "--yes", "--expect", digest)
    check(run.exit == 3 and not run.writes, "another plan is stale", run)
    digest = space.run("plan", "--output", "json").json["planDigest"]
    space.commit("nothing that concerns it")
    apply(space, "--expect", digest[:12])
    in_sync(space)


def finds_its_stacks_on_every_page(space: Workspace) -> None:
    """among 120 stacks of others, two pages of them, it finds its own and touches no other"""
    for number in range(120):
        template = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
        space.cfn.create_stack(StackName=f"another-{number:03}", TemplateBody=template)
    others = space.stacks()
    two_stacks(space)
    apply(space)
    after = space.stacks()
    check(set(after) - set(others) == {"storage", "settings"}, "its own are there", set(after))
    check({name: after[name] for name in others} == others, "the others are as they were")
    in_sync(space)


def keeps_a_diary(space: Workspace) -> None:
    """a run leaves a record, gives its lease back, and counts its calls as the wire does"""
    commit = two_stacks(space)
    run = apply(space, "--output", "json")
    check(not space.state_keys("lease/"), "the lease is given back", space.state_keys("lease/"))
    keys = space.state_keys("runs/judge/")
    check(len(keys) == 1, "there is one record", keys)
    record = space.state(keys[0])
    who = (record["commit"], record["actor"], record["account"])
    check(who == (commit, "judge", space.account), "it says who, and from which commit", who)
    check("arn:aws:" in record["caller"], "it says as whom", record["caller"])
    check(record["planDigest"] == run.json["planDigest"], "it names the plan", record["planDigest"])
    units = {unit["address"] for unit in record["units"]}
    check(units == {"stacks/storage", "stacks/settings"}, "it names each unit", record["units"])
    calls = run.json["calls"]
    counted = (calls["total"], calls["writes"])
    check(counted == (len(run.calls), len(run.writes)), "every call was counted", (counted, run.calls))
