"""nginx as far as sockets go: reads its configuration, binds, and serves nobody (src/core/ngx_connection.c)."""

from __future__ import annotations

import signal
from collections.abc import Generator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from netmodel.commands.strerror import TEXTS
from netmodel.commands.system import Write
from netmodel.errors import KernelError, UnsupportedError
from netmodel.programs import clock
from netmodel.programs.nginx_conf import BadConf, Conf, read
from netmodel.programs.process import Interrupt, Sleep, Streams, Wait
from netmodel.request import Bind, Close, Listen, ReuseAddr, Socket, SocketReply, SocketSet, Tcp, V6Only

if TYPE_CHECKING:
    from netmodel.programs.process import Context

Run = Generator[Any, Any, int]
TRIES = 5
BETWEEN = 500 * 10**6
BACKLOG = 511
CONF = "/etc/nginx/nginx.conf"
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
OTHERS = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH)


def run(argv: Sequence[str], context: Context) -> Run:
    """`nginx [-g DIRECTIVES] [-c FILE]`."""
    extra, file = _options(list(argv[1:]))
    # The clock is read once, and not again before there is an event loop (src/core/ngx_times.c).
    log = _Log(context)
    text = context.read_file(file)
    if text is None:
        yield log.emerg(f'open() "{file}" failed (2: No such file or directory)')
        return 1
    try:
        conf = read(text, file, extra, context)
    except BadConf as bad:
        yield log.emerg(str(bad))
        return 1
    sockets: list[int] = []
    try:
        if not (yield from _bind(conf, context, log, sockets)):
            return 1
        if conf.is_daemon:
            held, sockets = sockets, []
            context.host.fork(context, Streams(context.streams.stdin, context.streams.write), _master(held))
            return 0
        return (yield from _serve(context))
    finally:
        _close(context, sockets)


class _Log:
    """The error log on stderr, and what the program prints of it before it has read its configuration's log."""

    def __init__(self, context: Context) -> None:
        number = context.task.number
        self._head = f"{clock.local_time(context):%Y/%m/%d %H:%M:%S} [{{}}] {number}#{number}: "

    def emerg(self, text: str) -> Write:
        """One message of level emerg: it goes to the log and to standard error."""
        return Write(stderr=f"{self._head.format('emerg')}{text}\nnginx: [emerg] {text}\n")


def _options(words: list[str]) -> tuple[str, str]:
    extra, file = "", CONF
    while words:
        word = words.pop(0)
        if word not in ("-g", "-c") or not words:
            raise UnsupportedError(f"nginx {word}")
        if word == "-g":
            extra = words.pop(0)
        else:
            file = words.pop(0)
    return extra, file


def _bind(conf: Conf, context: Context, log: _Log, sockets: list[int]) -> Generator[Any, Any, bool]:
    """Bind and listen on every address (`ngx_open_listening_sockets`)."""
    waiting = list(conf.listens)
    for _ in range(TRIES):
        failed = []
        for address in waiting:
            try:
                sockets.append(_listen(address, context))
            except KernelError as error:
                yield log.emerg(f"bind() to {address} failed ({error.errno}: {TEXTS[error.name]})")
                if error.name != "EADDRINUSE":
                    return False
                failed.append(address)
        if not failed:
            return True
        waiting = failed
        yield Sleep(context.now + BETWEEN)
    yield log.emerg("still could not bind()")
    return False


def _listen(address: str, context: Context) -> int:
    kernel = context.kernel
    is_v6 = address.startswith("[")
    reply = kernel.apply(Socket(netns=context.netns, kind=Tcp(), v6=is_v6, privileged=True))
    assert isinstance(reply, SocketReply)
    try:
        kernel.apply(SocketSet(socket=reply.value, option=ReuseAddr(True)))
        if is_v6:
            kernel.apply(SocketSet(socket=reply.value, option=V6Only(True)))
        kernel.apply(Bind(socket=reply.value, addr=address))
        kernel.apply(Listen(socket=reply.value, backlog=BACKLOG))
    except KernelError:
        kernel.apply(Close(socket=reply.value))
        raise
    return reply.value


def _serve(context: Context) -> Run:
    """The master process: until it is told to end; a reload finds the configuration as it was."""
    context.catch(*ENDING)
    context.ignore(*OTHERS)
    with suppress(Interrupt):
        yield Wait(lambda: False)
    return 0


def _master(sockets: list[int]) -> Any:
    def life(context: Context) -> Run:
        try:
            return (yield from _serve(context))
        finally:
            _close(context, sockets)

    return life


def _close(context: Context, sockets: list[int]) -> None:
    for socket in sockets:
        context.kernel.apply(Close(socket=socket))
