"""The tables, as numbered steps from an empty data base; a step is never edited, only followed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from .problems import StoreError, guarded

FILE = "convlens.sqlite"
WAIT_S = 10  # for another connection's write

MIGRATIONS = (
    # 1: runs and their events. `step` of an event is its last one; `body` is JSON text, or packed
    # numbers for points and layers. `repeat` is the last step stored when the run was cut off.
    # A chunk holds the points of many events once more, up to `step`, so that a million are read at
    # once; the run's `chunk_step` is the last of them.
    """
    CREATE TABLE run (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        options TEXT NOT NULL,
        results TEXT NOT NULL DEFAULT '{}',
        created_s REAL NOT NULL,
        changed_s REAL NOT NULL,
        seq INTEGER NOT NULL DEFAULT 0,
        step INTEGER NOT NULL DEFAULT 0,
        layers_step INTEGER NOT NULL DEFAULT 0,
        chunk_step INTEGER NOT NULL DEFAULT 0,
        repeat INTEGER NOT NULL DEFAULT -1,
        bytes INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE event (
        run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        type TEXT NOT NULL,
        step INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (run, seq)
    ) WITHOUT ROWID;
    CREATE TABLE chunk (
        run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (run, step)
    ) WITHOUT ROWID;
    CREATE INDEX event_step ON event (run, step);
    CREATE INDEX event_type ON event (run, type, step);
    """,
)


def connect(folder: Path) -> sqlite3.Connection:
    """Returns a connection that commits each statement by itself, usable from any thread.

    A commit survives the death of the process, not of the machine (WAL with `synchronous=NORMAL`).
    """
    db = sqlite3.connect(
        folder / FILE, timeout=WAIT_S, isolation_level=None, check_same_thread=False
    )
    try:
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error:
        db.close()
        raise
    return db


def migrate(db: sqlite3.Connection, folder: Path) -> None:
    """Brings the data base to this version; two programs that start at once do it once.

    Raises:
        StoreError: a newer ConvLens wrote it, or it cannot be written.
    """
    with guarded(folder):
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise StoreError("newer", folder)
        while version < len(MIGRATIONS):
            _step(db, version)
            (version,) = db.execute("PRAGMA user_version").fetchone()


def _step(db: sqlite3.Connection, version: int) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        if db.execute("PRAGMA user_version").fetchone()[0] == version:
            for statement in MIGRATIONS[version].split(";"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {version + 1}")
        db.execute("COMMIT")
    except sqlite3.Error:
        db.execute("ROLLBACK")
        raise
