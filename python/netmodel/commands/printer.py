"""One description of an answer that gives text or JSON, as iproute2's lib/json_print.c and lib/json_writer.c do."""

from __future__ import annotations

Value = str | int | bool | None

# lib/color.c, for a light background.
TINTS = {
    "ifname": "\x1b[36m",
    "mac": "\x1b[33m",
    "inet": "\x1b[35m",
    "inet6": "\x1b[34m",
    "up": "\x1b[32m",
    "down": "\x1b[31m",
}
CLEAR = "\x1b[0m"

ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f", "\b": "\\b", "\\": "\\\\", '"': '\\"'}


class Printer:
    """Collects what a showing command prints."""

    def __init__(self, json: bool, pretty: bool = False, line_end: str = "\n", color: bool = False) -> None:
        self.json = json
        self._color = color and not json
        self.line_end = line_end
        self._pretty = pretty
        self._out: list[str] = []
        self._depth = 0
        self._separator = ""
        if json:
            self.open_array(None)

    def close(self) -> str:
        """All that was printed (`delete_json_obj`)."""
        if self.json:
            self._end_array()
            self._out.append("\n")
        return "".join(self._out)

    def text(self, text: str) -> None:
        """Text that JSON leaves out (`PRINT_FP`)."""
        if not self.json:
            self._out.append(text)

    def newline(self) -> None:
        """`print_nl`: a backslash with -oneline."""
        self.text(self.line_end)

    def any(self, key: str | None, form: str, value: Value, tint: str = "") -> None:
        """A value in both (`PRINT_ANY`): in text as `form % value`, in JSON under `key`, or as an array's element.

        With colors, `tint` of `TINTS` paints what `form` has from its `%` on.
        """
        if not self.json:
            head, percent, tail = form.partition("%")
            text = (percent + tail) % value if percent else ""
            is_tinted = self._color and bool(tint)
            self._out.append(head + (f"{TINTS[tint]}{text}{CLEAR}" if is_tinted else text))
        else:
            self.field(key, value)

    def raw(self, key: str, text: str, json: str) -> None:
        """A value that reads differently in each: `json` as it stands (`jsonw_printf`)."""
        if not self.json:
            self._out.append(text)
            return
        self._name(key)
        self._comma()
        self._out.append(json)

    def flag(self, key: str, text: str) -> None:
        """A word in text, a key that is true in JSON."""
        self.any(key, text, True)

    def field(self, key: str | None, value: Value) -> None:
        """A value that text leaves out (`PRINT_JSON`)."""
        if not self.json:
            return
        if key is not None:
            self._name(key)
        self._comma()
        self._out.append(_value(value))

    def open_object(self, key: str | None = None) -> None:
        """`open_json_object`."""
        if self.json:
            if key is not None:
                self._name(key)
            self._begin("{")

    def close_object(self) -> None:
        """`close_json_object`."""
        if self.json:
            self._end("}")

    def open_array(self, key: str | None, text: str = "") -> None:
        """`open_json_array` with the text that stands for it."""
        if self.json:
            if key is not None:
                self._name(key)
            self._begin("[")
            if self._pretty:
                self._out.append(" ")
        else:
            self._out.append(text)

    def close_array(self, text: str = "") -> None:
        """`close_json_array` with the text that stands for it."""
        if self.json:
            self._end_array()
        else:
            self._out.append(text)

    def _comma(self) -> None:
        self._out.append(self._separator)
        self._separator = ","

    def _line(self) -> None:
        if self._pretty:
            self._out.append("\n" + "    " * self._depth)

    def _name(self, key: str) -> None:
        self._comma()
        self._line()
        self._separator = ""
        self._out.append(_value(key) + (": " if self._pretty else ":"))

    def _begin(self, bracket: str) -> None:
        self._comma()
        self._out.append(bracket)
        self._depth += 1
        self._separator = ""

    def _end(self, bracket: str) -> None:
        self._depth -= 1
        if self._separator:
            self._line()
        self._out.append(bracket)
        self._separator = ","

    def _end_array(self) -> None:
        if self._pretty and self._separator:
            self._out.append(" ")
        self._separator = ""
        self._end("]")


def _value(value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return '"' + "".join(ESCAPES.get(character, character) for character in value) + '"'
