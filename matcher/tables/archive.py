"""The zip around a workbook: measured before it is unpacked, so that a small file cannot fill the memory."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

MAX_ENTRIES = 2_000
MAX_UNPACKED = 256 * 1024 * 1024
MAX_RATIO = 200
RATIO_FROM = 10 * 1024 * 1024
_ENTITIES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_OTHER_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["'](?!utf-8|us-ascii)""", re.IGNORECASE)


class UnsafeError(Exception):
    """A workbook that is not opened; the text says what it does."""


class DamagedError(Exception):
    """Not a zip, or one that cannot be unpacked."""


def unpack(data: bytes) -> dict[str, bytes]:
    """The XML parts of a workbook by name, each as long as the directory says; pictures and macros are left out.

    Raises
    ------
    UnsafeError
        For too many entries, too much text, a suspicious ratio, or XML that defines entities or hides behind an encoding.
    DamagedError
        When it is no zip, is encrypted or a checksum is wrong.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _measure(entries)
            wanted = [e for e in entries if e.filename.lower().endswith((".xml", ".rels"))]
            parts = {e.filename: _read(archive, e) for e in wanted}
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError) as error:
        raise DamagedError(type(error).__name__) from None
    for name, part in parts.items():
        if part.startswith((b"\xff\xfe", b"\xfe\xff")) or _ENTITIES.search(part) or _OTHER_ENCODING.match(part):
            raise UnsafeError(f"has a part that no spreadsheet program writes ({name})")
    return parts


def pack(parts: dict[str, bytes]) -> bytes:
    """The parts as a new zip: what is read afterwards is exactly what was measured."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def _measure(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise UnsafeError(f"has {len(entries):,} files inside; at most {MAX_ENTRIES:,} are lawful")
    if len({e.filename.lower() for e in entries}) < len(entries):
        raise UnsafeError("has two files of the same name inside")
    total = sum(e.file_size for e in entries)
    if total > MAX_UNPACKED:
        raise UnsafeError(f"would unpack to {total / 2**20:,.0f} MiB; at most {MAX_UNPACKED // 2**20} MiB are unpacked")
    for entry in entries:
        if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise UnsafeError(f"would unpack to more than {MAX_RATIO} times its size ({entry.filename})")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """At most as many bytes as the directory declares; the checksum tells when there are more."""
    with archive.open(entry) as stream:
        return stream.read(entry.file_size)
