"""The border to the model's core: plain data in, plain data out."""

from typing import Final

__all__ = ["VERSION", "draw"]

VERSION: Final[str]

def draw(seed: int, kind: str, owner: str, n: int, size: int) -> bytes:
    """Draw `n` of `owner`: `size` bytes that are a pure function of all arguments but `size`."""
