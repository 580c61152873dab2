-- +goose Up
-- Instants are UTC milliseconds, days are 'YYYY-MM-DD' of the pilot's zone, energy is
-- thousandths of the base unit, durations are milliseconds, flags are 0 or 1.

-- The database's own clock. Consent, sessions and accesses know no other.
CREATE VIEW wall AS SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now;

CREATE TABLE pilot (
    id   TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    zone TEXT NOT NULL
);

CREATE TABLE family (
    id       TEXT PRIMARY KEY,
    pilot    TEXT NOT NULL REFERENCES pilot (id),
    label    TEXT NOT NULL,
    language TEXT NOT NULL DEFAULT 'fr',
    since    BIGINT NOT NULL,
    UNIQUE (pilot, label)
);

CREATE TABLE dwelling (
    family           TEXT NOT NULL REFERENCES family (id),
    from_day         TEXT NOT NULL,
    to_day           TEXT NOT NULL DEFAULT '9999-12-31',
    persons_14       INTEGER NOT NULL,
    persons_under_14 INTEGER NOT NULL,
    area_m2          INTEGER NOT NULL DEFAULT 0,
    heated_in_rent   INTEGER NOT NULL DEFAULT 0,
    fragile          INTEGER NOT NULL DEFAULT 0,
    heating          TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (family, from_day)
);

CREATE TABLE contract (
    family     TEXT NOT NULL REFERENCES family (id),
    from_day   TEXT NOT NULL,
    to_day     TEXT NOT NULL DEFAULT '9999-12-31',
    meter      TEXT NOT NULL DEFAULT '',
    tariff     TEXT NOT NULL,
    power_kva  INTEGER NOT NULL,
    off_peak   TEXT NOT NULL DEFAULT '',
    instalment BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (family, meter, from_day)
);

CREATE TABLE income (
    family     TEXT NOT NULL REFERENCES family (id),
    from_day   TEXT NOT NULL,
    disposable BIGINT NOT NULL,
    aid        BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (family, from_day)
);

-- Gateways and devices. A meter is known by an opaque id; aliases lead to it.
CREATE TABLE gateway (
    id          TEXT PRIMARY KEY,
    pilot       TEXT NOT NULL REFERENCES pilot (id),
    secret_hash TEXT NOT NULL
);

CREATE TABLE meter (
    id         TEXT PRIMARY KEY,
    gateway    TEXT NOT NULL,
    state      TEXT NOT NULL DEFAULT 'unclaimed', -- unclaimed, claimed, ignored
    role       TEXT NOT NULL DEFAULT '',          -- electricity, indoor, outdoor, …; set when claimed
    max_power  BIGINT NOT NULL DEFAULT 0,         -- thousandths of W; 0 when unknown
    first_seen BIGINT NOT NULL
);

CREATE TABLE meter_alias (
    gateway TEXT NOT NULL,
    scheme  TEXT NOT NULL,
    device  TEXT NOT NULL,
    meter   TEXT NOT NULL REFERENCES meter (id),
    PRIMARY KEY (gateway, scheme, device)
);

-- Whose readings a meter's are, and since when. Open while to_at is the far future.
CREATE TABLE attachment (
    meter   TEXT NOT NULL REFERENCES meter (id),
    family  TEXT NOT NULL REFERENCES family (id),
    from_at BIGINT NOT NULL,
    to_at   BIGINT NOT NULL DEFAULT 253402300800000,
    role    TEXT NOT NULL DEFAULT '', -- what the meter measured for the family; '': that of the meter
    PRIMARY KEY (meter, from_at)
);
CREATE INDEX attachment_family ON attachment (family);

-- The drain's high-water marks, its conflicts, and what it made stale.
CREATE TABLE latest (
    meter    TEXT NOT NULL,
    register TEXT NOT NULL,
    at       BIGINT NOT NULL,
    value    BIGINT NOT NULL,
    previous_at BIGINT NOT NULL DEFAULT -62135596800000, -- the mark before this one: tells a batch what is new
    PRIMARY KEY (meter, register)
);

