import Datastore
import JSON

// Buckets.
extension ObjectStorage {
    /// The bucket that `createBucket` would make; nothing is done, and a bucket of that name may be there: then its folder
    /// is not looked at. Throws `invalidArgument`.
    public func plannedBucket(_ name: String, _ metadata: BucketMetadata) async throws -> Bucket {
        try Names.checkBucket(name)
        try Self.check(metadata)
        if let folder = metadata.watchedFolder {
            let old = try await datastore.lookup(Bucket.key(name)).flatMap { Bucket($0.entity) }
            if old?.watchedFolder != folder { try await checkWatched(folder) }
        }
        let now = now()
        var bucket = Bucket(name: name, timeCreated: now, updated: now, watchedFolder: metadata.watchedFolder)
        bucket.take(metadata)
        return bucket
    }

    /// Makes a bucket. Throws `invalidArgument`, `alreadyExists`.
    @discardableResult
    public func createBucket(_ name: String, _ metadata: BucketMetadata = BucketMetadata()) async throws -> Bucket {
        let planned = try await plannedBucket(name, metadata)
        // A daemon that was killed while a watched bucket was deleted has left some of its objects.
        try await forgetObjects(of: name)
        let bucket = try await datastore.transaction { transaction in
            guard try transaction.get(Bucket.key(name)) == nil else {
                throw ObjectStorageError(
                    .alreadyExists,
                    "Your previous request to create the named bucket succeeded and you already own it.")
            }
            guard try transaction.query(Self.objects(of: name, limit: 1)).results.isEmpty else {
                throw ObjectStorageError(.unavailable, "The old bucket's objects are still being removed: try again.")
            }
            try transaction.insert(planned.entity)
            return planned
        }
        watchBell.ring()
        return bucket
    }

    /// A bucket. Throws `notFound`, `conditionNotMet`, `notModified`.
    public func bucket(_ name: String, _ conditions: Preconditions = Preconditions()) async throws -> Bucket {
        guard (1...EntityRules.nameLimit).contains(name.utf8.count),
            let entity = try await datastore.lookup(Bucket.key(name))?.entity, let bucket = Bucket(entity)
        else { throw ObjectStorageError.noBucket }
        try conditions.check(bucket, reading: true)
        return bucket
    }

    /// Changes what is said of a bucket.
    @discardableResult
    public func updateBucket(
        _ name: String, _ metadata: BucketMetadata, _ conditions: Preconditions = Preconditions()
    ) async throws -> Bucket {
        try Names.checkBucket(name)
        try Self.check(metadata)
        let now = now()
        return try await changeBucket(name) { bucket in
            try conditions.check(bucket)
            bucket.take(metadata)
            guard bucket.labels.count <= Self.labelLimit else { throw Self.tooManyLabels }
            bucket.metageneration += 1
            bucket.updated = now
        }
    }

    /// Deletes a bucket without objects. Throws `notFound`, `notEmpty`, `conditionNotMet`.
    public func deleteBucket(_ name: String, _ conditions: Preconditions = Preconditions()) async throws {
        try Names.checkBucket(name)
        let watched = try await datastore.essential.transaction { transaction in
            let bucket = try transaction.bucket(name)
            try conditions.check(bucket)
            // A watched folder's files stay what they are; only what is known of them goes.
            guard try bucket.watchedFolder != nil || transaction.query(Self.objects(of: name, limit: 1)).results.isEmpty
            else {
                throw ObjectStorageError(.notEmpty, "The bucket you tried to delete is not empty.")
            }
            try transaction.delete(Bucket.key(name))
            return bucket.watchedFolder != nil
        }
        if watched {
            watchBell.ring()
            try await forgetObjects(of: name)
        }
        try? await DiskWork.run { [blobs] () throws(ObjectStorageError) in try blobs.removeFolder(of: name) }
    }

    /// A page of the buckets whose names begin with a prefix, by name.
    public func buckets(prefix: String = "", after: String? = nil, limit: Int = 1_000) async throws -> BucketPage {
        var filters: [PropertyFilter] = []
        if !prefix.isEmpty {
            filters.append(PropertyFilter(Query.keyProperty, .greaterThanOrEqual, .key(Bucket.key(prefix))))
        }
        if let after {
            filters.append(PropertyFilter(Query.keyProperty, .greaterThan, .key(Bucket.key(after))))
        }
        let query = Query(
            kind: Bucket.kind, namespace: Key.platformNamespace, filters: filters, limit: min(max(1, limit), 1_000))
        let batch = try await datastore.run(query)
        let page = batch.entities.compactMap(Bucket.init).prefix { $0.name.utf8.starts(with: prefix.utf8) }
        let isEnd = batch.more == .none || page.count < batch.results.count
        return BucketPage(buckets: Array(page), next: isEnd ? nil : page.last?.name)
    }

    /// Changes a bucket within a transaction.
    func changeBucket(
        _ name: String, _ body: @escaping @Sendable (inout Bucket) throws -> Void
    ) async throws -> Bucket {
        try await datastore.transaction { transaction in
            var bucket = try transaction.bucket(name)
            try body(&bucket)
            try transaction.put(bucket.entity)
            return bucket
        }
    }

    /// Removes what is known of a folder's files when its bucket is gone; stops when another bucket has the name.
    private func forgetObjects(of bucket: String) async throws {
        var isDone = false
        while !isDone {
            isDone = try await datastore.essential.transaction { transaction in
                guard try transaction.get(Bucket.key(bucket)) == nil else { return true }
                let found = try transaction.query(Self.objects(of: bucket, limit: Self.forgottenAtOnce)).results
                for object in found { try transaction.delete(object.stored.entity.key) }
                return found.count < Self.forgottenAtOnce
            }
        }
    }

    private static let forgottenAtOnce = 500

    private static func objects(of bucket: String, limit: Int) -> Query {
        Query(
            kind: StoredObject.kind, namespace: Key.platformNamespace, ancestor: Bucket.key(bucket), keysOnly: true,
            limit: limit)
    }

    private static func check(_ metadata: BucketMetadata) throws(ObjectStorageError) {
        for case let text? in [metadata.storageClass, metadata.location]
        where !(1...64).contains(text.utf8.count) || text.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) {
            throw .invalid("A storage class and a location have 1 to 64 letters, digits and marks.")
        }
        for label in metadata.labels ?? JSONObject() {
            guard (1...63).contains(label.name.utf8.count), label.value == .null || label.value.string != nil,
                label.value.string?.utf8.count ?? 0 <= 63
            else { throw .invalid("A label is a text of at most 63 bytes with a name of 1 to 63 bytes.") }
        }
        guard metadata.labels?.count ?? 0 <= labelLimit else { throw tooManyLabels }
    }

    private static let labelLimit = 64
    private static let tooManyLabels = ObjectStorageError.invalid("A bucket may have at most \(labelLimit) labels.")
}

/// A page of buckets.
public struct BucketPage: Sendable {
    /// The buckets, by name.
    public let buckets: [Bucket]
    /// Behind which name the next page begins; nil at the end.
    public let next: String?
}

extension Bucket {
    /// Takes what was said.
    mutating func take(_ metadata: BucketMetadata) {
        storageClass = metadata.storageClass ?? storageClass
        location = metadata.location?.uppercased() ?? location
        guard let given = metadata.labels else { return }
        if metadata.replacesLabels { labels = JSONObject() }
        for label in given { labels[label.name] = label.value == .null ? nil : label.value }
    }
}
