"""Fields of work: the everyday and professional words of each, in English and Spanish, from plain text files."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from matcher.errors import InputError

SHIPPED = Path(__file__).parents[1] / "knowledge"


class Field(BaseModel):
    """One field of work; each text is a list of phrases split by semicolons."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    name_es: str = ""
    lay: str = ""
    work: str = ""
    lay_es: str = ""
    work_es: str = ""

    @property
    def english(self) -> list[str]:
        """The English phrases, the name first."""
        return [self.name, *phrases(self.lay), *phrases(self.work)]

    @property
    def spanish(self) -> list[str]:
        """The Spanish phrases, the name first."""
        return [self.name_es, *phrases(self.lay_es), *phrases(self.work_es)]

    @property
    def in_a_line(self) -> str:
        """The field as one text for a sentence encoder, which reads no more than a few hundred words."""
        return ", ".join([self.name, *phrases(self.work), *phrases(self.lay)[:12]])


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    cluster: str
    attribution: str = ""
    field: tuple[Field, ...]


@dataclass(frozen=True)
class Knowledge:
    """Fields of work with their career clusters, sorted by id, and a hash of everything they were read from."""

    fields: tuple[Field, ...]
    clusters: tuple[str, ...]
    digest: str


def phrases(text: str) -> list[str]:
    """The phrases of a list split by semicolons."""
    return [phrase for part in text.replace("\n", " ").split(";") if (phrase := part.strip())]


def read_knowledge(folders: Sequence[Path] = (SHIPPED,)) -> Knowledge:
    """Every field in the ``*.toml`` files of these folders; a field of a later folder replaces one of the same id.

    Raises
    ------
    InputError
        Naming the file, and the field and key where there is one.
    """
    found: dict[str, tuple[Field, str]] = {}
    digest = hashlib.sha256()
    for path in (path for folder in folders for path in sorted(folder.glob("*.toml"))):
        data = path.read_bytes()
        digest.update(hashlib.sha256(data).digest())
        file = _parse(path, data)
        ids = [field.id for field in file.field]
        if twice := next((i for i in ids if ids.count(i) > 1), None):
            raise InputError(f"{path.name}: the field {twice!r} stands there twice")
        found.update({field.id: (field, file.cluster) for field in file.field})
    ordered = [found[i] for i in sorted(found)]
    return Knowledge(tuple(f for f, _ in ordered), tuple(c for _, c in ordered), digest.hexdigest())


def _parse(path: Path, data: bytes) -> _File:
    try:
        return _File.model_validate(tomllib.loads(data.decode("utf-8-sig")))
    except (ValueError, ValidationError) as error:
        told = error.errors()[0] if isinstance(error, ValidationError) else None
        where = ".".join(map(str, told["loc"])) + ": " + told["msg"] if told else str(error)
        raise InputError(f"{path.name} cannot be read as fields of work: {where}. Maybe compare with docs/knowledge.md.") from None
