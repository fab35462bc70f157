"""LiveHost: the outside end of a machine that lives in namespaces of this one's kernel."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Sequence
from typing import Any

from netmodel.errors import UnsupportedError
from netmodel.host import Completed
from netmodel.live import dockerd
from netmodel.live.machine import FRAME, PATH

# What a line editor writes to a terminal besides text: control sequences (ECMA-48), among them busybox's question
# where the cursor is.
SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
SECOND = 10**9


class LiveHost:
    """A machine with this kernel and these tools, in private network, mount, UTS and PID namespaces.

    `on`: `machine` has an eth0 with 192.168.65.3/24 and a cable to a host outside, 192.168.65.1; `bare` only `lo`,
    down. `environ` adds to the environment of its commands. The first `docker` command starts a private daemon. Needs
    root on Linux and, for what is run, the tools; raises `UnsupportedError` without. Everything is gone when it is
    closed, or when this process ends, in whatever way.
    """

    def __init__(self, on: str = "machine", timezone: str = "UTC") -> None:
        if on not in ("machine", "bare"):
            raise UnsupportedError(f"a live host on {on!r}")
        if sys.platform != "linux" or os.geteuid() != 0:
            raise UnsupportedError("a live host without root on Linux")
        self.environ = {"PATH": PATH, "HOME": "/root", "TERM": "dumb", "LANG": "C.UTF-8", "TZ": timezone}
        self._control, inner = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        namespaces = ["unshare", "-n", "-m", "-u", "-p", "--fork", "--kill-child", "--mount-proc"]
        start = f"from netmodel.live.machine import main; main({inner.fileno()}, {on!r})"
        command = [sys.executable, "-c", start]
        environ = self.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        self._init = subprocess.Popen(
            namespaces + command, pass_fds=[inner.fileno()], env=environ, stdin=subprocess.DEVNULL
        )
        inner.close()
        if not self._control.recv(FRAME):
            raise UnsupportedError("a live host on this machine (unshare, mount or ip refused; see above)")
        self._ended: dict[int, int] = {}
        self._started = 0
        self._news = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()
        self._docker = dockerd.Daemon(self)

    def __enter__(self) -> LiveHost:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End everything that runs on it; its namespaces and what was mounted there end with it."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._init.wait()
        self._control.close()

    @property
    def now(self) -> int:
        """This machine's clock."""
        return time.time_ns()

    def advance(self, until: int) -> None:
        """Wait until then."""
        time.sleep(max(0, until - self.now) / SECOND)

    def start(self, argv: Sequence[str], netns: str | None = None, tty: bool = False) -> LiveProcess:
        """Start a command. `dockerd start`, `stop` and `restart` are those of the private daemon."""
        self.prepare(" ".join(argv))
        if argv[0] == "dockerd":
            argv = self._docker.command(argv[1:])
        elif argv[0] == "reboot":
            raise UnsupportedError("reboot on a live host")
        return self.spawn(argv, netns, tty)

    def run(self, line: str, stdin: str = "") -> Completed:
        """Give `line` to a shell. A docker command in it starts the daemon."""
        self.prepare(line)
        return self.shell(line, stdin)

    def prepare(self, line: str) -> None:
        """Have ready what a docker command needs, so that it takes no longer than it must."""
        if re.search(r"\bdocker\b", line):
            self._docker.prepare(line)

    def shell(self, line: str, stdin: str = "") -> Completed:
        """`run` without a look at what the line says."""
        return self._run(["sh", "-c", line], stdin)

    def _run(self, argv: Sequence[str], stdin: str) -> Completed:
        pipes = [os.pipe() for _ in range(3)]
        number = self._request(argv, None, False, [pipes[0][0], pipes[1][1], pipes[2][1]])
        for fd in (pipes[0][0], pipes[1][1], pipes[2][1]):
            os.close(fd)
        writer = threading.Thread(target=_write_all, args=(pipes[0][1], stdin.encode()))
        writer.start()
        out, err = _read_all(pipes[1][0], pipes[2][0])
        writer.join()
        code = self.await_end(number, None)
        assert code is not None
        return Completed(code, out, err)

    def spawn(self, argv: Sequence[str], netns: str | None, tty: bool) -> LiveProcess:
        """Start a command as it stands."""
        if tty:
            here, there = pty.openpty()
            attributes = termios.tcgetattr(there)
            attributes[
                3
            ] &= ~termios.ECHO  # who types knows what was typed; the far end of a `docker exec -t` echoes by itself
            termios.tcsetattr(there, termios.TCSANOW, attributes)
            ends = (there, there, there)
            stdin = here
        else:
            (read, stdin), (here, write) = os.pipe(), os.pipe()
            ends = (read, write, write)
        number = self._request(argv, netns, tty, ends)
        for fd in set(ends):
            os.close(fd)
        return LiveProcess(self, number, stdin, here, tty)

    def _request(self, argv: Sequence[str], netns: str | None, tty: bool, fds: Sequence[int]) -> int:
        self._started += 1
        message = {"start": list(argv), "netns": netns, "tty": tty, "id": self._started, "env": self.environ}
        socket.send_fds(self._control, [json.dumps(message).encode()], list(fds))
        return self._started

    def signal(self, number: int, sig: int) -> None:
        """Send a signal to the process group of a command."""
        self._control.send(json.dumps({"id": number, "signal": sig}).encode())

    def _listen(self) -> None:
        while True:
            try:
                data = self._control.recv(FRAME)
            except OSError:
                data = b""
            with self._news:
                if not data:
                    self._init.poll()
                    self._ended.setdefault(0, 0)
                    self._news.notify_all()
                    return
                message: dict[str, Any] = json.loads(data)
                self._ended[message["id"]] = message["code"]
                self._news.notify_all()

    def await_end(self, number: int, seconds: float | None) -> int | None:
        """The exit code of a command that ends within `seconds`."""

        def has_ended() -> bool:
            return number in self._ended or 0 in self._ended

        with self._news:
            self._news.wait_for(has_ended, seconds)
            return self._ended.get(number, 137 if 0 in self._ended else None)


