-- +goose Up
-- What closed days keep of their half-hours, to who may see the days.
CREATE VIEW v_closed_day AS
    SELECT DISTINCT u.purpose, u.recipient, u.pilot, c.family, c.day, u.start_at, c.kept
    FROM closed_day c JOIN v_usage_day u ON u.family = c.family AND u.day = c.day;
GRANT SELECT ON v_closed_day TO foyer_gate;
