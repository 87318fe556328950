import AdminModel

/// What the value of a member of a declared resource may be. What a text means, the daemon checks.
indirect enum MemberType: Sendable {
    case text
    /// A text such as `10m` or `1.5s`.
    case duration
    case number
    /// `true` or `false`; also `yes` and `no`, which the lab's index.yaml has.
    case flag
    case choice([String])
    case texts
    case choices([String])
    /// Texts by name.
    case map
    case object([ResourceMember])
    case objects([ResourceMember])
}

/// A member of a declared resource.
struct ResourceMember: Sendable {
    let name: String
    let type: MemberType
    /// Whether a declaration must have it.
    var isRequired = false
    /// Whether it stays as the resource was made.
    var isFixed = false
    /// The kind of resources one of which it names.
    var refersTo: ResourceKind?

    init(
        _ name: String, _ type: MemberType, isRequired: Bool = false, isFixed: Bool = false,
        refersTo: ResourceKind? = nil
    ) {
        self.name = name
        self.type = type
        self.isRequired = isRequired
        self.isFixed = isFixed
        self.refersTo = refersTo
    }
}
