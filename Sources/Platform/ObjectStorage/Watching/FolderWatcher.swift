import CLinux
import Datastore
import Dispatch
import Glibc
import Logging

/// Keeps a bucket's objects the same as the files of its folder: looks through all of it at the start, for what was done
/// while nobody watched, and then goes where the kernel says that something changed.
///
/// Whatever comes leads to a look at one name: is there a file, is it the one that is known? So it does not matter in
/// which order changes are told, or how often.
struct FolderWatcher {
    private let storage: ObjectStorage
    private let bucket: String
    private let tree: WatchedTree
    private let inotify: Inotify
    private let root: FolderIdentity
    /// Where the kernel's word is waited for.
    private let kernel = DispatchQueue(label: "trivet.objects.watch")
    /// The watched folders by their numbers: empty for the root, else with a slash at the end.
    private var folders: [Int32: String] = [:]
    /// Files that were just written when they were found by looking: they are taken when they have rested a while.
    private var restless: [String: FileStamp] = [:]
    private var lastScan = ContinuousClock.now
    private var lastRest = ContinuousClock.now
    /// Whether all was looked through once.
    private(set) var hasBegun = false
    /// Whether some folder could not be watched, so that looking through all must do.
    private var isBlind = false

    /// How long a file rests before it counts as written, when nobody told that it was closed.
    private static let rest = Duration.seconds(2)
    /// How often all is looked through: for what the kernel did not tell, and for what it cannot tell.
    private static let scanInterval = Duration.seconds(3_600)
    private static let blindScanInterval = Duration.seconds(30)

    init(_ storage: ObjectStorage, bucket: String, folder: String) throws(ObjectStorageError) {
        self.storage = storage
        self.bucket = bucket
        tree = WatchedTree(root: folder)
        root = try tree.identity()
        inotify = try Inotify()
    }

    /// Watches until the task is cancelled, the bucket is gone, or the folder is another one.
    mutating func run() async throws {
        try await scan("")
        hasBegun = true
        while !Task.isCancelled {
            let (inotify, tree, root) = (inotify, tree, root)
            let changes = try await DiskWork.run(on: kernel) { () throws(ObjectStorageError) in
                let changes = inotify.changes(within: 500)
                // What was moved away, or lies below a new mount, is watched under a name that is another folder's.
                guard try tree.identity() == root else { throw Self.replaced(tree) }
                return changes
            }
            for change in changes { try await take(change) }
            try await takeRested()
            let interval = isBlind ? Self.blindScanInterval : Self.scanInterval
            if ContinuousClock.now - lastScan > interval { try await scanAll() }
        }
    }

    private mutating func scanAll() async throws {
        isBlind = false
        try await scan("")
        lastScan = .now
    }

    /// Ends this watcher, so that another one begins with the folder that is there.
    private static func replaced(_ tree: WatchedTree) -> ObjectStorageError {
        ObjectStorageError(.unavailable, "\(tree.root) is gone, or another folder now")
    }

    private mutating func take(_ change: Inotify.Change) async throws {
        if change.has(IN_Q_OVERFLOW) { return try await scanAll() }
        if change.has(IN_IGNORED) {
            guard folders.removeValue(forKey: change.folder) != "" else { throw Self.replaced(tree) }
            return
        }
        guard let folder = folders[change.folder], let name = String(validating: change.name, as: UTF8.self),
            !name.isEmpty, (try? Names.checkObject(folder + name)) != nil
        else { return }
        if change.isFolder {
            try await scan("\(folder)\(name)/")
        } else if change.has(IN_CREATE) {
            // Of a new file its closing will be told; of a second name for a file nothing else is.
            guard await hasSeveralNames(folder + name) else { return }
            try await look(at: folder + name)
        } else {
            restless[folder + name] = nil
            try await look(at: folder + name)
        }
    }

    /// Looks through a folder and all below it: watches each folder first, so that nothing comes between.
    private mutating func scan(_ start: String) async throws {
        var open = [start]
        while let folder = open.popLast() {
            try Task.checkCancellation()
            watch(folder)
            let tree = tree
            let content: WatchedTree.Content?
            do throws(ObjectStorageError) {
                content = try await DiskWork.run { () throws(ObjectStorageError) in try tree.content(of: folder) }
            } catch {
                guard !folder.isEmpty else { throw error }
                storage.logger.warning(
                    "a folder cannot be listed, and stays as it is known until something changes",
                    metadata: ["bucket": "\(bucket)", "folder": "\(tree.path(folder))", "error": "\(error)"])
                continue
            }
            guard let content else {
                try await storage.forgetFiles(of: bucket, below: folder, in: tree)
                continue
            }
            let known = try await storage.knownFiles(of: bucket, in: folder)
            var due = known.files.keys.filter { content.files[$0] == nil }.map { folder + $0 }
            for (name, stamp) in content.files where known.files[name] != stamp {
                // One that was just written is taken when it has rested.
                if isFresh(stamp) { restless[folder + name] = stamp } else { due.append(folder + name) }
            }
            try await look(at: due)
            for name in known.folders where !content.folders.contains(name) {
                try await storage.forgetFiles(of: bucket, below: "\(folder)\(name)/", in: tree)
            }
            open += content.folders.map { "\(folder)\($0)/" }
        }
    }

    private mutating func watch(_ folder: String) {
        do throws(ObjectStorageError) {
            guard let number = try inotify.watch(tree.path(folder)) else { return }
            folders[number] = folder
        } catch {
            if !isBlind {
                storage.logger.warning(
                    "a folder cannot be watched, and is looked through every \(Self.blindScanInterval) instead: raise fs.inotify.max_user_watches",
                    metadata: ["bucket": "\(bucket)", "folder": "\(tree.path(folder))", "error": "\(error)"])
            }
            isBlind = true
        }
    }

    /// Takes the files that have not changed for a while.
    private mutating func takeRested() async throws {
        guard !restless.isEmpty, ContinuousClock.now - lastRest > .milliseconds(500) else { return }
        lastRest = .now
        for (name, stamp) in restless {
            guard let now = await self.stamp(of: name) else {
                restless[name] = nil
                try await look(at: name)
                continue
            }
            if now == stamp, !isFresh(now) {
                restless[name] = nil
                try await look(at: name)
            } else {
                restless[name] = now
            }
        }
    }

    /// Whether a file was written just now. One from the future rests.
    private func isFresh(_ stamp: FileStamp) -> Bool {
        let age = Duration.microseconds(storage.now().microseconds - stamp.modified / 1_000)
        return age >= .zero && age < Self.rest
    }

    private func hasSeveralNames(_ name: String) async -> Bool {
        let count = try? await DiskWork.run { [tree] () throws(ObjectStorageError) in try tree.names(of: name) }
        return count ?? 0 > 1
    }

    /// How a file is now; nil when there is none, or none that can be opened.
    private func stamp(of name: String) async -> FileStamp? {
        try? await DiskWork.run { [tree] () throws(ObjectStorageError) in try tree.stamp(of: name) }
    }

    private mutating func look(at name: String) async throws { try await look(at: [name]) }

    private mutating func look(at names: [String]) async throws {
        let unsteady = try await sideBySide(names) { [storage, bucket, tree] name in
            try await storage.takeFile(name, of: bucket, in: tree) ? nil : name
        }
        // They were written while they were read.
        for name in unsteady { if let name { restless[name] = FileStamp(inode: 0, size: 0, modified: 0) } }
    }
}
