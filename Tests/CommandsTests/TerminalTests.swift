import Testing

@testable import Commands

@Suite struct TerminalTests {
    @Test("Colour is for terminals only, and never with NO_COLOR")
    func colours() {
        #expect(Terminal(output: true).colours([:]))
        #expect(!Terminal(output: false).colours([:]))
        #expect(!Terminal(output: true).colours(["NO_COLOR": "1"]))
        #expect(Terminal(output: true).colours(["NO_COLOR": ""]))
        #expect(!Terminal(output: true).colours(["TERM": "dumb"]))
    }

    @Test("What a stranger wrote is shown, not obeyed")
    func escape() {
        #expect(TerminalText.escape("plain é 日本 😀") == "plain é 日本 😀")
        #expect(TerminalText.escape("\r\n\t\u{0}\u{1B}[31m\u{7F}\u{9B}") == #"\r\n\t\u0000\u001b[31m\u007f\u009b"#)
        #expect(TerminalText.escape("a\u{202E}b") == #"a\u202eb"#)
    }
}
