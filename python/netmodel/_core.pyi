"""The border to the model's core: plain data in, plain data out, as serde's JSON."""

from typing import Any, Final, final

__all__ = ["VERSION", "Kernel", "draw", "load"]

VERSION: Final[str]

def draw(seed: int, kind: str, owner: str, n: int, size: int) -> bytes:
    """Draw `n` of `owner`: `size` bytes that are a pure function of all arguments but `size`."""

def load(state: bytes) -> Kernel:
    """The Kernel that `Kernel.dump` wrote. Raises `ValueError` for anything else, and for another version's."""

@final
class Kernel:
    """Everything that a kernel's networking holds. Every method raises `InternalError` for a bug, then for ever."""

    def __new__(cls, seed: int, facts_json: str = "{}") -> Kernel: ...
    def apply(self, request_json: str) -> str:
        """Carry out a request. Returns the reply. Raises `KernelError`, `UnsupportedError`, `ValueError`."""

    def send(self, origin_json: str, packet: bytes) -> str:
        """A packet enters. Returns its trace. Raises `KernelError`, `UnsupportedError`, `ValueError`."""

    def advance(self, until_ns: int) -> str:
        """Let time pass until `until_ns` since boot. Returns the events."""

    def advance_to_event(self, until_ns: int) -> str:
        """Let time pass until `until_ns` since boot, or to the first event before. Returns the events."""

    def next_deadline(self) -> int | None:
        """When a timer is due next, nanoseconds since boot."""

    @property
    def now(self) -> int:
        """Nanoseconds since boot."""

    def snapshot(self) -> str:
        """What is held."""

    def copy(self) -> Kernel:
        """A Kernel that holds the same."""

    def dump(self) -> bytes:
        """All that is held, for `load`."""

    def __copy__(self) -> Kernel:
        """A Kernel that holds the same."""

    def __deepcopy__(self, memo: Any) -> Kernel:
        """A Kernel that holds the same."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled by `dump` and `load`."""
