"""Another seed: each declared draw gets another value, and so does every text that quotes it or a form of it.

New values keep the order of the old ones, because order shows: `Containers` is sorted by id, `brctl show` by name,
and a bridge takes the smallest MAC of its ports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import IPv6Address

from netmodel.entropy import Draw, Form, draw, form_of
from netmodel.experiment.front import Front
from netmodel.experiment.text import Block, Experiment, Item, Output, Prose, Turn

SHORT = 12  # characters of a short id (moby, pkg/stringid)


def link_local(mac: str) -> str:
    """The fe80:: address that the kernel makes of a MAC (RFC 4291, appendix A)."""
    octets = bytes.fromhex(mac.replace(":", ""))
    interface = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
    return str(IPv6Address(b"\xfe\x80" + bytes(6) + interface))


def forms_of(form: Form, value: str) -> list[str]:
    """How a value shows: itself first, then what is derived from it."""
    if form is Form.ID:
        return [value, value[:SHORT]]
    if form is Form.NAME:
        return [f"veth{value}"]
    if form is Form.MAC:
        return [value, link_local(value), "8000." + value.replace(":", "")]
    return []


class Renaming:
    """The new values under one seed. It grows along a chain of experiments, and what it once said stays."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._values: dict[Form, dict[str, str]] = {}
        self._forms: dict[str, str] = {}

    def learn(self, declared: Mapping[Draw, str]) -> None:
        """Find a new value for each draw that is new."""
        for name, old in declared.items():
            form = form_of(name)
            if name.kind == "outside" or not form.is_drawn or old in self._values.get(form, {}):
                continue
            new = self._new_value(name, form, old)
            self._values.setdefault(form, {})[old] = new
            self._forms.update(zip(forms_of(form, old), forms_of(form, new), strict=True))

    def _new_value(self, name: Draw, form: Form, old: str) -> str:
        """Uniform between what the neighbours became. A MAC keeps its first octet, for its bits mean something, and
        libnetwork's its 02:42 (netutils.GenerateRandomMAC)."""
        fixed = 0 if form is not Form.MAC else 5 if old.startswith("02:42:") else 2
        digits = old[fixed:].replace(":", "")
        known = {k: v for k, v in self._values.get(form, {}).items() if k[:fixed] == old[:fixed]}
        below = [v for k, v in known.items() if k < old]
        above = [v for k, v in known.items() if k > old]
        low = int(max(below)[fixed:].replace(":", ""), 16) if below else -1
        high = int(min(above)[fixed:].replace(":", ""), 16) if above else 16 ** len(digits)
        part = int.from_bytes(draw(self.seed, name, 32), "big")
        value = low + 1 + (high - low - 1) * part // 2**256
        text = f"{value:0{len(digits)}x}"
        if form is Form.MAC:
            return old[:fixed] + "".join(f":{text[n : n + 2]}" for n in range(0, len(text), 2))[0 if fixed else 1 :]
        return text

    def text(self, text: str) -> str:
        """`text` with every form of an old value replaced."""
        if not self._forms:
            return text
        forms = sorted(self._forms, key=len, reverse=True)
        pattern = r"(?<![0-9a-fA-F:.])(" + "|".join(map(re.escape, forms)) + r")(?![0-9a-fA-F:])"
        return re.sub(pattern, lambda found: self._forms[found[1]], text)

    def declared(self, declared: Mapping[Draw, str]) -> dict[Draw, str]:
        """Declarations with their new values, owners that are named after one included."""
        return {
            name._replace(owner=self.text(name.owner)): self._values.get(form_of(name), {}).get(text, text)
            if name.kind != "outside"
            else text
            for name, text in declared.items()
        }

    def experiment(self, experiment: Experiment) -> Experiment:
        """The experiment under the new values; its prose stays."""
        self.learn(experiment.front.declared)
        front: Front = replace(experiment.front, declared=self.declared(experiment.front.declared))
        return replace(experiment, front=front, parts=tuple(self._parts(experiment)))

    def _parts(self, experiment: Experiment) -> Iterator[Prose | Block]:
        for part in experiment.parts:
            if isinstance(part, Prose):
                yield part
            else:
                turns = tuple(self._turn(turn) for turn in part.turns)
                yield replace(part, turns=turns, head=tuple(map(self._item, part.head)))

    def _turn(self, turn: Turn) -> Turn:
        return replace(turn, command=self.text(turn.command), body=tuple(map(self._item, turn.body)))

    def _item(self, item: Item) -> Item:
        return replace(item, text=self.text(item.text)) if isinstance(item, Output) else item
