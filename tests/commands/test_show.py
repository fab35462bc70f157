"""What showing commands print of a state is what the live tools printed of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from netmodel.commands.programs import program
from netmodel.commands.system import finished
from netmodel.host import Completed
from netmodel.platform import DEFAULT, PLATFORMS, Platform
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


# Shown by iproute2 6.1; and by iproute2 4.11, built for the same kernel: its own state comes from 6.1's JSON, too.
OLD = replace(PLATFORMS["centos7-2018"], kernel=DEFAULT.kernel)
RECORDINGS = (("show.txt", DEFAULT), ("iproute2-4.11-show.txt", OLD))
LAST = "ip -s -j neigh show nud all"  # the last command that is there to tell the state


def shown() -> Iterator[Any]:
    """Each showing command, with the JSON of its recording and the platform it was made on."""
    for name, platform in RECORDINGS:
        recorded = list(turns(name))
        json = {turn.line: turn.stdout for turn in recorded}
        first = next(n for n, turn in enumerate(recorded) if turn.line == LAST) + 1
        for turn in recorded[first:]:
            yield pytest.param(turn, json, platform, id=f"{name}: {turn.line}")


@pytest.mark.parametrize(("turn", "json", "platform"), [*shown()])
def test_a_state_is_shown_as_the_live_tools_show_it(turn: Turn, json: dict[str, str], platform: Platform) -> None:
    found = program(turn.argv)
    assert found is not None
    done = finished(found(turn.argv, FrozenSystem(FrozenKernel(view(json)), platform=platform)))
    assert done == Completed(turn.code, turn.stdout, turn.stderr)
