import Glibc

/// Reads an object's bytes. It holds the file, so that the object may be deleted or stored anew meanwhile.
public final class ObjectReader: Sendable {
    /// The object as it was when reading began.
    public let object: StoredObject
    private let descriptor: Int32

    /// How much one read gives at most.
    private static let part = 262_144

    init(_ object: StoredObject, descriptor: Int32) {
        self.object = object
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The bytes from `offset` on, at least one of them unless that is the object's end.
    ///
    /// - Parameter limit: how many at most.
    /// - Throws: `dataLoss` when the file is shorter than the object.
    public func read(at offset: Int64, limit: Int64 = .max) async throws -> [UInt8] {
        let count = Int(min(Int64(Self.part), limit, object.size - offset))
        guard count > 0 else { return [] }
        return try await DiskWork.run { [self] () throws(ObjectStorageError) in
            let bytes = try FileCalls.read(descriptor, at: offset, count: count)
            guard bytes.count == count else {
                throw ObjectStorageError(
                    .dataLoss, "the file of \(object.bucket)/\(object.name) is shorter than the object")
            }
            return bytes
        }
    }
}
