/// How much of the disk is left alone, `disk` in the file.
public struct DiskSettings: Sendable, Hashable {
    /// Bytes of the reserve, which only what makes room may use; 0 for none.
    public var reserve: Int
    /// Bytes of free room below which nothing is stored; 0 for storing to the last byte.
    public var minFree: Int

    /// The disk's settings; without arguments, the defaults.
    public init(reserve: Int = 32 << 20, minFree: Int = 64 << 20) {
        self.reserve = reserve
        self.minFree = minFree
    }
}
