"""Stacks come, change and go."""

from __future__ import annotations

import re
from pathlib import Path

from scenarios import (
    POLICY,
    STORAGE,
    CannotJudge,
    apply,
    check,
    in_sync,
    pairs,
    settings,
    storage,
    title_of,
    two_stacks,
)
from workspace import STATE_BUCKET, Workspace

REPOSITORY = Path(__file__).parents[3]
# The stacks of `desired/` whose types MiniStack has; it has no CloudTrail.
# MiniStack does not know `AWS::IAM::ServiceLinkedRole`, which `iam` has.
FOUNDATION = ("kms", "s3")


def creates_what_is_declared(space: Workspace) -> None:
    """creates stacks in order: template, parameters, tags, policy, protection, resources, outputs"""
    space.write("infra/policy.json", POLICY)
    storage(space, settings="policy: infra/policy.json\nterminationProtection: true\n")
    settings(space)
    commit = space.commit()
    run = apply(space, "--output", "json")
    check(run.json["summary"]["create"] == 2, "two are created", run.json["summary"])

    stacks = space.stacks()
    check(set(stacks) == {"storage", "settings"}, "both stacks are there", set(stacks))
    stack = stacks["storage"]
    check(stack["StackStatus"] == "CREATE_COMPLETE", "the stack is complete", stack["StackStatus"])
    parameters = pairs(stack["Parameters"], "ParameterKey", "ParameterValue")
    check(parameters == {"Prefix": "judge", "Title": "Alarms"}, "the parameters are set", parameters)
    tags = pairs(stack["Tags"], "Key", "Value")
    owner = {"reconcile:environment": "judge", "reconcile:address": "stacks/storage"}
    wanted = {"system": "judge", "reconcile:commit": commit, **owner}
    check(tags == wanted, "the tags name owner and commit", tags)
    check(stack["EnableTerminationProtection"], "the stack is protected")
    policy = space.cfn.get_stack_policy(StackName="storage")["StackPolicyBody"]
    check(policy == POLICY, "the policy is set", policy)
    template = space.cfn.get_template(StackName="storage", TemplateStage="Original")["TemplateBody"]
    check(template == STORAGE, "the template arrived byte for byte", template)

    versioning = space.s3.get_bucket_versioning(Bucket="judge-data").get("Status")
    check(versioning == "Enabled", "the bucket is versioned", versioning)
    given = title_of(space, "settings", "Setting")
    topic = space.resources("storage")["Alarms"]
    check(given == topic, "the second stack got the first one's output", given)
    in_sync(space)


def does_nothing_twice(space: Workspace) -> None:
    """a second apply writes nothing; without its notes it still touches no stack"""
    two_stacks(space)
    apply(space)
    before = space.stacks()
    in_sync(space)
    for key in space.state_keys("ledger/"):
        space.s3.delete_object(Bucket=STATE_BUCKET, Key=key)
    run = apply(space, "--output", "json")
    check(run.json["status"] == "in_sync", "it is in sync without its notes, too", run)
    touched = [name for name in run.writes if name.startswith("cloudformation:")]
    check(not touched, "no stack is touched", touched)
    check(space.stacks() == before, "the stacks are as they were")


def updates_only_what_changed(space: Workspace) -> None:
    """a changed parameter updates its stack and no other; so does a changed template"""
    two_stacks(space)
    apply(space)
    before = space.stacks()
    storage(space, title="Bells")
    commit = space.commit()
    run = apply(space, "--output", "json")
    check(run.json["summary"]["update"] == 1, "one is updated", run.json["summary"])
    after = space.stacks()
    check(after["storage"]["StackStatus"] == "UPDATE_COMPLETE", "the stack was updated")
    tags = pairs(after["storage"]["Tags"], "Key", "Value")
    check(tags["reconcile:commit"] == commit, "its tag names the new commit", tags)
    check(after["settings"] == before["settings"], "the other stack is untouched")
    check(title_of(space, "storage", "Alarms") == "Bells", "the topic has its new name")

    storage(space, STORAGE.replace("!Ref Title", '!Sub "${Title}!"'), title="Bells")
    space.commit()
    apply(space)
    check(title_of(space, "storage", "Alarms") == "Bells!", "the template's change arrived")
    in_sync(space)


def compares_the_change_set(space: Workspace) -> None:
    """a change set that goes further than the plan is deleted, and nothing is changed"""
    storage(space)
    space.commit()
    apply(space)
    before = space.stacks()
    # MiniStack says `Conditional` of a bucket's every change; AWS changes versioning in place.
    storage(space, STORAGE.replace("Status: Enabled", "Status: Suspended"))
    space.commit()
    plan = space.run("plan", "--output", "json")
    check(plan.unit("stacks/storage")["action"] == "update", "the plan is to update", plan)
    run = space.run("apply", "--yes")
    if run.exit == 0:
        raise CannotJudge("MiniStack did not claim more than the plan")
    check(run.exit == 4 and "further than the plan" in run.said, "it is refused", run)
    sets = space.cfn.list_change_sets(StackName="storage")["Summaries"]
    left = [one for one in sets if one["ExecutionStatus"] == "AVAILABLE"]
    check(not left, "no change set is left to be executed", left)
    check(space.stacks() == before, "nothing was changed")


