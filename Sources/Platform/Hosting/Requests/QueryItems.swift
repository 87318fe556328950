/// The decoded items of a request's query, in the order in which they came.
public struct QueryItems: Sendable {
    /// Name and value, percent-decoded; an item without `=` has an empty value.
    public let items: [(name: String, value: String)]

    /// Creates items from decoded pairs.
    public init(_ items: [(name: String, value: String)] = []) { self.items = items }

    /// The first value of a name.
    public subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// All values of a name, in order.
    public func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }
}