-- How often a meter speaks, as the roll-up last saw it.
CREATE TABLE meter_pulse (
    meter    TEXT PRIMARY KEY,
    interval_ms BIGINT NOT NULL -- median gap between two messages
);

CREATE TABLE conflict (
    meter    TEXT NOT NULL,
    register TEXT NOT NULL,
    at       BIGINT NOT NULL,
    first    BIGINT NOT NULL,
    second   BIGINT NOT NULL,
    seen_at  BIGINT NOT NULL,
    PRIMARY KEY (meter, register, at, second)
);

CREATE TABLE stale (
    id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    meter   TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    to_at   BIGINT NOT NULL
);
CREATE INDEX stale_meter ON stale (meter);

-- What an operator's export or a bill states for a period; never an index.
CREATE TABLE usage_interval (
    meter     TEXT NOT NULL,
    register  TEXT NOT NULL,
    from_at   BIGINT NOT NULL,
    to_at     BIGINT NOT NULL,
    energy    BIGINT NOT NULL,
    estimated INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (meter, register, from_at, to_at)
);

-- Usage of a family: what the registers of its meters amount to.
CREATE TABLE usage_slot (
    family    TEXT NOT NULL REFERENCES family (id),
    start_at  BIGINT NOT NULL,
    register  TEXT NOT NULL,
    energy    BIGINT NOT NULL,
    seen      BIGINT NOT NULL,
    length    BIGINT NOT NULL,
    estimated INTEGER NOT NULL,
    provision INTEGER NOT NULL,
    PRIMARY KEY (family, start_at, register)
);

CREATE TABLE usage_day (
    family    TEXT NOT NULL REFERENCES family (id),
    day       TEXT NOT NULL,
    register  TEXT NOT NULL,
    start_at  BIGINT NOT NULL,
    energy    BIGINT NOT NULL,
    seen      BIGINT NOT NULL,
    length    BIGINT NOT NULL,
    estimated INTEGER NOT NULL,
    provision INTEGER NOT NULL,
    PRIMARY KEY (family, day, register)
);

CREATE TABLE usage_month (
    family    TEXT NOT NULL REFERENCES family (id),
    month     TEXT NOT NULL, -- 'YYYY-MM'
    register  TEXT NOT NULL,
    start_at  BIGINT NOT NULL,
    energy    BIGINT NOT NULL,
    seen      BIGINT NOT NULL,
    length    BIGINT NOT NULL,
    estimated INTEGER NOT NULL,
    provision INTEGER NOT NULL,
    PRIMARY KEY (family, month, register)
);

CREATE TABLE bill_line (
    family   TEXT NOT NULL REFERENCES family (id),
    month    TEXT NOT NULL,
    line     INTEGER NOT NULL,
    start_at BIGINT NOT NULL,
    label    TEXT NOT NULL, -- catalogue key
    quantity TEXT NOT NULL, -- exact decimal
    unit     TEXT NOT NULL, -- kWh, day
    price    TEXT NOT NULL, -- exact decimal, EUR per unit
    cents    BIGINT NOT NULL,
    estimated INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (family, month, line)
);

-- A climate station of the pilot, one mean a day.
CREATE TABLE weather_day (
    pilot   TEXT NOT NULL REFERENCES pilot (id),
    day     TEXT NOT NULL,
    mean    BIGINT NOT NULL, -- thousandths of degC
    seen    BIGINT NOT NULL,
    length  BIGINT NOT NULL,
    PRIMARY KEY (pilot, day)
);

-- Days whose usage or climate changed since the results that read them.
CREATE TABLE dirty_day (
    family TEXT NOT NULL,
    day    TEXT NOT NULL,
    PRIMARY KEY (family, day)
);

