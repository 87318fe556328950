/// `gs://BUCKET/NAME`, or a path of this machine.
enum StorageURL: Sendable, Hashable {
    /// An object, several (with wildcards), or the beginning of names; without a name the bucket.
    case cloud(bucket: String, name: String)
    /// A file or folder; `-` is stdin or stdout.
    case local(String)

    private static let scheme = "gs://"

    init(_ text: String) throws {
        guard text.hasPrefix(Self.scheme) else {
            self = .local(text)
            return
        }
        let rest = text.dropFirst(Self.scheme.count)
        let bucket = rest.prefix { $0 != "/" }
        guard !bucket.isEmpty else { throw CommandError(.usage, "\(text) names no bucket: write gs://BUCKET/NAME") }
        self = .cloud(bucket: String(bucket), name: String(rest.dropFirst(bucket.count).dropFirst()))
    }

    /// The bucket and name of a URL that must be one of a bucket.
    static func cloud(_ text: String) throws -> (bucket: String, name: String) {
        guard case .cloud(let bucket, let name) = try StorageURL(text) else {
            throw CommandError(.usage, "\(text) is no URL of a bucket: write gs://BUCKET/NAME")
        }
        return (bucket, name)
    }

    /// The text of a URL.
    static func text(_ bucket: String, _ name: String = "") -> String { "\(scheme)\(bucket)/\(name)" }

    /// A bucket that is named by its name or its URL.
    static func bucketName(_ text: String) throws -> String {
        guard text.hasPrefix(scheme) else { return text }
        let (bucket, name) = try cloud(text)
        guard name.isEmpty else { throw CommandError(.usage, "\(text) is an object: write gs://BUCKET") }
        return bucket
    }
}
