"""Every experiment of the package holds on the model: the article's, and those recorded on a live kernel."""

from __future__ import annotations

import pytest

from netmodel.experiment import library
from netmodel.experiment.compare import Verdict
from netmodel.experiment.replay import Heading, Replay, Unasked, model_host

SERIES: list[tuple[str, ...]] = [library.ARTICLE, tuple(name for name in library.names() if name.startswith("debian-"))]
ALONE: list[tuple[str, ...]] = [(name,) for name in library.names() if not any(name in series for series in SERIES)]


def differences(replay: Replay, names: tuple[str, ...]) -> list[str]:
    """What differs, in words; nothing if all holds."""
    said = []
    for event in replay.run([library.load(name) for name in names]):
        match event:
            case Verdict(ran, differences=found):
                said += [f"{ran.turn.line}: {ran.turn.command}: -{one.recorded} +{one.printed}" for one in found]
            case Unasked(experiment, unasked):
                said.append(f"{experiment.name}: nothing asked for {', '.join(map(str, unasked))}")
            case Heading():
                pass
    return said


@pytest.mark.parametrize("names", SERIES + ALONE, ids=lambda names: names[0])
def test_an_experiment_holds_on_the_model(names: tuple[str, ...]) -> None:
    assert differences(Replay(model_host()), names) == []


@pytest.mark.parametrize("seed", [7, 2**64 - 1])
def test_the_article_holds_under_another_seed(seed: int) -> None:
    assert differences(Replay(model_host(seed=seed), seed), library.ARTICLE) == []
