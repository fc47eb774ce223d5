"""AWS fails, answers are lost, runs are killed."""

from __future__ import annotations

from scenarios import STORAGE, CannotJudge, apply, check, in_sync, storage, two_stacks
from workspace import STATE_BUCKET, Workspace

TAKEN_BUCKET = "Type: AWS::S3::Bucket, Properties: { BucketName: judge-taken }"
TAKEN_PARAMETER = (
    "Type: AWS::SSM::Parameter, DependsOn: Data, "
    "Properties: { Name: /judge/taken, Type: String, Value: ours }"
)
# More writes than a run of two stacks makes.
MANY = 100


def with_resource(definition: str) -> str:
    """The template with one more resource, `More`."""
    return STORAGE.replace("Outputs:", f"  More: {{ {definition} }}\nOutputs:")


def tells_why_a_creation_failed(space: Workspace) -> None:
    """a stack that cannot be created is cleaned up, its cause and line are named, the rest is not begun"""
    space.ssm.put_parameter(Name="/judge/taken", Value="taken", Type="String")
    two_stacks(space)
    storage(space, with_resource(TAKEN_PARAMETER))
    space.commit()
    run = space.run("apply", "--yes")
    if run.exit == 0:
        raise CannotJudge("MiniStack gives a stack a parameter that is there; AWS says AlreadyExists")
    check(run.exit in (1, 5), "it ends as failed", run)
    named = "More (AWS::SSM::Parameter) CREATE_FAILED" in run.stdout
    check(named and "infra/storage.yaml:" in run.stdout, "cause and line are named", run)
    check("stacks/settings" in run.stdout, "the dependent one is named", run)
    check(not space.stacks(), "no stack is left", space.stacks())

    storage(space)
    space.commit()
    space.s3.delete_bucket(Bucket="judge-data")  # DeletionPolicy: Retain
    apply(space)
    in_sync(space)


def tells_what_a_validation_found(space: Workspace) -> None:
    """what AWS finds before it deploys is named with the template's line, for a creation and an update"""
    space.make_bucket("judge-data")
    storage(space)
    space.commit()
    run = space.run("apply", "--yes")
    if run.exit == 0:
        raise CannotJudge("MiniStack gives a stack a bucket that is there; AWS finds the conflict")
    check("Data (AWS::S3::Bucket)" in run.stdout, "the conflict is named", run)
    check("infra/storage.yaml:" in run.stdout, "so is the line", run)
    check(not space.stacks(), "no stack is left", space.stacks())

    space.s3.delete_bucket(Bucket="judge-data")
    apply(space)
    space.make_bucket("judge-taken")
    storage(space, with_resource(TAKEN_BUCKET))
    space.commit()
    run = space.run("apply", "--yes")
    check(run.exit in (1, 5) and "More (AWS::S3::Bucket)" in run.stdout, "that of an update, too", run)
    status = space.stacks()["storage"]["StackStatus"]
    check(status == "UPDATE_ROLLBACK_COMPLETE", "AWS rolled it back", status)
    storage(space, title="Bells")
    space.commit()
    apply(space)
    in_sync(space)


def goes_on_from_review(space: Workspace) -> None:
    """a stack that was left in review is taken further"""
    two_stacks(space)
    tags = [
        {"Key": "reconcile:environment", "Value": "judge"},
        {"Key": "reconcile:address", "Value": "stacks/storage"},
    ]
    space.cfn.create_change_set(
        StackName="storage",
        ChangeSetName="left-behind",
        ChangeSetType="CREATE",
        TemplateBody='{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}',
        Tags=tags,
    )
    status = space.stacks()["storage"]["StackStatus"]
    check(status == "REVIEW_IN_PROGRESS", "the stack is in review", status)
    apply(space)
    check("Data" in space.resources("storage"), "it holds what is declared")
    in_sync(space)


def survives_lost_answers(space: Workspace) -> None:
    """the answer to any one write is lost: the run, or the next one, ends in the same state"""
    trials(space, kill=False)


def survives_being_killed(space: Workspace) -> None:
    """killed before or after any one write: the next run ends in the same state"""
    trials(space, kill=True)


def trials(space: Workspace, kill: bool) -> None:
    """Applies two stacks again and again, each time with another write going wrong, until none is left."""
    two_stacks(space)
    for number in range(1, MANY):
        for when in ("before", "after"):
            space.empty_aws()
            fault = space.run_disturbed(number, when, kill)
            if not fault.met:
                check(number > 10, "there were writes to go wrong", number)
                return
            converges(space, f"{when} write {number}, {fault.met.name}")
    check(False, f"a run makes fewer than {MANY} writes")


def converges(space: Workspace, what: str) -> None:
    # The lease of a run that was killed lasts for a minute: time that need not pass here.
    for key in space.state_keys("lease/"):
        space.s3.delete_object(Bucket=STATE_BUCKET, Key=key)
    run = space.run("apply", "--yes")
    check(run.exit == 0, f"after {what}, the next run ends well", run)
    states = {name: stack["StackStatus"] for name, stack in space.stacks().items()}
    complete = {"storage": "CREATE_COMPLETE", "settings": "CREATE_COMPLETE"}
    check(states == complete, f"after {what}, each stack is there once", states)
    in_sync(space)
