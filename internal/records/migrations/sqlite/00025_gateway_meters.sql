-- +goose Up
-- Each family's alerts ask for the meters behind its gateways.
CREATE INDEX meter_gateway ON meter (gateway);
