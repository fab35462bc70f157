"""The images that a modelled host has: what their configuration says. What their programs do is `netmodel.programs`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from netmodel.errors import EngineError

REFERENCE = re.compile(r"(?P<name>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::(?P<tag>[\w][\w.-]{0,127}))?")


@dataclass(frozen=True)
class Image:
    """An image. `size` in bytes."""

    name: str
    tag: str
    cmd: tuple[str, ...]
    entrypoint: tuple[str, ...] | None = None
    env: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    stop_signal: str = ""
    size: int = 0
    labels: Mapping[str, str] | None = None

    @property
    def id(self) -> str:
        """`sha256:` and the digest of the image's configuration, which is this model's own."""
        text = "\0".join((self.name, self.tag, *self.cmd, *self.env))
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    @property
    def reference(self) -> str:
        """`NAME:TAG`."""
        return f"{self.name}:{self.tag}"


NGINX_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CATALOGUE: tuple[Image, ...] = (
    Image("busybox", "latest", ("sh",), size=1_980_000),
    Image(
        "nginx",
        "latest",
        ("nginx", "-g", "daemon off;"),
        env=(NGINX_PATH,),
        exposed=("80/tcp",),
        stop_signal="SIGTERM",
        size=109_000_000,
    ),
)


def split_reference(reference: str) -> tuple[str, str]:
    """Name and tag of a reference. Raises `EngineError` for one that is none."""
    found = REFERENCE.fullmatch(reference)
    if not found:
        raise EngineError(400, "invalid reference format")
    name = found["name"].removeprefix("docker.io/").removeprefix("library/")
    return name, found["tag"] or "latest"


def find(reference: str, catalogue: tuple[Image, ...] = CATALOGUE) -> Image:
    """The image of a reference or of an id or its beginning. Raises `EngineError` 404."""
    for image in catalogue:
        digest = image.id.removeprefix("sha256:")
        if reference == image.id or (len(reference) >= 4 and digest.startswith(reference)):
            return image
    name, tag = split_reference(reference)
    for image in catalogue:
        if (image.name, image.tag) == (name, tag):
            return image
    raise EngineError(404, f"No such image: {name}:{tag}")
