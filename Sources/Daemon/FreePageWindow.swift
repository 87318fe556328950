/// Which of a file's free pages are of no use: those that stayed free for as long as the window is.
///
/// A file in which much is stored and purged fills its free pages again and again; to give those back and take them
/// anew would cost more than they do.
struct FreePageWindow {
    private let length: Int
    private var counts: [Int] = []

    /// - Parameter length: how many looks the window has.
    init(length: Int) {
        self.length = length
    }

    /// Takes a look's count of free pages in a file of `all`; returns how many are to be given back.
    mutating func note(free: Int, of all: Int) -> Int {
        counts.append(free)
        if counts.count > length { counts.removeFirst() }
        guard counts.count == length, let least = counts.min() else { return 0 }
        return max(0, least - FreePageWindow.kept(of: all))
    }

    /// What was given back is not free any more.
    mutating func gaveBack(_ pages: Int) {
        counts = counts.map { max(0, $0 - pages) }
    }

    /// Pages that stay free for what comes: a twentieth of the file, and at least 4 MiB.
    static func kept(of all: Int) -> Int { max(1_024, all / 20) }
}
