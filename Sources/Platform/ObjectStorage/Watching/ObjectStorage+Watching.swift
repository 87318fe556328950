import CoreMetrics
import Datastore
import Glibc
import JSON
import Logging
import MediaTypes

// Buckets that are folders: their objects are the files, whoever writes them.
extension ObjectStorage {
    /// A reader of the file of an object, if it is still the one that is known; else nil.
    func openWatched(_ object: StoredObject) async throws -> ObjectReader? {
        guard case .watched(let stamp) = object.place, let folder = try await bucket(object.bucket).watchedFolder else {
            return nil
        }
        let tree = WatchedTree(root: folder)
        return try await DiskWork.run { () throws(ObjectStorageError) in
            guard let descriptor = try tree.openFile(object.name) else { return nil }
            guard WatchedTree.stamp(descriptor) == stamp else {
                close(descriptor)
                return nil
            }
            return ObjectReader(object, descriptor: descriptor)
        }
    }

    /// How many folders are watched at most: each keeps a thread waiting for the kernel's word.
    private static let watchedLimit = 16

    /// Throws `invalidArgument` for what is no folder to watch.
    func checkWatched(_ folder: String) async throws {
        guard try await watchedBuckets().count < Self.watchedLimit else {
            throw ObjectStorageError.invalid("At most \(Self.watchedLimit) folders are watched.")
        }
        guard folder.utf8.first == UInt8(ascii: "/"), folder.utf8.count <= 1_024 else {
            throw ObjectStorageError.invalid("A watched folder is an absolute path.")
        }
        let tree = WatchedTree(root: folder)
        let isThere = (try? await DiskWork.run { () throws(ObjectStorageError) in try tree.content(of: "") }) != nil
        guard isThere else {
            throw ObjectStorageError.invalid("\(folder) is no folder that the daemon's user can read.")
        }
        // All of the data directory: the signing keys are no objects either.
        guard let real = realpath(folder, nil), let own = realpath(blobs.root + "/..", nil) else { return }
        defer {
            free(real)
            free(own)
        }
        let (watched, kept) = (String(cString: real) + "/", String(cString: own) + "/")
        guard !kept.hasPrefix(watched), !watched.hasPrefix(kept) else {
            throw ObjectStorageError.invalid("\(folder) holds Trivet's own files, or is one of its folders.")
        }
    }

    /// Watches every folder that is a bucket, and those that become one, until the task is cancelled.
    func watchForever() async {
        var tasks: [WatchedBucket: Task<Void, Never>] = [:]
        for await _ in watchBell.rings {
            guard !Task.isCancelled else { break }
            guard let buckets = try? await watchedBuckets() else {
                try? await Task.sleep(for: .seconds(2))
                watchBell.ring()
                continue
            }
            for bucket in buckets where tasks[WatchedBucket(bucket)] == nil {
                tasks[WatchedBucket(bucket)] = Task { await self.watch(bucket) }
            }
            let wanted = Set(buckets.map(WatchedBucket.init))
            for (bucket, task) in tasks where !wanted.contains(bucket) {
                task.cancel()
                tasks[bucket] = nil
            }
        }
        for task in tasks.values { task.cancel() }
        for task in tasks.values { await task.value }
    }

    private func watchedBuckets() async throws -> [Bucket] {
        var found: [Bucket] = []
        var after: String?
        repeat {
            let page = try await buckets(after: after)
            found += page.buckets.filter { $0.watchedFolder != nil }
            after = page.next
        } while after != nil
        return found
    }

    /// Watches one folder as long as its bucket is there. What fails (a folder that is not mounted) is tried again, and
    /// leaves the objects as they are known.
    private func watch(_ bucket: Bucket) async {
        guard let folder = bucket.watchedFolder else { return }
        var hasWarned = false
        while !Task.isCancelled {
            var watcher: FolderWatcher?
            do {
                watcher = try FolderWatcher(self, bucket: bucket.name, folder: folder)
                try await watcher?.run()
            } catch let error as ObjectStorageError where error.code == .notFound {
                return
            } catch {
                guard !Task.isCancelled else { return }
                if !hasWarned || watcher?.hasBegun == true {
                    logger.warning(
                        "a folder cannot be watched now",
                        metadata: ["bucket": "\(bucket.name)", "folder": "\(folder)", "error": "\(error)"])
                }
                hasWarned = true
                try? await Task.sleep(for: .seconds(2))
            }
        }
    }
}

/// One life of a bucket: another one of the same name is watched anew.
private struct WatchedBucket: Hashable {
    let name: String
    let timeCreated: Timestamp

    init(_ bucket: Bucket) {
        name = bucket.name
        timeCreated = bucket.timeCreated
    }
}

