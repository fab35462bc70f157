"""`netmodel record`: fill in an experiment."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("record")
@click.argument("files", nargs=-1, required=True, metavar="EXPERIMENT…")
@click.option("--live", is_flag=True, help="On this machine's kernel, in private namespaces; needs root on Linux.")
@click.option("-o", "--output", type=click.Path(), help="Write there instead of over the file.")
def command(files: tuple[str, ...], live: bool, output: str | None) -> int:
    """Fill in the outputs of an experiment's commands, and declare what was drawn while they ran."""
    if not live:
        raise click.UsageError("expected --live: an experiment is recorded on a live kernel")
    if output is not None and len(files) > 1:
        raise click.UsageError("expected one EXPERIMENT with --output")
    for file in files:
        _record(file, output)
    return 0


def _record(name: str, output: str | None) -> None:
    from netmodel.experiment import library
    from netmodel.experiment.record import record
    from netmodel.experiment.text import emit
    from netmodel.live import LiveHost
    from netmodel.live.draws import Draws

    experiment = library.load(name)
    *before, experiment = library.chain(experiment)
    first = before[0] if before else experiment
    with LiveHost(on=first.front.on, timezone=experiment.front.timezone) as host:
        draws = Draws(host)
        for one in before:
            record(one, host, draws)
        recording = record(experiment, host, draws)
    path = Path(output or experiment.file)
    path.write_text(emit(recording.experiment), encoding="utf-8")
    commands = sum(len(block.turns) for block in experiment.blocks)
    click.echo(f"{path}: {commands} commands, {recording.lines} lines", err=True)
