import Foundation
import JSON
import TestSupport
import Testing

extension CommandResult {
    /// The output as one JSON value.
    func json() throws -> JSONValue {
        do { return try JSONValue(parsing: bytes) } catch {
            Issue.record("no JSON: \(error)\nstatus \(status)\n\(output)\n\(errors)")
            throw error
        }
    }

    /// The output as JSON lines.
    func jsonLines() throws -> [JSONValue] {
        try output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }
}

/// The programs under test, as the build left them beside the test bundle, and others by name.
enum Programs {
    static let directory = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
    static let trivetd = built("trivetd")
    static let trivetctl = built("trivetctl")

    private static func built(_ name: String) -> String {
        // The runner may be the toolchain's own helper: then the bundle's path is among its arguments.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(filePath: bundle).deletingLastPathComponent().appending(path: name).path
    }
}
