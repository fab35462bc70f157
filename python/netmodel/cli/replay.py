"""`netmodel replay`: experiments on the modelled host, held to what is recorded."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from netmodel.experiment.compare import Verdict
    from netmodel.experiment.replay import Replay, Unasked
    from netmodel.experiment.text import Experiment

SCHEMA = "netmodel.replay/1"
LIVE = "debian12"
DIM, PLAIN = "\x1b[2m", "\x1b[0m"


@click.command("replay")
@click.argument("names", nargs=-1, metavar="[EXPERIMENT…]")
@click.option("--check", is_flag=True, help="Print only differences and the verdict.")
@click.option("--skip", type=click.IntRange(1), multiple=True, metavar="N", help="Leave out command N: what changes?")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Other values for all that is drawn at random.")
@click.option("--platform", metavar="P", help="Another machine than the experiment's own; nothing is compared then.")
@click.option("--live", is_flag=True, help="On this machine's kernel, in private namespaces; needs root on Linux.")
@click.option("-j", "--json", "as_json", is_flag=True, help="The verdict as JSON on stdout, and nothing else there.")
def command(
    names: tuple[str, ...],
    check: bool,
    skip: tuple[int, ...],
    seed: int | None,
    platform: str | None,
    live: bool,
    as_json: bool,
) -> int:
    """Run experiments and compare line for line; without a name, all of the article.

    The console session goes to stdout, headings, differences and the verdict to stderr. Exits 0 if every line came as
    recorded, else 1.
    """
    from netmodel.experiment import library
    from netmodel.experiment.replay import Replay, live_host, model_host

    if platform is not None:
        check_platform(platform)
    if live and (seed is not None or platform is not None):
        raise click.UsageError("expected --live without --seed and --platform: a live kernel has neither")
    experiments = [library.load(name) for name in names or library.ARTICLE]
    for one in experiments:
        if live and one.front.platform != LIVE:
            raise click.UsageError(f"expected experiments of {LIVE} with --live; {one.name}: {one.front.platform}")
    replay = Replay(live_host() if live else model_host(platform, seed or 0), seed, frozenset(skip), live)
    other = platform is not None and any(one.front.platform != platform for one in experiments)
    mode = "json" if as_json else "skip" if skip else "check" if check and not other else "session"
    return _Printer(replay, mode, platform if other else None).run(experiments)


def check_platform(name: str) -> None:
    """Raise `UsageError`, which lists the known platforms, for one that is not among them."""
    from netmodel.platform import PLATFORMS

    if name not in PLATFORMS:
        raise click.UsageError(f"no platform {name!r}; expected one of {', '.join(PLATFORMS)}")


@dataclass
class _Printer:
    """Prints a replay as it goes. `mode`: session, check, skip or json; `platform`, if nothing is to be compared."""

    replay: Replay
    mode: str
    platform: str | None
    verdicts: list[Verdict] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)

    def run(self, experiments: Sequence[Experiment]) -> int:
        from netmodel.experiment.compare import Report
        from netmodel.experiment.replay import Heading, Unasked

        report = Report()
        experiment = experiments[0]
        for event in self.replay.run(experiments):
            if isinstance(event, Heading):
                experiment = event.experiment
                if self.mode == "session":
                    self._heading(experiment.front.title)
            elif isinstance(event, Unasked):
                self._unasked(event)
            else:
                self._session(event, experiment)
                if self.platform is None and self.mode != "skip":
                    for line in report.lines(event, experiment.file, self.verdicts):
                        click.echo(line, err=True)
                self.verdicts.append(event)
        if report.repeated:
            click.echo(f"and {report.repeated} more lines that only repeat these differences", err=True)
        return self._verdict()

    def _heading(self, title: str) -> None:
        click.echo(click.style(f"\n# {title}", bold=True) if sys.stderr.isatty() else f"\n# {title}", err=True)

    def _session(self, verdict: Verdict, experiment: Experiment) -> None:
        ran = verdict.ran
        if self.mode == "skip":
            self._changes(verdict)
        if self.mode != "session" or ran.setup:
            return
        dim = self._dimmer()
        if ran.turn.command:
            click.echo(dim(ran.turn.prompt + ran.turn.command))
        for line in ran.lines:
            click.echo(dim(line))

    def _changes(self, verdict: Verdict) -> None:
        if verdict.holds:
            return
        click.echo(verdict.ran.turn.prompt + verdict.ran.turn.command)
        for difference in verdict.differences:
            if difference.recorded is not None:
                click.echo(f"- {difference.recorded}")
            if difference.printed is not None:
                click.echo(f"+ {difference.printed}")

    def _dimmer(self) -> Callable[[str], str]:
        """Declared values dim, so that what is bright was computed; on a terminal only."""
        if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
            return str
        from netmodel.entropy import form_of
        from netmodel.experiment.rename import forms_of

        forms = {
            form for name, value in self.replay.known().items() for form in forms_of(form_of(name), value) or [value]
        }
        pattern = re.compile("|".join(map(re.escape, sorted(forms, key=len, reverse=True))) or r"(?!)")
        return lambda line: pattern.sub(lambda found: f"{DIM}{found[0]}{PLAIN}", line)

    def _unasked(self, event: Unasked) -> None:
        if self.platform is not None:
            return
        names = ", ".join(map(str, event.names))
        self.unasked += map(str, event.names)
        click.echo(f"{event.experiment.file}: declared, but nothing asked for it: {names}", err=True)

    def _verdict(self) -> int:
        numbered = [verdict for verdict in self.verdicts if verdict.ran.number is not None]
        whole = sum(verdict.holds for verdict in numbered)
        lines = sum(verdict.lines for verdict in numbered)
        matched = sum(verdict.matched for verdict in numbered)
        holds = all(verdict.holds for verdict in self.verdicts) and not self.unasked
        if self.mode == "json":
            self._json(holds, [whole, len(numbered)], [matched, lines])
        elif self.platform is not None:
            click.echo(f"{len(numbered)} commands as {self.platform} prints them, compared with nothing", err=True)
            return 0
        else:
            declared = f"{sum(self._counts().values())} values declared ({_in_words(self._counts())})"
            click.echo(f"{whole}/{len(numbered)} commands, {matched}/{lines} lines, {declared}", err=True)
        return 0 if holds else 1

    def _counts(self) -> dict[str, int]:
        from netmodel.experiment.replay import counts_of

        return {form.value: count for form, count in counts_of(self.replay.declared, self.replay.clocks).items()}

    def _json(self, holds: bool, commands: list[int], lines: list[int]) -> None:
        differences = [
            {"command": verdict.ran.number, "recorded": difference.recorded, "printed": difference.printed}
            for verdict in self.verdicts
            for difference in verdict.differences
        ]
        value = {
            "schema": SCHEMA,
            "holds": holds,
            "commands": dict(zip(("held", "all"), commands, strict=True)),
            "lines": dict(zip(("held", "all"), lines, strict=True)),
            "declared": self._counts(),
            "unasked": self.unasked,
            "differences": differences,
        }
        click.echo(json.dumps(value, indent=2))


def _in_words(counts: dict[str, int]) -> str:
    """Ids, names, MACs and times always, other forms where there are any."""
    always = ("ids", "names", "MACs", "times")
    return ", ".join(f"{count} {form}" for form, count in counts.items() if count or form in always)
