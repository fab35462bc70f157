"""Fill in what the commands of an experiment print on a live host, and declare what was drawn there and shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Protocol

from netmodel.entropy import KINDS, Draw, Form, form_of, ping_owner
from netmodel.experiment import front
from netmodel.experiment.rename import forms_of
from netmodel.experiment.session import SECOND, Ran, Session
from netmodel.experiment.text import Block, Exit, Experiment, Item, Key, Output, Prose, Turn
from netmodel.host import Host

PAUSE = 2_500_000_000  # ^C is pressed so long after its command
MS = 10**6
MOMENTS = {r"docker (run|start|restart|stop|kill) |dockerd restart": 30 * MS, r"docker ps": 850 * MS}
HEADER = re.compile(r"PING (\S+) \(")
ECHO = re.compile(r" (icmp_seq|seq)=(\d+) .*time=([\d.]+) ms$")
RTT = re.compile(r"(?:rtt|round-trip) min/avg/max(?:/mdev)? = ([\d.]+)/[\d.]+/([\d.]+)")
ELAPSED = re.compile(r"packets transmitted, .*, time (\d+)ms$")


class Sightings(Protocol):
    """Whoever looks at the host after each command."""

    seen: dict[Draw, str]

    def expect(self, line: str) -> None:
        """Have the host ready for a command."""

    def look(self) -> None:
        """Note what is new."""


@dataclass(frozen=True)
class Recording:
    """A filled-in experiment, and how many lines it holds."""

    experiment: Experiment
    lines: int


@dataclass(frozen=True)
class _Part:
    """One experiment of a chain as it went, and what was drawn meanwhile."""

    experiment: Experiment
    runs: list[Ran]
    drawn: dict[Draw, str]


def record(experiments: Sequence[Experiment], host: Host, sightings: Sightings) -> list[Recording]:
    """Run the commands of experiments that continue each other on `host`, and return them with their outputs, clocks
    and declarations. A draw is declared where it was drawn, if it shows there or later.

    Everything recorded before is dropped, but the keys stay where they stand in the order of commands.
    """
    parts = []
    for experiment in experiments:
        before = set(sightings.seen)
        runs: list[Ran] = []
        for ran in Session(host, pause=PAUSE, ready=partial(_await_good_moment, host, sightings)).run(
            _bare(experiment)
        ):
            runs.append(ran)
            sightings.look()
        drawn = {name: value for name, value in sightings.seen.items() if name not in before}
        parts.append(_Part(experiment, runs, drawn))
    everything = [ran for part in parts for ran in part.runs]
    count: dict[str, int] = {}
    return [_recording(part, _shown(part.drawn, everything) | dict(measured(part.runs, count))) for part in parts]


def _await_good_moment(host: Host, sightings: Sightings, line: str) -> None:
    """`docker ps` counts whole seconds. What it counts from is begun early in a second and it is asked late in one:
    then the time that a daemon takes for a start does not show."""
    sightings.expect(line)
    for pattern, moment in MOMENTS.items():
        if re.match(pattern, line):
            now = host.now
            host.advance(now + (moment - now) % SECOND)


def _recording(part: _Part, declared: Mapping[Draw, str]) -> Recording:
    start = part.runs[0].typed // MS * MS if part.runs else 0
    text = _front_text(part.experiment.front, start, part.runs, declared)
    filled = replace(
        part.experiment,
        front=front.read(text, part.experiment.file),
        parts=tuple(_filled(_bare(part.experiment).parts, part.runs)),
    )
    return Recording(filled, sum(len(ran.lines) for ran in part.runs if not ran.setup))


def _bare(experiment: Experiment) -> Experiment:
    head = replace(experiment.front, start=None, typed=None, declared={})
    return replace(experiment, front=head, parts=tuple(_emptied(part) for part in experiment.parts))


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
    """What was printed; of a setup block only whether it failed."""
    lines = [] if ran.setup else ran.lines
    body: list[Item] = [Key(line) if line == "^C" else Output(line) for line in lines]
    if ran.completed is not None and ran.completed.returncode:
        body.append(Exit(ran.completed.returncode))
    return tuple(body)


def _shown(seen: Mapping[Draw, str], runs: Iterable[Ran]) -> dict[Draw, str]:
    """The draws that show, themselves or in a form; not those that a command gave."""
    runs = list(runs)
    printed = "\n".join(line for ran in runs if not ran.setup for line in ran.lines)
    typed = "\n".join(ran.turn.command for ran in runs)
    shown = {}
    for name, value in seen.items():
        forms = forms_of(form_of(name), value) or [value]
        if any(form in printed for form in forms) and not (form_of(name) is Form.MAC and value in typed):
            shown[name] = value
    return shown


def measured(runs: Iterable[Ran], count: dict[str, int]) -> Iterator[tuple[Draw, str]]:
    """Echo times, and how long each ping says it took. `count`: the runs of ping so far, by destination."""
    for ran in runs:
        owner, echoes = "", dict[int, str]()
        for line in [*ran.lines, "PING  ("]:
            if found := ECHO.search(line):
                echoes[int(found[2]) - (found[1] == "icmp_seq")] = found[3]
            elif (found := ELAPSED.search(line)) and found[1] != "0":  # one packet takes no time to send
                yield Draw("elapsed", owner, 0), found[1]
            elif found := RTT.match(line):
                _make_exact(echoes, found[1], found[2])
            elif line.startswith("PING "):
                yield from ((Draw("echo", owner, n), time) for n, time in echoes.items())
                header, echoes = HEADER.match(line), {}
                if header:
                    count[header[1]] = count.get(header[1], 0) + 1
                    owner = ping_owner(header[1], count[header[1]])


def _make_exact(echoes: dict[int, str], least: str, most: str) -> None:
    """Times in microseconds. From 1 ms on ping rounds (iputils, ping_common.c, gather_statistics), but the least and the
    most are printed whole; with `-q` they are all there is of one or two answers."""
    if not echoes:
        echoes.update({0: most} if least == most else {0: most, 1: least})
    for whole in (least, most):
        for n, echo in echoes.items():
            digits = len(echo.partition(".")[2])
            if digits < 3 and round(Decimal(whole), digits) in (Decimal(echo), Decimal(echo) - Decimal(10) ** -digits):
                echoes[n] = whole
                break


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
