public import Database

extension MetricHistory {
    /// The schema of the history in `telemetry.db`, behind the `count` migrations that the file has already.
    ///
    /// A chunk's id is its tier's number, the chunk's number and the series' id, 5, 34 and 24 bits: so a series' chunk is
    /// found by one look-up, and what is old lies together. `metric_group` counts what each chunk of all series takes.
    public static func migrations(after count: Int) -> [Migration] {
        [
            Migration(
                Int32(count + 1), "metric history",
                """
                CREATE TABLE metric_tier (
                    number INTEGER PRIMARY KEY,
                    step INTEGER NOT NULL UNIQUE);
                CREATE TABLE metric_series (
                    id INTEGER PRIMARY KEY,
                    kind TEXT NOT NULL,
                    name TEXT NOT NULL,
                    labels BLOB NOT NULL,
                    bounds BLOB NOT NULL,
                    seen INTEGER NOT NULL,
                    UNIQUE (name, labels, kind, bounds));
                CREATE TABLE metric_group (
                    tier INTEGER NOT NULL,
                    chunk INTEGER NOT NULL,
                    bytes INTEGER NOT NULL,
                    PRIMARY KEY (tier, chunk)) WITHOUT ROWID;
                CREATE TABLE metric_chunk (
                    id INTEGER PRIMARY KEY,
                    data BLOB NOT NULL)
                """)
        ]
    }
}
