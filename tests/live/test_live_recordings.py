"""The recordings hold on this machine's kernel: with NETMODEL_LIVE=1, as root on Linux, with the tools that they run."""

from __future__ import annotations

import os

import pytest

from netmodel.experiment import library
from netmodel.experiment.compare import Verdict
from netmodel.experiment.replay import Replay, live_host

pytestmark = pytest.mark.skipif(not os.environ.get("NETMODEL_LIVE"), reason="NETMODEL_LIVE is not set")

NAMES = [name for name in library.names() if library.load(name).front.platform == "debian12"]
# `brctl show` lists ports by name, and the names of two containers' veths are drawn.
ORDERED_BY_CHANCE = {"debian-3-bridge"}


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_holds(name: str) -> None:
    replay = Replay(live_host(), live=True)
    try:
        events = list(replay.run([library.load(name)]))
    finally:
        getattr(replay.host, "close", lambda: None)()
    differing = [event for event in events if isinstance(event, Verdict) and not event.holds]
    if name in ORDERED_BY_CHANCE:
        differing = [verdict for verdict in differing if verdict.ran.turn.command != "brctl show"]
    assert [(one.ran.turn.command, one.differences) for one in differing] == []
