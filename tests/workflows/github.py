"""What a story's GitHub remembers, and `gh`, which asks it.

    github.py STATE api [--paginate] [--silent] [--method METHOD] [--field NAME=VALUE]... PATH
    github.py STATE run download RUN --repo REPOSITORY --name NAME --dir FOLDER

It answers only what the scripts of this repository ask, and only what the job's token permits.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import sys
import urllib.parse

NOW = "2026-11-22T00:00:00Z"
BOT = {"login": "github-actions[bot]"}


class GitHub:
    """A repository on GitHub, kept in a folder between two calls."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.file = self.folder / "state.json"

    @contextlib.contextmanager
    def opened(self):
        """The state, for reading and changing."""
        state = (
            json.loads(self.file.read_text())
            if self.file.exists()
            else {"pulls": [], "issues": [], "comments": [], "runs": [], "attested": [], "number": 0}
        )
        yield state
        self.file.write_text(json.dumps(state, indent=2))

    def artifact(self, run, name):
        """Where a run's artifact is."""
        return self.folder / "artifacts" / str(run) / name


ROUTES = []


def route(method, pattern, permission):
    """Registers what answers a path, and what a token must permit for it."""

    def register(function):
        ROUTES.append((method, re.compile(pattern), permission, function))
        return function

    return register


@route("GET", r"issues/(\d+)/comments", "pull-requests:read")
def comments(state, _query, _fields, number):
    return [comment for comment in state["comments"] if comment["issue"] == int(number)]


@route("POST", r"issues/(\d+)/comments", "write to what it is about")
def comment(state, _query, fields, number):
    state["comments"].append({"id": len(state["comments"]) + 1, "issue": int(number), "user": BOT, "body": fields["body"]})


@route("PATCH", r"issues/comments/(\d+)", "pull-requests:write")
def edit_comment(state, _query, fields, which):
    state["comments"][int(which) - 1]["body"] = fields["body"]


@route("GET", r"issues", "issues:read")
def issues(state, query, _fields):
    """GitHub's list of issues has pull requests in it, too."""
    found = state["issues"] + [{**pull, "state": "open", "user": {"login": "alice"}, "body": None} for pull in state["pulls"]]
    return [issue for issue in found if issue["state"] == query["state"]]


@route("POST", r"issues", "issues:write")
def open_issue(state, _query, fields):
    state["number"] += 1
    state["issues"].append({"number": state["number"], "state": "open", "created_at": NOW, "user": BOT, **fields})


@route("PATCH", r"issues/(\d+)", "issues:write")
def edit_issue(state, _query, fields, number):
    next(issue for issue in state["issues"] if issue["number"] == int(number)).update(fields)


@route("GET", r"commits/([0-9a-f]{40})/pulls", "pull-requests:read")
def pulls_of(state, _query, _fields, commit):
    return [pull for pull in state["pulls"] if commit in (pull["merge_commit_sha"], pull["head"]["sha"])]


@route("GET", r"actions/workflows/plan\.yml/runs", "actions:read")
def runs(state, query, _fields):
    found = [run for run in state["runs"] if run["path"] == "plan.yml" and run["head_sha"] == query["head_sha"]]
    return {"workflow_runs": found[::-1][: int(query["per_page"])]}


def permits(state, permission, method, path):
    """Whether the job's token permits a call."""
    if permission.startswith("write to"):
        number = int(path.split("/")[1])
        kind = "pull-requests" if any(pull["number"] == number for pull in state["pulls"]) else "issues"
        permission = f"{kind}:write"
    scope, wanted = permission.split(":")
    given = json.loads(os.environ["GH_TOKEN"]).get(scope, "none")
    return given == "write" or given == wanted


def api(github, arguments):
    method, fields, path = "GET", {}, None
    rest = iter(arguments)
    for argument in rest:
        match argument:
            case "--paginate" | "--silent":
                pass
            case "--method":
                method = next(rest)
            case "--field":
                name, _, value = next(rest).partition("=")
                fields[name] = pathlib.Path(value[1:]).read_text() if value.startswith("@") else value
            case _ if argument.startswith("-") or path:
                sys.exit(f"gh: not understood: {argument}")
            case _:
                path = argument
    path, _, query = path.removeprefix(f"repos/{os.environ['GITHUB_REPOSITORY']}/").partition("?")
    with github.opened() as state:
        for known, pattern, permission, function in ROUTES:
            found = pattern.fullmatch(path)
            if known == method and found:
                if not permits(state, permission, method, path):
                    sys.exit(f"gh: HTTP 403: the token does not permit {method} {path} ({permission})")
                answer = function(state, dict(urllib.parse.parse_qsl(query)), fields, *found.groups())
                if answer is not None:
                    print(json.dumps(answer))
                return
    sys.exit(f"gh: HTTP 404: {method} {path}")


def download(github, run, arguments):
    options = dict(zip(arguments[::2], arguments[1::2]))
    with github.opened() as state:
        if not permits(state, "actions:read", "GET", ""):
            sys.exit("gh: HTTP 403: the token does not permit artifacts to be read")
    source = github.artifact(run, options["--name"])
    if not source.is_dir():
        sys.exit(f"no artifact matches any of the names: {options['--name']}")
    shutil.copytree(source, options["--dir"], dirs_exist_ok=True)


if __name__ == "__main__":
    match sys.argv[2:]:
        case ["api", *arguments]:
            api(GitHub(sys.argv[1]), arguments)
        case ["run", "download", run, *arguments]:
            download(GitHub(sys.argv[1]), run, arguments)
        case other:
            sys.exit(f"gh: not understood: {other}")
