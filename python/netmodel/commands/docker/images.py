"""`docker images` (cli/command/image/list.go)."""

from __future__ import annotations

from netmodel.commands.docker.listing import Columns, render
from netmodel.commands.docker.options import Line
from netmodel.commands.docker.steps import Cli, Steps, out
from netmodel.commands.docker.units import human_size
from netmodel.docker.images import CATALOGUE, Image
from netmodel.errors import UnsupportedError

HEADERS = {"Repository": "REPOSITORY", "Tag": "TAG", "ID": "IMAGE ID", "Size": "SIZE", "Digest": "DIGEST"}


def images(line: Line, cli: Cli) -> Steps:
    """The ids with -q, or what a template makes. The table itself has the age of images, which the model's have not."""
    found = [image for image in CATALOGUE if not line.arguments or line.arguments[0] in (image.name, image.reference)]
    is_cut = not line.is_set("no-trunc")

    def shown_id(image: Image) -> str:
        return image.id.removeprefix("sha256:")[:12] if is_cut else image.id

    if line.is_set("quiet"):
        yield out("".join(f"{shown_id(image)}\n" for image in found))
        return 0
    source = line.last("format")
    if not source or source == "table":
        raise UnsupportedError("docker images without --format or -q: the age of an image")
    cells = {
        "Repository": lambda image: image.name,
        "Tag": lambda image: image.tag,
        "ID": shown_id,
        "Size": lambda image: human_size(image.size, 3),
        "Digest": lambda image: "<none>",
    }
    columns = Columns("*formatter.imageContext", HEADERS, cells)
    yield out(render(source, columns, [(image, {}) for image in found], cli.engine.machine.platform))
    return 0
