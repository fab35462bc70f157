"""The same commands on the model and on the live kernel: outputs, errors and exit codes are equal, byte for byte."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netmodel.platform import DEFAULT, PLATFORMS, Platform
from tests.commands.machine import Machine
from tests.commands.recorded import turns

# What the recorded `-batch` files held.
FILES = {
    "b1": (
        "link add v0 address 02:00:00:00:0a:00 type veth peer name v1 address 02:00:00:00:0a:01 # a pair\n\n"
        'link set "v0" up\naddr add \\\n10.0.0.1/24 dev v0\naddr show dev v0\n'
    ),
    "b2": "link set v0 mtu 1400\nlink set nosuch up\nlink show v0\nroute add 10.0.0.0/8\n",
}


OLD = replace(PLATFORMS["centos7-2018"], kernel=DEFAULT.kernel)
RECORDINGS = (
    *(
        (name, DEFAULT)
        for name in ("link", "objects", "netns", "batch", "brctl", "bridge", "busybox", "applets", "color", "more")
    ),
    ("iproute2-4.11", OLD),
)


@pytest.mark.parametrize(("name", "platform"), RECORDINGS)
def test_commands_answer_on_the_model_as_on_the_live_kernel(name: str, platform: Platform) -> None:
    machine = Machine(platform=platform, files=FILES)
    for turn in turns(f"{name}.txt"):
        done = machine.run(turn.argv)
        assert done is not None, turn.line
        assert (turn.line, done.stdout, done.stderr) == (turn.line, turn.stdout, turn.stderr)
        assert (turn.line, done.returncode) == (turn.line, turn.code)
