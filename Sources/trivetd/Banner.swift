import Foundation
import Hosting
import Settings

/// What a person at a terminal wants to know first: where everything is.
struct Banner {
    let addresses: [BoundAddress]
    let settings: Settings

    var text: String {
        let width = addresses.map(\.service.count).max() ?? 0
        let lines = addresses.map { bound in
            let name = bound.service.padding(toLength: width, withPad: " ", startingAt: 0)
            return "  \(name)  \(url(of: bound))"
        }
        return "Trivet, project \(settings.project), data in \(settings.dataDirectory)\n"
            + lines.joined(separator: "\n")
    }

    private func url(of bound: BoundAddress) -> String {
        switch bound.address {
        case .tcp: "http://\(bound.address)\(bound.service == "metrics" ? "/metrics" : "")"
        case .unix(let path): path
        case .descriptor(let name): "systemd's socket \(name)"
        }
    }
}
