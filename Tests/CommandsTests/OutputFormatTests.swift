import Testing

@testable import Commands

@Suite struct OutputFormatTests {
    @Test("The four formats are understood")
    func known() {
        #expect(OutputFormat(argument: "table") == .table)
        #expect(OutputFormat(argument: "json") == .json)
        #expect(OutputFormat(argument: "ndjson") == .ndjson)
        #expect(OutputFormat(argument: "value(a)") == .value(["a"]))
        #expect(OutputFormat(argument: "value(a.b, c)") == .value(["a.b", "c"]))
    }

    @Test(
        "Anything else is not", arguments: ["", "JSON", "value", "value(", "value()", "value(a,)", "value(a", "yaml"])
    func unknown(text: String) {
        #expect(OutputFormat(argument: text) == nil)
    }
}
