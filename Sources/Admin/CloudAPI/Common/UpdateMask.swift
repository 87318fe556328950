import JSON

/// Which fields of a resource a change is about: `labels,pushConfig.pushEndpoint`, in either spelling. What it names is
/// taken from the request, or goes where the request does not have it.
struct UpdateMask: Sendable, Hashable {
    private let paths: [[String]]

    /// Fields whose names below are people's own: they change as a whole.
    private static let maps = ["labels", "attributes", "headers"]

    /// Reads a mask.
    ///
    /// - Parameters:
    ///   - text: the paths, with commas between; `*` stands for all that can change.
    ///   - changeable: the names of the fields that can change.
    ///   - constant: the names of those that cannot.
    init(parsing text: String, changeable: [String], constant: [String]) throws(CloudProblem) {
        guard !text.isEmpty else {
            throw .invalid("updateMask is required: it names the fields that change.", field: "updateMask")
        }
        var paths: [[String]] = []
        for path in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard path != "*" else {
                paths += changeable.map { [$0] }
                continue
            }
            let names = path.split(separator: ".", omittingEmptySubsequences: false).map { String($0).camelCased }
            guard names.allSatisfy({ !$0.isEmpty }), names.count <= 8 else {
                throw .invalid("updateMask: \(path) is not a field's path.", field: "updateMask")
            }
            guard changeable.contains(names[0]) else {
                let reason = constant.contains(names[0]) ? "cannot change" : "is not known"
                throw .invalid(
                    "updateMask: the field \(path) \(reason); these can change: \(changeable.joined(separator: ", ")).",
                    field: "updateMask")
            }
            guard !names.dropLast().contains(where: Self.maps.contains) else {
                throw .invalid("updateMask: \(path): it changes as a whole only.", field: "updateMask")
            }
            paths.append(names)
        }
        self.paths = paths
    }

    /// The resource as it is to be.
    ///
    /// - Parameters:
    ///   - given: the resource of the request.
    ///   - current: the resource as it is, with names in camel case.
    func merge(_ given: JSONObject, into current: JSONObject) -> JSONObject {
        var merged = current
        for path in paths { Self.take(path[...], from: given, into: &merged) }
        return merged
    }

    private static func take(_ path: ArraySlice<String>, from given: JSONObject?, into current: inout JSONObject) {
        guard let name = path.first else { return }
        let value = given?.first { $0.name.camelCased.hasSameBytes(as: name) }?.value
        guard path.count > 1 else {
            current[name] = value.flatMap { $0 == .null ? nil : $0 }
            return
        }
        var inner = current[name]?.object ?? JSONObject()
        take(path.dropFirst(), from: value?.object, into: &inner)
        current[name] = .object(inner)
    }
}
