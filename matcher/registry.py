"""Finds the members of a family folder: one file is one member, nothing else to register."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def names(package: str) -> list[str]:
    """The names of the members of a package, in order, without importing them.

    `base`, names with a leading underscore and folders are not members.
    """
    folder = importlib.import_module(package)
    found = sorted(info.name for info in pkgutil.iter_modules(folder.__path__) if not info.ispkg)
    return [name for name in found if name != "base" and not name.startswith("_")]


def modules(package: str) -> list[ModuleType]:
    """Every member of the package, in order of its name."""
    return [importlib.import_module(f"{package}.{name}") for name in names(package)]


def members(package: str, attribute: str) -> list[object]:
    """The objects called `attribute` in the modules of the package, in order of module name."""
    return [getattr(module, attribute) for module in modules(package) if hasattr(module, attribute)]
