import Foundation
import TestSupport
import Testing

/// The virtual environment with the tests' Python packages (packaging/test-requirements.txt), which `make test-venv`
/// makes.
enum PythonEnvironment {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    private static let python = tests.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: ".build/test-venv/bin/python").path

    /// Runs a program's text. It can import the modules of Tests/EndToEndTests/Python, such as `discovery_check`.
    static func run(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], input: String? = nil,
        seconds: Double = 180
    ) async throws -> CommandResult {
        try await run(["-c", program] + arguments, environment: environment, input: input, seconds: seconds)
    }

    /// Runs a program of Tests/EndToEndTests/Python, by its name.
    static func run(
        module: String, _ arguments: [String], environment: [String: String] = [:], seconds: Double = 180
    ) async throws -> CommandResult {
        try await run(["-m", module] + arguments, environment: environment, input: nil, seconds: seconds)
    }

    private static func run(
        _ arguments: [String], environment: [String: String], input: String?, seconds: Double
    ) async throws -> CommandResult {
        try #require(FileManager.default.isExecutableFile(atPath: python), "\(python) is missing: make test-venv")
        let own = [
            "PYTHONPATH": tests.appending(path: "Python").path, "PYTHONDONTWRITEBYTECODE": "1",
            // What is asked for is on this machine, whatever proxy the others are behind.
            "no_proxy": "*",
        ]
        return try await TestSupport.run(
            python, arguments, environment: own.merging(environment) { $1 }, input: input,
            within: .seconds(seconds))
    }
}
