public import CoreMetrics
public import Datastore
public import Logging
import Synchronization

/// Buckets and objects, as Cloud Storage has them: names and metadata in the datastore, bytes in files of the data
/// directory.
///
/// An object is visible if and only if its bytes are durable: they are written to a temporary file, synced and renamed,
/// and only then one transaction stores the object and the messages of its event. A crash in between leaves a file that
/// nobody knows, which the next start removes.
public final class ObjectStorage: Sendable {
    /// The indexes that the storage's queries need; the daemon declares them to the datastore.
    public static let indexes = DeclaredIndexes(properties: [
        .init(kind: StoredObject.kind, property: StoredObject.blobProperty)
    ])

    let datastore: Datastore
    let blobs: BlobStore
    let underWay = BlobsUnderWay()
    let events: ObjectEvents
    let publisher: any ObjectEventPublisher
    let sessions = LiveUploads()
    let generations = GenerationClock()
    let watchBell = WatchBell()
    let metrics: ObjectMetrics
    let logger: Logger
    let now: @Sendable () -> Timestamp

    /// Opens the storage; makes its folder where there is none.
    ///
    /// - Parameters:
    ///   - datastore: where names and metadata are.
    ///   - directory: the folder of the bytes.
    ///   - hasRoom: whether the disk has room for more bytes; asked often.
    ///   - publisher: where events go.
    ///   - baseURL: where this daemon is reached, for the links in events.
    ///   - metrics: the metrics backend.
    ///   - logger: the logger.
    ///   - now: the clock.
    /// - Throws: `ObjectStorageError` when the folder cannot be made.
    public init(
        datastore: Datastore, directory: String, hasRoom: @escaping @Sendable () -> Bool = { true },
        publisher: any ObjectEventPublisher, baseURL: @escaping @Sendable () -> String, metrics: any MetricsFactory,
        logger: Logger, now: @escaping @Sendable () -> Timestamp = { .now }
    ) throws(ObjectStorageError) {
        self.datastore = datastore
        blobs = BlobStore(root: directory, hasRoom: hasRoom)
        events = ObjectEvents(baseURL: baseURL)
        self.publisher = publisher
        self.metrics = ObjectMetrics(metrics)
        self.logger = logger
        self.now = now
        try blobs.prepare()
    }

    /// Runs a transaction that also says what happened, and tells it to those who want to know when it is done.
    ///
    /// - Parameters:
    ///   - removes: whether it only takes something away, which goes on also while the disk is nearly full.
    ///   - body: the transaction.
    func changing<T: Sendable>(
        removes: Bool = false,
        _ body: @escaping @Sendable (Transaction) throws -> (result: T, messages: [ObjectEventMessage])
    ) async throws -> T {
        let datastore = removes ? datastore.essential : datastore
        let (result, count, announce) = try await datastore.transaction { [publisher] transaction in
            let (result, messages) = try body(transaction)
            let announce = messages.isEmpty ? nil : try publisher.publish(messages, in: transaction)
            return (result, messages.count, announce)
        }
        metrics.events.increment(by: count)
        announce?()
        return result
    }
}

/// Gives out generations: microseconds of the clock, and always larger ones.
final class GenerationClock: Sendable {
    private let last = Mutex<Int64>(0)

    func next(_ now: Timestamp, after old: Int64?) -> Int64 {
        last.withLock { last in
            last = max(now.microseconds, last + 1, (old ?? 0) + 1)
            return last
        }
    }
}

/// The files that belong to requests which are under way: nobody knows them yet, but they are no rubbish.
final class BlobsUnderWay: Sendable {
    private let ids = Mutex<Set<BlobID>>([])

    var all: Set<BlobID> { ids.withLock { $0 } }

    /// A new file's name, under way until `end`.
    func begin() -> BlobID {
        let id = BlobID.random()
        _ = ids.withLock { $0.insert(id) }
        return id
    }

    /// A file that was kept for a while is under way again.
    func begin(_ id: BlobID) { _ = ids.withLock { $0.insert(id) } }

    func end(_ id: BlobID) { _ = ids.withLock { $0.remove(id) } }
}
