extension ObjectStorage {
    func openWatched(_ object: StoredObject) async throws -> ObjectReader? {
        nil
    }
    func watchForever() async {}
}
