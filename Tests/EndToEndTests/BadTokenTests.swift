import Foundation
import JSON
import TestSupport
import Testing
import Transfer

/// Bad tokens of every kind against the real daemon: each is refused and counted, and none is told why.
@Suite("Bad tokens are refused, counted, and told nothing")
struct BadTokenTests {
    /// Prints `[[name, reason, [value of an Authorization header, ...]], ...]`, made of a good token and of the key that
    /// signed it.
    private static let forge = """
        import base64, hashlib, hmac, json, sys
        import jwt
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa

        good, key_file, bystander = sys.argv[1:]
        key = serialization.load_pem_private_key(open(key_file, "rb").read(), None)
        stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        header, claims, signature = good.split(".")
        kid = jwt.get_unverified_header(good)["kid"]
        good_claims = jwt.decode(good, options={"verify_signature": False})
        now = good_claims["iat"]

        def encoded(value):
            return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

        def token(key=key, header={"kid": kid}, **changes):
            claims = {name: value for name, value in (good_claims | changes).items() if value is not None}
            return jwt.encode(claims, key, "RS256", headers=header)

        def hs256():
            public = key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            signed = encoded({"alg": "HS256", "kid": kid, "typ": "JWT"}) + "." + claims
            code = hmac.new(public, signed.encode(), hashlib.sha256).digest()
            return signed + "." + base64.urlsafe_b64encode(code).rstrip(b"=").decode()

        cases = [
            ("expired", "expired", token(iat=now - 7200, exp=now - 3600)),
            ("not yet valid", "not_yet_valid", token(iat=now + 3600, exp=now + 7200)),
            ("wrong audience", "wrong_audience", token(aud="http://somewhere.example.org")),
            ("wrong issuer", "unknown_issuer", token(iss="https://accounts.google.com")),
            ("wrong key", "bad_signature", token(key=stranger)),
            ("unknown kid", "unknown_key", token(key=stranger, header={"kid": "nobody's"})),
            ("alg none", "unsupported_algorithm", encoded({"alg": "none", "kid": kid}) + "." + claims + "."),
            ("HS256 with the public key", "unsupported_algorithm", hs256()),
            ("swapped claims", "bad_signature",
                header + "." + encoded(good_claims | {"email": "other@example.org"}) + "." + signature),
            ("cut signature", "bad_signature", good[:-4]),
            ("unknown account", "unknown_account", token(email="nobody@my-project.iam.gserviceaccount.com")),
            ("unverified email", "unverified_email", token(email_verified=False)),
            ("no expiry", "malformed", token(exp=None)),
            ("no token at all", "malformed", ""),
            ("12 KiB of garbage", "malformed", "x.y" * 4096),
            ("unbound account", "unbound", bystander),
        ]
        headers = [(name, reason, ["Bearer " + text]) for name, reason, text in cases] + [
            ("no header", "missing", []),
            ("another scheme", "malformed", ["Basic " + good]),
            ("two tokens in two headers", "malformed", ["Bearer " + good, "Bearer " + good]),
            ("two tokens in one header", "malformed", ["Bearer " + good + ", Bearer " + good]),
            ("64 KiB of garbage", "header_too_large", ["Bearer " + "x.y" * 21846]),
        ]
        print(json.dumps(headers))
        """

    private func answer(_ address: String, _ headers: [String]) async throws -> (status: Int, text: String) {
        let head = ["GET / HTTP/1.1", "Host: localhost", "Connection: close"] + headers.map { "Authorization: \($0)" }
        let bytes = try await RawConnection.exchange(
            address, sending: Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8))
        let text = String(decoding: bytes, as: UTF8.self)
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0, text)
    }

    @Test("each is refused on each service, counted by its reason, and the answer is the same for all")
    func table() async throws {
        let folder = try TestFolder()
        var settings: [String: String] = [:]
        for service in TestDaemon.services { settings["services.\(service).authentication"] = "required" }
        let daemon = try await TestDaemon.start(in: folder, settings: settings)
        #expect(try await daemon.trivetctl("iam", "service-accounts", "create", "bystander").status == 0)
        for service in TestDaemon.services {
            let base = try daemon.url(service)
            func token(_ account: String) async throws -> String {
                let printed = try await daemon.trivetctl(
                    "auth", "print-identity-token", "--impersonate-service-account", account, "--audiences", base)
                return printed.output.trimmingCharacters(in: .newlines)
            }
            let good = try await token("cloud-run-invoker")
            // The first token made the key.
            let keys = try FileManager.default.contentsOfDirectory(atPath: folder.file("data/keys"))
            let key = try #require(keys.first { $0.hasPrefix("signing-") })
            let forged = try await PythonEnvironment.run(
                Self.forge, [good, folder.file("data/keys/\(key)"), try await token("bystander")])
            try #require(forged.status == 0, "\(forged.errors)")
            let cases = try #require(try forged.json().array)
            try await check(cases.compactMap(\.array), of: service, daemon, good)
        }
        #expect(await daemon.stop() == .exited(0))
    }

    private func check(_ cases: [[JSONValue]], of service: String, _ daemon: TestDaemon, _ good: String) async throws {
        let address = try #require(daemon.addresses[service])
        var expected: [String: Double] = [:]
        var refusals: Set<String> = []
        for bad in cases {
            let (name, reason) = (bad[0].string ?? "", bad[1].string ?? "")
            let (status, text) = try await answer(address, (bad[2].array ?? []).compactMap(\.string))
            // What is too large is not read to its end: the connection may be gone before the answer is read.
            let right = ["unbound": [403], "header_too_large": [431, 0]][reason] ?? [401]
            #expect(right.contains(status), "\(service), \(name)")
            expected[reason, default: 0] += 1
            if status == 401 {
                // But for the instant and the request's own id.
                let lines = text.split(separator: "\r\n").filter { line in
                    !["date:", "x-request-id:", "traceparent:", "x-cloud-trace-context:"].contains {
                        line.lowercased().hasPrefix($0)
                    }
                }
                #expect(lines.contains { $0.lowercased() == "www-authenticate: bearer" }, "\(service), \(name)")
                refusals.insert(lines.joined(separator: "\n"))
            }
            for word in [reason, "token", "audience", "issuer", "expired", "signature", "bystander"] {
                #expect(!text.lowercased().contains(word), "\(service), \(name): the answer tells of \(word)")
            }
        }
        #expect(refusals.count == 1, "\(refusals)")
        #expect(try await answer(address, ["Bearer \(good)"]).status == 200, "the good token is let in")
        let metrics = try await daemon.metrics()
        for (reason, count) in expected {
            let name = reason == "header_too_large" ? "trivet_http_rejected_total" : "trivet_http_unauthorized_total"
            #expect(metrics["\(name){reason=\"\(reason)\",service=\"\(service)\"}"] == count, "\(reason)")
        }
        let refused = cases.count - 1
        try await eventually("the log has the reason of each") {
            let read = try await daemon.trivetctl(
                "logs", "read", "--service", service, "--limit", "1000", "--format", "ndjson")
            let errors = try read.jsonLines().filter { entry in
                let status = entry.object?["httpRequest"]?.object?["status"]?.integer
                return status == 401 || status == 403
            }.compactMap { $0.object?["labels"]?.object?["error"]?.string }
            return errors.count == refused && errors.allSatisfy { !$0.isEmpty }
        }
    }
}
