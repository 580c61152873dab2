-- +goose Up
-- Ingesters whose turn to write began and has not ended; with their process it broke off.
CREATE TABLE turn (
    ingester TEXT PRIMARY KEY,
    began_at BIGINT NOT NULL -- wall clock
);

-- Readings that an ingester stored while the turn of another one had broken off, which may
-- have planned to store them: that one will find them, and they are not its own.
CREATE TABLE taken_over (
    meter    TEXT NOT NULL,
    register TEXT NOT NULL,
    at       BIGINT NOT NULL,
    ingester TEXT NOT NULL,
    noted_at  BIGINT NOT NULL,
    PRIMARY KEY (meter, register, at)
);
