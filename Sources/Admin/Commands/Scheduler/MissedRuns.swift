import ArgumentParser

/// What becomes of a job's instants that nobody could run, as the command line spells it.
enum MissedRuns: String, CaseIterable, ExpressibleByArgument {
    case skip
    case runOnce = "run-once"

    /// The same in the API's words.
    var policy: String {
        switch self {
        case .skip: "SKIP"
        case .runOnce: "RUN_ONCE"
        }
    }
}
