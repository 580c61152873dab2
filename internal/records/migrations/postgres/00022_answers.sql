-- +goose Up
-- Who wrote an answer down, '' for the family itself, and the first instant of the day
-- it holds from.
ALTER TABLE answer ADD COLUMN said_by TEXT NOT NULL DEFAULT '';
ALTER TABLE answer ADD COLUMN start_at BIGINT NOT NULL DEFAULT 0;

-- The answers that hold: the last one of each question and day, taken back or not.
CREATE VIEW v_answer AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, a.*
    FROM answer a JOIN family f ON f.id = a.family JOIN v_grant g ON g.family = a.family
    WHERE g.category = 'survey' AND a.start_at >= g.data_from AND a.start_at < g.data_to
      AND a.id = (SELECT MAX(q.id) FROM answer q WHERE q.family = a.family AND q.question = a.question AND q.day = a.day);
GRANT SELECT ON v_answer TO foyer_gate;
