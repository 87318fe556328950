import Synchronization

/// The resumable uploads that this process has written to: which of them a request writes to just now, and their open
/// files, so that the next part need not read again what the parts before wrote.
final class LiveUploads: Sendable {
    private struct State {
        var busy: Set<String> = []
        /// The most recently used last.
        var open: [(id: String, writer: BlobWriter)] = []
    }

    /// How many files are kept open between two parts.
    private static let openLimit = 64

    private let state = Mutex(State())

    /// Takes an upload for one request: its open file, if there is one. Throws `uploadBusy`.
    func take(_ id: String) throws(ObjectStorageError) -> BlobWriter? {
        try state.withLock { state throws(ObjectStorageError) in
            guard state.busy.insert(id).inserted else {
                throw ObjectStorageError(
                    .uploadBusy, "Another request writes to this upload just now: ask for its state, then go on.")
            }
            guard let index = state.open.firstIndex(where: { $0.id == id }) else { return nil }
            return state.open.remove(at: index).writer
        }
    }

    /// Gives an upload back; a file goes on being open for the next part.
    func giveBack(_ id: String, _ writer: BlobWriter?) {
        state.withLock { state in
            state.busy.remove(id)
            guard let writer else { return }
            state.open.append((id, writer))
            if state.open.count > Self.openLimit { state.open.removeFirst() }
        }
    }
}
