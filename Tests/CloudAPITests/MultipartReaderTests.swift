import Testing

@testable import CloudAPI

@Suite struct MultipartReaderTests {
    /// The parts of a body, however it is cut.
    static func parts(_ body: [UInt8], boundary: String, cut: (Int) -> Int) throws -> [(type: String?, bytes: [UInt8])]?
    {
        var reader = MultipartReader(boundary: boundary)
        var parts: [(type: String?, bytes: [UInt8])] = []
        var hasEnded = false
        var rest = body[...]
        while !rest.isEmpty {
            let count = max(1, min(rest.count, cut(rest.count)))
            for event in try reader.feed(Array(rest.prefix(count))) {
                switch event {
                case .part(let type): parts.append((type, []))
                case .bytes(let bytes): parts[parts.count - 1].bytes += bytes
                case .end: hasEnded = true
                }
            }
            rest = rest.dropFirst(count)
        }
        return hasEnded ? parts : nil
    }

    static let dialects = ["\r\n", "\n"]

    @Test(
        "Both dialects are read whatever the cuts, and content that looks like a boundary stays content",
        arguments: dialects)
    func reads(_ end: String) throws {
        let tricky = "\(end)--b\(end.first == "\r" ? "\n" : "\r")--bx\(end)--bound\r\n\n--b-\(end)--b"
        let body =
            "--b\(end)Content-Type: application/json\(end)\(end){\"name\":\"a\"}\(end)--b\(end)content-type: x/y\(end)"
            + "X: z\(end)\(end)\(tricky)oundless\(end)--b--\(end)"
        for cut in [{ (_: Int) in 1 }, { $0 }, { _ in 3 }, { _ in Int.random(in: 1...9) }] {
            let parts = try #require(try Self.parts(Array(body.utf8), boundary: "b", cut: cut))
            #expect(parts.map(\.type) == ["application/json", "x/y"])
            #expect(String(decoding: parts[0].bytes, as: UTF8.self) == #"{"name":"a"}"#)
            #expect(parts[1].bytes == Array("\(tricky)oundless".utf8))
        }
    }

    @Test("Any bytes survive", arguments: dialects)
    func fuzz(_ end: String) throws {
        for _ in 0..<300 {
            let alphabet: [UInt8] = [0x0D, 0x0A, 0x2D, 0x2D, 0x62, 0x00]
            let content = (0..<Int.random(in: 0...60)).map { _ in alphabet.randomElement() ?? 0 }
            // A content with the very boundary in it is no body that a client would write.
            guard !String(decoding: content, as: UTF8.self).contains("--bb") else { continue }
            let head = "--bb\(end)\(end){}\(end)--bb\(end)\(end)"
            let body = Array(head.utf8) + content + Array("\(end)--bb--".utf8)
            let parts = try Self.parts(body, boundary: "bb") { _ in Int.random(in: 1...7) }
            #expect(parts?.last?.bytes == content)
        }
    }

    @Test("Garbage is refused or never ends, and bounds memory")
    func garbage() throws {
        for body in ["x\r\n", "--c\r\n", "--bb\r\n", "\r\n\r\nx\r\n"] {
            #expect(throws: MultipartReader.Failure.self) { try Self.parts(Array(body.utf8), boundary: "b") { $0 } }
        }
        let endless = [UInt8](repeating: 0x61, count: 20_000)
        #expect(throws: MultipartReader.Failure.self) { try Self.parts(endless, boundary: "b") { _ in 100 } }
        let head = Array("--b\r\n".utf8) + endless
        #expect(throws: MultipartReader.Failure.self) { try Self.parts(head, boundary: "b") { _ in 100 } }
        #expect(try Self.parts(Array("--b\r\n\r\nabc".utf8), boundary: "b") { $0 } == nil)
    }

    @Test(
        "Boundaries are read in both kinds of quotes",
        arguments: [
            ("multipart/related; boundary=abc", "abc"), ("multipart/related; boundary=\"a b\"", "a b"),
            ("multipart/related; boundary='==x=='", "==x=="), ("Multipart/Related; charset=x; Boundary=q ", "q"),
            ("multipart/related", nil), ("text/plain; boundary=x", nil), ("multipart/related; boundary=", nil),
            ("", nil),
        ] as [(String, String?)])
    func boundaries(_ type: String, _ expected: String?) {
        #expect(MultipartReader.boundary(of: type) == expected)
    }
}
