/// The files that `--file` names: itself, or those of a folder.
enum ResourceSources {
    private static let endings = [".yaml", ".yml", ".json"]

    /// Reads them, in their order; those of a folder by name.
    static func read(_ paths: [String], in context: CommandContext) throws -> [(name: String, bytes: [UInt8])] {
        var files: [(name: String, bytes: [UInt8])] = []
        for path in paths {
            if path == "-" {
                files.append(("stdin", try context.readFile(path)))
            } else if case .folder = try context.files.kind(of: path) {
                let names = try context.files.files(in: path).filter { name in
                    !name.hasPrefix(".") && endings.contains { name.hasSuffix($0) }
                }
                guard !names.isEmpty else {
                    throw CommandError(.usage, "\(path): the folder has no file \(endings.joined(separator: ", "))")
                }
                for name in names { files.append(("\(path)/\(name)", try context.readFile("\(path)/\(name)"))) }
            } else {
                files.append((path, try context.readFile(path)))
            }
        }
        return files
    }
}
