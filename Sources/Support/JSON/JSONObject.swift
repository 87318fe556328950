/// The members of a JSON object, sorted by the UTF-8 bytes of their names, each name once.
///
/// A dictionary keyed by `String` would not do: Swift compares strings by canonical equivalence, so two names that
/// differ in bytes could fall together.
public struct JSONObject: Sendable, Hashable {
    /// One name and its value.
    public struct Member: Sendable, Hashable {
        /// The member's name.
        public let name: String
        /// The member's value.
        public var value: JSONValue

        /// Creates a member.
        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }

        /// Equal when name (by bytes) and value are.
        public static func == (left: Member, right: Member) -> Bool {
            left.name.hasSameBytes(as: right.name) && left.value == right.value
        }

        /// Hashes what `==` compares.
        public func hash(into hasher: inout Hasher) {
            hasher.combineBytes(of: name)
            hasher.combine(value)
        }
    }

    /// The members in the order of their names' bytes.
    public private(set) var members: [Member] = []

    /// Creates an object without members.
    public init() {}

    /// Creates an object from members in any order, or nil when a name comes twice.
    public init?(_ unsorted: [Member]) {
        members = unsorted.sorted { $0.name.precedesInBytes($1.name) }
        for (left, right) in zip(members, members.dropFirst()) where left.name.hasSameBytes(as: right.name) {
            return nil
        }
    }

    /// The value of a name; setting nil removes the member.
    public subscript(name: String) -> JSONValue? {
        get {
            let index = position(of: name)
            return holds(name, at: index) ? members[index].value : nil
        }
        set {
            let index = position(of: name)
            switch (holds(name, at: index), newValue) {
            case (true, let value?): members[index].value = value
            case (true, nil): members.remove(at: index)
            case (false, let value?): members.insert(Member(name, value), at: index)
            case (false, nil): break
            }
        }
    }

    /// Where the name is, or where it belongs.
    private func position(of name: String) -> Int {
        var low = 0
        var high = members.count
        while low < high {
            let middle = (low + high) / 2
            if members[middle].name.precedesInBytes(name) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func holds(_ name: String, at index: Int) -> Bool {
        index < members.count && members[index].name.hasSameBytes(as: name)
    }
}

extension JSONObject: RandomAccessCollection {
    /// The first member's index.
    public var startIndex: Int { 0 }
    /// One past the last member's index.
    public var endIndex: Int { members.count }
    /// The member at an index, in the order of the names' bytes.
    public subscript(index: Int) -> Member { members[index] }
}
