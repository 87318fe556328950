/// What a caller wants to be so, or else nothing is done.
public struct Preconditions: Sendable, Hashable {
    /// The object's generation; 0 for none being there.
    public var generationMatch: Int64?
    /// A generation that the object must not have; 0 for one being there.
    public var generationNotMatch: Int64?
    /// The version of the metadata.
    public var metagenerationMatch: Int64?
    /// A version that the metadata must not have.
    public var metagenerationNotMatch: Int64?

    /// No conditions.
    public init(
        generationMatch: Int64? = nil, generationNotMatch: Int64? = nil, metagenerationMatch: Int64? = nil,
        metagenerationNotMatch: Int64? = nil
    ) {
        self.generationMatch = generationMatch
        self.generationNotMatch = generationNotMatch
        self.metagenerationMatch = metagenerationMatch
        self.metagenerationNotMatch = metagenerationNotMatch
    }

    /// Throws `conditionNotMet`, or `notModified` for a reader's "not".
    func check(_ object: StoredObject?, reading: Bool = false) throws(ObjectStorageError) {
        let generation = object?.generation ?? 0
        if let wanted = generationMatch, wanted != generation { throw .conditionNotMet }
        if let wanted = metagenerationMatch, wanted != object?.metageneration { throw .conditionNotMet }
        if generationNotMatch == generation || (object != nil && metagenerationNotMatch == object?.metageneration) {
            throw reading
                ? ObjectStorageError(.notModified, "The object is as you know it.") : .conditionNotMet
        }
    }

    /// Throws `conditionNotMet` or `notModified` for a bucket, which has only a version of its metadata.
    func check(_ bucket: Bucket, reading: Bool = false) throws(ObjectStorageError) {
        if let wanted = metagenerationMatch, wanted != bucket.metageneration { throw .conditionNotMet }
        if metagenerationNotMatch == bucket.metageneration {
            throw reading
                ? ObjectStorageError(.notModified, "The bucket is as you know it.") : .conditionNotMet
        }
    }
}