CREATE TABLE result (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    family      TEXT NOT NULL REFERENCES family (id),
    indicator   TEXT NOT NULL,
    from_day    TEXT NOT NULL,
    to_day      TEXT NOT NULL,
    start_at    BIGINT NOT NULL,
    version     TEXT NOT NULL,
    status      TEXT NOT NULL,
    value       TEXT NOT NULL,
    unit        TEXT NOT NULL,
    detail      TEXT NOT NULL,
    category    TEXT NOT NULL,
    granularity INTEGER NOT NULL,
    computed_at BIGINT NOT NULL
);
CREATE INDEX result_period ON result (family, indicator, from_day, id);

CREATE TABLE run (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job         TEXT NOT NULL,
    started_at  BIGINT NOT NULL,
    finished_at BIGINT NOT NULL DEFAULT 0,
    done        INTEGER NOT NULL DEFAULT 0,
    failed      INTEGER NOT NULL DEFAULT 0
);

-- Alerts.
CREATE TABLE alert (
    id        TEXT PRIMARY KEY,
    pilot     TEXT NOT NULL,
    family    TEXT REFERENCES family (id), -- null for an incident of a gateway
    gateway   TEXT NOT NULL DEFAULT '',
    rule      TEXT NOT NULL,
    category  TEXT NOT NULL,
    severity  TEXT NOT NULL,
    state     TEXT NOT NULL,
    reason    TEXT NOT NULL,
    since     BIGINT NOT NULL,
    opened_at BIGINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL,
    by_staff  TEXT NOT NULL DEFAULT '',
    version   BIGINT NOT NULL DEFAULT 1
);
-- One running alert for each family and cause.
CREATE UNIQUE INDEX alert_running ON alert (family, rule) WHERE state <> 'resolved' AND family IS NOT NULL;
CREATE UNIQUE INDEX alert_incident ON alert (gateway, rule) WHERE state <> 'resolved' AND family IS NULL;
CREATE INDEX alert_family ON alert (family, rule, changed_at);
CREATE INDEX alert_gateway ON alert (gateway, rule, changed_at);

CREATE TABLE alert_event (
    id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert   TEXT NOT NULL REFERENCES alert (id),
    seq     BIGINT NOT NULL, -- version of the alert after the step
    step    TEXT NOT NULL,   -- pending, dropped, opened, escalated, acknowledged, resolved
    at      BIGINT NOT NULL, -- world clock
    wall_at BIGINT NOT NULL,
    state   TEXT NOT NULL,   -- the state entered
    severity TEXT NOT NULL,
    reason  TEXT NOT NULL,   -- as known at the time
    by_staff TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL DEFAULT '',
    note    TEXT NOT NULL DEFAULT '',
    UNIQUE (alert, seq)
);

-- What is to be sent. It names an alert and an audience, never a figure.
CREATE TABLE outbox (
    id        TEXT PRIMARY KEY, -- the webhook-id: stable for an alert's episode and transition
    alert     TEXT NOT NULL REFERENCES alert (id),
    seq       BIGINT NOT NULL,  -- the step told: alert_event (alert, seq)
    channel   TEXT NOT NULL,    -- "webhook:coop", "log"
    recipient TEXT NOT NULL,
    due_at    BIGINT NOT NULL,  -- wall clock; while somebody sends it: when the others may try
    attempts  INTEGER NOT NULL DEFAULT 0,
    done_at   BIGINT NOT NULL DEFAULT 0,
    outcome   TEXT NOT NULL DEFAULT '', -- sent, withheld, given_up
    UNIQUE (alert, seq, channel)
);
CREATE INDEX outbox_due ON outbox (channel, done_at, due_at);

-- Consent: what was said, and what holds because of it.
CREATE TABLE consent (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    family      TEXT NOT NULL REFERENCES family (id),
    at          BIGINT NOT NULL, -- database clock
    state       TEXT NOT NULL,   -- given, refused, withdrawn
    purpose     TEXT NOT NULL,
    recipient   TEXT NOT NULL,
    category    TEXT NOT NULL,
    granularity INTEGER NOT NULL, -- 1 annual, 2 monthly, 3 daily, 4 half_hourly
    data_from   BIGINT NOT NULL,
    data_to     BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    notice      TEXT NOT NULL,    -- version of the text shown
    language    TEXT NOT NULL,
    medium      TEXT NOT NULL,    -- screen, paper
    by_staff    TEXT NOT NULL DEFAULT ''
);

