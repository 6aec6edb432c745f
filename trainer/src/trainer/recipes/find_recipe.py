"""The recipe of a name: its file, and in it the function of the same name."""

from __future__ import annotations

from importlib import import_module

from trainer.training.train_model import Recipe


def find_recipe(name: str) -> Recipe:
    """Imports that one file alone: the libraries of all recipes together take long to load."""
    function = name.replace("-", "_")
    return getattr(import_module(f"trainer.recipes.{function}"), function)
