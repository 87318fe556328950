/// The rules that look at more than one key.
struct SettingsConsistency {
    private var draft: SettingsDraft
    private let environment: [String: String]
    /// Every address that stands in the settings so far, with the key that has it.
    private var taken: [(address: ListenAddress, key: String)] = []

    /// The draft with what these rules find wrong in it.
    static func check(_ draft: SettingsDraft, environment: [String: String]) -> SettingsDraft {
        var rules = SettingsConsistency(draft: draft, environment: environment)
        rules.run()
        return rules.draft
    }

    private init(draft: SettingsDraft, environment: [String: String]) {
        self.draft = draft
        self.environment = environment
    }

    private mutating func run() {
        let settings = draft.settings
        for service in settings.services {
            let section = "services.\(service.name)"
            checkAddresses(
                service.listen, "\(section).listen",
                openTo: service.authentication == .none && !service.allowUnauthenticated
                    && isSound("\(section).authentication", "\(section).allow_unauthenticated")
                    ? "can be reached by other machines, and authentication is none: listen on a loopback address, or "
                        + "set \(section).allow_unauthenticated to true"
                    : nil)
        }
        checkAddresses(
            settings.admin.listen, "admin.listen",
            openTo: settings.admin.authentication == .none && isSound("admin.authentication")
                ? "can be reached by other machines, and admin.authentication is none: listen on a loopback address, or "
                    + "set admin.authentication to required"
                : nil)
        checkAddresses(settings.metrics.listen, "metrics.listen", openTo: nil)
        checkAddresses(
            settings.metadata.listen, "metadata.listen",
            openTo:
                "can be reached by other machines, and the metadata server gives tokens to whoever asks: listen on a "
                + "loopback address")
        checkAdminSocket(settings)
        checkMetricTiers(settings.metricHistory)
    }

    private mutating func checkMetricTiers(_ history: MetricHistorySettings) {
        guard isSound("metric_history.interval", "metric_history.tiers"), let finest = history.tiers.first,
            !finest.step.isMultiple(of: history.interval)
        else { return }
        draft.refuse(
            "metric_history.tiers", value: finest.description,
            "has a step that is not a multiple of metric_history.interval (\(DurationText.string(history.interval)))")
    }

    private func isSound(_ keys: String...) -> Bool {
        draft.refused.isDisjoint(with: keys)
    }

    /// Checks the addresses of one key; `openTo` is what to say of one that other machines can reach, if that is wrong.
    private mutating func checkAddresses(_ addresses: [ListenAddress], _ key: String, openTo complaint: String?) {
        guard isSound(key) else { return }
        for address in addresses {
            if case .descriptor = address {
                draft.refuse(
                    key, value: address.description,
                    "is a socket from systemd, which this version cannot take yet; write HOST:PORT or unix:PATH")
                continue
            }
            if let complaint, !address.isLocal { draft.refuse(key, value: address.description, complaint) }
            checkFree(address, key)
        }
    }

    private mutating func checkFree(_ address: ListenAddress, _ key: String) {
        if let other = taken.first(where: { $0.address.overlaps(address) }) {
            let owner = other.key == key ? "the same list" : other.key
            draft.refuse(key, value: address.description, "is taken: \(owner) has \(other.address)")
        }
        taken.append((address, key))
    }

    private mutating func checkAdminSocket(_ settings: Settings) {
        guard isSound("admin.socket", "data_dir") else { return }
        let path = settings.adminSocketPath(environment: environment)
        do throws(ValueTextError) {
            _ = try ListenAddress.socketPath(path)
            checkFree(.unix(path: path), "admin.socket")
        } catch {
            draft.refuse("admin.socket", value: path, error.message)
        }
    }
}
