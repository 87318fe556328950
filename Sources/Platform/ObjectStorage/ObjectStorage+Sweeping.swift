import CoreMetrics
import Datastore
import Logging
public import ServiceLifecycle

// What crashes and lost uploads leave behind.
extension ObjectStorage {
    /// Removes the files that nobody knows, and the uploads that were not finished in time; returns how many files.
    ///
    /// A file is looked for in three steps, in this order: which files there are, which of them requests are working
    /// on, which of them objects have. A file gets its object before it is no longer worked on, so that none of a
    /// request under way is taken for rubbish.
    @discardableResult
    public func sweep() async throws -> Int {
        let resumable = try await endOldUploads()
        var count = try await sweepUploads(resumable)
        let buckets = try await list(blobs.root).filter { $0 != BlobStore.uploadsFolder }
        for bucket in buckets {
            for shard in try await list(blobs.folder(of: bucket)) where shard.utf8.count == 2 {
                count += try await sweep(shard, of: bucket, keeping: resumable)
            }
        }
        try await removeEmptyFolders(buckets)
        metrics.swept.increment(by: count)
        return count
    }

    private func sweep(_ shard: String, of bucket: String, keeping resumable: Set<BlobID>) async throws -> Int {
        let found = try await list("\(blobs.folder(of: bucket))/\(shard)").compactMap { BlobID($0) }
        guard !found.isEmpty else { return 0 }
        let busy = underWay.all
        let known = try await knownBlobs(shard)
        let rubbish = found.filter { !busy.contains($0) && !known.contains($0) && !resumable.contains($0) }
        try await DiskWork.run { [blobs] () throws(ObjectStorageError) in
            for id in rubbish { blobs.remove(id, from: bucket) }
        }
        return rubbish.count
    }

    /// The files of a shard that objects have.
    private func knownBlobs(_ shard: String) async throws -> Set<BlobID> {
        let property = StoredObject.blobProperty
        var query = Query(
            kind: StoredObject.kind, namespace: Key.platformNamespace,
            filters: [
                PropertyFilter(property, .greaterThanOrEqual, .string(shard)),
                PropertyFilter(property, .lessThan, .string(shard + "g")),
            ])
        var known: Set<BlobID> = []
        while true {
            let batch = try await datastore.run(query)
            for entity in batch.entities {
                if let id = entity[property]?.string.flatMap({ BlobID($0) }) { known.insert(id) }
            }
            guard batch.more == .notFinished, let cursor = batch.endCursor else { return known }
            query.start = cursor
        }
    }

    private func sweepUploads(_ resumable: Set<BlobID>) async throws -> Int {
        let found = try await list(blobs.uploads).compactMap { BlobID($0) }
        let busy = underWay.all
        // Those that were begun since the files were listed are asked for again.
        let known = try await endOldUploads().union(resumable)
        let rubbish = found.filter { !busy.contains($0) && !known.contains($0) }
        try await DiskWork.run { [blobs] () throws(ObjectStorageError) in
            for id in rubbish { blobs.removeUpload(id) }
        }
        return rubbish.count
    }

    /// Gives up the uploads that were not finished in time; returns the files of the others. Such a file may have its
    /// place already, when a crash came between that and the object.
    private func endOldUploads() async throws -> Set<BlobID> {
        var kept: Set<BlobID> = []
        var query = Query(kind: UploadSession.kind, namespace: Key.platformNamespace)
        let oldest = now().advanced(by: .zero - UploadSession.lifetime)
        while true {
            let batch = try await datastore.run(query)
            for session in batch.entities.compactMap(UploadSession.init) {
                let isOld = session.timeCreated < oldest
                // One that is busy just now ends at the next sweep.
                if isOld, (try? await cancelResumable(session.id)) != nil { continue }
                if session.generation == nil { kept.insert(session.blob) }
            }
            guard batch.more == .notFinished, let cursor = batch.endCursor else { return kept }
            query.start = cursor
        }
    }

    private func removeEmptyFolders(_ buckets: [String]) async throws {
        for bucket in buckets {
            let isThere = try await datastore.lookup(Bucket.key(bucket)) != nil
            guard !isThere else { continue }
            try await DiskWork.run { [blobs] () throws(ObjectStorageError) in try blobs.removeFolder(of: bucket) }
        }
    }

    private func list(_ path: String) async throws -> [String] {
        try await DiskWork.run { () throws(ObjectStorageError) in try FileCalls.names(in: path) }
            .compactMap { String(validating: $0, as: UTF8.self) }
    }
}

extension ObjectStorage: Service {
    /// How often rubbish is looked for.
    private static let sweepInterval = Duration.seconds(6 * 3_600)

    /// Sweeps at the start and from time to time, and watches the watched folders, until the graceful shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await self.sweepForever() }
                tasks.addTask { await self.watchForever() }
            }
        }
    }

    private func sweepForever() async {
        while !Task.isCancelled {
            do {
                let count = try await sweep()
                if count > 0 { logger.info("files without objects removed", metadata: ["count": "\(count)"]) }
            } catch {
                logger.warning("files without objects cannot be looked for", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: Self.sweepInterval)
        }
    }
}
