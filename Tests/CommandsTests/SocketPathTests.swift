import Testing

@testable import Commands

@Suite struct SocketPathTests {
    @Test("The option comes before the variable, the package's place before the local one")
    func precedence() {
        let all: (String) -> Bool = { _ in true }
        let none: (String) -> Bool = { _ in false }
        let variable = ["TRIVET_SOCKET": "/v"]
        #expect(SocketPath.resolve(option: "/o", environment: variable, exists: all) == "/o")
        #expect(SocketPath.resolve(option: nil, environment: variable, exists: all) == "/v")
        #expect(SocketPath.resolve(option: nil, environment: [:], exists: all) == "/run/trivet/admin.sock")
        #expect(SocketPath.resolve(option: nil, environment: [:], exists: none) == "./var/admin.sock")
        #expect(SocketPath.resolve(option: nil, environment: ["TRIVET_SOCKET": ""], exists: none) == "./var/admin.sock")
    }

    @Test("A leaf command connects to the socket that it was given")
    func option() async {
        let bench = CommandBench()
        bench.daemon.answer("GET /admin/v1/status", Sample.status)
        #expect(await bench.run("status", "--socket", "/tmp/other.sock") == 0)
        #expect(bench.sockets.values == ["/tmp/other.sock"])
    }
}
