import AdminModel
import ArgumentParser

/// `trivetctl metrics query`.
struct MetricsQuery: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Show the history of a metric as a chart.")

    @Argument(help: ArgumentHelp("NAME or NAME{label=\"value\",…}.", valueName: "selector"))
    var selector: String

    @Flag(help: "What a counter, or the count of a histogram, rose by in a second.")
    var rate = false

    @Option(help: "The value below which this share of a histogram's values lies, such as 0.99.")
    var quantile: Double?

    @Flag(help: "Show the selected series as one.")
    var merge = false

    @Option(help: "From then on: a duration back from now (6h) or RFC 3339.")
    var since = "1h"

    @Option(help: "Until then: a duration back from now (10m) or RFC 3339.")
    var until: String?

    @Option(help: "The width of a bucket, such as 1m; without it, what gives about 120 of them.")
    var step: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard !rate || quantile == nil else { throw ValidationError("--rate and --quantile exclude each other") }
        if let quantile, !(0...1).contains(quantile) { throw ValidationError("--quantile must be from 0 to 1") }
    }

    func answer(in context: CommandContext) async throws -> MetricHistoryAnswer {
        let query: AdminClient.Query = [
            ("selector", selector), ("rate", rate ? "true" : nil), ("quantile", quantile.map { "\($0)" }),
            ("merge", merge ? "true" : nil), ("since", since), ("until", until), ("step", step),
        ]
        let answer = try await global.client(in: context).get(
            MetricAnswer.self, AdminPath.metricsQuery, query: query)
        return MetricHistoryAnswer(
            answer: answer, width: context.terminal.width(context.environment),
            isUnicode: Terminal.isUnicode(context.environment))
    }
}

/// A chart for each series; the JSON is a list of series.
struct MetricHistoryAnswer: Renderable {
    let answer: MetricAnswer
    let width: Int
    let isUnicode: Bool

    func document() throws -> Document {
        let rows: [[Cell]] = answer.series.enumerated().flatMap { index, series in
            let chart = MetricChart(series: series, answer: answer, width: width, isUnicode: isUnicode)
            return (index > 0 ? [[Cell("")]] : []) + [[Cell(chart.title, .bold)]] + chart.lines.map { [Cell($0)] }
        }
        return Document(
            shape: .list(try answer.series.map { try ModelJSON.value(of: $0) }), table: Table(rows: rows))
    }
}
