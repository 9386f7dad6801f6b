-- What the file must hold, so that an opening notices what is missing. Changed in the transaction of
-- each edit; every transaction writes this one row, the log (-wal) is known by it.
CREATE TABLE tally (
  id           INTEGER PRIMARY KEY, -- 1: one row
  records      INTEGER NOT NULL,    -- rows of record
  record_sum   INTEGER NOT NULL,    -- core/store/tally.hpp, modulo 2^64
  things       INTEGER NOT NULL,    -- rows of thing
  thing_sum    INTEGER NOT NULL,
  drive_sum    INTEGER NOT NULL,    -- over project
  log          INTEGER NOT NULL,    -- random number of the log in use, or of the last one
  log_since_ns INTEGER NOT NULL,    -- Unix time since which edits go to the log alone; 0: folded, this file is the whole
  log_room     INTEGER NOT NULL     -- bytes that the log's file is at least longer than this transaction
);
