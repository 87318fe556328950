import JSON
import PubSub
import Settings

/// The members of a body, each with the type that it must have. What is null counts as left out.
struct PubSubBody {
    let object: JSONObject
    /// Where the object stands, for messages: `pushConfig.`
    private let place: String

    init(_ object: JSONObject, at place: String = "") {
        self.object = object
        self.place = place
    }

    func value(_ name: String) -> JSONValue? {
        guard let value = object[name], value != .null else { return nil }
        return value
    }

    func has(_ name: String) -> Bool { object[name] != nil }

    func text(_ name: String) throws(AdminProblem) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else { throw wrong(name, "a text") }
        return text
    }

    func required(_ name: String) throws(AdminProblem) -> String {
        guard let text = try text(name), !text.isEmpty else { throw .invalid("\(place)\(name) is missing") }
        return text
    }

    func integer(_ name: String) throws(AdminProblem) -> Int? {
        guard let value = value(name) else { return nil }
        guard let integer = value.integer else { throw wrong(name, "a whole number") }
        return Int(integer)
    }

    func flag(_ name: String) throws(AdminProblem) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let flag = value.boolean else { throw wrong(name, "true or false") }
        return flag
    }

    /// A duration such as `7d` or `600s`.
    func duration(_ name: String) throws(AdminProblem) -> Duration? {
        guard let text = try text(name) else { return nil }
        guard let duration = Duration(googleText: text) else { throw wrong(name, "a duration such as 10m or 1.5s") }
        return duration
    }

    /// The texts of a list that must be there.
    func texts(_ name: String) throws(AdminProblem) -> [String] {
        guard let list = value(name)?.array else { throw wrong(name, "a list of texts") }
        let texts = list.compactMap(\.string)
        guard texts.count == list.count, !texts.isEmpty else { throw wrong(name, "a list of texts") }
        return texts
    }

    /// An object, with no members but these.
    func part(_ name: String, allowed: [String]) throws(AdminProblem) -> PubSubBody? {
        guard let value = value(name) else { return nil }
        guard let object = value.object else { throw wrong(name, "an object") }
        let place = "\(place)\(name)."
        try object.require(only: allowed, at: place)
        return PubSubBody(object, at: place)
    }

    private func wrong(_ name: String, _ wanted: String) -> AdminProblem {
        .invalid("\(place)\(name) is not \(wanted)")
    }

    /// Texts by name; as a merge patch has them, null removes one.
    func labels(_ name: String, changing old: Attributes = Attributes()) throws(AdminProblem) -> Attributes {
        guard let value = value(name) else { return Attributes() }
        guard let object = value.object else { throw wrong(name, "an object") }
        var labels = old
        for member in object {
            guard member.value == .null || member.value.string != nil else {
                throw wrong("\(name).\(member.name)", "a text")
            }
            labels[member.name] = member.value.string
        }
        return labels
    }

    // MARK: Messages

    func messages() throws(AdminProblem) -> [PubSubMessage] {
        guard let list = value("messages")?.array else { throw wrong("messages", "a list of messages") }
        var messages: [PubSubMessage] = []
        for (index, item) in list.enumerated() {
            guard let object = item.object else { throw wrong("messages", "a list of objects") }
            let place = "messages[\(index)]."
            try object.require(only: ["data", "attributes", "orderingKey"], at: place)
            messages.append(try PubSubBody(object, at: place).message())
        }
        return messages
    }

    private func message() throws(AdminProblem) -> PubSubMessage {
        var message = PubSubMessage(orderingKey: try text("orderingKey") ?? "")
        if let data = try text("data") {
            guard let bytes = Base64.decode(data) else { throw wrong("data", "Base64") }
            message.data = bytes
        }
        guard let attributes = value("attributes") else { return message }
        guard let object = attributes.object else { throw wrong("attributes", "an object") }
        for member in object {
            guard let text = member.value.string else { throw wrong("attributes.\(member.name)", "a text") }
            message.attributes[member.name] = text
        }
        return message
    }
}
