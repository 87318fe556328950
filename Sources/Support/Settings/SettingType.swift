/// What values a key takes: how they are read from the file and from a text (of the environment or a flag), and how
/// they are printed.
struct SettingType<Value: Sendable>: Sendable {
    /// The type's name in the documentation.
    let name: String
    let fromNode: @Sendable (SettingNode) throws(SettingRefusal) -> Value
    let fromText: @Sendable (String) throws(SettingRefusal) -> Value
    let print: @Sendable (Value) -> String
}

extension SettingType {
    /// A type whose values are single texts in the file, with or without quotes.
    static func scalar(
        _ name: String, parse: @escaping @Sendable (String) throws(ValueTextError) -> Value,
        print: @escaping @Sendable (Value) -> String
    ) -> SettingType {
        let fromText = { @Sendable (text: String) throws(SettingRefusal) -> Value in
            do throws(ValueTextError) {
                return try parse(text)
            } catch {
                throw SettingRefusal(value: text, message: error.message)
            }
        }
        return SettingType(
            name: name,
            fromNode: { node throws(SettingRefusal) in
                switch node.content {
                case .plain(let text), .quoted(let text): try fromText(text)
                case .null: throw SettingRefusal(message: "has no value")
                case .list, .nestedList:
                    throw SettingRefusal(value: node.shown, message: "is a list: one value is wanted")
                case .section: throw SettingRefusal(value: node.shown, message: "is a section: one value is wanted")
                }
            },
            fromText: fromText, print: print)
    }

    /// The same type, without quotes in the file: in quotes it would be a text.
    func withoutQuotes() -> SettingType {
        let (name, fromNode) = (name, fromNode)
        return SettingType(
            name: name,
            fromNode: { node throws(SettingRefusal) in
                if case .quoted(let text) = node.content {
                    throw SettingRefusal(value: text, message: "is in quotes, and so a text: write the \(name) without")
                }
                return try fromNode(node)
            },
            fromText: fromText, print: print)
    }
}

extension SettingType where Value == String {
    /// A text that is not empty. A number or boolean without quotes is refused, for YAML says that it is none.
    static let text = SettingType.scalar(
        "text",
        parse: { text throws(ValueTextError) in
            guard !text.isEmpty else { throw ValueTextError("is empty") }
            guard !text.utf8.contains(0) else { throw ValueTextError("has a NUL byte") }
            return text
        }, print: { $0 }
    ).refusingOtherScalars()

    private func refusingOtherScalars() -> SettingType {
        let fromNode = fromNode
        return SettingType(
            name: name,
            fromNode: { node throws(SettingRefusal) in
                if case .plain(let text) = node.content {
                    let kind = ["true", "false"].contains(text) ? "boolean" : Double(text) != nil ? "number" : nil
                    if let kind {
                        throw SettingRefusal(value: text, message: "is a \(kind): put it in quotes to make it a text")
                    }
                }
                return try fromNode(node)
            },
            fromText: fromText, print: print)
    }
}

extension SettingType where Value == String? {
    /// A text, or `null` (in the environment: nothing) for none.
    static let optionalText = SettingType(
        name: "text or null",
        fromNode: { node throws(SettingRefusal) in
            if case .null = node.content { return nil }
            return try SettingType<String>.text.fromNode(node)
        },
        fromText: { text throws(SettingRefusal) in
            text.isEmpty ? nil : try SettingType<String>.text.fromText(text)
        },
        print: { $0 ?? "null" })
}

extension SettingType where Value == Bool {
    /// `true` or `false`.
    static let boolean = SettingType.scalar(
        "boolean",
        parse: { text throws(ValueTextError) in
            switch text {
            case "true": true
            case "false": false
            default: throw ValueTextError("is not a boolean: write true or false")
            }
        }, print: { "\($0)" }
    ).withoutQuotes()
}

extension SettingType where Value == Int {
    /// A whole number.
    static let integer = SettingType.scalar(
        "whole number",
        parse: { text throws(ValueTextError) in
            guard let number = Int(text) else { throw ValueTextError("is not a whole number") }
            return number
        }, print: { "\($0)" }
    ).withoutQuotes()

    /// A number of bytes.
    static let bytes = SettingType.scalar("size", parse: ByteCountText.parse, print: ByteCountText.string)
}

extension SettingType where Value == Double {
    /// A number, with or without a fraction.
    static let number = SettingType.scalar(
        "number",
        parse: { text throws(ValueTextError) in
            let digits = text.utf8.allSatisfy { "0123456789.-+eE".utf8.contains($0) }
            guard digits, let number = Double(text), number.isFinite else {
                throw ValueTextError("is not a number")
            }
            return number
        }, print: { "\($0)" }
    ).withoutQuotes()
}

extension SettingType where Value == Duration {
    /// A length of time.
    static let duration = SettingType.scalar("duration", parse: DurationText.parse, print: DurationText.string)
}

extension SettingType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the type's cases.
    static var choice: SettingType {
        let names = Value.allCases.map(\.rawValue)
        let list = names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
        return .scalar(
            list,
            parse: { text throws(ValueTextError) in
                guard let value = Value(rawValue: text) else {
                    throw ValueTextError("is none of its values: write \(list)")
                }
                return value
            }, print: \.rawValue)
    }
}
