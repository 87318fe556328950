import Commands
import Foundation
import JSON
import Testing

@Suite struct ConfigCheckTests {
    /// Runs the check on a file with this text.
    private func check(_ text: String, _ environment: [String: String] = [:]) async throws -> (Int32, JSONObject) {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "trivet.yaml")
        try Data(text.utf8).write(to: file)
        var bench = CommandBench()
        bench.environment = environment
        let exit = await bench.run("config", "check", "--config", file.path, "--format", "json")
        #expect(bench.daemon.requests.isEmpty)
        return (exit, try #require(try JSONValue(parsing: Array(bench.output.text.utf8)).object))
    }

    @Test("A good file passes, without a daemon, and TRIVET_SOCKET is no setting")
    func good() async throws {
        let (exit, verdict) = try await check("project: my-project\n", ["TRIVET_SOCKET": "/x"])
        #expect(exit == 0)
        #expect(verdict["valid"] == true)
        #expect(verdict["problems"] == [])
    }

    @Test("Every mistake is told with key, file and line, and the exit code is 1")
    func bad() async throws {
        let (exit, verdict) = try await check("project: my-project\npurge: { retain: soon }\nbogus: 1\n")
        #expect(exit == 1)
        #expect(verdict["valid"] == false)
        let problems = (verdict["problems"]?.array ?? []).compactMap(\.object)
        #expect(problems.count == 2)
        #expect(problems.first?["key"] == "purge.retain")
        #expect(problems.first?["line"] == 2)
        #expect(problems.first?["value"] == "soon")
        #expect(problems.first?["file"]?.string?.hasSuffix("trivet.yaml") == true)
    }

    @Test("A variable counts as it would for the daemon")
    func variable() async throws {
        let (exit, verdict) = try await check("project: my-project\n", ["TRIVET_PURGE_RETAIN": "never"])
        #expect(exit == 1)
        #expect(verdict["problems"]?.array?.first?.object?["variable"] == "$TRIVET_PURGE_RETAIN")
    }

    @Test("A file that is not there is a problem, not a crash")
    func missing() async {
        let bench = CommandBench()
        #expect(await bench.run("config", "check", "--config", "/nonexistent/trivet.yaml") == 1)
        #expect(!bench.output.text.isEmpty)
    }
}
