"""An uploaded archive or workbook, measured before it is unpacked, laid out as a round folder."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from api.problems import Problem
from api.settings import MIB, ServiceSettings

MOST_FILES = 300
_PART = re.compile(r"[\w][\w .,()+-]{0,120}")
_READ = 256 * 1024


def lay_out(data: bytes, folder: Path, settings: ServiceSettings, kept: bytes | None) -> None:
    """Write the files of an upload into an empty folder.

    Parameters
    ----------
    data : a zip of a round folder, or a workbook.
    kept : the round.toml that the round has already, used when the upload brings none.
    """
    names = _names(data)
    if "[Content_Types].xml" in names:
        (folder / "round.xlsx").write_bytes(data)
    else:
        _unpack(data, folder, settings)
    if not (folder / "round.toml").exists():
        (folder / "round.toml").write_bytes(kept or b"")


def _bad(detail: str) -> Problem:
    return Problem(422, "bad_archive", detail)


def _names(data: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise _bad("This is neither a zip archive nor a workbook.") from None


def _unpack(data: bytes, folder: Path, settings: ServiceSettings) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [e for e in archive.infolist() if not e.is_dir() and not _ignored(e.filename)]
        _measure(entries, settings)
        places = {e: _place(e.filename) for e in entries}
        top = _common_top(list(places.values()))
        left = int(settings.max_unpacked_mb * MIB)
        for entry, place in places.items():
            target = folder.joinpath(*place.parts[top:])
            if target.exists():
                raise _bad("Two files of the archive have the same name.")
            target.parent.mkdir(parents=True, exist_ok=True)
            left -= _copy(archive, entry, target, left)


def _ignored(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return not parts or "__MACOSX" in parts or parts[-1].startswith((".", "~$"))


def _measure(entries: list[zipfile.ZipInfo], settings: ServiceSettings) -> None:
    if not entries:
        raise _bad("The archive is empty.")
    if len(entries) > MOST_FILES:
        raise _bad(f"The archive has more than {MOST_FILES} files.")
    if any(e.flag_bits & 1 for e in entries):
        raise _bad("The archive is protected by a password.")
    if sum(e.file_size for e in entries) > settings.max_unpacked_mb * MIB:
        raise Problem(413, "too_large", f"The archive would unpack to more than {settings.max_unpacked_mb:g} MiB.")
    for entry in entries:
        if entry.file_size > MIB and entry.file_size > settings.max_ratio * max(1, entry.compress_size):
            raise Problem(413, "too_large", f"A file of the archive would unpack to more than {settings.max_ratio:g} times its size.")


def _place(name: str) -> PurePosixPath:
    place = PurePosixPath(name.replace("\\", "/"))
    if place.is_absolute() or len(place.parts) > 4 or not all(_PART.fullmatch(part) for part in place.parts):
        raise _bad("The archive has a file in an unlawful place.")
    return place


def _common_top(places: list[PurePosixPath]) -> int:
    """1 when everything lies in one folder, as when a folder was zipped as such."""
    tops = {place.parts[0] for place in places}
    return int(len(tops) == 1 and all(len(place.parts) > 1 for place in places))


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Unpack one file piece by piece, never more than is allowed, whatever the directory of the archive says."""
    written = 0
    try:
        with archive.open(entry) as source, target.open("wb") as file:
            while piece := source.read(_READ):
                written += len(piece)
                if written > left:
                    raise Problem(413, "too_large", "The archive unpacks to more than is allowed.")
                file.write(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError):
        raise _bad("The archive is damaged.") from None
    return written
