import CoreMetrics
import Database
import Datastore
import Foundation
import JSON
import Logging
import SQLiteEngine
import Synchronization

@testable import ObjectStorage

/// An object storage in a folder of its own, which goes with the object.
final class TestStorage {
    let folder: String
    let topics = TestTopics()
    private(set) var datastore: Datastore
    private(set) var storage: ObjectStorage
    private var database: DatabaseFile
    private let clock = TestClock()
    private let room = TestRoom()

    final class TestRoom: Sendable {
        let isThere = Mutex(true)
    }

    final class TestClock: Sendable {
        let ahead = Mutex(Duration.zero)
        var now: Timestamp { .now.advanced(by: ahead.withLock { $0 }) }
    }

    init() async throws {
        folder = NSTemporaryDirectory() + "trivet-objects-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        (database, datastore, storage) = try await Self.open(folder, topics, clock, room)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private static func open(
        _ folder: String, _ topics: TestTopics, _ clock: TestClock, _ room: TestRoom
    ) async throws -> (DatabaseFile, Datastore, ObjectStorage) {
        let configuration = DatabaseConfiguration(
            path: folder + "/state.db", applicationID: 1, synchronous: .normal, migrations: SQLiteEngine.migrations,
            name: "state", checksAfterUncleanStop: false)
        let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let database = try DatabaseFile.open(
            configuration, metrics: NOOPMetricsHandler.instance, logger: quiet, onFatalError: { _ in })
        let datastore = try await Datastore(
            engine: SQLiteEngine(database: database), indexes: ObjectStorage.indexes,
            metrics: NOOPMetricsHandler.instance, logger: quiet)
        let storage = try ObjectStorage(
            datastore: datastore, directory: folder + "/buckets",
            hasRoom: { room.isThere.withLock { $0 } }, publisher: topics, baseURL: { "http://127.0.0.1:9400" },
            metrics: NOOPMetricsHandler.instance, logger: quiet, now: { clock.now })
        return (database, datastore, storage)
    }

    /// Closes the file and opens all anew, as a restart does.
    func reopen() async throws {
        try await database.close()
        (database, datastore, storage) = try await Self.open(folder, topics, clock, room)
    }

    /// Says whether the disk has room.
    func setRoom(_ isThere: Bool) { room.isThere.withLock { $0 = isThere } }

    func advance(_ duration: Duration) { clock.ahead.withLock { $0 += duration } }

    /// The files of objects and uploads, relative to the folder of the buckets.
    var files: [String] {
        let root = folder + "/buckets"
        let all = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        return all.filter { name in
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(root)/\(name)", isDirectory: &isDirectory)
                && !isDirectory.boolValue
        }.sorted()
    }

    /// The whole bytes of an object.
    func bytes(_ bucket: String, _ name: String) async throws -> [UInt8] {
        let reader = try await storage.reader(bucket, name)
        var bytes: [UInt8] = []
        while bytes.count < Int(reader.object.size) { bytes += try await reader.read(at: Int64(bytes.count)) }
        return bytes
    }

    /// The messages whose transactions were committed, in the order of their numbers.
    func messages() async throws -> [JSONObject] {
        try await datastore.run(Query(kind: TestTopics.kind)).entities.compactMap { entity in
            entity["message"]?.string.flatMap { try? JSONValue(parsing: Array($0.utf8)).object }
        }
    }
}

/// Topics that keep their messages as entities, so that these are committed with what they tell, or not at all.
final class TestTopics: ObjectEventPublisher {
    static let kind = "TestMessage"
    let told = Mutex(0)
    /// What publishing throws, if anything.
    let failure = Mutex<DatastoreError?>(nil)

    func hasTopic(_ topic: String) async throws -> Bool { topic == "projects/p/topics/t" }

    func publish(_ messages: [ObjectEventMessage], in transaction: Transaction) throws -> @Sendable () -> Void {
        if let failure = failure.withLock({ $0 }) { throw failure }
        for message in messages {
            var attributes = JSONObject()
            for (name, value) in message.attributes { attributes[name] = .string(value) }
            let json: JSONValue = [
                "attributes": .object(attributes), "data": .string(String(decoding: message.data, as: UTF8.self)),
                "topic": .string(message.topic),
            ]
            try transaction.put(
                Entity(
                    key: Key(incomplete: Self.kind),
                    properties: [
                        "message": .string(
                            String(decoding: json.serialized(), as: UTF8.self), excludeFromIndexes: true)
                    ]))
        }
        return { self.told.withLock { $0 += messages.count } }
    }
}

/// The code of the error that a body throws.
func code(_ body: () async throws -> Void) async -> ObjectStorageError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? ObjectStorageError)?.code
    }
}
