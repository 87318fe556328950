import AdminModel
import Datastore
import Hosting
import JSON
import MetricHistory
import Settings

/// The history of metrics.
struct MetricRoutes: AdminRoutes {
    let parts: AdminParts

    var routes: [AdminRoute] {
        [
            read(AdminPath.metrics, ["name"]) { call in .model(try await list(call.query("name"))) },
            read(
                AdminPath.metricsQuery, ["selector", "rate", "quantile", "merge", "since", "until", "step"]
            ) { call in
                .model(MetricAnswer(try await parts.metricHistory.read(try query(call))))
            },
        ]
    }

    private func list(_ name: String?) async throws -> MetricList {
        let series = try await parts.metricHistory.series()
        let wanted = name.map { name in series.filter { $0.name.hasSameBytes(as: name) } } ?? series
        if let name, wanted.isEmpty { throw AdminProblem.notFound("no metric \"\(name)\"") }
        return MetricList(metrics: wanted.map { MetricInfo($0) })
    }

    private func query(_ call: AdminCall) throws -> MetricQuery {
        let selector = try MetricSelector(parsing: try call.required("selector"))
        let now = parts.now().microseconds
        var query = MetricQuery(
            selector, function: try function(call),
            since: try call.instant("since")?.microseconds ?? now - 3_600 * 1_000_000,
            until: try call.instant("until")?.microseconds ?? now + 1, merge: try call.flag("merge"))
        if let text = call.query("step") {
            guard let step = try? DurationText.parse(text) else {
                throw AdminProblem.invalid("step \"\(text)\" is not a duration such as 1m")
            }
            query.step = step
        }
        return query
    }

    private func function(_ call: AdminCall) throws(AdminProblem) -> MetricQuery.Function {
        let isRate = try call.flag("rate")
        guard let text = call.query("quantile") else { return isRate ? .rate : .value }
        guard !isRate else { throw .invalid("rate and quantile exclude each other") }
        guard let share = Double(text), (0...1).contains(share) else {
            throw .invalid("quantile \"\(text)\" is not a number from 0 to 1")
        }
        return .quantile(share)
    }
}

extension MetricInfo {
    init(_ series: MetricSeriesInfo) {
        self.init(
            name: series.name, kind: series.kind.rawValue, labels: series.labels.asDictionary,
            selector: series.labelText.isEmpty ? series.name : "\(series.name){\(series.labelText)}",
            lastTime: Timestamp(microseconds: series.lastSeen).rfc3339)
    }
}

extension MetricAnswer {
    init(_ result: MetricQueryResult) {
        self.init(
            start: Timestamp(microseconds: result.start).rfc3339, end: Timestamp(microseconds: result.end).rfc3339,
            stepSeconds: Double(result.step) / 1e6, tierSeconds: Double(result.tierStep) / 1e6,
            series: result.series.map { series in
                MetricSeries(
                    name: series.name, kind: series.kind.rawValue, labels: series.labels.asDictionary,
                    points: series.points.map { MetricPoint($0) })
            })
    }
}

extension MetricPoint {
    init(_ point: MetricQueryResult.Point) {
        self.init(
            time: Timestamp(microseconds: point.time).rfc3339, value: point.value, min: point.min, max: point.max,
            sum: point.sum, count: point.count)
    }
}

extension [MetricLabel] {
    fileprivate var asDictionary: [String: String] {
        Dictionary(map { ($0.name, $0.value) }) { first, _ in first }
    }
}
