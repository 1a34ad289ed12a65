"""The commands about texts: likeness alone, and the fields of work that texts are read with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matcher.errors import InputError
from matcher.terminal import say


def similarity(
    queries: Annotated[Path, typer.Option(help="A table id,text[,avoid].")],
    documents: Annotated[Path, typer.Option(help="A table id,text.")],
    output: Annotated[Path, typer.Option("--out", help="A .npy file: float32 [queries, documents], 0 to 1.")],
    level: Annotated[str, typer.Option(help="auto, light or embeddings.")] = "auto",
) -> None:
    """The text component alone, on anybody's texts."""
    import numpy as np

    from matcher.answers import check_file
    from matcher.likeness import text_similarity

    check_file(output)
    matrix = text_similarity(queries, documents, level)
    with output.open("wb") as file:
        np.save(file, matrix)
    say(f"{matrix.shape[0]} queries x {matrix.shape[1]} documents written to {output}.")


def knowledge(
    action: Annotated[str, typer.Argument(metavar="ACTION", help="add or check.")],
    kind: Annotated[str, typer.Argument(metavar="[onet]", help="What is added: an O*NET database.")] = "",
    path: Annotated[Path | None, typer.Argument(metavar="[PATH]", help="The folder with its text files.")] = None,
) -> None:
    """The fields of work that texts are read with: add a public database, or check that each is found by its own words."""
    from matcher.scoring.text.engine import added_folder
    from matcher.scoring.text.onet import FILE, add_onet
    from matcher.scoring.text.reach import unreached

    if action == "add" and kind == "onet" and path is not None:
        found = add_onet(path, added_folder())
        say(f"{found} fields of work added in {added_folder() / FILE}. Delete that file to take them away again.")
    elif action == "check" and not kind:
        folders = (added_folder(),) if added_folder().is_dir() else ()
        total, lines = unreached(folders)
        for line in lines:
            say(line)
        say(f"{total - len(lines)} of {total} fields of work are found by their own everyday words.")
    else:
        raise InputError("that is not a call of matcher knowledge. Maybe matcher knowledge add onet PATH, or matcher knowledge check.")
