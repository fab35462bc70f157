"""What showing commands print of a state is what the live tools printed of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from netmodel.commands.programs import program
from netmodel.commands.system import finished
from netmodel.host import Completed
from netmodel.platform import DEFAULT, Platform
from netmodel.snapshot import NetnsView, Snapshot
from tests.commands.recorded import Turn, turns, view


class FrozenKernel:
    """A kernel that answers with one snapshot and carries nothing out."""

    def __init__(self, held: NetnsView) -> None:
        self.held = held

    def snapshot(self) -> Snapshot:
        return Snapshot(now=0, netns=(self.held,))

    def apply(self, request: Any) -> None:
        return None


class NoNetnsFiles:
    """An empty /run/netns."""

    def names(self) -> Mapping[str, int]:
        return {}


@dataclass
class FrozenSystem:
    """A machine on which nothing changes."""

    kernel: Any
    netns: int = 0
    platform: Platform = DEFAULT
    netns_files: Any = field(default_factory=NoNetnsFiles)
    stdin: str = ""
    now: int = 0

    def read_file(self, path: str) -> str | None:
        return None


RECORDED = list(turns("show.txt"))
JSON = {turn.line: turn.stdout for turn in RECORDED}
FIRST = next(n for n, turn in enumerate(RECORDED) if turn.line == "ip -s -j neigh show nud all") + 1


@pytest.mark.parametrize("turn", RECORDED[FIRST:], ids=lambda turn: turn.line)
def test_a_state_is_shown_as_the_live_tools_show_it(turn: Turn) -> None:
    found = program(turn.argv)
    assert found is not None
    shown = finished(found(turn.argv, FrozenSystem(FrozenKernel(view(JSON)))))
    assert shown == Completed(turn.code, turn.stdout, turn.stderr)
