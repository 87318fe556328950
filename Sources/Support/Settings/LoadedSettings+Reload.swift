extension LoadedSettings {
    /// The keys whose value in `next` is another.
    func differences(to next: LoadedSettings) -> [SettingDifference] {
        SettingsCatalog.keys.compactMap { key in
            let (running, onDisk) = (key.print(settings), key.print(next.settings))
            guard running != onDisk else { return nil }
            return SettingDifference(
                key: key.name, running: running, onDisk: onDisk, source: next.source(of: key.name), effect: key.effect)
        }
    }

    /// These settings with what a running daemon can take over from `next`.
    ///
    /// A value that is the same gets its new source too: its line in the file may be another now.
    func takingOver(_ next: LoadedSettings) -> LoadedSettings {
        var settings = settings
        let effective = SettingsCatalog.keys.map { key in
            let isTaken = key.effect == .reload || key.print(self.settings) == key.print(next.settings)
            if isTaken { key.copy(next.settings, &settings) }
            return EffectiveSetting(
                key: key.name, value: key.print(settings), source: (isTaken ? next : self).source(of: key.name))
        }
        return LoadedSettings(settings: settings, effective: effective, configFile: next.configFile)
    }

    private func source(of key: String) -> SettingSource {
        effective.first { $0.key == key }?.source ?? .builtIn
    }
}
