"""A host as an experiment leaves it."""

from __future__ import annotations

from dataclasses import replace

from netmodel.entropy import Entropy
from netmodel.errors import ExperimentError
from netmodel.experiment import library
from netmodel.experiment.front import Front
from netmodel.experiment.rename import Renaming
from netmodel.experiment.replay import HostMaker
from netmodel.experiment.session import Session
from netmodel.experiment.text import Experiment
from netmodel.host import Host


def stand(on: str, make: HostMaker, seed: int | None = None) -> Host:
    """A host that `make` makes, at `on`: `machine`, `bare`, or where experiment `NAME` stands, after its command N for
    `NAME@N`. A `seed` gives the declared draws other values. Raises `ExperimentError` for a name or a number that is
    not there."""
    name, _, number = on.partition("@")
    if name in library.HOSTS:
        if number:
            raise ExperimentError(f"expected {name} without @{number}: it has no commands")
        return make(Experiment(name, name, replace(Front("", name), on=name), ()), Entropy(seed or 0))
    chain = library.chain(library.load(name))
    last = _number(number, chain[-1]) if number else None
    if seed is not None:
        chain = list(map(Renaming(seed).experiment, chain))
    entropy = Entropy(seed or 0, chain[0].front.declared)
    host = make(chain[0], entropy)
    for experiment in chain:
        entropy.declare(experiment.front.declared)
        for ran in Session(host).run(experiment):
            if experiment is chain[-1] and last is not None and ran.number == last:
                break
    return host


def _number(text: str, experiment: Experiment) -> int:
    shown = sum(not (block.setup or turn.cut) for block in experiment.blocks for turn in block.turns)
    if not text.isdecimal() or not 1 <= int(text) <= shown:
        raise ExperimentError(f"expected {experiment.name}@N, N from 1 to {shown}; not {text!r}")
    return int(text)
