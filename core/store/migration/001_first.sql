-- A project: what is known of its drive, every record of its history, and the things as they are now.

-- drive.path, drive.format, drive.name, drive.part, drive.fingerprint
CREATE TABLE project (
  name  TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- One row an edit, undo or redo, numbered without gaps; rows are added, never changed or deleted.
CREATE TABLE record (
  number    INTEGER PRIMARY KEY,
  what      INTEGER NOT NULL,   -- 1 edit, 2 undo, 3 redo
  of        INTEGER NOT NULL,   -- undo, redo: the edit's number; else 0
  time_ns   INTEGER NOT NULL,   -- Unix time; the rest is empty for undo and redo
  author    INTEGER NOT NULL,   -- 1 hand, 2 job, 3 import
  who       TEXT NOT NULL,
  title     TEXT NOT NULL,      -- English template
  arguments BLOB NOT NULL,      -- of the template
  changes   BLOB NOT NULL,      -- core/store/codec.hpp
  checksum  INTEGER NOT NULL    -- FNV-1a over the row
);

-- The document after the last record, in the same transaction as that.
CREATE TABLE thing (
  kind     INTEGER NOT NULL,    -- 1 track, 2 correction, 3 repair, 4 source, 5 setting, 6 note, 7 frame
  id       TEXT NOT NULL,
  edit     INTEGER NOT NULL,    -- number of the record that made it
  value    BLOB NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) WITHOUT ROWID;
