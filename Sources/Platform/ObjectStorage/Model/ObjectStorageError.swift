/// Why the object storage did not do what it was asked.
public struct ObjectStorageError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, stable for programs.
    public enum Code: String, Sendable, Hashable {
        /// A name, a piece of metadata or another argument cannot be.
        case invalidArgument
        /// There is no such bucket, object, notification or upload.
        case notFound
        /// There is such a bucket already.
        case alreadyExists
        /// The bucket has objects.
        case notEmpty
        /// A precondition did not hold.
        case conditionNotMet
        /// The object is as the caller knows it: a "not" precondition of a read did not hold.
        case notModified
        /// The bytes are not those that the caller's checksum or length speaks of.
        case contentMismatch
        /// A part of an upload does not begin where the one before ended.
        case wrongOffset
        /// Another request writes to the same upload just now.
        case uploadBusy
        /// The bucket is a watched folder, or the kind of change is not offered.
        case notAllowed
        /// The disk is full.
        case outOfSpace
        /// The disk failed; the cause says how.
        case unavailable
        /// The bytes of an object are gone or changed on the disk.
        case dataLoss
    }

    /// What went wrong, stable for programs.
    public let code: Code
    /// A sentence that says what is wrong or what to do.
    public let message: String
    /// The error beneath.
    public let cause: (any Error)?

    /// Creates an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message.
    public var description: String { cause.map { "\(message): \($0)" } ?? message }

    static func invalid(_ message: String) -> ObjectStorageError { ObjectStorageError(.invalidArgument, message) }

    static let noRoom = ObjectStorageError(
        .outOfSpace, "the disk is full, and nothing is stored until there is room: delete objects, or free some space")
    static let noBucket = ObjectStorageError(.notFound, "The specified bucket does not exist.")
    static let conditionNotMet = ObjectStorageError(
        .conditionNotMet, "At least one of the pre-conditions you specified did not hold.")

    static func noObject(_ bucket: String, _ name: String) -> ObjectStorageError {
        ObjectStorageError(.notFound, "No such object: \(bucket)/\(name)")
    }
}
