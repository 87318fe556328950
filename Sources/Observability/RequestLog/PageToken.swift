/// Where a page of the log ended, as text for the outside.
struct PageToken {
    let position: Int64
    let order: RequestLogQuery.Order

    var text: String {
        (order == .newestFirst ? "n" : "o") + InsertID(rawValue: position).description
    }

    init(position: Int64, order: RequestLogQuery.Order) {
        self.position = position
        self.order = order
    }

    init(_ text: String, order: RequestLogQuery.Order) throws(RequestLogError) {
        let mark = order == .newestFirst ? "n" : "o"
        guard text.hasPrefix(mark), let id = InsertID(String(text.dropFirst())) else {
            throw RequestLogError(
                code: .invalidPageToken,
                message: "the page token is none of this query: leave it out to begin anew")
        }
        self.init(position: id.rawValue, order: order)
    }
}
