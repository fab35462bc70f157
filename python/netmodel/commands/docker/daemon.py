"""The daemon started and stopped: `systemctl start docker`, or `dockerd start` where there is no systemd."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from netmodel.commands.docker.steps import err
from netmodel.docker.engine import Engine
from netmodel.errors import UnsupportedError

VERBS = ("start", "stop", "restart")
UNITS = ("docker", "docker.service")


def run(argv: Sequence[str], engine: Engine) -> Generator[Any, Any, int]:
    """`dockerd VERB` or `systemctl VERB docker`. Raises `UnsupportedError` for anything else that these can do."""
    name, words = argv[0].rpartition("/")[2], list(argv[1:])
    verb = words[0] if words else ""
    if verb not in VERBS or (name == "dockerd" and len(words) > 1):
        raise UnsupportedError(" ".join([name, *words]))
    if name == "systemctl":
        unit = words[1] if len(words) == 2 else ""
        if unit not in UNITS:
            raise UnsupportedError(" ".join([name, *words]))
    yield from carry_out(verb, engine)
    return 0


def carry_out(verb: str, engine: Engine) -> Generator[Any, Any, None]:
    """Start, stop or restart; what is so already stays so."""
    if verb in ("stop", "restart") and engine.is_up:
        yield from engine.stop()
    if verb in ("start", "restart") and not engine.is_up:
        yield err("")
        engine.start()
