import Datastore
import JSON

/// Which objects to list.
public struct ObjectQuestion: Sendable, Hashable {
    /// Only names that begin so.
    public var prefix = ""
    /// What divides names into folders: names that have it behind the prefix are told by what they have in common.
    public var delimiter = ""
    /// Whether an object whose name ends with the delimiter is listed besides the folder that it looks like.
    public var includeTrailingDelimiter = false
    /// The first name that may be listed.
    public var startOffset: String?
    /// The first name that may not.
    public var endOffset: String?
    /// Where the page before ended.
    public var pageToken: String?
    /// How many objects and prefixes a page has at most.
    public var limit = 1_000

    /// All objects.
    public init() {}
}

/// A page of objects.
public struct ObjectPage: Sendable, Hashable {
    /// The objects, by name.
    public var objects: [StoredObject] = []
    /// What names behind the prefix have in common up to the delimiter, each once.
    public var prefixes: [String] = []
    /// Where the next page begins; nil at the end.
    public var nextPageToken: String?
}

extension ObjectStorage {
    /// A page of a bucket's objects, by the bytes of their names. Throws `notFound`, and `invalidArgument` for a token
    /// that is none.
    public func objects(in bucket: String, _ question: ObjectQuestion) async throws -> ObjectPage {
        _ = try await self.bucket(bucket)
        var lister = try ObjectLister(bucket: bucket, question: question)
        while let query = lister.nextQuery() {
            let batch = try await datastore.run(query)
            for result in batch.results {
                guard lister.take(try Self.readable(result.stored.entity)) else { return lister.page }
            }
            // A folder's objects are jumped over, so that the number of them does not count.
            if batch.more == .none { break }
        }
        return lister.page
    }

    private static func readable(_ entity: Entity) throws(ObjectStorageError) -> StoredObject {
        guard let object = StoredObject(entity) else {
            throw ObjectStorageError(.dataLoss, "an object cannot be read: \(entity.key)")
        }
        return object
    }
}

/// Collects a page of a listing.
struct ObjectLister {
    private let bucket: String
    private let question: ObjectQuestion
    private(set) var page = ObjectPage()
    /// Where the next query begins: at this name, or behind it.
    private var lower: (name: String, isIncluded: Bool)?
    private var lastPrefix: String?
    /// How many rows the next query reads where names are told by folders. Jumping over a folder costs about as much as
    /// reading some dozen rows of it, so that many are read where most rows tell something, and few where not.
    private var stride = 8
    /// What the rows since the last query were: how many, and how many of them told something.
    private var read = (rows: 0, telling: 0)

    /// Sorts behind nearly all that begins with the text before it.
    private static let last = "\u{10FFFF}"

    init(bucket: String, question: ObjectQuestion) throws(ObjectStorageError) {
        self.bucket = bucket
        self.question = question
        let first = [question.prefix, question.startOffset ?? ""].max { $0.precedesInBytes($1) } ?? ""
        if !first.isEmpty { lower = (first, true) }
        guard let token = question.pageToken else { return }
        guard let bytes = Base64.decode(token), let text = String(validating: bytes.dropFirst(), as: UTF8.self),
            !text.isEmpty, text.utf8.count <= 1_024
        else { throw Self.badToken }
        switch bytes.first {
        case UInt8(ascii: "o"): lower = (text, false)
        case UInt8(ascii: "p"): skip(text)
        case UInt8(ascii: "q"): (lower, lastPrefix) = ((text, true), text)
        default: throw Self.badToken
        }
    }

    private static let badToken = ObjectStorageError.invalid("Invalid argument: the page token is not one of ours.")

    private mutating func skip(_ prefix: String) {
        lower = (prefix + Self.last, false)
        lastPrefix = prefix
    }

    /// The query for what comes next; nil when the page is full or all was seen.
    mutating func nextQuery() -> Query? {
        guard page.nextPageToken == nil else { return nil }
        stride = read.telling * 64 < read.rows ? max(16, stride / 4) : min(1_000, stride * 2)
        read = (0, 0)
        var query = Query(kind: StoredObject.kind, namespace: Key.platformNamespace, ancestor: Bucket.key(bucket))
        if let lower {
            query.filters = [
                PropertyFilter(
                    Query.keyProperty, lower.isIncluded ? .greaterThanOrEqual : .greaterThan,
                    .key(StoredObject.key(bucket, lower.name)))
            ]
        }
        // One more than there is room for, which tells whether there is a next page.
        let room = question.limit - page.objects.count + 1
        query.limit = question.delimiter.isEmpty ? min(room, 1_000) : stride
        return query
    }

    /// Takes the next object in order; false when the listing ends before it.
    mutating func take(_ object: StoredObject) -> Bool {
        let name = object.name
        read.rows += 1
        guard name.utf8.starts(with: question.prefix.utf8) else { return false }
        if let end = question.endOffset, !end.isEmpty, !name.precedesInBytes(end) { return false }
        guard let common = commonPrefix(of: name) else { return add(object) }
        if lastPrefix?.hasSameBytes(as: common) != true {
            guard hasRoom() else { return false }
            read.telling += 1
            page.prefixes.append(common)
        }
        skip(common)
        // Names may sort even behind what is taken for the last of a folder.
        if let bound = lower, bound.name.precedesInBytes(name) { lower = (name, false) }
        guard question.includeTrailingDelimiter, common.hasSameBytes(as: name) else { return true }
        guard hasRoom(behind: common) else { return false }
        page.objects.append(object)
        return true
    }

    private mutating func add(_ object: StoredObject) -> Bool {
        guard hasRoom() else { return false }
        read.telling += 1
        page.objects.append(object)
        lower = (object.name, false)
        return true
    }

    /// Whether the page has room for one more; if not, it gets the token of what it ended with.
    ///
    /// - Parameter prefix: the prefix that is listed already, whose own object is not.
    private mutating func hasRoom(behind prefix: String? = nil) -> Bool {
        guard page.objects.count + page.prefixes.count >= question.limit else { return true }
        let lastObject = page.objects.last?.name ?? ""
        let ended =
            if let prefix {
                "q" + prefix
            } else if let lastPrefix, lastObject.precedesInBytes(lastPrefix) || lastObject.hasSameBytes(as: lastPrefix)
            {
                "p" + lastPrefix
            } else {
                "o" + lastObject
            }
        page.nextPageToken = Base64.encode(Array(ended.utf8), .urlSafe)
        return false
    }

    /// The part of a name up to the first delimiter behind the prefix; nil without one.
    private func commonPrefix(of name: String) -> String? {
        let delimiter = Array(question.delimiter.utf8)
        guard !delimiter.isEmpty else { return nil }
        let bytes = Array(name.utf8)
        var index = question.prefix.utf8.count
        while index + delimiter.count <= bytes.count {
            if bytes[index..<(index + delimiter.count)].elementsEqual(delimiter) {
                return String(decoding: bytes[..<(index + delimiter.count)], as: UTF8.self)
            }
            index += 1
        }
        return nil
    }
}
