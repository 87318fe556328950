import Dispatch

/// Runs work that waits for the disk, off the threads that serve requests.
enum DiskWork {
    private static let queue = DispatchQueue(label: "trivet.objects", attributes: .concurrent)

    static func run<T: Sendable>(_ body: @escaping @Sendable () throws(ObjectStorageError) -> T)
        async throws(ObjectStorageError) -> T
    {
        let result: Result<T, ObjectStorageError> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(ObjectStorageError) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}
