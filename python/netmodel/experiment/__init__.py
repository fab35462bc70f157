"""Experiments: Markdown files whose console blocks are run on a host and compared line for line.

`parse` and `emit` are exact opposites; `library` knows the files by name, `replay` runs one, `record` fills one in.
"""

from __future__ import annotations

from netmodel.experiment.front import Front
from netmodel.experiment.text import Block, Exit, Experiment, Key, Output, Prose, Turn, emit, parse

__all__ = ["Block", "Exit", "Experiment", "Front", "Key", "Output", "Prose", "Turn", "emit", "parse"]
