-- The world of the emulator. Times are seconds since the epoch; JSON stands in text columns.

CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL                       -- JSON; a key that is absent has its default
);

CREATE TABLE tokens (
    digest      TEXT PRIMARY KEY,             -- SHA-256 in hex; the token itself is never stored
    permissions TEXT,                         -- JSON array of DevOps scopes; null where the roles decide
    client      TEXT UNIQUE,                  -- its public part, of a token that the DevOps API handed out
    roles       TEXT NOT NULL DEFAULT '[]'    -- JSON array of roles' ids
);

CREATE TABLE roles (
    sequence INTEGER PRIMARY KEY,             -- order of creation
    id       TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL UNIQUE,
    policy   TEXT NOT NULL,                   -- JSON: description, effect, actions, resources
    updated  REAL NOT NULL
);

CREATE TABLE databases (
    sequence       INTEGER PRIMARY KEY,       -- order of creation, which is the order of the listing
    id             TEXT NOT NULL UNIQUE,
    name           TEXT NOT NULL,             -- not unique: neither is it at the service
    cloud_provider TEXT NOT NULL,
    region         TEXT NOT NULL,
    tier           TEXT NOT NULL,
    capacity_units INTEGER NOT NULL,
    db_type        TEXT,
    keyspace       TEXT NOT NULL,             -- the initial one
    created        REAL NOT NULL,
    timeline       TEXT NOT NULL              -- JSON: [[since, status], ...]; the last entry that is not in the future holds
);

CREATE TABLE datacenters (
    database TEXT NOT NULL REFERENCES databases (id),
    number   INTEGER NOT NULL,                -- 1 is the one the database was made in; none is used twice
    region   TEXT NOT NULL,
    created  REAL NOT NULL,
    active   REAL NOT NULL,                   -- since when it is ACTIVE
    leaving  REAL,                            -- since when it is TERMINATING
    gone     REAL,                            -- since when it is TERMINATED
    PRIMARY KEY (database, number)
);

CREATE TABLE access_lists (                   -- from where a database's Data API may be asked
    database  TEXT PRIMARY KEY REFERENCES databases (id),
    enabled   INTEGER NOT NULL,
    addresses TEXT NOT NULL                   -- JSON: {address: {enabled, description, lastUpdateDateTime}}
);

CREATE TABLE keyspaces (
    database TEXT NOT NULL,                   -- a database's id, or the self-hosted one's
    name     TEXT NOT NULL,
    listed   REAL NOT NULL,                   -- since when it is listed
    dropped  REAL,                            -- since when it is not listed any more
    PRIMARY KEY (database, name)
);

CREATE TABLE collections (                    -- and tables: they share one name space
    database TEXT NOT NULL,
    keyspace TEXT NOT NULL,
    name     TEXT NOT NULL,
    kind     TEXT NOT NULL CHECK (kind IN ('collection', 'table')),
    options  TEXT NOT NULL,                   -- JSON, as findCollections or listTables explains it
    indexes  INTEGER NOT NULL,                -- how many of the database's indexes it uses, beside those named below
    PRIMARY KEY (database, keyspace, name),
    FOREIGN KEY (database, keyspace) REFERENCES keyspaces (database, name) ON DELETE CASCADE
);

CREATE TABLE indexes (                        -- of tables; their names are unique in a keyspace
    database   TEXT NOT NULL,
    keyspace   TEXT NOT NULL,
    name       TEXT NOT NULL,
    collection TEXT NOT NULL,                 -- the table's name
    type       TEXT NOT NULL CHECK (type IN ('regular', 'text', 'vector')),
    definition TEXT NOT NULL,                 -- JSON, as listIndexes explains it
    PRIMARY KEY (database, keyspace, name),
    FOREIGN KEY (database, keyspace, collection) REFERENCES collections (database, keyspace, name) ON DELETE CASCADE
);

CREATE TABLE dropped_columns (                -- of tables; one can come back with the type it had only
    database   TEXT NOT NULL,
    keyspace   TEXT NOT NULL,
    collection TEXT NOT NULL,                 -- the table's name
    name       TEXT NOT NULL,
    type       TEXT NOT NULL,                 -- JSON
    PRIMARY KEY (database, keyspace, collection, name),
    FOREIGN KEY (database, keyspace, collection) REFERENCES collections (database, keyspace, name) ON DELETE CASCADE
);

CREATE TABLE documents (                      -- and rows
    sequence   INTEGER PRIMARY KEY,
    database   TEXT NOT NULL,
    keyspace   TEXT NOT NULL,
    collection TEXT NOT NULL,                 -- the collection's or the table's name
    id         TEXT NOT NULL,                 -- JSON, so that 1 and "1" differ; of a row the array of its primary key
    document   TEXT NOT NULL,                 -- JSON
    UNIQUE (database, keyspace, collection, id),
    FOREIGN KEY (database, keyspace, collection) REFERENCES collections (database, keyspace, name) ON DELETE CASCADE
);

CREATE TABLE vectors (                        -- those of documents and rows, once more, for searching
    owner    INTEGER NOT NULL REFERENCES documents (sequence) ON DELETE CASCADE,
    field    TEXT NOT NULL,                   -- $vector, or a column of a table
    packed   BLOB NOT NULL,                   -- 32-bit floats, as this machine keeps them
    length   REAL NOT NULL,
    PRIMARY KEY (owner, field)
) WITHOUT ROWID;

CREATE TABLE credentials (
    provider  TEXT NOT NULL,
    name      TEXT NOT NULL,
    databases TEXT NOT NULL,                  -- JSON: the ids it is scoped to, null for all
    PRIMARY KEY (provider, name)
);

CREATE TABLE providers (                      -- what differs from the catalogue
    database TEXT NOT NULL,                   -- '' for every database
    provider TEXT NOT NULL,
    entry    TEXT NOT NULL,                   -- JSON: replaces the catalogue's; null disables the provider
    PRIMARY KEY (database, provider)
);

CREATE TABLE models (                         -- what differs from the catalogue
    database TEXT NOT NULL,                   -- '' for every database
    provider TEXT NOT NULL,
    model    TEXT NOT NULL,
    status   TEXT NOT NULL,
    PRIMARY KEY (database, provider, model)
);

CREATE TABLE faults (                         -- misbehaviour on purpose
    number    INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of addition, which is the order they happen in
    fault     TEXT NOT NULL,                  -- JSON, as it was stated
    remaining INTEGER,                        -- how many more requests it happens to, null for all
    met       INTEGER NOT NULL DEFAULT 0,     -- requests it was for: the place in its sequence of chances
    happened  INTEGER NOT NULL DEFAULT 0      -- requests it happened to
);
