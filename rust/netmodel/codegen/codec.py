"""Writes ``codec.py``: serde's JSON to dataclasses and back."""

from __future__ import annotations

from classes import HEAD
from schema import MODULES, Node, Schema, Variant, is_bytes, mapping, optional, ordered, target_of

PROLOGUE = '''"""The JSON of the border: serde's, externally tagged, to the dataclasses and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from netmodel import {modules}

__all__ = ["decode", "encode"]

_FIELDS: dict[type, tuple[str, ...]] = {{}}


def encode(value: Any) -> Any:
    """What `json.dumps` takes, of a dataclass of the border or of any part of one."""
    kind = type(value)
    if kind in (int, str, bool, type(None)) or isinstance(value, str):
        return value
    if kind is bytes or kind is tuple or kind is list:
        return [encode(one) for one in value]
    if kind is dict:
        return {{str(key): encode(one) for key, one in value.items()}}
    tag, shape = _TAGS.get(kind, ("", "plain"))
    if shape == "unit":
        return tag
    if shape == "newtype":
        return {{tag: encode(value.value)}}
    names = _FIELDS.get(kind)
    if names is None:
        names = _FIELDS[kind] = tuple(field.name for field in fields(value))
    body = {{name.removesuffix("_"): encode(getattr(value, name)) for name in names}}
    return {{tag: body}} if tag else body


def decode(name: str, data: Any) -> Any:
    """The dataclass that Rust calls `name` (`"Request"`, `"Snapshot"`, …) of what `json.loads` gave.

    Raises `KeyError` for an unknown name or variant and a missing field.
    """
    return _DECODERS[name](data)

'''


class Codec:
    """Turns nodes into expressions that decode them."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def plain(self, node: Node) -> bool:
        """Whether the JSON value is the Python value already."""
        inner = optional(node)
        name = target_of(node)
        if inner is not None:
            return self.plain(inner)
        if name is not None:
            return self.schema.kind(name) == "alias"
        if node.get("type") == "object":
            key, value = mapping(node)
            return key == "str" and self.plain(value)
        return node.get("type") != "array"

    def expression(self, node: Node, value: str) -> str:
        """The expression that decodes `value`."""
        if self.plain(node):
            return value
        inner = optional(node)
        if inner is not None:
            return f"None if {value} is None else {self.expression(inner, value)}"
        name = target_of(node)
        if name is not None:
            return f"_{snake(name)}({value})"
        if node.get("type") == "object":
            return self._map(node, value)
        if is_bytes(node):
            return f"bytes({value})"
        if "prefixItems" in node:
            parts = [self.expression(one, f"{value}[{n}]") for n, one in enumerate(node["prefixItems"])]
            return f"({', '.join(parts)},)"
        return self._sequence(node["items"], value)

    def _map(self, node: Node, value: str) -> str:
        key, inner = mapping(node)
        left = "int(k)" if key == "int" else "k"
        return f"{{{left}: {self.expression(inner, 'x')} for k, x in {value}.items()}}"

    def _sequence(self, items: Node, value: str) -> str:
        if self.plain(items):
            return f"tuple({value})"
        name = target_of(items)
        if name is not None:
            return f"tuple(map(_{snake(name)}, {value}))"
        return f"tuple({self.expression(items, 'x')} for x in {value})"

    def construct(self, path: str, node: Node) -> str:
        """The call that makes a dataclass of `v`."""
        arguments = [self.expression(one, f'v["{key}"]') for key, one in node.get("properties", {}).items()]
        return f"{path}({', '.join(arguments)})"

    def function(self, name: str) -> str:
        """The decoder of one definition."""
        kind, home = self.schema.kind(name), self.schema.module_of[name]
        head = f"def _{snake(name)}(v: Any) -> {home}.{name}:\n"
        if kind == "alias":
            return head + "    return int(v)\n"
        if kind == "struct":
            return head + f"    return {self.construct(f'{home}.{name}', self.schema.types[name])}\n"
        if kind == "names":
            members = f"dict({home}.{name}.__members__).__getitem__"
            return f"_{snake(name)}: Callable[[Any], {home}.{name}] = {members}\n"
        return self._union(name, home, head)

    def _union(self, name: str, home: str, head: str) -> str:
        table = f"_{snake(name).upper()}"
        variants = self.schema.variants(name)
        rows = [f'    "{v.tag}": lambda v: {self._variant(v, home)},' for v in variants]
        lines = [f"{table}: dict[str, Callable[[Any], {home}.{name}]] = {{", *rows, "}", "", "", head.rstrip()]
        lines += [
            "    if isinstance(v, str):",
            f"        return {table}[v](None)",
            "    ((tag, body),) = v.items()",
            f"    return {table}[tag](body)",
        ]
        return "\n".join(lines) + "\n"

    def _variant(self, variant: Variant, home: str) -> str:
        path = f"{home}.{variant.name}"
        if variant.shape == "same":
            return f"_{snake(variant.tag)}(v)"
        if variant.shape == "newtype":
            return f"{path}({self.expression(variant.node, 'v')})"
        return self.construct(path, variant.node)

    def tags(self) -> str:
        """The table from a variant's class to its tag."""
        rows = []
        for name in ordered(self.schema):
            if self.schema.kind(name) == "union":
                home = self.schema.module_of[name]
                rows += [f'    {home}.{v.name}: ("{v.tag}", "{v.shape}"),' for v in self.schema.variants(name)]
        return "\n".join(["_TAGS: dict[type, tuple[str, str]] = {", *rows, "}"])


def snake(name: str) -> str:
    """`LinkInfo` as `link_info`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def codec_text(schema: Schema) -> str:
    """The whole module."""
    codec = Codec(schema)
    names = [name for name in ordered(schema) if schema.kind(name) != "alias"]
    functions = [codec.function(name) for name in names]
    rows = [f'    "{name}": _{snake(name)},' for name in names]
    decoders = "\n".join(["_DECODERS: dict[str, Callable[[Any], Any]] = {", *rows, "}"])
    prologue = PROLOGUE.format(modules=", ".join(sorted(MODULES)))
    return "\n\n".join([HEAD + prologue, codec.tags(), *functions, decoders]) + "\n"
