"""Runs the workflows of a scratch repository as GitHub would: reads their YAML, runs their shell steps, and plays the
few actions that they use.

Strict where GitHub is: a job has only the permissions that it asks for, only a job that may ask for an identity gets
credentials, and a role is given only to whom it trusts. A shallow checkout is shallow.
"""

import glob
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys

import yaml

import expressions

HERE = pathlib.Path(__file__).resolve().parent
SERVER = "https://github.example"


class Failed(Exception):
    """A step failed."""


class Run:
    """One run of a workflow."""

    def __init__(self, world, workflow, event, payload, sha, ref, inputs=None):
        self.world, self.workflow, self.event, self.payload = world, workflow, event, payload
        self.sha, self.ref, self.inputs = sha, ref, inputs or {}
        self.summaries, self.annotations, self.log = [], [], []
        self.jobs = {}
        with world.github.opened() as state:
            self.id = 1001 + len(state["runs"])
            head = payload["pull_request"]["head"]["sha"] if event == "pull_request" else sha
            state["runs"].append({"id": self.id, "path": workflow, "head_sha": head, "conclusion": None})

    def go(self):
        """Runs every job. Says how it ended."""
        file = self.read(self.workflow)
        triggers = file[True]  # YAML 1.1 reads `on` as a boolean
        if self.event not in triggers:
            raise AssertionError(f"{self.workflow} is not started by {self.event}")
        self.run_jobs(file, self.inputs, self.jobs)
        results = [job["result"] for job in self.jobs.values()]
        self.conclusion = "failure" if "failure" in results else "success"
        with self.world.github.opened() as state:
            state["runs"][self.id - 1001]["conclusion"] = self.conclusion
        return self

    def read(self, workflow):
        """A workflow's YAML, as the commit that starts it has it."""
        show = ["git", "-C", self.world.repository, "show", f"{self.sha}:.github/workflows/{workflow}"]
        return yaml.safe_load(subprocess.run(show, check=True, capture_output=True, text=True).stdout)

    def run_jobs(self, file, inputs, jobs):
        assert file["permissions"] == {}, "permissions are given to each job"
        for name, job in file["jobs"].items():
            needs = job.get("needs", [])
            needs = {need: jobs[need] for need in ([needs] if isinstance(needs, str) else needs)}
            contexts = self.contexts(inputs, needs)
            contexts["success"] = lambda needs=needs: all(n["result"] == "success" for n in needs.values())
            if not expressions.condition(job.get("if"), contexts):
                jobs[name] = {"result": "skipped", "outputs": {}}
            elif "uses" in job:
                called = {}
                within = {key: expressions.embedded(value, contexts) for key, value in job.get("with", {}).items()}
                called_file = job["uses"].removeprefix("./.github/workflows/")
                self.run_jobs(self.read(called_file), within, called)
                failed = any(one["result"] == "failure" for one in called.values())
                jobs[name] = {"result": "failure" if failed else "success", "outputs": {}}
            else:
                jobs[name] = self.run_matrix(name, job, contexts)

    def run_matrix(self, name, job, contexts):
        matrix = job.get("strategy", {}).get("matrix", {"": [None]})
        ((axis, values),) = matrix.items()
        for value in values:
            done = Job(self, name, job, {**contexts, "matrix": {axis: value}}).go()
        return done

    def contexts(self, inputs, needs):
        github = {
            "event": self.payload,
            "event_name": self.event,
            "repository": self.world.name,
            "sha": self.sha,
            "ref": self.ref,
            "workflow": self.workflow,
        }
        always, never = (lambda: True), (lambda: False)
        return {
            "github": github,
            "inputs": inputs,
            "needs": needs,
            "vars": self.world.vars,
            "runner": {"arch": "ARM64"},
            "always": always,
            "cancelled": never,
        }

    @property
    def is_of_fork(self):
        return (
            self.event == "pull_request" and self.payload["pull_request"]["head"]["repo"]["full_name"] != self.world.name
        )


