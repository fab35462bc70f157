"""Small file trees: what is a file in reality, on the modelled machine and in each of its containers.

A tree has layers: what was written here, files that are mounted over it and shared with who mounted them, and the files
of the image below. Directories are there where a file is below them, or where they were made.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, MutableMapping

NOBODY: Mapping[str, str] = {}


def normal(path: str) -> str:
    """A path from the root without `.`, `..` and double slashes."""
    return "/" + posixpath.normpath("/" + path).lstrip("/")


class FileTree:
    """Text files by path. `mounts` are shared: what is written to one of them is seen by who mounted it."""

    def __init__(self, image: Mapping[str, str] = NOBODY, directories: frozenset[str] = frozenset()) -> None:
        self._image = image
        self._written: dict[str, str | None] = {}
        self._directories = set(directories)
        self.mounts: MutableMapping[str, str] = {}

    def read(self, path: str) -> str | None:
        """A file's text, or `None` if there is no such file."""
        path = normal(path)
        if path in self.mounts:
            return self.mounts[path]
        return self._written[path] if path in self._written else self._image.get(path)

    def write(self, path: str, text: str) -> None:
        """Make a file, or give it another text."""
        path = normal(path)
        if path in self.mounts:
            self.mounts[path] = text
        else:
            self._written[path] = text

    def remove(self, path: str) -> None:
        """Unlink a file; one that is not there is no error."""
        path = normal(path)
        if path in self._image:
            self._written[path] = None
        else:
            self._written.pop(path, None)

    def make_directory(self, path: str) -> None:
        """Make a directory, with those above it."""
        self._directories.add(normal(path))

    def paths(self) -> list[str]:
        """Every file, sorted."""
        gone = {path for path, text in self._written.items() if text is None}
        return sorted(({*self._image, *self._written} - gone) | set(self.mounts))

    def is_directory(self, path: str) -> bool:
        """Whether a path is a directory."""
        path = normal(path)
        below = path.rstrip("/") + "/"
        return path in self._directories or any(name.startswith(below) for name in [*self._directories, *self.paths()])

    def has(self, path: str) -> bool:
        """Whether a path is a file or a directory."""
        return self.read(path) is not None or self.is_directory(path)
