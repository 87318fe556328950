import Datastore
import HTTPTypes
import Hosting

/// What errors of the rooms below mean for a service's client: the one place where they become answers. What is not
/// here is an internal error. (The admin API has its own shape and its own place: `AdminProblem`.)
enum ErrorAnswers {
    @Sendable static func problem(_ error: any Error) -> HTTPProblem? {
        guard let error = error as? DatastoreError else { return nil }
        switch error.code {
        case .diskFull:
            let cause = error.cause.map { ": \($0)" } ?? ""
            return HTTPProblem(.insufficientStorage, "\(error.message).", reason: error.message + cause)
        default: return nil
        }
    }
}
