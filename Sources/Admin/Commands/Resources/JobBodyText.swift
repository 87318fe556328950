import JSON

/// What a job sends: the admin API has it in Base64, a file as text wherever it is one.
enum JobBodyText {
    /// The member of either target that is text.
    static let member = "messageBody"
    /// The targets, each with its member that is Base64.
    static let targets = [("httpTarget", "body"), ("pubsubTarget", "data")]

    /// The resource as the daemon takes it.
    static func encoded(_ job: JSONObject) -> JSONObject {
        changing(job) { target, bytes in
            guard let text = target[member]?.string else { return }
            target[member] = nil
            target[bytes] = .string(Base64.encode(Array(text.utf8)))
        }
    }

    /// The resource as a file has it.
    static func shown(_ job: JSONObject) -> JSONObject {
        changing(job) { target, bytes in
            guard let decoded = target[bytes]?.string.flatMap({ Base64.decode($0) }),
                let text = String(validating: decoded, as: UTF8.self), isPlain(text)
            else { return }
            target[bytes] = nil
            target[member] = .string(text)
        }
    }

    private static func changing(
        _ job: JSONObject, _ change: (_ target: inout JSONObject, _ bytes: String) -> Void
    ) -> JSONObject {
        targets.reduce(job) { job, names in
            guard var target = job[names.0]?.object else { return job }
            change(&target, names.1)
            return job.with(names.0, .object(target))
        }
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
