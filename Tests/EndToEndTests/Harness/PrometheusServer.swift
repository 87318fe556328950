import Foundation
import Glibc
import JSON
import TestSupport
import Testing
import Transfer

/// A real Prometheus on a free port and in a folder of its own, with the project's settings pointed at one daemon.
final class PrometheusServer: Sendable {
    private let process: ChildProcess
    private let folder: TestFolder
    private let client = TransferClient()
    private let base: String

    /// Starts it on the project's settings, and waits until it is ready.
    ///
    /// - Parameters:
    ///   - settings: the folder with prometheus.yml and its rules; a second stands for each of its 15.
    ///   - target: the address to scrape.
    static func start(settings: URL, target: String) async throws -> PrometheusServer {
        let config = contents(of: settings.appending(path: "prometheus.yml").path)
        let changed = config.replacing("127.0.0.1:9464", with: target).replacing(
            "_interval: 15s", with: "_interval: 1s")
        try #require(changed.contains(target) && changed.contains("scrape_interval: 1s"))
        return try await start(
            configuration: changed, rules: contents(of: settings.appending(path: "rules.yml").path))
    }

    /// Starts it and waits until it is ready.
    static func start(configuration: String, rules: String = "") async throws -> PrometheusServer {
        let folder = try TestFolder()
        let file = try folder.write(configuration, to: "prometheus.yml")
        _ = try folder.write(rules, to: "rules.yml")
        let process = try ChildProcess(
            try find("prometheus"),
            [
                "--config.file=\(file)", "--storage.tsdb.path=\(folder.file("data"))",
                "--web.listen-address=127.0.0.1:0",
            ], environment: ["PATH": "/usr/bin:/bin"], errors: folder.file("log"))
        do {
            var address: Substring?
            try await eventually("Prometheus listens") {
                try #require(process.isRunning, "Prometheus ended: \(contents(of: folder.file("log")))")
                let line = contents(of: folder.file("log")).split(separator: "\n")
                    .first { $0.contains("msg=\"Listening on\"") }
                address = line?.components(separatedBy: "address=").last?.prefix { $0 != " " }
                return address != nil
            }
            let server = PrometheusServer(process: process, folder: folder, base: "http://\(address ?? "")")
            try await eventually("Prometheus is ready") {
                (try? await server.client.get(server.base + "/-/ready"))?.status == 200
            }
            return server
        } catch {
            process.send(SIGKILL)
            throw error
        }
    }

    private init(process: ChildProcess, folder: TestFolder, base: String) {
        self.process = process
        self.folder = folder
        self.base = base
    }

    deinit { process.send(SIGKILL) }

    /// The first value that a query gives now.
    func value(_ query: String) async throws -> String? {
        let data = try await get("/api/v1/query", ["query": query]).object
        return data?["result"]?.array?.first?.object?["value"]?.array?.last?.string
    }

    /// Whether a query gives at least one number now.
    func hasData(_ query: String) async throws -> Bool {
        let data = try await get("/api/v1/query", ["query": query]).object
        return (data?["result"]?.array ?? []).contains { series in
            let value = series.object?["value"]?.array?.last?.string
            return value != nil && value != "NaN"
        }
    }

    /// The values that Grafana's `label_values(selector, label)` finds.
    func labelValues(_ query: String) async throws -> [String] {
        let inner = query.dropFirst("label_values(".count).dropLast()
        let comma = try #require(inner.lastIndex(of: ","), "\(query)")
        let label = inner[inner.index(after: comma)...].trimmingCharacters(in: .whitespaces)
        let data = try await get("/api/v1/label/\(label)/values", ["match[]": String(inner[..<comma])])
        return (data.array ?? []).compactMap(\.string)
    }

    /// `ok`, `err` or `unknown` for each rule.
    func ruleHealth() async throws -> [String] {
        let groups = try await get("/api/v1/rules").object?["groups"]?.array ?? []
        return groups.flatMap { $0.object?["rules"]?.array ?? [] }.compactMap { $0.object?["health"]?.string }
    }

    private func get(_ path: String, _ parameters: [String: String] = [:]) async throws -> JSONValue {
        var url = base + path
        for (name, value) in parameters {
            let encoded = [name, value].map { $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "" }
            url += (url.contains("?") ? "&" : "?") + encoded.joined(separator: "=")
        }
        let answer = try await client.get(url)
        #expect(answer.status == 200, "\(url): \(answer.text)")
        return try #require(try answer.json().object?["data"], "\(answer.text)")
    }
}
