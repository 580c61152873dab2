-- +goose Up
-- What stands in a row's digest for a text that is kept sealed. Salts are sealed from here on too.
ALTER TABLE consent ADD COLUMN commitment BYTEA;
ALTER TABLE alert_event ADD COLUMN commitment BYTEA;
