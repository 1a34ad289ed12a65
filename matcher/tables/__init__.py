"""Bytes on disk to raw text tables: CSV files or one workbook, every fault of the files collected."""

from matcher.tables.base import RawTable, Tables
from matcher.tables.folder import read_tables

__all__ = ["RawTable", "Tables", "read_tables"]
