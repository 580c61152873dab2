-- Until when this process read from the broker, and how much came: one row.
CREATE TABLE heartbeat (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    at   INTEGER NOT NULL, -- UTC milliseconds of the wall clock
    rate REAL NOT NULL     -- messages a second
);
