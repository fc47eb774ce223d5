"""The life of a change on GitHub, played with the workflows of this repository and the built program.

    story.py PROGRAM [--overwrite]

What each step posts is compared with snapshots/. The account is the sandbox; GitHub is github.py.
"""

import difflib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import runner
from github import NOW, GitHub

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SNAPSHOTS = HERE / "snapshots"

FILES = {
    ".gitignore": "/.reconcile\n/target\n/results\n",
    "desired/environments/production.yaml": (
        "kind: Environment\nname: production\ntarget: sandbox\nstateBucket: state-production\n"
    ),
    "desired/stacks/logs.yaml": "kind: Stack\nname: logs\ntemplate: infra/logs.yaml\nparameters:\n  Days: \"30\"\n",
    "desired/stacks/store.yaml": "kind: Stack\nname: store\ntemplate: infra/store.yaml\nonDrift: revert\n",
    "infra/logs.yaml": """\
Parameters:
  Days: { Type: Number }
Resources:
  Trail:
    Type: AWS::Logs::LogGroup
    Properties: { LogGroupName: trail, RetentionInDays: !Ref Days }
""",
    "infra/store.yaml": """\
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BucketName: clinic-store
      VersioningConfiguration: { Status: Enabled }
""",
}

VOLATILE = [
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"\b\d{8}T\d{9}Z-[0-9a-f]{12}\b"), "<run>"),
    (re.compile(r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)([0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{12})\b"), "<digest>"),
    (re.compile(r"\b\d+(\.\d+)?(ms|s)\b|\b\d+m ?\d+s\b"), "<took>"),
]


class Story:
    """A repository, its GitHub, and what was posted so far."""

    def __init__(self, folder, program, overwrite):
        self.github = GitHub(folder / "github")
        self.github.folder.mkdir()
        self.world = runner.World(folder, self.github, program)
        self.program, self.overwrite = program, overwrite
        self.told, self.differences = [], 0
        self.git("init", "--quiet", "--initial-branch", "main", self.world.repository, where=folder)
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")
        shutil.copytree(ROOT / ".github", pathlib.Path(self.world.repository) / ".github")

    # What people do.

    def git(self, *arguments, where=None):
        command = ["git", "-C", str(where or self.world.repository), "-c", "user.name=alice"]
        command += ["-c", "user.email=alice@example.jp", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def write(self, path, text):
        file = pathlib.Path(self.world.repository) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def edit(self, path, before, after):
        file = pathlib.Path(self.world.repository) / path
        text = file.read_text()
        assert before in text, f"{path} has no {before}"
        file.write_text(text.replace(before, after))

    def commit(self, message):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def branch(self, name, message, path, before, after):
        """Opens a pull request with one commit."""
        self.git("switch", "--quiet", "--create", name, "main")
        self.edit(path, before, after)
        head = self.commit(message)
        with self.github.opened() as state:
            state["number"] += 1
            pull = {"number": state["number"], "head": {"sha": head}, "merge_commit_sha": None, "branch": name}
            state["pulls"].append(pull)
        return pull["number"]

    def push(self, number, message, path, before, after):
        """Another commit in a pull request."""
        self.git("switch", "--quiet", self.pull(number)["branch"])
        self.edit(path, before, after)
        head = self.commit(message)
        with self.github.opened() as state:
            self.found(state, number)["head"]["sha"] = head

    @staticmethod
    def found(state, number):
        return next(pull for pull in state["pulls"] if pull["number"] == number)

    def pull(self, number):
        with self.github.opened() as state:
            return self.found(state, number)

    def merge(self, number):
        """Merges a pull request and has what starts then run."""
        pull = self.pull(number)
        self.git("switch", "--quiet", "main")
        self.git("merge", "--quiet", "--no-ff", "--message", f"Merge #{number}", pull["branch"])
        sha = self.git("rev-parse", "HEAD")
        with self.github.opened() as state:
            self.found(state, number)["merge_commit_sha"] = sha
        return self.apply(sha)

    # What GitHub does.

    def plan(self, number, of="clinic-backup/reconcile"):
        pull = self.pull(number)
        base = self.git("rev-parse", "main")
        self.git("switch", "--quiet", "--detach", "main")
        self.git("merge", "--quiet", "--no-ff", "--message", "What main would be", pull["branch"])
        merged = self.git("rev-parse", "HEAD")
        self.git("update-ref", f"refs/pull/{number}/merge", merged)
        self.git("switch", "--quiet", "main")
        payload = {
            "number": number,
            "pull_request": {
                "number": number,
                "base": {"sha": base},
                "head": {"sha": pull["head"]["sha"], "repo": {"full_name": of}},
            },
        }
        return self.run("plan.yml", "pull_request", payload, merged, f"refs/pull/{number}/merge")

    def apply(self, sha, expect=None):
        if expect:
            return self.run("apply.yml", "workflow_dispatch", {}, sha, "refs/heads/main", {"expect": expect})
        return self.run("apply.yml", "push", {}, sha, "refs/heads/main")

    def drift(self):
        return self.run("drift.yml", "schedule", {}, self.git("rev-parse", "main"), "refs/heads/main")

    def run(self, *what):
        run = runner.Run(self.world, *what).go()
        print(f"{run.id}  {run.workflow:10}  {run.event:18}  {run.conclusion}", flush=True)
        return run

    # What is to be seen.

    def ended(self, run, conclusion, **jobs):
        """Checks how a run and its jobs ended."""
        ends = {name: job["result"] for name, job in run.jobs.items()}
        is_so = run.conclusion == conclusion and all(ends[name] == end for name, end in jobs.items())
        assert is_so, "\n".join([f"{run.workflow} {run.conclusion}: {ends}", *run.log[-60:]])

    def comments(self, number):
        with self.github.opened() as state:
            return [comment["body"] for comment in state["comments"] if comment["issue"] == number]

    def issues(self):
        with self.github.opened() as state:
            return state["issues"]

    def shows(self, name, *parts):
        """Compares what was posted with its snapshot."""
        text = "\n".join(part.rstrip() + "\n" for part in parts)
        text = text.replace(NOW, "<since>")
        for pattern, word in VOLATILE:
            text = pattern.sub(word, text)
        file = SNAPSHOTS / f"{name}.md"
        kept = file.read_text() if file.exists() else ""
        self.told.append(file.name)
        if text == kept:
            return
        if self.overwrite:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
            return
        self.differences += 1
        sys.stdout.writelines(difflib.unified_diff(kept.splitlines(True), text.splitlines(True), file.name, "now"))

    def tamper(self, *words):
        command = [self.program, "sandbox", "tamper", "--environment", "production", *words]
        place = pathlib.Path(self.world.repository)
        if not (place / ".reconcile").exists():
            (place / ".reconcile").symlink_to(self.world.account)
        subprocess.run(command, cwd=place, check=True, capture_output=True, env={"HOME": str(self.world.folder)})


def digest(run):
    """The digest that the summary of a run that stopped names."""
    return re.search(r"--field expect=([0-9a-f]{64})", run.summaries[-1])[1]


def approved(story, stopped):
    """A person reads what a run stopped with, and goes on."""
    run = story.apply(stopped.sha, digest(stopped))
    story.ended(run, "success", apply="success")
    return run


def nothing_was_reviewed(story):
    for path, text in FILES.items():
        story.write(path, text)
    stopped = story.apply(story.commit("Declare logs and store"))
    story.ended(stopped, "failure", review="failure", apply="skipped")
    story.shows("01-nothing-was-reviewed", *stopped.summaries)
    run = approved(story, stopped)
    story.shows("02-applied-by-a-person", *run.summaries)


def a_change_is_reviewed_and_applied(story):
    days = ("desired/stacks/logs.yaml", '"30"', '"90"')
    number = story.branch("longer", "Keep logs longer", *days)
    run = story.plan(number)
    story.ended(run, "success")
    story.shows("03-plan", *story.comments(number))
    story.shows("04-annotations", *run.annotations)
    story.push(number, "Keep them even longer", "desired/stacks/logs.yaml", '"90"', '"180"')
    story.ended(story.plan(number), "success")
    story.shows("05-plan-of-the-second-commit", *story.comments(number))
    assert len(story.comments(number)) == 1, "one comment, updated"
    run = story.merge(number)
    story.ended(run, "success", review="success", apply="success")
    story.shows("06-applied", *run.summaries)
    record = story.github.artifact(run.id, "run-production")
    kept = sorted(file.name for file in record.iterdir())
    assert kept == ["apply.json", "apply.md", "history.json", "history.md"], kept


def an_unrelated_merge_does_not_matter(story):
    ours = story.branch("shorter", "Keep logs shorter", "desired/stacks/logs.yaml", '"180"', '"120"')
    story.ended(story.plan(ours), "success")
    tags = ("desired/stacks/store.yaml", "onDrift", "tags: { clinic: all }\nonDrift")
    theirs = story.branch("tags", "Say whose the store is", *tags)
    story.ended(story.plan(theirs), "success")
    story.ended(story.merge(theirs), "success", apply="success")
    story.ended(story.merge(ours), "success", apply="success")


def a_conflicting_merge_stops_it(story):
    ours = story.branch("year", "Keep logs for a year", "desired/stacks/logs.yaml", '"120"', '"365"')
    story.ended(story.plan(ours), "success")
    tags = ("desired/stacks/logs.yaml", "name: logs\n", "name: logs\ntags: { clinic: all }\n")
    theirs = story.branch("whose", "Say whose the logs are", *tags)
    story.ended(story.plan(theirs), "success")
    # Theirs is merged, and not applied before ours.
    story.git("switch", "--quiet", "main")
    story.git("merge", "--quiet", "--no-ff", "--message", f"Merge #{theirs}", "whose")
    stopped = story.merge(ours)
    story.ended(stopped, "failure", review="failure", apply="skipped")
    story.shows("07-stopped-by-a-conflicting-merge", *stopped.summaries)
    approved(story, stopped)


def without_credentials_it_is_compared_offline(story):
    number = story.branch("fork", "Keep logs for ten years", "desired/stacks/logs.yaml", '"365"', '"3653"')
    run = story.plan(number, of="somebody/reconcile")
    story.ended(run, "success")
    assert not story.comments(number), "a fork's job cannot comment"
    story.shows("08-from-a-fork", *run.summaries)
    role = story.world.vars.pop("AWS_PLAN_ROLE_ARN")
    run = story.plan(number)
    story.world.vars["AWS_PLAN_ROLE_ARN"] = role
    story.ended(run, "success")
    story.shows("09-without-a-role", *story.comments(number))


def a_merge_that_was_not_applied_is_told(story):
    story.ended(story.drift(), "success")
    assert not story.issues(), "everything is as git says"
    number = story.branch("lost", "Keep logs for two years", "desired/stacks/logs.yaml", '"365"', '"731"')
    stopped = story.merge(number)
    story.ended(stopped, "failure", review="failure", apply="skipped")
    story.ended(story.drift(), "success")
    (issue,) = story.issues()
    story.shows("10-main-is-ahead", f"# {issue['title']}\n", issue["body"])
    approved(story, stopped)
    story.ended(story.drift(), "success")
    (issue,) = story.issues()
    assert issue["state"] == "closed", issue
    story.shows("11-closed", *story.comments(issue["number"]))


def drift_is_told_and_healed(story):
    story.tamper("stacks/store", "Bucket", "/VersioningConfiguration/Status", "Suspended")
    story.ended(story.drift(), "success")
    _, issue = story.issues()
    story.shows("12-drift", f"# {issue['title']}\n", issue["body"])
    # Whoever starts `apply` by hand without a pull request is shown what it would put back.
    stopped = story.apply(story.git("rev-parse", "main"))
    story.ended(stopped, "failure", review="failure", apply="skipped")
    healed = approved(story, stopped)
    story.shows("13-healed", *healed.summaries)
    story.ended(story.drift(), "success")
    _, issue = story.issues()
    assert issue["state"] == "closed", issue
    story.shows("14-closed", *story.comments(issue["number"]))


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    overwrite = "--overwrite" in sys.argv
    with tempfile.TemporaryDirectory() as folder:
        story = Story(pathlib.Path(folder), program, overwrite)
        for chapter in (
            nothing_was_reviewed,
            a_change_is_reviewed_and_applied,
            an_unrelated_merge_does_not_matter,
            a_conflicting_merge_stops_it,
            without_credentials_it_is_compared_offline,
            a_merge_that_was_not_applied_is_told,
            drift_is_told_and_healed,
        ):
            print(f"-- {chapter.__name__.replace('_', ' ')}")
            chapter(story)
    left = sorted({file.name for file in SNAPSHOTS.glob("*.md")} - set(story.told))
    assert not left, f"snapshots that nothing tells any more: {left}"
    if story.differences:
        sys.exit(f"{story.differences} of {len(story.told)} snapshots differ: look, and run again with --overwrite")
    print(f"{len(story.told)} posts are as their snapshots")


if __name__ == "__main__":
    main()
