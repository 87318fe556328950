import HTTPTypes
import NIOHTTP1
import Settings

/// Whether a request whose head was read may go on to its service: the checks of every request, in their order.
struct RequestAdmission {
    let host: HostRuntime
    let limits: ConnectionLimits

    /// Checks everything but the Host, and finds the route.
    ///
    /// Who may not call a service does not learn what it has: the route is looked up first, as the label of metrics
    /// and record, but what is wrong with it is told only after the identity.
    ///
    /// - Parameter authorize: the identity stage.
    /// - Throws: the problem to answer with.
    func check(
        _ exchange: Exchange, authorize: (Exchange) throws(HTTPProblem) -> Void
    ) throws(HTTPProblem) {
        try checkFraming(exchange)
        let routing = Result { () throws(HTTPProblem) in try route(exchange) }
        try authorize(exchange)
        try routing.get()
        let facts = exchange.facts
        if let expectation = facts.expectation, !expectation.utf8.equalsIgnoringCase("100-continue") {
            throw HTTPProblem(.expectationFailed, "the only expectation met here is 100-continue.")
        }
        if exchange.route?.body != .stream, let length = facts.contentLength, length > limits.body {
            host.metrics.count(.bodyTooLarge)
            throw Self.tooLarge(limits.body)
        }
    }

    /// 413 with the limit.
    static func tooLarge(_ limit: Int) -> HTTPProblem {
        HTTPProblem(.contentTooLarge, "the body is larger than \(limit) bytes.")
    }

    /// Refuses what two readers could take for two different requests.
    private func checkFraming(_ exchange: Exchange) throws(HTTPProblem) {
        let facts = exchange.facts
        guard let encoding = facts.transferEncoding else { return }
        exchange.closesConnection = exchange.closesConnection || facts.transferEncodingCount > 1
        guard facts.contentLength == nil, facts.transferEncodingCount == 1, exchange.head.version.minor > 0 else {
            exchange.closesConnection = true
            host.metrics.count(.badRequest)
            throw .badRequest("the request's body has no single length.")
        }
        guard encoding.utf8.equalsIgnoringCase("chunked") else {
            exchange.closesConnection = true
            throw HTTPProblem(.notImplemented, "the only transfer coding read here is chunked.")
        }
    }

    /// Finds the route.
    ///
    /// - Throws: 400 for a bad target, 404, 405; and 204 with `Allow` for OPTIONS, which is no problem but an answer
    ///   that no service gives.
    func route(_ exchange: Exchange) throws(HTTPProblem) {
        let target = try RequestTarget(parsing: exchange.head.uri)
        exchange.target = target
        if target.rawPath == "*" {
            guard exchange.method == .options else { throw .badRequest("the target * is for OPTIONS.") }
            throw Self.options(host.table.allMethods)
        }
        switch host.table.resolve(exchange.method, target) {
        case .route(let route, let path, let parameters):
            exchange.route = route
            exchange.pathIndex = path
            exchange.parameters = parameters
        case .otherMethod(let path, let allow):
            exchange.pathIndex = path
            if exchange.method == .options { throw Self.options(allow) }
            throw HTTPProblem(
                .methodNotAllowed, "the method \(exchange.method.rawValue) is not allowed here; these are: \(allow).",
                headers: [.allow: allow])
        case .notFound: throw .notFound("there is nothing at this path.")
        }
    }

    private static func options(_ allow: String) -> HTTPProblem {
        HTTPProblem(.noContent, "", headers: [.allow: allow])
    }
}

extension HTTPConnection {
    /// Checks a request whose head was read.
    ///
    /// - Throws: the problem to answer with.
    func admit(_ exchange: Exchange) throws(HTTPProblem) {
        try checkHost(exchange)
        try RequestAdmission(host: host, limits: limits).check(exchange, authorize: authorize)
    }

    private func checkHost(_ exchange: Exchange) throws(HTTPProblem) {
        let facts = exchange.facts
        guard facts.hostCount == 1 || (facts.hostCount == 0 && exchange.head.version.minor == 0) else {
            host.metrics.count(.badRequest)
            throw .badRequest("the request must have one Host header.")
        }
        guard checksHost else { return }
        // A page of another site may name a loopback address rightly; browsers then tell where the page is from.
        if let site = facts.fetchSite, site.utf8.equalsIgnoringCase("cross-site") {
            host.metrics.count(.crossSite)
            throw HTTPProblem(.forbidden, "pages of other sites may not call this service.")
        }
        // The authority of an absolute target takes the place of Host (RFC 9112, 3.2.2).
        let isOrigin = exchange.head.uri.utf8.first == UInt8(ascii: "/")
        let named = isOrigin ? facts.host : (try RequestTarget(parsing: exchange.head.uri).authority ?? facts.host)
        guard let named else { return }
        if let knownHost, knownHost.utf8.elementsEqual(named.utf8) { return }
        guard host.names.contains(named) else {
            host.metrics.count(.misdirected)
            throw HTTPProblem(.misdirectedRequest, "this service is not called that here.", reason: "Host: \(named)")
        }
        knownHost = named
    }
}
