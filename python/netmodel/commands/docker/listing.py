"""Lists: `ps`, `network ls` and `images` as tables and by template (cli/command/formatter)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from netmodel.commands.docker.evaluate import Template
from netmodel.commands.docker.goformat import shown
from netmodel.commands.docker.steps import parsed
from netmodel.commands.docker.table import aligned
from netmodel.commands.docker.template import TemplateError
from netmodel.platform import Platform

Getter = Callable[[Any], str]


class Columns:
    """The columns of one kind of list: headers, how a cell is found, and the Go type for errors."""

    def __init__(self, type_name: str, headers: Mapping[str, str], cells: Mapping[str, Getter]) -> None:
        self.type_name = type_name
        self.headers = headers
        self.cells = cells


class Row:
    """One line of a list as a template sees it."""

    def __init__(self, columns: Columns, item: Any, labels: Mapping[str, str]) -> None:
        self._columns = columns
        self._item = item
        self._labels = labels

    @property
    def type_name(self) -> str:
        """The Go type, as errors name it."""
        return self._columns.type_name

    def field(self, name: str) -> Any:
        """A cell."""
        return self._columns.cells[name](self._item)

    def call(self, name: str, arguments: list[Any]) -> Any:
        """`.Label "KEY"`."""
        if name != "Label" or len(arguments) != 1:
            raise KeyError(name)
        return self._labels.get(arguments[0], "")

    def as_json(self) -> Mapping[str, Any]:
        """Every cell by name, sorted."""
        return {name: self._columns.cells[name](self._item) for name in sorted(self._columns.cells)}


class Header:
    """The headers as a template sees them: a map."""

    type_name = "map[string]string"

    def __init__(self, columns: Columns) -> None:
        self._headers = columns.headers

    def field(self, name: str) -> Any:
        """A header; what has none is `<no value>`."""
        return self._headers.get(name, "<no value>")

    def call(self, name: str, arguments: list[Any]) -> Any:
        """`.Label "KEY"` has the key as header."""
        return shown(arguments[0]) if name == "Label" and arguments else "<no value>"

    def as_json(self) -> Mapping[str, Any]:
        """All headers."""
        return self._headers


Labelled = Sequence[tuple[Any, Mapping[str, str]]]


def render(source: str, columns: Columns, items: Labelled, platform: Platform) -> str:
    r"""A list by its format: `table …` with headers, or a line for each. Raises `TemplateError`."""
    is_table = source.startswith("table")
    body = source.removeprefix("table").lstrip() if is_table else source
    body = re.sub(r"\\t", "\t", body).replace("\\n", "\n")
    template = parsed(body)
    lines = [_execute(template, Row(columns, item, labels)) for item, labels in items]
    if not is_table:
        return "".join(f"{line}\n" for line in lines)
    header = template.execute(Header(columns), is_header=True)
    min_width = 10 if platform.has("docker.narrow_cells") else 20
    return aligned("\n".join([header, *lines]), min_width) + "\n"


def _execute(template: Template, row: Row) -> str:
    try:
        return template.execute(row)
    except TemplateError as error:
        raise TemplateError(f"template parsing error: template: :{error}") from None
