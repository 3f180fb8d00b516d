"""The command `purenn info`: which purenn this is and which engine computes, or what a model is."""

from __future__ import annotations

import os
import sys
from typing import Any

from .. import __file__ as purenn_file
from .. import __version__, backend_info
from ..checks import counted
from ..network import Network


def add_to(commands: Any) -> None:
    """Adds the command to the command line."""
    command = commands.add_parser(
        "info", help="show the version and which engine computes, or what a model file holds"
    )
    command.set_defaults(run=info, parser=command)
    command.add_argument("model", nargs="?", help="a model file, as Network.save writes it")


def info(options: Any) -> int:
    """Prints the version, the Python, and which engine computes and why; or what a model is."""
    facts = about_purenn() if options.model is None else about_model(options.model)
    if options.model is None:
        print(f"purenn {__version__}")
    for key, value in facts.items():
        print(f"{key}: {value}")
    return 0


def about_purenn() -> dict[str, Any]:
    """The Python, and what computes."""
    return {
        "python": f"{sys.implementation.name} {sys.version.split()[0]}",
        "package": os.path.dirname(os.path.abspath(purenn_file)),
        **backend_info(),
    }


def about_model(path: str) -> dict[str, Any]:
    """The network in a file, and how it was trained."""
    network = Network.load(path)
    architecture, trained = network.architecture, network.trained
    facts: dict[str, Any] = {
        "network": architecture.description,
        "loss": f"{architecture.loss}, {architecture.loss_scale}",
        "parameters": f"{architecture.parameter_count:,}",
    }
    if trained is None:
        return {**facts, "trained": "nothing is recorded"}
    settings = [f"{name} {value}" for name, value in trained.optimizer.settings.items()]
    samples = counted(trained.samples, "sample")
    return {
        **facts,
        "trained": f"{counted(trained.epochs, 'epoch')} in all, the last training on {samples}",
        "measured": {name: float(f"{value:.6g}") for name, value in trained.measured.items()},
        "optimizer": ", ".join([trained.optimizer.name, *settings]),
        "learning_rate": trained.learning_rate,
        "batch_size": trained.batch_size,
        "shuffle": trained.shuffle,
        "seed of the training": trained.seed,
    }
