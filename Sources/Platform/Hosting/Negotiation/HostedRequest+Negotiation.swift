import HTTPTypes

/// What the client would like to get.
extension HostedRequest {
    /// The offer that the client likes best, by the weights of its `Accept` headers; between equal weights the one that
    /// is named more exactly, then the one that is named first, then the first offer. The first offer too without the
    /// header; nil when the client takes none.
    public func preferred<Offer>(of offers: [(type: MediaType, offer: Offer)]) -> Offer? {
        let values = headers[values: .accept]
        guard !values.isEmpty else { return offers.first?.offer }
        let ranges = WeightedList(values).elements
        var best: (rank: (Int, Int, Int), offer: Offer)?
        for (type, offer) in offers {
            let matches = ranges.enumerated().compactMap { position, range in
                type.specificity(in: range).map { (specificity: $0, position: position, quality: range.quality) }
            }
            // The most exact range decides, whatever the weights of the others.
            guard let match = matches.max(by: { ($0.specificity, $1.position) < ($1.specificity, $0.position) }),
                match.quality > 0
            else { continue }
            let rank = (match.quality, match.specificity, -match.position)
            if best.map({ $0.rank < rank }) ?? true { best = (rank, offer) }
        }
        return best?.offer
    }

    /// Whether the client asks for gzip, and does not like bare bytes better.
    public var acceptsGzip: Bool {
        let elements = WeightedList(headers[values: .acceptEncoding]).elements
        func quality(_ names: String...) -> Int? {
            elements.filter { names.contains($0.value) }.map(\.quality).max()
        }
        let gzip = quality("gzip", "x-gzip") ?? quality("*") ?? 0
        return gzip > 0 && gzip >= quality("identity") ?? 0
    }
}