def changes_outputs_alone(space: Workspace) -> None:
    """an update of outputs alone, in which no resource changes, is carried out"""
    storage(space)
    space.commit()
    apply(space)
    storage(space, STORAGE + "  DataName: { Value: !Ref Data }\n")
    space.commit()
    run = space.run("apply", "--yes")
    if "finds nothing to change" in run.said:
        raise CannotJudge(
            "MiniStack fails a change set of outputs alone with `didn't contain changes`; AWS makes one "
            "without changes that can be executed (aws-cdk, `changeSetHasNoChanges`)"
        )
    outputs = pairs(space.stacks()["storage"]["Outputs"], "OutputKey", "OutputValue")
    check(outputs.get("DataName") == "judge-data", "the output is there", run)


def replaces_with_consent(space: Workspace) -> None:
    """a bucket is replaced only with consent in git, and the old one stays (UpdateReplacePolicy)"""
    storage(space)
    space.commit()
    apply(space)
    other = STORAGE.replace("${Prefix}-data", "${Prefix}-archive")
    storage(space, other)
    space.commit()
    before = space.stacks()
    run = space.run("apply", "--yes")
    check(run.exit == 4 and "Data" in run.said, "without consent it is refused", run)
    check(not run.writes and space.stacks() == before, "nothing was written", run.writes)

    storage(space, other, "allow: { replace: [Data] }\n")
    space.commit()
    apply(space)
    check(space.resources("storage")["Data"] == "judge-archive", "the new bucket is the stack's")
    buckets = {bucket["Name"] for bucket in space.s3.list_buckets()["Buckets"]}
    check({"judge-data", "judge-archive"} <= buckets, "the old bucket stays", buckets)
    in_sync(space)


def deletes_what_left(space: Workspace) -> None:
    """a stack that left `desired/` is deleted, one that is protected only with consent"""
    two_stacks(space)
    apply(space)
    topic = space.resources("settings")["Setting"]
    space.forget("settings")
    space.commit()
    run = apply(space, "--output", "json")
    check(run.json["summary"]["delete"] == 1, "one is deleted", run.json["summary"])
    check(set(space.stacks()) == {"storage"}, "the stack is gone", set(space.stacks()))
    topics = [one["TopicArn"] for one in space.sns.list_topics()["Topics"]]
    check(topic not in topics, "its resource is gone", topics)

    storage(space, settings="terminationProtection: true\n")
    space.stack("other", '{"Resources": {"Other": {"Type": "AWS::SNS::Topic"}}}')
    space.commit()
    apply(space)
    space.forget("storage")
    space.commit()
    run = space.run("apply", "--yes")
    check(run.exit == 4 and "storage" in space.stacks(), "a protected one waits for consent", run)
    space.environment(more="allow: { delete: [stacks/storage] }")
    space.commit()
    apply(space)
    check(set(space.stacks()) == {"other"}, "with consent it goes", set(space.stacks()))
    space.s3.head_bucket(Bucket="judge-data")  # DeletionPolicy: Retain
    in_sync(space)


def sends_large_templates_through_the_bucket(space: Workspace) -> None:
    """a template over 51,200 bytes goes through the state bucket"""
    large = STORAGE + "".join(f"# {'-' * 90} {line}\n" for line in range(600))
    storage(space, large)
    space.commit()
    apply(space)
    template = space.cfn.get_template(StackName="storage")["TemplateBody"]
    check(template == large, "the whole template is deployed", len(template))
    in_sync(space)


def stands_the_foundation_up(space: Workspace) -> None:
    """this repository's own stacks are created, as far as MiniStack has their types, and stay in sync"""
    for path in REPOSITORY.glob("infra/*.*"):
        space.write(f"infra/{path.name}", path.read_text())
    for name in FOUNDATION:
        space.write(f"desired/stacks/{name}.yaml", (REPOSITORY / f"desired/stacks/{name}.yaml").read_text())
    production = (REPOSITORY / "desired/environments/production.yaml").read_text()
    ours = production.replace("111122223333", space.account).replace("name: production", "name: judge")
    ours = re.sub(r"stateBucket: .*", f"stateBucket: {STATE_BUCKET}", ours)
    # MiniStack does not ask whose rights CloudFormation has, and does not know every type of `bootstrap`.
    ours = re.sub(r"(?m)^stacks:\n( .*\n)+", "", ours)
    space.write("desired/environments/judge.yaml", ours)
    space.commit()
    apply(space, "--environment", "judge")
    states = {name: stack["StackStatus"] for name, stack in space.stacks().items()}
    check(set(states.values()) == {"CREATE_COMPLETE"} and len(states) == len(FOUNDATION), "all", states)
    run = apply(space, "--environment", "judge", "--output", "json")
    check(run.json["status"] == "in_sync" and not run.writes, "a second apply does nothing", run)
