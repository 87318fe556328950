/// A media type that a service can answer with, in lower case.
public struct MediaType: Sendable, Hashable {
    /// `text` of `text/plain`.
    public let type: String
    /// `plain` of `text/plain`.
    public let subtype: String
    /// The parameters that tell it from others of its name, such as a version.
    public let parameters: [String: String]

    /// A media type.
    public init(_ type: String, _ subtype: String, parameters: [String: String] = [:]) {
        self.type = type
        self.subtype = subtype
        self.parameters = parameters
    }

    /// How exactly an element of `Accept` names this type: 0 for `*/*`, 1 for `type/*`, 2 for the type, and one more for
    /// each parameter; nil where it names another. A parameter that the type does not have asks for nothing that could
    /// be refused.
    func specificity(in range: WeightedList.Element) -> Int? {
        if range.value == "*/*" { return 0 }
        if range.value == "\(type)/*" { return 1 }
        guard range.value == "\(type)/\(subtype)" else { return nil }
        var specificity = 2
        for (name, value) in range.parameters {
            guard let own = parameters[name] else { continue }
            guard own.utf8.elementsEqual(value.utf8) else { return nil }
            specificity += 1
        }
        return specificity
    }
}
