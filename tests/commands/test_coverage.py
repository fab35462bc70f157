"""What the tables call not modelled is refused by name, never parsed and passed over."""

from __future__ import annotations

import pytest

from netmodel.commands.coverage import Row, rows
from netmodel.errors import UnsupportedError
from tests.commands.machine import Machine

REFUSED = [row for row in rows() if not row.is_modelled and row.word not in ("mdb", "vlan")]
HEADS = {
    "ip link set": "ip link set v0",
    "ip link type": "ip link add x type",
    "ip link type bridge": "ip link add x type bridge",
    "ip link type bridge_slave": "ip link set v0 type bridge_slave",
    "bridge link set": "bridge link set dev v0",
    "bridge fdb add": "bridge fdb add 02:00:00:00:00:01 dev v0",
}


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: f"{row.tool} {row.word}")
def test_what_is_not_modelled_is_refused_by_name(row: Row) -> None:
    machine = Machine()
    machine.run("ip link add v0 type veth peer name v1".split())
    with pytest.raises(UnsupportedError):
        machine.run([*HEADS.get(row.tool, row.tool).split(), row.word, "on", "on"])


def test_every_word_is_told_of_once() -> None:
    told = [(row.tool, row.word) for row in rows()]
    assert len(told) == len(set(told))
