"""Somebody changes AWS behind git's back."""

from __future__ import annotations

from scenarios import CannotJudge, apply, check, storage, title_of
from workspace import Workspace


def suspend_versioning(space: Workspace) -> None:
    configuration = {"Status": "Suspended"}
    space.s3.put_bucket_versioning(Bucket="judge-data", VersioningConfiguration=configuration)


def finds_drift(space: Workspace) -> None:
    """a property changed outside git is named with both values, and the look writes nothing"""
    storage(space)
    space.commit()
    apply(space)
    run = space.run("drift")
    check(run.exit == 0, "without a change there is no drift", run)
    suspend_versioning(space)
    run = space.run("drift")
    check(run.exit == 2 and not run.writes, "drift ends with 2 and without a write", run)
    for word in ["stacks/storage", "Data", "VersioningConfiguration/Status", "Enabled", "Suspended"]:
        check(word in run.stdout, f"it names `{word}`", run)
    unit = space.run("drift", "--output", "json").unit("stacks/storage")
    values = {(field["before"], field["after"]) for field in unit["fields"]}
    check(("Suspended", "Enabled") in values, "so does the JSON", unit)


def finds_what_was_deleted(space: Workspace) -> None:
    """a resource deleted outside git is named"""
    storage(space)
    space.commit()
    apply(space)
    space.sns.delete_topic(TopicArn=space.resources("storage")["Alarms"])
    run = space.run("drift")
    check(run.exit == 2 and "Alarms" in run.stdout, "it is named", run)


def counts_what_it_cannot_see(space: Workspace) -> None:
    """a resource whose type has no drift detection is counted as unsupported, not as in sync"""
    space.stack("keys", '{"Resources": {"Key": {"Type": "AWS::KMS::Key", "Properties": {}}}}')
    space.commit()
    apply(space)
    coverage = space.run("drift", "--output", "json").json["coverage"]
    counts = (coverage["checked"], coverage["unsupported"])
    check(counts == (0, 1), "it is counted as unsupported", coverage)


def reverts_drift(space: Workspace) -> None:
    """with `onDrift: revert`, an apply puts the property back"""
    storage(space, settings="onDrift: revert\n")
    space.commit()
    apply(space)
    suspend_versioning(space)
    space.run("drift")
    run = space.run("apply", "--yes", "--detect")
    versioning = space.s3.get_bucket_versioning(Bucket="judge-data")["Status"]
    if versioning == "Suspended":
        check("DeploymentMode" not in run.said, "the request is understood", run)
        raise CannotJudge(
            "MiniStack does not know `DeploymentMode: REVERT_DRIFT` and finds nothing to change "
            "(User Guide, drift-aware change sets)"
        )
    check(run.exit == 0, "it ends well", run)


def reports_only(space: Workspace) -> None:
    """without `onDrift: revert`, an apply leaves drift as it is and says so"""
    storage(space)
    space.commit()
    apply(space)
    space.sns.set_topic_attributes(
        TopicArn=space.resources("storage")["Alarms"],
        AttributeName="DisplayName",
        AttributeValue="Klaxons",
    )
    run = space.run("plan", "--detect")
    check("DisplayName" in run.said and "Klaxons" in run.said, "the plan shows it", run)
    run = space.run("apply", "--yes", "--detect")
    check(run.exit == 4 and "drifted" in run.said, "apply says so", run)
    touched = [name for name in run.writes if name.startswith("cloudformation:")]
    check(not touched, "no stack is touched", touched)
    check(title_of(space, "storage", "Alarms") == "Klaxons", "it is left as it is")