class LiveProcess:
    """A command on a live host."""

    def __init__(self, host: LiveHost, number: int, stdin: int, stdout: int, tty: bool) -> None:
        self._host, self._number, self._tty = host, number, tty
        self._stdin, self._stdout = stdin, stdout
        self._written = b""
        self._is_open = True

    @property
    def output(self) -> str:
        """All that was written so far."""
        self._read(0)
        text = SEQUENCE.sub("", self._written.decode(errors="replace"))
        return text.replace("\r\n", "\n").replace("\r", "") if self._tty else text

    def write(self, text: str) -> None:
        """Type `text`."""
        os.write(self._stdin, text.encode())

    def signal(self, sig: int) -> None:
        """Deliver a signal; SIGINT on a terminal is typed, so that whoever put it into raw mode gets the key."""
        if self._tty and sig == signal.SIGINT:
            os.write(self._stdin, b"\x03")
        else:
            self._host.signal(self._number, sig)

    def wait(self, until: int | None = None) -> Completed | None:
        """Until it has ended, has written, or the clock reads `until`."""
        before = len(self.output)
        while until is None or self._host.now < until:
            step = 0.02 if until is None else min(0.02, max(0, until - self._host.now) / SECOND)
            self._read(step)
            code = self._host.await_end(self._number, 0 if self._is_open else step)
            if code is not None:
                self._read_rest()
                return Completed(code, self.output)
            if until is not None and len(self.output) > before:
                return None
        return None

    def _read(self, seconds: float) -> None:
        while self._is_open and select.select([self._stdout], [], [], seconds)[0]:
            try:
                data = os.read(self._stdout, FRAME)
            except OSError:  # EIO: the terminal has no other end any more
                data = b""
            self._written += data
            self._is_open = bool(data)
            seconds = 0

    def _read_rest(self) -> None:
        """What is still on its way when it has ended; a child that keeps the other end open holds up nobody."""
        self._read(0.05)
        for fd in {self._stdin, self._stdout} if self._stdin >= 0 else ():
            os.close(fd)
        self._is_open, self._stdin = False, -1


def _write_all(fd: int, data: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), os.fdopen(fd, "wb") as stream:
        stream.write(data)


def _read_all(*fds: int) -> tuple[str, ...]:
    texts = [b""] * len(fds)

    def drain(n: int, fd: int) -> None:
        with os.fdopen(fd, "rb") as stream:
            texts[n] = stream.read()

    readers = [threading.Thread(target=drain, args=pair) for pair in enumerate(fds)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return tuple(text.decode(errors="replace") for text in texts)
