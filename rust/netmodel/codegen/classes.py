"""The text of a module of dataclasses."""

from __future__ import annotations

import keyword
import textwrap
from typing import Any

from schema import MODULES, Node, Schema, Variant, is_bytes, mapping, optional, ordered, target_of

HEAD = "# Written by rust/netmodel/codegen from the Rust types: change those, then `make generate`.\n"
# What a class can do besides being a value.
METHODS = {
    "trace.Trace": '''
    def __str__(self) -> str:
        """The copies, and under each its hops, one a line."""
        from netmodel.explain import text

        return text(self)
''',
}
SCALARS = {"integer": "int", "string": "str", "boolean": "bool", "number": "float"}


class Writer:
    """Turns the nodes of one schema into Python text for one module."""

    def __init__(self, schema: Schema, module: str) -> None:
        self.schema = schema
        self.module = module
        self.imports: set[tuple[str, str]] = set()

    def annotation(self, node: Node) -> str:
        """The Python type of a node."""
        inner = optional(node)
        if inner is not None:
            return f"{self.annotation(inner)} | None"
        name = target_of(node)
        if name is not None:
            return self._named(name)
        if node.get("type") == "array":
            return self._array(node)
        if node.get("type") == "object":
            key, value = mapping(node)
            return f"dict[{key}, {self.annotation(value)}]"
        return SCALARS[node["type"]]

    def _named(self, name: str) -> str:
        home = self.schema.module_of[name]
        if home == self.module:
            return name
        if name in self._variant_names():
            self.imports.add(("netmodel", home))
            return f"{home}.{name}"
        self.imports.add((f"netmodel.{home}", name))
        return name

    def _variant_names(self) -> set[str]:
        here = [name for name, home in self.schema.module_of.items() if home == self.module]
        unions = [name for name in here if self.schema.kind(name) == "union"]
        return {variant.name for name in unions for variant in self.schema.variants(name)}

    def _array(self, node: Node) -> str:
        if is_bytes(node):
            return "bytes"
        if "prefixItems" in node:
            return f"tuple[{', '.join(self.annotation(one) for one in node['prefixItems'])}]"
        return f"tuple[{self.annotation(node['items'])}, ...]"

    def definition(self, name: str) -> str:
        """The Python text of one definition."""
        node, kind = self.schema.types[name], self.schema.kind(name)
        doc = node.get("description", "")
        if kind == "alias":
            return f"{name}: TypeAlias = {SCALARS[node['type']]}\n{docstring(doc, '')}"
        if kind == "names":
            return enumeration(name, node)
        if kind == "struct":
            return self.dataclass(name, node, doc)
        variants = self.schema.variants(name)
        classes = [self.dataclass(v.name, self._body(v), v.doc) for v in variants if v.shape != "same"]
        union = f"{name}: TypeAlias = {' | '.join(v.name for v in variants)}\n{docstring(doc, '')}"
        return "\n\n".join([*classes, union])

    def _body(self, variant: Variant) -> Node:
        if variant.shape == "newtype":
            return {"properties": {"value": variant.node}, "required": ["value"]}
        return variant.node

    def dataclass(self, name: str, node: Node, doc: str) -> str:
        """A frozen dataclass; trailing fields that Rust defaults have defaults here, too."""
        properties = node.get("properties", {})
        defaults = trailing_defaults(node)
        lines = ["@dataclass(frozen=True, slots=True)", f"class {name}:", docstring(doc or name, "    ")]
        for key, value in properties.items():
            lines.append(
                f"    {attribute(key)}: {self.annotation(value)}{self._default(value, defaults.get(key, ...))}"
            )
            if value.get("description"):
                lines.append(docstring(value["description"], "    "))
        return "\n".join(lines) + "\n" + METHODS.get(f"{self.module}.{name}", "")

    def _default(self, node: Node, value: Any) -> str:
        if value is ...:
            return ""
        name = target_of(node)
        if name is not None and self.schema.kind(name) == "struct":
            return f" = {name}()"
        if name is not None and self.schema.kind(name) == "names":
            return f" = {name}.{value}"
        return f" = {value!r}"


def trailing_defaults(node: Node) -> dict[str, Any]:
    """The defaults of the last fields, as far as every later field has one, too."""
    found: dict[str, Any] = {}
    for key, value in reversed(node.get("properties", {}).items()):
        if key in node.get("required", []):
            break
        found[key] = value.get("default")
    return found


def attribute(key: str) -> str:
    """A field's name, with `_` after one that is a keyword of Python (`from_`)."""
    return f"{key}_" if keyword.iskeyword(key) else key


def docstring(text: str, indent: str) -> str:
    """A docstring or attribute docstring, wrapped."""
    width = 114 - len(indent)
    paragraphs = [textwrap.fill(part, width, break_long_words=False) for part in text.split("\n\n") if part.strip()]
    body = "\n\n".join(paragraphs) or "."
    body = body.replace("\\", "\\\\")
    quoted = f'"""{body}"""' if "\n" not in body else f'"""{body}\n"""'
    return textwrap.indent(quoted, indent)


def enumeration(name: str, node: Node) -> str:
    """A StrEnum."""
    lines = [f"class {name}(StrEnum):", docstring(node.get("description", name), "    "), ""]
    for one in node.get("oneOf", [node]):
        for tag in [one["const"]] if "const" in one else one["enum"]:
            lines.append(f'    {tag} = "{tag}"')
            if "oneOf" in node and one.get("description"):
                lines.append(docstring(one["description"], "    "))
    return "\n".join(lines) + "\n"


def module_text(schema: Schema, module: str) -> str:
    """A whole module of dataclasses."""
    writer = Writer(schema, module)
    names = [name for name in ordered(schema) if schema.module_of[name] == module]
    body = "\n\n".join(writer.definition(name) for name in names)
    lines = [HEAD, f'"""{MODULES[module][1]}"""', "", "from __future__ import annotations", ""]
    lines.append("from dataclasses import dataclass")
    if any(schema.kind(name) == "names" for name in names):
        lines.append("from enum import StrEnum")
    return "\n".join(lines) + "\n" + imports_text(writer) + "\n\n" + body + "\n"


def imports_text(writer: Writer) -> str:
    """The imports from the other modules; those from later ones, which import this one, only for type checkers."""
    order = list(MODULES)
    lines = {"early": ["from typing import TypeAlias"], "late": []}
    for home, name in sorted(writer.imports):
        module = name if home == "netmodel" else home.split(".")[1]
        when = "early" if order.index(module) < order.index(writer.module) else "late"
        lines[when].append(f"from {home} import {name}")
    if not lines["late"]:
        return "\n".join(lines["early"])
    guarded = ["from typing import TYPE_CHECKING", "if TYPE_CHECKING:", *(f"    {line}" for line in lines["late"])]
    return "\n".join(lines["early"] + guarded)
