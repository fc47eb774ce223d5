#!/usr/bin/env python3
"""Make types.jsonl: what CloudFormation's registry says of each resource type; and permissions.json.

    python3 -m venv venv && venv/bin/pip install cfn-lint==1.58.0
    venv/bin/python make.py            write types.jsonl, its checksum, and permissions.json
    venv/bin/python make.py --check    fail unless they are what would be written

The schemas are those that cfn-lint bundles: data/schemas/providers/REGION.json maps a type
to a digest, and data/schemas/resources/DIGEST.json is its schema. us-east-1 is read first;
a type that it lacks comes from the first other region, by name, that has it. Whether drift
can be detected is in no schema: drift.txt says it.

permissions.json is about the types in infra/ only: the IAM actions that their handlers need, and which of those, and of the
actions in infra/bootstrap.yaml, have no resources. What actions there are, and what resources they have, cfn-lint
bundles from the Service Authorization Reference (data/AdditionalSpecs/Policies.json).
"""

import hashlib
import json
import re
import sys
from importlib.metadata import version
from pathlib import Path

CFN_LINT = "1.58.0"
HERE = Path(__file__).resolve().parent
INFRA = HERE.parents[2] / "infra"
HANDLERS = ["create", "read", "update", "delete", "list"]
NAMING = ["createOnly", "conditionalCreateOnly", "readOnly", "writeOnly", "required"]
MAX_DEPTH = 8


def main() -> int:
    if version("cfn-lint") != CFN_LINT:
        print(f"make.py is for cfn-lint {CFN_LINT}, not {version('cfn-lint')}", file=sys.stderr)
        return 1
    schemas = bundled_schemas()
    types = "".join(line + "\n" for line in lines(schemas))
    digest = hashlib.sha256(types.encode()).hexdigest()
    wanted = {
        "types.jsonl": types,
        "types.jsonl.sha256": f"{digest}  types.jsonl\n",
        "permissions.json": json.dumps(permissions(schemas), indent=1) + "\n",
    }
    if "--check" in sys.argv[1:]:
        stale = [name for name, text in wanted.items() if (HERE / name).read_text() != text]
        for name in stale:
            print(f"{name} is stale: run make.py", file=sys.stderr)
        return 1 if stale else 0
    for name, text in wanted.items():
        (HERE / name).write_text(text)
    print(f"{types.count(chr(10))} types, {len(types) // 1024} KiB, sha256 {digest}")
    return 0


def lines(schemas: dict[str, dict]):
    drift = drift_support()
    for name in sorted(schemas):
        yield json.dumps(summary(schemas[name], drift), separators=(",", ":"))


def bundled_schemas() -> dict[str, dict]:
    """Read each type's schema once, us-east-1 first."""
    root = bundled() / "schemas"
    regions = sorted(path.stem for path in (root / "providers").glob("*-*.json"))
    regions.sort(key=lambda region: region != "us-east-1")
    digests: dict[str, str] = {}
    for region in regions:
        for name, digest in json.loads((root / f"providers/{region}.json").read_text()).items():
            digests.setdefault(name, digest)
    return {
        name: json.loads((root / f"resources/{digest}.json").read_text())
        for name, digest in digests.items()
        if name.startswith("AWS::")
    }


def bundled() -> Path:
    import cfnlint

    return Path(cfnlint.__file__).parent / "data"


def permissions(schemas: dict[str, dict]) -> dict:
    """Return what the handlers of the types in use need, and which actions have no resources."""
    reference = json.loads((bundled() / "AdditionalSpecs/Policies.json").read_text())
    templates = {path.stem: path.read_text() for path in sorted(INFRA.glob("*.yaml"))}
    used = {name for text in templates.values() for name in re.findall(r"^    Type: (AWS::\S+)", text, re.M)}
    handlers, unknown = {}, set()
    for name in sorted(used):
        needed = {}
        for handler in ("create", "read", "update", "delete"):
            written = (schemas[name].get("handlers") or {}).get(handler, {}).get("permissions", [])
            actions = {action(one) for one in written}
            unknown |= {one for one in actions if entry(reference, one) is None}
            needed[handler] = sorted(actions - unknown)
        handlers[name] = needed
    named = {one for needed in handlers.values() for actions in needed.values() for one in actions}
    named |= set(re.findall(r"(?<![\w-])[a-z0-9-]+:[A-Z][A-Za-z]+\b", templates["bootstrap"]))
    bare = sorted(one for one in named if entry(reference, one) == [])
    return {"handlers": handlers, "unknown": sorted(unknown), "withoutResources": bare}


