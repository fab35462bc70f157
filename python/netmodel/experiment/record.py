"""Fill in what the commands of an experiment print on a live host, and declare what was drawn there and shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from netmodel.entropy import KINDS, Draw, Form, form_of
from netmodel.experiment import front
from netmodel.experiment.rename import forms_of
from netmodel.experiment.session import SECOND, Ran, Session
from netmodel.experiment.text import Block, Exit, Experiment, Item, Key, Output, Prose, Turn
from netmodel.host import Host

PAUSE = 2_500_000_000  # ^C is pressed so long after its command
MS = 10**6
HEADER = re.compile(r"PING (\S+) \(")
ECHO = re.compile(r"time=([\d.]+) ms$")
ELAPSED = re.compile(r"packets transmitted, .*, time (\d+)ms$")


class Sightings(Protocol):
    """Whoever looks at the host after each command."""

    seen: dict[Draw, str]

    def look(self) -> None:
        """Note what is new."""


@dataclass(frozen=True)
class Recording:
    """A filled-in experiment, and how many lines it holds."""

    experiment: Experiment
    lines: int


def record(experiment: Experiment, host: Host, sightings: Sightings) -> Recording:
    """Run the commands of `experiment` on `host` and return it with their outputs, its clock and its declarations.

    Everything recorded before is dropped, but the keys stay where they stand in the order of commands.
    """
    bare = replace(experiment, front=replace(experiment.front, start=None, typed=None, declared={}))
    bare = replace(bare, parts=tuple(_emptied(part) for part in experiment.parts))
    runs: list[Ran] = []
    for ran in Session(host, pause=PAUSE).run(bare):
        runs.append(ran)
        sightings.look()
    start = runs[0].typed // MS * MS if runs else host.now
    parts = tuple(_filled(bare.parts, runs))
    declared = _shown(sightings.seen, runs) | dict(_measured(runs))
    text = _front_text(experiment.front, start, runs, declared)
    filled = replace(experiment, front=front.read(text, experiment.file), parts=parts)
    return Recording(filled, sum(len(ran.lines) for ran in runs))


def _emptied(part: Prose | Block) -> Prose | Block:
    if isinstance(part, Prose):
        return part
    turns = tuple(replace(turn, body=_keys(turn.body)) for turn in part.turns)
    return replace(part, turns=turns, head=_keys(part.head))


def _keys(body: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(item for item in body if isinstance(item, Key))


def _filled(parts: Iterable[Prose | Block], runs: Iterable[Ran]) -> Iterator[Prose | Block]:
    """The parts with the bodies of the runs, which come in the same order."""
    left = iter(runs)
    for part in parts:
        if isinstance(part, Prose):
            yield part
            continue
        head = _body(next(left)) if part.head else ()
        turns: list[Turn] = [replace(turn, body=_body(next(left))) for turn in part.turns]
        yield replace(part, turns=tuple(turns), head=head)


def _body(ran: Ran) -> tuple[Item, ...]:
    body: list[Item] = [Key(line) if line == "^C" else Output(line) for line in ran.lines]
    if ran.completed is not None and ran.completed.returncode:
        body.append(Exit(ran.completed.returncode))
    return tuple(body)


def _shown(seen: Mapping[Draw, str], runs: Iterable[Ran]) -> dict[Draw, str]:
    """The draws that show, themselves or in a form; not those that a command gave."""
    runs = list(runs)
    printed = "\n".join(line for ran in runs for line in ran.lines)
    typed = "\n".join(ran.turn.command for ran in runs)
    shown = {}
    for name, value in seen.items():
        forms = forms_of(form_of(name), value) or [value]
        if any(form in printed for form in forms) and not (form_of(name) is Form.MAC and value in typed):
            shown[name] = value
    return shown


def _measured(runs: Iterable[Ran]) -> Iterator[tuple[Draw, str]]:
    """Echo times, and how long each ping says it took."""
    counts: dict[tuple[str, str], int] = {}
    for ran in runs:
        owner = ""
        for line in ran.lines:
            header = HEADER.match(line)
            owner = header[1] if header else owner
            for kind, pattern in (("echo", ECHO), ("elapsed", ELAPSED)):
                found = pattern.search(line)
                if found and owner:
                    n = counts.get((kind, owner), 0)
                    counts[kind, owner] = n + 1
                    yield Draw(kind, owner, n), found[1]


def _front_text(old: front.Front, start: int, runs: Iterable[Ran], declared: Mapping[Draw, str]) -> str:
    """The keys as they stood before the first table; the tables anew."""
    head = re.split(r"^\[", old.text, maxsplit=1, flags=re.MULTILINE)[0].rstrip("\n")
    moment = datetime.fromtimestamp(start // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    typed = [at for ran in runs for at in ([ran.typed] if ran.turn.command else []) + ran.keys]
    seconds = ", ".join(f"{(at - start) // MS / 1000:.3f}" for at in typed)
    lines = [head, "[clock]", f"start = {moment}.{start % SECOND // MS:03d}Z", f"typed = [{seconds}]"]
    for kind in KINDS:
        owners: dict[str, dict[int, str]] = {}
        for name, value in declared.items():
            if name.kind == kind:
                owners.setdefault(name.owner, {})[name.n] = value
        if owners:
            lines.append(f"[draw.{kind}]")
        for owner, values in sorted(owners.items()):
            given = [f'"{values.get(n, "")}"' for n in range(max(values) + 1)]
            lines.append(f'"{owner}" = ' + (given[0] if len(given) == 1 else f"[{', '.join(given)}]"))
    return "\n".join(lines)
