/// What a write is for, which decides what it may still have of a disk that is nearly full.
public enum DiskClaim: Sendable, Hashable {
    /// It adds to what is kept: refused below the limit, or kept to the pages that the file has free
    /// (``LowDiskBehaviour``).
    case ordinary
    /// A record without which nothing would free room, such as that of the run that calls the purge: it goes on as long
    /// as there is room at all, half of the reserve included.
    case essential
    /// It removes: it goes on as long as there is room at all, the whole reserve included.
    case removal
}

/// What ordinary writes to a file do while its disk is nearly full.
public enum LowDiskBehaviour: Sendable {
    /// They fail with ``DatabaseFailure/Code/diskFull``. For state: what was accepted must be kept, and needs room.
    case refuse
    /// They may use the pages that are free in the file, which does not grow. For telemetry, whose oldest records make
    /// room for the newest.
    case reuse
}