def action(written: str) -> str:
    """Return an action as policies spell it: some schemas write `CloudTrail:` or `s3:getObject`."""
    service, name = written.split(":", 1)
    return f"{service.lower()}:{name[0].upper()}{name[1:]}"


def entry(reference: dict, action: str) -> list[str] | None:
    """Return the resource types of an action, or nothing if there is no such action."""
    service, name = action.split(":", 1)
    found = reference.get(service, {}).get("Actions", {}).get(name.lower())
    return None if found is None else found.get("Resources", [])


def drift_support() -> dict[str, str]:
    """Read drift.txt; a pattern for a whole service keeps its `*`."""
    words = {"+": "supported", "-": "unsupported"}
    entries = (line.split() for line in (HERE / "drift.txt").read_text().splitlines())
    return {entry[1]: words[entry[0]] for entry in entries if entry and entry[0] in words}


def summary(schema: dict, drift: dict[str, str]) -> dict:
    name = schema["typeName"]
    service = name.rsplit("::", 1)[0] + "::*"
    handlers = schema.get("handlers") or {}
    facts = {
        "name": name,
        "createOnly": paths(schema, "createOnlyProperties"),
        "conditionalCreateOnly": paths(schema, "conditionalCreateOnlyProperties"),
        "readOnly": paths(schema, "readOnlyProperties"),
        "writeOnly": paths(schema, "writeOnlyProperties"),
        "required": sorted(schema.get("required", [])),
        "primaryIdentifier": [path(pointer) for pointer in schema["primaryIdentifier"]],
        "tags": tag_property(schema),
        "unordered": sorted(unordered(schema, schema, "", ())),
        "handlers": "".join(handler[0] for handler in HANDLERS if handler in handlers),
        "drift": drift.get(name, drift.get(service)),
    }
    facts["others"] = others(schema, facts)
    return {key: value for key, value in facts.items() if value}


def others(schema: dict, facts: dict) -> list[str]:
    """Return the top-level properties that no other fact names, or `*` if any are taken."""
    if "patternProperties" in schema:
        return ["*"]
    named = {name for fact in NAMING for name in facts[fact]} | {facts["tags"]}
    return sorted(schema["properties"].keys() - named)


def paths(schema: dict, field: str) -> list[str]:
    return sorted({path(pointer) for pointer in schema.get(field) or []})


def path(pointer: str) -> str:
    return pointer.removeprefix("/properties/")


def tag_property(schema: dict) -> str | None:
    """Return where tags go: as `tagging` says, or `Tags` if there is such a property."""
    tagging = schema.get("tagging", {})
    if not tagging.get("taggable", schema.get("taggable", True)):
        return None
    name = path(tagging.get("tagProperty", "/properties/Tags"))
    return name if name in schema["properties"] else None


def unordered(schema: dict, node: dict, at: str, seen: tuple):
    """Yield the path of every list whose order means nothing."""
    ref = node.get("$ref")
    if ref in seen or len(seen) > MAX_DEPTH:
        return
    if ref:
        seen = (*seen, ref)
        node = schema.get("definitions", {}).get(ref.rsplit("/", 1)[-1], {}) | node
    if node.get("insertionOrder") is False and at:
        yield at
    if isinstance(node.get("items"), dict):
        yield from unordered(schema, node["items"], f"{at}/*", seen)
    for name, child in (node.get("properties") or {}).items():
        if isinstance(child, dict):
            yield from unordered(schema, child, f"{at}/{name}".lstrip("/"), seen)


if __name__ == "__main__":
    sys.exit(main())
