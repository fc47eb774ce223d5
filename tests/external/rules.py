"""Every requirement, broken on purpose: the program names the rule, and CloudFormation Guard's own program says the same.

    python tests/external/rules.py target/debug/reconcile target/ci-tools/guard/cfn-guard

needs the packages of `requirements.txt` in the same environment. Exits with 0 when nothing of ours breaks a rule, every
breach of `breaches.yaml` is noticed by its rule, every rule has one, and the two programs agree on each file.
"""

import copy
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from cfnlint.decode import decode

ROOT = Path(__file__).resolve().parents[2]
BREACHES = Path(__file__).with_name("breaches.yaml")
KINDS = ["stacks", "artifacts", "truststores"]


def read(root, path):
    """What a file says; a template with its functions in the long form."""
    if path.startswith("infra/"):
        document, problems = decode(str(root / path))
        assert not problems, problems
    else:
        document = yaml.safe_load((root / path).read_text(encoding="utf-8"))
    return json.loads(json.dumps(document))


def step(container, name):
    """Where in a map or list this name stands."""
    if isinstance(container, dict):
        return name
    for index, item in enumerate(container):
        if isinstance(item, dict) and name in (item.get("Sid"), item.get("Name")):
            return index
    return int(name)


def broken(document, breach):
    """A copy of the document with the breach."""
    document = copy.deepcopy(document)
    *way, last = breach["at"].split("/")
    container = document
    for name in way:
        container = container[step(container, name)]
    last = step(container, last)
    if "set" not in breach:
        del container[last]
    elif isinstance(container, list) and last == len(container):
        container.append(breach["set"])
    else:
        container[last] = breach["set"]
    return document


def told_by_program(reconcile, root):
    """What the program says of each file: a rule's name and its words."""
    asked = [reconcile, "validate", "--root", root, "--output", "json"]
    answer = json.loads(subprocess.run(asked, capture_output=True, text=True, check=False).stdout)
    told = set()
    for problem in answer["errors"]:
        if found := re.search(r"the rule `(\w+)`(?: is broken)?: (.*)", problem["message"]):
            told.add((problem["file"], found[1], found[2]))
    return told


def told_by_guard(guard, root):
    """The rules that each file breaks, as Guard's own program says it."""
    paths = {str(path.relative_to(root)) for path in root.glob("desired/*/*.yaml")}
    declared = {path: read(root, path) for path in sorted(paths)}
    templates = {f"infra/{path.name}": read(root, f"infra/{path.name}") for path in root.glob("infra/*.yaml")}
    environments = {path: it for path, it in declared.items() if it["kind"] == "Environment"}
    whole = {path: everything(it["name"], declared) for path, it in environments.items()}
    rules = set(Path(root, "infra/rules").glob("*.guard"))
    about_declarations = {path for path in rules if path.name == "desired.guard"}
    told = failures(guard, rules - about_declarations, templates)
    told |= failures(guard, about_declarations, declared)
    return told | failures(guard, about_declarations, whole)


def everything(environment, declared):
    """What `reconcile` holds against the rules for an environment as a whole."""
    whole = {"kind": "Desired", "environment": environment, **{kind: {} for kind in KINDS}}
    for path, document in declared.items():
        kind = path.split("/")[1]
        if kind in KINDS and environment in document.get("environments", [environment]):
            whole[kind][document["name"]] = document
    return whole


def failures(guard, rules, documents):
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, (path, document) in enumerate(documents.items()):
            names[f"{number}.json"] = path
            Path(folder, f"{number}.json").write_text(json.dumps(document), encoding="utf-8")
        asked = [guard, "validate", "--rules", *sorted(rules), "--data", folder]
        asked += ["--structured", "--output-format", "json", "--show-summary", "none"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert answer.returncode in (0, 19), answer.stderr
    return {
        (names[Path(report["name"]).name], failed["Rule"]["name"])
        for report in json.loads(answer.stdout)
        for failed in report["not_compliant"]
    }


def repository(folder):
    """A copy of what is judged; what else is missed in it is of no matter."""
    for name in ["desired", "infra"]:
        shutil.copytree(ROOT / name, Path(folder, name))
    return Path(folder)


def write(root, path, document):
    (root / path).write_text(json.dumps(document), encoding="utf-8")


def break_contents(root, listed):
    """Breaks each template in a file of its own, and each declaration where it is. What is to be told of which file."""
    expected = []
    for number, (name, breach) in enumerate(listed):
        path = breach["file"]
        document = broken(read(ROOT, path), breach)
        if path.startswith("infra/"):
            path = f"infra/breach-{number}.yaml"
        else:
            assert read(root, path) == read(ROOT, path), f"{path} is broken twice: take another one"
        write(root, path, document)
        expected.append((breach, [path], name, ""))
    return expected


def remove_files(root, listed):
    """Removes each file. What is to be told of the environments, and about what."""
    expected = []
    environments = [str(path.relative_to(ROOT)) for path in ROOT.glob("desired/environments/*.yaml")]
    for name, breach in listed:
        files = breach["file"] if isinstance(breach["file"], list) else [breach["file"]]
        says = breach.get("says") or f"`{read(ROOT, files[0])['template']}`"
        for path in files:
            (root / path).unlink(missing_ok=True)
        expected.append((breach, environments, name, says))
    return expected


def mistakes_of(programs, root, expected):
    reconcile, guard = programs
    told = told_by_program(reconcile, root)
    for breach, paths, name, says in expected:
        for path in paths:
            if not any((path, name) == (file, rule) and says in words for file, rule, words in told):
                yield f"{name} does not notice {breach}" + (f" in {path}" if len(paths) > 1 else "")
    ours, theirs = {(file, rule) for file, rule, _ in told}, told_by_guard(guard, root)
    yield from (f"only reconcile says that {path} breaks {rule}" for path, rule in sorted(ours - theirs))
    yield from (f"only Guard says that {path} breaks {rule}" for path, rule in sorted(theirs - ours))


def main(*programs):
    programs = [Path(program).resolve() for program in programs]
    rules = sorted((ROOT / "infra" / "rules").glob("*.guard"))
    names = [name for path in rules for name in re.findall(r"^rule (\w+)", path.read_text(), re.M)]
    breaches = yaml.safe_load(BREACHES.read_text(encoding="utf-8"))
    mistakes = [f"{name} is never broken in {BREACHES.name}" for name in sorted(set(names) - set(breaches))]
    mistakes += [f"{BREACHES.name} breaks {name}, which is no rule" for name in sorted(set(breaches) - set(names))]

    listed = [(name, breach) for name, of_rule in breaches.items() for breach in of_rule]
    removed = [(name, breach) for name, breach in listed if "at" not in breach]
    changed = [(name, breach) for name, breach in listed if "at" in breach]
    mistakes += mistakes_of(programs, ROOT, [])
    mistakes += [f"{path} breaks {rule}: {words}" for path, rule, words in sorted(told_by_program(programs[0], ROOT))]
    for do, which in ((break_contents, changed), (remove_files, removed)):
        with tempfile.TemporaryDirectory() as folder:
            root = repository(folder)
            mistakes += mistakes_of(programs, root, do(root, which))

    if mistakes:
        sys.exit("\n".join(mistakes))
    print(f"{len(names)} rules, which everything of ours keeps; {len(listed)} of {len(listed)} breaches noticed")


if __name__ == "__main__":
    main(*sys.argv[1:])
