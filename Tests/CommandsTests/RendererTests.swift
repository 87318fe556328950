import JSON
import Testing

@testable import Commands

@Suite struct RendererTests {
    private func document() throws -> Document {
        Document(
            shape: .list([["a": 1, "b": ["c": "x\ty"]], ["a": 1.0, "b": ["c": .null], "l": [1, "z"]]]),
            table: Table(header: ["A", "LONG"], rows: [[Cell("value"), Cell("x\u{1B}[2J")], [Cell(""), Cell("y")]]))
    }

    private func render(_ format: OutputFormat, colours: Bool = false) throws -> String {
        String(
            decoding: Renderer(format: format, colours: colours).render(try document()).bytes, as: UTF8.self)
    }

    @Test("A table pads columns, ends lines without spaces, and escapes control bytes")
    func table() throws {
        #expect(try render(.table) == "A      LONG\nvalue  x\\u001b[2J\n       y\n")
    }

    @Test("Colour is only what the renderer was told to add")
    func colour() throws {
        #expect(try render(.table, colours: true).contains("\u{1B}[1mA\u{1B}[0m"))
        #expect(try !render(.json, colours: true).contains("\u{1B}"))
    }

    @Test("JSON is one indented text, numbers as they are")
    func json() throws {
        #expect(
            try render(.json) == """
                [
                  {
                    "a": 1,
                    "b": {
                      "c": "x\\ty"
                    }
                  },
                  {
                    "a": 1.0,
                    "b": {
                      "c": null
                    },
                    "l": [
                      1,
                      "z"
                    ]
                  }
                ]

                """)
    }

    @Test("NDJSON is a record a line")
    func ndjson() throws {
        #expect(
            try render(.ndjson) == #"{"a":1,"b":{"c":"x\ty"}}"# + "\n" + #"{"a":1.0,"b":{"c":null},"l":[1,"z"]}"# + "\n"
        )
    }

    @Test("value(FIELD) follows dotted paths, leaves empty what is missing, joins lists")
    func value() throws {
        #expect(try render(.value(["a", "b.c", "l"])) == "1\tx\\ty\t\n1.0\t\t1;z\n")
    }

    @Test("A field that no record has is told on stderr")
    func unknownField() throws {
        let renderer = Renderer(format: .value(["a", "nope"]), colours: false)
        #expect(renderer.render(try document()).warning == "no record has nope; there are: a, b.c")
        #expect(Renderer(format: .value(["l"]), colours: false).render(try document()).warning == nil)
    }

    @Test("An empty list is valid in every format")
    func empty() {
        let document = Document(shape: .list([]), table: Table(header: ["A"], rows: []))
        func text(_ format: OutputFormat) -> String {
            String(decoding: Renderer(format: format, colours: false).render(document).bytes, as: UTF8.self)
        }
        #expect(text(.json) == "[]\n")
        #expect(text(.ndjson) == "")
        #expect(text(.table) == "A\n")
        #expect(text(.value(["a"])) == "")
    }

    @Test(
        "C1 controls and turned text are escaped in JSON, and the value stays the same",
        arguments: ["\u{9B}2J", "a\u{202E}b", "\u{7F}", "\u{2028}", "é\u{E9}日本"])
    func harmlessJSON(text: String) throws {
        let value: JSONValue = ["k": .string(text)]
        let line = JSONText.line(value)
        #expect(
            !String(decoding: line, as: UTF8.self).unicodeScalars.contains { $0 != "\n" && TerminalText.isUnsafe($0) })
        #expect(try JSONValue(parsing: line) == value)
        #expect(try JSONValue(parsing: JSONText.indented(value)) == value)
    }
}