CREATE TABLE "grant" (
    family      TEXT NOT NULL REFERENCES family (id),
    purpose     TEXT NOT NULL,
    recipient   TEXT NOT NULL,
    category    TEXT NOT NULL,
    granularity INTEGER NOT NULL,
    data_from   BIGINT NOT NULL,
    data_to     BIGINT NOT NULL,
    valid_from  BIGINT NOT NULL,
    valid_to    BIGINT NOT NULL,
    consent     BIGINT NOT NULL,
    PRIMARY KEY (consent)
);
CREATE INDEX grant_lookup ON "grant" (recipient, purpose, family);

CREATE TABLE access (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        BIGINT NOT NULL, -- database clock
    audience  TEXT NOT NULL, -- staff, token, family, channel
    subject   TEXT NOT NULL, -- id of who asked
    family    TEXT NOT NULL, -- "" when a list was asked
    purpose   TEXT NOT NULL,
    view      TEXT NOT NULL
);
CREATE INDEX access_family ON access (family, at);

-- Who may sign in.
CREATE TABLE staff (
    id       TEXT PRIMARY KEY,
    pilot    TEXT NOT NULL REFERENCES pilot (id),
    email    TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    role     TEXT NOT NULL, -- caseworker, operator
    password TEXT NOT NULL
);

CREATE TABLE session (
    hash       TEXT PRIMARY KEY, -- SHA-256 of the cookie
    kind       TEXT NOT NULL,    -- staff, family
    subject    TEXT NOT NULL,
    expires_at BIGINT NOT NULL   -- database clock
);
CREATE INDEX session_subject ON session (kind, subject);

