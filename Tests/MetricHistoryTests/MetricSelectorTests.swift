import Testing

@testable import MetricHistory

@Suite("MetricSelector")
struct MetricSelectorTests {
    @Test("names, labels, escapes and blanks are read")
    func valid() throws {
        #expect(try MetricSelector(parsing: "a_total").labels.isEmpty)
        #expect(try MetricSelector(parsing: "a_total{}").name == "a_total")
        let selector = try MetricSelector(parsing: #" a { b = "x\"y\\z\n" , c="", } "#)
        #expect(selector.name == "a")
        #expect(selector.labels == [.init(name: "b", value: "x\"y\\z\n"), .init(name: "c", value: "")])
    }

    @Test(
        "what is no selector is refused",
        arguments: [
            "", "{}", "1a", "a b", "a{", "a{b}", "a{b=}", "a{b=c}", #"a{b="c}"#, #"a{b="c""#, #"a{b="c"}x"#,
            #"a{b!="c"}"#, #"a{b=~"c"}"#, #"a{b="\x"}"#, #"a{,}"#, #"a{b="c" d="e"}"#, "a\u{0}", "é", #"a{1="c"}"#,
        ])
    func invalid(text: String) {
        #expect(throws: MetricHistoryError.self) { try MetricSelector(parsing: text) }
    }

    @Test("a series matches by bytes, and may have further labels")
    func matching() throws {
        let key = SeriesKey(kind: .gauge, name: "a", labels: Array(#"b="é",c="2""#.utf8), bounds: [])
        #expect(try MetricSelector(parsing: #"a{c="2"}"#).matches(key))
        #expect(try MetricSelector(parsing: #"a{c="2",b="é"}"#).matches(key))
        #expect(try !MetricSelector(parsing: "a{b=\"e\u{301}\"}").matches(key))
        #expect(try !MetricSelector(parsing: #"a{d=""}"#).matches(key))
        #expect(try !MetricSelector(parsing: "ab").matches(key))
    }
}
