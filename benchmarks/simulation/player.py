"""A whole simulated player: the same for the same seed and mix."""

from dataclasses import dataclass
from random import Random

from benchmarks.simulation.files import Cabinet, Labelled
from benchmarks.simulation.history import History, play_history
from benchmarks.simulation.mix import Mix
from benchmarks.simulation.scenes import Director


@dataclass(frozen=True, slots=True)
class SimulatedPlayer:
    """A player with a match history and a library."""

    seed: int
    history: History
    captures: tuple[Labelled, ...]


def simulate(seed: int, mix: Mix) -> SimulatedPlayer:
    """The player of a seed."""
    random = Random(seed)
    history = play_history(random, mix)
    director = Director(random, mix, history)
    return SimulatedPlayer(seed, history, tuple(Cabinet(random, mix, history, director).captures()))