CREATE TABLE invitation (
    hash       TEXT PRIMARY KEY,
    family     TEXT NOT NULL REFERENCES family (id),
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE token (
    id         TEXT PRIMARY KEY,
    hash       TEXT NOT NULL UNIQUE,
    pilot      TEXT NOT NULL REFERENCES pilot (id),
    name       TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used  BIGINT NOT NULL DEFAULT 0
);

-- The only way out. Each row of a view carries the purpose and recipient that may see it, now.
CREATE VIEW v_grant AS
    SELECT * FROM "grant"
    WHERE valid_from <= (SELECT now FROM wall) AND valid_to > (SELECT now FROM wall);

-- What is agreed to now, and by whom.
CREATE VIEW v_scope AS
    SELECT f.pilot, g.* FROM v_grant g JOIN family f ON f.id = g.family;

CREATE VIEW v_family AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, f.id AS family, f.label, f.language
    FROM v_grant g JOIN family f ON f.id = g.family;

CREATE VIEW v_usage_slot AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, u.*
    FROM usage_slot u JOIN family f ON f.id = u.family JOIN v_grant g ON g.family = u.family
    WHERE g.category = 'consumption' AND g.granularity >= 4
      AND u.start_at >= g.data_from AND u.start_at < g.data_to;

CREATE VIEW v_usage_day AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, u.*
    FROM usage_day u JOIN family f ON f.id = u.family JOIN v_grant g ON g.family = u.family
    WHERE g.category = 'consumption' AND g.granularity >= 3
      AND u.start_at >= g.data_from AND u.start_at < g.data_to;

CREATE VIEW v_usage_month AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, u.*
    FROM usage_month u JOIN family f ON f.id = u.family JOIN v_grant g ON g.family = u.family
    WHERE g.category = 'consumption' AND g.granularity >= 2
      AND u.start_at >= g.data_from AND u.start_at < g.data_to;

CREATE VIEW v_cost AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, b.*
    FROM bill_line b JOIN family f ON f.id = b.family JOIN v_grant g ON g.family = b.family
    WHERE g.category = 'cost' AND g.granularity >= 2
      AND b.start_at >= g.data_from AND b.start_at < g.data_to;

CREATE VIEW v_contract AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, c.*
    FROM contract c JOIN family f ON f.id = c.family JOIN v_grant g ON g.family = c.family
    WHERE g.category = 'cost';

-- Of several results for one period, the last one computed holds.
CREATE VIEW v_result AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, r.*
    FROM result r JOIN family f ON f.id = r.family JOIN v_grant g ON g.family = r.family
    WHERE g.category = r.category AND g.granularity >= r.granularity
      AND r.start_at >= g.data_from AND r.start_at < g.data_to
      AND r.id = (SELECT MAX(q.id) FROM result q
                  WHERE q.family = r.family AND q.indicator = r.indicator
                    AND q.from_day = r.from_day AND q.to_day = r.to_day);

-- When the meters of a family last spoke, and how often they do.
CREATE VIEW v_seen AS
    SELECT g.purpose, g.recipient, f.pilot, a.family, a.role,
           MAX(l.at) AS last_at, MAX(COALESCE(p.interval_ms, 0)) AS interval_ms
    FROM (SELECT a.meter, a.family, a.from_at, a.to_at, COALESCE(NULLIF(a.role, ''), m.role) AS role
          FROM attachment a JOIN meter m ON m.id = a.meter) a
        JOIN family f ON f.id = a.family JOIN v_grant g ON g.family = a.family
        JOIN latest l ON l.meter = a.meter AND l.at >= a.from_at AND l.at < a.to_at
        LEFT JOIN meter_pulse p ON p.meter = a.meter
    WHERE l.at >= g.data_from AND l.at < g.data_to
      AND ((a.role = 'indoor' AND g.category = 'indoor_climate')
        OR (a.role <> 'indoor' AND g.category IN ('consumption', 'cost')))
    GROUP BY g.purpose, g.recipient, f.pilot, a.family, a.role;

-- Alerts speak of days. A family sees its own with its figures. An incident of
-- a gateway is about no family.
CREATE VIEW v_alert AS
    SELECT DISTINCT g.purpose, g.recipient, f.label, f.language, COALESCE(s.name, t.name, '') AS by_name, a.*
    FROM alert a JOIN family f ON f.id = a.family JOIN v_grant g ON g.family = a.family
        LEFT JOIN staff s ON s.id = a.by_staff LEFT JOIN token t ON t.id = a.by_staff
    WHERE (g.purpose = 'alert' OR (g.purpose = 'family_view' AND g.recipient = 'family'))
      AND g.category = a.category AND g.granularity >= 3
      AND a.opened_at >= g.data_from AND a.opened_at < g.data_to
      AND a.opened_at > 0 AND a.state <> 'pending'
    UNION ALL
    SELECT 'alert', r.recipient, '', '', COALESCE(s.name, t.name, ''), a.*
    FROM alert a CROSS JOIN (SELECT 'cooperative' AS recipient UNION ALL SELECT 'operator') r
        LEFT JOIN staff s ON s.id = a.by_staff LEFT JOIN token t ON t.id = a.by_staff
    WHERE a.family IS NULL AND a.opened_at > 0 AND a.state <> 'pending';

CREATE VIEW v_alert_event AS
    SELECT v.purpose, v.recipient, v.pilot, v.family, e.id, e.alert, e.at, e.step, e.state, e.outcome, e.note,
           COALESCE(s.name, t.name, '') AS by_name
    FROM alert_event e JOIN v_alert v ON v.id = e.alert
        LEFT JOIN staff s ON s.id = e.by_staff LEFT JOIN token t ON t.id = e.by_staff
    WHERE e.state <> 'pending';

-- Of no figure: how far the steps of alerts have come.
CREATE VIEW v_position AS SELECT COALESCE(MAX(id), 0) AS id FROM alert_event;

-- What a family may always see about itself: who read, and its phones.
CREATE VIEW v_access AS
    SELECT family, at, audience, purpose, view FROM access WHERE audience <> 'family' AND view <> 'withheld';

CREATE VIEW v_phone AS
    SELECT subject AS family, COUNT(*) AS phones FROM session
    WHERE kind = 'family' AND expires_at > (SELECT now FROM wall) GROUP BY subject;
