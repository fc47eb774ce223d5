"""The rules of `infra/rules`, by CloudFormation Guard itself: what we declare keeps them all, and each can be broken.

    python tests/external/rules.py target/ci-tools/guard/cfn-guard

needs the packages of `requirements.txt` in the same environment. Exits with 0 when nothing of ours breaks a rule, every
breach of `breaches.yaml` is noticed by its rule, and every rule has one.
"""

import copy
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from cfnlint.decode import decode

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "infra" / "rules"
BREACHES = Path(__file__).with_name("breaches.yaml")


def declared():
    """What we declare, by path; templates with their functions in the long form."""
    documents = {}
    for path in sorted([*ROOT.glob("infra/*.yaml"), *ROOT.glob("desired/*/*.yaml")]):
        if path.parent.name == "infra":
            document, problems = decode(str(path))
            assert not problems, problems
        else:
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
        documents[str(path.relative_to(ROOT))] = json.loads(json.dumps(document))
    return documents


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


def failures(guard, documents):
    """The rules that each document breaks, as Guard says it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, document in documents.items():
            Path(folder, f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
        asked = [guard, "validate", "--rules", RULES, "--data", folder]
        asked += ["--structured", "--output-format", "json", "--show-summary", "none"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert answer.returncode in (0, 19), answer.stderr
    found = {}
    for report in json.loads(answer.stdout):
        rules = {failed["Rule"]["name"] for failed in report["not_compliant"]}
        found[Path(report["name"]).name.removesuffix(".json")] = rules
    return found


def main(guard):
    documents = declared()
    names = [name for path in RULES.glob("*.guard") for name in re.findall(r"^rule (\w+)", path.read_text(), re.M)]
    breaches = yaml.safe_load(BREACHES.read_text(encoding="utf-8"))
    mistakes = [f"{name} is written twice" for name in sorted({name for name in names if names.count(name) > 1})]
    mistakes += [f"{name} is never broken in {BREACHES.name}" for name in sorted(set(names) - set(breaches))]
    mistakes += [f"{BREACHES.name} breaks {name}, which is no rule" for name in sorted(set(breaches) - set(names))]

    kept = failures(guard, {path.replace("/", "_"): document for path, document in documents.items()})
    mistakes += [f"{path} breaks {', '.join(sorted(rules))}" for path, rules in kept.items() if rules]

    listed = [(name, breach) for name, of_rule in breaches.items() for breach in of_rule]
    cases = {str(number): broken(documents[breach["file"]], breach) for number, (_, breach) in enumerate(listed)}
    noticed = failures(guard, cases)
    for number, (name, breach) in enumerate(listed):
        if name not in noticed[str(number)]:
            mistakes.append(f"{name} does not notice {breach}")

    if mistakes:
        sys.exit("\n".join(mistakes))
    print(f"{len(names)} rules, {len(kept)} files that keep them, {len(listed)} breaches noticed")


if __name__ == "__main__":
    main(sys.argv[1])
