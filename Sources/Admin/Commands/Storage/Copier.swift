import AdminModel
import MediaTypes

/// Copies one thing after the other.
struct Copier {
    let storage: StorageClient
    let context: CommandContext
    let noClobber: Bool
    let contentType: String?

    /// Copies; nil when there was something already that is to stay.
    func copy(_ step: CopyStep) async throws -> CopiedObject? {
        do {
            switch (step.source, step.destination) {
            case (.file(let path), .cloud(let bucket, let name)): return try await upload(path, bucket, name)
            case (.object(let object), .local(let path)): return try await download(object, path)
            case (.object(let object), .cloud(let bucket, let name)):
                try await storage.copy(object, to: bucket, name, noClobber: noClobber)
                return CopiedObject(
                    source: StorageURL.text(object.bucket, object.name), destination: StorageURL.text(bucket, name),
                    size: object.size)
            case (.file, .local): throw CommandError(.usage, "one of the two must be in a bucket: gs://BUCKET/NAME")
            }
        } catch let error as CommandError where noClobber && error.httpStatus == 412 {
            return nil
        }
    }

    private func upload(_ path: String, _ bucket: String, _ name: String) async throws -> CopiedObject {
        let reader = try context.files.reader(path)
        var total: Int?
        if path != "-", case .file(let size) = try context.files.kind(of: path) { total = size }
        let bar = ProgressBar(path, total: total, in: context)
        let upload = Upload(
            client: storage.client, bucket: bucket, name: name, contentType: contentType ?? MediaTypes.of(name),
            noClobber: noClobber, sleep: context.sleep)
        let size = try await upload.send(next: { try reader.next($0) }, progress: { bar.update($0) })
        return CopiedObject(source: path, destination: StorageURL.text(bucket, name), size: String(size))
    }

    private func download(_ object: ObjectResource, _ path: String) async throws -> CopiedObject? {
        let source = StorageURL.text(object.bucket, object.name)
        if path != "-", noClobber, try context.files.kind(of: path) != .nothing { return nil }
        let stream = try await storage.bytes(object)
        let bar = ProgressBar(source, total: Int(object.size), in: context)
        let writer = path == "-" ? nil : try context.files.writer(path)
        var size = 0
        while let bytes = try await stream.next() {
            if let writer { try writer.write(bytes) } else { try context.output.write(bytes) }
            size += bytes.count
            bar.update(size)
        }
        guard String(size) == object.size else {
            throw CommandError(.failed, "\(source) has \(object.size) bytes, of which \(size) came")
        }
        try writer?.finish()
        return CopiedObject(source: source, destination: path, size: object.size)
    }
}
