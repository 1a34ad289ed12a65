"""The text engine: reads texts and turns them into vectors, at one of two levels.

*light* needs nothing but this package: fields of work (`concepts.py`) and a table of word vectors. *embeddings* has MiniLM's
sentence vectors (`encoder.py`) in place of the table. Both are complete; the level is part of a run's identity.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from matcher.errors import InputError
from matcher.scoring.text import cache
from matcher.scoring.text.concepts import Concepts, near, unit
from matcher.scoring.text.encoder import PACKAGE, Encoder, model_folder, model_version
from matcher.scoring.text.knowledge import SHIPPED, Knowledge, read_knowledge
from matcher.scoring.text.lexicon import Lexicon, read_lexicon
from matcher.scoring.text.reader import Reader, Word
from matcher.scoring.text.table import read_table
from matcher.scoring.text.words import words

_FILES = sorted(path for path in Path(__file__).parent.iterdir() if path.suffix in {".py", ".txt", ".toml"})
FORM = hashlib.sha256(b"".join(path.read_bytes() for path in _FILES)).hexdigest()
"""A hash of this code and its word lists: whatever changes in them, nothing old is taken from the cache."""
REFUSING = 0.25
"""Weight of the second vector beside the fields of work when a text is compared with what somebody refuses."""
REMEMBERED = 20_000
"""Texts of students whose vectors are kept in memory."""


@dataclass(frozen=True)
class Level:
    """How the parts of a likeness weigh; fitted on the development half of fixtures/statements.

    Attributes
    ----------
    second : of the second vector (table or sentence) beside the fields of work.
    near : of the fields that the second vector is near to, beside the fields of the words.
    least : standard deviations from which on a field counts as near.
    """

    second: float
    near: float
    least: float


LEVELS = {"light": Level(0.125, 0.3, 1.0), "embeddings": Level(0.75, 0.6, 1.5)}


@dataclass(frozen=True)
class Vectors:
    """Texts as vectors: float32 of whole numbers, each of length UNIT or 0.

    Attributes
    ----------
    words : over the fields of work that their words belong to; of no width for what students write.
    second : of words (the table) or sentences (MiniLM).
    fields : over the fields of work, those that `second` is near to as well (but for what somebody refuses).
    """

    words: np.ndarray
    second: np.ndarray
    fields: np.ndarray

    def __len__(self) -> int:
        return len(self.fields)

    def __getitem__(self, rows: Any) -> Vectors:
        return Vectors(self.words[rows], self.second[rows], self.fields[rows])


class Engine:
    """One level over one body of knowledge.

    Parameters
    ----------
    level : ``light`` or ``embeddings``.
    extra : folders with more fields of work, a town's own trades say.
    """

    def __init__(self, level: str, extra: tuple[Path, ...] = ()) -> None:
        self.level, self._parts = level, LEVELS[level]
        self.weight = self._parts.second
        self.table, self.lexicon = read_table(), read_lexicon()
        knowledge = read_knowledge((SHIPPED, *extra))
        self.fields, self.clusters = knowledge.fields, knowledge.clusters
        self.digest = hashlib.sha256(f"{FORM} {knowledge.digest} {self.table.digest} {self.lexicon.digest}".encode()).hexdigest()
        stored = cache.remembered([f"knowledge {self.digest}"], lambda keys: {key: self._compiled(knowledge) for key in keys})
        self.reader, self.concepts, self._reference, self._own_anchors = _restored(next(iter(stored.values())), self.lexicon)
        self._asked: dict[tuple[bool, str], tuple[np.ndarray, np.ndarray]] = {}
        self.scales: dict[tuple[bool, str], tuple[float, float]] = {}
        self._encoder = Encoder(_model()) if level == "embeddings" else None
        self.read = lru_cache(maxsize=2 * REMEMBERED)(self._read)
        self.fields_of = lru_cache(maxsize=64)(self._fields_of)
        self.products_of = lru_cache(maxsize=64)(lambda text: np.asarray(self.concepts.matrix @ self.fields_of(text)))

    @property
    def version(self) -> dict[str, str]:
        """What the manifest says: level, digest of the knowledge, and the model."""
        return {"level": self.level, "knowledge": self.digest, "model": model_version() if self._encoder else "vectors.npz"}

    @cached_property
    def reference(self) -> Vectors:
        """The shipped fields of work as texts: what likeness is measured against, whatever a round holds."""
        second = self.table.reference if self._encoder else self._reference[1].astype(np.float32)
        return self._vectors(self._reference[0].astype(np.float32), second)

    @cached_property
    def _anchors(self) -> np.ndarray:
        """float32 [fields, d], whole numbers: the second vector of every field of work, shipped or not."""
        if self._encoder is None:
            return np.asarray(self._own_anchors.astype(np.float32))
        shipped = dict(zip(read_knowledge().fields, self.table.reference, strict=True))
        added = [field for field in self.fields if field not in shipped]
        found = shipped | dict(zip(added, self._kept_sentences([field.in_a_line for field in added]), strict=True))
        return np.array([found[field] for field in self.fields], np.float32)

    def _vectors(self, words: np.ndarray, second: np.ndarray) -> Vectors:
        fields = unit(words + self._parts.near * near(second, self._anchors, self._parts.least).astype(np.float64))
        return Vectors(words, second, fields)

    def _read(self, text: str) -> tuple[Word, ...]:
        """What `reader.read` reads, remembered: the same texts are explained again and again."""
        return tuple(self.reader.read(text))

    def _fields_of(self, text: str) -> np.ndarray:
        """int64 [fields]: a text over fields of work."""
        return np.asarray(self.of_queries([text]).fields[0], dtype=np.int64)

    def of_queries(self, texts: Sequence[str], refusing: bool = False) -> Vectors:
        """Vectors of what students want or refuse; the latest are remembered in memory, and nothing of it is kept on disk."""
        distinct, asked = list(dict.fromkeys(texts)), self._asked
        new = [text for text in distinct if (refusing, text) not in asked]
        if len(asked) + len(new) > REMEMBERED:
            asked, self.scales, new = {}, {}, distinct
        if new:
            made = self._of_queries(new)
            fields = made.words if refusing else made.fields
            asked.update(zip(((refusing, text) for text in new), zip(made.second, fields, strict=True), strict=True))
        self._asked = asked
        rows = [asked[refusing, text] for text in texts]
        widths = self.reference.second.shape[1], self.reference.fields.shape[1]
        parts = zip(*rows, strict=True) if rows else ((), ())
        second, fields = (np.array(part, np.float32).reshape(len(texts), w) for part, w in zip(parts, widths, strict=True))
        return Vectors(np.zeros((len(texts), 0), np.float32), second, fields)

    def _of_queries(self, texts: Sequence[str]) -> Vectors:
        found = [self.reader.read(text) for text in texts]
        if self._encoder is None:
            second = unit(self.table.summed(found).astype(float))
        else:
            second = self._sentences([self.reader.in_english(text) if told else "" for text, told in zip(texts, found, strict=True)])
        return self._vectors(self.concepts.vectors(found), second)

    def of_documents(self, texts: Sequence[str], found: Sequence[Sequence[Word]] | None = None) -> Vectors:
        """Vectors of what sites and mentors write (`found`: as they read); sentence vectors are kept on disk by the hash of the text."""
        found = [self.reader.read(text) for text in texts] if found is None else found
        if self._encoder is None:
            second = unit(self.table.summed(found).astype(float))
        else:
            second = self._kept_sentences([self.reader.in_english(text) if self.reader.is_spanish(text) else text for text in texts])
        return self._vectors(self.concepts.vectors(found), second)

    def _kept_sentences(self, english: Sequence[str]) -> np.ndarray:
        """Sentence vectors, float32 [texts, d], kept on disk by the hash of the text."""
        keys = [f"{FORM} {model_version()} {hashlib.sha256(text.encode()).hexdigest()}" for text in english]
        by_key = dict(zip(keys, english, strict=True))

        def compute(missing: list[str]) -> dict[str, bytes]:
            return dict(
                zip(missing, (row.astype(np.int16).tobytes() for row in self._sentences([by_key[k] for k in missing])), strict=True)
            )

        stored = cache.remembered(keys, compute)
        vectors = np.array([np.frombuffer(stored[key], np.int16) for key in keys], np.float32)
        return vectors.reshape(len(english), self.table.reference.shape[1])

    def _sentences(self, texts: Sequence[str]) -> np.ndarray:
        if self._encoder is None:
            raise RuntimeError("the light level has no sentence vectors")
        vectors = unit(self._encoder(texts)) if texts else np.zeros((0, self.table.reference.shape[1]), np.float32)
        vectors[[not text.strip() for text in texts]] = 0
        return vectors

    def likeness(self, queries: Vectors, documents: Vectors, refusing: bool = False) -> np.ndarray:
        """float64 [queries, documents]: the weighted sum of two cosines, times UNIT squared and exact.

        For what somebody refuses (`refusing`) the fields of the words alone count: who wants no needles may well want what is near to them.
        """
        alike = (queries.fields @ (documents.words if refusing else documents.fields).T).astype(np.float64)
        alike += (REFUSING if refusing else self.weight) * (queries.second @ documents.second.T)
        return np.asarray(alike)

    def _compiled(self, knowledge: Knowledge) -> bytes:
        """Everything that takes long to derive from the files, as one .npz."""
        english = Counter(w for field in knowledge.fields for phrase in field.english for w in words(phrase))
        rank = {word: i for i, word in enumerate(self.table.words)}
        order = sorted({*rank, *english}, key=lambda w: (-min(english[w], 3), rank.get(w, len(rank)), w))
        spanish = Counter(w for field in knowledge.fields for phrase in field.spanish for w in words(phrase))
        castilian = sorted(spanish, key=lambda w: (-spanish[w], w))
        reader = Reader({word: i for i, word in enumerate(order)}, castilian, self.lexicon)
        concepts = Concepts.build(knowledge, reader)
        shipped = read_knowledge().fields
        told, all_told = ([reader.read(" . ".join(field.english)) for field in fields] for fields in (shipped, knowledge.fields))
        buffer = io.BytesIO()
        np.savez(
            buffer,
            english=_packed(order),
            spanish=_packed(castilian),
            terms=_packed(concepts.place),
            idf=concepts.idf,
            data=concepts.matrix.data.astype(np.int16),
            indices=concepts.matrix.indices.astype(np.int16),
            indptr=concepts.matrix.indptr,
            fields=concepts.vectors(told).astype(np.int16),
            second=unit(self.table.summed(told).astype(float)).astype(np.int16),
            anchors=unit(self.table.summed(all_told).astype(float)).astype(np.int16),
        )
        return buffer.getvalue()


def _packed(column: Iterable[str]) -> np.ndarray:
    return np.frombuffer("\n".join(column).encode(), np.uint8)


def _restored(data: bytes, lexicon: Lexicon) -> tuple[Reader, Concepts, tuple[np.ndarray, np.ndarray], np.ndarray]:
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        english, spanish, terms = (file[name].tobytes().decode().split("\n") for name in ("english", "spanish", "terms"))
        parts = file["data"].astype(np.int64), file["indices"].astype(np.int32), file["indptr"]
        fields, second, idf, anchors = file["fields"], file["second"], file["idf"], file["anchors"]
    matrix = sparse.csr_matrix(parts, shape=(len(terms), int(parts[1].max()) + 1))
    reader = Reader({word: i for i, word in enumerate(english)}, spanish, lexicon)
    return reader, Concepts({term: i for i, term in enumerate(terms)}, idf, matrix), (fields, second), anchors


def _model() -> Path:
    folder = model_folder()
    if folder is None:
        raise InputError(f'text level embeddings needs the package {PACKAGE}. Maybe run make setup, or set text.level = "light".')
    return folder


def engine(level: str = "auto", extra: tuple[Path, ...] = ()) -> Engine:
    """The engine of a level; ``auto`` is ``$MATCHER_TEXT_LEVEL``, or else embeddings where the model is installed, or else light.

    Raises
    ------
    InputError
        When the level needs a package that is not installed, or a file of fields cannot be read.
    """
    if level == "auto":
        level = os.environ.get("MATCHER_TEXT_LEVEL") or ("embeddings" if model_folder() else "light")
    if level not in LEVELS:
        raise InputError(f"there is no text level {level!r}. Maybe one of: auto, {', '.join(LEVELS)}.")
    return _engine(level, extra)


@lru_cache(maxsize=4)
def _engine(level: str, extra: tuple[Path, ...]) -> Engine:
    return Engine(level, extra)


def extra_folders(round_folder: Path | None) -> tuple[Path, ...]:
    """Where fields of work of one's own may lie: what `matcher knowledge add` installed, and ``knowledge/`` in the round's folder."""
    own = () if round_folder is None else (round_folder / "knowledge",)
    return tuple(folder for folder in (added_folder(), *own) if folder.is_dir())


def added_folder() -> Path:
    """``$MATCHER_KNOWLEDGE``, or a folder of its own in the user's data."""
    given = os.environ.get("MATCHER_KNOWLEDGE")
    return (
        Path(given) if given else Path(os.environ.get("XDG_DATA_HOME", "~/.local/share")).expanduser() / "internship-matcher" / "knowledge"
    )
