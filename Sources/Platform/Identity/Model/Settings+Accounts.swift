public import Settings

extension Settings {
    /// An account of the project by its email, or by its name alone.
    public func accountEmail(_ text: String) -> String {
        text.utf8.contains(UInt8(ascii: "@")) ? text : ServiceAccount.email(text, project: project)
    }
}
