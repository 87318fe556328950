import AdminModel

/// One thing to copy, and where to.
struct CopyStep: Sendable {
    enum Source: Sendable {
        case file(String)
        case object(ObjectResource)
    }

    let source: Source
    let destination: StorageURL
}

/// Finds out what a command line with sources and one destination means.
enum CopyPlan {
    /// The steps. Nothing is copied before all of them are known to make sense.
    static func make(
        _ sources: some Collection<String>, to destination: StorageURL, recursive: Bool, _ storage: StorageClient,
        _ files: LocalFiles
    ) async throws -> [CopyStep] {
        var found: [(source: CopyStep.Source, relative: String)] = []
        for source in sources {
            switch try StorageURL(source) {
            case .local(let path): found += try local(path, recursive: recursive, files)
            case .cloud(_, let name):
                let start = folderStart(of: name, recursive: recursive)
                found += try await storage.find(source, recursive: recursive).map { object in
                    (.object(object), relative(object.name, from: start))
                }
            }
        }
        // Several things, or a whole folder, go into a folder; one thing may get another name.
        let isMany = found.count > 1 || sources.count > 1 || recursive
        let steps = try found.map { item in
            CopyStep(
                source: item.source,
                destination: try place(item.relative, in: destination, isFolder: isMany, files))
        }
        guard steps.count < 2 || Set(steps.map(\.destination)).count == steps.count else {
            throw CommandError(.usage, "two of the sources would have the same name at the destination")
        }
        return steps
    }

    private static func local(
        _ path: String, recursive: Bool, _ files: LocalFiles
    ) throws -> [(source: CopyStep.Source, relative: String)] {
        guard path != "-" else { return [(.file("-"), "")] }
        switch try files.kind(of: path) {
        case .nothing: throw CommandError(.usage, "there is no file \(path)")
        case .file: return [(.file(path), lastName(path))]
        case .folder:
            guard recursive else { throw CommandError(.usage, "\(path) is a folder: add --recursive") }
            let name = lastName(path)
            return try files.files(below: path).map { inner in
                (.file("\(path)/\(inner)"), name.isEmpty || name == "." ? inner : "\(name)/\(inner)")
            }
        }
    }

    private static func lastName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }

    /// How much of a name is left out at the destination: all before the last folder of what was asked for.
    private static func folderStart(of name: String, recursive: Bool) -> Int {
        let fixed = Glob.isPattern(name) ? Glob(name).prefix : name
        var trimmed = Substring(fixed)
        if recursive, !Glob.isPattern(name) { while trimmed.last == "/" { trimmed = trimmed.dropLast() } }
        return trimmed.lastIndex(of: "/").map { trimmed.utf8.distance(from: trimmed.startIndex, to: $0) + 1 } ?? 0
    }

    private static func relative(_ name: String, from start: Int) -> String {
        String(decoding: name.utf8.dropFirst(start), as: UTF8.self)
    }

    private static func place(
        _ relative: String, in destination: StorageURL, isFolder: Bool, _ files: LocalFiles
    ) throws -> StorageURL {
        switch destination {
        case .cloud(let bucket, let name):
            guard !Glob.isPattern(name) else { throw CommandError(.usage, "a destination has no wildcards") }
            let intoFolder = isFolder || name.isEmpty || name.hasSuffix("/")
            guard intoFolder else { return destination }
            guard !relative.isEmpty else { throw CommandError(.usage, "stdin needs a name: gs://\(bucket)/NAME") }
            let separator = name.isEmpty || name.hasSuffix("/") ? "" : "/"
            return .cloud(bucket: bucket, name: name + separator + relative)
        case .local(let path):
            guard path != "-" else { return destination }
            guard try isFolder || path.hasSuffix("/") || files.kind(of: path) == .folder else { return destination }
            try checkHarmless(relative)
            return .local(path.hasSuffix("/") ? path + relative : "\(path)/\(relative)")
        }
    }

    /// An object may be called `../x`; a file of that name would not be in the folder that was meant.
    private static func checkHarmless(_ name: String) throws {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
            throw CommandError(
                .failed, "the object \(name) would not be a file in the folder: copy it by itself, to a name of its own"
            )
        }
    }
}
