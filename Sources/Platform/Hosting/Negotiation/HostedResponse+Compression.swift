import Compression
public import HTTPTypes

extension HostedResponse {
    /// The answer in gzip where the request asks for it and the body is bytes; else as it is. Caches are told that it
    /// depends on the request.
    public func compressed(for request: HostedRequest) -> HostedResponse {
        guard case .bytes(let bytes) = body else { return self }
        var response = varying(by: .acceptEncoding)
        guard request.acceptsGzip, let packed = Gzip.compress(bytes) else { return response }
        response.headers[.contentEncoding] = "gzip"
        response.body = .bytes(packed)
        return response
    }

    /// The answer with a request header more that it depends on.
    public func varying(by name: HTTPField.Name) -> HostedResponse {
        var response = self
        response.headers[.vary] = headers[.vary].map { "\($0), \(name.rawName)" } ?? name.rawName
        return response
    }
}
