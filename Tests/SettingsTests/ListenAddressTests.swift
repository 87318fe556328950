import Testing

@testable import Settings

@Suite("ListenAddress")
struct ListenAddressTests {
    @Test(
        "an address is read, and printed as it was",
        arguments: [
            ("127.0.0.1:8080", ListenAddress.tcp(host: "127.0.0.1", port: 8080)),
            ("0.0.0.0:0", .tcp(host: "0.0.0.0", port: 0)),
            ("[::1]:65535", .tcp(host: "::1", port: 65_535)),
            ("localhost:80", .tcp(host: "localhost", port: 80)),
            ("a-b.example.org:80", .tcp(host: "a-b.example.org", port: 80)),
            ("unix:/run/x.sock", .unix(path: "/run/x.sock")),
            ("unix:ünï:80", .unix(path: "ünï:80")),
            ("fd:hello", .descriptor(name: "hello")),
        ])
    func parsed(text: String, address: ListenAddress) throws {
        #expect(try ListenAddress.parse(text) == address)
        #expect(address.description == text)
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", ":", "localhost", "localhost:", ":80", "::1:80", "[::1]", "[::1", "[]:80", "[127.0.0.1]:80", "a:b:80",
            "a b:80", "a_b:80", "http://a:80", "a:65536", "a:-1", "a:+80", "a:0x50", "a:000080", "a:８０", "é:80",
            "1.2.3:80", "256.1.1.1:80", "1.2.3.4.5:80", "unix:", "unix:a\0b", "fd:", "fd:a b", "fd:a:b", "a\0:80",
            "unix:" + String(repeating: "a", count: 108), "[::1%lo]:80",
        ])
    func refused(text: String) {
        #expect(throws: ValueTextError.self) { try ListenAddress.parse(text) }
    }

    @Test("a socket's path of 107 bytes is just short enough")
    func longestPath() throws {
        _ = try ListenAddress.parse("unix:" + String(repeating: "a", count: 107))
        #expect(throws: ValueTextError.self) {
            try ListenAddress.parse("unix:" + String(repeating: "é", count: 54))
        }
    }

    @Test(
        "only loopback addresses, localhost and unix sockets are this machine's own",
        arguments: [
            ("127.0.0.1:1", true), ("127.255.1.2:1", true), ("[::1]:1", true), ("localhost:1", true), ("unix:a", true),
            ("[::ffff:127.0.0.1]:1", true), ("0.0.0.0:1", false), ("[::]:1", false), ("10.0.0.1:1", false),
            ("128.0.0.1:1", false), ("example.org:1", false), ("127.example.org:1", false), ("fd:a", false),
            ("[::ffff:10.0.0.1]:1", false), ("localhost.example.org:1", false),
        ])
    func locality(text: String, isLocal: Bool) throws {
        #expect(try ListenAddress.parse(text).isLocal == isLocal)
    }

    @Test(
        "addresses overlap when one listener would take what is the other's",
        arguments: [
            ("127.0.0.1:80", "127.0.0.1:80", true), ("127.0.0.1:80", "127.0.0.1:81", false),
            ("127.0.0.1:0", "127.0.0.1:0", false), ("127.0.0.1:80", "127.0.0.2:80", false),
            ("0.0.0.0:80", "127.0.0.2:80", true), ("[::]:80", "127.0.0.2:80", true), ("0.0.0.0:80", "[::1]:80", false),
            ("[::1]:80", "[0:0::1]:80", true), ("localhost:80", "127.0.0.1:80", true),
            ("LOCALHOST:80", "localhost:80", true), ("a.org:80", "A.ORG:80", true), ("a.org:80", "b.org:80", false),
            ("a.org:80", "0.0.0.0:80", true), ("unix:a", "unix:./a", true), ("unix:/a//b", "unix:/a/./b", true),
            ("unix:/a", "unix:a", false), ("unix:a", "127.0.0.1:80", false), ("fd:a", "fd:a", true),
        ])
    func overlaps(left: String, right: String, overlap: Bool) throws {
        let (left, right) = (try ListenAddress.parse(left), try ListenAddress.parse(right))
        #expect(left.overlaps(right) == overlap)
        #expect(right.overlaps(left) == overlap)
    }
}
