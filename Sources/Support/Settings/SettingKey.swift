/// One key of the settings: its name, type, default and meaning, and how its value gets into ``Settings``.
public struct SettingKey: Sendable {
    /// The path of the key in the file, its parts joined by dots, such as `purge.retain`.
    public let name: String
    /// What kind of value it takes, in words.
    public let type: String
    /// The built-in default in its canonical text form.
    public let defaultValue: String
    /// What it does.
    public let meaning: String
    /// When a changed value takes effect.
    public let effect: SettingEffect

    /// Reads a value of the file into the settings.
    let readNode: @Sendable (SettingNode, inout Settings) throws(SettingRefusal) -> Void
    /// Reads a value of the environment or a flag into the settings.
    let readText: @Sendable (String, inout Settings) throws(SettingRefusal) -> Void
    /// The canonical text form of the key's value in the settings.
    let print: @Sendable (Settings) -> String
    /// Puts the key's value in the first settings into the second.
    let copy: @Sendable (Settings, inout Settings) -> Void

    /// The environment variable that overrides the file: `TRIVET_` and the path in capitals, with `_` for `-` and `.`.
    public var environmentVariable: String {
        let bytes = name.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "-"), UInt8(ascii: "."): UInt8(ascii: "_")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte & 0xDF
            default: byte
            }
        }
        return "TRIVET_" + String(decoding: bytes, as: UTF8.self)
    }

    /// Declares a key. `effect` is `.reload` where the part that has the value takes another while it runs; `rule`
    /// answers what is wrong with a value, in words to stand after it, or nil.
    init<Value>(
        _ name: String, _ type: SettingType<Value>, _ path: any WritableKeyPath<Settings, Value> & Sendable,
        effect: SettingEffect = .restart, rule: @escaping @Sendable (Value) -> String? = { _ in nil }, _ meaning: String
    ) {
        let defaultValue = type.print(Settings()[keyPath: path])
        self.name = name
        self.type = type.name
        self.defaultValue = defaultValue
        self.meaning = meaning
        self.effect = effect
        copy = { from, to in to[keyPath: path] = from[keyPath: path] }
        print = { type.print($0[keyPath: path]) }
        readNode = { node, settings throws(SettingRefusal) in
            let value: Value
            do throws(SettingRefusal) {
                value = try type.fromNode(node)
            } catch {
                guard case .null = node.content else { throw error }
                throw SettingRefusal(message: "has no value: leave the key out to have the default, \(defaultValue)")
            }
            if let wrong = rule(value) { throw SettingRefusal(value: node.shown, message: wrong) }
            settings[keyPath: path] = value
        }
        readText = { text, settings throws(SettingRefusal) in
            let value = try type.fromText(text)
            if let wrong = rule(value) { throw SettingRefusal(value: text, message: wrong) }
            settings[keyPath: path] = value
        }
    }
}
