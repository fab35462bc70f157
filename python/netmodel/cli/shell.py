"""`netmodel shell`: a prompt on a modelled host."""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from netmodel.host import Completed, Host, Process

SECOND = 10**9
STEP = SECOND // 10  # how often a terminal is shown what a running command has written
PATIENCE = 600 * SECOND  # of the host's time, until a command in a script that does not end gets ^C
WORDS = ("brctl", "bridge", "busybox", "docker", "dockerd", "exit", "ip", "ping", "sleep", "sysctl")


@click.command("shell")
@click.option("--on", default="machine", metavar="HOST", help="machine, bare, or where EXPERIMENT[@N] stands.")
@click.option("--platform", metavar="P", help="Which machine is modelled.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Other values for all that is drawn at random.")
@click.option("--live", is_flag=True, help="On this machine's kernel, in private namespaces; needs root on Linux.")
def command(on: str, platform: str | None, seed: int | None, live: bool) -> int:
    """Type commands on a modelled host; exits with the code of the last one. Reads from a pipe, too."""
    from netmodel.cli.replay import check_platform
    from netmodel.experiment.replay import live_host, model_host
    from netmodel.experiment.standing import stand

    if platform is not None:
        check_platform(platform)
    host = stand(on, live_host() if live else model_host(platform, seed or 0), seed)
    return _Shell(host, sys.stdin.isatty(), f"{on.partition('@')[0]} # ").run()


class _Shell:
    """Reads lines and runs them."""

    def __init__(self, host: Host, is_terminal: bool, prompt: str) -> None:
        self.host = host
        self.is_terminal = is_terminal
        self.prompt = prompt
        self.code = 0

    def run(self) -> int:
        if self.is_terminal:
            _set_up_readline()
        while True:
            try:
                line = self._read(self.prompt)
            except EOFError:
                return self.code
            except KeyboardInterrupt:
                click.echo()
                continue
            if line.split()[:1] == ["exit"]:
                return int(line.split()[1]) & 255 if line.split()[1:] and line.split()[1].isdecimal() else self.code
            if line.strip() and not line.lstrip().startswith("#"):
                self._command(line)

    def _read(self, prompt: str) -> str:
        if self.is_terminal:
            return input(prompt)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\n")

    def _command(self, line: str) -> None:
        from netmodel.errors import UnsupportedError
        from netmodel.experiment.argv import argv_of

        try:
            process = self.host.start(argv_of(line), tty=self.is_terminal)
            self.code = self._follow(process).returncode
        except UnsupportedError as error:
            click.echo(f"netmodel: {error}", err=True)
            self.code = 3

    def _follow(self, process: Process) -> Completed:
        """Show what a command writes, give it what is typed when it waits for that, until it has ended."""
        shown, began = 0, self.host.now
        while True:
            before = self.host.now
            with _Interrupt(process):
                done = process.wait(before + STEP)
                self._keep_pace(before)
            shown = self._show(process, shown)
            if done is not None:
                return done
            if self.host.now == before:
                self._type(process)
            elif not self.is_terminal and self.host.now > began + PATIENCE:
                process.signal(signal.SIGINT)
                began = self.host.now

    def _show(self, process: Process, shown: int) -> int:
        output = process.output
        click.echo(output[shown:], nl=False)
        sys.stdout.flush()
        return len(output)

    def _type(self, process: Process) -> None:
        try:
            process.write(self._read("") + "\n")
        except EOFError:
            process.write("\x04")

    def _keep_pace(self, before: int) -> None:
        """At a terminal a modelled second takes a second."""
        if self.is_terminal:
            time.sleep(max(0, min(self.host.now - before, STEP)) / SECOND)


class _Interrupt(contextlib.AbstractContextManager["_Interrupt"]):
    """While it is entered, ^C is for the process."""

    def __init__(self, process: Process) -> None:
        self.process = process

    def __enter__(self) -> _Interrupt:
        self.before = signal.signal(signal.SIGINT, lambda *_: self.process.signal(signal.SIGINT))
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self.before)


def _set_up_readline() -> None:
    with contextlib.suppress(ImportError):
        import readline

        def complete(text: str, state: int) -> str | None:
            known = [word + " " for word in WORDS if word.startswith(text)]
            return known[state] if state < len(known) else None

        readline.set_completer(complete)
        readline.parse_and_bind("tab: complete")
