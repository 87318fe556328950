import AdminAccess
import AdminModel
import Audit
import Datastore
import HTTPTypes
import Hosting
import Identity
import MetricHistory
import ObjectStorage
import PubSub
import RequestLog
import Scheduling
import Settings

/// Why the admin API does not do what it was asked, and the one place where other rooms' errors become its answers.
struct AdminProblem: Error {
    let status: HTTPResponse.Status
    let name: AdminFailureStatus
    let message: String

    init(_ status: HTTPResponse.Status, _ name: AdminFailureStatus, _ message: String) {
        self.status = status
        self.name = name
        self.message = message
    }

    static func invalid(_ message: String) -> AdminProblem { AdminProblem(.badRequest, .invalidArgument, message) }
    static func notFound(_ message: String) -> AdminProblem { AdminProblem(.notFound, .notFound, message) }
    static func denied(_ message: String) -> AdminProblem { AdminProblem(.forbidden, .permissionDenied, message) }

    /// The answer in the API's error shape.
    var response: HostedResponse {
        .model(AdminFailure(code: status.code, message: message, status: name.rawValue), status: status)
    }

    /// The failure as the last line of a stream.
    var detail: AdminFailure.Detail {
        AdminFailure(code: status.code, message: message, status: name.rawValue).error
    }
}

extension AdminProblem {
    /// What Hosting found wrong before the API was reached.
    init(_ problem: HTTPProblem) {
        let name: AdminFailureStatus =
            switch problem.status.code {
            case 401: .unauthenticated
            case 403, 421: .permissionDenied
            case 404: .notFound
            case 405, 501: .unimplemented
            case 408, 502, 503, 504: .unavailable
            case 409: .aborted
            case 413, 429, 431, 507: .resourceExhausted
            case 500...: .internal
            default: .invalidArgument
            }
        self.init(problem.status, name, problem.message)
    }

    /// The answer to an error of the rooms below; nil for what nobody foresaw.
    init?(_ error: any Error) {
        switch error {
        case let error as AdminProblem: self = error
        case let error as AccessDenial: self = .denied(error.message)
        case let error as HTTPProblem: self.init(error)
        case let error as DatastoreError: self.init(error)
        case let error as AuditError: self = .invalid(error.message)
        case let error as SettingsErrors: self.init(error)
        case let error as RequestLogError: self.init(error)
        case let error as MetricHistoryError: self.init(error)
        case let error as SchedulingError: self.init(error)
        case let error as IdentityError: self.init(error)
        case let error as PubSubError: self.init(error)
        case let error as ObjectStorageError: self.init(error)
        default: return nil
        }
    }

    private init(_ error: SettingsErrors) {
        self.init(
            .badRequest, .failedPrecondition, "the settings are wrong, and nothing was changed:\n\(error.description)")
    }

    private init(_ error: DatastoreError) {
        switch error.code {
        case .invalidArgument: self = .invalid(error.message)
        case .notFound: self = .notFound(error.message)
        case .alreadyExists: self.init(.conflict, .alreadyExists, error.message)
        case .aborted: self.init(.conflict, .aborted, error.message)
        case .failedPrecondition: self.init(.badRequest, .failedPrecondition, error.message)
        case .resourceExhausted: self.init(.tooManyRequests, .resourceExhausted, error.message)
        case .diskFull: self.init(.insufficientStorage, .resourceExhausted, error.message)
        case .unavailable: self.init(.serviceUnavailable, .unavailable, error.message)
        default: self.init(.internalServerError, .internal, error.message)
        }
    }

    private init(_ error: RequestLogError) {
        switch error.code {
        case .invalidPageToken: self = .invalid("pageToken is not one that this log gave")
        case .unavailable, .closed: self.init(.serviceUnavailable, .unavailable, error.message)
        }
    }

    private init(_ error: MetricHistoryError) {
        switch error.code {
        case .invalidSelector, .invalidQuery: self = .invalid(error.message)
        case .notFound: self = .notFound(error.message)
        case .unavailable: self.init(.serviceUnavailable, .unavailable, error.message)
        }
    }

    private init(_ error: SchedulingError) {
        switch error.code {
        case .invalidSchedule, .invalidJob, .invalidPageToken: self = .invalid(error.message)
        case .notFound: self = .notFound(error.message)
        case .alreadyExists: self.init(.conflict, .alreadyExists, error.message)
        case .alreadyRunning: self.init(.conflict, .aborted, error.message)
        case .notRunning: self.init(.serviceUnavailable, .unavailable, error.message)
        }
    }

    private init(_ error: IdentityError) {
        switch error.code {
        case .invalidArgument: self = .invalid(error.message)
        case .notFound: self = .notFound(error.message)
        case .alreadyExists: self.init(.conflict, .alreadyExists, error.message)
        case .aborted: self.init(.conflict, .aborted, error.message)
        case .permissionDenied: self = .denied(error.message)
        case .unavailable, .brokenKeys: self.init(.serviceUnavailable, .unavailable, error.message)
        }
    }

    private init(_ error: PubSubError) {
        switch error.code {
        case .invalidArgument: self = .invalid(error.message)
        case .notFound: self = .notFound(error.message)
        case .alreadyExists: self.init(.conflict, .alreadyExists, error.message)
        case .aborted: self.init(.conflict, .aborted, error.message)
        case .failedPrecondition: self.init(.badRequest, .failedPrecondition, error.message)
        case .resourceExhausted: self.init(.tooManyRequests, .resourceExhausted, error.message)
        case .unavailable: self.init(.serviceUnavailable, .unavailable, error.message)
        }
    }

    private init(_ error: ObjectStorageError) {
        switch error.code {
        case .invalidArgument, .contentMismatch, .wrongOffset: self = .invalid(error.message)
        case .notFound: self = .notFound(error.message)
        case .alreadyExists: self.init(.conflict, .alreadyExists, error.message)
        case .notEmpty, .conditionNotMet, .notModified, .uploadBusy:
            self.init(.badRequest, .failedPrecondition, error.message)
        case .notAllowed: self = .denied(error.message)
        case .outOfSpace: self.init(.insufficientStorage, .resourceExhausted, error.message)
        case .unavailable: self.init(.serviceUnavailable, .unavailable, error.message)
        case .dataLoss: self.init(.internalServerError, .internal, error.message)
        }
    }
}
