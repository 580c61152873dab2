-- +goose Up
-- A contract is for one fuel, and says when its year is settled.
ALTER TABLE contract ADD COLUMN fuel TEXT NOT NULL DEFAULT 'electricity';
ALTER TABLE contract ADD COLUMN settles TEXT NOT NULL DEFAULT ''; -- 'MM-DD', last day of a year; '': the eve of the anniversary of from_day
UPDATE contract SET fuel = 'gas' WHERE tariff LIKE 'fr-gaz-%';
ALTER TABLE contract DROP CONSTRAINT contract_pkey;
ALTER TABLE contract ADD PRIMARY KEY (family, fuel, meter, from_day);
CREATE OR REPLACE VIEW v_contract AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, c.*
    FROM contract c JOIN family f ON f.id = c.family JOIN v_grant g ON g.family = c.family
    WHERE g.category = 'cost';

-- A line is of one fuel.
ALTER TABLE bill_line ADD COLUMN fuel TEXT NOT NULL DEFAULT 'electricity';
ALTER TABLE bill_issue ADD COLUMN fuel TEXT NOT NULL DEFAULT 'electricity';
CREATE OR REPLACE VIEW v_cost AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, b.*
    FROM bill_line b JOIN family f ON f.id = b.family JOIN v_grant g ON g.family = b.family
    WHERE g.category = 'cost' AND g.granularity >= 2
      AND b.start_at >= g.data_from AND b.start_at < g.data_to;

-- Every bill there ever was of a month that is over, and since when another one holds, as in
-- v_result_past.
CREATE VIEW v_bill_past AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, b.*
    FROM (SELECT i.*, COALESCE((SELECT MIN(n.issued_at) FROM bill_issue n
              WHERE n.family = i.family AND n.month = i.month AND n.issue > i.issue), 9223372036854775807) AS until_at
          FROM bill_issue i) b
        JOIN family f ON f.id = b.family JOIN v_grant g ON g.family = b.family
    WHERE g.category = 'cost' AND g.granularity >= 2
      AND b.start_at >= g.data_from AND b.start_at < g.data_to;

-- What was paid and what helped, only ever added. An entry that takes another back ends it.
CREATE TABLE money (
    id       TEXT PRIMARY KEY,
    family   TEXT NOT NULL REFERENCES family (id),
    fuel     TEXT NOT NULL DEFAULT '',  -- of which contract; '': all of them
    day      TEXT NOT NULL,
    start_at BIGINT NOT NULL,           -- first instant of day
    kind     TEXT NOT NULL,             -- voucher, discount, grant, instalment, prepayment, refund, delivery, rent_heat, taken_back
    category TEXT NOT NULL,             -- of consent: cost, or income where it shows what a family lives on
    cents    BIGINT NOT NULL,           -- above 0
    quantity BIGINT NOT NULL DEFAULT 0, -- of a delivery, thousandths of unit
    unit     TEXT NOT NULL DEFAULT '',
    source   TEXT NOT NULL DEFAULT '',
    said_by  TEXT NOT NULL DEFAULT '',
    said_at  BIGINT NOT NULL,           -- world clock
    takes    TEXT NOT NULL DEFAULT ''   -- id of the entry taken back
);
CREATE INDEX money_family ON money (family, day);
CREATE UNIQUE INDEX money_takes ON money (takes) WHERE takes <> '';

-- Entries with when they were taken back. Who may see cost alone sees of help that it helped, not
-- what it was: a voucher tells the income. The family itself sees its own.
CREATE VIEW v_money AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, m.family, m.id, m.fuel, m.day,
           CASE WHEN m.category = 'cost' OR g.recipient = 'family' OR i.family IS NOT NULL THEN m.kind ELSE 'aid' END AS kind,
           m.cents, m.quantity, m.unit,
           CASE WHEN m.category = 'cost' OR g.recipient = 'family' OR i.family IS NOT NULL THEN m.source ELSE '' END AS source,
           m.said_at, COALESCE(t.said_at, 9223372036854775807) AS taken_at
    FROM money m JOIN family f ON f.id = m.family JOIN v_grant g ON g.family = m.family
        LEFT JOIN money t ON t.takes = m.id
        LEFT JOIN v_grant i ON i.family = m.family AND i.purpose = g.purpose AND i.recipient = g.recipient AND i.category = 'income'
            AND m.start_at >= i.data_from AND m.start_at < i.data_to
    WHERE m.kind <> 'taken_back' AND g.category = 'cost' AND g.granularity >= 2
      AND m.start_at >= g.data_from AND m.start_at < g.data_to;

GRANT SELECT ON v_bill_past, v_money TO foyer_gate;
