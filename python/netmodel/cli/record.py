"""`netmodel record`: fill in an experiment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from netmodel.experiment.text import Experiment


@click.command("record")
@click.argument("files", nargs=-1, required=True, metavar="EXPERIMENT…")
@click.option("--live", is_flag=True, help="On this machine's kernel, in private namespaces; needs root on Linux.")
@click.option("-o", "--output", type=click.Path(), help="Write there instead of over the file.")
def command(files: tuple[str, ...], live: bool, output: str | None) -> int:
    """Fill in the outputs of an experiment's commands, and declare what was drawn while they ran.

    Experiments that continue each other are recorded in one go if they are named one after the other.
    """
    if not live:
        raise click.UsageError("expected --live: an experiment is recorded on a live kernel")
    if output is not None and len(files) > 1:
        raise click.UsageError("expected one EXPERIMENT with --output")
    from netmodel.experiment import library

    chain: list[Experiment] = []
    for experiment in map(library.load, files):
        if chain and experiment.front.on != chain[-1].name:
            _record(chain, output)
            chain = []
        chain.append(experiment)
    _record(chain, output)
    return 0


def _record(chain: list[Experiment], output: str | None) -> None:
    """Record experiments that continue each other; what leads to the first is run before, and not written."""
    from netmodel.experiment import library
    from netmodel.experiment.record import record
    from netmodel.experiment.text import emit
    from netmodel.live import LiveHost
    from netmodel.live.draws import Draws

    *before, _ = library.chain(chain[0])
    everything = [*before, *chain]
    with LiveHost(on=everything[0].front.on, timezone=chain[0].front.timezone) as host:
        recordings = record(everything, host, Draws(host))
    for recording in recordings[len(before) :]:
        path = Path(output or recording.experiment.file)
        path.write_text(emit(recording.experiment), encoding="utf-8")
        commands = sum(len(block.turns) for block in recording.experiment.blocks)
        click.echo(f"{path}: {commands} commands, {recording.lines} lines", err=True)
