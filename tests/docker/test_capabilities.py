"""What a container may change is what was recorded: without CAP_NET_ADMIN nothing, and below /proc/sys nothing at all."""

from __future__ import annotations

import pytest

from netmodel.docker.caps import DEFAULT, capabilities, check_capabilities
from netmodel.errors import EngineError
from netmodel.model import ModelHost
from tests.docker.recorded import Names, read


def test_every_refusal_is_the_recorded_one() -> None:
    host = ModelHost(platform="debian12", seed=7)
    recorded, modelled = Names(), Names()
    for turn in read("capabilities.txt"):
        ended = host.run(turn.command)
        want = recorded.plain(f"{turn.stdout}{turn.stderr}{turn.code}")
        have = modelled.plain(f"{ended.stdout}{ended.stderr}{ended.returncode}")
        assert have == want, turn.command


def test_names_of_capabilities_are_read_in_any_case_with_or_without_their_prefix() -> None:
    assert capabilities(("net_admin",)) == capabilities(("CAP_NET_ADMIN",)) == DEFAULT | {"CAP_NET_ADMIN"}
    assert "CAP_SYS_ADMIN" in capabilities(("all",))
    with pytest.raises(EngineError, match='unknown capability: "CAP_FOO"'):
        check_capabilities(("foo",))
