"""Run experiments on a host, one after the other, and hold what they print to what is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from netmodel.entropy import KINDS, Draw, Entropy, Form, form_of
from netmodel.experiment import library
from netmodel.experiment.compare import Mask, Verdict, compare
from netmodel.experiment.rename import Renaming
from netmodel.experiment.session import Session
from netmodel.experiment.text import Experiment
from netmodel.host import Host


class HostMaker(Protocol):
    """Makes the host on which a chain of experiments begins."""

    def __call__(self, first: Experiment, entropy: Entropy) -> Host:
        """A host as `first.front` asks for: `on`, `platform`, `timezone`, `start`."""


@dataclass(frozen=True)
class Heading:
    """An experiment begins."""

    experiment: Experiment


@dataclass(frozen=True)
class Unasked:
    """Declarations that nothing asked for, in the experiment that has just ended."""

    experiment: Experiment
    names: tuple[Draw, ...]


@dataclass
class Replay:
    """A series of experiments on hosts of one kind. `seed` gives the declared draws other values; `skip` leaves out
    commands by number, counted over the series. A `live` host's clock cannot be set: its commands are typed at the
    declared distances from now, and what is measured there is masked."""

    make: HostMaker
    seed: int | None = None
    skip: frozenset[int] = frozenset()
    live: bool = False
    declared: dict[Draw, str] = field(default_factory=dict)
    clocks: int = 0
    stands_at: str = field(default="", init=False)
    entropy: Entropy = field(init=False)
    host: Host = field(init=False)

    def __post_init__(self) -> None:
        self._renaming = Renaming(self.seed) if self.seed is not None else None
        self._next = 1

    def run(self, experiments: Sequence[Experiment]) -> Iterator[Heading | Verdict | Unasked]:
        """Run them; one that continues the one before goes on with its host, any other begins anew."""
        for experiment in experiments:
            if experiment.front.on != self.stands_at:
                *before, _ = library.chain(experiment)
                self._begin(before[0] if before else experiment)
                for one in before:
                    self._stand(one)
            yield from self._replay(experiment)

    def known(self) -> dict[Draw, str]:
        """All values declared so far, as they stand under the seed."""
        return {name: value for kind in KINDS for name, value in self.entropy.of_kind(kind)}

    def _begin(self, first: Experiment) -> None:
        close = getattr(getattr(self, "host", None), "close", None)
        if close is not None:
            close()
        self.entropy = Entropy(self.seed or 0)
        if self.seed is not None:
            self._renaming = Renaming(self.seed)
        self.entropy.declare(self._renamed(first).front.declared)  # what comes from outside must be known at boot
        self.host = self.make(first, self.entropy)

    def _renamed(self, experiment: Experiment) -> Experiment:
        return self._renaming.experiment(experiment) if self._renaming is not None else experiment

    def _paced(self, experiment: Experiment) -> Experiment:
        if not self.live:
            return experiment
        return replace(experiment, front=replace(experiment.front, start=self.host.now))

    def _mask(self) -> Mask:
        if not self.live:
            return str
        from netmodel.live.translate import masked

        return masked

    def _stand(self, experiment: Experiment) -> None:
        """Bring the host to where `experiment` ends, without a look at what it prints."""
        renamed = self._renamed(experiment)
        self.entropy.declare(renamed.front.declared)
        for _ in Session(self.host).run(self._paced(renamed)):
            pass
        self.stands_at = experiment.name

    def _replay(self, experiment: Experiment) -> Iterator[Heading | Verdict | Unasked]:
        yield Heading(experiment)
        renamed = self._renamed(experiment)
        self.entropy.declare(renamed.front.declared)
        session = Session(self.host, self.skip, self._next)
        nested_ends = _last_nested(renamed)
        for ran in session.run(self._paced(renamed)):
            yield compare(ran, renamed.front.folded, ran.turn.line in nested_ends, self._mask())
        self._next = session.number
        self.stands_at = experiment.name
        self.declared |= experiment.front.declared
        self.clocks += len(experiment.front.typed or ())
        unasked = tuple(name for name in self.entropy.unused() if name in renamed.front.declared)
        if unasked and not self.skip:
            yield Unasked(experiment, unasked)


def _last_nested(experiment: Experiment) -> set[int]:
    """The lines of nested commands after which the process above ends."""
    lines = set()
    for block in experiment.blocks:
        for turn, after in zip(block.turns, (*block.turns[1:], None), strict=True):
            if turn.is_nested and not (after and after.is_nested):
                lines.add(turn.line)
    return lines


def counts_of(declared: dict[Draw, str], clocks: int) -> dict[Form, int]:
    """How many values are declared, by form; the clock at each command is a time."""
    counts = dict.fromkeys(Form, 0)
    for name in declared:
        counts[form_of(name)] += 1
    counts[Form.TIME] += clocks
    return counts


def model_host(platform: str | None = None, seed: int = 0) -> HostMaker:
    """Modelled hosts; `platform` instead of the experiment's own."""

    def make(first: Experiment, entropy: Entropy) -> Host:
        from netmodel.model import ModelHost

        front = first.front
        host: Host = ModelHost(
            platform=platform or front.platform,
            seed=seed,
            on=front.on,
            entropy=entropy,
            timezone=front.timezone,
            start=front.start,
        )
        return host

    return make


def live_host() -> HostMaker:
    """Live hosts on this machine's kernel, which say their own draws in the values that are declared."""

    def make(first: Experiment, entropy: Entropy) -> Host:
        from netmodel.live import LiveHost
        from netmodel.live.draws import Draws
        from netmodel.live.translate import TranslatedHost

        host = LiveHost(on=first.front.on, timezone=first.front.timezone)
        return TranslatedHost(host, Draws(host), entropy)

    return make
