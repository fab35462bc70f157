"""Every error says what it says, and survives the way to another process."""

from __future__ import annotations

import pickle

import pytest

from netmodel.errors import (
    EngineError,
    ExperimentError,
    InternalError,
    KernelError,
    NetmodelError,
    UnsupportedError,
)

EXAMPLES = {
    "98": (KernelError(98, "EADDRINUSE"), "EADDRINUSE"),
    "17": (KernelError(17, "EEXIST", "Device already exists"), "EEXIST: Device already exists"),
    "unsupported": (UnsupportedError("ip link set group"), "ip link set group is not modelled"),
    "404": (EngineError(404, "No such container: web"), "No such container: web"),
    "placed": (ExperimentError("a fence is open", "x.md", 3, 5), "x.md:3:5: a fence is open"),
    "unplaced": (ExperimentError("no experiment 'x'"), "no experiment 'x'"),
    "bug": (InternalError("boom at kernel.rs:3:5"), "boom at kernel.rs:3:5"),
    "base": (NetmodelError("no"), "no"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_error_reads_and_pickles(name: str) -> None:
    error, text = EXAMPLES[name]
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error) == text
    assert vars(again) == vars(error)


def test_every_error_has_an_example() -> None:
    def below(kind: type[NetmodelError]) -> set[type[NetmodelError]]:
        return {kind}.union(*(below(one) for one in kind.__subclasses__()))

    ours = {kind for kind in below(NetmodelError) if kind.__module__ == "netmodel.errors"}
    assert ours == {type(error) for error, _ in EXAMPLES.values()}
