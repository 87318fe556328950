import Foundation
import Testing

/// The virtual environment with the tests' Python packages (packaging/test-requirements.txt), which `make test-venv`
/// makes.
enum PythonEnvironment {
    private static let python = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: ".build/test-venv/bin/python").path

    /// Runs a program's text.
    static func run(_ program: String, _ arguments: [String] = [], input: String? = nil) async throws -> CommandResult {
        try #require(FileManager.default.isExecutableFile(atPath: python), "\(python) is missing: make test-venv")
        return try await EndToEndTests.run(python, ["-c", program] + arguments, input: input)
    }
}
