/// Where the daemon's admin socket is: `--socket`, `TRIVET_SOCKET`, the package's place, `make run`'s place.
enum SocketPath {
    static let environmentVariable = "TRIVET_SOCKET"
    static let packaged = "/run/trivet/admin.sock"
    static let local = "./var/admin.sock"

    static func resolve(option: String?, environment: [String: String], exists: (String) -> Bool) -> String {
        if let option { return option }
        if let variable = environment[environmentVariable], !variable.isEmpty { return variable }
        return exists(packaged) ? packaged : local
    }
}
