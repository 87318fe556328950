import JSON

/// A job's body: the admin API has it in Base64, a file as text wherever it is one.
enum JobBodyText {
    /// The member of `httpTarget` that is text; `body` is Base64.
    static let member = "messageBody"

    /// The resource as the daemon takes it.
    static func encoded(_ job: JSONObject) -> JSONObject {
        guard var target = job["httpTarget"]?.object, let text = target[member]?.string else { return job }
        target[member] = nil
        target["body"] = .string(Base64.encode(Array(text.utf8)))
        return job.with("httpTarget", .object(target))
    }

    /// The resource as a file has it.
    static func shown(_ job: JSONObject) -> JSONObject {
        guard var target = job["httpTarget"]?.object, let body = target["body"]?.string,
            let bytes = Base64.decode(body), let text = String(validating: bytes, as: UTF8.self), isPlain(text)
        else { return job }
        target["body"] = nil
        target[member] = .string(text)
        return job.with("httpTarget", .object(target))
    }

    /// Whether a text is one that people write.
    private static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || !TerminalText.isUnsafe($0) }
    }
}

extension JSONObject {
    /// The same with another member.
    func with(_ name: String, _ value: JSONValue) -> JSONObject {
        var copy = self
        copy[name] = value
        return copy
    }
}
