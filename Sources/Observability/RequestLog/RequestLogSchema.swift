public import Database

extension RequestLog {
    /// The schema of the request log in `telemetry.db`.
    ///
    /// Records are compact: what repeats is a small number that points into the segment's own dictionaries, so that a
    /// segment can be deleted whole and leaves no orphan text behind. A text that does not repeat stands in the record
    /// itself; the column's type tells which it is. Times are microseconds since 1970.
    public static let migrations = [
        Migration(
            1, "request log",
            """
            CREATE TABLE request_boot (
                number INTEGER PRIMARY KEY,
                started INTEGER NOT NULL,
                ended INTEGER,
                served INTEGER NOT NULL DEFAULT 0,
                stored INTEGER NOT NULL DEFAULT 0,
                sampled_out INTEGER NOT NULL DEFAULT 0,
                dropped_buffer_full INTEGER NOT NULL DEFAULT 0,
                dropped_write_failed INTEGER NOT NULL DEFAULT 0,
                dropped_shutdown INTEGER NOT NULL DEFAULT 0);
            CREATE TABLE request_segment (
                first_id INTEGER PRIMARY KEY,
                last_id INTEGER NOT NULL,
                first_time INTEGER NOT NULL,
                last_time INTEGER NOT NULL,
                records INTEGER NOT NULL);
            CREATE TABLE request_shape (
                segment INTEGER NOT NULL,
                number INTEGER NOT NULL,
                severity TEXT NOT NULL,
                service TEXT NOT NULL,
                method TEXT NOT NULL,
                status INTEGER NOT NULL,
                protocol TEXT NOT NULL,
                route TEXT NOT NULL,
                PRIMARY KEY (segment, number)) WITHOUT ROWID;
            CREATE TABLE request_text (
                segment INTEGER NOT NULL,
                number INTEGER NOT NULL,
                value TEXT NOT NULL,
                PRIMARY KEY (segment, number)) WITHOUT ROWID;
            CREATE TABLE request_record (
                id INTEGER PRIMARY KEY,
                time INTEGER NOT NULL,
                latency INTEGER NOT NULL,
                shape INTEGER NOT NULL,
                request_size INTEGER NOT NULL,
                response_size INTEGER NOT NULL,
                url, request_id, user_agent, remote_ip, trace, span, referer, principal, error);
            CREATE TABLE request_gap (
                first_id INTEGER PRIMARY KEY,
                last_id INTEGER NOT NULL,
                dropped INTEGER NOT NULL)
            """)
    ]
}
