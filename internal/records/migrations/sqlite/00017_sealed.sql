-- +goose Up
-- What names a family is kept sealed from here on, under a key of that family, or of the
-- installation where no family is concerned; see internal/keyring. An index is what stands
-- for a text where it must be found or be unique.

-- Which ring of keys the rest is sealed with, and how far what was there before has come:
-- 0 as it was, 1 sealed, 2 the pages of before are gone too.
CREATE TABLE keyring (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    id   TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0
);

ALTER TABLE family ADD COLUMN label_index TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX family_label ON family (pilot, label_index) WHERE label_index <> '';

ALTER TABLE staff ADD COLUMN email_index TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX staff_email ON staff (email_index) WHERE email_index <> '';

-- disposable and aid are 0 once they are in here.
ALTER TABLE income ADD COLUMN amounts TEXT NOT NULL DEFAULT '';

-- device is its index; name is the device, sealed under the key of the family that has it.
ALTER TABLE meter_alias ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE meter_alias ADD COLUMN owner TEXT NOT NULL DEFAULT '';
CREATE INDEX meter_alias_meter ON meter_alias (meter);

-- The family whose key seals why and said_by.
ALTER TABLE meter_change ADD COLUMN owner TEXT NOT NULL DEFAULT '';

DROP VIEW v_alert_event;
CREATE VIEW v_alert_event AS
    SELECT v.purpose, v.recipient, v.pilot, v.family, e.id, e.alert, e.at, e.step, e.state, e.outcome, e.note,
           COALESCE(s.name, t.name, '') AS by_name, e.by_staff, e.seq
    FROM alert_event e JOIN v_alert v ON v.id = e.alert
        LEFT JOIN staff s ON s.id = e.by_staff LEFT JOIN token t ON t.id = e.by_staff
    WHERE e.state <> 'pending';

-- cents is 0 where amount has them: what tells a family's income.
ALTER TABLE money ADD COLUMN amount TEXT NOT NULL DEFAULT '';

DROP VIEW v_money;
CREATE VIEW v_money AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, m.family, m.id, m.fuel, m.day,
           CASE WHEN m.category = 'cost' OR g.recipient = 'family' OR i.family IS NOT NULL THEN m.kind ELSE 'aid' END AS kind,
           m.cents, m.quantity, m.unit,
           CASE WHEN m.category = 'cost' OR g.recipient = 'family' OR i.family IS NOT NULL THEN m.source ELSE '' END AS source,
           m.said_at, COALESCE(t.said_at, 9223372036854775807) AS taken_at, m.amount
    FROM money m JOIN family f ON f.id = m.family JOIN v_grant g ON g.family = m.family
        LEFT JOIN money t ON t.takes = m.id
        LEFT JOIN v_grant i ON i.family = m.family AND i.purpose = g.purpose AND i.recipient = g.recipient AND i.category = 'income'
            AND m.start_at >= i.data_from AND m.start_at < i.data_to
    WHERE m.kind <> 'taken_back' AND g.category = 'cost' AND g.granularity >= 2
      AND m.start_at >= g.data_from AND m.start_at < g.data_to;
