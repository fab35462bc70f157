"""The JSON schema of the Rust types, read: what each definition is, and which Python module it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# Module: its types' roots, and what it says of itself. A type belongs to the first module that reaches it.
MODULES = {
    "facts": (("Facts",), "What differs between kernels."),
    "request": (("Request", "Reply"), "How people change a Kernel: one request for each entry point, and its replies."),
    "step": (("Step",), "What can happen to a packet, one class for each step, and the kernel's reasons to drop it."),
    "trace": (("Origin", "Trace"), "Where a packet enters, and what became of it and of every copy."),
    "event": (("Event",), "What can happen while time passes."),
    "snapshot": (
        ("Snapshot",),
        "What a Kernel holds, in canonical order; what showing commands render.",
    ),
}
ROOTS = [root for roots, _ in MODULES.values() for root in roots]
# Enums whose variants' names are taken by another enum of the same module.
SUFFIXES = {"Reply": "Reply"}

Node = dict[str, Any]


@dataclass
class Variant:
    """One variant of an enum: `shape` is `unit`, `newtype`, `struct`, or `same` for a struct that is the variant."""

    tag: str
    name: str
    shape: str
    node: Node
    doc: str


@dataclass
class Schema:
    """The definitions by name, and which module each belongs to."""

    types: dict[str, Node]
    module_of: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for module, (roots, _) in MODULES.items():
            for root in roots:
                self._claim(root, module)

    def _claim(self, name: str, module: str) -> None:
        if name in self.module_of or (name in ROOTS and name not in MODULES[module][0]):
            return
        self.module_of[name] = module
        for inner in references(self.types[name]):
            self._claim(inner, module)

    def kind(self, name: str) -> str:
        """`alias`, `struct`, `names` (an enum of bare names) or `union`."""
        node = self.types[name]
        if "oneOf" in node:
            return "names" if all("const" in one or "enum" in one for one in node["oneOf"]) else "union"
        if "enum" in node:
            return "names"
        return "struct" if "properties" in node else "alias"

    def variants(self, name: str) -> list[Variant]:
        """The variants of a union, in the order of the Rust enum."""
        found = []
        for one in self.types[name]["oneOf"]:
            doc = one.get("description", "")
            if "properties" in one:
                ((tag, body),) = one["properties"].items()
                found.append(self._variant(name, tag, body, doc))
            else:
                tags = [one["const"]] if "const" in one else one["enum"]
                found += [Variant(tag, tag + SUFFIXES.get(name, ""), "unit", {}, doc) for tag in tags]
        return found

    def _variant(self, enum: str, tag: str, body: Node, doc: str) -> Variant:
        shape = "struct" if "properties" in body else "newtype"
        target = target_of(body)
        if target == tag and self.kind(tag) == "struct" and self.module_of[tag] == self.module_of[enum]:
            shape = "same"
        return Variant(tag, tag + SUFFIXES.get(enum, ""), shape, body, doc)


def target_of(node: Node) -> str | None:
    """The definition that a node refers to."""
    return str(node["$ref"]).rsplit("/", 1)[1] if "$ref" in node else None


def references(node: Any) -> list[str]:
    """The definitions that a node mentions, in order."""
    if isinstance(node, list):
        return [name for one in node for name in references(one)]
    if not isinstance(node, dict):
        return []
    own = target_of(node)
    return ([own] if own else []) + [name for one in node.values() for name in references(one)]


def optional(node: Node) -> Node | None:
    """What a nullable node holds if it is not null; `None` for one that is not nullable."""
    if isinstance(node.get("type"), list) and "null" in node["type"]:
        (kind,) = [one for one in node["type"] if one != "null"]
        return {**node, "type": kind}
    if "anyOf" in node and {"type": "null"} in node["anyOf"]:
        (inner,) = [one for one in node["anyOf"] if one != {"type": "null"}]
        return dict(inner)
    return None


def is_bytes(node: Node) -> bool:
    """Whether an array is one of octets."""
    return isinstance(node.get("items"), dict) and node["items"].get("format") == "uint8"


def mapping(node: Node) -> tuple[str, Node]:
    """A map's Python key type and its value's node."""
    if node.get("patternProperties"):
        ((_, value),) = node["patternProperties"].items()
        return "int", value
    return "str", node["additionalProperties"]


def ordered(schema: Schema) -> list[str]:
    """Definitions, what is used before what uses it: a default may call a class."""
    done: list[str] = []

    def visit(name: str, above: tuple[str, ...] = ()) -> None:
        if name in done or name in above:
            return
        for inner in references(schema.types[name]):
            visit(inner, (*above, name))
        done.append(name)

    for root in ROOTS:
        visit(root)
    return done
