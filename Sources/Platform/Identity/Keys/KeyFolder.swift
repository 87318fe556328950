import Datastore
import Foundation
import JWTKit

/// The files of the signing keys, `keys/` in the data directory: mode 0700, each file 0600.
///
/// A file's name says what the key is and for how long: `signing-CREATED-ID.pem` holds a private key, and
/// `retired-CREATED-UNTIL-ID.pem` the public half of one that signs no more (instants in microseconds). So a key and
/// its life change together in one rename, private keys stay out of the database and its backups, and a folder that
/// was copied is whole. The youngest private key signs.
struct KeyFolder: Sendable {
    let path: String

    /// What a file's name says.
    private enum Name {
        case signing(created: Timestamp, id: String)
        case retired(created: Timestamp, until: Timestamp, id: String)

        init?(_ text: String) {
            guard text.hasSuffix(".pem") else { return nil }
            let parts = text.dropLast(4).split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            let times = parts.dropFirst().dropLast().compactMap { Int64($0) }.map { Timestamp(microseconds: $0) }
            switch (parts.first, parts.count, times.count) {
            case ("signing", 3, 1): self = .signing(created: times[0], id: parts[2])
            case ("retired", 4, 2): self = .retired(created: times[0], until: times[1], id: parts[3])
            default: return nil
            }
        }

        static func text(_ key: SigningKey) -> String {
            let created = key.createTime.microseconds
            guard let until = key.retiredUntil else { return "signing-\(created)-\(key.id).pem" }
            return "retired-\(created)-\(until.microseconds)-\(key.id).pem"
        }
    }

    /// Reads every key, the youngest first; makes the folder where it is missing.
    ///
    /// - Throws: `brokenKeys` for a file that is not the key that its name says.
    func load() async throws(IdentityError) -> [SigningKey] {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw Self.failure("\(path) cannot be made") }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
            throw IdentityError(.brokenKeys, "\(path) cannot be read: \(error.localizedDescription)")
        }
        var keys: [SigningKey] = []
        for text in names.sorted() {
            // What a write that was cut off left behind.
            if text.hasSuffix(Self.unfinished) { unlink("\(path)/\(text)") }
            if let name = Name(text) { keys.append(try await read(text, name)) }
        }
        return keys.sorted { $0.createTime > $1.createTime }
    }

    private func read(_ file: String, _ name: Name) async throws(IdentityError) -> SigningKey {
        let path = "\(path)/\(file)"
        guard let data = FileManager.default.contents(atPath: path), data.count <= 65_536 else {
            throw IdentityError(.brokenKeys, "\(path) cannot be read. \(Self.advice)")
        }
        do {
            let (key, id) =
                switch name {
                case .signing(let created, let id):
                    (try await SigningKey(privateKey: try .init(pem: data), createTime: created), id)
                case .retired(let created, let until, let id):
                    (try await SigningKey(try .init(pem: data), createTime: created, retiredUntil: until), id)
                }
            guard key.id == id else { throw IdentityError(.brokenKeys, "the key is not the one of its name") }
            return key
        } catch {
            throw IdentityError(.brokenKeys, "\(path) is not the key that its name says. \(Self.advice)")
        }
    }

    /// Writes a private key, durably.
    func add(_ key: SigningKey, pem: String) throws(IdentityError) {
        try write(pem, to: Name.text(key))
    }

    /// Puts the public half of a key in the place of the private one; a cut in between leaves the private one, which
    /// is then retired at the next start.
    func retire(_ key: SigningKey, until time: Timestamp) throws(IdentityError) -> SigningKey {
        let retired = key.retired(until: time)
        let pem: String
        do { pem = try retired.publicPEM() } catch {
            throw IdentityError(.brokenKeys, "the key \(key.id) cannot be written: \(error)")
        }
        try write(pem, to: Name.text(retired))
        try remove(key)
        return retired
    }

    /// Removes a key's file.
    func remove(_ key: SigningKey) throws(IdentityError) {
        let file = "\(path)/\(Name.text(key))"
        guard unlink(file) == 0 || errno == ENOENT else { throw Self.failure("\(file) cannot be removed") }
        try syncFolder()
    }

    /// Temp, fsync, rename: whoever looks sees the whole file or none.
    private func write(_ text: String, to name: String) throws(IdentityError) {
        let (file, temporary) = ("\(path)/\(name)", "\(path)/\(name)\(Self.unfinished)")
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("\(temporary) cannot be written") }
        let bytes = Array(text.utf8)
        let isWritten =
            bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == bytes.count
            && fsync(descriptor) == 0
        let failure = Self.failure("\(temporary) cannot be written")
        close(descriptor)
        guard isWritten else {
            unlink(temporary)
            throw failure
        }
        guard rename(temporary, file) == 0 else { throw Self.failure("\(file) cannot be written") }
        try syncFolder()
    }

    private func syncFolder() throws(IdentityError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("\(path) cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Self.failure("\(path) cannot be synced") }
    }

    private static let unfinished = ".unfinished"
    private static let advice =
        "Restore it from a backup, or move it away: a new key is made then, and tokens of this one are refused"

    private static func failure(_ what: String) -> IdentityError {
        IdentityError(.unavailable, "\(what): \(String(cString: strerror(errno)))")
    }
}
