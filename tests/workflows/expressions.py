"""Evaluates the expressions of GitHub Actions, as far as the workflows of this repository use them.

Anything else is an error, so that a workflow is never thought to be tested when it is not.
"""

import re

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<operator>==|!=|&&|\|\||!|\(|\))|(?P<name>[A-Za-z_][\w-]*(?:\.[\w-]+)*))"
)
EMBEDDED = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def embedded(text, contexts):
    """A value of YAML with every `${{ }}` in it replaced. One that is nothing else keeps its type."""
    if not isinstance(text, str):
        return text
    whole = EMBEDDED.fullmatch(text.strip())
    if whole:
        return evaluate(whole[1], contexts)
    return EMBEDDED.sub(lambda found: shown(evaluate(found[1], contexts)), text)


def shown(value):
    """A value as it stands in text."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def condition(text, contexts):
    """Whether an `if` holds; without a status function it also wants that nothing has failed."""
    if text is None:
        return contexts["success"]()
    text = str(text)
    whole = EMBEDDED.fullmatch(text.strip())
    text = whole[1] if whole else text
    holds = bool(evaluate(text, contexts))
    asks = re.search(r"\b(always|success|failure|cancelled)\(\)", text)
    return holds and (bool(asks) or contexts["success"]())


def evaluate(text, contexts):
    """The value of one expression."""
    tokens, at = [], 0
    text = text.strip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise ValueError(f"not understood: {text[at:]!r} in {text!r}")
        tokens.append(found)
        at = found.end()
    parser = Parser(tokens, contexts)
    value = parser.either()
    if parser.rest:
        raise ValueError(f"not understood: {text!r}")
    return value


class Parser:
    """Reads from the loosest operator to the tightest."""

    def __init__(self, tokens, contexts):
        self.rest = list(tokens)
        self.contexts = contexts

    def takes(self, *operators):
        if self.rest and self.rest[0]["operator"] in operators:
            return self.rest.pop(0)["operator"]
        return None

    def either(self):
        value = self.both()
        while self.takes("||"):
            other = self.both()
            value = value or other
        return value

    def both(self):
        value = self.compared()
        while self.takes("&&"):
            other = self.compared()
            value = value and other
        return value

    def compared(self):
        value = self.single()
        operator = self.takes("==", "!=")
        if not operator:
            return value
        same = shown(value).lower() == shown(self.single()).lower()
        return same if operator == "==" else not same

    def single(self):
        if self.takes("!"):
            return not self.single()
        if self.takes("("):
            value = self.either()
            self.expect(")")
            return value
        token = self.rest.pop(0)
        if token["text"]:
            return token["text"][1:-1].replace("''", "'")
        name = token["name"]
        if self.takes("("):
            self.expect(")")
            return self.contexts[name]()
        return self.looked_up(name)

    def expect(self, operator):
        if not self.takes(operator):
            raise ValueError(f"`{operator}` is missing")

    def looked_up(self, name):
        first, *path = name.split(".")
        value = self.contexts[first]
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        return value
