/// Headers as gcloud takes them: `k=v,k2=v2`, or with another delimiter, `^;^k=v,w;k2=v2`.
enum HeaderList {
    /// The names and values of some such texts; of a name that is given twice the last value stays.
    static func parse(_ texts: [String]) throws(CommandError) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        for text in texts {
            for item in items(text) {
                guard let equals = item.firstIndex(of: "="), equals > item.startIndex else {
                    throw CommandError(.usage, "header \(String(item).debugDescription) is not NAME=VALUE")
                }
                let name = String(item[..<equals])
                headers.removeAll { $0.name.lowercased() == name.lowercased() }
                headers.append((name, String(item[item.index(after: equals)...])))
            }
        }
        return headers
    }

    private static func items(_ text: String) -> [Substring] {
        if text.hasPrefix("^"), let end = text.dropFirst().firstIndex(of: "^") {
            let delimiter = text[text.index(after: text.startIndex)..<end]
            if !delimiter.isEmpty {
                return text[text.index(after: end)...].split(separator: delimiter, omittingEmptySubsequences: true)
            }
        }
        return text.split(separator: ",")
    }
}
