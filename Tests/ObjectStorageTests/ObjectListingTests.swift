import JSON
import Testing

@testable import ObjectStorage

@Suite struct ObjectListingTests {
    /// What a listing should give, by the plainest means.
    static func model(_ names: [String], _ question: ObjectQuestion) -> (items: [String], prefixes: [String]) {
        var items: [String] = []
        var prefixes: [String] = []
        for name in names.sorted(by: { $0.precedesInBytes($1) }) where name.hasPrefix(question.prefix) {
            if let start = question.startOffset, name.precedesInBytes(start) { continue }
            if let end = question.endOffset, !name.precedesInBytes(end) { continue }
            let rest = name.dropFirst(question.prefix.count)
            guard !question.delimiter.isEmpty, let found = rest.firstRange(of: question.delimiter) else {
                items.append(name)
                continue
            }
            let prefix = String(name[..<found.upperBound])
            if prefixes.last != prefix { prefixes.append(prefix) }
            if question.includeTrailingDelimiter, prefix == name { items.append(name) }
        }
        return (items, prefixes)
    }

    @Test(
        "Pages of any size put together are what a plain filter gives, for any prefix and delimiter",
        .timeLimit(.minutes(20)))
    func pages() async throws {
        let test = try await TestStorage()
        try await test.storage.createBucket("b-1")
        var generator = SystemRandomNumberGenerator()
        let letters = ["a", "b", "/", "/", "-", "é", "\u{10FFFF}"]
        var names: Set<String> = ["a/", "a/b", "a//b", "a0", "/"]
        while names.count < 80 {
            names.insert(
                (0..<Int.random(in: 1...6, using: &generator)).map { _ in
                    letters.randomElement(using: &generator) ?? "a"
                }.joined())
        }
        // Folders that are worth a jump, and folders that are not.
        for number in 0..<120 { names.formUnion(["f/\(number)", "g\(number % 40)/\(number)"]) }
        for name in names { try await test.storage.store([], "b-1", name) }
        for round in 0..<60 {
            var question = ObjectQuestion()
            question.prefix = ["", "", "a", "a/", "b-", "é"].randomElement(using: &generator) ?? ""
            question.delimiter = ["", "/", "/", "-", "ab", "//"].randomElement(using: &generator) ?? ""
            question.includeTrailingDelimiter = Bool.random(using: &generator)
            question.limit = Int.random(in: 1...(round % 3 == 0 ? 60 : 7), using: &generator)
            if round % 5 == 0 { question.startOffset = "a/" }
            if round % 7 == 0 { question.endOffset = "b" }
            var items: [String] = []
            var prefixes: [String] = []
            repeat {
                let page = try await test.storage.objects(in: "b-1", question)
                #expect(page.objects.count + page.prefixes.count <= question.limit)
                items += page.objects.map(\.name)
                prefixes += page.prefixes
                question.pageToken = page.nextPageToken
            } while question.pageToken != nil
            let expected = Self.model(Array(names), question)
            #expect(items == expected.items, "\(question)")
            #expect(prefixes == expected.prefixes, "\(question)")
        }
    }

    @Test("A listing ends, whatever names sort behind what is taken for a folder's last", .timeLimit(.minutes(20)))
    func lastCharacters() async throws {
        let test = try await TestStorage()
        try await test.storage.createBucket("photos")
        for number in 10..<50 { try await test.storage.store([1], "photos", "a/\u{10FFFF}\(number)") }
        try await test.storage.store([1], "photos", "b")
        var question = ObjectQuestion()
        question.delimiter = "/"
        let page = try await test.storage.objects(in: "photos", question)
        #expect(page.prefixes == ["a/"] && page.objects.map(\.name) == ["b"] && page.nextPageToken == nil)
        question.limit = 1
        let first = try await test.storage.objects(in: "photos", question)
        question.pageToken = first.nextPageToken
        let second = try await test.storage.objects(in: "photos", question)
        #expect(first.prefixes == ["a/"] && second.prefixes.isEmpty && second.objects.map(\.name) == ["b"])
    }

    @Test("Tokens that are none are refused, and an unknown bucket is told")
    func badTokens() async throws {
        let test = try await TestStorage()
        try await test.storage.createBucket("b-1")
        for token in ["", "!", "eA", Base64.encode([0x6F]), Base64.encode([0x70, 0xFF])] {
            var question = ObjectQuestion()
            question.pageToken = token
            #expect(
                await code { _ = try await test.storage.objects(in: "b-1", question) } == .invalidArgument, "\(token)")
        }
        #expect(await code { _ = try await test.storage.objects(in: "b-2", ObjectQuestion()) } == .notFound)
    }
}
