"""Every exception that netmodel raises on purpose.

::

    NetmodelError
    ├── KernelError        the kernel refuses: an errno and, where it gives one, its sentence
    ├── UnsupportedError   Linux or Docker does this, the model does not, and will not guess
    ├── EngineError        the Docker Engine refuses: an HTTP status and its message
    ├── ExperimentError    an experiment's file that cannot be read
    └── InternalError      a bug in netmodel; the Kernel it came from is of no more use

That a packet is lost is none of these: it is a value in a ``Trace``.
"""

from __future__ import annotations

from typing import Any


class NetmodelError(Exception):
    """What every exception of netmodel is."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by the arguments of the constructor, which each subclass keeps in ``_arguments``."""
        return type(self), self._arguments()

    def _arguments(self) -> tuple[Any, ...]:
        return self.args


class KernelError(NetmodelError):
    """The kernel refuses a request.

    ``errno`` is what Linux returns (98), ``name`` its symbol (``EADDRINUSE``), ``message`` the sentence of the
    extended acknowledgement (``NL_SET_ERR_MSG``) without the ``Error: `` that iproute2 puts before it, or ``None``.
    """

    def __init__(self, errno: int, name: str, message: str | None = None) -> None:
        super().__init__(f"{name}: {message}" if message else name)
        self.errno = errno
        self.name = name
        self.message = message

    def _arguments(self) -> tuple[int, str, str | None]:
        return self.errno, self.name, self.message


class UnsupportedError(NetmodelError):
    """Something that Linux or Docker does and the model does not; ``name`` says what."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not modelled")
        self.name = name

    def _arguments(self) -> tuple[str]:
        return (self.name,)


class EngineError(NetmodelError):
    """The Docker Engine refuses: ``status`` is the HTTP status (404), ``message`` the daemon's words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def _arguments(self) -> tuple[int, str]:
        return self.status, self.message


class ExperimentError(NetmodelError):
    """An experiment's file cannot be read: ``file:line:column: what was expected``, as far as these are known."""

    def __init__(self, message: str, file: str = "", line: int = 0, column: int = 0) -> None:
        place = ":".join([file, *(str(number) for number in (line, column) if number)])
        super().__init__(f"{place}: {message}" if file else message)
        self.message = message
        self.file = file
        self.line = line
        self.column = column

    def _arguments(self) -> tuple[str, str, int, int]:
        return self.message, self.file, self.line, self.column


class InternalError(NetmodelError):
    """A bug in netmodel. The Kernel that raised it is poisoned: it answers every further call with this error."""
