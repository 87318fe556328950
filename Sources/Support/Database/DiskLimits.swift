/// How much of a disk is left alone.
public struct DiskLimits: Sendable, Hashable {
    /// Bytes of the reserve; 0 for none.
    public var reserve: Int
    /// Bytes below which the disk counts as nearly full; 0 for never.
    public var minFree: Int

    /// Limits.
    public init(reserve: Int, minFree: Int) {
        self.reserve = reserve
        self.minFree = minFree
    }

    /// Limits that leave room for data on a small disk: at most a sixteenth of it for the reserve, and an eighth to be
    /// left free.
    func fitting(_ total: Int) -> DiskLimits {
        DiskLimits(reserve: min(reserve, total / 16), minFree: min(minFree, total / 8))
    }
}

/// How a disk stands.
public struct DiskStatus: Sendable, Hashable {
    /// Bytes that this user may still write.
    public let free: Int
    /// Bytes of the whole disk.
    public let total: Int
    /// Bytes that the reserve really has.
    public let reserve: Int
    /// The limits that count for a disk of this size.
    public let limits: DiskLimits

    /// What is free besides what the reserve lacks: room that the reserve gave away is no room for others.
    public var available: Int { free - max(0, limits.reserve - reserve) }
    /// Whether ordinary writes have to do without growth.
    public var isLow: Bool { available < limits.minFree }
}
