extension JobAttempt {
    /// How it failed, as a number of google.rpc.Code, by its HTTP status; nil when it did not.
    public var code: Int? {
        switch status {
        case .some(200..<300): nil
        case 400: 3
        case 401: 16
        case 403: 7
        case 404: 5
        case 409: 10
        case 429, 507: 8
        case 500: 13
        case 501: 12
        case 504: 4
        case 503, nil: 14
        default: 2
        }
    }
}
