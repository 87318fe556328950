import AdminModel
import Datastore
import HTTPTypes
import Hosting
import Identity

/// The keys that sign tokens; of each only what is public.
struct KeyRoutes: AdminRoutes {
    let parts: AdminParts

    var routes: [AdminRoute] {
        [
            read(AdminPath.keys) { _ in
                .model(KeyList(keys: parts.identities.signingKeys.map { KeyInfo($0) }))
            },
            write(.post, "\(AdminPath.keys):rotate") { call in
                _ = try await call.body(allowed: [])
                return .model(KeyInfo(try await parts.identities.rotateKeys()))
            },
        ]
    }
}

extension KeyInfo {
    init(_ key: SigningKey) {
        self.init(
            id: key.id, state: key.retiredUntil == nil ? "ACTIVE" : "RETIRED", createTime: key.createTime.fixedText,
            servedUntil: key.retiredUntil?.fixedText)
    }
}
