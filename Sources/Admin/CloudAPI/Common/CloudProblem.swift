import AdminAccess
import Datastore
import HTTPTypes
import Hosting
import Identity
import JSON
import ObjectStorage
import PubSub
import RequestLog
import Scheduling

/// Why a request in Google's shapes is not done, and the one place where other rooms' errors become such answers:
/// `{"error":{"code","message","errors":[{"domain","message","reason"}],"status"}}`, and `details` with the field of the
/// request that is wrong, where it is one.
struct CloudProblem: Error {
    let status: HTTPResponse.Status
    /// Google's word for it, such as `notFound`.
    let reason: String
    let message: String
    var headers: HTTPFields
    /// The name of google.rpc.Code, where the status does not tell it.
    let code: String?
    /// The field of the request that is wrong.
    let field: String?

    init(
        _ status: HTTPResponse.Status, _ reason: String, _ message: String, headers: HTTPFields = [:],
        code: String? = nil, field: String? = nil
    ) {
        self.status = status
        self.reason = reason
        self.message = message
        self.headers = headers
        self.code = code
        self.field = field
    }

    static func invalid(_ message: String, field: String? = nil) -> CloudProblem {
        CloudProblem(.badRequest, "invalid", message, field: field)
    }
    static func failedPrecondition(_ message: String) -> CloudProblem {
        CloudProblem(.badRequest, "failedPrecondition", message, code: "FAILED_PRECONDITION")
    }
    static func aborted(_ message: String) -> CloudProblem {
        CloudProblem(.conflict, "conflict", message, code: "ABORTED")
    }
    static func required(_ what: String) -> CloudProblem { CloudProblem(.badRequest, "required", "Required: \(what)") }
    static func forbidden(_ message: String) -> CloudProblem { CloudProblem(.forbidden, "forbidden", message) }
    static func notOffered(_ what: String) -> CloudProblem {
        CloudProblem(.notImplemented, "notImplemented", "Trivet does not offer \(what).")
    }

    /// The answer.
    var response: HostedResponse {
        // An answer of 304 has no body.
        guard status != .notModified else { return HostedResponse(status: status, headers: headers) }
        var error = JSONObject()
        error["code"] = .integer(Int64(status.code))
        error["message"] = .string(message)
        error["errors"] = [["domain": "global", "message": .string(message), "reason": .string(reason)]]
        error["status"] = (code ?? Self.name(status)).map { .string($0) }
        if let field {
            error["details"] = [
                [
                    "@type": "type.googleapis.com/google.rpc.BadRequest",
                    "fieldViolations": [["description": .string(message), "field": .string(field)]],
                ]
            ]
        }
        var response = HostedResponse.json(["error": .object(error)], status: status)
        response.headers.append(contentsOf: headers)
        return response
    }

    /// The name of google.rpc.Code for a status.
    private static func name(_ status: HTTPResponse.Status) -> String? {
        switch status.code {
        case 400, 416: "INVALID_ARGUMENT"
        case 401: "UNAUTHENTICATED"
        case 403: "PERMISSION_DENIED"
        case 404: "NOT_FOUND"
        case 409: "ALREADY_EXISTS"
        case 412: "FAILED_PRECONDITION"
        case 429, 507: "RESOURCE_EXHAUSTED"
        case 500: "INTERNAL"
        case 501: "UNIMPLEMENTED"
        case 503: "UNAVAILABLE"
        default: nil
        }
    }
}

extension CloudProblem {
    /// The answer to an error of the rooms below; nil for what nobody foresaw.
    init?(_ error: any Error) {
        switch error {
        case let error as CloudProblem: self = error
        case let error as AccessDenial: self = .forbidden(error.message)
        case let error as IdentityError: self.init(error)
        case let error as ObjectStorageError: self.init(error)
        case let error as PubSubError: self.init(error)
        case let error as DatastoreError: self.init(error)
        case let error as SchedulingError: self.init(error)
        case let error as RequestLogError: self.init(error)
        case let error as HTTPProblem:
            self.init(error.status, error.status.code == 413 ? "uploadTooLarge" : "invalid", error.message)
            headers = error.headers
        default: return nil
        }
    }

    private init(_ error: ObjectStorageError) {
        switch error.code {
        case .invalidArgument, .contentMismatch: self = .invalid(error.message)
        case .notFound: self.init(.notFound, "notFound", error.message)
        case .alreadyExists, .notEmpty: self.init(.conflict, "conflict", error.message)
        case .conditionNotMet: self.init(.preconditionFailed, "conditionNotMet", error.message)
        case .notModified: self.init(.notModified, "notModified", error.message)
        case .wrongOffset, .uploadBusy: self.init(.serviceUnavailable, "backendError", error.message)
        case .notAllowed: self = .forbidden(error.message)
        case .outOfSpace: self.init(.insufficientStorage, "quotaExceeded", error.message)
        case .unavailable: self.init(.serviceUnavailable, "backendError", error.message)
        case .dataLoss: self.init(.internalServerError, "internalError", error.message)
        }
    }

    private init(_ error: PubSubError) {
        switch error.code {
        case .invalidArgument: self = .invalid(error.message, field: error.field)
        case .notFound: self.init(.notFound, "notFound", error.message)
        case .alreadyExists: self.init(.conflict, "alreadyExists", error.message)
        case .aborted: self = .aborted(error.message)
        case .failedPrecondition: self = .failedPrecondition(error.message)
        case .resourceExhausted: self.init(.tooManyRequests, "rateLimitExceeded", error.message)
        case .unavailable: self.init(.serviceUnavailable, "backendError", error.message)
        }
    }

    private init(_ error: IdentityError) {
        switch error.code {
        case .invalidArgument: self = .invalid(error.message)
        case .notFound: self.init(.notFound, "notFound", error.message)
        case .alreadyExists: self.init(.conflict, "alreadyExists", error.message)
        case .aborted: self = .aborted(error.message)
        case .permissionDenied: self = .forbidden(error.message)
        case .unavailable, .brokenKeys: self.init(.serviceUnavailable, "backendError", error.message)
        }
    }

    private init(_ error: SchedulingError) {
        switch error.code {
        case .invalidSchedule: self = .invalid(error.message, field: "job.schedule")
        case .invalidJob: self = .invalid(error.message, field: "job")
        case .invalidPageToken: self = .invalid(error.message, field: "pageToken")
        case .notFound: self.init(.notFound, "notFound", error.message)
        case .alreadyExists: self.init(.conflict, "alreadyExists", error.message)
        case .alreadyRunning: self = .aborted(error.message)
        case .notRunning: self.init(.serviceUnavailable, "backendError", error.message)
        }
    }

    private init(_ error: RequestLogError) {
        switch error.code {
        case .invalidPageToken: self = .invalid(error.message, field: "pageToken")
        case .unavailable, .closed: self.init(.serviceUnavailable, "backendError", error.message)
        }
    }

    private init(_ error: DatastoreError) {
        switch error.code {
        case .invalidArgument: self = .invalid(error.message)
        case .notFound: self.init(.notFound, "notFound", error.message)
        case .alreadyExists: self.init(.conflict, "conflict", error.message)
        case .aborted: self = .aborted(error.message)
        case .failedPrecondition: self = .failedPrecondition(error.message)
        case .resourceExhausted: self.init(.tooManyRequests, "rateLimitExceeded", error.message)
        case .diskFull: self.init(.insufficientStorage, "quotaExceeded", error.message)
        case .unavailable: self.init(.serviceUnavailable, "backendError", error.message)
        default: self.init(.internalServerError, "internalError", error.message)
        }
    }
}
