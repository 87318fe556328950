/// Walks through a list that the daemon gives page by page.
enum Pages {
    /// The daemon's largest page.
    static let maximumSize = 1000

    /// Collects up to `limit` rows.
    static func collect<Row>(
        limit: Int, _ page: (_ size: Int, _ token: String?) async throws -> (rows: [Row], next: String?)
    ) async throws -> [Row] {
        var rows: [Row] = []
        var token: String?
        repeat {
            let answer = try await page(min(limit - rows.count, maximumSize), token)
            rows += answer.rows.prefix(limit - rows.count)
            token = answer.next
        } while token != nil && rows.count < limit
        return rows
    }

    static func query(_ size: Int, _ token: String?) -> AdminClient.Query {
        [("limit", size.description), ("pageToken", token)]
    }
}
