-- What names a device in quarantine is sealed under a key of the installation: device and
-- reason are what stands for them, so that what is alike is known to be; topic is empty; the
-- payload has all of it, as sealed.go says.

-- Which ring of keys that is, and how far what was there before has come: 0 as it was,
-- 1 sealed, 2 the pages of before are gone too.
CREATE TABLE keyring (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    id   TEXT NOT NULL,
    done INTEGER NOT NULL
);
