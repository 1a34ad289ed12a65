"""Makes `vectors.npz` anew: a table of word vectors and the reference vectors of the fields of work, distilled from MiniLM.

    .venv/bin/python -m matcher.scoring.text.distil

Needs the package with the model. Run it after the shipped fields of work have changed; a test compares the digest it records.
The vocabulary is that of the fields of work and the whole words of the model's own vocabulary. A word's vector is the sentence vector
of the word alone, centred and reduced by principal components (Tulkens and van Dongen 2024 describe the method, Model2Vec).
"""

from __future__ import annotations

import io
import math
import re
import sys
from collections import Counter

import numpy as np

from matcher.scoring.text.concepts import unit
from matcher.scoring.text.encoder import Encoder, model_folder
from matcher.scoring.text.knowledge import read_knowledge
from matcher.scoring.text.table import SHIPPED
from matcher.scoring.text.words import STOP, stem, words

WIDTH = 128
UNSEEN = 5.0
"""The inverse document frequency of a word that no field of work has."""


def main() -> None:
    """Encode, reduce, write."""
    folder = model_folder()
    if folder is None:
        sys.exit("the package with the model is not installed; run make setup")
    encoder, knowledge = Encoder(folder), read_knowledge()
    counts = [Counter(w for phrase in field.english for w in words(phrase)) for field in knowledge.fields]
    df = Counter(stem(w) for count in counts for w in count)
    own = [line for line in (folder / "vocab.txt").read_text(encoding="utf-8").split("\n") if re.fullmatch("[a-z]{3,}", line)]
    rank = {word: i for i, word in enumerate(own)}
    vocabulary = [w for w in {w for count in counts for w in count} | set(own) if w.isascii() and len(w) > 1 and w not in STOP]
    vocabulary.sort(key=lambda w: (rank.get(w, len(rank)), w))
    vectors = encoder(vocabulary)
    centred = vectors - vectors.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:WIDTH]
    reduced = centred @ axes.T
    reduced /= np.linalg.norm(reduced, axis=1, keepdims=True)
    idf = [math.log((len(counts) + 1) / (df[stem(w)] + 0.5)) if stem(w) in df else UNSEEN for w in vocabulary]
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        words=np.frombuffer("\n".join(vocabulary).encode(), np.uint8),
        vectors=np.rint(reduced * (127 / np.abs(reduced).max(axis=1, keepdims=True))).astype(np.int8),
        weight=np.rint(np.array(idf) * 64).astype(np.int16),
        reference=unit(encoder([field.in_a_line for field in knowledge.fields])).astype(np.int16),
        digest=np.frombuffer(knowledge.digest.encode(), np.uint8),
    )
    SHIPPED.write_bytes(buffer.getvalue())


if __name__ == "__main__":
    main()