// What is known of a watched folder's files, and bringing it up to them.
extension ObjectStorage {
    /// The files that are known in a folder, by their names in it, and the names of the folders in it.
    func knownFiles(of bucket: String, in folder: String) async throws -> (
        files: [String: FileStamp], folders: Set<String>
    ) {
        var files: [String: FileStamp] = [:]
        var folders: Set<String> = []
        var question = ObjectQuestion()
        question.prefix = folder
        question.delimiter = "/"
        repeat {
            let page = try await objects(in: bucket, question)
            for object in page.objects {
                guard case .watched(let stamp) = object.place else { continue }
                files[String(decoding: object.name.utf8.dropFirst(folder.utf8.count), as: UTF8.self)] = stamp
            }
            for prefix in page.prefixes {
                folders.insert(String(decoding: prefix.utf8.dropFirst(folder.utf8.count).dropLast(), as: UTF8.self))
            }
            question.pageToken = page.nextPageToken
        } while question.pageToken != nil
        return (files, folders)
    }

    /// All files below a folder are gone.
    func forgetFiles(of bucket: String, below folder: String, in tree: WatchedTree) async throws {
        var question = ObjectQuestion()
        question.prefix = folder
        repeat {
            let page = try await objects(in: bucket, question)
            _ = try await sideBySide(page.objects) { try await self.forget($0.name, of: bucket, in: tree) }
            question.pageToken = page.nextPageToken
        } while question.pageToken != nil
    }

    /// Brings an object up to its file: makes it, changes it, or lets it go.
    ///
    /// - Returns: false when the file was written meanwhile, so that it must be looked at again.
    func takeFile(_ name: String, of bucket: String, in tree: WatchedTree) async throws -> Bool {
        let known = try await datastore.lookup(StoredObject.key(bucket, name)).flatMap { StoredObject($0.entity) }
        let file: WatchedFile
        do throws(ObjectStorageError) {
            file = try await DiskWork.run { () throws(ObjectStorageError) in
                try WatchedFile.read(name, in: tree, unless: known?.place)
            }
        } catch {
            // What concerns one file must not end the watching of all others.
            logger.warning(
                "a file of a watched folder cannot be read, and stays as it is known until something changes",
                metadata: ["bucket": "\(bucket)", "object": "\(name)", "error": "\(error)"])
            return true
        }
        switch file {
        case .none: try await forget(name, of: bucket, in: tree)
        case .known: break
        case .unsteady: return false
        case .read(let stamp, let checksums): try await take(name, of: bucket, in: tree, stamp, checksums)
        }
        return true
    }

    private func forget(_ name: String, of bucket: String, in tree: WatchedTree) async throws {
        let isGone = try await changing(removes: true) { [events, now] transaction in
            let holder = try transaction.bucket(bucket, watching: tree)
            guard let object = try transaction.object(bucket, name) else { return (false, []) }
            try transaction.delete(StoredObject.key(bucket, name))
            return (true, events.messages([.init(type: .delete, object: object)], in: holder, at: now()))
        }
        if isGone { metrics.deleted.increment() }
    }

    private func take(
        _ name: String, of bucket: String, in tree: WatchedTree, _ stamp: FileStamp, _ checksums: WatchedFile.Checked
    ) async throws {
        let isNew = try await changing { [events, generations, now] transaction in
            let holder = try transaction.bucket(bucket, watching: tree)
            let old = try transaction.object(bucket, name)
            // Other times or another number, and the same bytes: that is no change of the object.
            if let old, old.size == stamp.size, old.crc32c == checksums.crc32c, old.md5 == checksums.md5 {
                try transaction.put(old.at(stamp).entity)
                return (false, [])
            }
            let time = now()
            let new = StoredObject(
                bucket: bucket, name: name, generation: generations.next(time, after: old?.generation),
                metageneration: 1, size: stamp.size, crc32c: checksums.crc32c, md5: checksums.md5, componentCount: nil,
                timeCreated: time, updated: time, metadata: ObjectMetadata(contentType: MediaTypes.of(name)),
                place: .watched(stamp))
            try transaction.put(new.entity)
            return (true, events.messages(ObjectEvents.stored(new, over: old), in: holder, at: time))
        }
        if isNew { metrics.stored.increment() }
    }
}

extension Transaction {
    /// The bucket of a folder; `notFound` also when another bucket has the name by now.
    fileprivate func bucket(_ name: String, watching tree: WatchedTree) throws -> Bucket {
        let bucket = try bucket(name)
        guard bucket.watchedFolder == tree.root else { throw ObjectStorageError.noBucket }
        return bucket
    }
}

extension StoredObject {
    /// The same object with its file as it is now.
    fileprivate func at(_ stamp: FileStamp) -> StoredObject {
        StoredObject(
            bucket: bucket, name: name, generation: generation, metageneration: metageneration, size: size,
            crc32c: crc32c, md5: md5, componentCount: componentCount, timeCreated: timeCreated, updated: updated,
            metadata: metadata, place: .watched(stamp))
    }
}
