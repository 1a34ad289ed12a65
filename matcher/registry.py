"""Finds the members of a family folder: one file is one member, nothing else to register."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def modules(package: str) -> list[ModuleType]:
    """Every module of the package, in order of its name; `base` and names with a leading underscore are not members."""
    folder = importlib.import_module(package)
    names = sorted(info.name for info in pkgutil.iter_modules(folder.__path__) if not info.ispkg)
    return [importlib.import_module(f"{package}.{name}") for name in names if name != "base" and not name.startswith("_")]


def members(package: str, attribute: str) -> list[object]:
    """The objects called `attribute` in the modules of the package, in order of module name."""
    return [getattr(module, attribute) for module in modules(package) if hasattr(module, attribute)]
