/// The version of this build, one for the daemon and the command.
public enum TrivetVersion {
    /// Semantic version, as `--version`, `trivet_build_info` and `/admin/v1/version` show it.
    public static let current = "0.1.0"
}
