-- +goose Up
-- A cast rounds to the nearest: the clock would be half a millisecond ahead of every other.
CREATE OR REPLACE VIEW wall AS SELECT CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT) AS now;
