import Glibc
import ServiceManager
import Testing

@Suite("What is told to the service manager")
struct ServiceManagerTests {
    @Test("news arrive in the protocol's form, at a path and at an abstract name", arguments: [false, true])
    func arrival(isAbstract: Bool) throws {
        let receiver = try NotifyReceiver(isAbstract: isAbstract)
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": receiver.name])
        #expect(manager.isPresent)
        try manager.tell([.ready, .status("serving 3 services")])
        #expect(receiver.next() == "READY=1\nSTATUS=serving 3 services")
        try manager.tell([.stopping, .needsTime(.milliseconds(1500))])
        #expect(receiver.next() == "STOPPING=1\nEXTEND_TIMEOUT_USEC=1500000")
        try manager.tell([.alive])
        #expect(receiver.next() == "WATCHDOG=1")
        #expect(receiver.next() == nil)
    }

    @Test("a reload tells when it began, on the monotonic clock")
    func reload() throws {
        let receiver = try NotifyReceiver()
        let before = monotonicMicroseconds()
        try ServiceManager(environment: ["NOTIFY_SOCKET": receiver.name]).tell([.reloading])
        let lines = try #require(receiver.next()).split(separator: "\n")
        #expect(lines.first == "RELOADING=1")
        let time = try #require(lines.last?.split(separator: "=").last.flatMap { Int64($0) })
        #expect((before...monotonicMicroseconds()).contains(time))
    }

    @Test("a status stays one line of bounded length, whatever stands in it")
    func status() throws {
        let receiver = try NotifyReceiver()
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": receiver.name])
        try manager.tell([.status("bad\nSTOPPING=1\u{0}\rend")])
        #expect(receiver.next() == "STATUS=bad STOPPING=1  end")
        try manager.tell([.status(String(repeating: "é", count: 100_000))])
        #expect(try #require(receiver.next()).count == "STATUS=".count + 500)
    }

    @Test(
        "without a socket, or with one that is none, nobody listens and nothing fails",
        arguments: [
            nil, "", "/", "@", "relative", "vsock:2:1234", "/" + String(repeating: "x", count: 108),
        ])
    func nobody(name: String?) throws {
        var environment = ["WATCHDOG_USEC": "1000000"]
        environment["NOTIFY_SOCKET"] = name
        let manager = ServiceManager(environment: environment)
        #expect(!manager.isPresent)
        #expect(manager.watchdogTimeout == nil)
        try manager.tell([.ready])
    }

    @Test("a manager that is gone is an error with a code, and no signal")
    func gone() throws {
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": "/nonexistent/notify"])
        let error = #expect(throws: ServiceManagerError.self) { try manager.tell([.ready]) }
        #expect(error?.code == .notTaken)
        #expect(error?.description.contains("No such file") == true)
    }

    @Test("a manager that does not read holds nobody up")
    func full() throws {
        let receiver = try NotifyReceiver()
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": receiver.name])
        let error = #expect(throws: ServiceManagerError.self) { while true { try manager.tell([.alive]) } }
        #expect(error?.code == .notTaken)
        #expect(!receiver.all().isEmpty)
    }

    @Test(
        "the watchdog's time is taken when it is meant for this process",
        arguments: [
            (["WATCHDOG_USEC": "30000000"], Duration.seconds(30)),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "4711"], .seconds(30)),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "4712"], nil),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "me"], nil),
            (["WATCHDOG_USEC": "0"], nil), (["WATCHDOG_USEC": "-1"], nil), (["WATCHDOG_USEC": "soon"], nil),
            (["WATCHDOG_USEC": "99999999999999999999"], nil), ([:], nil),
        ] as [([String: String], Duration?)])
    func watchdogTimeout(variables: [String: String], timeout: Duration?) {
        let environment = variables.merging(["NOTIFY_SOCKET": "/run/systemd/notify"]) { $1 }
        #expect(ServiceManager(environment: environment, processID: 4711).watchdogTimeout == timeout)
    }

    private func monotonicMicroseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