class Job:
    """One job on a machine of its own."""

    def __init__(self, run, name, job, contexts):
        self.run, self.world, self.name, self.job, self.contexts = run, run.world, name, job, contexts
        self.steps = {}
        self.failed = False
        self.caches = {}
        given = job["permissions"]
        self.token = {scope: "read" for scope in given if scope != "id-token"} if run.is_of_fork else given
        contexts["github"]["token"] = json.dumps(self.token)
        self.folder = self.world.machine()
        self.place = self.folder / "work"
        self.place.mkdir()

    def go(self):
        assert self.job["timeout-minutes"], "a job ends at some time"
        self.take(self.job["steps"], self.contexts, self.steps)
        for key, path in self.caches.items():
            shutil.copy(path, self.world.kept(key))
        outputs = self.job.get("outputs", {})
        contexts = {**self.contexts, "steps": self.steps}
        return {
            "result": "failure" if self.failed else "success",
            "outputs": {name: expressions.shown(expressions.embedded(text, contexts)) for name, text in outputs.items()},
        }

    def take(self, steps, contexts, done, action=None):
        """The steps of a job or of a composite action, one after another."""
        contexts = {**contexts, "steps": done, "success": lambda: not self.failed, "failure": lambda: self.failed}
        for step in steps:
            result = {"outcome": "skipped", "outputs": {}}
            if expressions.condition(step.get("if"), contexts):
                result = self.step(step, contexts, action)
                if result["outcome"] == "failure" and not step.get("continue-on-error"):
                    self.failed = True
            if "id" in step:
                done[step["id"]] = result

    def step(self, step, contexts, action):
        given = {key: expressions.embedded(value, contexts) for key, value in step.get("with", {}).items()}
        env = {key: expressions.shown(expressions.embedded(v, contexts)) for key, v in step.get("env", {}).items()}
        try:
            if "run" in step:
                return {"outcome": "success", "outputs": self.shell(step["run"], env, action)}
            if step["uses"].startswith("./"):
                return self.composite(self.place / step["uses"], given, contexts)
            kind, _, pin = step["uses"].partition("@")
            assert len(pin) == 40, f"not pinned: {step['uses']}"
            outputs = getattr(self, kind.split("/")[1].replace("-", "_"))(**self.named(given))
            return {"outcome": "success", "outputs": outputs or {}}
        except Failed as failed:
            self.run.log.append(f"{self.name}: {failed}")
            return {"outcome": "failure", "outputs": failed.args[1] if len(failed.args) > 1 else {}}

    @staticmethod
    def named(given):
        return {key.replace("-", "_"): value for key, value in given.items()}

    def composite(self, folder, given, contexts):
        file = yaml.safe_load((folder / "action.yml").read_text())
        inputs = {}
        for name, about in file["inputs"].items():
            assert name in given or "default" in about or not about.get("required"), f"{name} is not given"
            inputs[name] = expressions.shown(given.get(name, about.get("default", "")))
        assert not set(given) - set(file["inputs"]), "an input that the action does not have"
        done, failed = {}, self.failed
        self.failed = False
        within = {**contexts, "inputs": inputs}
        self.take(file["runs"]["steps"], within, done, action=folder)
        outcome = "failure" if self.failed else "success"
        self.failed = failed
        within["steps"] = done
        outputs = {name: expressions.embedded(about["value"], within) for name, about in file["outputs"].items()}
        return {"outcome": outcome, "outputs": outputs}

    def shell(self, script, env, action):
        file, output, summary = (self.folder / name for name in ["script", "output", "summary"])
        file.write_text(script)
        output.write_text("")
        summary.write_text("")
        given = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": self.world.actor,
            "GITHUB_OUTPUT": str(output),
            "GITHUB_REPOSITORY": self.world.name,
            "GITHUB_RUN_ID": str(self.run.id),
            "GITHUB_SERVER_URL": SERVER,
            "GITHUB_SHA": self.run.sha,
            "GITHUB_STEP_SUMMARY": str(summary),
            "HOME": str(self.folder),
            "PATH": f"{self.world.bin}:/usr/local/bin:/usr/bin:/bin",
            **({"GITHUB_ACTION_PATH": str(action)} if action else {}),
            **env,
        }
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)]
        done = subprocess.run(shell, cwd=self.place, env=given, capture_output=True, text=True, check=False)
        for line in (done.stdout + done.stderr).splitlines():
            (self.run.annotations if line.startswith("::") else self.run.log).append(line)
        if summary.read_text():
            self.run.summaries.append(summary.read_text())
        outputs = dict(line.partition("=")[::2] for line in output.read_text().splitlines())
        if done.returncode:
            raise Failed(f"`{script}` ended with {done.returncode}", outputs)
        return outputs

    # The actions, each as far as it is used.

    def checkout(self, ref=None, path=".", fetch_depth=1, persist_credentials=True):
        assert persist_credentials is False, "a checkout keeps no credentials"
        place = self.place / path
        commit = ref or self.run.sha
        git = ["git", "-C", str(place)]
        self.call(["git", "init", "--quiet", str(place)])
        origin = f"file://{self.world.repository}"
        if fetch_depth:
            self.call([*git, "fetch", "--quiet", "--depth", str(fetch_depth), origin, commit])
        else:
            self.call([*git, "fetch", "--quiet", origin, commit, "+refs/*:refs/remotes/origin/*"])
        self.call([*git, "checkout", "--quiet", commit])
        (place / ".reconcile").symlink_to(self.world.account)

    def configure_aws_credentials(self, role_to_assume, aws_region, role_duration_seconds=3600):
        if self.token.get("id-token") != "write":
            raise Failed("the job may not ask for an identity")
        subject = f"ref:{self.run.ref}"
        if self.run.event == "pull_request":
            subject = "pull_request"
        if "environment" in self.job:
            subject = f"environment:{self.job['environment']}"
        if subject not in self.world.roles.get(role_to_assume, []):
            raise Failed("Not authorized to perform sts:AssumeRoleWithWebIdentity")
        assert aws_region and 900 <= role_duration_seconds <= 43200

    def upload_artifact(self, name, path, if_no_files_found="warn", retention_days=None, overwrite=False):
        found = [pathlib.Path(one) for one in glob.glob(str(self.place / path))]
        if not found:
            if if_no_files_found == "error":
                raise Failed(f"no files were found: {path}")
            return
        kept = self.world.github.artifact(self.run.id, name)
        if kept.exists():
            assert overwrite
            shutil.rmtree(kept)
        for one in found:
            if one.is_dir():
                shutil.copytree(one, kept)
            else:
                kept.mkdir(parents=True)
                shutil.copy(one, kept)
        for file in kept.rglob("*"):
            if file.is_file():
                file.chmod(stat.S_IRUSR | stat.S_IWUSR)  # what it was before is not kept

    def download_artifact(self, name, path):
        kept = self.world.github.artifact(self.run.id, name)
        if not kept.is_dir():
            raise Failed(f"there is no artifact {name}")
        shutil.copytree(kept, self.place / path, dirs_exist_ok=True)

    def cache(self, path, key):
        kept, place = self.world.kept(key), self.place / path
        if not kept.exists():
            self.caches[key] = place
            return {"cache-hit": "false"}
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(kept, place)
        return {"cache-hit": "true"}

    def attest(self, subject_path):
        if self.token.get("attestations") != "write" or self.token.get("id-token") != "write":
            raise Failed("the job may not attest")
        subjects = glob.glob(subject_path, root_dir=self.place, recursive=True)
        if not subjects:
            raise Failed(f"no files were found: {subject_path}")
        with self.world.github.opened() as state:
            state["attested"] += sorted(pathlib.Path(one).name for one in subjects)

    @staticmethod
    def call(command):
        subprocess.run(command, check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull})


