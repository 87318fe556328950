import CloudAPI
import Datastore
import Hosting
import Settings

extension BoundServices {
    /// The hosted services as Cloud Run's API shows them.
    func cloudServices(_ settings: Settings, image: String, startTime: Timestamp) -> [CloudService] {
        let bound = Dictionary(grouping: addresses, by: \.service).mapValues { $0.map(\.address) }
        return settings.services.map { service in
            let own = bound[service.name] ?? []
            return CloudService(
                name: service.name, urls: (service.url.map { [$0] } ?? []) + own.compactMap(Self.url),
                requiresToken: service.authentication == .required, isLocal: own.allSatisfy(\.isLocal),
                audiences: service.audiences, image: image, startTime: startTime)
        }
    }
}
