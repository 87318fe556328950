import ApplicationLog
import Foundation
import HTTPTypes
import Hosting
import JSON
import Settings
import TestSupport
import Testing

@testable import AdminAPI

@Suite(.timeLimit(.minutes(20))) struct LiveConfigTests {
    private func write(_ text: String, _ daemon: LiveDaemon) throws {
        try Data(text.utf8).write(to: URL(filePath: daemon.configFile))
    }

    @Test("diff shows what a reload would do and what a restart; reload does its part, and show tells it")
    func reload() async throws {
        try await LiveDaemon.run { daemon in
            #expect(await daemon.trivetctl("config", "diff", "--format", "value(key)").lines.isEmpty)
            try write("project: other-project\npurge: { retain: 4m }\nlog: { level: warning }\n", daemon)
            let columns = "value(key,running,onDisk,effect,source)"
            let diff = await daemon.trivetctl("config", "diff", "--format", columns)
            #expect(diff.exit == 0)
            let file = daemon.configFile
            #expect(
                diff.lines == [
                    "project\tmy-project\tother-project\trestart\t\(file):1", "purge.retain\t3m\t4m\treload\t\(file):2",
                    "log.level\tinfo\twarning\treload\t\(file):3",
                ])
            #expect(daemon.log.status.level == .info)
            let reload = await daemon.trivetctl("config", "reload", "--format", "value(key,before,after,applied)")
            #expect(reload.exit == 0)
            #expect(
                reload.lines == [
                    "project\tmy-project\tother-project\tfalse", "purge.retain\t3m\t4m\ttrue",
                    "log.level\tinfo\twarning\ttrue",
                ])
            #expect(daemon.log.status.level == .warning)
            let shown = await daemon.trivetctl("config", "show", "--format", "value(key,value,source)").lines
            #expect(shown.contains("purge.retain\t4m\t\(file):2"))
            #expect(shown.contains("project\tmy-project\tdefault"))
            _ = await daemon.trivetctl("purge")
            #expect(daemon.purges.value == ["4m false"])
            #expect(await daemon.trivetctl("config", "diff", "--format", "value(key)").lines == ["project"])
            let again = await daemon.trivetctl("config", "reload", "--format", "ndjson")
            #expect(again.lines.count == 1)
        }
    }

    @Test("a bad file is refused as a whole, with every problem and exit code 1")
    func refused() async throws {
        try await LiveDaemon.run { daemon in
            try write("purge: { retain: 4m }\nlog: { level: loud }\nprojekt: x\n", daemon)
            for verb in ["diff", "reload"] {
                let result = await daemon.trivetctl("config", verb)
                #expect(result.exit == 1)
                #expect(result.lines.isEmpty)
                #expect(result.words.contains("trivet.yaml:2: log.level"))
                #expect(result.words.contains("trivet.yaml:3: projekt"))
            }
            let shown = await daemon.trivetctl("config", "show", "--format", "value(key,value)").lines
            #expect(shown.contains("purge.retain\t3m"))
            let audited = await daemon.trivetctl("audit", "list", "--format", "value(method,result,status)")
            #expect(audited.lines == ["config.reload\tfailed\t400"])
        }
    }

    @Test("another file is compared by the daemon, for those only who may read what it may")
    func otherFile() async throws {
        try await LiveDaemon.run { daemon in
            let other = daemon.configFile + ".new"
            try Data("purge: { retain: 5m }\n".utf8).write(to: URL(filePath: other))
            let diff = await daemon.trivetctl("config", "diff", "--config", other, "--format", "value(key,onDisk)")
            #expect(diff.lines == ["purge.retain\t5m"])
            let missing = await daemon.trivetctl("config", "diff", "--config", "no-such-file.yaml")
            #expect(missing.exit == 1)
            #expect(missing.words.contains("\(FileManager.default.currentDirectoryPath)/no-such-file.yaml"))
            let routes = AdminService(daemon.parts(1_000)).routes
            let route = try #require(routes.first { $0.path == "/admin/v1/config:diff" })
            let stranger = Peer.unix(PeerCredentials(pid: 1, uid: 1_001, gid: 1_001))
            let refused = try await route.handler(try HostedRequest(.get, "/?file=\(other)", peer: stranger))
            #expect(refused.status == .forbidden)
            #expect(try await route.handler(try HostedRequest(.get, "/", peer: stranger)).status == .ok)
        }
    }

    @Test("the log's level is shown, set for a while or for good, and reset")
    func logLevel() async throws {
        try await LiveDaemon.run { daemon in
            let fields = "value(level,source,setting,until)"
            #expect(await daemon.trivetctl("log", "level", "--format", fields).lines == ["info\tdefault\tinfo\t"])
            let set = await daemon.trivetctl("log", "level", "debug", "--format", fields)
            #expect(set.lines == ["debug\ttrivetctl log level\tinfo\t"])
            #expect(daemon.log.status.level == .debug)
            let timed = await daemon.trivetctl("log", "level", "trace", "--for", "5m", "--format", "value(until)")
            #expect(timed.lines.first?.hasSuffix("Z") == true)
            #expect(
                await daemon.trivetctl("log", "level", "reset", "--format", fields).lines == ["info\tdefault\tinfo\t"])
            let brief = await daemon.trivetctl("log", "level", "debug", "--for", "1ms")
            #expect(brief.exit == 0)
            try await eventually("the time is over") { !daemon.log.status.isOverridden }
            #expect(daemon.log.status.level == .info)
            #expect(await daemon.trivetctl("log", "level", "loud").exit == 2)
            #expect(await daemon.trivetctl("log", "level", "debug", "--for", "soon").exit == 2)
        }
    }
}