class World:
    """GitHub, an AWS account, and the programs that a runner has."""

    name = "clinic-backup/reconcile"
    actor = "alice"
    roles = {
        "arn:aws:iam::000000000000:role/plan": ["pull_request", "ref:refs/heads/main"],
        "arn:aws:iam::000000000000:role/apply": ["environment:production"],
    }

    def __init__(self, folder, github, program):
        self.folder, self.github = pathlib.Path(folder), github
        self.repository = str(self.folder / "repository")
        self.account = self.folder / "account"
        self.account.mkdir()
        self.machines = 0
        self.vars = {
            "AWS_PLAN_ROLE_ARN": "arn:aws:iam::000000000000:role/plan",
            "AWS_APPLY_ROLE_ARN": "arn:aws:iam::000000000000:role/apply",
            "AWS_REGION": "ap-northeast-1",
        }
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        self.installed("gh", f'exec "{sys.executable}" "{HERE}/github.py" "{github.folder}" "$@"')
        self.installed("rustup", "exit 0")
        # The program is built already. What stands for it keeps artifacts small.
        self.installed(
            "cargo",
            'mkdir -p target/release\n'
            f"printf '#!/bin/sh\\nexec \"{program}\" \"$@\"\\n' >target/release/reconcile",
        )

    def installed(self, name, script):
        file = self.bin / name
        file.write_text(f"#!/bin/bash\nset -e\n{script}\n")
        file.chmod(0o755)

    def kept(self, key):
        return self.folder / f"cache-{key}"

    def machine(self):
        self.machines += 1
        folder = self.folder / f"machine-{self.machines}"
        folder.mkdir()
        return folder
