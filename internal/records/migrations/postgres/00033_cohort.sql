-- +goose Up
-- What the homes of a pilot are compared with over a year. Rows are only ever added; of
-- the stamp of the newest one it is seen whether the homes have to be compared again.
DROP VIEW v_cohort;
DROP TABLE cohort;
CREATE TABLE cohort (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pilot       TEXT NOT NULL REFERENCES pilot (id),
    from_day    TEXT NOT NULL,
    to_day      TEXT NOT NULL,
    stamp       TEXT NOT NULL,
    figures     TEXT NOT NULL,   -- sealed
    computed_at BIGINT NOT NULL  -- world clock
);
CREATE INDEX cohort_year ON cohort (pilot, from_day, id);
