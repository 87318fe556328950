public import Yams

extension Node.Scalar {
    /// Whether it was written in quotes or as a block, and so is text, whatever it looks like.
    public var isQuoted: Bool {
        switch style {
        case .any, .plain: false
        case .singleQuoted, .doubleQuoted, .literal, .folded: true
        }
    }

    /// Whether YAML's core schema takes it for null. Its older spellings of booleans (`yes`, `off`) and numbers (`0o7`,
    /// `1_000`) are text to us, and refused where a boolean or a number is wanted.
    public var isNull: Bool {
        !isQuoted && ["", "~", "null", "Null", "NULL"].contains(string)
    }
}
